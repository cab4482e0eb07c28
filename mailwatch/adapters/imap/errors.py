"""Every foreign error becomes one line that says whose fault it is and what to do."""

from __future__ import annotations

import binascii
import imaplib
import re
import socket
import ssl
from collections.abc import Callable
from typing import Any

from imapclient.exceptions import CapabilityError, LoginError

from mailwatch.adapters.imap.account import ImapAccount
from mailwatch.adapters.imap.responses import backoff, one_line, response_code
from mailwatch.errors import ConfigError, MailwatchError, Refused, TemporaryError

FOREIGN = (
    imaplib.IMAP4.error,  # and all of imapclient's, and abort and readonly
    OSError,  # and ssl.SSLError, TimeoutError, gaierror, connection resets
    ValueError,  # the library's parser, int() and decode() of nonsense
    LookupError,  # missing parts of an answer
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RuntimeError,  # and RecursionError: its parser recurses into brackets
    binascii.Error,
)
"""What a call into the library may raise; from ValueError on where an answer makes no sense to its parser."""

_CUT = "the line to the mail server {host} broke ({detail})"
_NONSENSE = "the mail server {host} gave an answer that makes no sense ({detail})"
_WAIT = "Nothing to do: mailwatch tries again by itself. If it lasts, ask whoever runs the server."
_LEFT = "Nothing to do: this mail stays as it is."
ASK_TO_WRITE = "Ask whoever runs the server for the right to change it, or set rename to off for this folder."
_FOLDERS = "See its folders with: mailwatch check"
_SHORT_WAIT, _LONG_WAIT = 60.0, 300.0
_BYTES_SHOWN = re.compile(r"b['\"](.*)['\"]", re.DOTALL)


def translate(error: BaseException, account: ImapAccount, secret: str = "") -> MailwatchError:
    """The error of ours that stands for a foreign one. ``secret`` is kept out of its words."""
    if isinstance(error, MailwatchError):
        return error
    detail = one_line(_words(error), secret)
    for kind, make in _KINDS:
        if isinstance(error, kind):
            return make(error, account, detail)
    return TemporaryError(_NONSENSE, mend=_WAIT, host=account.host, detail=detail)


def _words(error: BaseException) -> str:
    first = error.args[0] if error.args else ""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(error)
    # imaplib puts the bytes of an answer into its errors; the library makes "b'…'" of them.
    bytes_shown = _BYTES_SHOWN.fullmatch(text)
    return (bytes_shown[1] if bytes_shown else text) or type(error).__name__


def is_answer(error: BaseException) -> bool:
    """Whether this is a server's plain NO to one command: the line still stands."""
    return type(error) in {imaplib.IMAP4.error, LoginError} and " failed: " in str(error)


# ── a server's NO ─────────────────────────────────────────────────────────────

_REFUSALS = {
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

_BUSY_CODES = {"UNAVAILABLE", "INUSE", "SERVERBUG", "CORRUPTION", "THROTTLED"}
_BUSY_WORDS = ("throttl", "too many", "try again", "suggested backoff", "temporar", "unavailable", "overload")


def _answered(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    text = _words(error)
    code = response_code(text) or ""
    busy = None if code in _REFUSALS else busy_or_none(text, account, detail)
    if busy is not None:
        return busy
    unknown = ("refused", "the mail server {host} said no ({detail})", _WAIT)
    why, template, mend = _REFUSALS.get(code, unknown)
    return Refused(why, template, mend=mend, **_values(account, detail))


def _refused(code: str, account: ImapAccount, detail: str) -> Refused:
    why, template, mend = _REFUSALS[code]
    return Refused(why, template, mend=mend, **_values(account, detail))


def _values(account: ImapAccount, detail: str) -> dict[str, Any]:
    return {
        "host": account.host,
        "port": account.port,
        "user": account.username,
        "mailbox": account.name,
        "detail": detail,
    }


def busy_or_none(text: str, account: ImapAccount, detail: str) -> TemporaryError | None:
    """The error for a server that asks for patience, or None where it does not."""
    low = text.lower()
    values = _values(account, detail)
    if "authenticated but not connected" in low:
        return TemporaryError(
            "the mail server {host} let {user} in but did not open the mailbox",
            mend="Too many log-ins in a short time do this, and so does a mailbox that does not exist: "
            "mailwatch waits; if it lasts, check that {user} has a mailbox.",
            retry_after=_LONG_WAIT,
            **values,
        )
    if response_code(text) in _BUSY_CODES or any(word in low for word in _BUSY_WORDS):
        return TemporaryError(
            "the mail server {host} asks to come back later ({detail})",
            mend=_WAIT,
            retry_after=backoff(text) or _SHORT_WAIT,
            **values,
        )
    return None


# ── log-in ────────────────────────────────────────────────────────────────────


def _login_failed(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    busy = busy_or_none(_words(error), account, detail)
    if busy is not None:
        return busy
    values = _values(account, detail)
    if response_code(_words(error)) == "PRIVACYREQUIRED":
        return ConfigError(
            "the mail server {host} takes a password only over TLS",
            mend="Set tls to implicit or starttls for the mailbox {mailbox}.",
            **values,
        )
    return ConfigError(
        "the mail server {host} does not accept user name and password of {user} ({detail})",
        mend="Check the password of the mailbox {mailbox}, and whether the provider wants an app password "
        "or IMAP switched on in its settings.",
        **values,
    )


def _no_capability(_error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    return ConfigError(
        "the mail server {host} cannot do this ({detail})",
        mend="See what it can do with: mailwatch check",
        **_values(account, detail),
    )


# ── the line ──────────────────────────────────────────────────────────────────


_SIGNED_BY_OTHERS = (
    "If your company signs its own certificates, name its CA file in ca_file of the mailbox "
    "{mailbox}; otherwise ask whoever runs the server."
)
_WRONG_TIME = {
    9: "Set the clock of this machine right; if it is right, ask whoever runs the server.",
    10: "Whoever runs the server must renew its certificate; it may also be that the clock of this "
    "machine is ahead.",
}
"""By X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""


def _bad_certificate(error: BaseException, account: ImapAccount, _detail: str) -> MailwatchError:
    assert isinstance(error, ssl.SSLCertVerificationError)
    return ConfigError(
        "the certificate of the mail server {host} cannot be trusted: {detail}",
        mend=_WRONG_TIME.get(error.verify_code, _SIGNED_BY_OTHERS),
        **_values(account, one_line(error.verify_message or "unknown reason")),
    )


def wrong_name(account: ImapAccount, presented: tuple[str, ...]) -> ConfigError:
    """A certificate that is good but made out to others."""
    return ConfigError(
        "the certificate that {host} shows is made out to {presented}, not to {host}",
        mend="Write one of these names as host of the mailbox {mailbox}, if that is your server.",
        presented=", ".join(presented[:5]) or "?",
        **_values(account, ""),
    )


def _tls_failed(_error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    return ConfigError(
        "TLS with {host}:{port} does not come about ({detail})",
        mend="Check port and tls of the mailbox {mailbox}: 993 wants implicit, 143 wants starttls.",
        **_values(account, detail),
    )


def _tls_cut(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    # A record of another version is what a server that speaks plain text looks like.
    reason = getattr(error, "reason", None)
    if reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNSUPPORTED_PROTOCOL"}:
        return _tls_failed(error, account, reason)
    return TemporaryError(_CUT, mend=_WAIT, **_values(account, detail))


def _no_such_host(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    assert isinstance(error, socket.gaierror)
    values = _values(account, detail)
    if error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}:
        return ConfigError(
            "there is no mail server {host}", mend="Check host of the mailbox {mailbox}.", **values
        )
    return TemporaryError("the name {host} cannot be looked up ({detail})", mend=_WAIT, **values)


def _timed_out(_error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    return TemporaryError(
        "the mail server {host}:{port} does not answer in time", mend=_WAIT, **_values(account, detail)
    )


def _closed_port(_error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    return TemporaryError(
        "nobody answers at {host}:{port}",
        mend="The mail server is away: mailwatch tries again. If it never worked, check host and port.",
        **_values(account, detail),
    )


def _cut(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    # An answer to a literal that was not even sent arrives as an abort, its code in the text.
    if response_code(_words(error)) in _REFUSALS:
        return _answered(error, account, detail)
    busy = busy_or_none(_words(error), account, detail)
    return busy or TemporaryError(_CUT, mend=_WAIT, **_values(account, detail))


def _is_read_only(_error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    return _refused("READ-ONLY", account, detail)


def _said_no(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    if is_answer(error):
        return _answered(error, account, detail)
    busy = busy_or_none(_words(error), account, detail)
    return busy or TemporaryError(_NONSENSE, mend=_WAIT, **_values(account, detail))


_KINDS: tuple[
    tuple[type[BaseException], Callable[[BaseException, ImapAccount, str], MailwatchError]], ...
] = (
    (LoginError, _login_failed),
    (CapabilityError, _no_capability),
    (imaplib.IMAP4.readonly, _is_read_only),
    (imaplib.IMAP4.abort, _cut),
    (imaplib.IMAP4.error, _said_no),
    (ssl.SSLCertVerificationError, _bad_certificate),
    (TimeoutError, _timed_out),
    (ssl.SSLError, _tls_cut),
    (socket.gaierror, _no_such_host),
    (ConnectionRefusedError, _closed_port),
    (OSError, _cut),
)
"""The first kind that fits decides; narrower kinds stand above wider ones."""
