"""Which mails may get the standard subject: one rule each, the first that says no is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mailwatch.core.filing import Filing, Rule, Verdict
from mailwatch.core.message import Automatic
from mailwatch.core.rename_consent import WITHDRAWN
from mailwatch.core.renaming import Candidate, Mode
from mailwatch.core.standing import Standing

REFUSED_ROLES = frozenset({"sent", "drafts", "trash", "junk", "all"})
"""Folders whose mail is never renamed, by special use (RFC 6154)."""

SUBJECT_RULES = frozenset({Rule.SUBJECT_BRACKET, Rule.SUBJECT_TOKEN, Rule.SUBJECT_LABEL, Rule.SUBJECT_BARE})

RETRIED = frozenset({"source-gone", "source-deleted", "uidvalidity", WITHDRAWN})
"""Ends of a rename that say nothing against another one: the mail was moved, or nobody asked for it then."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What may be renamed in one folder.

    ``role`` is the folder's special use as a word (RFC 6154). ``since`` leaves out
    mail that arrived before it (UTC); None takes the backlog in, dormant cases
    included, which only a person can ask for. ``by_person`` is true where he
    asks for it now: that lifts the bar of an undo, too.
    """

    folder: str
    role: str
    mode: Mode
    since: datetime | None
    by_person: bool = False


_Check = Callable[[Candidate, Consent], bool]


def may_rename(candidate: Candidate, consent: Consent) -> str | None:
    """Why this mail is not renamed, as an enumerated word, or None where it may be."""
    return next((word for word, refuses in _CHECKS if refuses(candidate, consent)), None)


def arrived(candidate: Candidate) -> datetime:
    """When the mail came to the mailbox, as far as we know (UTC)."""
    return candidate.internaldate or candidate.first_seen


def _folder_refused(_: Candidate, consent: Consent) -> bool:
    return consent.role in REFUSED_ROLES


def _not_wanted(_: Candidate, consent: Consent) -> bool:
    return consent.mode is Mode.OFF


def _not_filed(candidate: Candidate, _: Consent) -> bool:
    return (
        candidate.filing.verdict not in {Verdict.FILED, Verdict.SAME}
        or candidate.filing.number is None
        or candidate.place.uid is None
        or candidate.place.uidvalidity is None
    )


def _older(candidate: Candidate, consent: Consent) -> bool:
    return consent.since is not None and arrived(candidate) < consent.since


def _barred(candidate: Candidate, consent: Consent) -> bool:
    return candidate.barred and not consent.by_person


def _ended(candidate: Candidate, _: Consent) -> bool:
    """A person took the copy away, or it did not work: it would be the same again."""
    return candidate.ended is not None and candidate.ended not in RETRIED


def _dormant(candidate: Candidate, consent: Consent) -> bool:
    return candidate.dormant and consent.since is not None


def _unverified(candidate: Candidate, _: Consent) -> bool:
    return candidate.filing.standing is Standing.STRANGER


def _adopted(candidate: Candidate, _: Consent) -> bool:
    return candidate.filing.rule is Rule.ADOPTED


def _over_ghost(candidate: Candidate, _: Consent) -> bool:
    return candidate.filing.through_ghost


def _not_in_subject(candidate: Candidate, _: Consent) -> bool:
    """Neither in its own subject nor in that of the mail it answers directly."""
    return not (_by_subject(candidate.filing) or _by_parent(candidate))


def _by_subject(filing: Filing) -> bool:
    return filing.rule in SUBJECT_RULES


def _by_parent(candidate: Candidate) -> bool:
    return candidate.filing.rule is Rule.THREAD and candidate.via_rule in SUBJECT_RULES


def _automatic(candidate: Candidate, _: Consent) -> bool:
    return candidate.automatic in {Automatic.REPLY, Automatic.REPORT}


def _subject_fields(candidate: Candidate, _: Consent) -> bool:
    return candidate.subject_fields != 1


_CHECKS: tuple[tuple[str, _Check], ...] = (
    ("folder-role", _folder_refused),
    ("mode-off", _not_wanted),
    ("not-filed", _not_filed),
    ("mailwatch-field", lambda candidate, _: bool(candidate.mailwatch_fields)),
    ("barred", _barred),
    ("ended-before", _ended),
    ("older", _older),
    ("unverified", _unverified),
    ("adopted", _adopted),
    ("over-ghost", _over_ghost),
    ("not-in-subject", _not_in_subject),
    ("other-number", lambda candidate, _: candidate.filing.named is not None),
    ("signed", lambda candidate, _: candidate.signed),
    ("encrypted", lambda candidate, _: candidate.encrypted),
    ("automatic", _automatic),
    ("subject-fields", _subject_fields),
    ("dormant", _dormant),
)


def reasons() -> Iterator[str]:
    """Every word that ``may_rename`` can answer, in the order in which it asks."""
    return (word for word, _ in _CHECKS)
