r"""Somebody else at the same mailbox: one act at one moment of mailwatch's work, and a judge of who won.

The judge knows the act and what the guest saw, and nothing of how mailwatch works: whatever the guest did is
so in the end, and of every other mail there is what there was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from imapclient import IMAPClient
from servers.mailuser import MailUser, Stored
from torture.judge import chained, originals_are_kept
from torture.stage import Trial
from torture.story import Letter
from weeks.books import restored

ACTS = ("read", "flag", "move", "delete", "mark", "append", "rename originals", "rename cases", "nothing")
DONE, KEPT = "Done", "Kept"
_TOP = b"Mailwatch-Original: "
_MARKS = {"read": r"\Seen", "flag": r"\Flagged", "mark": r"\Deleted"}


@dataclass
class Guest:
    """``newest``: where he sees the mail twice, for a moment, he takes the one that came last.

    ``saw`` is what lay in the inbox of this mail when he acted, ``took`` the one that he acted on.
    """

    user: MailUser
    act: str
    letter: Letter
    at: int
    newest: bool
    came: bool = False
    saw: list[Stored] = field(default_factory=list)
    took: Stored | None = None

    def visit(self, number: int) -> None:
        """Called before each command of mailwatch's."""
        if number == self.at:
            self.came = True
            with self.user.client() as client:
                self._act(client)

    def _act(self, client: IMAPClient) -> None:
        self.saw = [mail for mail in self.user.dump() if named(mail.raw) == self.letter.message_id]
        names = [name for _, _, name in client.list_folders()]
        if self.act.startswith("rename "):
            folder = f"Mailwatch/{self.act.split()[1].capitalize()}"
            if folder in names:
                client.rename_folder(folder, KEPT)
        elif self.act == "append":
            client.append("INBOX", self.letter.raw, (), datetime.now(UTC))
        elif self.act != "nothing" and self.saw:
            self.took = self.saw[-1 if self.newest else 0]
            self._take(client, self.took.uid)

    def _take(self, client: IMAPClient, uid: int) -> None:
        client.select_folder("INBOX")
        if self.act in _MARKS:
            client.add_flags([uid], [_MARKS[self.act]])
        elif self.act == "move":
            client.create_folder(DONE)
            client.move([uid], DONE)
        else:
            client.add_flags([uid], [r"\Deleted"])
            client.uid_expunge([uid])

    def __str__(self) -> str:
        which = "newest" if self.newest else "first"
        return f"{self.act} {self.letter.name} ({which}) before command {self.at}"


# ── who won ───────────────────────────────────────────────────────────────────


def user_won(trial: Trial, guest: Guest) -> None:
    """Raises AssertionError that names the first thing that is not as the guest left it."""
    folders = _folders(trial.user)
    for letter in trial.letters:
        lying = {
            name: [m for m in mails if named(m.raw) == letter.message_id] for name, mails in folders.items()
        }
        _nothing_strange(letter, lying)
        if guest.act.startswith("rename "):
            _folder_renamed(letter, lying)
        elif letter == guest.letter:
            _JUDGES[guest.act](guest, lying)
        else:
            _whole(letter, lying)
    known = {letter.message_id for letter in trial.letters}
    strange = [name for name, mails in folders.items() for m in mails if named(m.raw) not in known]
    # A mail with which the server is tried out may lie in the folder that he renames just then.
    assert set(strange) <= {"Mailwatch/Probe", KEPT}, f"mails of nobody in {strange}"
    originals_are_kept(trial.house.data / "archive", trial)
    chained(trial.house.data / "ledger")
    assert trial.json("verify")["ok"], "verify"


_Lying = dict[str, list[Stored]]


def _nothing_strange(letter: Letter, lying: _Lying) -> None:
    """Each mail is the original, or a copy that restores to it."""
    for name, mails in lying.items():
        for mail in mails:
            assert letter.raw in {mail.raw, _restored(mail.raw)}, f"{letter.name} is altered in {name}"


def _whole(letter: Letter, lying: _Lying) -> None:
    """A mail that nobody touched: seen once, its original there once, no mark on either."""
    visible = _visible(lying)
    assert 1 == len(visible), f"{letter.name} is seen {len(visible)} times"
    assert 1 == sum(mail.raw == letter.raw for mails in lying.values() for mail in mails), letter.name
    assert not any(r"\Deleted" in mail.flags for mails in lying.values() for mail in mails), letter.name


def _marked(guest: Guest, lying: _Lying) -> None:
    """The mark is on what he sees in the end; all else as if he had not been there."""
    _whole(guest.letter, lying)
    (visible,) = _visible(lying)
    assert guest.took is None or _MARKS[guest.act] in visible.flags, f"{guest.letter.name} lost a mark"


def _given_up(guest: Guest, lying: _Lying) -> None:
    r"""\Deleted is his word: it stays on what he marked, and no other copy of the mail is made or kept."""
    if guest.took is None:
        _whole(guest.letter, lying)
        return
    left = [mail for mail in lying["INBOX"] if mail.raw == guest.took.raw]
    unmarked = [mail for mail in lying["INBOX"] if r"\Deleted" not in mail.flags]
    assert all(r"\Deleted" in mail.flags for mail in left), f"{guest.letter.name} lost its mark"
    assert len(unmarked) <= len(guest.saw) - 1, f"{guest.letter.name} came back"


def _moved(guest: Guest, lying: _Lying) -> None:
    """It lies where he put it, once; nothing of it comes back to where it was."""
    if guest.took is None:
        _whole(guest.letter, lying)
        return
    assert 1 == len(lying.get(DONE, [])), f"{guest.letter.name} is not where it was put"
    assert len(lying["INBOX"]) <= len(guest.saw) - 1, f"{guest.letter.name} came back"


def _deleted(guest: Guest, lying: _Lying) -> None:
    if guest.took is None:
        _whole(guest.letter, lying)
        return
    assert len(lying["INBOX"]) <= len(guest.saw) - 1, f"{guest.letter.name} came back"


def _twice(guest: Guest, lying: _Lying) -> None:
    """He put it there once more: two originals are there, and none is seen more than twice.

    While a rename is taken back, what he put there may be taken for what was to be brought back.
    """
    assert 2 == sum(mail.raw == guest.letter.raw for mails in lying.values() for mail in mails)
    assert len(_visible(lying)) in {1, 2}, guest.letter.name


def _untouched(guest: Guest, lying: _Lying) -> None:
    _whole(guest.letter, lying)


def _folder_renamed(letter: Letter, lying: _Lying) -> None:
    """The mail is seen once where it was; its original is there, be it in the folder under its new name.

    An original that is not to be found where mailwatch put it comes back from the archive.
    """
    assert 1 == len(lying["INBOX"]), f"{letter.name} is seen {len(lying['INBOX'])} times"
    originals = [name for name, mails in lying.items() for mail in mails if mail.raw == letter.raw]
    assert originals, letter.name
    assert len(originals) == 1 or KEPT in originals, f"{letter.name}: originals in {originals}"


_JUDGES = {
    "read": _marked,
    "flag": _marked,
    "mark": _given_up,
    "move": _moved,
    "delete": _deleted,
    "append": _twice,
    "nothing": _untouched,
}


# ── looking ───────────────────────────────────────────────────────────────────


def named(raw: bytes) -> str | None:
    """The Message-ID."""
    for line in raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
        if line.lower().startswith(b"message-id:"):
            return line.split(b":", 1)[1].strip().decode()
    return None


def _visible(lying: _Lying) -> list[Stored]:
    """What a person sees of it: our own folders are out of his way."""
    return [mail for name, mails in lying.items() if not name.startswith("Mailwatch/") for mail in mails]


def _restored(raw: bytes) -> bytes:
    return restored(raw) if raw.startswith(_TOP) else raw


def _folders(user: MailUser) -> dict[str, list[Stored]]:
    with user.client() as client:
        names = [name for marks, _, name in client.list_folders() if b"\\Noselect" not in marks]
    return {name: user.dump(name) for name in names}
