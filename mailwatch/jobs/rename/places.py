"""Where our own folders lie in a mailbox: the server's delimiter and namespace respected."""

from __future__ import annotations

from collections.abc import Sequence

from mailwatch.errors import ConfigError, Refused
from mailwatch.jobs.folders import OWN_ROOT
from mailwatch.ports import Folder, FolderState, Mailbox, Role

ORIGINALS = "Originals"
CASES = "Cases"


def own_folder(mailbox: Mailbox, leaf: str) -> FolderState:
    """Our folder ``leaf``, open read-write and made where it is missing.

    A server whose personal namespace lies below INBOX (Courier, RFC 2342) refuses
    a folder beside it, so that place is tried second.

    Raises:
        Refused: the server lets us make no folder.
    """
    folders = mailbox.folders()
    names = own_names(folders, leaf)
    present = {f.name for f in folders}
    first = next((n for n in names if n in present), names[0])
    try:
        return mailbox.select(first, create=True)
    except (Refused, ConfigError):
        if first != names[0]:
            raise
        return mailbox.select(names[1], create=True)


def own_names(folders: Sequence[Folder], leaf: str) -> tuple[str, str]:
    """The names our folder can have, the likelier first."""
    delimiter = folders[0].delimiter if folders else "/"
    plain = delimiter.join((OWN_ROOT, leaf))
    below = delimiter.join(("INBOX", OWN_ROOT, leaf))
    others = [f.name for f in folders if f.role is not Role.INBOX]
    namespaced = bool(others) and all(n.startswith(f"INBOX{delimiter}") for n in others)
    return (below, plain) if namespaced else (plain, below)
