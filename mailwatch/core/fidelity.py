"""What a server makes of a mail that is stored on it, and which renames that allows.

``judge`` is the one place that decides the mode. What a server offers is asked at
each log-in; what it does with a mail is found out by a probe, monthly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from mailwatch.core.renaming import Mode

GOOD_FOR = timedelta(days=30)
"""How old a profile may grow: servers are upgraded."""

AGAIN = timedelta(hours=1)
"""How long a probe that could not be carried out is not tried again."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a server says of itself. ``labels``: Gmail's extension, under which folders are labels."""

    host: str
    move: bool
    uidplus: bool
    labels: bool


@dataclass(frozen=True, slots=True)
class Fidelity:
    r"""What became of the probe's mails. All true on a server that does what the RFCs say.

    ``stored``: an appended mail is there afterwards. ``distinct``: another mail with the
    same Message-ID is stored, too (Gmail answers with the one it has). ``exact``: not a byte
    was altered; ``alike``: at least Message-ID and decoded body were kept. ``raw_header``: the
    same for a header with raw 8-bit bytes. ``date``: INTERNALDATE is kept; ``flags``: the system
    flags; ``keywords``: flags of one's own. ``true_uids``: APPENDUID and COPYUID (RFC 4315) name
    the mails they speak of, or are not given. ``moves``: MOVE (RFC 6851) takes the mail away here
    and brings the same bytes there. ``removes``: UID EXPUNGE removes. ``spares``: it leaves
    other mails that are marked \Deleted alone. ``swept``: nothing of the probe was left behind.
    """

    stored: bool = True
    distinct: bool = True
    exact: bool = True
    alike: bool = True
    raw_header: bool = True
    date: bool = True
    flags: bool = True
    keywords: bool = True
    true_uids: bool = True
    moves: bool = True
    removes: bool = True
    spares: bool = True
    swept: bool = True


def lost(found: Fidelity) -> tuple[str, ...]:
    """The names of what a server does not do."""
    return tuple(f.name for f in fields(found) if not getattr(found, f.name))


def without(names: Iterable[str]) -> Fidelity:
    """The way back; a name that another version knew is passed over."""
    known = {f.name for f in fields(Fidelity)}
    return Fidelity(**{name: False for name in names if name in known})


@dataclass(frozen=True, slots=True)
class Profile:
    """What a probe found out of one mailbox's server, and when (UTC)."""

    at: datetime
    offer: Offer
    found: Fidelity

    def stale(self, offer: Offer, now: datetime) -> bool:
        """Whether it says too little of the server that we speak to today."""
        return offer != self.offer or now - self.at > GOOD_FOR


@dataclass(frozen=True, slots=True)
class Probe:
    """The newest probe of a mailbox. ``profile`` is that of the newest one that came to its end.

    ``id`` is 32 random hex digits, committed with ``begun`` (UTC) before anything is
    appended, so that what a crash leaves behind is known again.
    """

    id: str
    begun: datetime
    profile: Profile | None = None


def must_probe(newest: Probe | None, offer: Offer, now: datetime, *, due: bool) -> bool:
    """Whether the server is to be probed now; ``due``: a rename waits to be begun.

    The first time nothing is renamed before. Later a profile that has grown old serves
    until there is a new one, so that a probe that does not come about may wait.
    """
    if newest is None or newest.profile is None:
        return due
    return newest.profile.stale(offer, now) and now - newest.begun > AGAIN


class Allowed(StrEnum):
    """The most that a server allows; each includes those below it, but for ``label``."""

    REPLACE = "replace"
    COPY = "copy"
    LABEL = "label"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Ruling:
    """``why`` is an enumerated word, None where nothing is in the way of ``replace``."""

    allowed: Allowed
    why: str | None = None

    def mode(self, asked: Mode) -> Mode:
        """What becomes of a rename that the configuration asks for."""
        if asked is Mode.OFF or self.allowed in {Allowed.NONE, Allowed.LABEL}:
            return Mode.OFF
        return asked if self.allowed is Allowed.REPLACE else Mode.COPY


def judge(offer: Offer, found: Fidelity | None) -> Ruling:
    """The most that a server allows; ``found`` is None before the first probe."""
    seen = found or Fidelity()
    barred = next((why for why, kept in _needed(seen) if not kept), None)
    if barred is not None:
        return Ruling(Allowed.LABEL if offer.labels else Allowed.NONE, barred)
    why = next((why for why, kept in _exact(offer, seen) if not kept), None)
    return Ruling(Allowed.REPLACE) if why is None else Ruling(Allowed.COPY, why)


def _needed(seen: Fidelity) -> tuple[tuple[str, bool], ...]:
    """Without these there is no copy that could be known again."""
    return (("not-stored", seen.stored), ("merged", seen.distinct), ("body-altered", seen.alike))


def _exact(offer: Offer, seen: Fidelity) -> tuple[tuple[str, bool], ...]:
    """Without these the copy must not take the original's place."""
    return (
        ("labels", not offer.labels),
        ("no-move", offer.move),
        ("no-uidplus", offer.uidplus),
        ("altered", seen.exact),
        ("date-altered", seen.date),
        ("flags-lost", seen.flags),
        ("uids-untrue", seen.true_uids),
        ("does-not-move", seen.moves),
        ("does-not-remove", seen.removes),
        ("expunges-others", seen.spares),
    )
