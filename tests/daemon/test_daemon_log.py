"""The log of ``mailwatch run`` as a real process."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from servers.daemon import Running, until
from servers.house import over
from servers.mailuser import MailUser

pytestmark = pytest.mark.server

LETTER = (
    b"From: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\n"
    b"Subject: \x1b[2J\x00 TrackingID#2611020010002574\r\nMessage-ID: <a@example>\r\n"
    b"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\nthe text of a mail\r\n"
)


def test_json_by_the_line_with_mailbox_and_poll_and_without_secrets(
    tmp_path: Path, dovecot_user: MailUser
) -> None:
    """At the lowest level, a wrong password first: each line is an object; a reload changes the form."""
    secret = "gehe1m-\u202e-wrong"
    house = over(tmp_path, dovecot_user, more="poll: 10 s\ndigests: []\nlog: {format: json, level: debug}\n")
    (tmp_path / "password").write_text(secret)
    dovecot_user.deliver(LETTER)

    def found(name: str) -> list[dict[str, Any]]:
        return [e for e in map(json.loads, list(daemon.log)) if e["event"] == name]

    with Running(house, "-vv") as daemon:
        until(lambda: bool(found("wait")), "the refusal")
        [trouble] = found("trouble")
        [wait] = found("wait")
        assert ("support", "WARNING") == (trouble["mailbox"], trouble["level"])
        assert trouble["poll"] == wait["poll"]
        (tmp_path / "password").write_text(dovecot_user.password)
        # A new configuration tries at once; so does one that changes the log alone.
        daemon.send(signal.SIGHUP)
        # The pass that was refused is told as a poll, too, and read no folder.
        until(lambda: any(poll["good"] for poll in found("poll")), "a poll that read a folder")
        assert len(found("poll")[0]["poll"]) == 8
        status = house.json("status")
        assert (True, []) == (status["daemon"], status["outages"])
        assert 0 <= status["folders"][0]["lag_seconds"] < 300
        objects = len(daemon.log)
        house.config.write_text(house.config.read_text().replace("format: json", "format: keyvalue"))
        daemon.send(signal.SIGHUP)
        daemon.until("reload")
        daemon.end()
    assert all(line.startswith("{") for line in daemon.log[: objects - 1])
    assert any(line.startswith("time=") for line in daemon.log[objects:])
    everything = "".join(daemon.log)
    for hidden in (secret, json.dumps(secret)[1:-1], dovecot_user.password, "the text of a mail", "\x1b"):
        assert hidden not in everything
