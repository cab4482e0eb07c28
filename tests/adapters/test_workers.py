"""Reading mails in worker processes."""

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from fakes.poison import poisoned

from mailwatch.adapters import workers
from mailwatch.adapters.worker import InlineParser
from mailwatch.adapters.workers import ProcessParser
from mailwatch.core.look import Look, Looked
from mailwatch.core.message import Message
from mailwatch.core.place import Place
from mailwatch.core.schemes import ALL
from mailwatch.core.standing import SenderPolicy, Standing
from mailwatch.errors import TemporaryError, UnreadableMessage
from mailwatch.ports import Fetched, Parser


def _fetched(content: bytes | Path) -> Fetched:
    raw = content if isinstance(content, bytes) else content.read_bytes()
    return Fetched(Place("m"), content, hashlib.sha256(raw).hexdigest(), len(raw), None)


def _mail(subject: str, body: bytes = b"") -> Fetched:
    return _fetched(f"Subject: {subject}\r\n\r\n".encode() + body)


def _subjects(answers: tuple[Message | UnreadableMessage, ...]) -> list[str]:
    return [a.subject if isinstance(a, Message) else a.why for a in answers]


def _worker_pids() -> tuple[int, ...]:
    return tuple(c.pid for c in psutil.Process().children() if "spawn_main" in _command(c))


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has ended in between
        return ""


@pytest.fixture
def parser() -> Iterator[ProcessParser]:
    pool = ProcessParser(1, deadline=20)
    yield pool
    pool.close()


def test_both_parsers_keep_the_order_and_the_port(parser: ProcessParser, tmp_path: Path) -> None:
    """Small mails, a big one, one in a file, an unreadable one: one answer each, the same from both."""
    spooled = tmp_path / "big.eml"
    spooled.write_bytes(b"Subject: from a file\r\n\r\n")
    batch = [
        *(_mail(f"s{n}", b"x" * 3_000) for n in range(250)),
        _mail("big", b"y" * 2_000_000),
        _fetched(spooled),
        _mail("p", b"Retrieval using the IMAP4 protocol failed\r\n"),
        _mail("last"),
    ]
    ports: list[Parser] = [parser, InlineParser()]
    one, two = (port.parse(batch) for port in ports)
    assert _subjects(one) == [*(f"s{n}" for n in range(250)), "big", "from a file", "placeholder", "last"]
    assert [a for a in one if isinstance(a, Message)] == [a for a in two if isinstance(a, Message)]
    assert _subjects(two) == _subjects(one)
    ports[1].close()


def test_a_worker_looks_at_what_it_parses(parser: ProcessParser) -> None:
    """By the folder's kind and by INTERNALDATE, which no mail tells of itself."""
    look = Look(ALL, SenderPolicy(own=("kim@contoso.example",)))
    late = replace(_mail("TrackingID#2611020010002574"), internaldate=datetime(2026, 11, 2, tzinfo=UTC))
    early = replace(late, internaldate=datetime(2026, 10, 2, tzinfo=UTC), outgoing=True)
    broken = _mail("p", b"Retrieval using the IMAP4 protocol failed\r\n")
    ports: list[Parser] = [parser, InlineParser()]
    for answers in (port.look([late, early, broken], look) for port in ports):
        one, two, three = answers
        assert isinstance(one, Looked)
        assert isinstance(two, Looked)
        assert isinstance(three, UnreadableMessage)
        assert [m.number.canonical for m in one.found.mentions] == ["2611020010002574"]
        assert (one.standing, two.standing) == (Standing.STRANGER, Standing.OWN)
        assert [rejected.why for rejected in two.found.rejected] == ["future"]


def test_an_empty_batch_starts_no_worker(parser: ProcessParser) -> None:
    """There is nothing to do."""
    assert parser.parse([]) == ()
    assert _worker_pids() == ()


@pytest.mark.parametrize(("poison", "why"), [("hang", "timeout"), ("die", "worker-died"), ("eat", "memory")])
def test_a_mail_that_kills_its_worker_costs_itself_alone(
    poison: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mails of its chunk and those after it are read all the same."""
    monkeypatch.setattr(workers, "read_chunk", poisoned)
    pool = ProcessParser(1, deadline=3, memory=700 * 1024 * 1024)
    try:
        answers = pool.parse([_mail("one"), _mail(poison), _mail("two"), _mail("three")])
    finally:
        pool.close()
    assert _subjects(answers) == ["one", why, "two", "three"]


def test_workers_end_when_idle_and_start_again() -> None:
    """No process is left over, and the next batch is read all the same."""
    pool = ProcessParser(2, idle=0.2)
    try:
        pool.parse([_mail("one")])
        pids = _worker_pids()
        assert pids
        _wait_until_gone(pids)
        assert _subjects(pool.parse([_mail("two")])) == ["two"]
    finally:
        pool.close()
    pool.close()


def test_an_idle_process_is_alone(capfd: pytest.CaptureFixture[str]) -> None:
    """The helper that comes with workers ends with the last of them, in peace, and comes with the next."""
    rested = threading.Event()
    first, second = ProcessParser(1, idle=60), ProcessParser(1, idle=0.2, at_rest=rested.set)
    try:
        first.parse([_mail("one")])
        second.parse([_mail("two")])
        assert rested.wait(60)
        # The other one's workers may still need it.
        assert _helpers()
        first._end_idle()
        assert not _helpers()
        assert _subjects(second.parse([_mail("three")])) == ["three"]
    finally:
        first.close()
        second.close()
    assert "resource_tracker" not in capfd.readouterr().err


def _helpers() -> list[int]:
    return [c.pid for c in psutil.Process().children() if "resource_tracker" in _command(c)]


def _wait_until_gone(pids: tuple[int, ...]) -> None:
    until = time.monotonic() + 60
    while any(psutil.pid_exists(pid) for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_workers_that_died_while_idle_are_replaced(parser: ProcessParser) -> None:
    """The machine may kill any process; the next batch is read by fresh workers."""
    parser.parse([_mail("one")])
    for pid in _worker_pids():
        psutil.Process(pid).kill()
    _wait_until_gone(_worker_pids())
    time.sleep(0.5)  # pebble looks at its workers every tenth of a second
    assert _subjects(parser.parse([_mail("two")])) == ["two"]


def test_several_threads_share_the_workers(parser: ProcessParser) -> None:
    """Mailboxes are polled in threads."""
    found: dict[int, list[str]] = {}

    def read(n: int) -> None:
        found[n] = _subjects(parser.parse([_mail(f"{n}-{i}") for i in range(20)]))

    threads = [threading.Thread(target=read, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: [f"{n}-{i}" for i in range(20)] for n in range(4)}


def test_closing_in_the_middle_is_a_temporary_error() -> None:
    """Who waits for an answer learns that there will be none."""
    pool = ProcessParser(1, deadline=60)
    errors: list[Exception] = []

    def read() -> None:
        try:
            pool.parse([_mail(f"{n}", b"x" * 200_000) for n in range(400)])
        except TemporaryError as error:
            errors.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    until = time.monotonic() + 60
    while not _worker_pids() and time.monotonic() < until:
        time.sleep(0.01)
    pool.close()
    thread.join(60)
    assert len(errors) == 1


def test_an_idle_timer_that_comes_too_late_ends_nothing(parser: ProcessParser) -> None:
    """Work began between the timer's ring and its look."""
    with parser._working():
        parser._end_idle()
        assert _subjects(parser.parse([_mail("one")])) == ["one"]
