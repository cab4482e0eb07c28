"""Rename plans, and which mails may get one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, RowMapping, and_, case, exists, func, or_, select, type_coerce

from mailwatch.adapters.sql.batch import Batch, upsert
from mailwatch.adapters.sql.rows import filing
from mailwatch.adapters.sql.tables import plans
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Verdict
from mailwatch.core.place import Place
from mailwatch.core.renaming import OPEN_STATES, Candidate, Direction, Mode, Plan, PlanState
from mailwatch.core.standing import Standing

_OPEN = tuple(sorted(state.value for state in OPEN_STATES))
DORMANT_AFTER_MS = 30 * 24 * 3600 * 1000


class SqlPlans:
    """See ``ports.Plans``."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._tables = batch.tables

    def open(self, mailbox: str) -> tuple[Plan, ...]:
        """See ``ports.Plans``."""
        rows = self._connection.execute(
            select(plans)
            .where(plans.c.mailbox == mailbox, plans.c.state.in_(_OPEN))
            .order_by(plans.c.position)
        ).mappings()
        return tuple(_plan(row) for row in rows)

    def save(self, plans_: Sequence[Plan]) -> None:
        """See ``ports.Plans``."""
        upsert(self._connection, plans, [_columns(plan) for plan in plans_], ["id"])

    def find(self, plan_id: str) -> Plan | None:
        """See ``ports.Plans``."""
        rows = self._connection.execute(select(plans).where(plans.c.id == plan_id)).mappings()
        found = next((_plan(row) for row in rows), None)
        if found is not None:
            return found
        self._batch.flush()
        renames = self._tables.renames
        past = select(renames).where(renames.c.plan == plan_id).order_by(renames.c.seq.desc())
        return next((_past_plan(row) for row in self._connection.execute(past).mappings()), None)

    def done(self, mailbox: str | None, number: CaseNumber | None) -> tuple[Plan, ...]:
        """See ``ports.Plans``."""
        self._batch.flush()
        renames = self._tables.renames
        wanted = select(renames).where(renames.c.standing, renames.c.number.is_not(None))
        if mailbox is not None:
            wanted = wanted.where(renames.c.mailbox == mailbox)
        if number is not None:
            wanted = wanted.where(renames.c.number == number.canonical, renames.c.scheme == number.scheme)
        rows = self._connection.execute(wanted.order_by(renames.c.seq)).mappings()
        return tuple(_past_plan(row) for row in rows)

    def candidates(self, mailbox: str, folder: str, *, since: datetime | None) -> tuple[Candidate, ...]:
        """See ``ports.Plans``."""
        self._batch.flush()
        t = self._tables
        via, via_of_first = t.filings.alias(), t.filings.alias()
        # A further original points at the first one, whose own reason counts for it, too.
        is_same = t.filings.c.verdict == Verdict.SAME.value
        statement = (
            select(
                t.filings,
                *t.originals.c["subject", "automatic", "signed", "encrypted", "mailwatch_fields"],
                *t.originals.c["subject_fields", "size"],
                *t.places.c["mailbox", "folder", "uidvalidity", "uid", "seen_at", "internaldate"],
                case((is_same, via_of_first.c.rule), else_=via.c.rule).label("via_rule"),
                self._is_dormant().label("dormant"),
                self._ended().label("ended"),
                exists()
                .where(t.bars.c.original == t.filings.c.sha256, t.bars.c.mailbox == t.places.c.mailbox)
                .label("barred"),
            )
            .join(t.originals, t.originals.c.sha256 == t.filings.c.sha256)
            .join(t.places, t.places.c.sha256 == t.filings.c.sha256)
            .join(via, via.c.sha256 == t.filings.c.via, isouter=True)
            .join(via_of_first, via_of_first.c.sha256 == via.c.via, isouter=True)
            .where(self._may_be_renamed(mailbox, folder))
            .order_by(t.places.c.seq)
        )
        if since is not None:
            statement = statement.where(t.places.c.seen_at >= since)
        return tuple(_candidate(row) for row in self._connection.execute(statement).mappings())

    def _may_be_renamed(self, mailbox: str, folder: str) -> Any:
        t = self._tables
        sha = t.filings.c.sha256
        return and_(
            t.places.c.mailbox == mailbox,
            t.places.c.folder == folder,
            t.places.c.live,
            t.filings.c.number.is_not(None),
            t.filings.c.verdict.in_([Verdict.FILED.value, Verdict.SAME.value]),
            ~exists().where(plans.c.original == sha, plans.c.mailbox == mailbox, plans.c.state.in_(_OPEN)),
            ~exists().where(
                t.renames.c.original == sha, t.renames.c.mailbox == mailbox, t.renames.c.standing
            ),
        )

    def _is_dormant(self) -> Any:
        """Whether the case's last mail was old when it was first met; trusted mail, where there is any."""
        t = self._tables
        f, o = t.filings.alias(), t.originals.alias()
        trusted = f.c.standing.in_([Standing.OWN.value, Standing.VOUCHED.value, Standing.CLAIMED.value])
        last = (
            select(func.coalesce(func.max(o.c.date).filter(trusted), func.max(o.c.date)))
            .join(o, o.c.sha256 == f.c.sha256)
            .where(
                f.c.number == t.filings.c.number,
                f.c.scheme == t.filings.c.scheme,
                f.c.verdict == Verdict.FILED.value,
            )
            .correlate(t.filings)
            .scalar_subquery()
        )
        first = (
            select(t.cases.c.first_recorded_at)
            .where(t.cases.c.number == t.filings.c.number, t.cases.c.scheme == t.filings.c.scheme)
            .correlate(t.filings)
            .scalar_subquery()
        )
        return func.coalesce(_milliseconds(first) - _milliseconds(last) > DORMANT_AFTER_MS, False)

    def _ended(self) -> Any:
        """Why the newest rename of this mail in this mailbox came to nothing."""
        t = self._tables
        r = t.renames.alias()
        return (
            select(r.c.why)
            .where(
                r.c.original == t.filings.c.sha256,
                r.c.mailbox == t.places.c.mailbox,
                or_(r.c.state == PlanState.ABORTED.value, r.c.state == PlanState.REVIEW.value),
            )
            .order_by(r.c.seq.desc())
            .limit(1)
            .correlate(t.filings, t.places)
            .scalar_subquery()
        )


def _milliseconds(expression: Any) -> Any:
    return type_coerce(expression, BigInteger)


def _candidate(row: RowMapping) -> Candidate:
    return Candidate(
        place=Place(row["mailbox"], row["folder"], row["uidvalidity"], row["uid"]),
        filing=filing(row),
        via_rule=row["via_rule"],
        subject=row["subject"],
        automatic=row["automatic"],
        signed=row["signed"],
        encrypted=row["encrypted"],
        mailwatch_fields=row["mailwatch_fields"],
        subject_fields=row["subject_fields"],
        size=row["size"],
        first_seen=row["seen_at"],
        dormant=bool(row["dormant"]),
        barred=bool(row["barred"]),
        internaldate=row["internaldate"],
        ended=row["ended"],
    )


_NAMES = tuple(name for name in Plan.__slots__ if name != "number")


def _columns(plan: Plan) -> dict[str, Any]:
    row = {name: getattr(plan, name) for name in _NAMES}
    words = {name: row[name].value for name in ("direction", "mode", "state")}
    return {**row, **words, "scheme": plan.number.scheme, "number": plan.number.canonical}


def _plan(row: RowMapping) -> Plan:
    return Plan(
        **{name: row[name] for name in _NAMES if name not in {"direction", "mode", "state"}},
        direction=Direction(row["direction"]),
        mode=Mode(row["mode"]),
        state=PlanState(row["state"]),
        number=CaseNumber(row["scheme"], row["number"]),
    )


_PAST = (
    "mailbox",
    "original",
    "subject_from",
    "subject_to",
    "copy",
    "folder",
    "uidvalidity",
    "uid",
    "copy_folder",
    "copy_uidvalidity",
    "copy_uid",
    "originals_folder",
    "originals_uidvalidity",
    "originals_uid",
    "why",
)


def _past_plan(row: RowMapping) -> Plan:
    """A plan as its ``rename`` entry tells it, without the work table."""
    return Plan(
        **{name: row[name] for name in _PAST},
        id=row["plan"],
        direction=Direction(row["direction"]),
        mode=Mode(row["mode"]),
        state=PlanState(row["state"]),
        number=CaseNumber(row["scheme"] or "", row["number"] or ""),
        due=row["recorded_at"],
    )
