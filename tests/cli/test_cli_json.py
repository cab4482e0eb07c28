"""The keys that ``--json`` prints are a contract: these tables are its text."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest

from mailwatch.cli import json_shapes, json_states, json_status
from mailwatch.core.case_events import CaseEvent, Day, Kind
from mailwatch.core.case_events import Words as Words_
from mailwatch.core.case_state import case_state
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.deadline import Terms
from mailwatch.core.digest_facts import FolderFacts, GapFacts, Side
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.habits import habits
from mailwatch.core.mentions import Form, Mention, Recognition, Rejected, Where
from mailwatch.core.standing import Standing
from mailwatch.core.told import Told
from mailwatch.errors import Words
from mailwatch.jobs.outcome import Outcome
from mailwatch.jobs.poll_report import PollReport
from mailwatch.ports import CaseRow, Held, Hit, Looks, MessageRow, OriginalRow

SHA = "ab" * 32
NUMBER = CaseNumber("tracking-id", "2402220010002574")
WHEN = datetime(2026, 11, 24, 9, 48, tzinfo=timezone(timedelta(hours=9)))
THEN = "2026-11-24T00:48:00Z"

CASE = CaseRow(
    number=NUMBER,
    token="TrackingID#2402220010002574",
    title="메일 흐름",
    status="open",
    messages=2,
    opened_at=WHEN,
    last_message_at=WHEN,
    last_from_us_at=None,
    last_from_them_at=WHEN,
    aliases=("2402220010002574001",),
    related=("SRX1318598611",),
)
CASE_SHAPE = {
    "number": "2402220010002574",
    "scheme": "tracking-id",
    "token": "TrackingID#2402220010002574",
    "aliases": ["2402220010002574001"],
    "related": ["SRX1318598611"],
    "merged": [],
    "title": "메일 흐름",
    "status": "open",
    "messages": 2,
    "opened_at": THEN,
    "last_message_at": THEN,
    "last_from_us_at": None,
    "last_from_them_at": THEN,
}
FILING = Filing(
    SHA,
    Verdict.FILED,
    NUMBER,
    standing=Standing.VOUCHED,
    rule=Rule.SUBJECT_TOKEN,
    confidence=Confidence.CERTAIN,
)
MESSAGE = MessageRow(
    message_id="a@b",
    date=WHEN,
    received_at=None,
    direction="in",
    from_addr="support@mail.support.microsoft.com",
    from_name="Hong G",
    subject="Re: x",
    standard_subject=None,
    filing=FILING,
    matched="TrackingID#2402220010002574",
    automatic="no",
    originals=(OriginalRow(SHA, "support", "INBOX", 7),),
)
MESSAGE_SHAPE = {
    "message_id": "<a@b>",
    "date": THEN,
    "received_at": None,
    "direction": "in",
    "from": "support@mail.support.microsoft.com",
    "from_name": "Hong G",
    "subject": "Re: x",
    "standard_subject": None,
    "filed_by": {
        "rule": "subject-token",
        "matched": "TrackingID#2402220010002574",
        "standing": "vouched",
        "confidence": "certain",
    },
    "originals": [{"sha256": SHA, "mailbox": "support", "folder": "INBOX", "uid": 7}],
}


@pytest.mark.parametrize(
    ("shape", "value", "expected"),
    [
        (
            json_shapes.poll,
            PollReport(
                Outcome(9, 4, 1, 2, 1, 1),
                3,
                (Words("{mailbox}: away", {"mailbox": "a"}),),
                (Words("{mailbox}: full", {"mailbox": "b"}),),
                temporary=True,
            ),
            {
                "fetched": 9,
                "filed": 4,
                "same": 1,
                "unfiled": 2,
                "unnumbered": 1,
                "quarantined": 1,
                "renamed": 3,
                "errors": ["a: away"],
                "waiting": ["b: full"],
            },
        ),
        (json_shapes.case, CASE, CASE_SHAPE),
        (json_shapes.message, MESSAGE, MESSAGE_SHAPE),
        (
            json_shapes.message,
            replace(
                MESSAGE, message_id=None, filing=Filing(SHA, Verdict.UNNUMBERED), matched=None, originals=()
            ),
            {
                **MESSAGE_SHAPE,
                "message_id": None,
                "filed_by": {"rule": None, "matched": None, "standing": "stranger", "confidence": None},
                "originals": [],
            },
        ),
        (
            json_shapes.rename,
            SimpleNamespace(sha256=SHA, number="1", from_subject="a", to_subject="b", state="done", why=None),
            {"sha256": SHA, "number": "1", "from": "a", "to": "b", "state": "done", "why": None},
        ),
        (
            json_shapes.sent,
            SimpleNamespace(recipient="a@b", state="failed", why=Words("{n} lost", {"n": 1})),
            {"recipient": "a@b", "state": "failed", "why": "1 lost"},
        ),
        (
            json_shapes.held,
            Held(SHA, "timeout", WHEN, 2),
            {"sha256": SHA, "why": "timeout", "at": THEN, "tries": 2},
        ),
        (
            json_shapes.check,
            SimpleNamespace(check="login", ok=None, detail=Words("x"), mend=Words("")),
            {"check": "login", "ok": None, "detail": "x", "mend": ""},
        ),
        (
            json_shapes.verify,
            SimpleNamespace(
                ok=False, complete=True, entries=5, problems=[SimpleNamespace(code="changed", detail="seq 3")]
            ),
            {
                "ok": False,
                "complete": True,
                "entries": 5,
                "problems": [{"code": "changed", "detail": "seq 3"}],
            },
        ),
        (
            json_status.status,
            SimpleNamespace(
                folders=[
                    FolderFacts("support", "INBOX", WHEN, backfilled=True),
                    FolderFacts("support", "Sent", None, backfilled=False, older=340, older_seconds=720),
                    FolderFacts("support", "Junk", None, backfilled=False),
                ],
                messages=5,
                cases=2,
                quarantined=0,
                open_plans=1,
                unsent=0,
                at=WHEN + timedelta(seconds=90),
                daemon=True,
                outages=[GapFacts("outage", "support", None, WHEN, None)],
                looks=[
                    Looks("billing", 2, 0, WHEN, WHEN),
                    Looks("support", 9, 3, WHEN, WHEN, 2, WHEN, Words("support: nobody answers")),
                ],
            ),
            {
                "folders": [
                    {
                        "mailbox": "support",
                        "folder": "INBOX",
                        "last_good": THEN,
                        "lag_seconds": 90,
                        "backfilled": True,
                        "backfill": {"left": 0, "seconds_left": 0},
                    },
                    {
                        "mailbox": "support",
                        "folder": "Sent",
                        "last_good": None,
                        "lag_seconds": None,
                        "backfilled": False,
                        "backfill": {"left": 340, "seconds_left": 720},
                    },
                    {
                        "mailbox": "support",
                        "folder": "Junk",
                        "last_good": None,
                        "lag_seconds": None,
                        "backfilled": False,
                        "backfill": {"left": None, "seconds_left": None},
                    },
                ],
                "mailboxes": [
                    {
                        "mailbox": "billing",
                        "looks": 2,
                        "failed": 0,
                        "since": THEN,
                        "last": THEN,
                        "failed_in_a_row": 0,
                        "failing_since": None,
                        "trouble": None,
                    },
                    {
                        "mailbox": "support",
                        "looks": 9,
                        "failed": 3,
                        "since": THEN,
                        "last": THEN,
                        "failed_in_a_row": 2,
                        "failing_since": THEN,
                        "trouble": "support: nobody answers",
                    },
                ],
                "messages": 5,
                "cases": 2,
                "quarantined": 0,
                "open_plans": 1,
                "unsent": 0,
                "daemon": True,
                "outages": [{"mailbox": "support", "since": THEN, "until": None}],
            },
        ),
        (
            json_shapes.reindex,
            SimpleNamespace(
                messages=2, cases=1, left_out=(), changed=[SimpleNamespace(before=None, after=FILING)]
            ),
            {
                "messages": 2,
                "cases": 1,
                "left_out": [],
                "changed": [
                    {
                        "sha256": SHA,
                        "before": None,
                        "after": {"verdict": "filed", "number": "2402220010002574", "rule": "subject-token"},
                    }
                ],
            },
        ),
    ],
)
def test_shapes(shape: Callable[[Any], Any], value: Any, expected: dict[str, Any]) -> None:
    """Each value is printed with exactly these keys; times are UTC to the second."""
    assert expected == shape(value)


def test_timeline_of_a_case_and_of_a_related_number() -> None:
    """``show`` is the case and its messages; a number that is only related says who mentions it."""
    assert {**CASE_SHAPE, "messages": [MESSAGE_SHAPE]} == json_shapes.timeline(CASE, [MESSAGE])
    related = replace(CASE, status="related", messages=0, mentioned_by=("SRX1318598611",))
    shape = json_shapes.timeline(related, [])
    assert (["SRX1318598611"], "related", []) == (shape["mentioned_by"], shape["status"], shape["messages"])


ASKED = CaseEvent(
    WHEN,
    Kind.CLOSING_ANNOUNCED,
    SHA,
    Side.THEM,
    Words_(0, 3, 9),
    Day(date(2026, 11, 30), time(18, 0)),
    vendor="21Vianet",
)
GRANTED = CaseEvent(WHEN, Kind.SEVERITY_GRANTED, SHA, Side.THEM, level=1, vendor="21Vianet")
STATE = case_state([Told((GRANTED, ASKED)), None], (), Terms(), WHEN)
LISTED_SHAPE = {
    **CASE_SHAPE,
    "status": "closing-announced",
    "holder": "us",
    "vendor": "21Vianet",
    "since": THEN,
    "closing_on": "2026-11-30",
    "unread": 1,
    "customer": None,
    "plan": None,
    "severity": "B",
    "clock": "none",
    "due": None,
}
NO_DEADLINE = {
    "state": "none",
    "due": None,
    "left_seconds": None,
    "responded_at": None,
    "plan": None,
    "severity": "B",
    "only_asked": False,
    "caps": [],
    "why_none": "plan-unknown",
    "target_seconds": None,
    "business_days": None,
    "calendar": None,
    "source": None,
    "language": None,
    "uncertain_years": [],
    "passed": [],
    "steps": [],
}
EVENT_SHAPE = {
    "kind": "closing-announced",
    "at": THEN,
    "day": "2026-11-30",
    "hour": "18:00",
    "severity": None,
    "numbers": [],
}


def test_a_listed_case_says_who_must_act() -> None:
    """Keys beside those of the case; nothing is claimed of one that was not read."""
    assert LISTED_SHAPE == json_states.listed(CASE, STATE)
    unread = {"status": "open", "holder": "nobody", "vendor": "Microsoft", "since": None, "closing_on": None}
    unknown = {"customer": None, "plan": None, "severity": None, "clock": "none", "due": None}
    state = case_state([None], (), Terms(), WHEN)
    assert {**CASE_SHAPE, **unread, "unread": 1, **unknown} == json_states.listed(CASE, state)


def test_a_cause_that_a_person_told_names_the_entry() -> None:
    """It is no mail, so it has no hash."""
    state = case_state([Told((replace(ASKED, sha256="entry:17"),))], (), Terms(), WHEN)
    because = json_states.shown(CASE, state, [], {}, habits(state, CASE.title, WHEN))["because"]
    assert (because["sha256"], because["entry"]) == (None, 17)


def test_a_shown_case_says_why() -> None:
    """Each cause with its mail, or the entry of who said so, and its words; and what each mail did."""
    quoted = {**EVENT_SHAPE, "sha256": SHA, "entry": None, "words": "we will close it"}
    granted = {
        "kind": "severity-granted",
        "at": THEN,
        "day": None,
        "hour": None,
        "severity": "B",
        "numbers": [],
    }
    assert {
        **LISTED_SHAPE,
        "because": quoted,
        "announced": quoted,
        "promise": None,
        "strikes": 0,
        "hints": [],
        "deadline": NO_DEADLINE,
        "habits": {
            "number": True,
            "portal": None,
            "noted": True,
            "path": "Microsoft 365 admin center, Support, View service requests",
            "account": None,
        },
        "unreadable": 0,
        "messages": [{**MESSAGE_SHAPE, "events": [granted, EVENT_SHAPE]}],
    } == json_states.shown(
        CASE, STATE, [MESSAGE], {json_states.key(ASKED): "we will close it"}, habits(STATE, CASE.title, WHEN)
    )


def test_hit_covers_codes() -> None:
    """A search result shows no one-time code; a mail without a case has a null number."""
    hit = Hit(None, SHA, WHEN, "a@b", "Your verification code is 123456")
    assert {
        "number": None,
        "sha256": SHA,
        "date": THEN,
        "from": "a@b",
        "subject": "Your verification code is ••••",
        "snippet": "x",
    } == json_shapes.hit(hit, "x")


def test_recognition() -> None:
    """``recognise`` names each number's token and how it stood there, and each rejection's reason."""
    found = Recognition(
        (Mention(NUMBER, Where.SUBJECT, Form.LABEL, None, 0, 16, "2402220010002574"),),
        (Rejected("SRX300", "wrong-length", Where.SUBJECT),),
    )
    assert {
        "numbers": [
            {
                "number": "2402220010002574",
                "scheme": "tracking-id",
                "token": "TrackingID#2402220010002574",
                "rule": "subject-label",
            }
        ],
        "rejected": [{"text": "SRX300", "why": "wrong-length"}],
    } == json_shapes.recognition(found, {NUMBER.canonical: "TrackingID#2402220010002574"})


def test_stamp_is_utc() -> None:
    """A time is RFC 3339 in UTC, whatever zone it came in."""
    assert (THEN, None) == (json_shapes.stamp(WHEN), json_shapes.stamp(None))
    assert "1970-01-01T00:00:00Z" == json_shapes.stamp(datetime(1970, 1, 1, tzinfo=UTC))
