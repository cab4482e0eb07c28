"""A server's NO and its pleas for patience, told apart by response code (RFC 5530) and known words."""

from __future__ import annotations

import re
from typing import Any

from mailwatch.adapters.imap.account import ImapAccount
from mailwatch.adapters.imap.responses import backoff, response_code
from mailwatch.errors import MailwatchError, Refused, TemporaryError

WAIT = "Nothing to do: mailwatch tries again by itself. If it lasts, ask whoever runs the server."
ASK_TO_WRITE = "Ask whoever runs the server for the right to change it, or set rename to off for this folder."
_LEFT = "Nothing to do: this mail stays as it is."
_FOLDERS = "See its folders with: mailwatch check"
_SHORT_WAIT, _LONG_WAIT = 60.0, 300.0
_BYTES_SHOWN = re.compile(r"b['\"](.*)['\"]", re.DOTALL)

REFUSALS = {
    "OVERQUOTA": ("over-quota", "the mailbox {mailbox} is full", "Make room in the mailbox."),
    "TOOBIG": ("too-big", "the mail server {host} does not take a mail this big", _LEFT),
    "APPENDLIMIT": ("too-big", "the mail server {host} does not take a mail this big", _LEFT),
    "READ-ONLY": ("read-only", "the folder can only be read, says the mail server {host}", ASK_TO_WRITE),
    "NOPERM": (
        "no-permission",
        "the mail server {host} does not permit this to {user} ({detail})",
        "Ask whoever runs the mail server for the right to do it.",
    ),
    "TRYCREATE": ("no-folder", "the folder does not exist on {host} ({detail})", _FOLDERS),
    "NONEXISTENT": ("no-folder", "the folder does not exist on {host} ({detail})", _FOLDERS),
}
"""By response code: why, what is said, what to do."""

_MEASURED = "bandwidth limits"
_BUSY_CODES = {"UNAVAILABLE", "INUSE", "SERVERBUG", "CORRUPTION", "THROTTLED"}
_BUSY_WORDS = ("throttl", "too many", "try again", "suggested backoff", "temporar", "unavailable", "overload")


def answered(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    """What a NO means: come back later, or a refusal of this one command."""
    text = words_of(error)
    code = response_code(text) or ""
    busy = None if code in REFUSALS and not _is_measured(text) else busy_or_none(text, account, detail)
    if busy is not None:
        return busy
    unknown = ("refused", "the mail server {host} said no ({detail})", WAIT)
    why, template, mend = REFUSALS.get(code, unknown)
    return Refused(why, template, mend=mend, **values_of(account, detail))


def refused(code: str, account: ImapAccount, detail: str) -> Refused:
    """The refusal that a response code of ``REFUSALS`` stands for."""
    why, template, mend = REFUSALS[code]
    return Refused(why, template, mend=mend, **values_of(account, detail))


def values_of(account: ImapAccount, detail: str) -> dict[str, Any]:
    """What the templates of this package's errors may name."""
    return {
        "host": account.host,
        "port": account.port,
        "user": account.username,
        "mailbox": account.name,
        "detail": detail,
    }


def _is_measured(text: str) -> bool:
    """Gmail says OVERQUOTA of the commands and bytes of a day, too, which has nothing to do with room."""
    return _MEASURED in text.lower()


def busy_or_none(text: str, account: ImapAccount, detail: str) -> TemporaryError | None:
    """The error for a server that asks for patience, or None where it does not."""
    low = text.lower()
    values = values_of(account, detail)
    if "authenticated but not connected" in low:
        return TemporaryError(
            "the mail server {host} let {user} in but did not open the mailbox",
            mend="Too many log-ins in a short time do this, and so does a mailbox that does not exist: "
            "mailwatch waits; if it lasts, check that {user} has a mailbox.",
            retry_after=_LONG_WAIT,
            **values,
        )
    if response_code(text) in _BUSY_CODES or _MEASURED in low or any(word in low for word in _BUSY_WORDS):
        return TemporaryError(
            "the mail server {host} asks to come back later ({detail})",
            mend=WAIT,
            retry_after=_LONG_WAIT if _MEASURED in low else backoff(text) or _SHORT_WAIT,
            **values,
        )
    return None


def words_of(error: BaseException) -> str:
    """What the server or the library said, as text."""
    first = error.args[0] if error.args else ""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(error)
    # imaplib puts the bytes of an answer into its errors; the library makes "b'…'" of them.
    bytes_shown = _BYTES_SHOWN.fullmatch(text)
    return (bytes_shown[1] if bytes_shown else text) or type(error).__name__
