"""Work tables: cursors, sightings, wishes, and finding a mail by name. ``reindex`` leaves them alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, delete, func, or_, select

from mailwatch.adapters.sql.batch import Batch, chunks, insert_new, upsert
from mailwatch.adapters.sql.rows import sighting, sighting_key
from mailwatch.adapters.sql.tables import (
    cursors,
    plans,
    sighting_brackets,
    sighting_links,
    sightings,
    wishes,
)
from mailwatch.core.entrycodec import to_object
from mailwatch.core.mentions import Mention
from mailwatch.ports import Cursor, Sighting

_PLACE = ("mailbox", "folder", "uidvalidity", "uid")


class SqlDesk:
    """See ``ports.Desk``."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._connection = batch.connection

    def cursor(self, mailbox: str, folder: str) -> Cursor | None:
        """See ``ports.Desk``."""
        row = (
            self._connection.execute(
                select(cursors).where(cursors.c.mailbox == mailbox, cursors.c.folder == folder)
            )
            .mappings()
            .first()
        )
        return None if row is None else Cursor(**row)

    def set_cursor(self, cursor: Cursor) -> None:
        """See ``ports.Desk``."""
        upsert(self._connection, cursors, [asdict(cursor)], ["mailbox", "folder"])

    def cursors(self, mailbox: str) -> tuple[Cursor, ...]:
        """See ``ports.Desk``."""
        found = select(cursors).where(cursors.c.mailbox == mailbox).order_by(cursors.c.folder)
        return tuple(Cursor(**row) for row in self._connection.execute(found).mappings())

    def drop_cursor(self, mailbox: str, folder: str) -> None:
        """See ``ports.Desk``."""
        here = (cursors.c.mailbox == mailbox) & (cursors.c.folder == folder)
        self._connection.execute(delete(cursors).where(here))

    def sight(self, sightings_: Sequence[Sighting]) -> None:
        """See ``ports.Desk``."""
        self._forget_imports(sightings_)
        rows = {(s.place, s.sha256 if s.place.uid is None else ""): _sighting_row(s) for s in sightings_}
        upsert(self._connection, sightings, list(rows.values()), _PLACE)
        links = [
            {"sha256": s.sha256, "key": key}
            for s in sightings_
            for key in dict.fromkeys((sighting_key(s.message_id, s.sha256), *s.answers))
        ]
        insert_new(self._connection, sighting_links, links)
        named = {s.sha256: _bracket_row(s.sha256, s.bracket) for s in sightings_ if s.bracket}
        insert_new(self._connection, sighting_brackets, list(named.values()))

    def _forget_imports(self, sightings_: Sequence[Sighting]) -> None:
        """What has no UID is known by its bytes: NULLs are never equal, so no key would notice a second."""
        imported = sorted({s.sha256 for s in sightings_ if s.place.uid is None})
        for some in chunks(imported):
            self._connection.execute(
                delete(sightings).where(sightings.c.sha256.in_(some), sightings.c.uid.is_(None))
            )

    def sighted(self, sha256s: Sequence[str]) -> tuple[Sighting, ...]:
        """See ``ports.Desk``."""
        return sightings_of(self._batch, select(sightings), sha256s)

    def seen(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> frozenset[int]:
        """See ``ports.Desk``."""
        self._batch.flush()
        found: set[int] = set()
        tables = self._batch.tables
        for some in chunks(sorted(uids)):
            for table, names in (
                (tables.places, _PLACE),
                (sightings, _PLACE),
                (tables.renames, ("mailbox", "copy_folder", "copy_uidvalidity", "copy_uid")),
                (plans, ("mailbox", "copy_folder", "copy_uidvalidity", "copy_uid")),
            ):
                box, name, validity, uid = (table.c[n] for n in names)
                found.update(
                    self._connection.scalars(
                        select(uid).where(
                            box == mailbox, name == folder, validity == uidvalidity, uid.in_(some)
                        )
                    )
                )
        return frozenset(found)

    def forget_before(self, when: datetime, most: int) -> int:
        """See ``ports.Desk``."""
        old = (
            select(sightings.c.id, sightings.c.sha256)
            .where(sightings.c.seen_at < when)
            .order_by(sightings.c.seen_at)
            .limit(most)
        )
        rows = self._connection.execute(old).all()
        for some in chunks(rows):
            self._forget([row.id for row in some], [row.sha256 for row in some])
        return len(rows)

    def _forget(self, ids: Sequence[int], shas: Sequence[str]) -> None:
        """These sightings, and what hangs on the bytes that no other one has seen."""
        self._connection.execute(delete(sightings).where(sightings.c.id.in_(ids)))
        left = select(sightings.c.sha256).where(sightings.c.sha256.in_(shas))
        for table in (sighting_links, sighting_brackets, wishes):
            gone = table.c.sha256.in_(shas) & table.c.sha256.not_in(left)
            self._connection.execute(delete(table).where(gone))


def _sighting_row(s: Sighting) -> dict[str, Any]:
    return {
        "mailbox": s.place.mailbox,
        "folder": s.place.folder,
        "uidvalidity": s.place.uidvalidity,
        "uid": s.place.uid,
        "sha256": s.sha256,
        "message_id": s.message_id,
        "answers": s.answers,
        "size": s.size,
        "date": s.date,
        "seen_at": s.seen_at,
        "body_hash": s.body_hash,
        "own_hash": s.own_hash,
    }


def _bracket_row(sha256: str, bracket: Mention) -> dict[str, Any]:
    number = bracket.number
    return {
        "sha256": sha256,
        "scheme": number.scheme,
        "number": number.canonical,
        "mention": json.dumps(to_object(bracket)),
    }


def sightings_of(batch: Batch, statement: Select[Any], sha256s: Collection[str]) -> tuple[Sighting, ...]:
    """The sightings of these bytes that ``statement`` lets through, in the order they were made."""
    found: list[RowMapping] = []
    for some in chunks(sorted(set(sha256s))):
        wanted = statement.where(sightings.c.sha256.in_(some))
        found.extend(batch.connection.execute(wanted).mappings())
    return tuple(sighting(row) for row in sorted(found, key=lambda row: row["id"]))


class SqlWishes:
    """See ``ports.Wishes``."""

    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection

    def want(self, sha256s: Sequence[str]) -> None:
        """See ``ports.Wishes``."""
        insert_new(self._connection, wishes, [{"sha256": sha} for sha in dict.fromkeys(sha256s)])

    def wanted(self, mailbox: str) -> tuple[Sighting, ...]:
        """See ``ports.Wishes``."""
        rows = self._connection.execute(
            select(sightings)
            .join(wishes, wishes.c.sha256 == sightings.c.sha256)
            .where(sightings.c.mailbox == mailbox)
            .order_by(sightings.c.id)
        ).mappings()
        return tuple(sighting(row) for row in rows)

    def drop(self, sha256s: Sequence[str]) -> None:
        """See ``ports.Wishes``."""
        for some in chunks(list(sha256s)):
            self._connection.execute(delete(wishes).where(wishes.c.sha256.in_(some)))


class SqlFinder:
    """See ``ports.Finder``."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    def originals(self, ref: str) -> tuple[str, ...]:
        """See ``ports.Finder``."""
        self._batch.flush()
        table = self._batch.tables.originals
        return tuple(
            self._batch.connection.scalars(
                select(table.c.sha256).where(_fits(table, ref)).order_by(table.c.seq)
            )
        )

    def sightings(self, ref: str) -> tuple[Sighting, ...]:
        """See ``ports.Finder``."""
        rows = self._batch.connection.execute(
            select(sightings).where(_fits(sightings, ref)).order_by(sightings.c.id)
        ).mappings()
        return tuple(sighting(row) for row in rows)

    def thread_keys(self, sha256s: Sequence[str]) -> frozenset[str]:
        """See ``ports.Finder``."""
        self._batch.flush()
        table = self._batch.tables.originals
        found: set[str] = set()
        for some in chunks(list(sha256s)):
            wanted = select(table.c.thread_key).where(table.c.sha256.in_(some))
            found.update(self._batch.connection.scalars(wanted))
        return frozenset(found)


_SHORTEST_PREFIX = 8


def _fits(table: Any, ref: str) -> Any:
    """Message-ID with or without its angle brackets, or the first hex digits of the sha256."""
    message_id = ref.strip().removeprefix("<").removesuffix(">")
    fits = table.c.message_id == message_id
    digits = ref.strip().lower()
    if len(digits) >= _SHORTEST_PREFIX and not digits.strip("0123456789abcdef"):
        return or_(fits, func.substr(table.c.sha256, 1, len(digits)) == digits)
    return fits
