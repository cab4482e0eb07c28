"""The systemd unit: judged by systemd-analyze, and in step with the code that it starts.

What it does in a running systemd is tried by ``make test-install``.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from servers.shared import require_all

from mailwatch.cli.outcome import ExitCode
from mailwatch.config import Secret, secret
from mailwatch.config.places import SYSTEM

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "systemd/mailwatch.service"
BACKUP = ROOT / "systemd/mailwatch-backup.service"
TIMER = ROOT / "systemd/mailwatch-backup.timer"
HIGHEST_EXPOSURE = 1.5


@pytest.fixture
def analyze() -> str:
    """systemd-analyze; nothing of systemd has to run for what is asked of it here."""
    found = shutil.which("systemd-analyze")
    if found is None:
        missing = "systemd-analyze is missing (Debian: apt install systemd)"
        if require_all():
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    return found


def settings(text: str) -> dict[str, list[str]]:
    """Every key of the unit with its values, in order."""
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^([A-Za-z]+)=(.*)$", text, re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def one(key: str, unit: Path = UNIT) -> str:
    [value] = settings(unit.read_text())[key]
    return value


@pytest.mark.parametrize("unit", [UNIT, BACKUP], ids=lambda unit: unit.name)
def test_the_unit_is_hardened(analyze: str, unit: Path) -> None:
    """The level of exposure, from 0 to 10, that systemd itself computes."""
    done = subprocess.run(
        [
            analyze,
            "security",
            "--offline=yes",
            "--json=short",
            f"--threshold={HIGHEST_EXPOSURE * 10:.0f}",
            unit,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    worst = sorted(
        ((row["exposure"], row["name"]) for row in json.loads(done.stdout) if row["exposure"]), reverse=True
    )
    assert 0 == done.returncode, worst


@pytest.mark.parametrize("name", [UNIT.name, BACKUP.name, TIMER.name])
def test_the_unit_is_understood_whole(analyze: str, tmp_path: Path, name: str) -> None:
    """No unknown key, no wrong value. A stand-in for the command lies where the unit looks for it."""
    command = tmp_path / "current/bin/mailwatch"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    for unit in (UNIT, BACKUP, TIMER):
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/mailwatch/", f"{tmp_path}/"))
    done = subprocess.run(
        [analyze, "verify", "--man=no", tmp_path / name],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


def test_the_unit_starts_the_daemon_on_the_systems_configuration() -> None:
    """The user's own folder is not asked: its home is the data folder, where mail decides what lies."""
    assert f"/opt/mailwatch/current/bin/mailwatch --config {SYSTEM} run" == one("ExecStart")


def test_what_the_unit_loads_is_what_a_credential_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd.exec(5): a file of a folder becomes ID_FILENAME."""
    ident, folder = one("LoadCredential").split(":")
    assert str(secret.CREDENTIALS) == folder
    (tmp_path / f"{ident}_support-imap").write_text("geheim\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert "geheim" == Secret("credential", ("support-imap",)).reveal()


def test_only_what_a_person_must_mend_ends_the_service() -> None:
    """Everything else is tried again, without limit."""
    assert str(int(ExitCode.MEND)) == one("RestartPreventExitStatus")
    assert ("always", "0") == (one("Restart"), one("StartLimitIntervalSec"))


def test_folders_of_the_unit_are_those_that_installing_makes() -> None:
    """The tmpfiles entry and the unit agree on mode and owner of the data folder."""
    [line] = [
        line
        for line in (ROOT / "systemd/mailwatch.tmpfiles").read_text().splitlines()
        if "/var/lib/mailwatch " in line
    ]
    assert [
        "d",
        "/var/lib/mailwatch",
        one("StateDirectoryMode"),
        one("User"),
        one("Group"),
        "-",
    ] == line.split()
    assert "mailwatch" == one("StateDirectory")


def test_the_example_configuration_lies_within_the_units_bounds() -> None:
    """Whoever edits the example as it stands can start the service with it."""
    example = (ROOT / "config.example.yaml").read_text()
    assert re.search(r"^data: /var/lib/mailwatch$", example, re.MULTILINE)
    assert "mailwatch" == one("LogsDirectory")
    assert "/var/log/mailwatch/" in example


def test_the_backup_lives_within_the_services_bounds() -> None:
    """All that keeps the daemon from doing harm keeps the backup from it, too."""
    daemon, backup = settings(UNIT.read_text()), settings(BACKUP.read_text())
    bounds = ("Protect", "Private", "Restrict", "SystemCall", "Capability", "Lock", "Memory", "NoNew", "User")
    wanted = {key for key in daemon if key.startswith(bounds)} - {"MemoryMax"}
    assert {key: daemon[key] for key in wanted} == {key: backup.get(key) for key in wanted}


def test_the_backup_writes_where_it_may() -> None:
    """The folder of the command is the one that the unit opens; a drop-in that names another names both."""
    folder = one("Environment", BACKUP).removeprefix("BACKUP=")
    assert one("ReadWritePaths", BACKUP) == f"-{folder}"
    command = f"/opt/mailwatch/current/bin/mailwatch --config {SYSTEM} backup ${{BACKUP}}"
    assert one("ExecStart", BACKUP) == command


def test_the_backup_is_made_when_somebody_asks_for_it() -> None:
    """Installing enables nothing: the timer alone can be enabled, and it starts the service of its name."""
    assert "Install" not in re.findall(r"^\[(\w+)\]", BACKUP.read_text(), re.MULTILINE)
    assert one("WantedBy", TIMER) == "timers.target"
    assert TIMER.stem == BACKUP.stem
    assert "enable" not in (ROOT / "systemd/install.sh").read_text().replace('enable --now mailwatch"', "")
