"""A lost database, filled again from the journals and the archive of a data folder."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailwatch.core.canonical import Malformed, parse_object, string
from mailwatch.core.ledger import Head, Sealed, link_hash, seq_and_prev
from mailwatch.core.place import Place
from mailwatch.core.texts import TextRow, parse_text_line
from mailwatch.errors import ConfigError
from mailwatch.jobs.progress import Progress, silent
from mailwatch.ports import Archive, Fetched, JournalReader, Originals, Restore

_log = logging.getLogger(__name__)

NOWHERE = Place("")
"""For originals that come from another archive: the archive asks for bytes and hash alone."""

_PAGE = 250
_BATCH_BYTES = 8 * 1024 * 1024
_PASSES = 10
"""How often a journal whose lines were put into another order is read before it is given up."""
_HASH = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Chain:
    """What a journal holds. ``lacking`` are the marks that it does not pass."""

    ledger: str | None
    head: Head
    lacking: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """``left_out`` names originals that do not hold the bytes which their names promise."""

    entries: int
    left_out: tuple[str, ...]


def measure(journal: JournalReader, marks: Sequence[Head] = ()) -> Chain:
    """Read a whole journal, and see whether its chain passes ``marks``.

    Raises:
        ConfigError: the journal does not hold together.
    """
    passed = {Head()}
    ledger, head = None, Head()
    for sealed in _chain(journal):
        ledger = ledger or string(parse_object(sealed.canonical), "ledger")
        head = sealed.head
        if head in marks:
            passed.add(head)
    return Chain(ledger, head, tuple(mark for mark in marks if mark not in passed))


def restore(
    into: Restore,
    journal: JournalReader,
    source: Originals,
    archive: Archive,
    *,
    attached: tuple[Originals, Archive] | None = None,
    progress: Progress = silent,
) -> Restored:
    """Fill an empty database from the journals of a data folder; ``reindex`` comes after.

    Args:
        into: the empty database.
        journal: the journals to read.
        source: the archive beside them; its originals are brought over to ``archive``.
        archive: where originals belong. May be the same folder.
        attached: the same for files that persons attached to cases.
        progress: told how far it is.

    Raises:
        ConfigError: the database is not empty, or the journals do not hold together: then
            nothing was written.
    """
    found = measure(journal)
    if found.ledger is not None:
        into.begin(found.ledger)
    spoken: dict[str, int] = {}
    page: list[Sealed] = []
    for sealed in _chain(journal):
        for commit in _commits(sealed.canonical):
            spoken.setdefault(commit, sealed.seq)
        page.append(sealed)
        if len(page) == _PAGE:
            into.links(page)
            progress("ledger", sealed.seq, found.head.seq - sealed.seq)
            page = []
    into.links(page)
    _restore_texts(into, journal, spoken)
    left_out = [*_bring_over(source, archive, progress)]
    if attached is not None:
        left_out += _bring_over(*attached, progress)
    return Restored(found.head.seq, tuple(left_out))


def _chain(journal: JournalReader) -> Iterator[Sealed]:
    """The entries of a journal, each after the one that it names.

    Lines that do not go on where the one before them ended are passed over: old ones that
    stand there once more, and what is no entry at all.

    Raises:
        ConfigError: an entry is missing, for the journal knows later ones.
    """
    head = Head()
    for _ in range(_PASSES):
        highest, before = 0, head
        for line in journal.entries():
            seq, prev = _place(line)
            highest = max(highest, seq)
            if (seq, prev) == (head.seq + 1, head.hash):
                head = Head(seq, link_hash(line))
                yield Sealed(seq, head.hash, line)
        if highest <= head.seq:
            return
        if head == before:
            break
    raise ConfigError(
        "the ledger's journal does not hold together after entry {seq}",
        mend="look for a better copy of it; this one was changed",
        seq=head.seq,
    )


def _place(line: bytes) -> tuple[int, str]:
    try:
        return seq_and_prev(line)
    except Malformed:
        return 0, ""


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


def _restore_texts(into: Restore, journal: JournalReader, spoken: dict[str, int]) -> None:
    page: list[tuple[int, TextRow]] = []
    for line in journal.texts():
        row = _text(line)
        # A crash between texts and entries leaves texts that no entry speaks of.
        if row is not None and row.commit in spoken:
            page.append((spoken[row.commit], row))
        if len(page) == _PAGE:
            into.texts(_newest(page))
            page = []
    into.texts(_newest(page))


def _newest(page: Sequence[tuple[int, TextRow]]) -> list[tuple[int, TextRow]]:
    return list({row.commit: (seq, row) for seq, row in page}.values())


def _text(line: bytes) -> TextRow | None:
    """One text; None for a line that is nothing of ours, as a crash leaves it."""
    try:
        string(parse_object(line), "commit")
    except ValueError:
        _log.warning("a line of the texts' journal cannot be read; see what is missing: mailwatch verify")
        return None
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


# ── originals ─────────────────────────────────────────────────────────────────


def _bring_over(source: Originals, archive: Archive, progress: Progress) -> Iterator[str]:
    """Bring over what is missing, in batches; the names of those that are not what they promise."""
    batch: list[Fetched] = []
    done = size = 0
    for sha256 in source.all():
        if archive.has(sha256):
            continue
        raw = source.read(sha256)
        if hashlib.sha256(raw).hexdigest() != sha256:
            yield sha256
            continue
        batch.append(Fetched(NOWHERE, raw, sha256, len(raw), None))
        size += len(raw)
        if size > _BATCH_BYTES or len(batch) == _PAGE:
            archive.put(batch)
            done += len(batch)
            progress("archive", done, None)
            batch, size = [], 0
    archive.put(batch)
