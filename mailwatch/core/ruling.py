"""Rulings: why a letter of a reply tree belongs to a case.

Three steps, each over all letters:

1. the letter's own word and its thread, ancestors before descendants;
2. adoption: a mail sent before the number existed follows the reply that names it;
3. the thread once more, for replies to what was adopted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import Letter, Tree
from mailwatch.core.filing import Confidence, Rule
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
class Ruling:
    """Why a letter belongs to a case. ``number`` None: a person said that it belongs to none."""

    number: CaseNumber | None
    rule: Rule
    confidence: Confidence
    mention: Mention | None = None
    via: str | None = None
    through_ghost: bool = False


def rule_on(tree: Tree, known: frozenset[CaseNumber]) -> dict[int, Ruling]:
    """The ruling of each letter that has one, by its index in the tree. See ``decide``."""
    rulings: dict[int, Ruling] = {}
    order = tree.parents_first()
    for index in order:
        _settle(index, _by_word_or_thread(tree, index, rulings, known), rulings)
    _adopt(tree, order, rulings)
    for index in order:
        if index not in rulings:
            _settle(index, _by_thread(tree, index, rulings, Confidence.LIKELY), rulings)
    return rulings


def _settle(index: int, ruling: Ruling | None, rulings: dict[int, Ruling]) -> None:
    if ruling is not None:
        rulings[index] = ruling


# ── one letter's own word, and its thread ─────────────────────────────────────


def _by_word_or_thread(
    tree: Tree, index: int, rulings: Mapping[int, Ruling], known: frozenset[CaseNumber]
) -> Ruling | None:
    """Precedence inside one mail: a person, the subject, the thread it answers, own text, quoted text."""
    letter = tree.letters[index]
    if letter.pinned is not None:
        # As the person said it, whatever was merged since.
        return Ruling(letter.pinned.named or letter.pinned.number, Rule.PERSON, Confidence.CERTAIN)
    thread = _by_thread(tree, index, rulings, Confidence.CERTAIN)
    mentions = counting(letter.mentions, known)
    return (
        _strongest(mentions, Where.SUBJECT, _SUBJECT, thread)
        or thread
        or _strongest(mentions, Where.OWN, _OWN, None)
        or _strongest(mentions, Where.QUOTED, _QUOTED, None)
    )


def counting(mentions: Iterable[Mention], known: frozenset[CaseNumber]) -> tuple[Mention, ...]:
    """The mentions without brackets around numbers that nobody has spoken of.

    A token in brackets counts by itself, so the case is known from this very mail.
    """
    every = tuple(mentions)
    spoken = known | {m.number for m in every if m.form is not Form.BRACKET}
    return tuple(m for m in every if m.form is not Form.BRACKET or m.number in spoken)


def _strongest(
    mentions: Sequence[Mention], where: Where, ranks: _Ranks, thread: Ruling | None
) -> Ruling | None:
    for form, rule, confidence in ranks:
        equals = [m for m in mentions if m.where is where and m.form is form]
        if equals:
            return _among_equals(equals, rule, confidence, thread)
    return None


def _among_equals(
    equals: Sequence[Mention], rule: Rule, confidence: Confidence, thread: Ruling | None
) -> Ruling:
    """One of several numbers of the same rank: the thread's, else the first, which is then doubtful."""
    if thread is not None:
        for mention in equals:
            if mention.number == thread.number:
                return Ruling(mention.number, rule, confidence, mention)
    rivals = len({m.number for m in equals}) > 1
    return Ruling(equals[0].number, rule, Confidence.DOUBTFUL if rivals else confidence, equals[0])


def _by_thread(
    tree: Tree, index: int, rulings: Mapping[int, Ruling], confidence: Confidence
) -> Ruling | None:
    """The nearest filed ancestor's case. Over a ghost it is only likely: we did not see what lies between."""
    for ancestor, over_ghost in tree.ancestors(index):
        found = rulings.get(ancestor)
        if found is None or found.number is None:
            continue
        letter = tree.letters[ancestor]
        via = letter.first.sha256 if letter.kept else found.via
        weaker = over_ghost or found.confidence is not Confidence.CERTAIN
        return Ruling(
            found.number,
            Rule.THREAD,
            Confidence.LIKELY if weaker else confidence,
            via=via,
            through_ghost=over_ghost,
        )
    return None


# ── adoption ──────────────────────────────────────────────────────────────────


def _adopt(tree: Tree, order: Sequence[int], rulings: dict[int, Ruling]) -> None:
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


def _may_adopt(letter: Letter, ruling: Ruling | None) -> bool:
    if ruling is None or ruling.number is None or ruling.rule is Rule.QUOTED:
        return False
    # A sighting's sender is not known; it passes on what its own reply has proved.
    return ruling.rule is Rule.ADOPTED or letter.spokesman.standing in _TRUSTED


def _adopted(tree: Tree, replies: Sequence[int], rulings: Mapping[int, Ruling]) -> Ruling | None:
    if not replies:
        return None
    first = rulings[replies[0]]
    letter = tree.letters[replies[0]]
    rivals = len({rulings[i].number for i in replies}) > 1
    return Ruling(
        first.number,
        Rule.ADOPTED,
        Confidence.DOUBTFUL if rivals else Confidence.LIKELY,
        via=letter.first.sha256 if letter.kept else first.via,
    )
