"""``verify``: everything that is kept, hashed again and compared. It changes nothing.

Codes of problems, for good:

=====================  ======================================================================
entry-changed          the bytes of an entry do not have the hash that is stored beside them
chain-broken           an entry does not name the hash of the one before it
entry-missing          a number is left out of the ledger
entry-unreadable       the bytes are no entry of a format that this version knows
entry-foreign          an entry belongs to another ledger
journal-behind         the journal ends before the database does
journal-ahead          the journal knows entries that the database has lost
journal-differs        journal and database hold other bytes under one number
journal-unreadable     a line of a journal is no line of ours
text-changed           salt and text do not have the commitment they stand for
text-missing           an entry speaks of a text that is gone, and no ``erase`` entry says why
journal-text-changed   the same as text-changed, in the journal of texts
journal-text-missing   a text is in the database and not in the journal
original-changed       an original does not have the bytes that its name promises
original-missing       an original is gone, and no ``erase`` entry says why
original-unreadable    an original could not be read, so nothing is known of it
=====================  ======================================================================

Whoever can write to database, journals and archive alike can make a new history
that holds together; only what was told outside of this machine contradicts him.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mailwatch.core.canonical import parse_object
from mailwatch.core.entries import Erased, MessageKept
from mailwatch.core.ledger import Fault, Head, Recorded, Sealed, chain_faults, link_hash, unlink
from mailwatch.core.texts import TextRow, parse_text_line
from mailwatch.errors import ConfigError, MailwatchError, Words
from mailwatch.ports import Archive, Evidence, Journal

Progress = Callable[[str, int, int | None], None]
"""Called with (what, done, left)."""

CODES = (
    "entry-changed",
    "chain-broken",
    "entry-missing",
    "entry-unreadable",
    "entry-foreign",
    "journal-behind",
    "journal-ahead",
    "journal-differs",
    "journal-unreadable",
    "text-changed",
    "text-missing",
    "journal-text-changed",
    "journal-text-missing",
    "original-changed",
    "original-missing",
    "original-unreadable",
)

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it was kept. ``code`` is one of ``CODES``; ``detail`` names it exactly."""

    code: str
    detail: Words


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was found. ``complete`` is false where something could not be looked at."""

    entries: int
    problems: tuple[Problem, ...]
    complete: bool = True

    @property
    def ok(self) -> bool:
        """Whether nothing was found changed. What could not be looked at is no change."""
        return all(problem.code == "original-unreadable" for problem in self.problems)


@dataclass(slots=True)
class _Known:
    """What the ledger says must be there."""

    ledger: str | None = None
    originals: dict[str, int] = field(default_factory=dict)
    commits: dict[str, int] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)


def _silent(_what: str, _done: int, _left: int | None) -> None:
    """Tells nobody."""


def verify(
    evidence: Evidence, journal: Journal, archive: Archive, *, progress: Progress = _silent
) -> VerifyReport:
    """Hash everything again.

    Args:
        evidence: ledger and texts in the database.
        journal: the same in files.
        archive: the originals.
        progress: told how far it is.
    """
    head = _settled(evidence)
    known = _Known()
    problems = [
        *_ledger(evidence, head, known, progress),
        *_ledger_journal(evidence, journal, head),
        *_texts(evidence, head, known),
        *_texts_journal(journal, known),
        *_archive(archive, known, progress),
    ]
    complete = not any(problem.code == "original-unreadable" for problem in problems)
    return VerifyReport(head.seq, tuple(problems), complete)


def _settled(evidence: Evidence) -> Head:
    """The chain's end, the journal brought up to it. Where they contradict, the comparison says how."""
    try:
        return evidence.settle()
    except ConfigError:
        return evidence.head()


# ── the ledger ────────────────────────────────────────────────────────────────


def _links(evidence: Evidence, last: int) -> Iterator[Sealed]:
    after = 0
    while after < last and (page := evidence.links(after, _PAGE)):
        yield from (sealed for sealed in page if sealed.seq <= last)
        after = page[-1].seq


_FAULTS = {
    "entry-changed": "entry {seq} of the ledger was changed",
    "chain-broken": "entry {seq} of the ledger does not follow the one before it",
    "entry-missing": "entry {seq} of the ledger is missing",
    "entry-unreadable": "entry {seq} of the ledger cannot be read",
}


def _ledger(evidence: Evidence, head: Head, known: _Known, progress: Progress) -> Iterator[Problem]:
    for sealed, faults in chain_faults(_links(evidence, head.seq)):
        yield from (_fault(fault) for fault in faults)
        if not faults:
            yield from _entry(sealed, known)
        if sealed.seq % _PAGE == 0:
            progress("ledger", sealed.seq, head.seq - sealed.seq)


def _fault(fault: Fault) -> Problem:
    return Problem(fault.code, Words(_FAULTS[fault.code], {"seq": fault.seq}))


def _entry(sealed: Sealed, known: _Known) -> Iterator[Problem]:
    """Take in what an entry says must be there."""
    spoken: list[str] = []

    def hear(commit: str) -> None:
        spoken.append(commit)

    try:
        recorded = unlink(sealed.canonical, hear)
    except ValueError:
        yield _fault(Fault(sealed.seq, "entry-unreadable"))
        return
    known.ledger = known.ledger or recorded.ledger
    if recorded.ledger != known.ledger:
        yield Problem("entry-foreign", Words("entry {seq} belongs to another ledger", {"seq": sealed.seq}))
    for commit in spoken:
        known.commits.setdefault(commit, sealed.seq)
    _remember(recorded, known)


def _remember(recorded: Recorded, known: _Known) -> None:
    match recorded.entry:
        case MessageKept(sha256=sha256):
            known.originals.setdefault(sha256, recorded.seq)
        case Erased(commit=commit, sha256=sha256):
            known.erased.update(gone for gone in (commit, sha256) if gone is not None)
        case _:
            pass


# ── the journal of the ledger ─────────────────────────────────────────────────


def _ledger_journal(evidence: Evidence, journal: Journal, head: Head) -> Iterator[Problem]:
    """Database and journal side by side, both by seq."""
    stored = _links(evidence, head.seq)
    sealed = next(stored, None)
    for line in journal.entries():
        seq = _seq(line)
        if seq is None:
            yield _unreadable("ledger")
            continue
        while sealed is not None and sealed.seq < seq:
            yield _behind(sealed)
            sealed = next(stored, None)
        if sealed is not None and sealed.seq == seq:
            yield from _compared(sealed, line)
            sealed = next(stored, None)
        elif seq > head.seq:
            yield Problem("journal-ahead", Words("the database has lost entry {seq}", {"seq": seq}))
    while sealed is not None:
        yield _behind(sealed)
        sealed = next(stored, None)


def _behind(sealed: Sealed) -> Problem:
    return Problem("journal-behind", Words("entry {seq} is missing in the journal", {"seq": sealed.seq}))


def _compared(sealed: Sealed, line: bytes) -> Iterator[Problem]:
    if line != sealed.canonical:
        true = "journal" if link_hash(line) == sealed.hash else "database"
        yield Problem(
            "journal-differs",
            Words(
                "entry {seq} differs between journal and database; the {true} holds the true one",
                {"seq": sealed.seq, "true": true},
            ),
        )


def _seq(line: bytes) -> int | None:
    try:
        value = parse_object(line).get("seq")
    except ValueError:
        return None
    return value if isinstance(value, int) else None


def _unreadable(which: str) -> Problem:
    return Problem(
        "journal-unreadable", Words("a line of the journal of {which} cannot be read", {"which": which})
    )


# ── texts ─────────────────────────────────────────────────────────────────────


def _texts(evidence: Evidence, head: Head, known: _Known) -> Iterator[Problem]:
    for first in range(1, head.seq + 1, _PAGE):
        for row in evidence.texts(first, min(first + _PAGE - 1, head.seq)):
            if not row.true:
                yield _text_problem("text-changed", row.commit, known)
            if row.value is not None or not row.true:
                known.texts.add(row.commit)
    for commit in known.commits:
        if commit not in known.texts and commit not in known.erased:
            yield _text_problem("text-missing", commit, known)


_TEXTS = {
    "text-changed": "the text {commit} of entry {seq} was changed",
    "text-missing": "the text {commit} of entry {seq} is gone",
    "journal-text-changed": "the text {commit} of entry {seq} was changed in the journal",
    "journal-text-missing": "the text {commit} of entry {seq} is missing in the journal",
}


def _text_problem(code: str, commit: str, known: _Known) -> Problem:
    return Problem(code, Words(_TEXTS[code], {"commit": commit, "seq": known.commits.get(commit, "?")}))


def _texts_journal(journal: Journal, known: _Known) -> Iterator[Problem]:
    found: set[str] = set()
    for line in journal.texts():
        row = _text_row(line)
        if row is None:
            yield _unreadable("texts")
            continue
        if row.value is not None or row.commit in known.erased:
            found.add(row.commit)
        if not row.true:
            yield _text_problem("journal-text-changed", row.commit, known)
    for commit in sorted(known.texts - found, key=lambda commit: known.commits.get(commit, 0)):
        yield _text_problem("journal-text-missing", commit, known)


def _text_row(line: bytes) -> TextRow | None:
    try:
        return parse_text_line(line)
    except ValueError:
        return None


# ── originals ─────────────────────────────────────────────────────────────────


def _archive(archive: Archive, known: _Known, progress: Progress) -> Iterator[Problem]:
    missing = dict(known.originals)
    try:
        for done, sha256 in enumerate(archive.all(), start=1):
            missing.pop(sha256, None)
            yield from _original(archive, sha256)
            progress("archive", done, max(0, len(known.originals) - done))
    except MailwatchError as error:
        # A folder that cannot be listed hides what is in it: nothing is known, so nothing is claimed.
        yield Problem("original-unreadable", error.message)
        return
    for sha256 in missing:
        if sha256 not in known.erased:
            yield _original_problem("original-missing", sha256)


_ORIGINALS = {
    "original-changed": "the original {sha256} was changed",
    "original-missing": "the original {sha256} is gone",
    "original-unreadable": "the original {sha256} cannot be read",
}


def _original(archive: Archive, sha256: str) -> Iterator[Problem]:
    try:
        raw = archive.read(sha256)
    except (MailwatchError, KeyError):
        yield _original_problem("original-unreadable", sha256)
        return
    if hashlib.sha256(raw).hexdigest() != sha256:
        yield _original_problem("original-changed", sha256)


def _original_problem(code: str, sha256: str) -> Problem:
    return Problem(code, Words(_ORIGINALS[code], {"sha256": sha256}))
