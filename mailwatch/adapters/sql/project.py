"""``project``: what one entry changes in the projections.

The live ledger and ``reindex`` call the very same code, so that projections and
the ledger cannot tell different stories. Nothing here reads a work table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select, update

from mailwatch.adapters.sql import search
from mailwatch.adapters.sql.batch import Batch, insert_new, upsert
from mailwatch.adapters.sql.columns_of import RENAME_COLUMNS, filing_columns, headers, searched, words
from mailwatch.core.entries import (
    CaseFrozen,
    DigestEntry,
    Entry,
    Erased,
    FiledEntry,
    MessageKept,
    Place,
    Renamed,
    SeenElsewhere,
    Undone,
    Watch,
)
from mailwatch.core.entrycodec import to_object
from mailwatch.core.filing import Rule, Verdict
from mailwatch.core.message import Message


class Projector:
    """Brings the projections of one transaction up to date, entry by entry."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._by_type: Mapping[type, Callable[[int, datetime, Any], None]] = {
            SeenElsewhere: self._seen,
            FiledEntry: self._filed,
            CaseFrozen: self._frozen,
            Renamed: self._renamed,
            Undone: self._renamed,
            DigestEntry: self._digest,
            Watch: self._watch,
        }

    def project(self, seq: int, ts: datetime, entry: Entry, message: Message | None) -> None:
        """Take ``entry`` in. Types without a projection change nothing."""
        if isinstance(entry, MessageKept):
            self._kept(seq, ts, entry, message)
        elif isinstance(entry, Erased):
            self._erased(entry, message)
        elif type(entry) in self._by_type:
            self._by_type[type(entry)](seq, ts, entry)

    # ── originals and places ──────────────────────────────────────────────────

    def _kept(self, seq: int, ts: datetime, entry: MessageKept, message: Message | None) -> None:
        row = {
            "seq": seq,
            "sha256": entry.sha256,
            "size": entry.size,
            "internaldate": entry.internaldate,
            "server": entry.server,
            "first_seen": ts,
            **headers(entry.sha256, message, entry.internaldate),
        }
        keys = dict.fromkeys((row["thread_key"], *row["answers"]))
        links = [{"key": key, "sha256": entry.sha256} for key in keys]
        self._batch.original(row, links, "" if message is None else searched(message))
        self._place(seq, ts, entry)

    def _seen(self, seq: int, ts: datetime, entry: SeenElsewhere) -> None:
        self._place(seq, ts, entry)

    def _place(self, seq: int, ts: datetime, entry: MessageKept | SeenElsewhere) -> None:
        place: Place = entry.place
        self._batch.place(
            {
                "seq": seq,
                "sha256": entry.sha256,
                "mailbox": place.mailbox,
                "folder": place.folder,
                "uidvalidity": place.uidvalidity,
                "uid": place.uid,
                "internaldate": entry.internaldate,
                "server": entry.server,
                "seen_at": ts,
                "live": True,
            }
        )

    def _watch(self, _seq: int, _ts: datetime, entry: Watch) -> None:
        if entry.what not in {"uidvalidity", "folder-gone"} or entry.folder is None:
            return
        self._batch.flush()
        places = self._batch.tables.places
        gone = and_(places.c.mailbox == entry.mailbox, places.c.folder == words(entry.folder))
        if entry.what == "uidvalidity":
            gone = and_(gone, places.c.uidvalidity == entry.old)
        self._batch.connection.execute(update(places).where(gone).values(live=False))

    def _erased(self, entry: Erased, message: Message | None) -> None:
        """Only the row stays. The index holds no copy of the words: ``message`` says which to take out."""
        if entry.sha256 is None:
            return
        self._batch.flush()
        originals, links = self._batch.tables.originals, self._batch.tables.links
        connection = self._batch.connection
        row = connection.execute(
            select(originals.c.seq, originals.c.internaldate).where(originals.c.sha256 == entry.sha256)
        ).first()
        if row is None:
            return
        if message is not None:
            search.remove(connection, self._batch.tables.search, row.seq, searched(message))
        blank = headers(entry.sha256, None, row.internaldate)
        connection.execute(update(originals).where(originals.c.sha256 == entry.sha256).values(**blank))
        connection.execute(delete(links).where(links.c.sha256 == entry.sha256))
        insert_new(connection, links, [{"key": blank["thread_key"], "sha256": entry.sha256}])

    # ── filings and cases ─────────────────────────────────────────────────────

    def _filed(self, seq: int, ts: datetime, entry: FiledEntry) -> None:
        filing = entry.filing
        pinned = filing.rule is Rule.PERSON and filing.verdict is not Verdict.SAME
        row = {
            **filing_columns(filing),
            "seq": seq,
            "mentions": json.dumps([to_object(m) for m in entry.mentions]),
            "anchor": entry.anchor,
            "desk": entry.desk,
            "pin": json.dumps(to_object(filing)) if pinned else None,
            "pin_seq": seq if pinned else None,
        }
        mentions = [
            {
                "sha256": filing.sha256,
                "position": position,
                "scheme": mention.number.scheme,
                "number": mention.number.canonical,
                "alias": mention.alias,
            }
            for position, mention in enumerate(entry.mentions)
        ]
        related = [
            {"sha256": filing.sha256, "scheme": number.scheme, "number": number.canonical}
            for number in dict.fromkeys(filing.related)
        ]
        self._batch.filing(row, mentions, related)
        if filing.verdict is Verdict.FILED and filing.number is not None:
            self._batch.case(
                {
                    "scheme": filing.number.scheme,
                    "number": filing.number.canonical,
                    "first_recorded_at": ts,
                }
            )

    def _frozen(self, _seq: int, _ts: datetime, entry: CaseFrozen) -> None:
        self._batch.flush()
        row = {
            "scheme": entry.scheme,
            "number": entry.number,
            "token": entry.token,
            "title": words(entry.title),
        }
        upsert(self._batch.connection, self._batch.tables.cases, [row], ["number", "scheme"])

    # ── renames and digests ───────────────────────────────────────────────────

    def _renamed(self, seq: int, ts: datetime, entry: Renamed) -> None:
        self._batch.flush()
        undo = isinstance(entry, Undone)
        done = entry.state == "done"
        if done:
            self._settle(entry, undo=undo)
        filings = self._batch.tables.filings
        filed = self._batch.connection.execute(
            select(filings.c.scheme, filings.c.number).where(filings.c.sha256 == entry.original)
        ).first()
        row = {
            **{name: getattr(entry, name) for name in RENAME_COLUMNS},
            "seq": seq,
            "direction": "undo" if undo else "rename",
            "standing": done and not undo,
            "scheme": filed.scheme if filed else None,
            "number": filed.number if filed else None,
            "folder": words(entry.folder),
            "originals_folder": None if entry.originals is None else words(entry.originals),
            "copy_folder": words(entry.copy_folder),
            "subject_from": words(entry.subject_from),
            "subject_to": words(entry.subject_to),
            "recorded_at": ts,
        }
        self._batch.connection.execute(self._batch.tables.renames.insert(), [row])

    def _settle(self, entry: Renamed, *, undo: bool) -> None:
        """What a rename or undo that went through changes elsewhere."""
        connection, tables = self._batch.connection, self._batch.tables
        renames, bars = tables.renames, tables.bars
        connection.execute(
            update(renames)
            .where(renames.c.original == entry.original, renames.c.mailbox == entry.mailbox)
            .values(standing=False)
        )
        connection.execute(
            delete(bars).where(bars.c.original == entry.original, bars.c.mailbox == entry.mailbox)
        )
        if undo:
            insert_new(connection, bars, [{"original": entry.original, "mailbox": entry.mailbox}])
        if entry.originals is not None:
            self._move(entry, undo=undo)

    def _move(self, entry: Renamed, *, undo: bool) -> None:
        """The original lies elsewhere now."""
        assert entry.originals is not None
        here = (words(entry.folder), entry.uidvalidity, entry.uid)
        there = (words(entry.originals), entry.originals_uidvalidity, entry.originals_uid)
        if undo:
            here, there = there, here
        places = self._batch.tables.places
        self._batch.connection.execute(
            update(places)
            .where(
                places.c.sha256 == entry.original,
                places.c.mailbox == entry.mailbox,
                places.c.folder == here[0],
                places.c.uidvalidity == here[1],
                places.c.uid == here[2],
            )
            .values(folder=there[0], uidvalidity=there[1], uid=there[2])
        )

    def _digest(self, _seq: int, _ts: datetime, entry: DigestEntry) -> None:
        row = {"message_id": words(entry.message_id), "id": entry.id, "body_sha256": entry.body_sha256}
        upsert(self._batch.connection, self._batch.tables.digests, [row], ["message_id"])
