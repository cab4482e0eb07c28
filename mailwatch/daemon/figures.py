"""The figures that Prometheus is shown. Labels are names of the configuration and of folders, never mail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from mailwatch.adapters.exporter import Figure
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.model import Config
from mailwatch.core.soundness import days_left
from mailwatch.daemon.state import State
from mailwatch.daemon.tally import Tally
from mailwatch.wiring.health import status

MOST_FOLDERS = 500
"""A pattern may fit any number of folders on a server; Prometheus keeps a series for each."""

_BOX = ("mailbox",)
_COUNTED = (
    ("polls", "mailwatch_polls", "Looks at a mailbox, failed ones included."),
    ("failures", "mailwatch_poll_failures", "Looks at a mailbox that failed."),
    ("fetched", "mailwatch_mails_fetched", "Mails that were fetched."),
    ("filed", "mailwatch_mails_filed", "Mails that were filed under a case."),
)


def of_memory(states: Sequence[State], tally: Tally) -> Iterator[Figure]:
    """What needs no database: it is shown also when that is away."""
    yield Figure("mailwatch_build_info", "The version.", ("version",), [((version("mailwatchd"),), 1)])
    yield Figure(
        "mailwatch_mailbox_up",
        "1 unless the newest look at the mailbox failed.",
        _BOX,
        [((s.name,), float(not s.failures)) for s in states],
    )
    yield Figure(
        "mailwatch_backfill_left",
        "Older mails of a mailbox that are still to be read, as far as is known.",
        _BOX,
        [((s.name,), s.left.mails if s.left else 0) for s in states],
    )
    names = [state.name for state in states]
    for what, name, told in _COUNTED:
        counts = tally.of(what)
        yield Figure(name, told, _BOX, [((n,), counts.get(n, 0)) for n in names], counter=True)


def of_certificates(until: Mapping[str, datetime], now: datetime) -> Figure:
    """``until``: the end of each certificate by what it is for."""
    return Figure(
        "mailwatch_certificate_days_left",
        "Whole days that the certificate of a server is good for; negative once it expired.",
        ("server",),
        [((name,), days_left(end, now)) for name, end in until.items()],
    )


def of_database(config: Config, store: SqlStore) -> Iterable[Figure]:
    """What was done and what waits, by the database."""
    found = status(config, store)
    good = [
        ((f.mailbox, f.folder), f.last_good.timestamp())
        for f in found.folders[:MOST_FOLDERS]
        if f.last_good is not None
    ]
    yield Figure(
        "mailwatch_last_good_poll_timestamp_seconds",
        "When a folder was last read to its end.",
        ("mailbox", "folder"),
        good,
    )
    yield _one("mailwatch_messages", "Original mails that are kept.", found.messages)
    yield _one("mailwatch_cases", "Cases.", found.cases)
    yield _one("mailwatch_quarantined", "Mails that could not be read.", found.quarantined)
    yield _one("mailwatch_open_renames", "Renames under way.", found.open_plans)
    yield _one("mailwatch_unsent", "Digests and alarms that wait to be sent.", found.unsent)
    yield _one("mailwatch_ledger_entries", "Entries of the ledger.", store.evidence().head().seq)


def _one(name: str, told: str, number: int) -> Figure:
    return Figure(name, told, (), [((), number)])
