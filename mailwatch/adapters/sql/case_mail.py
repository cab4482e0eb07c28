"""The mails of cases with what each told; ``reindex`` leaves the latter alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, and_, case, func, or_, select, type_coerce

from mailwatch.adapters.sql.batch import Batch, upsert
from mailwatch.adapters.sql.cases import DORMANT_AFTER, TRUSTED
from mailwatch.adapters.sql.projections import Projections
from mailwatch.adapters.sql.rows import filing
from mailwatch.adapters.sql.tables import told as table
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Verdict
from mailwatch.core.told import Told, from_json, timed, to_json
from mailwatch.ports import CaseMail

_DORMANT = DORMANT_AFTER // timedelta(milliseconds=1)


class SqlCaseMails:
    """See ``ports.CaseMails``."""

    def __init__(self, connection: Connection, tables: Projections) -> None:
        self._connection = connection
        self._tables = tables

    def of(self, number: CaseNumber, fingerprint: str) -> tuple[CaseMail, ...]:
        """See ``ports.CaseMails``."""
        f, o = self._tables.filings, self._tables.originals
        statement = self._mails(fingerprint).where(
            f.c.number == number.canonical, f.c.scheme == number.scheme
        )
        return self._rows(statement.order_by(o.c.date, o.c.sha256))

    def awake(self, fingerprint: str) -> tuple[CaseMail, ...]:
        """See ``ports.CaseMails``."""
        o = self._tables.originals
        return self._rows(self._of_awake_cases(fingerprint).order_by(o.c.date, o.c.sha256))

    def unread(self, fingerprint: str, limit: int) -> tuple[CaseMail, ...]:
        """See ``ports.CaseMails``."""
        o = self._tables.originals
        statement = self._of_awake_cases(fingerprint).where(table.c.sha256.is_(None))
        return self._rows(statement.order_by(o.c.date.desc(), o.c.sha256).limit(limit))

    # ── asking ────────────────────────────────────────────────────────────────

    def _mails(self, fingerprint: str) -> Any:
        f, o = self._tables.filings, self._tables.originals
        of_today = and_(
            table.c.sha256 == f.c.sha256, table.c.seq == f.c.seq, table.c.fingerprint == fingerprint
        )
        return (
            select(f, o.c.date, o.c.size, table.c.told, *self._whereabouts())
            .join(o, o.c.sha256 == f.c.sha256)
            .join(table, of_today, isouter=True)
            .where(f.c.verdict == Verdict.FILED.value, f.c.standing.in_(TRUSTED), f.c.number.is_not(None))
        )

    def _whereabouts(self) -> tuple[Any, ...]:
        """Where the mail was found first, and when it and its further originals were received first."""
        f, p = self._tables.filings, self._tables.places
        same = f.alias("same")
        of_this = select(func.min(p.c.internaldate)).where(p.c.sha256 == f.c.sha256)
        of_others = (
            select(func.min(p.c.internaldate))
            .join(same, same.c.sha256 == p.c.sha256)
            .where(same.c.via == f.c.sha256, same.c.verdict == Verdict.SAME.value)
        )
        mailbox = select(p.c.mailbox).where(p.c.sha256 == f.c.sha256).order_by(p.c.seq).limit(1)
        return (
            of_this.correlate(f).scalar_subquery().label("received"),
            of_others.correlate(f).scalar_subquery().label("received_elsewhere"),
            mailbox.correlate(f).scalar_subquery().label("mailbox"),
        )

    def _of_awake_cases(self, fingerprint: str) -> Any:
        """As ``cases`` judges it: not dormant is what had mail in the month before it was first met."""
        f, kept = self._tables.filings, self._tables.cases
        last = self._last_mails()
        met = type_coerce(kept.c.first_recorded_at, BigInteger)
        return (
            self._mails(fingerprint)
            .join(last, and_(last.c.number == f.c.number, last.c.scheme == f.c.scheme))
            .join(kept, and_(kept.c.number == f.c.number, kept.c.scheme == f.c.scheme), isouter=True)
            .where(or_(met.is_(None), type_coerce(last.c.date, BigInteger) >= met - _DORMANT))
        )

    def _last_mails(self) -> Any:
        f, o = self._tables.filings, self._tables.originals
        trusted = case((f.c.standing.in_(TRUSTED), o.c.date))
        return (
            select(f.c.number, f.c.scheme, func.max(trusted).label("date"))
            .join(o, o.c.sha256 == f.c.sha256)
            .where(f.c.verdict == Verdict.FILED.value)
            .group_by(f.c.number, f.c.scheme)
            .subquery()
        )

    def _rows(self, statement: Any) -> tuple[CaseMail, ...]:
        return tuple(_mail(row) for row in self._connection.execute(statement).mappings())


def _mail(row: Any) -> CaseMail:
    received = min((m for m in (row["received"], row["received_elsewhere"]) if m is not None), default=None)
    told = None
    if row["told"] is not None:
        told = timed(from_json(row["told"], row["sha256"]), row["date"], received)
    return CaseMail(filing(row), row["seq"], row["mailbox"] or "", row["size"], row["date"], received, told)


class SqlToldRows:
    """See ``ports.ToldRows``."""

    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection

    def save(self, fingerprint: str, told: Sequence[tuple[CaseMail, Told]]) -> None:
        """See ``ports.ToldRows``."""
        rows = [
            {
                "sha256": mail.filing.sha256,
                "seq": mail.seq,
                "fingerprint": fingerprint,
                "told": to_json(found),
            }
            for mail, found in told
        ]
        upsert(self._connection, table, rows, ["sha256"])
