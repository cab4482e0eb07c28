"""Whether a folder can still be the one that was read, under the same name and UIDVALIDITY."""

from __future__ import annotations

from mailwatch.errors import ConfigError
from mailwatch.ports import Cursor, FolderState


def is_another(state: FolderState, cursor: Cursor) -> bool:
    """Whether UIDs have gone back, which RFC 3501 2.3.1.1 allows under a new UIDVALIDITY alone.

    Some servers give each folder the UIDVALIDITY 1. An account that was exchanged, or restored from a
    backup, then looks like the one that was read: its mails would be taken for known ones and passed over.
    """
    same = cursor.uidvalidity == state.uidvalidity
    return same and state.uidnext is not None and state.uidnext <= cursor.high


def refuse_another(state: FolderState, cursor: Cursor) -> None:
    """Stop and ask.

    Raises:
        ConfigError: it is another folder, or an older state of it.
    """
    if is_another(state, cursor):
        raise ConfigError(
            "the folder {folder} of the mailbox {mailbox} counts its mails from {uidnext} on, and had come "
            "to {high}: it is another mailbox, or an older state of this one",
            mend="If that is so, give the mailbox another name in the configuration: all its mails are "
            "read anew, and known ones are recognised.",
            folder=state.folder,
            mailbox=cursor.mailbox,
            uidnext=state.uidnext,
            high=cursor.high,
        )
