"""Reply trees out of the store: whole connected components, bounded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping, Table, or_, select, tuple_

from mailwatch.adapters.sql.batch import Batch, chunks
from mailwatch.adapters.sql.rows import filing, kept_node, sighted_node
from mailwatch.adapters.sql.tables import sighting_brackets, sighting_links, sightings
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import Node, same_message
from mailwatch.core.filing import Filing, Verdict

MOST_NODES = 20_000
"""A tree grows no further: a stranger decides how many mails he ties together."""


class SqlTrees:
    """See ``ports.Trees``."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._tables = batch.tables

    def load(self, keys: frozenset[str]) -> tuple[Node, ...]:
        """See ``ports.Trees``."""
        self._batch.flush()
        kept, sighted = self._component(keys)
        nodes = self._kept_nodes(kept)
        known = {node.sha256 for node, _ in nodes}
        return (*_one_pin_a_message(nodes), *self._sighted_nodes(sighted - known))

    def _component(self, keys: frozenset[str]) -> tuple[set[str], set[str]]:
        """The originals and the sightings that hang together with ``keys``, level by level."""
        links = self._tables.links
        done: set[str] = set()
        found: tuple[set[str], set[str]] = (set(), set())
        frontier = set(keys)
        while frontier and len(found[0]) + len(found[1]) < MOST_NODES:
            done |= frontier
            following: set[str] = set()
            for table, known in zip((links, sighting_links), found, strict=True):
                fresh = self._column(table, "sha256", "key", frontier) - known
                known.update(fresh)
                following |= self._column(table, "key", "sha256", fresh)
            frontier = following - done
        return found

    def _column(self, table: Table, wanted: str, by: str, values: Collection[str]) -> set[str]:
        found: set[str] = set()
        for some in chunks(sorted(values)):
            found.update(
                self._connection.scalars(select(table.c[wanted]).where(table.c[by].in_(some)).distinct())
            )
        return found

    def _kept_nodes(self, shas: Collection[str]) -> list[tuple[Node, int]]:
        """Nodes, each with the seq of its pin."""
        originals, filings = self._tables.originals, self._tables.filings
        wanted = [c for c in filings.c if c.name != "sha256"]
        statement = select(originals, *(c for c in wanted if c.name not in originals.c)).join(
            filings, filings.c.sha256 == originals.c.sha256, isouter=True
        )
        rows = self._in(statement, originals.c.sha256, shas)
        return [(kept_node(row), row["pin_seq"] or 0) for row in rows]

    def _sighted_nodes(self, shas: Collection[str]) -> list[Node]:
        filings = self._tables.filings
        statement = (
            select(sightings, filings.c.verdict, sighting_brackets.c.mention)
            .join(filings, filings.c.sha256 == sightings.c.sha256, isouter=True)
            .join(sighting_brackets, sighting_brackets.c.sha256 == sightings.c.sha256, isouter=True)
            .order_by(sightings.c.id)
        )
        rows = self._in(statement, sightings.c.sha256, shas)
        return list({row["sha256"]: sighted_node(row) for row in rows}.values())

    def _in(self, statement: Any, column: Any, values: Collection[str]) -> Iterable[RowMapping]:
        for some in chunks(sorted(values)):
            yield from self._connection.execute(statement.where(column.in_(some))).mappings()

    def filings(self, sha256s: Sequence[str]) -> Mapping[str, Filing]:
        """See ``ports.Trees``."""
        self._batch.flush()
        table = self._tables.filings
        rows = self._in(select(table), table.c.sha256, sha256s)
        return {row["sha256"]: filing(row) for row in rows}

    def known(self, numbers: frozenset[CaseNumber]) -> frozenset[CaseNumber]:
        """See ``ports.Trees``."""
        self._batch.flush()
        table = self._tables.filings
        found: set[CaseNumber] = set()
        for some in chunks(sorted((n.canonical, n.scheme) for n in numbers)):
            for scheme, number in (
                (table.c.scheme, table.c.number),
                (table.c.named_scheme, table.c.named_number),
            ):
                rows = self._connection.execute(
                    select(scheme, number)
                    .where(tuple_(number, scheme).in_(some), table.c.verdict == Verdict.FILED.value)
                    .distinct()
                )
                found.update(CaseNumber(*row) for row in rows)
        return frozenset(found)

    def filed(self, number: CaseNumber) -> frozenset[str]:
        """See ``ports.Trees``."""
        self._batch.flush()
        filings, originals = self._tables.filings, self._tables.originals
        f, key = filings.c, (number.canonical, number.scheme)
        here = or_(tuple_(f.number, f.scheme).in_([key]), tuple_(f.named_number, f.named_scheme).in_([key]))
        wanted = select(originals.c.thread_key).join(filings, f.sha256 == originals.c.sha256).where(here)
        return frozenset(self._connection.scalars(wanted))

    def pins(self, sha256s: Sequence[str]) -> Mapping[str, int]:
        """See ``ports.Trees``."""
        self._batch.flush()
        table = self._tables.filings
        rows = self._in(select(table.c.sha256, table.c.pin_seq), table.c.sha256, sha256s)
        return {row["sha256"]: row["pin_seq"] for row in rows if row["pin_seq"] is not None}

    def naming(self, numbers: frozenset[CaseNumber]) -> frozenset[str]:
        """See ``ports.Trees``."""
        self._batch.flush()
        mentions, originals = self._tables.mentions, self._tables.originals
        found: set[str] = set()
        for some in chunks(sorted((n.canonical, n.scheme) for n in numbers)):
            for table, home, key in (
                (mentions, originals, originals.c.thread_key),
                (sighting_brackets, sighting_links, sighting_links.c.key),
            ):
                found.update(
                    self._connection.scalars(
                        select(key)
                        .join(table, table.c.sha256 == home.c.sha256)
                        .where(tuple_(table.c.number, table.c.scheme).in_(some))
                    )
                )
        return frozenset(found)

    def kept(self, sha256s: frozenset[str]) -> frozenset[str]:
        """See ``ports.Trees``."""
        self._batch.flush()
        return frozenset(self._column(self._tables.originals, "sha256", "sha256", sha256s))

    def digest(self, message_id: str) -> str | None:
        """See ``ports.Trees``."""
        self._batch.flush()
        table = self._tables.digests
        found: str | None = self._connection.scalar(
            select(table.c.body_sha256).where(table.c.message_id == message_id)
        )
        return found


def _one_pin_a_message(nodes: Sequence[tuple[Node, int]]) -> list[Node]:
    """Of several originals of one message that a person filed, only the newest decision is a pin."""
    pinned = sorted((seq, node.sha256, node) for node, seq in nodes if node.pinned is not None)
    stale = {
        node.sha256
        for i, (_, _, node) in enumerate(pinned)
        if any(same_message(node, later) for _, _, later in pinned[i + 1 :])
    }
    return [replace(node, pinned=None) if node.sha256 in stale else node for node, _ in nodes]
