"""Mail from files: the same way through the house as mail from a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mailwatch.adapters.files import read_files
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.errors import ConfigError, Words
from mailwatch.jobs.poll_report import PollReport
from mailwatch.jobs.progress import Progress
from mailwatch.ports import Fetched
from mailwatch.wiring import states
from mailwatch.wiring.tools import Tools

IMPORTED = "import"
"""The mailbox name of mail that came from files."""


def import_files(tools: Tools, paths: Sequence[Path], progress: Progress) -> PollReport:
    """File all mail in ``paths``; read them once more, if a case asks for earlier ones.

    What may not be read is told in the report, when everything else is filed.
    """
    ingest, policy, spool = tools.ingest(progress), tools.config.policy(), tools.archive.spool
    report = PollReport()
    closed: list[Words] = []
    for batch in _readable(paths, spool, closed):
        report += PollReport(ingest.take(batch, policy))
        progress(IMPORTED, report.outcome.fetched, None)
    while wanted := _wishes(tools.store):
        found = 0
        for batch in _readable(paths, spool, []):
            asked = [mail for mail in batch if mail.sha256 in wanted]
            found += len(asked)
            if asked:
                report += PollReport(ingest.take(asked, policy, asked_for=True).without_fetched())
        if not found:
            with tools.store.writing() as tx:
                tx.wishes.drop(sorted(wanted))
    return report + states.after_poll(tools) + PollReport(errors=tuple(closed))


def _readable(
    paths: Sequence[Path], spool: Callable[[], Path], closed: list[Words]
) -> Iterator[tuple[Fetched, ...]]:
    try:
        yield from read_files(paths, spool)
    except ConfigError as error:
        for trouble in error.problems or (error.message,):
            line = Words("{trouble} → {mend}", {"trouble": trouble, "mend": error.mend})
            closed.append(line if error.mend.template else trouble)


def _wishes(store: SqlStore) -> frozenset[str]:
    with store.writing() as tx:
        return frozenset(sighting.sha256 for sighting in tx.wishes.wanted(IMPORTED))
