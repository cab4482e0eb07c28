"""``project``: what one entry changes in the projections.

The live ledger and ``reindex`` call the very same code, so that projections and
the ledger cannot tell different stories. Nothing here reads a work table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import and_, delete, select, update

from mailwatch.adapters.sql import search
from mailwatch.adapters.sql.batch import Batch, insert_new, upsert
from mailwatch.adapters.sql.columns_of import filing_columns, headers, searched, words
from mailwatch.adapters.sql.project_rename import project_rename
from mailwatch.adapters.sql.project_said import project_said, project_withdrawn
from mailwatch.core.entries import (
    CaseFrozen,
    DigestEntry,
    Entry,
    Erased,
    FiledEntry,
    Gone,
    MessageKept,
    Quarantined,
    Renamed,
    SeenElsewhere,
    Undone,
    Watch,
    Withdrawn,
)
from mailwatch.core.entrycodec import to_object
from mailwatch.core.filing import Rule, Verdict
from mailwatch.core.message import Message
from mailwatch.core.place import Place
from mailwatch.core.spoken import Said


class Projector:
    """Brings the projections of one transaction up to date, entry by entry."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._by_type: Mapping[type, Callable[[int, datetime, Any], None]] = {
            SeenElsewhere: self._seen,
            FiledEntry: self._filed,
            CaseFrozen: self._frozen,
            Renamed: partial(project_rename, batch),
            Undone: partial(project_rename, batch),
            DigestEntry: self._digest,
            Watch: self._watch,
            Gone: self._gone,
            Withdrawn: partial(project_withdrawn, batch),
        }

    def project(
        self, seq: int, ts: datetime, entry: Entry, message: Message | None, at: datetime | None = None
    ) -> None:
        """Take ``entry`` in. Types without a projection change nothing. ``at`` is None where it is ``ts``."""
        if isinstance(entry, MessageKept):
            self._kept(seq, ts, entry, message)
        elif isinstance(entry, Erased):
            self._erased(entry, message)
        elif isinstance(entry, Quarantined):
            self._released(entry, message)
        elif isinstance(entry, Said):
            project_said(self._batch, seq, ts, at, entry)
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
        links = _links(entry.sha256, row)
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

    def _gone(self, _seq: int, _ts: datetime, entry: Gone) -> None:
        self._batch.flush()
        places, place = self._batch.tables.places, entry.place
        here = and_(
            places.c.mailbox == place.mailbox,
            places.c.folder == place.folder,
            places.c.uidvalidity == place.uidvalidity,
            places.c.uid == place.uid,
        )
        self._batch.connection.execute(update(places).where(here).values(live=False))

    def _watch(self, _seq: int, _ts: datetime, entry: Watch) -> None:
        if entry.what not in {"uidvalidity", "folder-gone"} or entry.folder is None:
            return
        self._batch.flush()
        places = self._batch.tables.places
        gone = and_(places.c.mailbox == entry.mailbox, places.c.folder == words(entry.folder))
        if entry.what == "uidvalidity":
            gone = and_(gone, places.c.uidvalidity == entry.old)
        self._batch.connection.execute(update(places).where(gone).values(live=False))

    def _released(self, entry: Quarantined, message: Message | None) -> None:
        """A mail that was kept unread can be read now. A reindex has read it with its ``message`` entry."""
        row = None if message is None else self._original(entry.sha256)
        if message is None or row is None or row.readable:
            return
        fresh = headers(entry.sha256, message, row.internaldate)
        self._reread(entry.sha256, fresh)
        body = searched(message)
        if body:
            rows = [{"seq": row.seq, "body": body}]
            search.add(self._batch.connection, self._batch.tables.search, rows)

    def _erased(self, entry: Erased, message: Message | None) -> None:
        """Only the row stays. The index holds no copy of the words: ``message`` says which to take out."""
        row = None if entry.sha256 is None else self._original(entry.sha256)
        if entry.sha256 is None or row is None:
            return
        if message is not None:
            search.remove(self._batch.connection, self._batch.tables.search, row.seq, searched(message))
        self._reread(entry.sha256, headers(entry.sha256, None, row.internaldate))

    def _original(self, sha256: str) -> Any:
        self._batch.flush()
        originals = self._batch.tables.originals
        columns = originals.c.seq, originals.c.internaldate, originals.c.readable
        return self._batch.connection.execute(select(*columns).where(originals.c.sha256 == sha256)).first()

    def _reread(self, sha256: str, fresh: Mapping[str, Any]) -> None:
        """Put other headers, and the links that hang on them, in the place of those that an original has."""
        connection, tables = self._batch.connection, self._batch.tables
        originals, links = tables.originals, tables.links
        connection.execute(update(originals).where(originals.c.sha256 == sha256).values(**fresh))
        connection.execute(delete(links).where(links.c.sha256 == sha256))
        insert_new(connection, links, _links(sha256, fresh))

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

    # ── digests ───────────────────────────────────────────────────────────────

    def _digest(self, _seq: int, _ts: datetime, entry: DigestEntry) -> None:
        row = {"message_id": words(entry.message_id), "id": entry.id, "body_sha256": entry.body_sha256}
        upsert(self._batch.connection, self._batch.tables.digests, [row], ["message_id"])


def _links(sha256: str, row: Mapping[str, Any]) -> list[dict[str, str]]:
    keys = dict.fromkeys((row["thread_key"], *row["answers"]))
    return [{"key": key, "sha256": sha256} for key in keys]
