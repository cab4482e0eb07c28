"""Decide, keep, record: one batch, one transaction.

The originals are on disk before any row speaks of them, and everything that
the batch changes (entries, projections, sightings, wishes, cursor) is committed
together or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import Node
from mailwatch.core.decision import decide
from mailwatch.core.entries import FiledEntry, MessageKept, Quarantined, SeenElsewhere, Text
from mailwatch.core.filing import Filing, Verdict
from mailwatch.core.recognition import Form
from mailwatch.jobs.outcome import Outcome, count
from mailwatch.jobs.reading import Reading
from mailwatch.ports import Archive, Fetched, Sighting, Transaction


@dataclass(frozen=True, slots=True)
class Pin:
    """A person's decision about one mail. ``number`` None: it belongs to no case."""

    filing: Filing
    reason: str | None = None
    by: str | None = None


def file_batch(
    tx: Transaction,
    archive: Archive,
    readings: Sequence[Reading],
    now: datetime,
    *,
    keep_everything: bool = False,
    pins: Mapping[str, Pin] | None = None,
    held: frozenset[str] = frozenset(),
) -> Outcome:
    """File one batch inside the writer's transaction.

    Args:
        tx: the open transaction; the caller commits it.
        archive: where originals go before they are recorded.
        readings: the batch, read.
        now: the time of recording, UTC.
        keep_everything: archive private mail, too.
        pins: decisions of a person about mails of this batch, by sha256.
        held: mails of this batch that are in quarantine: kept already, and read once more.
    """
    pins = pins or {}
    kept_before = tx.trees.kept(frozenset(r.fetched.sha256 for r in readings)) - held
    fresh, again = _split(readings, kept_before)
    keys = frozenset().union(*(r.keys for r in readings))
    known = load_nodes(tx, keys | _called_back(tx, (*_named(readings), *_pinned(pins))))
    readable = [r for r in fresh if r.unreadable is None]
    nodes = dict(known)
    for reading in readable:
        pin = pins.get(reading.fetched.sha256)
        pinned = pin.filing if pin else None
        nodes[reading.fetched.sha256] = reading.node(ours=_is_ours(tx, reading, known), pinned=pinned)
    decision = decide(tuple(nodes.values()), known_among(tx, nodes.values()), tx.said.merged())
    filings = {f.sha256: f for f in decision.filings}
    keep = [r for r in fresh if _is_kept(r, filings.get(r.fetched.sha256), keep_everything=keep_everything)]
    kept_now = frozenset(r.fetched.sha256 for r in keep)
    kept = kept_before | kept_now
    archive.put([r.fetched for r in keep])
    _record_kept(tx, [r for r in keep if r.fetched.sha256 not in held])
    _record_seen(tx, [r for r in again if r.fetched.sha256 in kept])
    _record_quarantine(tx, fresh, held, now)
    _record_filings(tx, changed_filings(tx, filings, kept_now), nodes, pins)
    tx.desk.sight([_sighting(r, now) for r in readings if r.fetched.sha256 not in kept])
    fetched = frozenset(r.fetched.sha256 for r in readings)
    tx.wishes.drop(sorted(fetched))
    wanted = [sha for sha in decision.wanted if sha not in fetched]
    tx.wishes.want(wanted)
    return count(readings, fresh, filings, kept, len(wanted))


def file_by_hand(tx: Transaction, sha256s: Sequence[str], pins: Mapping[str, Pin]) -> tuple[Filing, ...]:
    """File kept mails as a person says, and all that hangs on them; the decisions that changed."""
    nodes = load_nodes(tx, tx.finder.thread_keys(sha256s) | _called_back(tx, _pinned(pins)))
    for sha, pin in pins.items():
        nodes[sha] = replace(nodes[sha], pinned=pin.filing)
    decision = decide(tuple(nodes.values()), known_among(tx, nodes.values()), tx.said.merged())
    changed = changed_filings(tx, {f.sha256: f for f in decision.filings}, frozenset())
    _record_filings(tx, changed, nodes, pins)
    tx.wishes.want(decision.wanted)
    return tuple(changed)


def _named(readings: Iterable[Reading]) -> Iterable[CaseNumber]:
    return (mention.number for reading in readings for mention in reading.found.mentions)


def _pinned(pins: Mapping[str, Pin]) -> Iterable[CaseNumber]:
    return (pin.filing.number for pin in pins.values() if pin.filing.number)


def _called_back(tx: Transaction, numbers: Iterable[CaseNumber]) -> frozenset[str]:
    """Thread keys of mails that named one of these numbers before it was a case.

    In brackets a number counts only from then on, so these mails are decided on once more.
    """
    named = frozenset(numbers)
    fresh = named - tx.trees.known(named) if named else named
    return tx.trees.naming(fresh) if fresh else frozenset()


def load_nodes(tx: Transaction, keys: frozenset[str]) -> dict[str, Node]:
    """The nodes of all trees in which one of these thread keys stands, by sha256."""
    return {node.sha256: node for node in tx.trees.load(keys)}


def _split(readings: Sequence[Reading], kept_before: frozenset[str]) -> tuple[list[Reading], list[Reading]]:
    """Bytes that are to be decided on, and bytes that are kept already or stand twice in this batch."""
    met = set(kept_before)
    fresh: list[Reading] = []
    again: list[Reading] = []
    for reading in readings:
        (again if reading.fetched.sha256 in met else fresh).append(reading)
        met.add(reading.fetched.sha256)
    return fresh, again


def _is_ours(tx: Transaction, reading: Reading, known: Mapping[str, Node]) -> bool:
    """Proved, never believed: the field alone says nothing, since anyone can write it."""
    message = reading.message
    if message is None:
        return False
    if message.digest_id and message.message_id:
        return tx.trees.digest(message.message_id) == message.body_hash
    if message.original is None:
        return False
    if reading.restores == message.original.sha256:
        return bool(tx.trees.kept(frozenset({message.original.sha256})))
    # A server that alters what is appended: the plan, the Message-ID and the decoded body must do.
    plan = tx.plans.find(message.original.plan)
    original = known.get(plan.original) if plan else None
    return original is not None and (original.message_id, original.body_hash) == (
        message.message_id,
        message.body_hash,
    )


def known_among(tx: Transaction, nodes: Iterable[Node]) -> frozenset[CaseNumber]:
    """The cases among the numbers that stand in brackets there."""
    bracketed = frozenset(m.number for n in nodes for m in n.mentions if m.form is Form.BRACKET)
    return known_cases(tx, bracketed) if bracketed else bracketed


def known_cases(tx: Transaction, numbers: frozenset[CaseNumber]) -> frozenset[CaseNumber]:
    """Those of ``numbers`` that are cases: by a mail that is filed there, or by a person's word."""
    return tx.trees.known(numbers) | tx.said.known(numbers)


def _is_kept(reading: Reading, filing: Filing | None, *, keep_everything: bool) -> bool:
    if reading.unreadable is not None:
        return True
    if filing is None or filing.verdict is Verdict.OURS:
        return False
    return keep_everything or filing.verdict is not Verdict.UNFILED or filing.rule is not None


def _record_kept(tx: Transaction, keep: Iterable[Reading]) -> None:
    for reading in keep:
        mail = reading.fetched
        entry = MessageKept(mail.sha256, mail.size, mail.place, mail.internaldate, mail.server)
        tx.ledger.record(entry, reading.message)


def _record_quarantine(
    tx: Transaction, fresh: Iterable[Reading], held: frozenset[str], now: datetime
) -> None:
    """What cannot be read is held; what was held and can be read now is let go."""
    for reading in fresh:
        sha = reading.fetched.sha256
        if reading.unreadable is not None:
            tries = tx.quarantine.hold(sha, reading.unreadable, now)
            tx.ledger.record(Quarantined(sha, reading.unreadable, "held", tries))
        elif sha in held:
            tx.quarantine.release(sha)
            tx.ledger.record(Quarantined(sha, "read", "released", 0), reading.message)


def _record_seen(tx: Transaction, again: Iterable[Reading]) -> None:
    for reading in again:
        mail = reading.fetched
        tx.ledger.record(SeenElsewhere(mail.sha256, mail.place, mail.internaldate, mail.server))


def changed_filings(tx: Transaction, filings: Mapping[str, Filing], kept_now: frozenset[str]) -> list[Filing]:
    """Decisions that are new or differ from the newest recorded one. A changed verdict is a new entry."""
    before = tx.trees.filings(tuple(filings))
    kept = kept_now | tx.trees.kept(frozenset(filings))
    return [
        filing
        for sha, filing in sorted(filings.items())
        if (sha in kept or filing.verdict is Verdict.OURS) and before.get(sha) != filing
    ]


def _record_filings(
    tx: Transaction, changed: Iterable[Filing], nodes: Mapping[str, Node], pins: Mapping[str, Pin]
) -> None:
    for filing in changed:
        node = nodes[filing.sha256]
        pin = pins.get(filing.sha256)
        reason = Text(pin.reason) if pin and pin.reason else None
        by = Text(pin.by) if pin and pin.by else None
        entry = FiledEntry(filing, node.mentions, node.anchor, node.desk, reason, by)
        tx.ledger.record(entry, actor="person" if pin else "program")


def _sighting(reading: Reading, now: datetime) -> Sighting:
    source = reading.message or reading.screened
    mail: Fetched = reading.fetched
    message = reading.message
    return Sighting(
        place=mail.place,
        sha256=mail.sha256,
        message_id=source.message_id,
        answers=source.answers,
        size=mail.size,
        date=reading.date,
        seen_at=now,
        body_hash=message.body_hash if message else "",
        own_hash=message.own_hash if message else "",
        bracket=next((m for m in reading.found.mentions if m.form is Form.BRACKET), None),
    )
