"""A mail server that is away for a simulated month, and back; run by ``make weeks``."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from servers.dovecot import DovecotServer
from servers.house import House, over
from servers.simulated import Simulation
from servers.smtp import SmtpSink

pytestmark = pytest.mark.server

FIRST = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
STEP = timedelta(hours=6)
DAYS = 30
OWNER = "owner@contoso.example"
NUMBER = "2603010010002574"


def letter(name: str) -> bytes:
    return (
        "From: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\n"
        f"Subject: RE: mail flow - TrackingID#{NUMBER}\r\nMessage-ID: <{name}@example>\r\n"
        f"Date: Mon, 02 Mar 2026 01:00:00 +0000\r\n\r\nhello {name}\r\n"
    ).encode()


def outages(house: House) -> list[dict[str, str]]:
    """Those that are over, as the ledger's journal has them."""
    lines = [line for f in (house.data / "ledger").glob("*.jsonl") for line in f.read_text().splitlines()]
    told = [entry for entry in map(json.loads, lines) if entry["type"] == "watch"]
    return [entry for entry in told if entry["what"] == "outage" and "until" in entry]


def names(house: House) -> list[str]:
    return sorted(m["message_id"].strip("<>") for m in house.json("show", NUMBER)["messages"])


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_month_without_the_server(tmp_path: Path, own_dovecot: DovecotServer, smtp_sink: SmtpSink) -> None:
    """One alarm and one word of its return, a digest each day, all mail once, every look accounted for."""
    user = own_dovecot.new_user()
    house = over(
        tmp_path,
        user,
        more=(
            "poll: 1 h\n"
            f"smtp: {{host: localhost, port: {smtp_sink.port}, tls: none, sender: {OWNER}}}\n"
            f"alerts: {{to: [{OWNER}]}}\n"
            f"digests: [{{name: daily, to: [{OWNER}], days: [mon, tue, wed, thu, fri, sat, sun]}}]\n"
        ),
    )
    user.deliver(letter("before"))
    time = Simulation(house, FIRST, lambda _now: None)
    try:
        time.start()
        own_dovecot.kill()
        own_dovecot.fill(user.name, [letter("meanwhile")])
        used, turns = time.cpu, time.turns
        for _ in range(DAYS * 24 // 6):
            time.to(time.now + STEP)
        used, turns = time.cpu - used, time.turns - turns
        (away,) = house.json("status")["mailboxes"]
        own_dovecot.restart()
        # A server in trouble is asked four times an hour at most.
        time.to(time.now + timedelta(minutes=16))
        user.deliver(letter("after"))
        time.to(time.now + timedelta(hours=2))
        time.end()
    finally:
        time.close()
    assert [] == time.events("defect") + time.events("stuck")
    assert ["after@example", "before@example", "meanwhile@example"] == names(house)
    # A turn of six hours is one moment for the daemon: a look in each, but perhaps the first, in which
    # the line on which it listened broke; and no storm.
    assert turns - 1 <= away["failed_in_a_row"] == away["failed"] <= 4 * turns
    print(f"{used:.1f} s of CPU in {turns} turns, {away['looks']} looks")  # noqa: T201 - for whoever measures
    assert used < turns, (used, turns)
    told = Counter(str(message_from_bytes(m.raw, policy=default)["Subject"]) for m in smtp_sink.received)
    assert 1 == told["[mailwatch] support is not being watched"]
    assert 1 == told["[mailwatch] support is watched again"]
    digests = [m for m in smtp_sink.received if b"\nMailwatch-Digest: " in m.raw]
    # 12:00 in Seoul on the first day is after nine; so is the last turn, on the day after the thirtieth.
    assert DAYS + 1 == len(digests)
    (outage,) = outages(house)
    lasted = datetime.fromisoformat(outage["until"]) - datetime.fromisoformat(outage["since"])
    assert timedelta(days=DAYS) <= lasted <= timedelta(days=DAYS, hours=1)
    (back,) = house.json("status")["mailboxes"]
    assert (0, None) == (back["failed_in_a_row"], back["trouble"])
    assert house.json("verify")["ok"]
