"""Decisions made once more, since a person said something that the rules heed."""

from __future__ import annotations

from collections.abc import Mapping

from mailwatch.core.conversation import Node
from mailwatch.core.decision import decide
from mailwatch.core.entries import FiledEntry, Text
from mailwatch.core.filing import Filing
from mailwatch.core.merging import as_of_today
from mailwatch.jobs.filing import changed_filings, known_among, load_nodes
from mailwatch.ports import Transaction


def file_anew(tx: Transaction, keys: frozenset[str], by: str) -> tuple[Filing, ...]:
    """Decide on the trees of these thread keys; what changes is told to be the act of ``by``.

    The rule stays the one by which a mail was found. Of a mail that cannot be read, nothing may be
    concluded from its having no number: it stays in the case that it is in, whatever that is called today.
    """
    nodes = load_nodes(tx, keys)
    decision = decide(tuple(nodes.values()), known_among(tx, nodes.values()), tx.said.merged())
    filings = {f.sha256: f for f in decision.filings} | _unread(tx, nodes)
    changed = changed_filings(tx, filings, frozenset())
    for filing in changed:
        node = nodes[filing.sha256]
        entry = FiledEntry(filing, node.mentions, node.anchor, node.desk, by=Text(by))
        tx.ledger.record(entry, actor="person")
    tx.wishes.want(decision.wanted)
    return tuple(changed)


def _unread(tx: Transaction, nodes: Mapping[str, Node]) -> dict[str, Filing]:
    """Originals in quarantine, and erased ones, as they were filed."""
    shas = tuple(sha for sha, node in nodes.items() if node.kept and not node.body_hash)
    before, merged = tx.trees.filings(shas), tx.said.merged()
    return {sha: as_of_today(filing, merged) for sha, filing in before.items()}
