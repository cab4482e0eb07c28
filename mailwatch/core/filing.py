"""``decide``: which case a mail belongs to, over the whole reply tree it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.recognition import Where
from mailwatch.core.standing import Standing

RULES_VERSION = 1
"""Stands in every ``file`` entry; rises whenever a rule changes what it decides."""


class Verdict(StrEnum):
    """What became of a mail. These words are a format: they stand in the ledger for good."""

    FILED = "filed"
    SAME = "same"
    OURS = "ours"
    UNNUMBERED = "unnumbered"
    UNFILED = "unfiled"


class Rule(StrEnum):
    """By which rule a mail was filed, strongest first. These words are a format."""

    PERSON = "person"
    SUBJECT_BRACKET = "subject-bracket"
    SUBJECT_TOKEN = "subject-token"
    SUBJECT_LABEL = "subject-label"
    SUBJECT_BARE = "subject-bare"
    THREAD = "thread"
    OWN_TOKEN = "own-token"
    OWN_LABEL = "own-label"
    OWN_BARE = "own-bare"
    QUOTED = "quoted"
    ADOPTED = "adopted"


class Confidence(StrEnum):
    """How sure a filing is. ``doubtful`` is shown to a person."""

    CERTAIN = "certain"
    LIKELY = "likely"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Filing:
    """One decision about one mail; the content of a ``file`` entry.

    ``via`` is the sha256 of the ancestor (thread, adopted) or of the first
    original (same). ``where``, ``part``, ``start``, ``end`` say where the number
    stood; all None where no words of this mail decided.
    ``through_ghost`` is true where the nearest filed ancestor was reached over a
    mail we never saw; such a mail is never renamed. ``named`` is the number by which it came
    to be filed, where a person has merged that case into ``number``.
    """

    sha256: str
    verdict: Verdict
    number: CaseNumber | None = None
    standing: Standing = Standing.STRANGER
    related: tuple[CaseNumber, ...] = ()
    rule: Rule | None = None
    confidence: Confidence | None = None
    where: Where | None = None
    part: int | None = None
    start: int | None = None
    end: int | None = None
    via: str | None = None
    through_ghost: bool = False
    rules: int = RULES_VERSION
    named: CaseNumber | None = None
