"""Alarms of ``mailwatch run`` as a real process: a server that goes and comes back, and who hears of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from servers.daemon import Running, until
from servers.dovecot import DovecotServer
from servers.house import House, build, mailbox_yaml, over
from servers.mailuser import MailUser
from servers.smtp import Received, SmtpSink

pytestmark = [pytest.mark.server, pytest.mark.slow]

OWNER, OUTSIDE = "kim@contoso.example", "lee@fabrikam.example"
SOON = "poll: 10 s\ndigests: []\n"


def entries(house: House, kind: str) -> Iterator[dict[str, Any]]:
    """The ledger's entries of one type, as they lie in its journal."""
    for path in sorted((house.data / "ledger").glob("*.jsonl")):
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            if entry["type"] == kind:
                yield entry


def subjects(mails: list[Received]) -> Counter[tuple[str, str]]:
    return Counter(
        (mail.recipients[0], str(message_from_bytes(mail.raw, policy=default)["Subject"])) for mail in mails
    )


def alarms_in(user: MailUser) -> list[str]:
    found = (message_from_bytes(mail.raw, policy=default) for mail in user.dump())
    return [str(mail["Subject"]) for mail in found if "alerts.mailwatch" in str(mail["List-Id"])]


def test_the_owner_and_an_address_outside_hear_once_of_each(
    tmp_path: Path, own_dovecot: DovecotServer, smtp_sink: SmtpSink
) -> None:
    """Lost and back, one mail each to both, also across a restart in the middle; the ledger has it all."""
    user = own_dovecot.new_user()
    more = (
        f"{SOON}smtp: {{host: localhost, port: {smtp_sink.port}, tls: none, sender: {OWNER}}}\n"
        f"alerts: {{after: 5 s, to: [{OWNER}], also: {OUTSIDE}}}\n"
    )
    house = over(tmp_path, user, more=more)
    with Running(house, "-vv") as daemon:
        daemon.until("poll")
        own_dovecot.kill()
        daemon.until("not-watched")
        until(lambda: len(smtp_sink.received) == 2, "both alarms")
        daemon.until("wait", 2)
        daemon.end()
    with Running(house, "-v") as daemon:
        daemon.until("wait", 2)
        own_dovecot.restart()
        daemon.until("recovered")
        until(lambda: len(smtp_sink.received) == 4, "both words of its return")
        daemon.end()
    down, back = "[mailwatch] support is not being watched", "[mailwatch] support is watched again"
    assert {(OWNER, down): 1, (OUTSIDE, down): 1, (OWNER, back): 1, (OUTSIDE, back): 1} == subjects(
        smtp_sink.received
    )
    text = message_from_bytes(smtp_sink.received[0].raw, policy=default).get_content()
    assert "nobody answers at localhost" in text
    assert "sudo mailwatch check" in text
    begun, ended = [entry for entry in entries(house, "watch") if entry["what"] == "outage"]
    assert (begun["since"], "support") == (ended["since"], ended["mailbox"])
    assert ended["since"] < ended["until"]
    assert begun.get("until") is None
    assert 4 == sum(entry["state"] == "sent" for entry in entries(house, "alert"))
    status = house.json("status")
    [outage] = status["outages"]
    assert ("support", False) == (outage["mailbox"], status["daemon"])
    assert outage["since"] < outage["until"]
    shown = house.run("status").stdout
    assert "mailwatch run is not at work" in shown
    assert "support was not read from" in shown
    assert house.json("verify")["ok"]


def test_without_smtp_another_mailbox_hears_and_the_lost_one_hears_later(
    tmp_path: Path, own_dovecot: DovecotServer, dovecot_user: MailUser
) -> None:
    """The reader's own mailbox is what is down: his alarm waits, as log and status say, and comes late."""
    lost = own_dovecot.new_user()
    (tmp_path / "other").write_text(dovecot_user.password)
    (tmp_path / "other").chmod(0o600)
    boxes = mailbox_yaml(lost, tmp_path / "password") + mailbox_yaml(
        dovecot_user, tmp_path / "other", name="billing", address="billing@contoso.example"
    )
    house = build(tmp_path, boxes, lost.password, f"{SOON}alerts: {{after: 5 s, to: [{OWNER}]}}\n")
    with Running(house, "-vv") as daemon:
        daemon.until("poll", 2)
        own_dovecot.kill()
        daemon.until("not-watched")
        until(lambda: len(alarms_in(dovecot_user)) == 1, "the alarm in the other mailbox")
        waiting = [line for line in daemon.events("alert") if "state=stored" in line]
        assert 1 == len(waiting)
        assert "alerts.smtp" in waiting[0]
        assert house.json("status")["unsent"] == 1
        own_dovecot.restart()
        daemon.until("recovered")
        until(lambda: len(alarms_in(lost)) == 2, "both alarms in the mailbox that is back")
        until(lambda: len(alarms_in(dovecot_user)) == 2, "the word of its return")
        daemon.end()
    told = ["[mailwatch] support is not being watched", "[mailwatch] support is watched again"]
    assert told == sorted(alarms_in(lost)) == sorted(alarms_in(dovecot_user))
    assert 0 == house.json("status")["unsent"]


def test_a_mailbox_that_was_never_read_is_told_of_once(
    tmp_path: Path, dovecot_user: MailUser, smtp_sink: SmtpSink
) -> None:
    """A wrong password from the first day: one alarm, restart or not, and one word once it is mended."""
    more = (
        f"{SOON}smtp: {{host: localhost, port: {smtp_sink.port}, tls: none, sender: {OWNER}}}\n"
        f"alerts: {{after: 2 s, to: [{OWNER}]}}\n"
    )
    house = over(tmp_path, dovecot_user, more=more)
    (tmp_path / "password").write_text("not-this")
    for _ in range(2):
        with Running(house, "-vv") as daemon:
            daemon.until("wait")
            until(lambda: len(smtp_sink.received) == 1, "the alarm")
            # Chores come every two seconds here: time enough for a second alarm, if there were one.
            daemon.until("digests-looked-at", 4)
            daemon.end()
    (tmp_path / "password").write_text(dovecot_user.password)
    with Running(house, "-vv") as daemon:
        daemon.until("outage")
        until(lambda: len(smtp_sink.received) == 2, "the word that it is watched")
        daemon.end()
    assert "not-this" not in "".join(daemon.log)
