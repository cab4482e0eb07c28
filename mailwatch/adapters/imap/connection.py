"""Opening a line to a server: socket, TLS, log-in. The library's traps are closed here.

- It sets imaplib's debug level to 5, which writes out every byte that is read.
- Without timeouts it waits for ever; without TCP_NODELAY each command waits 40 ms.
- Its dates are naive local ones unless told otherwise.
- imaplib sends the user name unquoted and dies on what is not ASCII.
"""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import ssl
from importlib.metadata import PackageNotFoundError, version

from imapclient import IMAPClient, SocketTimeout

from mailwatch.adapters.certificates import Certificate, read, timeless
from mailwatch.adapters.first_byte import first_byte
from mailwatch.adapters.imap import beneath
from mailwatch.adapters.imap.account import ImapAccount, Tls
from mailwatch.adapters.imap.errors import FOREIGN, translate, wrong_name, wrong_tls
from mailwatch.adapters.imap.requests import has_control
from mailwatch.adapters.imap.tls import context_for, names_in
from mailwatch.errors import ConfigError

# At DEBUG the library writes pieces of mail into the log; no setting of ours may bring that back.
logging.getLogger("imapclient").setLevel(logging.WARNING)

log = logging.getLogger(__name__)

_ATOM = re.compile(r"[A-Za-z0-9@._+-]+")
_WRONG_NAME = {62, 64}  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_OPTIONS = (
    (socket.IPPROTO_TCP, "TCP_NODELAY", 1),
    (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
    (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 60),
    (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 15),
    (socket.IPPROTO_TCP, "TCP_KEEPCNT", 4),
    (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", 60_000),
)


def connect(account: ImapAccount) -> IMAPClient:
    """A line with its TLS in place, nobody logged in. Raises ConfigError or TemporaryError."""
    if account.plain_refused:
        raise ConfigError(
            "plain text to {host} is refused: password and mail would travel readable",
            mend="Set tls to implicit or starttls for the mailbox {mailbox}; if plain text must be, "
            "say so with insecure_plain: true.",
            host=account.host,
            mailbox=account.name,
        )
    try:
        return _open(account, _context(account))
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in _WRONG_NAME:
            raise wrong_name(account, _presented(account)) from error
        raise translate(error, account) from error
    except FOREIGN as error:
        raise _other_way(error, account) or translate(error, account) from error


def _other_way(error: BaseException, account: ImapAccount) -> ConfigError | None:
    """What to say where the server wants another ``tls`` than the account has; None where it does not.

    A server that waits for TLS keeps silent towards STARTTLS, which looks like one that is away.
    """
    if not isinstance(error, TimeoutError | ConnectionError | ssl.SSLEOFError | IMAPClient.AbortError):
        return None
    implicit = account.tls is Tls.IMPLICIT
    if first_byte(account.host, account.port) != ("plain" if implicit else "tls"):
        return None
    return wrong_tls(account)


def _context(account: ImapAccount) -> ssl.SSLContext | None:
    return None if account.tls is Tls.NONE else context_for(account.ca_file)


def _open(account: ImapAccount, context: ssl.SSLContext | None) -> IMAPClient:
    client = IMAPClient(
        account.host,
        port=account.port,
        ssl=account.tls is Tls.IMPLICIT,
        ssl_context=context,
        timeout=SocketTimeout(connect=account.connect_timeout, read=account.read_timeout),
    )
    try:
        prepare(client)
        if account.tls is Tls.STARTTLS:
            _start_tls(client, account, context)
    except BaseException:
        drop(client)
        raise
    return client


def _start_tls(client: IMAPClient, account: ImapAccount, context: ssl.SSLContext | None) -> None:
    if not client.has_capability("STARTTLS"):
        raise ConfigError(
            "the mail server {host}:{port} does not offer STARTTLS; nothing was sent",
            mend="Set tls to implicit and port to 993 for the mailbox {mailbox}.",
            host=account.host,
            port=account.port,
            mailbox=account.name,
        )
    client.starttls(context)


def prepare(client: IMAPClient) -> None:
    """Close the library's traps on a new line."""
    beneath.tame(client)
    client.normalise_times = False
    client.folder_encode = False  # names are coded by us: one bad name must not hide all others.
    for level, name, value in _OPTIONS:
        if hasattr(socket, name):
            client.socket().setsockopt(level, getattr(socket, name), value)


def _presented(account: ImapAccount) -> tuple[str, ...]:
    """Whose certificate the server shows, read over a second line on which nothing is sent."""
    try:
        client = _open(account, context_for(account.ca_file, check_hostname=False))
    except FOREIGN:
        return ()
    try:
        return names_in(client.socket().getpeercert())
    finally:
        drop(client)


def certificate(account: ImapAccount) -> Certificate | None:
    """The server's certificate, expired or not, over a line of its own; None on a plain line.

    Raises:
        ConfigError: it is not signed by whom we trust, or TLS does not come about.
        TemporaryError: the server is away.
    """
    if account.tls is Tls.NONE:
        return None
    context_for(account.ca_file)  # Says what is wrong with the file, where something is.
    try:
        client = _open(account, timeless(None if account.ca_file is None else str(account.ca_file)))
    except FOREIGN as error:
        raise _other_way(error, account) or translate(error, account) from error
    try:
        return read(client.socket().getpeercert())
    finally:
        drop(client)


def login(client: IMAPClient, account: ImapAccount, password: str) -> None:
    """Log in and say who we are. Drops the line and raises ConfigError or TemporaryError where it fails."""
    try:
        _check_printable(account, password)
        _authenticate(client, account, password)
        _introduce(client)
    except FOREIGN as error:
        drop(client)
        # No chain: a server may have repeated the password in its answer.
        raise translate(error, account, password) from None
    except BaseException:
        drop(client)
        raise


def _check_printable(account: ImapAccount, password: str) -> None:
    for value, template in (
        (account.username, "the user name of the mailbox {mailbox} is empty or holds a control character"),
        (password, "the password of the mailbox {mailbox} is empty or holds a control character"),
    ):
        if not value or has_control(value):
            raise ConfigError(template, mend="Look for a line break at its end.", mailbox=account.name)


def _authenticate(client: IMAPClient, account: ImapAccount, password: str) -> None:
    offers_plain = client.has_capability("AUTH=PLAIN")
    forbids_login = client.has_capability("LOGINDISABLED")
    simple = password.isascii() and _ATOM.fullmatch(account.username) is not None
    if forbids_login and not offers_plain:
        raise ConfigError(
            "the mail server {host} takes no password on this line",
            mend="Set tls to implicit or starttls for the mailbox {mailbox}; some providers take no "
            "passwords at all any more.",
            host=account.host,
            mailbox=account.name,
        )
    if simple and not forbids_login:
        client.login(account.username, password)
    elif offers_plain:
        client.plain_login(account.username, password)
    else:
        raise ConfigError(
            "the mail server {host} takes only plain letters and digits in user name and password",
            mend="Choose a password of ASCII characters for {user}.",
            host=account.host,
            user=account.username,
        )


def _introduce(client: IMAPClient) -> None:
    """ID (RFC 2971): some providers open no folder for a client that does not say its name."""
    if not client.has_capability("ID"):
        return
    try:
        client.id_({"name": "mailwatch", "version": _version()})
    except IMAPClient.AbortError:
        raise
    except IMAPClient.Error:
        log.info("%s does not take ID", client.host)


def _version() -> str:
    try:
        return version("mailwatchd")
    except PackageNotFoundError:
        return "0"


def drop(client: IMAPClient) -> None:
    """Close a line without a word."""
    with contextlib.suppress(*FOREIGN):
        client.shutdown()


def log_out(client: IMAPClient) -> None:
    """Take leave, waiting five seconds at most, and close the line."""
    with contextlib.suppress(*FOREIGN):
        client.socket().settimeout(5)
        client.logout()
    drop(client)
