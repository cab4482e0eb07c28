"""``decide``: which case a mail belongs to, over the whole reply tree it stands in.

A pure function of the tree: the order in which mails arrived has no part in it.
It works in four steps, each over all letters:

1. the letter's own word and its thread, ancestors before descendants;
2. adoption: a mail sent before the number existed follows the reply that names it;
3. the thread once more, for replies to what was adopted;
4. standing and verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import Letter, Node, Tree, grow
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.recognition import Form, Mention, Where
from mailwatch.core.standing import Standing

_TRUSTED = frozenset({Standing.OWN, Standing.VOUCHED, Standing.CLAIMED})
# ``claimed`` is given only where no trust anchor is configured, so it may be trusted here.

_SUBJECT = (
    (Form.BRACKET, Rule.SUBJECT_BRACKET, Confidence.CERTAIN),
    (Form.TOKEN, Rule.SUBJECT_TOKEN, Confidence.CERTAIN),
    (Form.LABEL, Rule.SUBJECT_LABEL, Confidence.CERTAIN),
    (Form.BARE, Rule.SUBJECT_BARE, Confidence.LIKELY),
)
_OWN = (
    (Form.TOKEN, Rule.OWN_TOKEN, Confidence.LIKELY),
    (Form.LABEL, Rule.OWN_LABEL, Confidence.LIKELY),
    (Form.BARE, Rule.OWN_BARE, Confidence.LIKELY),
)
_QUOTED = tuple((form, Rule.QUOTED, Confidence.DOUBTFUL) for form in (Form.TOKEN, Form.LABEL, Form.BARE))

_Ranks = Sequence[tuple[Form, Rule, Confidence]]


@dataclass(frozen=True, slots=True)
class Decision:
    """What came out: a filing for every kept original, and the sightings that must be fetched."""

    filings: tuple[Filing, ...]
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Ruling:
    """Why a letter belongs to a case. ``number`` None: a person said that it belongs to none."""

    number: CaseNumber | None
    rule: Rule
    confidence: Confidence
    mention: Mention | None = None
    via: str | None = None
    through_ghost: bool = False


def decide(nodes: Sequence[Node], known: frozenset[CaseNumber] = frozenset()) -> Decision:
    """File every mail of a reply tree.

    Args:
        nodes: all originals and sightings of the tree, in any order.
        known: numbers under which mail is filed already, in this tree or another;
            a number in brackets at the start of a subject counts only if it is known.
    """
    tree = grow(nodes)
    rulings: dict[int, _Ruling] = {}
    order = tree.parents_first()
    for index in order:
        _settle(index, _by_word_or_thread(tree, index, rulings, known), rulings)
    _adopt(tree, order, rulings)
    for index in order:
        if index not in rulings:
            _settle(index, _by_thread(tree, index, rulings, Confidence.LIKELY), rulings)
    filings = [*_filings(tree, rulings, known), *(_ours(node) for node in nodes if node.ours)]
    return Decision(tuple(sorted(filings, key=lambda f: f.sha256)), _wanted(tree, rulings))


def _settle(index: int, ruling: _Ruling | None, rulings: dict[int, _Ruling]) -> None:
    if ruling is not None:
        rulings[index] = ruling


# ── one letter's own word, and its thread ─────────────────────────────────────


def _by_word_or_thread(
    tree: Tree, index: int, rulings: Mapping[int, _Ruling], known: frozenset[CaseNumber]
) -> _Ruling | None:
    """Precedence inside one mail: a person, the subject, the thread it answers, own text, quoted text."""
    letter = tree.letters[index]
    if letter.pinned is not None:
        return _Ruling(letter.pinned.number, Rule.PERSON, Confidence.CERTAIN)
    thread = _by_thread(tree, index, rulings, Confidence.CERTAIN)
    counting = _counting(letter.mentions, known)
    return (
        _strongest(counting, Where.SUBJECT, _SUBJECT, thread)
        or thread
        or _strongest(counting, Where.OWN, _OWN, None)
        or _strongest(counting, Where.QUOTED, _QUOTED, None)
    )


def _counting(mentions: Iterable[Mention], known: frozenset[CaseNumber]) -> tuple[Mention, ...]:
    """The mentions without brackets around numbers that nobody has spoken of.

    A token in brackets counts by itself, so the case is known from this very mail.
    """
    every = tuple(mentions)
    spoken = known | {m.number for m in every if m.form is not Form.BRACKET}
    return tuple(m for m in every if m.form is not Form.BRACKET or m.number in spoken)


def _strongest(
    mentions: Sequence[Mention], where: Where, ranks: _Ranks, thread: _Ruling | None
) -> _Ruling | None:
    for form, rule, confidence in ranks:
        equals = [m for m in mentions if m.where is where and m.form is form]
        if equals:
            return _among_equals(equals, rule, confidence, thread)
    return None


def _among_equals(
    equals: Sequence[Mention], rule: Rule, confidence: Confidence, thread: _Ruling | None
) -> _Ruling:
    """One of several numbers of the same rank: the thread's, else the first, which is then doubtful."""
    if thread is not None:
        for mention in equals:
            if mention.number == thread.number:
                return _Ruling(mention.number, rule, confidence, mention)
    rivals = len({m.number for m in equals}) > 1
    return _Ruling(equals[0].number, rule, Confidence.DOUBTFUL if rivals else confidence, equals[0])


def _by_thread(
    tree: Tree, index: int, rulings: Mapping[int, _Ruling], confidence: Confidence
) -> _Ruling | None:
    """The nearest filed ancestor's case. Over a ghost it is only likely: we did not see what lies between."""
    for ancestor, over_ghost in tree.ancestors(index):
        found = rulings.get(ancestor)
        if found is None or found.number is None:
            continue
        letter = tree.letters[ancestor]
        via = letter.first.sha256 if letter.kept else found.via
        weaker = over_ghost or found.confidence is not Confidence.CERTAIN
        return _Ruling(
            found.number,
            Rule.THREAD,
            Confidence.LIKELY if weaker else confidence,
            via=via,
            through_ghost=over_ghost,
        )
    return None


# ── adoption ──────────────────────────────────────────────────────────────────


def _adopt(tree: Tree, order: Sequence[int], rulings: dict[int, _Ruling]) -> None:
    """A mail without a number belongs to the case of the first trusted reply that is filed.

    Descendants come first, so that a chain of unnumbered mails is adopted up to
    its root. A stranger's reply adopts nothing: else anyone who learns a
    Message-ID could pull a private mail into a case.
    """
    replies: dict[int, list[int]] = {}
    for index in reversed(order):
        if index not in rulings:
            _settle(index, _adopted(tree, sorted(replies.get(index, ())), rulings), rulings)
        parent = tree.parent(index)
        if parent is not None and _may_adopt(tree.letters[index], rulings.get(index)):
            replies.setdefault(parent, []).append(index)


def _may_adopt(letter: Letter, ruling: _Ruling | None) -> bool:
    if ruling is None or ruling.number is None or ruling.rule is Rule.QUOTED:
        return False
    # A sighting's sender is not known; it passes on what its own reply has proved.
    return ruling.rule is Rule.ADOPTED or letter.spokesman.standing in _TRUSTED


def _adopted(tree: Tree, replies: Sequence[int], rulings: Mapping[int, _Ruling]) -> _Ruling | None:
    if not replies:
        return None
    first = rulings[replies[0]]
    letter = tree.letters[replies[0]]
    rivals = len({rulings[i].number for i in replies}) > 1
    return _Ruling(
        first.number,
        Rule.ADOPTED,
        Confidence.DOUBTFUL if rivals else Confidence.LIKELY,
        via=letter.first.sha256 if letter.kept else first.via,
    )


# ── verdicts ──────────────────────────────────────────────────────────────────


def _filings(tree: Tree, rulings: Mapping[int, _Ruling], known: frozenset[CaseNumber]) -> Iterable[Filing]:
    participants = _participants(tree, rulings)
    for index, letter in enumerate(tree.letters):
        if letter.kept:
            ruling = rulings.get(index)
            invited = (
                participants.get(ruling.number, frozenset()) if ruling and ruling.number else frozenset()
            )
            filing = _first_filing(letter, ruling, invited, known)
            yield filing
            yield from _others(letter, filing, invited)


def _participants(tree: Tree, rulings: Mapping[int, _Ruling]) -> Mapping[CaseNumber, frozenset[str]]:
    """Per case, whom an own or vouched mail was written to."""
    invited: dict[CaseNumber, set[str]] = {}
    for index, ruling in rulings.items():
        letter = tree.letters[index]
        if ruling.number and letter.spokesman.standing in {Standing.OWN, Standing.VOUCHED}:
            invited.setdefault(ruling.number, set()).update(letter.spokesman.recipients)
    return {number: frozenset(addresses) for number, addresses in invited.items()}


def _first_filing(
    letter: Letter, ruling: _Ruling | None, invited: frozenset[str], known: frozenset[CaseNumber]
) -> Filing:
    first, speaks = letter.first, letter.spokesman
    standing = _standing(speaks, invited)
    related = _related(letter, ruling, known)
    if ruling is None or ruling.number is None:
        verdict = Verdict.UNNUMBERED if ruling is None and _from_desk(letter) else Verdict.UNFILED
        rule = ruling.rule if ruling else None
        return Filing(first.sha256, verdict, standing=standing, related=related, rule=rule)
    mention = ruling.mention
    return Filing(
        sha256=first.sha256,
        verdict=Verdict.FILED,
        number=ruling.number,
        standing=standing,
        related=related,
        rule=ruling.rule,
        confidence=Confidence.DOUBTFUL
        if letter.reused and ruling.rule is not Rule.PERSON
        else ruling.confidence,
        where=mention.where if mention else None,
        part=mention.part if mention else None,
        start=mention.start if mention else None,
        end=mention.end if mention else None,
        via=ruling.via,
        through_ghost=ruling.through_ghost,
    )


def _others(letter: Letter, filing: Filing, invited: frozenset[str]) -> Iterable[Filing]:
    """The further originals of one message: the same decision, pointing at the first."""
    same = Verdict.UNFILED if filing.verdict is Verdict.UNFILED else Verdict.SAME
    for node in letter.originals:
        if node.kept and node is not letter.first:
            yield replace(
                filing,
                sha256=node.sha256,
                verdict=same,
                standing=_standing(node, invited),
                via=filing.sha256 if same is Verdict.SAME else None,
            )


def _standing(node: Node, invited: frozenset[str]) -> Standing:
    stranger = node.standing is Standing.STRANGER and node.anchor != "fail"
    return Standing.PARTICIPANT if stranger and node.from_addr in invited else node.standing


def _from_desk(letter: Letter) -> bool:
    return any(
        node.desk and node.standing in {Standing.VOUCHED, Standing.CLAIMED} for node in letter.originals
    )


def _related(letter: Letter, ruling: _Ruling | None, known: frozenset[CaseNumber]) -> tuple[CaseNumber, ...]:
    """Rivals from subject and own text, in reading order; quoted ones stay in the mentions alone."""
    filed = ruling.number if ruling else None
    listed = [
        m.number
        for m in _counting(letter.mentions, known)
        if m.where is not Where.QUOTED and m.number != filed
    ]
    return tuple(dict.fromkeys(listed))


def _ours(node: Node) -> Filing:
    return Filing(node.sha256, Verdict.OURS, standing=Standing.OWN)


def _wanted(tree: Tree, rulings: Mapping[int, _Ruling]) -> tuple[str, ...]:
    """Sightings of letters that are kept now: their bytes must be fetched, every original counts.

    So must be a mail that was never read and has the Message-ID and date of such a letter.
    """
    kept = [letter for index, letter in enumerate(tree.letters) if _belongs(letter, rulings.get(index))]
    twins = {(letter.first.thread_key, letter.first.date) for letter in kept}
    sightings = [node for letter in kept for node in letter.originals if not node.kept]
    unread = [letter.first for letter in tree.letters if not letter.first.read]
    sightings += [node for node in unread if (node.thread_key, node.date) in twins]
    return tuple(dict.fromkeys(node.sha256 for node in sightings))


def _belongs(letter: Letter, ruling: _Ruling | None) -> bool:
    return _from_desk(letter) if ruling is None else ruling.number is not None
