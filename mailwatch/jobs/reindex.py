"""``reindex``: what is shown, made again from what is kept. It runs no rules.

The ledger is replayed into fresh tables in short transactions beside those in
use, which are then swapped in one. The archive is read for headers and search
only. A lost database is filled from its journals first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailwatch.core.entries import MessageKept
from mailwatch.core.ledger import Recorded
from mailwatch.core.message import Message
from mailwatch.errors import ConfigError
from mailwatch.jobs.originals import in_batches, original
from mailwatch.jobs.progress import Progress, silent
from mailwatch.jobs.recover import recover
from mailwatch.jobs.restore import restore
from mailwatch.ports import (
    Archive,
    Change,
    Evidence,
    Fetched,
    JournalReader,
    Originals,
    Parser,
    Rebuild,
    Restore,
    Store,
)

_PAGE = 250
_BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What was made. ``changed`` lists what the tables told otherwise than the ledger before.

    ``left_out`` names originals of ``--from DIR`` that do not hold the bytes which their names promise.
    """

    messages: int
    cases: int
    changed: tuple[Change, ...] = ()
    left_out: tuple[str, ...] = ()


def reindex(
    store: Store,
    evidence: Evidence,
    rebuild: Rebuild,
    archive: Archive,
    parser: Parser,
    *,
    progress: Progress = silent,
) -> ReindexReport:
    """Replay the ledger into fresh projections and use them.

    Raises:
        ConfigError: the ledger holds an entry that this version cannot read. Nothing was changed.
    """
    _refuse_unknown(evidence)
    rebuild.begin()
    last = messages = 0
    changed: tuple[Change, ...] | None = None
    while changed is None:
        head = evidence.head().seq
        for page in _pages(evidence, last):
            rebuild.replay(list(_with_messages(page, archive, parser)))
            last = page[-1].seq
            messages += sum(isinstance(recorded.entry, MessageKept) for recorded in page)
            progress("ledger", last, max(0, head - last))
        # The daemon may have written meanwhile; then a few entries more are replayed.
        changed = rebuild.finish(last)
    with store.reading() as library:
        return ReindexReport(messages, len(library.cases()), changed)


def _pages(evidence: Evidence, after: int) -> Iterator[Sequence[Recorded]]:
    while page := evidence.recorded(after, _PAGE):
        yield page
        after = page[-1].seq


def _refuse_unknown(evidence: Evidence) -> None:
    for page in _pages(evidence, 0):
        for recorded in page:
            if recorded.entry is None:
                raise ConfigError(
                    "entry {seq} of the ledger is of the type {type}, which this version does not know",
                    mend="install the mailwatch that wrote it, or a newer one",
                    seq=recorded.seq,
                    type=recorded.type,
                )


# ── headers and text out of the archive ───────────────────────────────────────


def _with_messages(
    page: Sequence[Recorded], archive: Archive, parser: Parser
) -> Iterator[tuple[Recorded, Message | None]]:
    """Each entry with its mail, read anew. What is erased, missing or unreadable has none."""
    read: dict[str, Message | None] = {}
    entries = (kept for kept in (r.entry for r in page) if isinstance(kept, MessageKept))
    for batch in in_batches(entries, lambda entry: entry.size, most_bytes=_BATCH_BYTES):
        found = [mail for mail in (_fetched(entry, archive) for entry in batch) if mail is not None]
        answers = parser.parse(found) if found else ()
        for mail, answer in zip(found, answers, strict=True):
            read[mail.sha256] = answer if isinstance(answer, Message) else None
    for recorded in page:
        entry = recorded.entry
        yield recorded, read.get(entry.sha256) if isinstance(entry, MessageKept) else None


def _fetched(entry: MessageKept, archive: Archive) -> Fetched | None:
    raw = original(archive, entry.sha256)
    if raw is None:
        return None
    return Fetched(entry.place, raw, entry.sha256, entry.size, entry.internaldate, server=entry.server)


# ── a lost database ───────────────────────────────────────────────────────────


def rebuild_lost(
    store: Store,
    *,
    evidence: Evidence,
    rebuild: Rebuild,
    into: Restore,
    journal: JournalReader,
    source: Originals,
    archive: Archive,
    parser: Parser,
    attached: tuple[Originals, Archive] | None = None,
    progress: Progress = silent,
) -> ReindexReport:
    """``reindex --from DIR``: fill an empty database (see ``restore``), work tables and projections.

    One that was broken off is continued by the same call.
    """
    restored = restore(into, journal, source, archive, attached=attached, progress=progress)
    recover(store, (recorded for page in _pages(evidence, 0) for recorded in page))
    report = reindex(store, evidence, rebuild, archive, parser, progress=progress)
    into.end()
    # There was nothing before that could have told anything otherwise.
    return replace(report, changed=(), left_out=restored.left_out)
