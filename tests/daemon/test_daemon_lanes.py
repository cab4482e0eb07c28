"""What hangs with one server holds up no digest and no alarm that goes another way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from servers.daemon import Running, until
from servers.house import over
from servers.mailuser import MailUser
from servers.scripted import SILENCE, ScriptedServer

from mailwatch.daemon.heart import Beats, Hearts
from mailwatch.daemon.lanes import Lanes
from mailwatch.errors import TemporaryError


def test_a_lane_that_hangs_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """Its own work waits for it, and so does the end; trouble and defects end in their lane."""
    hearts = Hearts()
    lanes = Lanes(Beats(hearts, ""))
    answer, done = threading.Event(), threading.Event()
    assert lanes.run("slow", lambda: answer.wait(60) and None)
    assert not lanes.run("slow", done.set)
    assert lanes.run("quick", done.set)
    assert done.wait(60)
    assert lanes.busy

    def away() -> None:
        raise TemporaryError("nobody answers")

    assert lanes.run("away", away)
    assert lanes.run("broken", lambda: 1 // 0 and None)
    answer.set()
    lanes.wait()
    assert not lanes.busy
    assert lanes.run("slow", lambda: None)
    lanes.wait()
    said = [record.getMessage() for record in caplog.records]
    assert 'event=trouble chore=away what="nobody answers"' in said
    assert "event=defect chore=broken" in said


@pytest.mark.server
def test_a_hanging_smtp_server_delays_no_other_digest(tmp_path: Path, dovecot_user: MailUser) -> None:
    """Three readers wait for it; the digest that goes into a mailbox is there before the first of them."""
    with ScriptedServer(greeting=SILENCE) as server:
        days = "at: 00:00, days: [mon, tue, wed, thu, fri, sat, sun]"
        people = "lee@contoso.example, mei@contoso.example, park@contoso.example"
        more = (
            f"digests: [{{name: slow, to: [{people}], deliver: smtp, {days}}}, "
            f"{{name: quick, to: [kim@contoso.example], deliver: imap, {days}}}]\n"
            f"smtp: {{host: 127.0.0.1, port: {server.port}, tls: none, timeout: 90 s}}\n"
        )
        house = over(tmp_path, dovecot_user, more=more)
        with Running(house, "-v") as daemon:
            until(lambda: any(b"\nMailwatch-Digest: " in m.raw for m in dovecot_user.dump()), "the digest")
            daemon.until("digest")
            assert ["quick"] == [line.split("digest=")[1].split()[0] for line in daemon.events("digest")]
            until(lambda: server.connections == 1, "the one that hangs")
            assert daemon.end() < 5
