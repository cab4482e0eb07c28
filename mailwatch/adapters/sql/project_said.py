"""What people say of cases, as rows, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import RowMapping, update

from mailwatch.adapters.sql.batch import Batch
from mailwatch.adapters.sql.columns_of import words
from mailwatch.core.canonical import to_milliseconds
from mailwatch.core.entries import Text, Withdrawn
from mailwatch.core.entrycodec import decode, encode
from mailwatch.core.spoken import CaseLink, Said
from mailwatch.core.statements import Statement


def project_said(batch: Batch, seq: int, ts: datetime, at: datetime | None, entry: Said) -> None:
    """Take a statement in."""
    other = entry.other if isinstance(entry, CaseLink) else None
    row = {
        "seq": seq,
        "type": entry.TYPE,
        "scheme": entry.number.scheme,
        "number": entry.number.canonical,
        "other_scheme": other.scheme if other else None,
        "other_number": other.canonical if other else None,
        "at": ts if at is None else to_milliseconds(at),
        "recorded_at": ts,
        "said": json.dumps(encode(entry, _plainly)),
        "withdrawn_at": None,
        "withdrawn_by": None,
    }
    batch.connection.execute(batch.tables.said.insert(), [row])


def project_withdrawn(batch: Batch, _seq: int, ts: datetime, entry: Withdrawn) -> None:
    """Mark a statement as taken back. A person's ``file`` entry pins its mail no longer."""
    batch.flush()
    said, filings = batch.tables.said, batch.tables.filings
    taken_back = {"withdrawn_at": ts, "withdrawn_by": words(entry.by)}
    batch.connection.execute(update(said).where(said.c.seq == entry.entry).values(**taken_back))
    pinned = filings.c.pin_seq == entry.entry
    batch.connection.execute(update(filings).where(pinned).values(pin=None, pin_seq=None))


def statement(row: Mapping[str, Any] | RowMapping) -> Statement:
    """A statement out of its row."""
    return Statement(
        entry=row["seq"],
        at=row["at"],
        recorded_at=row["recorded_at"],
        said=cast(Said, decode(json.loads(row["said"]), _itself)),
        withdrawn_at=row["withdrawn_at"],
        withdrawn_by=row["withdrawn_by"],
    )


def _plainly(value: str | bytes, **_: bool) -> str:
    """No commitment, but the text itself: these tables can be thrown away."""
    return words(Text(value))


def _itself(text: str) -> str:
    return text
