"""Which folders of a mailbox are watched, and as what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from mailwatch.core.renamable import REFUSED_ROLES
from mailwatch.core.renaming import Mode
from mailwatch.errors import Words
from mailwatch.ports import Folder, Role

OWN_ROOT = "Mailwatch"
"""The folder that holds originals and copies; nothing below it is ever polled."""

_BY_NAME_ALONE = frozenset({Role.DRAFTS, Role.TRASH, Role.ALL})
"""Left out of patterns: mail not sent yet, mail thrown away, and All Mail, which holds everything twice."""


@dataclass(frozen=True, slots=True)
class FolderWish:
    r"""One entry of the config: a folder's name, a pattern with ``*``, or an attribute such as ``\Junk``.

    ``outgoing`` says that mail in it was sent by us, whoever stands in From.
    """

    name: str
    rename: Mode = Mode.OFF
    outgoing: bool = False

    @property
    def is_pattern(self) -> bool:
        """Whether any number of folders may fit, none included."""
        return "*" in self.name


@dataclass(frozen=True, slots=True)
class Watched:
    """One folder of the server that is watched."""

    folder: Folder
    rename: Mode
    outgoing: bool


def choose(
    folders: Sequence[Folder], wishes: Sequence[FolderWish], *, sent: bool
) -> tuple[tuple[Watched, ...], tuple[Words, ...]]:
    r"""The folders to watch, INBOX first, and a line for each wish that cannot be granted.

    Args:
        folders: what the server lists.
        wishes: the config's entries; the first that fits a folder holds.
        sent: read the \Sent folder as outgoing, too. Left out where a wish names
            an outgoing folder by itself.
    """
    usable = [f for f in folders if f.selectable and not _ours(f)]
    chosen: dict[str, Watched] = {}
    refused: list[Words] = []
    for wish in wishes:
        fitting = [f for f in usable if _fits(f, wish)]
        refused += _refusals(wish, fitting)
        for folder in fitting:
            chosen.setdefault(folder.name, _watched(folder, wish))
    if sent and not any(wish.outgoing for wish in wishes):
        for folder in usable:
            if folder.role is Role.SENT:
                chosen.setdefault(folder.name, Watched(folder, Mode.OFF, outgoing=True))
    ordered = sorted(
        chosen.values(), key=lambda w: (w.folder.role is not Role.INBOX, w.outgoing, w.folder.name)
    )
    return tuple(ordered), tuple(refused)


def _watched(folder: Folder, wish: FolderWish) -> Watched:
    mode = Mode.OFF if folder.role.value in REFUSED_ROLES else wish.rename
    return Watched(folder, mode, wish.outgoing or folder.role is Role.SENT)


def mode_of(name: str, folders: Sequence[Folder], wishes: Sequence[FolderWish]) -> Mode:
    """What the config asks for the folder ``name``, whether or not the server lists it just now."""
    delimiter = folders[0].delimiter if folders else "/"
    folder = next((f for f in folders if f.name == name), Folder(name, Role.NONE, delimiter))
    return next((_watched(folder, wish).rename for wish in wishes if _fits(folder, wish)), Mode.OFF)


def _refusals(wish: FolderWish, fitting: Sequence[Folder]) -> Iterator[Words]:
    """A pattern waits for its folders, and renames those that may be; a name must mean what it says."""
    if wish.is_pattern:
        return
    if not fitting:
        yield Words("the folder {folder} does not exist on the server", {"folder": wish.name})
    if wish.rename is not Mode.OFF and any(f.role.value in REFUSED_ROLES for f in fitting):
        yield Words(
            "the folder {folder} is read, but its mail is never renamed: Sent, Drafts, Trash, Junk and "
            "All Mail stay as they are; leave rename out there",
            {"folder": wish.name},
        )


def _fits(folder: Folder, wish: FolderWish) -> bool:
    """Whether the config means this folder. Levels may be told apart by ``/`` or by the server's delimiter.

    Mail programs on a Mac write Hangul in single letters (NFD), all others in syllables:
    the same name for whoever reads it.
    """
    wanted = normalize("NFC", wish.name)
    if wanted.upper() == "INBOX":
        return folder.name.upper() == "INBOX"
    if wanted.startswith("\\"):
        return folder.role.value == wanted[1:].lower()
    name = normalize("NFC", folder.name)
    spellings = (name, name.replace(folder.delimiter or "/", "/"))
    if not wish.is_pattern:
        return wanted in spellings or wanted.replace("/", folder.delimiter or "/") == name
    if folder.role in _BY_NAME_ALONE:
        return False
    # Nothing but the star is special: "[Gmail]/*" means what stands there.
    pattern = re.compile(".*".join(map(re.escape, wanted.split("*"))), re.DOTALL)
    return any(map(pattern.fullmatch, spellings))


def _ours(folder: Folder) -> bool:
    """``Mailwatch`` and all below it, in any namespace (Courier and Cyrus put it below INBOX)."""
    parts = folder.name.split(folder.delimiter) if folder.delimiter else [folder.name]
    return OWN_ROOT in parts[:2]
