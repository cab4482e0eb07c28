"""Where our own folders lie in a mailbox: the server's delimiter and namespace respected."""

from __future__ import annotations

from collections.abc import Sequence

from mailwatch.errors import ConfigError, Refused, TemporaryError
from mailwatch.jobs.folders import OWN_ROOT
from mailwatch.ports import Folder, FolderState, Mailbox, Role

ORIGINALS = "Originals"
CASES = "Cases"
PROBE = "Probe"

OWN_FOLDER = "own-folder"
"""The ``why`` where the server makes no folder for us, and does not say why."""


PROBE_FOLDER = "probe-folder"
"""The ``why`` where other people's mail lies in the folder of the probe."""


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


def open_own_folder(mailbox: Mailbox, leaf: str, source: str) -> FolderState:
    """Our folder ``leaf``, open; where none can be made, ``source`` may tell why.

    Few servers say of a mailbox that it can only be read: Dovecot calls it an internal
    error, which would pass for a thing that mends by itself.

    Raises:
        Refused: with the reason that was found; ``OWN_FOLDER`` where there is none.
        TemporaryError: the server is in trouble.
    """
    try:
        return own_folder(mailbox, leaf)
    except TemporaryError as error:
        if isinstance(error, Refused) and error.why != "refused":
            raise
        if not mailbox.select(source).read_write:
            raise Refused("read-only", "{trouble}", trouble=error.message) from error
        if isinstance(error, Refused):
            raise Refused(OWN_FOLDER, "{trouble}", trouble=error.message) from error
        raise
