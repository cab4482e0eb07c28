"""``reindex --refile``: today's rules over everything that is kept.

Each reply tree is read anew from the archive and decided as if it had come
today. What differs from the ledger is listed; with ``apply`` it is appended as
new ``file`` entries, never as an edit. What a person filed stays, and so does
what is decided of an original that cannot be read now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mailwatch.core.conversation import Node
from mailwatch.core.decision import decide
from mailwatch.core.entries import FiledEntry, MessageKept
from mailwatch.core.look import Look, look_at
from mailwatch.core.message import Message
from mailwatch.core.standing import SenderPolicy, Standing
from mailwatch.jobs.filing import known_cases
from mailwatch.jobs.reading import Rules
from mailwatch.ports import Archive, Change, Evidence, Fetched, Parser, Store, Transaction

_PAGE = 250


def refile(
    store: Store,
    evidence: Evidence,
    archive: Archive,
    parser: Parser,
    *,
    rules: Rules,
    policy_of: Callable[[str], SenderPolicy],
    apply: bool,
) -> tuple[Change, ...]:
    """What today's rules decide otherwise; recorded where ``apply`` is true.

    ``policy_of`` gives the sender policy of a mailbox. A mail whose folder made it
    our own when it came is our own still.
    """
    kept = _kept(evidence)
    reader = _Reader(kept, archive, parser, rules, policy_of)
    todo = list(kept)
    done: set[str] = set()
    changes: list[Change] = []
    for start in range(0, len(todo), _PAGE):
        fresh = [sha for sha in todo[start : start + _PAGE] if sha not in done]
        if fresh:
            with store.writing() as tx:
                nodes = tx.trees.load(tx.finder.thread_keys(fresh))
                done.update(node.sha256 for node in nodes)
                changes += _decide_anew(tx, *reader.again(nodes), apply=apply)
    return tuple(changes)


def _kept(evidence: Evidence) -> dict[str, MessageKept]:
    """Every original by its hash, in the order they came."""
    kept: dict[str, MessageKept] = {}
    after = 0
    while page := evidence.recorded(after, _PAGE):
        after = page[-1].seq
        entries = (recorded.entry for recorded in page)
        kept.update((entry.sha256, entry) for entry in entries if isinstance(entry, MessageKept))
    return kept


class _Reader:
    """Reads originals anew, as far as the rules go."""

    def __init__(
        self,
        places: Mapping[str, MessageKept],
        archive: Archive,
        parser: Parser,
        rules: Rules,
        policy_of: Callable[[str], SenderPolicy],
    ) -> None:
        self._places = places
        self._archive = archive
        self._parser = parser
        self._rules = rules
        self._policy_of = policy_of

    def again(self, nodes: Sequence[Node]) -> tuple[list[Node], frozenset[str]]:
        """The same nodes with today's view of sender and numbers; sightings as they were.

        Beside them the originals that cannot be read: in quarantine, erased or gone.
        """
        kept = [node for node in nodes if node.kept and self._archive.has(node.sha256)]
        mails = [self._fetched(self._places[node.sha256]) for node in kept]
        answers = zip((n.sha256 for n in kept), self._parser.parse(mails), strict=True)
        read = {sha: answer for sha, answer in answers if isinstance(answer, Message)}
        unread = frozenset(node.sha256 for node in nodes if node.kept and node.sha256 not in read)
        return [self._anew(node, read.get(node.sha256)) for node in nodes], unread

    def _fetched(self, entry: MessageKept) -> Fetched:
        raw = self._archive.read(entry.sha256)
        return Fetched(entry.place, raw, entry.sha256, entry.size, entry.internaldate, server=entry.server)

    def _anew(self, node: Node, message: Message | None) -> Node:
        if message is None:
            return node
        entry = self._places[node.sha256]
        look = Look(self._rules.schemes, self._policy_of(entry.place.mailbox))
        outgoing = node.standing is Standing.OWN
        seen = look_at(message, look, outgoing=outgoing, received=entry.internaldate)
        mentions = seen.found.mentions
        return replace(node, standing=seen.standing, anchor=seen.anchor, desk=seen.desk, mentions=mentions)


def _decide_anew(
    tx: Transaction, nodes: Sequence[Node], unread: frozenset[str], *, apply: bool
) -> list[Change]:
    numbers = frozenset(m.number for node in nodes for m in node.mentions)
    decision = decide(nodes, known_cases(tx, numbers), tx.said.merged())
    # A mail that cannot be read looks as if it belonged to no case; nothing may be concluded from that.
    filings = [f for f in decision.filings if f.sha256 not in unread]
    before = tx.trees.filings([f.sha256 for f in filings])
    by_sha = {node.sha256: node for node in nodes}
    changes = [Change(before.get(f.sha256), f) for f in filings if before.get(f.sha256) != f]
    if apply:
        for change in changes:
            node = by_sha[change.after.sha256]
            tx.ledger.record(FiledEntry(change.after, node.mentions, node.anchor, node.desk))
        tx.wishes.want(decision.wanted)
    return changes
