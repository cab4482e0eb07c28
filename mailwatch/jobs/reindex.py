"""``reindex``: what is shown, made again from what is kept. It runs no rules.

The ledger is replayed into fresh tables in short transactions beside those in
use, which are then swapped in one. The archive is read for headers and search
only. A lost database is filled from its journals first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from mailwatch.core.canonical import Malformed, parse_object, string
from mailwatch.core.entries import MessageKept, Place
from mailwatch.core.ledger import Head, Recorded, Sealed, link_hash, seq_and_prev
from mailwatch.core.message import Message
from mailwatch.core.texts import TextRow, parse_text_line
from mailwatch.errors import ConfigError
from mailwatch.ports import (
    Archive,
    Change,
    Evidence,
    Fetched,
    Journal,
    Parser,
    Rebuild,
    Restore,
    Store,
)

Progress = Callable[[str, int, int | None], None]
"""Called with (what, done, left)."""

NOWHERE = Place("")
"""For originals that come from another archive: the archive asks for bytes and hash alone."""

_PAGE = 250
_HASH = re.compile("[0-9a-f]{64}")
_BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What was made. ``changed`` lists what the tables told otherwise than the ledger before."""

    messages: int
    cases: int
    changed: tuple[Change, ...] = ()


def _silent(_what: str, _done: int, _left: int | None) -> None:
    """Tells nobody."""


def reindex(
    store: Store,
    evidence: Evidence,
    rebuild: Rebuild,
    archive: Archive,
    parser: Parser,
    *,
    progress: Progress = _silent,
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
    for batch in _by_bytes(kept for kept in (r.entry for r in page) if isinstance(kept, MessageKept)):
        found = [mail for mail in (_fetched(entry, archive) for entry in batch) if mail is not None]
        answers = parser.parse(found) if found else ()
        for mail, answer in zip(found, answers, strict=True):
            read[mail.sha256] = answer if isinstance(answer, Message) else None
    for recorded in page:
        entry = recorded.entry
        yield recorded, read.get(entry.sha256) if isinstance(entry, MessageKept) else None


def _by_bytes(entries: Iterator[MessageKept]) -> Iterator[list[MessageKept]]:
    batch: list[MessageKept] = []
    size = 0
    for entry in entries:
        if batch and size + entry.size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    if batch:
        yield batch


def _fetched(entry: MessageKept, archive: Archive) -> Fetched | None:
    try:
        raw = archive.read(entry.sha256)
    except KeyError:
        return None
    return Fetched(entry.place, raw, entry.sha256, entry.size, entry.internaldate, server=entry.server)


# ── a lost database ───────────────────────────────────────────────────────────


def rebuild_lost(
    store: Store,
    evidence: Evidence,
    rebuild: Rebuild,
    into: Restore,
    journal: Journal,
    source: Archive,
    archive: Archive,
    parser: Parser,
    *,
    progress: Progress = _silent,
) -> ReindexReport:
    """``reindex --from DIR``: fill an empty database, then its projections. See ``restore`` and ``reindex``."""
    restore(into, journal, source, archive, progress=progress)
    report = reindex(store, evidence, rebuild, archive, parser, progress=progress)
    # There was nothing before that could have told anything otherwise.
    return replace(report, changed=())


def restore(
    into: Restore, journal: Journal, source: Archive, archive: Archive, *, progress: Progress = _silent
) -> int:
    """Fill an empty database from the journals of a data folder; ``reindex`` comes after. Entries taken.

    Args:
        into: the empty database.
        journal: the journals to read.
        source: the archive beside them; its originals are brought over to ``archive``.
        archive: where originals belong. May be the same folder.
        progress: told how far it is.

    Raises:
        ConfigError: the database is not empty, or the journals do not hold together.
    """
    spoken: dict[str, int] = {}
    head = Head()
    page: list[Sealed] = []
    for line in journal.entries():
        sealed = _checked(head, line)
        if head.seq == 0:
            into.begin(string(parse_object(line), "ledger"))
        head = sealed.head
        for commit in _commits(line):
            spoken.setdefault(commit, sealed.seq)
        page.append(sealed)
        if len(page) == _PAGE:
            into.links(page)
            progress("ledger", head.seq, None)
            page = []
    into.links(page)
    _restore_texts(into, journal, spoken)
    _bring_over(source, archive, progress)
    return head.seq


def _checked(head: Head, line: bytes) -> Sealed:
    try:
        seq, prev = seq_and_prev(line)
    except Malformed:
        seq, prev = 0, ""
    if (seq, prev) != (head.seq + 1, head.hash):
        raise ConfigError(
            "the ledger's journal does not hold together after entry {seq}",
            mend="look for a better copy of it; this one was changed",
            seq=head.seq,
        )
    return Sealed(seq, link_hash(line), line)


def _commits(line: bytes) -> list[str]:
    """What may be commitments in an entry: every string of 64 hex digits, also in types we do not know."""
    found: list[str] = []
    todo: list[object] = [parse_object(line)]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
        elif isinstance(value, str) and _HASH.fullmatch(value):
            found.append(value)
    return found


def _restore_texts(into: Restore, journal: Journal, spoken: dict[str, int]) -> None:
    page: list[tuple[int, TextRow]] = []
    for line in journal.texts():
        row = _text(line)
        # A crash between texts and entries leaves texts that no entry speaks of.
        if row.commit in spoken:
            page.append((spoken[row.commit], row))
        if len(page) == _PAGE:
            into.texts(_newest(page))
            page = []
    into.texts(_newest(page))


def _newest(page: Sequence[tuple[int, TextRow]]) -> list[tuple[int, TextRow]]:
    return list({row.commit: (seq, row) for seq, row in page}.values())


def _text(line: bytes) -> TextRow:
    try:
        row = parse_text_line(line)
    except ValueError:
        row = None
    if row is None or not row.true:
        raise ConfigError(
            "a line of the texts' journal does not hold what it promises",
            mend="look for a better copy of it; this one was changed",
        )
    return row


def _bring_over(source: Archive, archive: Archive, progress: Progress) -> None:
    done = 0
    for sha256 in source.all():
        if not archive.has(sha256):
            raw = source.read(sha256)
            archive.put([Fetched(NOWHERE, raw, sha256, len(raw), None)])
            done += 1
            progress("archive", done, None)
