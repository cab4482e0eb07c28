"""The real process while another program holds its database for longer than a connection waits for it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from servers.daemon import Running, until
from servers.house import over
from servers.mailuser import MailUser

pytestmark = pytest.mark.server

LETTER = (
    b"From: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\n"
    b"Subject: Mail flow stops - TrackingID#2611020010002574\r\nMessage-ID: <meanwhile@example>\r\n"
    b"Date: Mon, 02 Nov 2026 09:00:00 +0900\r\n\r\nHello\r\n"
)


def told(daemon: Running) -> bool:
    return any("another mailwatch holds it" in line for line in daemon.events("trouble"))


def test_a_database_that_another_program_holds(tmp_path: Path, dovecot_user: MailUser) -> None:
    """It is told in words and costs no CPU; a mail of that time is filed once, without a restart."""
    house = over(tmp_path, dovecot_user, more="digests: []\npoll: 10 s\n")
    with Running(house, "-vv") as daemon:
        daemon.until("poll")
        with closing(sqlite3.connect(house.data / "mailwatch.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            used = daemon.cpu()
            dovecot_user.deliver(LETTER)
            # Who waits his thirty seconds holds up whoever stands behind him: twice the usual patience.
            with suppress(AssertionError):
                until(lambda: told(daemon))
            until(lambda: told(daemon), "the word")
            assert daemon.cpu() - used < 5
            other.execute("ROLLBACK")
        until(lambda: any(" filed=1 " in line for line in daemon.events("poll")), "the mail")
        daemon.end()
    assert not daemon.events("defect")
    assert 1 == house.json("status")["messages"]
    assert [] == house.json("verify")["problems"]
