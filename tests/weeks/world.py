"""The world of the simulated weeks: two mailboxes, their users, the mail servers, and what truly happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from servers.dovecot import DovecotServer
from servers.house import House, build, mailbox_yaml
from servers.mailuser import MailUser
from servers.simulated import Simulation
from servers.smtp import Received, SmtpSink
from weeks.digestdays import READERS, promised
from weeks.letters import KIM, SUPPORT, Letter

SENT = "Sent"
PROJECTS = "Projects"
RENAMED_IN = {"support": {"INBOX", PROJECTS}, "kim": {"INBOX"}}
DONE = "Done"
"""A folder that is not watched."""


OWNER, OUTSIDE = "owner@contoso.example", "lee@fabrikam.example"
SENDER = "mailwatch@contoso.example"

STEP = timedelta(hours=8)
POLL = timedelta(hours=7, minutes=50)
"""A little less than a step, for each step to hold a look at each mailbox, jitter or not."""

ALARM_AFTER = timedelta(hours=1)

MORE = f"""\
poll: {POLL // timedelta(minutes=1)} min
log: {{level: info}}
smtp: {{host: localhost, port: {{port}}, tls: none, sender: {SENDER}}}
alerts: {{to: [{OWNER}], also: [{OUTSIDE}]}}
digests:
  - name: daily
    days: [mon, tue, wed, thu, fri, sat, sun]
    to:
      - {{address: kim@contoso.example, language: ko}}
      - {{address: jonas@contoso.example, timezone: Europe/Berlin}}
  - name: night
    at: "02:30"
    days: [mon, tue, wed, thu, fri, sat, sun]
    to: [{{address: night@contoso.example, timezone: Europe/Berlin}}]
  - name: desk
    at: "18:00"
    days: [mon, tue, wed, thu, fri, sat, sun]
    to: [{SUPPORT}]
    deliver: imap
"""


@dataclass
class Lying:
    """A mail where its user left it, None where he deleted it. ``renamed``: a copy of ours lies there."""

    letter: Letter
    mailbox: str
    folder: str | None
    renamed: bool
    flags: set[str] = field(default_factory=set)


BEFORE = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when there was no mailwatch."""


@dataclass
class Away:
    """Somebody was not there from ``since`` to ``until``."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that mailwatch sent, and when it came."""

    at: datetime
    mail: Received


class World:
    """Everything but mailwatch, and the steering of its daemon."""

    def __init__(self, folder: Path, dovecot: DovecotServer, sink: SmtpSink, now: datetime) -> None:
        self.dovecot, self.sink = dovecot, sink
        self.users: dict[str, MailUser] = {"support": dovecot.new_user(), "kim": dovecot.new_user()}
        for user in self.users.values():
            user.create(SENT, PROJECTS, DONE)
        self.lying: list[Lying] = []
        self.away: dict[str, list[Away]] = {"imap": [], "daemon": [Away(BEFORE)], "smtp": []}
        self.arrived: list[Arrived] = []
        self.house = self._house(folder)
        self.time = Simulation(self.house, now, self._note)

    @property
    def now(self) -> datetime:
        return self.time.now

    # ── mail and people ───────────────────────────────────────────────────────

    def deliver(self, mailbox: str, letter: Letter, folder: str = "INBOX", *, late: bool = True) -> Lying:
        """A mail arrives; ``late`` is false for those that came before mailwatch did."""
        self.users[mailbox].deliver(letter.raw, folder, internaldate=self.now)
        renamed = letter.renamed and late and folder in RENAMED_IN[mailbox]
        self.lying.append(Lying(letter, mailbox, folder, renamed))
        return self.lying[-1]

    def subject(self, lying: Lying) -> str:
        """What its user reads."""
        with self._at(lying) as (client, uid):
            raw = client.fetch([uid], ["BODY.PEEK[HEADER]"])[uid][b"BODY[HEADER]"]
        return str(message_from_bytes(raw, policy=default)["Subject"])

    def move(self, lying: Lying, folder: str) -> None:
        with self._at(lying) as (client, uid):
            client.move([uid], folder)
        lying.folder = folder

    def flag(self, lying: Lying, *flags: str) -> None:
        with self._at(lying) as (client, uid):
            client.add_flags([uid], flags)
        lying.flags |= set(flags)

    def delete(self, lying: Lying) -> None:
        with self._at(lying) as (client, uid):
            client.add_flags([uid], [r"\Deleted"])
            client.uid_expunge([uid])
        lying.folder = None

    def recreate(self, mailbox: str, folder: str) -> None:
        """What some programs do: all mails into a new folder of the same name, with a new UIDVALIDITY."""
        user = self.users[mailbox]
        kept = user.dump(folder)
        user.delete_folder(folder)
        user.create(folder)
        for mail in kept:
            user.deliver(mail.raw, folder, tuple(mail.flags), mail.internaldate)

    def raws(self, mailbox: str, folder: str) -> list[bytes]:
        """What lies in a folder."""
        return [mail.raw for mail in self.users[mailbox].dump(folder)]

    @contextmanager
    def _at(self, lying: Lying) -> Iterator[tuple[Any, int]]:
        with self.users[lying.mailbox].client() as client:
            client.select_folder(lying.folder)
            (uid,) = client.search(["HEADER", "MESSAGE-ID", lying.letter.message_id])
            yield client, uid

    # ── trouble ───────────────────────────────────────────────────────────────

    def start(self) -> None:
        self._back("daemon")
        self.time.start()

    def end(self) -> None:
        self.time.end()
        self._gone("daemon")

    def kill(self) -> None:
        self.time.kill()
        self._gone("daemon")

    def killed_after_data(self, moment: datetime) -> None:
        """SIGKILL between the end of DATA and the answer: nobody can know whether the mail arrived."""
        assert self.time.daemon is not None
        self.sink.failures.after_data = self.time.daemon.process.kill
        self.time.to_its_end(moment)
        self.sink.failures.after_data = None
        self._note(moment)
        self._gone("daemon")

    def imap_goes(self) -> None:
        self.dovecot.kill()
        self._gone("imap")

    def imap_returns(self) -> None:
        self.dovecot.restart()
        self._back("imap")

    def smtp_refuses(self, answer: str) -> None:
        self.sink.failures.mail = answer
        self._gone("smtp")

    def smtp_goes(self) -> None:
        self.sink.pause()
        self._gone("smtp")

    def smtp_returns(self) -> None:
        if self.sink.failures.mail is None:
            self.sink.start()
        self.sink.failures.mail = None
        self._back("smtp")

    def _gone(self, who: str) -> None:
        self.away[who].append(Away(self.now))

    def _back(self, who: str) -> None:
        if self.away[who]:
            self.away[who][-1].until = self.now

    def _note(self, now: datetime) -> None:
        self.arrived += [Arrived(now, mail) for mail in self.sink.received[len(self.arrived) :]]

    # ── time ──────────────────────────────────────────────────────────────────

    def to(self, moment: datetime) -> None:
        """Go on to ``moment``, with a halt at the hour of each digest and at each step of the day."""
        assert moment >= self.now, (moment, self.now)
        while self.now < moment:
            midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
            step = midnight + ((self.now - midnight) // STEP + 1) * STEP
            dues = [d.since for r in READERS for d in promised(r, self.now, moment)]
            # An hour after that, an alarm tells of what could not be sent.
            halts = (at + wait for at in dues for wait in (timedelta(), ALARM_AFTER))
            self.time.to(min(moment, step, *(halt for halt in halts if halt > self.now)))

    def later(self, **parts: float) -> None:
        self.to(self.now + timedelta(**parts))

    def _house(self, folder: Path) -> House:
        support, kim = self.users["support"], self.users["kim"]

        def box(name: str, user: MailUser, address: str, folders: list[object]) -> str:
            return mailbox_yaml(
                replace(user, ca_file=None),
                folder / "password",
                name=name,
                address=address,
                port=user.port,
                imap={"tls": "none"},
                folders=folders,
            )

        inbox, projects = {"name": "INBOX", "rename": "replace"}, {"name": PROJECTS, "rename": "replace"}
        mailboxes = box("support", support, SUPPORT, [inbox, projects])
        mailboxes += box("kim", kim, KIM, [{"name": "INBOX", "rename": "copy"}])
        return build(folder, mailboxes, support.password, MORE.replace("{port}", str(self.sink.port)))
