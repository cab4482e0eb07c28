"""What a person decides about one mail: this case, or no case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.errors import ConfigError
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


def file_message(store: Store, ref: str, number: CaseNumber | None, reason: str | None) -> Decided:
    """File the mail that ``ref`` names (sha256 prefix of at least 8 digits, or Message-ID) under ``number``.

    ``number`` None says that it belongs to no case. A mail in several mailboxes
    is one message: the decision holds for all of its originals.

    Raises:
        ConfigError: no mail, or more than one, has this name.
    """
    with store.writing() as tx:
        originals = tx.finder.originals(ref)
        if not originals:
            return _later(tx, ref, number, reason)
        pins = {sha: _pin(sha, number, reason) for sha in _one_message(tx, originals, ref)}
        return Decided(file_by_hand(tx, tuple(pins), pins), (), pins)


def _later(tx: Transaction, ref: str, number: CaseNumber | None, reason: str | None) -> Decided:
    sightings = tx.finder.sightings(ref)
    if not sightings:
        raise ConfigError(
            "no mail has the name {ref}",
            mend="copy a sha256 from mailwatch show NUMBER --json, or give the whole Message-ID",
            ref=ref,
        )
    if number is None:
        return Decided((), (), {})
    pins = {s.sha256: _pin(s.sha256, number, reason) for s in sightings}
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


def _pin(sha256: str, number: CaseNumber | None, reason: str | None) -> Pin:
    verdict = Verdict.UNFILED if number is None else Verdict.FILED
    confidence = None if number is None else Confidence.CERTAIN
    return Pin(Filing(sha256, verdict, number, rule=Rule.PERSON, confidence=confidence), reason)
