"""Commands through a proxy that spoils one of their commands; what they leave is judged from the outside."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from faults.guest import ACTS, Guest, user_won
from faults.kinds import KINDS, LACKS
from faults.proxy import Proxy
from servers.dovecot import DovecotServer
from servers.house import House, build, mailbox_yaml
from servers.mailuser import MailUser, Stored
from torture.judge import chained, each_mail_is_filed_once, judge
from torture.scenes import SCENES, Scene
from torture.stage import Stage, Trial
from torture.starter import Ended, Starter
from torture.story import arriving, opening
from weeks.books import restored

TIMEOUT = 3
"""Seconds that mailwatch waits for an answer."""

ENOUGH = 60
"""Seconds for one command with one silence in it, on a machine that does other things, too."""

HOUR = 3700.0
"""A rename that was refused rests for an hour."""

TRIED_OUT = "rename"
"""Before the first rename of a mailbox its server is tried out."""

NAMES = ("first poll", "poll", "rename", "undo")
_TOP = b"Mailwatch-Original: "
_DELETED = r"\Deleted"


class Wire(Stage):
    """A stage on which mailwatch speaks to Dovecot through a proxy, and everybody else does not."""

    def __init__(self, folder: Path, dovecot: DovecotServer, starter: Starter) -> None:
        super().__init__(folder, dovecot, starter)
        self.proxy = Proxy(dovecot.port).start()

    def close(self) -> None:
        self.proxy.close()
        super().close()

    def _house(self, folder: Path, user: MailUser, database: str | None) -> House:
        assert database is None
        listed = mailbox_yaml(
            user,
            folder / "password",
            port=self.proxy.port,
            ca_file=None,
            imap={"tls": "none", "timeout": f"{TIMEOUT} s"},
            folders=[{"name": "INBOX", "rename": "replace"}],
        )
        return build(folder, listed, user.password, "rename: {settle: 0 s}\ndigests: []\n")


@dataclass(frozen=True)
class Spoilt:
    """What came of one run. ``fault`` is None where all is well."""

    scene: str
    kind: str
    number: int
    name: str
    fault: str | None

    def __str__(self) -> str:
        return f"{self.scene}, {self.kind} at command {self.number} ({self.name}): {self.fault}"


@dataclass(frozen=True)
class Wanted:
    """``lasting``: not at this command alone, but at all of its name from then on."""

    scene: str
    kind: str
    number: int
    name: str
    lasting: bool = False


@dataclass(frozen=True)
class Visit:
    """A guest's act: which, on which mail, before which command; see ``Guest``."""

    scene: str
    act: str
    letter: str
    at: int
    newest: bool


class Table:
    """All scenes, each begun once and run once without a fault to learn its commands."""

    def __init__(self, stage: Wire) -> None:
        self.stage = stage
        self.scenes = {scene.name: scene for scene in SCENES if scene.name in NAMES}
        begins = dict.fromkeys(scene.begin for scene in self.scenes.values())
        self._firsts = {begin: begin(stage) for begin in begins}
        self.commands = {name: self._learnt(scene) for name, scene in self.scenes.items()}

    def _learnt(self, scene: Scene) -> list[str]:
        with self._trial(scene) as trial:
            done = trial.run(*scene.command(trial))
            assert done.status == 0, done
            return list(self.stage.proxy.said)

    @contextmanager
    def _trial(self, scene: Scene) -> Iterator[Trial]:
        self.stage.proxy.set()
        with self.stage.copy(self._firsts[scene.begin]) as trial:
            yield trial
        self.stage.proxy.set()

    def all(self) -> list[Wanted]:
        """Each kind at each command at which it can happen."""
        return [
            Wanted(scene, kind, number, name)
            for scene, names in self.commands.items()
            for number, name in enumerate(names)
            for kind, how in KINDS.items()
            if how.can(name)
        ]

    def kinds(self) -> list[Wanted]:
        """Each kind at all commands of one name, for each name."""
        return [
            Wanted(scene, kind, names.index(name), name, lasting=True)
            for scene, names in self.commands.items()
            for name in dict.fromkeys(names)
            for kind, how in KINDS.items()
            if how.can(name) and kind not in {"late", "chatter"} and not how.lies and not how.waits
        ]

    # ── one run ───────────────────────────────────────────────────────────────

    def spoil(self, wanted: Wanted) -> Spoilt:
        """Run a scene with one thing wrong, then to its end with nothing wrong, and judge."""
        scene, kind = self.scenes[wanted.scene], KINDS[wanted.kind]
        with self._trial(scene) as trial:
            if wanted.lasting:
                self.stage.proxy.set(kind.fault, lambda turn: turn.name == wanted.name)
            else:
                self.stage.proxy.set(kind.fault, lambda turn: turn.number == wanted.number)
            try:
                self._disturbed(trial, scene, wanted)
                self.stage.proxy.set()
                self._ended(replace(trial, later=HOUR), scene, careful=_makes_careful(wanted))
            except AssertionError as error:
                return Spoilt(
                    wanted.scene, wanted.kind, wanted.number, wanted.name, str(error) or repr(error)
                )
        return Spoilt(wanted.scene, wanted.kind, wanted.number, wanted.name, None)

    # ── somebody else ─────────────────────────────────────────────────────────

    def visits(self) -> list[Visit]:
        """Each act of a guest on each mail, before each command that mailwatch gives."""
        letters = [letter.name for letter in (opening(), *arriving()) if letter.number is not None]
        return [
            Visit(scene, act, letter, at, newest)
            for scene, names in self.commands.items()
            for at in range(len(names))
            for letter in letters
            for act in ACTS
            for newest in (False, True)
        ]

    def visit(self, wanted: Visit) -> str | None:
        """Run a scene with a guest in it, then to rest without him; what is not as he left it, or None."""
        scene = self.scenes[wanted.scene]
        with self._trial(scene) as trial:
            letter = next(one for one in trial.letters if one.name == wanted.letter)
            guest = Guest(trial.user, wanted.act, letter, wanted.at, wanted.newest)
            try:
                self.stage.proxy.set(visit=guest.visit)
                done = [trial.run(*scene.command(trial))]
                self.stage.proxy.set()
                later = replace(trial, later=HOUR)
                done += [later.run(*words) for words in (scene.command(trial), ("poll",), ("poll",))]
                # Dovecot ends the line of whoever has the folder open that somebody renames.
                assert done[0].status in {0, 2, 75}, done[0]
                assert {one.status for one in done[1:]} <= {0, 2}, [(one.status, one.err) for one in done]
                user_won(later, guest)
            except AssertionError as error:
                return f"{wanted.scene}, {guest}: {error}"
        return None

    def _ended(self, trial: Trial, scene: Scene, *, careful: bool) -> None:
        """The rest with nothing wrong. Who was lied to may be more careful than he must, or ask a person."""
        if careful:
            again = [trial.run(*words).status for words in (scene.command(trial), ("poll",))]
            assert set(again) <= {0, 2}, again
            intact(trial)
            return
        ended = scene.finish(trial)
        intact(ended)
        judge(ended, scene)

    def _disturbed(self, trial: Trial, scene: Scene, wanted: Wanted) -> Ended:
        began = time.monotonic()
        done = trial.run(*scene.command(trial))
        seconds = time.monotonic() - began
        assert done.status in {0, 2, 75}, f"it ended by {done.status}: {done.err}"
        assert "Traceback" not in done.err, done.err
        assert seconds < ENOUGH, f"{seconds:.0f} seconds"
        most = 2 * len(self.commands[scene.name]) + 20
        said = self.stage.proxy.said
        assert len(said) <= most, f"{len(said)} commands: {Counter(said).most_common(3)}"
        assert self.stage.proxy.lines <= 8, f"{self.stage.proxy.lines} connections"
        intact(trial, over=False)
        return done

    def lacking(self, lack: str, name: str) -> tuple[str, dict[str, int]]:
        """Run a scene where a server lacks something: what ``check`` says of renaming; copies by folder."""
        scene, marks = self.scenes[name], "UIDPLUS" in lack
        with self._trial(scene) as trial:
            self.stage.proxy.set(shown=LACKS[lack])
            done = trial.run(*scene.command(trial))
            assert done.status in {0, 2, 75}, done
            for later in (0.0, HOUR):
                assert 0 == replace(trial, later=later).run("poll", "--json").status
                intact(trial, marks=marks)
            rows = json.loads(trial.run("check", "--json").out)
            told = next(row["detail"] for row in rows if row["check"] == "support: renaming")
            standing = {
                folder: sum(mail.raw.startswith(_TOP) and _DELETED not in mail.flags for mail in mails)
                for folder, mails in _lying(trial.user).items()
            }
        return told.split(";")[0], {folder: n for folder, n in standing.items() if n}


def _makes_careful(wanted: Wanted) -> bool:
    """Whether mailwatch may leave a rename to a person, or make it by copy, after this."""
    kind = KINDS[wanted.kind]
    moves = wanted.name == "UID MOVE" and wanted.scene != "undo"
    return kind.lies or (kind.warns and wanted.scene == TRIED_OUT) or (kind.refuses and moves)


# ── mails stay whole, whatever was said ───────────────────────────────────────


def intact(trial: Trial, *, over: bool = True, marks: bool = False) -> None:
    r"""Each mail lies once where it lay or among the originals; each copy is of one of them, none is twice.

    Before all is ``over`` a second copy may be on its way out. ``marks``: what is ours may be marked as
    \Deleted, which is all that a server without UIDPLUS allows.
    """
    folders = _lying(trial.user)
    wanted = Counter(letter.raw for letter in trial.letters)
    lying = [mail for name in ("INBOX", "Mailwatch/Originals") for mail in folders.get(name, ())]
    originals = [mail for mail in lying if not mail.raw.startswith(_TOP)]
    found = Counter(mail.raw for mail in originals)
    assert wanted == found, f"{_named(wanted - found)} missing, {_named(found - wanted)} too many"
    assert not any(_DELETED in mail.flags for mail in originals), "a mail that is marked as deleted"
    ours = [mail for mails in folders.values() for mail in mails if mail not in originals]
    assert all(_is_ours(mail.raw, wanted) for mail in ours), (
        "something that is neither a mail nor a copy of one"
    )
    if over:
        standing = Counter(restored(mail.raw) for mail in ours if _DELETED not in mail.flags)
        assert not [raw for raw in wanted if standing[raw] > 1], "a copy that is there twice"
        assert marks or not any(_DELETED in mail.flags for mail in ours), "a copy that is marked as deleted"
        each_mail_is_filed_once(chained(trial.house.data / "ledger"), trial)
        assert trial.json("verify")["ok"], "verify"


def _is_ours(raw: bytes, wanted: Counter[bytes]) -> bool:
    """A copy of one of the mails, or a mail of the probe."""
    return raw.startswith(_TOP) and (restored(raw) in wanted or b"@mailwatch.invalid>" in raw)


def _lying(user: MailUser) -> dict[str, list[Stored]]:
    with user.client() as client:
        names = [name for marks, _, name in client.list_folders() if b"\\Noselect" not in marks]
    return {name: user.dump(name) for name in names}


def _named(mails: Counter[bytes]) -> str:
    return ", ".join(str(raw[:60]) for raw in mails) or "none"
