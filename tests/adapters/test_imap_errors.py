"""Every foreign error becomes one of ours that says whose fault it is."""

from __future__ import annotations

import binascii
import errno
import imaplib
import inspect
import socket
import ssl

import imapclient.exceptions
import pytest
from servers.accounts import account_at

from mailwatch.adapters.imap.errors import FOREIGN, is_answer, translate, wrong_name
from mailwatch.errors import ConfigError, MailwatchError, Refused, TemporaryError

ACCOUNT = account_at(993, host="mail.contoso.example", username="anna@contoso.example")
Imap = imaplib.IMAP4


def theirs() -> list[type[BaseException]]:
    """All exceptions that imaplib and imapclient define."""
    found = {value for _, value in inspect.getmembers(imapclient.exceptions, inspect.isclass)}
    found |= {value for _, value in inspect.getmembers(Imap, inspect.isclass)}
    return sorted((f for f in found if issubclass(f, BaseException)), key=lambda f: f.__name__)


def test_the_list_of_their_errors_is_not_empty() -> None:
    """The search below looks at what it should."""
    assert {"abort", "error", "readonly", "LoginError", "ProtocolError"} <= {f.__name__ for f in theirs()}


@pytest.mark.parametrize("kind", theirs(), ids=lambda kind: kind.__name__)
def test_no_error_of_the_library_is_forgotten(kind: type[BaseException]) -> None:
    """Each is caught at the border and told in words that name the server."""
    assert issubclass(kind, FOREIGN)
    error = translate(kind("something"), ACCOUNT)
    assert isinstance(error, (ConfigError, TemporaryError))
    assert "mail.contoso.example" in str(error) or isinstance(error, Refused)


@pytest.mark.parametrize(
    "error",
    [
        OSError("x"),
        ssl.SSLError("x"),
        ssl.SSLZeroReturnError("x"),
        TimeoutError("timed out"),
        ConnectionResetError(errno.ECONNRESET, "reset"),
        BrokenPipeError("x"),
        ValueError("x"),
        UnicodeDecodeError("ascii", b"\xff", 0, 1, "x"),
        KeyError("x"),
        IndexError("x"),
        TypeError("x"),
        AttributeError("x"),
        AssertionError(),
        binascii.Error("x"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_what_the_line_and_the_parser_raise_is_temporary(error: Exception) -> None:
    """A broken line or a senseless answer may be better next time."""
    assert isinstance(error, FOREIGN)
    assert type(translate(error, ACCOUNT)) is TemporaryError


def test_our_own_errors_pass() -> None:
    """An error of ours is not wrapped again."""
    ours = ConfigError("x")
    assert translate(ours, ACCOUNT) is ours


LOGIN = imapclient.exceptions.LoginError

TABLE: list[tuple[BaseException, type[MailwatchError], str]] = [
    (LOGIN("b'[AUTHENTICATIONFAILED] Authentication failed.'"), ConfigError, "user name and password"),
    (LOGIN("LOGIN failed."), ConfigError, "user name and password"),
    (LOGIN("[ALERT] Application-specific password required"), ConfigError, "password required"),
    (LOGIN("[PRIVACYREQUIRED] no"), ConfigError, "only over TLS"),
    (LOGIN("[UNAVAILABLE] Temporary authentication failure."), TemporaryError, "come back later"),
    (LOGIN("[ALERT] Too many simultaneous connections. (Failure)"), TemporaryError, "come back later"),
    (Imap.abort("command: NOOP => [UNAVAILABLE] bye"), TemporaryError, "come back later"),
    (Imap.abort("socket error: EOF"), TemporaryError, "broke"),
    (Imap.readonly("INBOX is not writable"), Refused, "only be read"),
    (Imap.error("SELECT command error: BAD [b'what']"), TemporaryError, "makes no sense"),
    (Imap.error("append failed: [OVERQUOTA] full"), Refused, "full"),
    (Imap.error("append failed: [OVERQUOTA] full, try again later"), Refused, "full"),
    (Imap.abort("unexpected response while waiting: ('NO', [b'[TOOBIG] no'])"), Refused, "this big"),
    (imapclient.exceptions.CapabilityError("no STARTTLS"), ConfigError, "cannot do this"),
    (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), ConfigError, "there is no mail server"),
    (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), TemporaryError, "cannot be looked up"),
    (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), TemporaryError, "nobody answers"),
    (TimeoutError("timed out"), TemporaryError, "in time"),
    (OSError(errno.EHOSTUNREACH, "No route to host"), TemporaryError, "No route"),
]


@pytest.mark.parametrize(("error", "kind", "words"), TABLE, ids=lambda v: str(v)[:40])
def test_whose_fault_it_is(error: BaseException, kind: type[MailwatchError], words: str) -> None:
    """The kind tells whether a person or the world mends it, and one line says what is wrong."""
    told = translate(error, ACCOUNT)
    assert type(told) is kind
    assert words in str(told)
    assert "\n" not in str(told) + str(told.mend)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("fetch failed: Request is throttled. Suggested Backoff Time: 120000 milliseconds", 120.0),
        ("select failed: User is authenticated but not connected.", 300.0),
        ("fetch failed: [INUSE] try again", 60.0),
        ("fetch failed: no reason given", None),
    ],
)
def test_how_long_to_wait(text: str, seconds: float | None) -> None:
    """A throttled client waits as long as it is asked to; a plain no asks for no patience."""
    told = translate(Imap.error(text), ACCOUNT)
    assert isinstance(told, TemporaryError)
    assert told.retry_after == seconds
    assert isinstance(told, Refused) == (seconds is None)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("OVERQUOTA", "over-quota"),
        ("TOOBIG", "too-big"),
        ("READ-ONLY", "read-only"),
        ("NOPERM", "no-permission"),
        ("TRYCREATE", "no-folder"),
        ("NONEXISTENT", "no-folder"),
        ("CANNOT", "refused"),
    ],
)
def test_refusals_are_told_apart(code: str, why: str) -> None:
    """The job must know a full mailbox from a missing folder."""
    told = translate(Imap.error(f"append failed: [{code}] no"), ACCOUNT)
    assert isinstance(told, Refused)
    assert told.why == why
    assert why in Refused.WHY


def test_gmails_limit_of_a_day_is_no_full_mailbox() -> None:
    """The same code, and nothing that a person could make room for: it passes by itself."""
    told = translate(
        Imap.error("fetch failed: [OVERQUOTA] Account exceeded command or bandwidth limits. 4 (Failure)"),
        ACCOUNT,
    )
    assert isinstance(told, TemporaryError)
    assert not isinstance(told, Refused)
    assert told.retry_after == 300


def test_a_no_leaves_the_line_standing_and_a_bad_does_not() -> None:
    """Only a plain NO is an answer; BAD, aborts and everything else spoil the line."""
    assert is_answer(Imap.error("append failed: [OVERQUOTA] full"))
    assert not is_answer(Imap.error("APPEND command error: BAD [b'x']"))
    assert not is_answer(Imap.abort("append failed: gone"))
    assert not is_answer(ValueError("x failed: y"))


def test_a_servers_words_are_bounded_and_without_the_password() -> None:
    """A long answer that repeats the password is cut and cleaned."""
    told = translate(Imap.error("x failed: pa55 " + "y" * 5000), ACCOUNT, secret="pa55")
    assert "pa55" not in str(told)
    assert len(str(told)) < 400


def test_a_wrong_name_says_whose_certificate_it_is() -> None:
    """Who presented what, and what to write instead."""
    told = wrong_name(ACCOUNT, ("imap.contoso.example", "*.contoso.example"))
    assert "mail.contoso.example" in str(told)
    assert "imap.contoso.example, *.contoso.example" in str(told)
    assert str(told.mend)


def test_plain_text_on_a_tls_port_is_told_as_such() -> None:
    """A server that answers TLS with plain text is a wrong port or a wrong tls."""
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    error.reason = "WRONG_VERSION_NUMBER"
    told = translate(error, ACCOUNT)
    assert isinstance(told, ConfigError)
    assert "implicit" in str(told.mend)
