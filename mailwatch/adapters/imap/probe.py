"""``mailwatch check`` for one mailbox: step by step, so that a person sees where it stops."""

from __future__ import annotations

import socket
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from mailwatch.adapters.imap.account import ImapAccount, Tls
from mailwatch.adapters.imap.connection import connect, drop
from mailwatch.adapters.imap.errors import translate
from mailwatch.adapters.imap.mailbox import ImapMailbox
from mailwatch.errors import MailwatchError, Words
from mailwatch.ports import Capabilities, Folder, Role

_NOTHING = Words("")


@dataclass(frozen=True, slots=True)
class Probed:
    """One line of the check. ``ok`` is None for a warning; ``mend`` is empty where there is nothing to mend.

    ``check`` is one of the words host | connection | log-in | capabilities | folders.
    ``folders``, in the line of this name, is what the server lists.
    """

    check: str
    ok: bool | None
    detail: Words
    mend: Words = _NOTHING
    folders: tuple[Folder, ...] = ()


def probe_connection(account: ImapAccount) -> tuple[Probed, ...]:
    """Look up, connect, log in, and ask for capabilities and folders; ends at the first step that fails.

    Never raises a MailwatchError and changes nothing on the server.
    """
    found: list[Probed] = []
    steps = _steps(account)
    what = "host"
    try:
        for step in steps:
            found.append(step)
            what = _NEXT.get(step.check, step.check)
    except MailwatchError as error:
        found.append(Probed(what, ok=False, detail=error.message, mend=error.mend))
    finally:
        steps.close()
    return tuple(found)


_NEXT = {"host": "connection", "connection": "log-in", "log-in": "capabilities", "capabilities": "folders"}


def _steps(account: ImapAccount) -> Generator[Probed]:
    yield Probed("host", ok=True, detail=_look_up(account))
    yield Probed("connection", ok=True, detail=_greet(account))
    mailbox = ImapMailbox(account, _no_spool)
    try:
        capabilities = mailbox.capabilities()
        yield Probed("log-in", ok=True, detail=Words("{user}", {"user": account.username}))
        yield _capabilities(capabilities)
        yield _folders(mailbox.folders())
    finally:
        mailbox.close()


def _look_up(account: ImapAccount) -> Words:
    try:
        found = socket.getaddrinfo(account.host, account.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise translate(error, account) from error
    addresses = sorted({str(row[4][0]) for row in found})
    return Words("{host} is {addresses}", {"host": account.host, "addresses": ", ".join(addresses)})


def _greet(account: ImapAccount) -> Words:
    client = connect(account)
    try:
        if account.tls is Tls.NONE:
            return Words("port {port}, plain text", {"port": account.port})
        version = client.socket().version()
    finally:
        drop(client)
    return Words("port {port}, {version}, certificate good", {"port": account.port, "version": version})


def _capabilities(capabilities: Capabilities) -> Probed:
    missing = [
        name for name, there in (("MOVE", capabilities.move), ("UIDPLUS", capabilities.uidplus)) if not there
    ]
    if not missing:
        return Probed("capabilities", ok=True, detail=Words("renaming by replace and by copy is possible"))
    return Probed(
        "capabilities",
        ok=None,
        detail=Words("no {missing}: renaming is possible by copy only", {"missing": ", ".join(missing)}),
        mend=Words("Use rename: copy for the folders of this mailbox."),
    )


def _folders(folders: tuple[Folder, ...]) -> Probed:
    names = ", ".join(folder.name for folder in folders if folder.selectable)
    if not any(folder.role is Role.SENT for folder in folders):
        return Probed(
            "folders",
            ok=None,
            detail=Words("{names}; none is marked as the one for sent mail", {"names": names}),
            mend=Words("Name the folder of sent mail in folders, with outgoing: true."),
            folders=folders,
        )
    return Probed("folders", ok=True, detail=Words("{names}", {"names": names}), folders=folders)


def _no_spool() -> Path:
    raise AssertionError("a probe reads no mail")
