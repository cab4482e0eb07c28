"""``decide``: which case a mail belongs to, over the whole reply tree it stands in.

A pure function of the tree: the order in which mails arrived has no part in it.
``core.ruling`` says why a letter belongs to a case; here that becomes a verdict
for each original, with the sender's standing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import Letter, Node, Tree, grow
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.merging import NOTHING_MERGED, Merged, as_of_today
from mailwatch.core.recognition import Form, Where
from mailwatch.core.ruling import Ruling, counting, rule_on
from mailwatch.core.standing import Standing


@dataclass(frozen=True, slots=True)
class Decision:
    """What came out: a filing for every kept original, and the sightings that must be fetched."""

    filings: tuple[Filing, ...]
    wanted: tuple[str, ...]


def decide(
    nodes: Sequence[Node], known: frozenset[CaseNumber] = frozenset(), merged: Merged = NOTHING_MERGED
) -> Decision:
    """File every mail of a reply tree.

    Args:
        nodes: all originals and sightings of the tree, in any order.
        known: numbers under which mail is filed already, in this tree or another;
            a number in brackets at the start of a subject counts only if it is known.
        merged: what persons have merged; the rules speak of the numbers that stand in the mails,
            and the filings of the cases that these are today.
    """
    tree = grow(nodes)
    rulings = rule_on(tree, known)
    named = _brackets(tree) & {ruling.number for ruling in rulings.values() if ruling.number}
    if not named <= known:
        # A mail of these very trees has made the number known to those that name it in brackets.
        known |= named
        rulings = rule_on(tree, known)
    filings = [*_filings(tree, rulings, known, merged), *(_ours(node) for node in nodes if node.ours)]
    return Decision(tuple(sorted(filings, key=lambda f: f.sha256)), _wanted(tree, rulings))


def _brackets(tree: Tree) -> set[CaseNumber]:
    mentions = (m for letter in tree.letters for m in letter.mentions)
    return {m.number for m in mentions if m.form is Form.BRACKET}


# ── verdicts ──────────────────────────────────────────────────────────────────


def _filings(
    tree: Tree, rulings: Mapping[int, Ruling], known: frozenset[CaseNumber], merged: Merged
) -> Iterable[Filing]:
    participants = _participants(tree, rulings, merged)
    for index, letter in enumerate(tree.letters):
        if letter.kept:
            ruling = rulings.get(index)
            today = merged.case(ruling.number) if ruling and ruling.number else None
            invited = participants.get(today, frozenset()) if today else frozenset()
            filing = as_of_today(_first_filing(letter, ruling, invited), merged)
            filing = replace(filing, related=_related(letter, filing.number, known, merged))
            yield filing
            yield from _others(letter, filing, invited)


def _participants(
    tree: Tree, rulings: Mapping[int, Ruling], merged: Merged
) -> Mapping[CaseNumber, frozenset[str]]:
    """Per case, whom an own or vouched mail was written to."""
    invited: dict[CaseNumber, set[str]] = {}
    for index, ruling in rulings.items():
        letter = tree.letters[index]
        if ruling.number and letter.spokesman.standing in {Standing.OWN, Standing.VOUCHED}:
            invited.setdefault(merged.case(ruling.number), set()).update(letter.spokesman.recipients)
    return {number: frozenset(addresses) for number, addresses in invited.items()}


def _first_filing(letter: Letter, ruling: Ruling | None, invited: frozenset[str]) -> Filing:
    first, speaks = letter.first, letter.spokesman
    standing = _standing(speaks, invited)
    if ruling is None or ruling.number is None:
        verdict = Verdict.UNNUMBERED if ruling is None and _from_desk(letter) else Verdict.UNFILED
        rule = ruling.rule if ruling else None
        return Filing(first.sha256, verdict, standing=standing, rule=rule)
    mention = ruling.mention
    return Filing(
        sha256=first.sha256,
        verdict=Verdict.FILED,
        number=ruling.number,
        standing=standing,
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


def _related(
    letter: Letter, filed: CaseNumber | None, known: frozenset[CaseNumber], merged: Merged
) -> tuple[CaseNumber, ...]:
    """Rivals from subject and own text, in reading order; quoted ones stay in the mentions alone."""
    told = (m for m in counting(letter.mentions, known) if m.where is not Where.QUOTED)
    numbers = dict.fromkeys(merged.case(m.number) for m in told)
    return tuple(number for number in numbers if number != filed)


def _ours(node: Node) -> Filing:
    return Filing(node.sha256, Verdict.OURS, standing=Standing.OWN)


def _wanted(tree: Tree, rulings: Mapping[int, Ruling]) -> tuple[str, ...]:
    """Sightings of letters that are kept now: their bytes must be fetched, every original counts.

    So must be a mail that was never read and has the Message-ID and date of such a letter.
    """
    kept = [letter for index, letter in enumerate(tree.letters) if _belongs(letter, rulings.get(index))]
    twins = {(letter.first.thread_key, letter.first.date) for letter in kept}
    sightings = [node for letter in kept for node in letter.originals if not node.kept]
    unread = [letter.first for letter in tree.letters if not letter.first.read]
    sightings += [node for node in unread if (node.thread_key, node.date) in twins]
    return tuple(dict.fromkeys(node.sha256 for node in sightings))


def _belongs(letter: Letter, ruling: Ruling | None) -> bool:
    return _from_desk(letter) if ruling is None else ruling.number is not None
