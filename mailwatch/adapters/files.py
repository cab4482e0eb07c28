"""Mail from files: mbox, Maildir and single messages, byte for byte as they lie there.

Bytes are kept as they are, LF line ends included, and ``>From `` stays escaped:
which of the mbox dialects a file has cannot be told (RFC 4155 appendix A), and a
guess would change an original.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_tz
from pathlib import Path
from typing import BinaryIO

from mailwatch.adapters.disk import translated, write_all
from mailwatch.core.place import Place
from mailwatch.errors import ConfigError, TemporaryError, Words, counted
from mailwatch.ports import Fetched

MAILBOX = "import"
"""The name of the mailbox that imported mail comes from."""

_MEND = "give the user that mailwatch runs as the right to read them, and import them once more"
BATCH_MAILS = 250
BATCH_BYTES = 8 * 1024 * 1024
_PIECE = 1024 * 1024
_FLAGS = {"S": "\\Seen", "R": "\\Answered", "F": "\\Flagged", "D": "\\Draft", "T": "\\Deleted"}

# A separator has a time and a year, in the order of asctime(3) or as Gmail writes it; a
# sentence that begins with "From" has not.
_SEPARATOR = re.compile(rb"From .{0,400}?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\b.{0,40}?\b(?:19|20)[0-9]{2}\b")
_WEEKDAY = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b")

Spool = Callable[[], Path]


def read_files(paths: Sequence[Path], spool: Spool) -> Iterator[tuple[Fetched, ...]]:
    """All mails below ``paths``, in batches of at most ``BATCH_MAILS`` and about ``BATCH_BYTES``.

    Args:
        paths: mbox files, single messages, Maildir folders, or folders of these. In
            a folder, files that end in .eml or .mbox are read, and Maildirs.
        spool: gives a fresh path for a mail above ``BATCH_BYTES``; as for ``Archive.spool``.

    Raises:
        ConfigError: a path is not there, may not be read, or holds no mail by its kind. Comes
            at the very end, all other mails given: one closed file must not stop the rest.
        TemporaryError: the disk failed.
    """
    unread: list[Words] = []
    yield from _batches(mail for path in paths for mail in _mails(path, spool, unread))
    if unread:
        raise ConfigError(
            "{what} cannot be read",
            mend=_MEND,
            problems=unread,
            what=counted("{n} file or folder", "{n} files or folders", len(unread)),
        )


def _batches(mails: Iterable[Fetched]) -> Iterator[tuple[Fetched, ...]]:
    batch: list[Fetched] = []
    size = 0
    for mail in mails:
        held = len(mail.content) if isinstance(mail.content, bytes) else 0
        if batch and (len(batch) >= BATCH_MAILS or size + held > BATCH_BYTES):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(mail)
        size += held
    if batch:
        yield tuple(batch)


def _mails(path: Path, spool: Spool, unread: list[Words]) -> Iterator[Fetched]:
    try:
        yield from _of_folder(path, spool, unread) if path.is_dir() else _tried(_of_file(path, spool), unread)
    except OSError as error:
        raise TemporaryError(
            "{path} cannot be read: {reason}", path=error.filename or path, reason=error.strerror or error
        ) from error


def _tried(mails: Iterator[Fetched], unread: list[Words]) -> Iterator[Fetched]:
    """``mails`` as far as they can be had; what is closed to us is noted."""
    try:
        yield from mails
    except (PermissionError, FileNotFoundError) as error:
        values = {"path": error.filename, "reason": error.strerror}
        unread.append(Words("{path} cannot be read: {reason}", values))


# ── folders ───────────────────────────────────────────────────────────────────


def _of_folder(top: Path, spool: Spool, unread: list[Words]) -> Iterator[Fetched]:
    waiting = [top]
    while waiting:
        yield from _tried(_of_one_folder(waiting.pop(), waiting, spool, unread), unread)


def _of_one_folder(folder: Path, waiting: list[Path], spool: Spool, unread: list[Words]) -> Iterator[Fetched]:
    maildir = _is_maildir(folder)
    waiting.extend(_inner(folder, {"cur", "new", "tmp"} if maildir else set()))
    for path in _of_maildir(folder) if maildir else ():
        yield from _tried(_message(path, spool), unread)
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in {".eml", ".mbox"} and path.is_file():
            yield from _tried(_of_file(path, spool), unread)


def _inner(folder: Path, passed_over: set[str]) -> list[Path]:
    """The folders in a folder, last first. A link could lead elsewhere or in a circle: none is followed."""
    found = sorted(folder.iterdir(), reverse=True)
    return [p for p in found if p.is_dir() and not p.is_symlink() and p.name not in passed_over]


def _is_maildir(folder: Path) -> bool:
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


def _of_maildir(folder: Path) -> list[Path]:
    found = sorted([*(folder / "cur").iterdir(), *(folder / "new").iterdir()], key=lambda p: p.name)
    return [path for path in found if path.is_file() and not path.name.startswith(".")]


def _message(path: Path, spool: Spool) -> Iterator[Fetched]:
    letters = path.name.partition(":2,")[2]
    with path.open("rb") as file:
        yield _whole(file, spool, frozenset(_FLAGS[x] for x in letters if x in _FLAGS))


# ── files ─────────────────────────────────────────────────────────────────────


def _of_file(path: Path, spool: Spool) -> Iterator[Fetched]:
    if path.exists() and not path.is_file():
        raise ConfigError(
            "{path} is neither a file nor a folder",
            mend="name mbox files, .eml files, Maildir folders, or folders of these",
            path=path,
        )
    with path.open("rb") as file:
        first = file.readline(_PIECE)
        file.seek(0)
        if not first:
            # An empty mbox holds no mail, and an empty message file was never one.
            return
        if _SEPARATOR.match(first):
            yield from _of_mbox(file, spool)
        else:
            yield _whole(file, spool)


def _whole(file: BinaryIO, spool: Spool, flags: frozenset[str] = frozenset()) -> Fetched:
    mail = _Mail(spool, None, flags)
    while piece := file.read(_PIECE):
        mail.add(piece)
    return mail.finish()


def _of_mbox(file: BinaryIO, spool: Spool) -> Iterator[Fetched]:
    """Mails between separators. The empty line before a separator belongs to it, not to the mail."""
    mail: _Mail | None = None
    held = b"\n"  # An empty line that may belong to the next separator; the file's start is as good as one.
    whole_line = True
    while line := file.readline(_PIECE):
        at_start, whole_line = whole_line, line.endswith(b"\n")
        if at_start and held and _SEPARATOR.match(line):
            if mail is not None:
                yield mail.finish()
            mail, held = _Mail(spool, separator_date(line)), b""
            continue
        assert mail is not None, "the first line is a separator: the caller has looked"
        mail.add(held)
        held = line if at_start and line in {b"\n", b"\r\n"} else b""
        mail.add(b"" if held else line)
    if mail is not None:
        yield mail.finish()


def separator_date(line: bytes) -> datetime | None:
    """The time in a ``From `` line, in UTC: such lines are written in UTC unless they name a zone.

    Programs that do not know a time write the beginning of 1970, which is none.
    """
    text = line.decode("ascii", "replace")
    weekday = _WEEKDAY.search(text)
    parsed = parsedate_tz(text[weekday.start() :]) if weekday else None
    if parsed is None:
        return None
    try:
        seconds = datetime(*parsed[:6], tzinfo=UTC).timestamp() - (parsed[9] or 0)
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


class _Mail:
    """Collects one mail; from ``BATCH_BYTES`` on its bytes go to a spool file."""

    def __init__(self, spool: Spool, date: datetime | None, flags: frozenset[str] = frozenset()) -> None:
        self._spool = spool
        self._date = date
        self._flags = flags
        self._hash = hashlib.sha256()
        self._size = 0
        self._pieces: list[bytes] = []
        self._path: Path | None = None
        self._file: io.FileIO | None = None

    def add(self, piece: bytes) -> None:
        self._hash.update(piece)
        self._size += len(piece)
        if self._file is None:
            self._pieces.append(piece)
            if self._size > BATCH_BYTES:
                self._begin_file()
        else:
            self._write(piece)

    def _begin_file(self) -> None:
        self._path = self._spool()
        with translated(self._path.parent):
            # Unbuffered, so that what fails here fails while we know whose disk it is.
            self._file = self._path.open("xb", buffering=0)
        self._write(b"".join(self._pieces))
        self._pieces.clear()

    def _write(self, piece: bytes) -> None:
        assert self._file is not None
        assert self._path is not None
        with translated(self._path.parent):
            write_all(self._file.fileno(), piece)

    def finish(self) -> Fetched:
        if self._file is not None:
            self._file.close()
        return Fetched(
            place=Place(MAILBOX),
            content=self._path or b"".join(self._pieces),
            sha256=self._hash.hexdigest(),
            size=self._size,
            internaldate=self._date,
            flags=self._flags,
        )
