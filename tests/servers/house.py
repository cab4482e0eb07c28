"""A data folder over a mailbox with its configuration, and the command as users run it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from servers.mailuser import MailUser

from mailwatch.cli.chassis import cli

US = "kim@contoso.example"
NAME = "support"


@dataclass(frozen=True)
class House:
    """A folder with ``config.yaml``, ``password`` and ``data``."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def run(self, *words: str, lang: str = "en") -> Result:
        """In this process, which spares the tests a minute of imports. Exit code, stdout, stderr."""
        return CliRunner().invoke(cli, ["--config", str(self.config), "--lang", lang, *words])

    def command(self, *words: str, lang: str = "en") -> list[str]:
        """The words of a process of its own."""
        return [sys.executable, "-m", "mailwatch", "--config", str(self.config), "--lang", lang, *words]

    def process(
        self, *words: str, lang: str = "en", through: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run as a process of its own; ``through`` is a program that starts it."""
        command = [*through, *self.command(*words, lang=lang)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)

    def json(self, *words: str) -> Any:
        """What a command that goes well says to programs."""
        done = self.run(*words, "--json")
        assert 0 == done.exit_code, done.output
        return json.loads(done.stdout)


def mailbox_yaml(user: MailUser, secret: Path, **changes: Any) -> str:
    """One entry of ``mailboxes``. ``changes``: name, host, port, ca_file, folders, imap (more keys)."""
    ca_file = changes.get("ca_file", user.ca_file)
    imap = {
        "host": changes.get("host", "localhost"),
        "port": changes.get("port", user.tls_port),
        **({"ca_file": str(ca_file)} if ca_file else {}),
        **changes.get("imap", {}),
    }
    return (
        f"  - name: {changes.get('name', NAME)}\n"
        f"    address: {changes.get('address', US)}\n"
        f"    imap: {json.dumps(imap)}\n"
        f"    username: {user.name}\n"
        f"    password: {{file: {secret}}}\n"
        f"    folders: {json.dumps(changes.get('folders', ['INBOX']))}\n"
    )


def build(folder: Path, mailboxes: str, password: str = "", more: str = "") -> House:
    """A house in ``folder``; ``mailboxes`` come from ``mailbox_yaml``, with ``folder/password``."""
    house = House(folder)
    house.data.mkdir(mode=0o700, exist_ok=True)
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o600)
    listed = f"mailboxes:\n{mailboxes}" if mailboxes else "mailboxes: []\n"
    house.config.write_text(
        f"data: {house.data}\ntimezone: Asia/Seoul\nlanguage: en\nsince: 2000-01-01\n{listed}{more}"
    )
    return house


def over(folder: Path, user: MailUser, *, more: str = "", **changes: Any) -> House:
    """A house with one mailbox."""
    return build(folder, mailbox_yaml(user, folder / "password", **changes), user.password, more)
