"""Where commands are killed: a mailbox on Dovecot and a data folder, a copy of both for each kill."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from servers.dovecot import DovecotServer
from servers.house import House, build, mailbox_yaml
from servers.mailuser import MailUser
from servers.postgresql import PostgresqlServer
from servers.smtp import SmtpSink
from torture.starter import Ended, Starter
from torture.story import US, Letter, arriving, opening

READER = "jonas@contoso.example"
_WORK = {"fetched", "filed", "same", "unfiled", "unnumbered", "quarantined", "renamed"}


@dataclass(frozen=True)
class Trial:
    """One mailbox with one data folder over it, and ``starter`` to work them.

    ``renamed``: the names of the letters that must have a renamed copy in the end. ``later`` is by how many
    seconds the clock is ahead.
    """

    house: House
    user: MailUser
    starter: Starter
    sink: SmtpSink
    letters: tuple[Letter, ...]
    renamed: frozenset[str] = frozenset()
    database: str | None = None
    later: float = 0

    def run(self, *words: str, stop: int | None = None, count: bool = False) -> Ended:
        config = ("--config", str(self.house.config), "--lang", "en")
        return self.starter.run(*config, *words, stop=stop, count=count, later=self.later)

    def json(self, *words: str) -> Any:
        return self.run(*words, "--json").json()

    @property
    def backup(self) -> Path:
        return self.house.folder / "backup"

    def all_renamed(self) -> Trial:
        return replace(self, renamed=frozenset(letter.name for letter in self.letters if letter.renamed))


class Stage:
    """Makes beginnings, and trials from them. One thread each."""

    def __init__(
        self,
        folder: Path,
        dovecot: DovecotServer,
        starter: Starter,
        postgresql: PostgresqlServer | None = None,
    ) -> None:
        self._folder = folder
        self._dovecot = dovecot
        self._starter = starter
        self._postgresql = postgresql
        self._numbers = count()
        self.sink = SmtpSink().start()

    def close(self) -> None:
        self.sink.close()

    # ── beginnings ────────────────────────────────────────────────────────────

    def empty(self) -> Trial:
        """A mailbox with all letters, and nothing else."""
        trial = self._trial(self._dovecot.new_user(), None)
        letters = (opening(), *arriving())
        return replace(trial, letters=_delivered(trial.user, letters))

    def filed(self) -> Trial:
        """All is filed; nothing is renamed, for it lay there before."""
        return polled(self.empty())

    def expecting(self) -> Trial:
        """One mail is filed and renamed, five have come since."""
        trial = polled(self._trial(self._dovecot.new_user(), None))
        time.sleep(1.1)  # A server's dates have whole seconds: what arrived in this one could be from before.
        first = _delivered(trial.user, (opening(),))
        trial = polled(replace(trial, letters=first))
        return replace(trial, letters=first + _delivered(trial.user, tuple(arriving())))

    def settled(self) -> Trial:
        """All is filed and renamed."""
        return polled(self.expecting()).all_renamed()

    def bereft(self) -> Trial:
        """The same, and then the database was lost."""
        trial = self.settled()
        for path in trial.house.data.glob("mailwatch.db*"):
            path.unlink()
        if self._postgresql is None:
            return trial
        return self._over(trial.user, trial.house.data, self._postgresql.new_database(), trial)

    # ── trials ────────────────────────────────────────────────────────────────

    @contextmanager
    def copy(self, first: Trial) -> Iterator[Trial]:
        """The same once more: another user with the same mailbox, another folder with the same data."""
        user = self._dovecot.new_user()
        subprocess.run(
            ["cp", "-a", str(self._dovecot.maildir(first.user.name).parent), str(self._home(user))],
            check=True,
        )
        trial = self._over(user, first.house.data, self._clone(first.database), first)
        self.sink.received.clear()
        try:
            yield trial
        finally:
            shutil.rmtree(trial.house.folder)
            shutil.rmtree(self._home(user))
            self._drop(trial.database)

    def _home(self, user: MailUser) -> Path:
        return self._dovecot.maildir(user.name).parent

    def _over(self, user: MailUser, data: Path | None, database: str | None, first: Trial) -> Trial:
        made = self._trial(user, data, database)
        return replace(made, letters=first.letters, renamed=first.renamed)

    def _trial(self, user: MailUser, data: Path | None, database: str | None = None) -> Trial:
        if database is None and self._postgresql is not None:
            database = self._postgresql.new_database()
        folder = self._folder / f"t{next(self._numbers)}"
        folder.mkdir(parents=True)
        if data is not None:
            subprocess.run(["cp", "-a", str(data), str(folder / "data")], check=True)
        house = self._house(folder, user, database)
        return Trial(house, user, self._starter, self.sink, (), database=database)

    def _house(self, folder: Path, user: MailUser, database: str | None) -> House:
        more = "rename: {settle: 0 s}\n" + _DIGESTS.format(port=self.sink.port)
        if database is not None:
            (folder / "database").write_text(database)
            (folder / "database").chmod(0o600)
            more += f"database: {{file: {folder / 'database'}}}\n"
        listed = mailbox_yaml(
            user,
            folder / "password",
            port=user.port,
            ca_file=None,
            imap={"tls": "none"},
            folders=[{"name": "INBOX", "rename": "replace"}],
        )
        return build(folder, listed, user.password, more)

    def _clone(self, database: str | None) -> str | None:
        if database is None or self._postgresql is None:
            return None
        return self._postgresql.new_database(f"TEMPLATE {database.rsplit('/', 1)[1]}")

    def _drop(self, database: str | None) -> None:
        if database is not None and self._postgresql is not None:
            self._postgresql.run("postgres", f"DROP DATABASE {database.rsplit('/', 1)[1]} WITH (FORCE)")


_DIGESTS = f"""\
smtp: {{{{host: localhost, port: {{port}}, tls: none, sender: mailwatch@contoso.example}}}}
digests:
  - {{{{name: by-smtp, to: [{READER}]}}}}
  - {{{{name: by-imap, to: [{US}], deliver: imap}}}}
"""


def _delivered(user: MailUser, letters: tuple[Letter, ...]) -> tuple[Letter, ...]:
    user.deliver_many([letter.raw for letter in letters], internaldate=datetime.now(UTC))
    return letters


def polled(trial: Trial) -> Trial:
    """Poll until there is nothing to do."""
    for _ in range(6):
        done = trial.run("poll", "--json")
        if done.status == 0:
            said = json.loads(done.out)
            if not any(said[key] for key in _WORK):
                return trial
    raise AssertionError(f"poll does not come to rest: {done.status} {done.out} {done.err}")
