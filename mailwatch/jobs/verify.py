"""``verify``: everything that is kept, hashed again and compared. It changes nothing.

What it may find stands in ``tampering``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence

from mailwatch.core.ledger import Head
from mailwatch.core.texts import TextRow, parse_text_line
from mailwatch.errors import ConfigError, MailwatchError, Words
from mailwatch.jobs.progress import Progress, silent
from mailwatch.jobs.tampering import CODES as CODES
from mailwatch.jobs.tampering import PAGE, UNREADABLE, Known, unreadable
from mailwatch.jobs.tampering import Problem as Problem
from mailwatch.jobs.tampering import VerifyReport as VerifyReport
from mailwatch.jobs.verify_ledger import check_journal, check_ledger
from mailwatch.ports import Evidence, Journal, Originals


def verify(
    evidence: Evidence,
    journal: Journal,
    archive: Originals,
    *,
    attached: Originals | None = None,
    progress: Progress = silent,
) -> VerifyReport:
    """Hash everything again.

    Args:
        evidence: ledger and texts in the database.
        journal: the same in files.
        archive: the originals.
        attached: the files that persons attached to cases; None: there can be none.
        progress: told how far it is.
    """
    head = _settled(evidence)
    known = Known()
    problems = [
        *check_ledger(evidence, head, known, progress),
        *check_journal(evidence, journal, head),
        *_texts(evidence, head, known),
        *_texts_journal(evidence, head, journal, known),
        *_kept(archive, _ORIGINALS, known.originals, known, progress),
        *(_kept(attached, _ATTACHED, known.attached, known, progress) if attached else ()),
    ]
    complete = not any(problem.code in UNREADABLE for problem in problems)
    return VerifyReport(head.seq, tuple(problems), complete)


def _settled(evidence: Evidence) -> Head:
    """The chain's end, the journal brought up to it. Where they contradict, the comparison says how."""
    try:
        return evidence.settle()
    except ConfigError:
        return evidence.head()


# ── texts ─────────────────────────────────────────────────────────────────────


def _texts(evidence: Evidence, head: Head, known: Known) -> Iterator[Problem]:
    for first in range(1, head.seq + 1, PAGE):
        for row in evidence.texts(first, min(first + PAGE - 1, head.seq)):
            if not row.true:
                yield _text_problem("text-changed", row.commit, known)
            if row.value is not None or not row.true:
                known.texts.add(row.commit)
    for commit in known.commits:
        if commit not in known.texts and commit not in known.erased:
            yield _text_problem("text-missing", commit, known)


_COMMIT = re.compile(rb'"([0-9a-f]{64})"')

_TEXTS = {
    "text-changed": "the text {commit} of entry {seq} was changed",
    "text-missing": "the text {commit} of entry {seq} is gone",
    "journal-text-changed": "the text {commit} of entry {seq} was changed in the journal",
    "journal-text-missing": "the text {commit} of entry {seq} is missing in the journal",
    "journal-text-again": "the text {commit} of entry {seq} stands in the journal once more",
    "journal-text-unknown": "the journal holds a text {commit} that no entry speaks of",
}


def _text_problem(code: str, commit: str, known: Known) -> Problem:
    return Problem(code, Words(_TEXTS[code], {"commit": commit, "seq": known.commits.get(commit, "?")}))


def _texts_journal(evidence: Evidence, head: Head, journal: Journal, known: Known) -> Iterator[Problem]:
    found: set[str] = set()
    strange: list[str] = []
    broken = False
    for line in journal.texts():
        row = _text_row(line)
        if row is None:
            broken = True
        elif not row.true:
            yield _text_problem("journal-text-changed", row.commit, known)
            found.add(row.commit)
        elif row.commit not in known.commits and row.commit not in known.texts:
            strange.append(row.commit)
        elif row.commit in found:
            yield _text_problem("journal-text-again", row.commit, known)
        elif row.value is not None or row.commit in known.erased:
            found.add(row.commit)
    for commit in sorted(known.texts - found, key=lambda commit: known.commits.get(commit, 0)):
        yield _text_problem("journal-text-missing", commit, known)
    if broken:
        yield from map(unreadable, journal.places("texts", lambda line: _text_row(line) is None))
    yield from _strangers(evidence, head, journal, strange, known)


def _strangers(
    evidence: Evidence, head: Head, journal: Journal, strange: Sequence[str], known: Known
) -> Iterator[Problem]:
    """What no entry speaks of: none that came while we looked, and none that the database has lost."""
    spoken: set[str] = set()
    if strange:
        spoken = {commit.decode() for line in journal.entries() for commit in _COMMIT.findall(line)}
        last = evidence.head().seq
        spoken.update(row.commit for row in evidence.texts(head.seq + 1, last))
    for commit in strange:
        if commit not in spoken:
            yield _text_problem("journal-text-unknown", commit, known)


def _text_row(line: bytes) -> TextRow | None:
    try:
        return parse_text_line(line)
    except ValueError:
        return None


# ── originals, and what persons attached ──────────────────────────────────────

_What = Mapping[str, str]
"""The codes for changed, gone and unreadable, in this order, each with its sentence."""

_ORIGINALS = {
    "original-changed": "the original {sha256} was changed",
    "original-missing": "the original {sha256} is gone",
    "original-unreadable": "the original {sha256} cannot be read",
}
_ATTACHED = {
    "attached-changed": "the attached file {sha256} was changed",
    "attached-missing": "the attached file {sha256} is gone",
    "attached-unreadable": "the attached file {sha256} cannot be read",
}


def _kept(
    archive: Originals, what: _What, spoken: Mapping[str, int], known: Known, progress: Progress
) -> Iterator[Problem]:
    """What lies there, against what entries speak of."""
    changed, gone, unread = what
    missing = dict(spoken)
    try:
        for done, sha256 in enumerate(archive.all(), start=1):
            missing.pop(sha256, None)
            fault = _fault(archive, sha256, changed, unread)
            if fault:
                yield Problem(fault, Words(what[fault], {"sha256": sha256}))
            progress("archive", done, max(0, len(spoken) - done))
    except MailwatchError as error:
        # A folder that cannot be listed hides what is in it: nothing is known, so nothing is claimed.
        yield Problem(unread, error.message)
        return
    for sha256 in missing:
        if sha256 not in known.erased:
            yield Problem(gone, Words(what[gone], {"sha256": sha256}))


def _fault(archive: Originals, sha256: str, changed: str, unread: str) -> str | None:
    try:
        raw = archive.read(sha256)
    except (MailwatchError, KeyError):
        return unread
    return None if hashlib.sha256(raw).hexdigest() == sha256 else changed
