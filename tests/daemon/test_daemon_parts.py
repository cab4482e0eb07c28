"""The parts of the daemon, one by one."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.house import build

from mailwatch.adapters.catalog import say
from mailwatch.adapters.systemd import Notifier
from mailwatch.config import load
from mailwatch.config.digest import DigestConfig, RecipientConfig
from mailwatch.core.logline import keyvalue
from mailwatch.core.pace import Left
from mailwatch.daemon.bell import Bell, Want
from mailwatch.daemon.heart import Hearts
from mailwatch.daemon.schedule import timetable, wind
from mailwatch.daemon.state import State
from mailwatch.daemon.status import status_line
from mailwatch.daemon.telling import tell_hindrances
from mailwatch.daemon.wall import Wall
from mailwatch.errors import TemporaryError, Words
from mailwatch.jobs.poll_report import line, without_mend
from mailwatch.wiring import digests

NOW = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


# ── bell and heart ────────────────────────────────────────────────────────────


def test_a_bell_wakes_a_thread_that_waits_and_tells_what_for() -> None:
    """Rung twice for the same thing, it is heard once; taken, it is silent."""
    bell = Bell()
    threading.Timer(0.1, bell.ring, [Want.POLL]).start()
    bell.wait(60)
    bell.ring(Want.POLL)
    bell.ring()
    assert {Want.POLL} == bell.take()
    assert frozenset() == bell.take()
    assert not select.select([bell.fileno()], [], [], 0)[0]
    bell.close()
    bell.ring(Want.COMPARE)  # Late, and unheard.


def test_a_bell_can_be_rung_any_number_of_times() -> None:
    """A full pipe stops nobody: the timetable's threads must never wait for a mailbox."""
    bell = Bell()
    for _ in range(70_000):
        bell.ring()
    bell.take()
    bell.take()
    assert not select.select([bell.fileno()], [], [], 0)[0]
    bell.close()


def test_each_heart_has_a_limit_of_its_own() -> None:
    """Who said that he needs an hour is not missed after a minute."""
    now = [0.0]
    hearts = Hearts(lambda: now[0])
    hearts.beat("slow", 3600)
    hearts.beat("quick", 10)
    now[0] = 11
    assert ("quick",) == hearts.silent()
    hearts.beat("quick", 10)
    assert () == hearts.silent()
    now[0] = 4000
    assert ("quick", "slow") == hearts.silent()
    hearts.forget("quick")
    assert ("slow",) == hearts.silent()


# ── log lines ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "event=x"),
        ({"mailbox": "support", "n": 2, "why": None}, "event=x mailbox=support n=2"),
        ({"seconds": 1.25}, "event=x seconds=1.2"),
        ({"what": "two words"}, 'event=x what="two words"'),
        ({"what": 'a "b"\nevent=y'}, 'event=x what="a \\"b\\"\\nevent=y"'),
        ({"what": "메일함"}, "event=x what=메일함"),
        ({"what": ""}, 'event=x what=""'),
        ({"what": Words("hello {name}", {"name": "kim"})}, 'event=x what="hello kim"'),
    ],
)
def test_an_event_is_one_line_that_nothing_can_break(values: dict[str, object], told: str) -> None:
    """What a server says is quoted, so that it forges neither keys nor lines."""
    assert told == keyvalue({"event": "x", **values})


# ── the service manager ───────────────────────────────────────────────────────


@pytest.mark.parametrize("abstract", [False, True])
def test_the_protocol_of_sd_notify(tmp_path: Path, *, abstract: bool) -> None:
    """READY, RELOADING with the monotonic time, STATUS on one line, food for the watchdog, STOPPING."""
    name = f"mailwatch-{tmp_path.name}" if abstract else str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name if abstract else name)
        manager.settimeout(10)
        address = "@" + name if abstract else name
        notifier = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "180000000"}, pid=7)
        notifier.ready("all\nwell")
        assert manager.recv(999).startswith(b"READY=1\nSTATUS=all well\nMAINPID=")
        notifier.reloading()
        told, _, micros = manager.recv(999).partition(b"MONOTONIC_USEC=")
        assert (b"RELOADING=1\n", True) == (told, micros.isdigit())
        notifier.alive()
        assert b"WATCHDOG=1" == manager.recv(999)
        notifier.stopping("끝")
        assert "STOPPING=1\nSTATUS=끝".encode() == manager.recv(999)


@pytest.mark.parametrize(
    ("env", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "2500000"}, 2.5),
        ({"WATCHDOG_USEC": "2500000", "WATCHDOG_PID": "7"}, 2.5),
        ({"WATCHDOG_USEC": "2500000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_ours_or_not(env: Mapping[str, str], seconds: float | None) -> None:
    """Another process's watchdog, inherited by us, is not ours to feed (sd_watchdog_enabled(3))."""
    assert seconds == Notifier(env, pid=7).watchdog


def test_nobody_listens() -> None:
    """Without a service manager nothing is said; with one that is gone, the caller hears of it."""
    Notifier({}, pid=7).ready("x")
    with pytest.raises(TemporaryError, match="service manager"):
        Notifier({"NOTIFY_SOCKET": "/nonexistent/socket"}, pid=7).ready("x")


# ── status and timetable ──────────────────────────────────────────────────────


def state(name: str = "support", **changes: Any) -> State:
    return State(name, **{"last_good": NOW, "passes": 1, **changes})


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([], "no mailbox is configured"),
        ([state(passes=0)], "looking for the first time: 1 mailbox"),
        ([state(), state("b")], "watching 2 mailboxes, read at 00:30 or later"),
        (
            [state(left=Left(1200)), state("b")],
            "watching 2 mailboxes; still to be read: about 1200 older mails",
        ),
        (
            [state(left=Left(7000, 7200)), state("b", left=Left(200, 20))],
            "watching 2 mailboxes; still to be read: about 7200 older mails, in about 2 hours",
        ),
        ([state(left=Left(0, 0))], "watching 1 mailbox, read at 00:30 or later"),
        (
            [state(), state("b", failures=2, trouble=Words("b: nobody answers"))],
            "in trouble: 1 of 2 mailboxes; b: nobody answers",
        ),
        (
            [state(), state("b", passes=0, held=Words("b: another one works on it"))],
            "not looked at for now: 1 of 2 mailboxes; b: another one works on it",
        ),
    ],
)
def test_the_status_tells_the_worst_first(states: list[State], told: str) -> None:
    """One line for ``systemctl status``."""
    assert told == say(status_line(states, UTC), "en")


class Rung:
    """Stands where a watcher stands in the timetable."""

    def __init__(self, name: str) -> None:
        self.state = State(name)
        self.bell = Bell()


def test_the_timetable_is_made_from_the_configuration(tmp_path: Path) -> None:
    """Thirty mailboxes start one after the other; no job is lost for being late, none runs twice."""
    house = build(tmp_path, "", more="poll: 10 min\n")
    rungs: list[Any] = [Rung(f"m{n}") for n in range(30)]
    jobs = {"digests": lambda: None}
    made = timetable(load(house.config), rungs, jobs, lambda: None, now=NOW, chance=lambda low, high: high)
    polls = [job for job in made.get_jobs() if job.id.startswith("poll ")]
    assert 30 == len(polls)
    assert {NOW + timedelta(seconds=0.25 * 29)} == {job.next_run_time for job in polls}
    assert {timedelta(minutes=10)} == {job.trigger.interval for job in polls}
    assert "Asia/Seoul" == str(made.timezone)
    made.start(paused=True)
    assert {(True, 1, None)} == {
        (job.coalesce, job.max_instances, job.misfire_grace_time) for job in made.get_jobs()
    }
    made.shutdown()
    for rung in rungs:
        rung.bell.close()


def test_a_clock_that_is_set_back_stops_no_ring(tmp_path: Path) -> None:
    """Two days back: mailboxes are looked at now and by their interval, not in two days."""
    house = build(tmp_path, "", more="poll: 10 min\n")
    rungs: list[Any] = [Rung("support")]
    made = timetable(
        load(house.config), rungs, {"digests": lambda: None}, lambda: None, now=NOW, chance=lambda _, b: b
    )
    made.start(paused=True)
    back = NOW - timedelta(days=2)
    wind(made, back)
    due = {job.id: job.next_run_time for job in made.get_jobs()}
    assert (back, back) == (due["poll support"], due["digests"])
    # 09:30 in Seoul: the next half past three is that of the same night.
    assert NOW - timedelta(days=2) + timedelta(hours=18) == due["nightly"]
    poll = made.get_job("poll support")
    assert poll.trigger.get_next_fire_time(back, back) - back < timedelta(minutes=12)
    made.shutdown()
    rungs[0].bell.close()


def test_who_sets_the_clock_back_is_noticed_once() -> None:
    """Forth, and by seconds, is nothing: what is due is done then, and a time service corrects."""
    wall, pulse = [NOW], [0.0]
    looked = Wall(lambda: wall[0], lambda: pulse[0])

    def passed(seconds: float, by_the_wall: float) -> float:
        pulse[0] += seconds
        wall[0] += timedelta(seconds=by_the_wall)
        return looked.set_back()

    assert [0, 0, 0] == [passed(5, 5), passed(5, -20), passed(5, 7200)]
    assert 3605 == passed(5, -3600)
    assert 0 == passed(5, 5)


def test_what_hinders_renames_is_logged_with_its_way_out(caplog: pytest.LogCaptureFixture) -> None:
    """A person who reads the log alone learns what to do; where nothing is to be done, nothing is said."""
    full, mend = Words("not renamed yet (full)"), Words("make room")
    with caplog.at_level("WARNING", logger="mailwatch.daemon"):
        tell_hindrances([(full, mend), (Words("away"), Words(""))], "support", "p1")
    assert [
        'event=rename-hindered mailbox=support poll=p1 what="not renamed yet (full)" mend="make room"',
        "event=rename-hindered mailbox=support poll=p1 what=away",
    ] == [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize(("poll", "hours"), [("5 min", 1), ("30 min", 1), ("2 h", 4)])
def test_who_polls_rarely_is_not_told_that_mail_was_not_read(tmp_path: Path, poll: str, hours: int) -> None:
    """A folder counts as not read in the digest after an hour, but never before two rounds of polling."""
    config = load(build(tmp_path, "", more=f"poll: {poll}\n").config)
    digest = DigestConfig(name="daily", to=(RecipientConfig(address="kim@contoso.example"),))
    assert timedelta(hours=hours) == digests.spec(config, digest).stale_after


def test_an_alarm_does_not_say_that_nothing_is_to_be_done() -> None:
    """To wait is the right advice for an hour; the alarm, which comes after that, has one of its own."""
    error = TemporaryError("nobody answers at {host}", host="mx", mend="Nothing to do: it tries again.")
    told = line("support", error.message, error.mend)
    assert "support: nobody answers at mx → Nothing to do: it tries again." == say(told, "en")
    assert "support: nobody answers at mx" == say(without_mend(told), "en")
    assert "support: nobody answers at mx" == say(without_mend(without_mend(told)), "en")
