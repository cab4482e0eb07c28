"""What a person decides about one mail, or one and its replies: this case, or no case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailwatch.core.branch import branch
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import grow
from mailwatch.core.entries import Text, Withdrawn
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.errors import ConfigError
from mailwatch.jobs.anew import file_anew
from mailwatch.jobs.filing import Pin, file_by_hand
from mailwatch.ports import Sighting, Store, Transaction


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person's word changed.

    ``changed`` holds the mail itself and what followed it. ``to_fetch`` are sightings:
    the mail was not kept, and the decision takes effect once it is fetched with ``pins``.
    """

    changed: tuple[Filing, ...]
    to_fetch: tuple[Sighting, ...]
    pins: Mapping[str, Pin]


def file_message(
    store: Store, ref: str, number: CaseNumber | None, reason: str | None, by: str | None = None
) -> Decided:
    """File the mail that ``ref`` names (sha256 prefix of at least 8 digits, or Message-ID) under ``number``.

    ``number`` None says that it belongs to no case. A mail in several mailboxes
    is one message: the decision holds for all of its originals.

    Raises:
        ConfigError: no mail, or more than one, has this name.
    """
    with store.writing() as tx:
        originals = tx.finder.originals(ref)
        if not originals:
            return _later(tx, ref, number, reason, by)
        pins = {sha: _pin(sha, number, reason, by) for sha in _one_message(tx, originals, ref)}
        return Decided(file_by_hand(tx, tuple(pins), pins), (), pins)


def split(
    store: Store, ref: str, number: CaseNumber | None, reason: str | None, by: str
) -> tuple[Filing, ...]:
    """Take the mail that ``ref`` names out of its case, with all replies to it that are in the same case.

    They are filed under ``number``, or under no case (None), each as if a person had filed it; so they
    stay there whatever number stands in them.

    Raises:
        ConfigError: no kept mail, or more than one, has this name; or it is in no case, or in that one.
    """
    with store.writing() as tx:
        letters, case = _branch(tx, ref)
        if case is None:
            raise ConfigError(
                "the mail {ref} belongs to no case", mend="file it: mailwatch file {ref} NUMBER", ref=ref
            )
        if number and case == tx.said.merged().case(number):
            raise ConfigError(
                "the mail {ref} is in the case {number} already", ref=ref, number=case.canonical
            )
        pins = {sha: _pin(sha, number, reason, by) for sha in letters}
        changed = file_by_hand(tx, tuple(pins), pins)
        return tuple(filing for filing in changed if filing.sha256 in pins)


def unpin(store: Store, ref: str, by: str, *, replies: bool) -> tuple[Filing, ...]:
    """Take back what a person decided of a mail, of its replies, too, with ``replies``; the rules decide.

    Raises:
        ConfigError: no kept mail, or more than one, has this name; or no person decided anything.
    """
    with store.writing() as tx:
        originals = _branch(tx, ref)[0] if replies else _one_message(tx, _kept(tx, ref), ref)
        pins = tx.trees.pins(originals)
        if not pins:
            raise ConfigError("no person has filed the mail {ref}", ref=ref)
        for entry in sorted(pins.values()):
            tx.ledger.record(Withdrawn(entry, Text(by)), actor="person")
        file_anew(tx, tx.finder.thread_keys(tuple(pins)), by)
        filings = tx.trees.filings(tuple(pins))
        return tuple(filings[sha] for sha in sorted(filings))


def _branch(tx: Transaction, ref: str) -> tuple[tuple[str, ...], CaseNumber | None]:
    """The kept originals of the mail and of its replies that are in the same case; and that case."""
    wanted = _one_message(tx, _kept(tx, ref), ref)
    letters = branch(grow(tx.trees.load(tx.finder.thread_keys(wanted))), wanted[0])
    shas = [node.sha256 for letter in letters for node in letter.originals if node.kept]
    filings = tx.trees.filings(shas)
    case = filings[wanted[0]].number if wanted[0] in filings else None
    return tuple(sha for sha in shas if sha in filings and filings[sha].number == case), case


def _kept(tx: Transaction, ref: str) -> tuple[str, ...]:
    originals = tx.finder.originals(ref)
    if not originals:
        raise _nameless(ref)
    return originals


def _nameless(ref: str) -> ConfigError:
    return ConfigError(
        "no mail has the name {ref}",
        mend="copy a sha256 from mailwatch show NUMBER --json, or give the whole Message-ID",
        ref=ref,
    )


def _later(
    tx: Transaction, ref: str, number: CaseNumber | None, reason: str | None, by: str | None
) -> Decided:
    sightings = tx.finder.sightings(ref)
    if not sightings:
        raise _nameless(ref)
    if number is None:
        return Decided((), (), {})
    pins = {s.sha256: _pin(s.sha256, number, reason, by) for s in sightings}
    tx.wishes.want(tuple(pins))
    return Decided((), sightings, pins)


def _one_message(tx: Transaction, originals: tuple[str, ...], ref: str) -> tuple[str, ...]:
    """The originals, if they are one message; a Message-ID that was reused names several."""
    filings = tx.trees.filings(originals)
    first = {f.via if f.verdict is Verdict.SAME and f.via else sha for sha, f in filings.items()}
    if len(first) > 1:
        raise ConfigError(
            "{ref} names more than one mail ({count})",
            mend="name one of them by its sha256: {sha256s}",
            ref=ref,
            count=len(first),
            sha256s=", ".join(sha[:12] for sha in sorted(first)),
        )
    return originals


def _pin(sha256: str, number: CaseNumber | None, reason: str | None, by: str | None) -> Pin:
    verdict = Verdict.UNFILED if number is None else Verdict.FILED
    confidence = None if number is None else Confidence.CERTAIN
    return Pin(Filing(sha256, verdict, number, rule=Rule.PERSON, confidence=confidence), reason, by)
