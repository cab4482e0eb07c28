"""Which mails may get the standard subject."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.filing import Filing, Rule, Verdict
from mailwatch.core.message import Automatic
from mailwatch.core.place import Place
from mailwatch.core.renamable import Consent, arrived, may_rename, reasons
from mailwatch.core.renaming import Candidate, Mode
from mailwatch.core.standing import Standing

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FILING = Filing(
    sha256="a" * 64,
    verdict=Verdict.FILED,
    number=CaseNumber("tracking-id", "2603010040001234"),
    standing=Standing.VOUCHED,
    rule=Rule.SUBJECT_TOKEN,
)
CANDIDATE = Candidate(
    place=Place("support", "INBOX", 1, 7),
    filing=FILING,
    via_rule=None,
    subject="RE: something",
    automatic=Automatic.NO,
    signed=False,
    encrypted=False,
    mailwatch_fields=(),
    subject_fields=1,
    size=100,
    first_seen=NOW,
    dormant=False,
    barred=False,
)
CONSENT = Consent("INBOX", "inbox", Mode.REPLACE, NOW - timedelta(days=1))


def filed(**changes: Any) -> Candidate:
    return replace(CANDIDATE, filing=replace(FILING, **changes))


@pytest.mark.parametrize("rule", ["subject-bracket", "subject-token", "subject-label", "subject-bare"])
def test_a_number_in_the_subject_is_enough(rule: str) -> None:
    """Whatever the form, as long as it stands in the mail's own subject."""
    assert may_rename(filed(rule=Rule(rule)), CONSENT) is None


@pytest.mark.parametrize("standing", ["own", "vouched", "claimed", "participant"])
def test_a_direct_answer_to_such_a_mail_is_renamed_too(standing: str) -> None:
    """From anybody who is known here; a stranger never is."""
    answer = replace(
        filed(rule=Rule.THREAD, standing=Standing(standing), via="b" * 64), via_rule=Rule.SUBJECT_TOKEN
    )
    assert may_rename(answer, CONSENT) is None


@pytest.mark.parametrize(
    ("why", "candidate"),
    [
        ("not-filed", filed(verdict=Verdict.UNNUMBERED)),
        ("not-filed", filed(number=None)),
        ("not-filed", replace(CANDIDATE, place=Place("support"))),
        ("not-filed", replace(CANDIDATE, place=Place("support", "INBOX", None, 7))),
        ("mailwatch-field", replace(CANDIDATE, mailwatch_fields=("Mailwatch-Anything",))),
        ("barred", replace(CANDIDATE, barred=True)),
        ("ended-before", replace(CANDIDATE, ended="copy-gone")),
        ("older", replace(CANDIDATE, internaldate=NOW - timedelta(days=2))),
        ("unverified", filed(standing=Standing.STRANGER)),
        ("adopted", filed(rule=Rule.ADOPTED)),
        ("over-ghost", filed(rule=Rule.THREAD, through_ghost=True)),
        ("not-in-subject", filed(rule=Rule.OWN_TOKEN)),
        ("not-in-subject", filed(rule=Rule.QUOTED)),
        ("not-in-subject", filed(rule=Rule.PERSON)),
        ("not-in-subject", filed(rule=Rule.THREAD)),
        ("not-in-subject", replace(filed(rule=Rule.THREAD), via_rule=Rule.THREAD)),
        ("not-in-subject", replace(filed(rule=Rule.THREAD), via_rule=Rule.OWN_TOKEN)),
        ("other-number", filed(named=CaseNumber("srx", "SRX1318598611"))),
        ("signed", replace(CANDIDATE, signed=True)),
        ("encrypted", replace(CANDIDATE, encrypted=True)),
        ("automatic", replace(CANDIDATE, automatic=Automatic.REPLY)),
        ("automatic", replace(CANDIDATE, automatic=Automatic.REPORT)),
        ("subject-fields", replace(CANDIDATE, subject_fields=0)),
        ("subject-fields", replace(CANDIDATE, subject_fields=2)),
        ("dormant", replace(CANDIDATE, dormant=True)),
    ],
)
def test_mail_that_is_left_alone(why: str, candidate: Candidate) -> None:
    """Each refusal is told by one word."""
    assert may_rename(candidate, CONSENT) == why


@pytest.mark.parametrize("role", ["sent", "drafts", "trash", "junk", "all"])
def test_folders_that_are_left_alone(role: str) -> None:
    """By special use, whatever the folder is called and whatever the config says."""
    assert may_rename(CANDIDATE, replace(CONSENT, role=role)) == "folder-role"


def test_without_consent_nothing_is_renamed() -> None:
    """A folder's mode is off unless the config says otherwise."""
    assert may_rename(CANDIDATE, replace(CONSENT, mode=Mode.OFF)) == "mode-off"


@pytest.mark.parametrize(
    "candidate",
    [
        replace(CANDIDATE, barred=True),
        replace(CANDIDATE, dormant=True),
        replace(CANDIDATE, internaldate=NOW - timedelta(days=700)),
    ],
)
def test_a_person_may_ask_for_more(candidate: Candidate) -> None:
    """Dormant cases, the backlog, and what was taken back once."""
    assert may_rename(candidate, replace(CONSENT, since=None, by_person=True)) is None


def test_the_backlog_wakes_dormant_cases_but_lifts_no_bar() -> None:
    """A config that takes the backlog in does not do again at each poll what a person took back."""
    backlog = replace(CONSENT, since=None)
    assert may_rename(replace(CANDIDATE, dormant=True), backlog) is None
    assert may_rename(replace(CANDIDATE, barred=True), backlog) == "barred"


def test_a_copy_that_was_deleted_is_not_made_again_for_anybody() -> None:
    """Who asks for the backlog does not speak of this one mail."""
    asked = replace(CONSENT, since=None, by_person=True)
    assert may_rename(replace(CANDIDATE, ended="copy-gone"), asked) == "ended-before"


@pytest.mark.parametrize("ended", ["source-gone", "source-deleted", "uidvalidity"])
def test_a_mail_that_was_only_moved_may_be_renamed_in_its_new_place(ended: str) -> None:
    """These ends of an earlier rename speak of a place, not of the mail."""
    assert may_rename(replace(CANDIDATE, ended=ended), CONSENT) is None


@pytest.mark.parametrize("automatic", [Automatic.NO, Automatic.GENERATED])
def test_notices_are_ordinary_case_mail(automatic: Automatic) -> None:
    """A support desk's acknowledgement is generated, and belongs to the case."""
    assert may_rename(replace(CANDIDATE, automatic=automatic), CONSENT) is None


def test_the_same_mail_in_a_second_mailbox_is_renamed_there_too() -> None:
    """Verdict ``same`` is a filing like any other."""
    assert may_rename(filed(verdict=Verdict.SAME, via="b" * 64), CONSENT) is None


def test_arrival_is_what_the_server_says_else_when_it_was_first_seen() -> None:
    """INTERNALDATE wins."""
    assert arrived(CANDIDATE) == NOW
    assert arrived(replace(CANDIDATE, internaldate=NOW - timedelta(days=1))) == NOW - timedelta(days=1)


def test_every_reason_is_a_word_of_its_own() -> None:
    """They stand in rows for a person and in tests; two of them never look alike."""
    words = list(reasons())
    assert len(words) == len(set(words)) == 17
