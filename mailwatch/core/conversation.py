"""The reply tree of a mail: letters we have, and ghosts we only know by their Message-ID.

No function here recurses: a stranger decides how deep a tree is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Filing
from mailwatch.core.recognition import Mention, Where
from mailwatch.core.standing import Standing

_RANK = {
    Standing.OWN: 0,
    Standing.VOUCHED: 1,
    Standing.PARTICIPANT: 2,
    Standing.CLAIMED: 3,
    Standing.STRANGER: 4,
}


@dataclass(frozen=True, slots=True)
class Node:
    """One original (or, where ``kept`` is false, one sighting) in a reply tree.

    ``date`` is the Date field, else INTERNALDATE, else the mbox From line, else
    1970, in UTC. ``standing`` is the one before ``decide``: own | vouched |
    claimed | stranger. ``anchor`` is what the mailbox's trust anchor said of the
    sender: pass | fail | none. ``recipients`` are the addr-specs of To and Cc, lower case.
    ``pinned`` is a person's decision; ``ours`` a proof that the mail is our own
    renamed copy or digest.
    """

    sha256: str
    thread_key: str
    message_id: str | None
    answers: tuple[str, ...]
    date: datetime
    from_addr: str
    recipients: frozenset[str] = frozenset()
    body_hash: str = ""
    own_hash: str = ""
    standing: Standing = Standing.STRANGER
    anchor: str = "none"
    desk: bool = False
    mentions: tuple[Mention, ...] = ()
    ours: bool = False
    kept: bool = True
    pinned: Filing | None = None

    @property
    def read(self) -> bool:
        """False for a sighting that was screened out by its header alone."""
        return self.kept or bool(self.body_hash)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message with all its originals, the first by (date, sha256) in front, then sightings of it.

    ``reused`` is true where another message came earlier under the same Message-ID.
    """

    originals: tuple[Node, ...]
    reused: bool

    @property
    def first(self) -> Node:
        """The original that stands for the message."""
        return self.originals[0]

    @property
    def kept(self) -> bool:
        """Whether we hold the mail itself, and not only a sighting of it."""
        return self.first.kept

    @property
    def spokesman(self) -> Node:
        """The original with the highest standing: what it says of the sender holds."""
        return min(self.originals, key=lambda node: (not node.kept, _RANK[node.standing]))

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Every number that counts in any of the originals; they differ where one mailbox trusts more."""
        found = {(m.number, m.where, m.form): m for node in reversed(self.originals) for m in node.mentions}
        return tuple(sorted(found.values(), key=_reading_order))

    @property
    def pinned(self) -> Filing | None:
        """A person's decision about any of the originals."""
        return next((node.pinned for node in self.originals if node.pinned), None)


@dataclass(frozen=True, slots=True)
class Tree:
    """Letters in (date, sha256) order, and who answers whom."""

    letters: tuple[Letter, ...]
    by_key: Mapping[str, tuple[int, ...]]

    def ancestors(self, index: int) -> Iterator[tuple[int, bool]]:
        """The letters that letter ``index`` names, nearest first; True where a ghost stands between."""
        over_ghost = False
        first = self.letters[index].first
        for key in reversed(first.answers):
            found = [i for i in self.by_key.get(key, ()) if i != index]
            if found:
                yield found[0], over_ghost
            elif key != first.thread_key:
                over_ghost = True

    def parent(self, index: int) -> int | None:
        """The letter that this one answers directly, where we have seen it."""
        nearest = next(self.ancestors(index), None)
        return None if nearest is None or nearest[1] else nearest[0]

    def parents_first(self) -> tuple[int, ...]:
        """An order in which every letter comes after those it names.

        A circle, which only a forger can draw, is cut at its member that comes
        latest by (date, sha256): the walk starts in that order.
        """
        order: list[int] = []
        seen: set[int] = set()
        for start in range(len(self.letters)):
            if start in seen:
                continue
            seen.add(start)
            stack = [(start, self.ancestors(start))]
            while stack:
                index, ancestors = stack[-1]
                unseen = next((i for i, _ in ancestors if i not in seen), None)
                if unseen is None:
                    stack.pop()
                    order.append(index)
                else:
                    seen.add(unseen)
                    stack.append((unseen, self.ancestors(unseen)))
        return tuple(order)


def _reading_order(mention: Mention) -> tuple[int, int]:
    return -1 if mention.part is None else mention.part, mention.start


def grow(nodes: Sequence[Node]) -> Tree:
    """The tree of ``nodes``, which may come in any order. Mails of ours are no part of it."""
    letters = _letters(sorted((n for n in nodes if not n.ours), key=lambda n: (n.date, n.sha256)))
    by_key: dict[str, list[int]] = {}
    for index, letter in enumerate(letters):
        by_key.setdefault(letter.first.thread_key, []).append(index)
    return Tree(letters, {key: tuple(found) for key, found in by_key.items()})


def same_message(one: Node, other: Node) -> bool:
    """Whether two mails that were read are one message: Message-ID, Date and From equal, and the body.

    A gateway's banner changes the body of one of them; then the writer's own
    text decides. A sighting has no sender to compare. Subjects that name
    different cases tell apart what a template wrote in the same second.
    """
    if not may_be_same(one, other) or not (one.read and other.read):
        return False
    if one.kept and other.kept and one.from_addr != other.from_addr:
        return False
    if _of_different_cases(one, other):
        return False
    return one.body_hash == other.body_hash or one.own_hash == other.own_hash


def _of_different_cases(one: Node, other: Node) -> bool:
    ours, theirs = _named_in_subject(one), _named_in_subject(other)
    # One of them may name none: a mailbox that trusts the sender less counts fewer numbers.
    return bool(ours) and bool(theirs) and ours.isdisjoint(theirs)


def _named_in_subject(node: Node) -> frozenset[CaseNumber]:
    return frozenset(mention.number for mention in node.mentions if mention.where is Where.SUBJECT)


def may_be_same(one: Node, other: Node) -> bool:
    """Whether Message-ID and Date agree: all that can be told of a mail that was never read."""
    return (one.thread_key, one.date) == (other.thread_key, other.date)


def _letters(nodes: Sequence[Node]) -> tuple[Letter, ...]:
    """Originals gathered into letters; ``nodes`` come in (date, sha256) order."""
    groups: list[list[Node]] = []
    by_key: dict[str, list[list[Node]]] = {}
    for node in nodes:
        known = by_key.setdefault(node.thread_key, [])
        group = next((g for g in known if same_message(g[0], node)), None)
        if group is None:
            group = []
            known.append(group)
            groups.append(group)
        group.append(node)
    return tuple(_letter(group, by_key[group[0].thread_key]) for group in groups)


def _letter(group: Sequence[Node], of_this_key: Sequence[Sequence[Node]]) -> Letter:
    """One letter; ``of_this_key`` are all groups of its Message-ID, in (date, sha256) order.

    What was never read may turn out to be the same message, unless its date tells it apart.
    """
    earlier = of_this_key[: of_this_key.index(group)]
    reused = any(g[0].read or g[0].date != group[0].date for g in earlier)
    return Letter(tuple(sorted(group, key=lambda node: not node.kept)), reused)
