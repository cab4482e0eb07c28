"""The ledger's part of ``verify``: the chain in the database, and the journal beside it."""

from __future__ import annotations

from collections.abc import Iterator

from mailwatch.core.canonical import parse_object
from mailwatch.core.entries import Erased, MessageKept
from mailwatch.core.ledger import Fault, Head, Recorded, Sealed, chain_faults, link_hash, unlink
from mailwatch.core.spoken import CaseAttach
from mailwatch.errors import Words
from mailwatch.jobs.progress import Progress
from mailwatch.jobs.tampering import PAGE, Known, Problem, unreadable
from mailwatch.ports import Evidence, Journal

# ── the ledger ────────────────────────────────────────────────────────────────


def _links(evidence: Evidence, last: int) -> Iterator[Sealed]:
    after = 0
    while after < last and (page := evidence.links(after, PAGE)):
        yield from (sealed for sealed in page if sealed.seq <= last)
        after = page[-1].seq


_FAULTS = {
    "entry-changed": "entry {seq} of the ledger was changed",
    "chain-broken": "entry {seq} of the ledger does not follow the one before it",
    "entry-missing": "entry {seq} of the ledger is missing",
    "entry-unreadable": "entry {seq} of the ledger cannot be read",
}


def check_ledger(evidence: Evidence, head: Head, known: Known, progress: Progress) -> Iterator[Problem]:
    """The chain from its first entry to ``head``; what it says must be there is taken into ``known``."""
    for sealed, faults in chain_faults(_links(evidence, head.seq)):
        yield from (_fault(fault) for fault in faults)
        if not faults:
            yield from _entry(sealed, known)
        if sealed.seq % PAGE == 0:
            progress("ledger", sealed.seq, head.seq - sealed.seq)


def _fault(fault: Fault) -> Problem:
    return Problem(fault.code, Words(_FAULTS[fault.code], {"seq": fault.seq}))


def _entry(sealed: Sealed, known: Known) -> Iterator[Problem]:
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


def _remember(recorded: Recorded, known: Known) -> None:
    match recorded.entry:
        case MessageKept(sha256=sha256):
            known.originals.setdefault(sha256, recorded.seq)
        case CaseAttach(sha256=sha256):
            known.attached.setdefault(sha256, recorded.seq)
        case Erased(commit=commit, sha256=sha256):
            known.erased.update(gone for gone in (commit, sha256) if gone is not None)
        case _:
            pass


# ── the journal of the ledger ─────────────────────────────────────────────────


def check_journal(evidence: Evidence, journal: Journal, head: Head) -> Iterator[Problem]:
    """Database and journal side by side, both by seq."""
    stored = _links(evidence, head.seq)
    sealed = next(stored, None)
    last, broken = 0, False
    for line in journal.entries():
        seq = _seq(line)
        if seq is None:
            broken = True
            continue
        if seq <= last:
            yield _again(seq)
            continue
        last = seq
        while sealed is not None and sealed.seq < seq:
            yield _behind(sealed)
            sealed = next(stored, None)
        if sealed is not None and sealed.seq == seq:
            yield from _compared(sealed, line)
            sealed = next(stored, None)
        elif seq > head.seq:
            yield from _later(evidence, seq, line)
    while sealed is not None:
        yield _behind(sealed)
        sealed = next(stored, None)
    if broken:
        yield from map(unreadable, journal.places("ledger", lambda line: _seq(line) is None))


def _later(evidence: Evidence, seq: int, line: bytes) -> Iterator[Problem]:
    """An entry that came while we looked stands in the database before it stands in the journal."""
    sealed = next(iter(evidence.links(seq - 1, 1)), None)
    if sealed is None or sealed.seq != seq:
        yield Problem("journal-ahead", Words("the database has lost entry {seq}", {"seq": seq}))
    else:
        yield from _compared(sealed, line)


def _behind(sealed: Sealed) -> Problem:
    return Problem("journal-behind", Words("entry {seq} is missing in the journal", {"seq": sealed.seq}))


def _again(seq: int) -> Problem:
    """A line too many: a database could not be made again from such a journal."""
    return Problem(
        "journal-differs",
        Words("entry {seq} stands in the journal once more, where it does not belong", {"seq": seq}),
    )


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
