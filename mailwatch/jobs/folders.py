"""Which folders of a mailbox are watched, and as what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mailwatch.core.renaming import Mode
from mailwatch.errors import Words
from mailwatch.ports import Folder, Role

OWN_ROOT = "Mailwatch"
"""The folder that holds originals and copies; nothing below it is ever polled."""


@dataclass(frozen=True, slots=True)
class FolderWish:
    """One entry of the config: a folder's name or a pattern with ``*``.

    ``outgoing`` says that mail in it was sent by us, whoever stands in From.
    """

    name: str
    rename: Mode = Mode.OFF
    outgoing: bool = False


@dataclass(frozen=True, slots=True)
class Watched:
    """One folder of the server that is watched."""

    folder: Folder
    rename: Mode
    outgoing: bool


def choose(
    folders: Sequence[Folder], wishes: Sequence[FolderWish], *, sent: bool
) -> tuple[tuple[Watched, ...], tuple[Words, ...]]:
    r"""The folders to watch, INBOX first, and a line for each wish that no folder fits.

    Args:
        folders: what the server lists.
        wishes: the config's entries; the first that fits a folder holds.
        sent: read the \Sent folder as outgoing, too. Left out where a wish names
            an outgoing folder by itself.
    """
    chosen: dict[str, Watched] = {}
    missing: list[Words] = []
    usable = [f for f in folders if f.selectable and not _ours(f)]
    for wish in wishes:
        fitting = [f for f in usable if _fits(f, wish.name)]
        if not fitting and "*" not in wish.name:
            missing.append(Words("the folder {folder} does not exist on the server", {"folder": wish.name}))
        for folder in fitting:
            outgoing = wish.outgoing or folder.role is Role.SENT
            chosen.setdefault(folder.name, Watched(folder, wish.rename, outgoing))
    if sent and not any(wish.outgoing for wish in wishes):
        for folder in usable:
            if folder.role is Role.SENT:
                chosen.setdefault(folder.name, Watched(folder, Mode.OFF, outgoing=True))
    ordered = sorted(
        chosen.values(), key=lambda w: (w.folder.role is not Role.INBOX, w.outgoing, w.folder.name)
    )
    return tuple(ordered), tuple(missing)


def mode_of(name: str, delimiter: str, wishes: Sequence[FolderWish]) -> Mode:
    """What the config asks for the folder ``name``, whether or not the server lists it just now."""
    folder = Folder(name, Role.NONE, delimiter)
    return next((wish.rename for wish in wishes if _fits(folder, wish.name)), Mode.OFF)


def _fits(folder: Folder, wish: str) -> bool:
    if wish.upper() == "INBOX":
        return folder.name.upper() == "INBOX"
    if "*" in wish:
        return fnmatchcase(folder.name.replace(folder.delimiter or "/", "/"), wish)
    return folder.name in {wish, wish.replace("/", folder.delimiter or "/")}


def _ours(folder: Folder) -> bool:
    """``Mailwatch`` and all below it, in any namespace (Courier and Cyrus put it below INBOX)."""
    parts = folder.name.split(folder.delimiter) if folder.delimiter else [folder.name]
    return OWN_ROOT in parts[:2]
