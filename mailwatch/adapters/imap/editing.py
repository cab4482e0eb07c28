"""Changing a folder: append byte for byte, move, remove, flag. Every command names its UIDs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from imapclient import IMAPClient

from mailwatch.adapters.imap import beneath
from mailwatch.adapters.imap.folders import encode_name
from mailwatch.adapters.imap.looking import header_field, search
from mailwatch.adapters.imap.refusals import ASK_TO_WRITE
from mailwatch.adapters.imap.requests import chunks, date_time, flag_words, quoted
from mailwatch.adapters.imap.responses import appended, copied, plan_of
from mailwatch.adapters.imap.session import Session
from mailwatch.errors import ConfigError, Refused
from mailwatch.ports import FolderState

LAST_UID = 0xFFFFFFFF


def select(session: Session, folder: str, *, create: bool) -> FolderState:
    """Open read-write, made first where it is missing and ``create`` is true."""
    if create and not session.exists(folder):
        _create(session, folder)
    return session.enter(folder, writable=True)


def _create(session: Session, folder: str) -> None:
    wire = encode_name(folder)
    try:
        session.call(IMAPClient.create_folder, wire)
    except Refused:
        if not session.exists(folder):  # Somebody else may have been faster.
            raise
    try:
        session.call(IMAPClient.subscribe_folder, wire)
    except Refused:
        return  # It is there; whether clients show it without being told is theirs to decide.


def copies(session: Session, low: int) -> dict[int, str]:
    """UID to plan id of the mails from ``low`` on that carry our field; no id in it gives an empty one."""
    uids = search(session, low, LAST_UID, None)
    fields = header_field(session, uids, "MAILWATCH-ORIGINAL")
    return {uid: plan_of(field) for uid, field in fields.items() if field.strip()}


def append(
    session: Session, folder: str, raw: bytes, flags: Sequence[str], internaldate: datetime | None
) -> tuple[int, int] | None:
    """Store a mail, byte for byte: imaplib's own APPEND would turn bare line ends into CRLF."""
    arguments = [quoted(encode_name(folder)), f"({' '.join(flag_words(flags))})".encode("ascii")]
    if internaldate is not None:
        arguments.append(date_time(internaldate))
    return appended(session.call(beneath.append, arguments, raw))


def move(session: Session, uids: Sequence[int], folder: str) -> dict[int, tuple[int, int]]:
    """MOVE; old UID to (UIDVALIDITY, new UID) as far as the server told it."""
    _need(session, "MOVE")
    _need_writable(session)
    wire = encode_name(folder)
    # Dovecot refuses the whole command where one of the mails went without our having looked.
    session.look()
    moved: dict[int, tuple[int, int]] = {}
    for part in chunks(uids):
        for code in session.call(beneath.move, part, wire):
            moved.update(copied(code))
    return {uid: new for uid, new in moved.items() if uid in set(uids)}


def remove(session: Session, uids: Sequence[int]) -> None:
    r"""Expunge exactly ``uids``. A plain EXPUNGE would take everybody's \Deleted mails along."""
    _need(session, "UIDPLUS")
    _need_writable(session)
    for part in chunks(uids):
        session.call(IMAPClient.add_flags, part, [r"\Deleted"], silent=True)
        session.call(IMAPClient.uid_expunge, part)


def set_flags(session: Session, uid: int, add: Sequence[str], drop: Sequence[str]) -> None:
    """Add and drop flags of one mail."""
    _need_writable(session)
    adding, dropping = flag_words(add), flag_words(drop)
    if adding:
        session.call(IMAPClient.add_flags, [uid], adding, silent=True)
    if dropping:
        session.call(IMAPClient.remove_flags, [uid], dropping, silent=True)


def _need(session: Session, capability: str) -> None:
    if capability not in session.names():
        raise ConfigError(
            "the mail server {host} has no {capability}: mails cannot be moved there safely",
            mend="Set rename to copy for the folders of the mailbox {mailbox}.",
            host=session.account.host,
            capability=capability,
            mailbox=session.account.name,
        )


def _need_writable(session: Session) -> None:
    """Dovecot answers OK to changes in a read-only folder, with nothing done."""
    if not session.opened.writable:
        raise Refused(
            "read-only",
            "the folder {folder} of the mailbox {mailbox} can only be read",
            mend=ASK_TO_WRITE,
            folder=session.opened.folder,
            mailbox=session.account.name,
        )
