"""The figures that ``mailwatch run`` shows to Prometheus, read over HTTP from a real process."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from servers.daemon import Running, until
from servers.house import over
from servers.mailuser import MailUser
from servers.ports import free_ports

from mailwatch.adapters import exporter as module
from mailwatch.adapters.exporter import Exporter, Figure
from mailwatch.errors import ConfigError, TemporaryError

LETTER = (
    b"From: support@mail.support.microsoft.com\r\nTo: kim@contoso.example\r\n"
    b"Subject: RE: mail flow - TrackingID#2611020010002574\r\nMessage-ID: <a@example>\r\n"
    b"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\nhello\r\n"
)

_SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$")


def page(port: int, path: str = "/metrics", host: str = "127.0.0.1") -> tuple[int, str]:
    line = http.client.HTTPConnection(host, port, timeout=30)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read().decode("utf-8")
    finally:
        line.close()


def figures(port: int) -> dict[str, float]:
    """Each sample by its name and labels, as it stands on the page."""
    status, text = page(port)
    assert 200 == status
    found = {}
    for row in text.splitlines():
        if not row.startswith("#"):
            match = _SAMPLE.match(row)
            assert match is not None, row
            found[match[1] + (f"{{{match[2]}}}" if match[2] else "")] = float(match[3])
    return found


def listens(port: int) -> bool:
    try:
        figures(port)
    except OSError:
        return False
    return True


# ── the process ───────────────────────────────────────────────────────────────


@pytest.mark.server
def test_a_daemon_shows_what_it_does(tmp_path: Path, dovecot_user: MailUser) -> None:
    """Polls, mails, folders, certificate; moved by SIGHUP, refused where the port is taken, then off."""
    first, second = free_ports(2)
    dovecot_user.deliver(LETTER)
    house = over(
        tmp_path,
        dovecot_user,
        more=f'poll: 10 s\ndigests: []\nmetrics: {{listen: "127.0.0.1:{first}"}}\n',
    )
    began = datetime.now(UTC).timestamp()
    with Running(house, "-v") as daemon:
        daemon.until("poll")
        box = '{mailbox="support"}'
        until(lambda: 'mailwatch_certificate_days_left{server="support"}' in figures(first), "certificates")
        told = figures(first)
        assert (1, 1) == (
            told[f"mailwatch_mails_fetched_total{box}"],
            told[f"mailwatch_mails_filed_total{box}"],
        )
        assert 1 <= told[f"mailwatch_polls_total{box}"]
        assert 0 == told[f"mailwatch_poll_failures_total{box}"]
        assert (1, 1, 1) == (
            told[f"mailwatch_mailbox_up{box}"],
            told["mailwatch_messages"],
            told["mailwatch_cases"],
        )
        assert (0, 0, 0, 0) == (
            told["mailwatch_quarantined"],
            told["mailwatch_open_renames"],
            told["mailwatch_unsent"],
            told[f"mailwatch_backfill_left{box}"],
        )
        good = told['mailwatch_last_good_poll_timestamp_seconds{folder="INBOX",mailbox="support"}']
        assert began <= good <= datetime.now(UTC).timestamp()
        assert 3 < told["mailwatch_ledger_entries"]
        assert 30 < told['mailwatch_certificate_days_left{server="support"}']
        assert any(name.startswith("mailwatch_build_info{") for name in told)
        assert 404 == page(first, "/")[0]

        config = house.config.read_text()
        with socket.create_server(("127.0.0.1", second)):
            house.config.write_text(config.replace(str(first), str(second)))
            daemon.send(signal.SIGHUP)
            daemon.until("reload-refused")
            assert f"metrics cannot be shown at 127.0.0.1:{second}" in daemon.events("reload-refused")[0]
        assert listens(first)
        daemon.send(signal.SIGHUP)
        daemon.until("reload")
        assert (True, False) == (listens(second), listens(first))
        # What was counted is counted on.
        assert (
            told[f"mailwatch_mails_fetched_total{box}"]
            == figures(second)[f"mailwatch_mails_fetched_total{box}"]
        )
        house.config.write_text(config.replace("metrics:", "# metrics:"))
        daemon.send(signal.SIGHUP)
        daemon.until("reload", 2)
        assert not listens(second)
        assert daemon.end() < 5


@pytest.mark.server
def test_a_port_in_use_is_one_clear_error(tmp_path: Path, dovecot_user: MailUser) -> None:
    """The daemon does not start without what it was told to show; exit 2 for a person to mend."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        house = over(tmp_path, dovecot_user, more=f'metrics: {{listen: "127.0.0.1:{port}"}}\n')
        done = house.process("run")
    assert 2 == done.returncode
    error, mend = done.stderr.splitlines()
    assert f"metrics cannot be shown at 127.0.0.1:{port}: Address already in use" in error
    assert "choose another port in metrics: {listen: …}" in mend


def test_the_library_is_imported_only_when_figures_are_shown() -> None:
    """Who shows no figures does not pay for it."""
    code = "import sys, mailwatch.daemon; sys.exit('prometheus_client' in sys.modules)"
    assert 0 == subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode


# ── the page ──────────────────────────────────────────────────────────────────


def test_odd_names_and_a_database_that_is_away() -> None:
    """A folder's name cannot break the page; what was told before the trouble is shown all the same."""

    def collect() -> list[Figure]:
        yield Figure("mailwatch_x", "x", ("folder",), [(('a"b\n\x1b\ud800\\',), 1)])
        raise TemporaryError("the database is away")

    port = free_ports(1)[0]
    exporter = Exporter("127.0.0.1", port, collect)
    exporter.start()
    try:
        [(name, value)] = figures(port).items()
    finally:
        exporter.close()
    assert 1 == value
    assert 'mailwatch_x{folder="a\\"b\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}' in name


def test_whoever_says_nothing_does_not_shut_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that stays silent is given up, and the next one is answered."""
    monkeypatch.setattr(module._Handler, "timeout", 1.0)
    port = free_ports(1)[0]
    exporter = Exporter("127.0.0.1", port, list)
    exporter.start()
    try:
        with socket.create_connection(("127.0.0.1", port)):
            assert {} == figures(port)
    finally:
        exporter.close()


def test_ipv6_and_an_address_that_is_not_ours() -> None:
    """Loopback has two families; what cannot be bound is the user's to mend."""
    port = free_ports(1)[0]
    with pytest.raises(ConfigError, match="metrics cannot be shown at"):
        Exporter("192.0.2.1", port, list)
    exporter = Exporter("::1", port, list)
    exporter.start()
    try:
        assert 200 == page(port, host="::1")[0]
    finally:
        exporter.close()
