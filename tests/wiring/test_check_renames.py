"""What ``check`` says of renaming, and that poll probes a server before the first rename, on Dovecot."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from servers.dovecot import DovecotServer
from servers.house import House, over
from servers.mailuser import MailUser

from mailwatch.adapters.catalog import say
from mailwatch.config import load
from mailwatch.core.fidelity import Fidelity, Offer, Profile, judge, without
from mailwatch.wiring.check_renames import _WHY, told

FULL = Offer("mail.contoso.example", move=True, uidplus=True, labels=False)
# Nine in the evening of the day before, in UTC.
WHEN = datetime(2026, 3, 1, 21, 0, tzinfo=UTC)


def letter(name: str) -> bytes:
    return (
        f"From: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\n"
        f"Subject: Mail flow stops - TrackingID#2611020010002574\r\nMessage-ID: <{name}@example>\r\n"
        f"Date: Mon, 02 Nov 2026 09:00:00 +0900\r\nMIME-Version: 1.0\r\n\r\nHello\r\n"
    ).encode()


def renaming(house: House) -> dict[str, Any]:
    found = json.loads(house.run("check", "--json").stdout)
    (row,) = [row for row in found if row["check"] == "support: renaming"]
    return dict(row)


def house_of(tmp_path: Path, user: MailUser, mode: str = "replace") -> House:
    folders = [{"name": "INBOX", "rename": mode}]
    return over(tmp_path, user, folders=folders, more="rename: {settle: 0 s, backlog: true}\n")


@pytest.mark.server
def test_poll_tries_the_server_out_before_the_first_rename(tmp_path: Path, dovecot_user: MailUser) -> None:
    """Nothing is stored before a rename is due; then the profile is known, and its mails are gone."""
    house = house_of(tmp_path, dovecot_user)
    assert 0 == house.json("poll")["renamed"]
    row = renaming(house)
    assert (None, "not tried out yet: poll does that before the first rename") == (row["ok"], row["detail"])
    dovecot_user.deliver(letter("a"))
    assert 1 == house.json("poll")["renamed"]
    row = renaming(house)
    assert (True, "") == (row["ok"], row["mend"])
    assert row["detail"].startswith("possible, in place and by copy; tried out on ")
    assert [] == dovecot_user.dump("Mailwatch/Probe")
    assert [letter("a")] == [mail.raw for mail in dovecot_user.dump("Mailwatch/Originals")]


@pytest.mark.server
def test_a_mailbox_that_renames_nothing_has_no_such_row(tmp_path: Path, dovecot_user: MailUser) -> None:
    """Nobody asks whether renaming is possible, so nothing is said, and nothing is stored."""
    dovecot_user.deliver(letter("a"))
    house = house_of(tmp_path, dovecot_user, "off")
    house.json("poll")
    found = json.loads(house.run("check", "--json").stdout)
    assert [] == [row for row in found if "renaming" in row["check"]]


@pytest.mark.server
def test_a_mailbox_without_room_is_not_tried_out(tmp_path: Path, dovecot: DovecotServer) -> None:
    """The rename waits for room, as it would without a probe; then both come about."""
    user = dovecot.new_user(quota="4K")
    user.deliver(letter("a") + b"x" * 3000)
    house = house_of(tmp_path, user)
    (line,) = house.json("poll")["waiting"]
    assert "support: not renamed yet: 1 mail (over-quota) → make room in the mailbox" == line
    assert "tried out yet" in renaming(house)["detail"]


@pytest.mark.parametrize(
    ("modes", "found", "ok", "detail", "mend"),
    [
        ("replace", Fidelity(), True, "possible, in place and by copy; tried out on 2026-03-02", ""),
        (
            "replace",
            without(["exact"]),
            None,
            "possible by copy only: the server alters mails that are stored on it; tried out on 2026-03-02",
            "nothing to do: copies are made, and the mails stay where they are",
        ),
        (
            "copy",
            without(["date"]),
            True,
            "possible by copy only: the server gives mails another date of arrival; tried out on 2026-03-02",
            "",
        ),
        (
            "copy",
            without(["alike"]),
            False,
            "not possible: the server alters the text of mails; tried out on 2026-03-02",
            "set rename to off for the folders of this mailbox",
        ),
    ],
)
def test_what_is_said_of_a_profile(
    tmp_path: Path,
    dovecot_user: MailUser,
    modes: str,
    found: Fidelity,
    *,
    ok: bool | None,
    detail: str,
    mend: str,
) -> None:
    """What is possible, why not more, since when we know (in the reader's time zone), what to do."""
    config = load(house_of(tmp_path, dovecot_user, modes).config)
    (row,) = told(config.mailboxes[0], Profile(WHEN, FULL, found), config)
    assert (ok, detail, mend) == (row.ok, str(row.detail), str(row.mend))
    assert "시험한 날: 2026-03-02" in say(row.detail, "ko")
    assert " the " not in say(row.detail, "ko")


def test_mail_that_was_left_behind_is_told(tmp_path: Path, dovecot_user: MailUser) -> None:
    """A yellow row of its own, with what to do."""
    config = load(house_of(tmp_path, dovecot_user).config)
    _, left = told(config.mailboxes[0], Profile(WHEN, FULL, without(["swept"])), config)
    assert left.ok is None
    assert "delete the folder Mailwatch/Probe" in str(left.mend)


def test_every_reason_has_its_sentence() -> None:
    """None of the words that the rules answer would break the table."""
    offers = [FULL, replace(FULL, move=False), replace(FULL, uidplus=False), replace(FULL, labels=True)]
    names = [name for name in Fidelity.__slots__ if name not in {"raw_header", "keywords", "swept"}]
    said = {judge(offer, without([name])).why for offer in offers for name in names}
    assert said | {None} >= set(_WHY)
    assert said - {None} <= set(_WHY)
