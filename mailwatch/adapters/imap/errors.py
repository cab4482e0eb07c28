"""Every foreign error becomes one line that says whose fault it is and what to do."""

from __future__ import annotations

import binascii
import imaplib
import socket
import ssl
from collections.abc import Callable

from imapclient.exceptions import CapabilityError, LoginError

from mailwatch.adapters.imap.account import ImapAccount, Tls
from mailwatch.adapters.imap.refusals import (
    REFUSALS,
    WAIT,
    answered,
    busy_or_none,
    refused,
    values_of,
    words_of,
)
from mailwatch.adapters.imap.responses import one_line, response_code
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError

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


def translate(error: BaseException, account: ImapAccount, secret: str = "") -> MailwatchError:
    """The error of ours that stands for a foreign one. ``secret`` is kept out of its words."""
    if isinstance(error, MailwatchError):
        return error
    detail = one_line(words_of(error), secret)
    for kind, make in _KINDS:
        if isinstance(error, kind):
            return make(error, account, detail)
    return TemporaryError(_NONSENSE, mend=WAIT, host=account.host, detail=detail)


def is_answer(error: BaseException) -> bool:
    """Whether this is a server's plain NO to one command: the line still stands."""
    return type(error) in {imaplib.IMAP4.error, LoginError} and " failed: " in str(error)


# ── log-in ────────────────────────────────────────────────────────────────────


def _login_failed(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    busy = busy_or_none(words_of(error), account, detail)
    if busy is not None:
        return busy
    values = values_of(account, detail)
    if response_code(words_of(error)) == "PRIVACYREQUIRED":
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
        **values_of(account, detail),
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
        **values_of(account, one_line(error.verify_message or "unknown reason")),
    )


def wrong_name(account: ImapAccount, presented: tuple[str, ...]) -> ConfigError:
    """A certificate that is good but made out to others."""
    return ConfigError(
        "the certificate that {host} shows is made out to {presented}, not to {host}",
        mend="Write one of these names as host of the mailbox {mailbox}, if that is your server.",
        presented=", ".join(presented[:5]) or "?",
        **values_of(account, ""),
    )


def wrong_tls(account: ImapAccount) -> ConfigError:
    """TLS from the first byte where the server greets in plain text, or the other way round."""
    if account.tls is Tls.IMPLICIT:
        return ConfigError(
            "the mail server {host}:{port} greets in plain text, and tls is implicit",
            mend="Set tls to starttls for the mailbox {mailbox}, or port to 993.",
            **values_of(account, ""),
        )
    return ConfigError(
        "the mail server {host}:{port} wants TLS from the first byte, and tls is {tls}",
        mend="Set tls to implicit for the mailbox {mailbox}, or port to 143.",
        tls=account.tls.value,
        **values_of(account, ""),
    )


def _tls_failed(_error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    return ConfigError(
        "TLS with {host}:{port} does not come about ({detail})",
        mend="Check port and tls of the mailbox {mailbox}: 993 wants implicit, 143 wants starttls.",
        **values_of(account, detail),
    )


def _tls_cut(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    # A record of another version is what a server that speaks plain text looks like.
    reason = getattr(error, "reason", None)
    if reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNSUPPORTED_PROTOCOL"}:
        return _tls_failed(error, account, reason)
    return TemporaryError(_CUT, mend=WAIT, **values_of(account, detail))


def _no_such_host(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    assert isinstance(error, socket.gaierror)
    values = values_of(account, detail)
    if error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}:
        return ConfigError(
            "there is no mail server {host}", mend="Check host of the mailbox {mailbox}.", **values
        )
    return TemporaryError("the name {host} cannot be looked up ({detail})", mend=WAIT, **values)


def _timed_out(_error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    return TemporaryError(
        "the mail server {host}:{port} does not answer in time", mend=WAIT, **values_of(account, detail)
    )


def _closed_port(_error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    return TemporaryError(
        "nobody answers at {host}:{port}",
        mend="The mail server is away: mailwatch tries again. If it never worked, check host and port.",
        **values_of(account, detail),
    )


def _cut(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    # An answer to a literal that was not even sent arrives as an abort, its code in the text.
    if response_code(words_of(error)) in REFUSALS:
        return answered(error, account, detail)
    busy = busy_or_none(words_of(error), account, detail)
    return busy or TemporaryError(_CUT, mend=WAIT, **values_of(account, detail))


def _is_read_only(_error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    return refused("READ-ONLY", account, detail)


def _said_no(error: BaseException, account: ImapAccount, detail: str) -> MailwatchError:
    if is_answer(error):
        return answered(error, account, detail)
    busy = busy_or_none(words_of(error), account, detail)
    return busy or TemporaryError(_NONSENSE, mend=WAIT, **values_of(account, detail))


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
