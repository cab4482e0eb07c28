"""A lost database, filled again from the journals and the archive of a data folder."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailwatch.core.canonical import Malformed, parse_object, string
from mailwatch.core.ledger import Head, Sealed, link_hash, seq_and_prev
from mailwatch.core.place import Place
from mailwatch.core.texts import TextRow, parse_text_line
from mailwatch.errors import ConfigError
from mailwatch.jobs.progress import Progress, silent
from mailwatch.ports import Archive, Fetched, Journal, Restore

NOWHERE = Place("")
"""For originals that come from another archive: the archive asks for bytes and hash alone."""

_PAGE = 250
_HASH = re.compile("[0-9a-f]{64}")


def restore(
    into: Restore, journal: Journal, source: Archive, archive: Archive, *, progress: Progress = silent
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
