"""What a mail server's refusals and silences mean, in our own errors: whose fault it is."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from mailwatch.core.display import one_line
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError

_TRANSIENT = range(400, 500)
"""Replies to which the same command may succeed later (RFC 5321 4.2.1)."""

_SIGNED_BY_OTHERS = "if your company signs its own certificates, name its CA file in ca_file of smtp"
_WRONG_TIME = {
    9: "set the clock of this machine right; if it is right, ask whoever runs the server",
    10: "whoever runs the server must renew its certificate; it may also be that the clock of this "
    "machine is ahead",
}
"""By X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""


@contextmanager
def translated(host: str, port: int) -> Iterator[None]:
    """Foreign errors become ours. No secret is in any of them: the server's words alone are shown."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise _login_refused(host, error) from error
    except smtplib.SMTPResponseException as error:
        raise refusal(host, error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise _no_login(host) from error
    except UnicodeEncodeError:
        # The error holds the password: it must not travel on as a cause.
        raise _odd_login(host) from None
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError) as error:
        raise _away(host, port, error) from error
    except ssl.SSLError as error:
        raise _tls_error(host, port, error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise _away(host, port, error) from error


def refusal(host: str, code: int, said: bytes | str) -> MailwatchError:
    """A reply that is no yes: 4yz may be tried again (RFC 5321 4.2.1), 5yz a person must mend."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    detail = f"{code} {one_line(text)}"
    if code in _TRANSIENT or code < 0:
        return TemporaryError(
            "the mail server {host} asks to come back later ({detail})", host=host, detail=detail
        )
    return ConfigError(
        "the mail server {host} refuses the digest ({detail})",
        mend="check sender and readers of the digest, and whether this account may send",
        host=host,
        detail=detail,
    )


def _login_refused(host: str, error: smtplib.SMTPAuthenticationError) -> MailwatchError:
    if error.smtp_code in _TRANSIENT:
        return refusal(host, error.smtp_code, error.smtp_error)
    return ConfigError(
        "the mail server {host} does not accept user name and password of smtp ({code})",
        mend="check the password of smtp, and whether the provider wants an app password",
        host=host,
        code=error.smtp_code,
    )


def _odd_login(host: str) -> MailwatchError:
    return ConfigError(
        "the mail server {host} takes only plain letters and digits in user name and password",
        mend="choose a password of ASCII characters for smtp",
        host=host,
    )


def _no_login(host: str) -> MailwatchError:
    return ConfigError(
        "the mail server {host} offers no way to log in with a password",
        mend="leave out username and password of smtp, or use another tls or port",
        host=host,
    )


def _tls_error(host: str, port: int, error: ssl.SSLError) -> MailwatchError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return ConfigError(
            "the certificate of the mail server {host} cannot be trusted: {detail}",
            mend=_WRONG_TIME.get(error.verify_code, _SIGNED_BY_OTHERS),
            host=host,
            detail=error.verify_message,
        )
    return ConfigError(
        "TLS with {host}:{port} does not come about ({detail})",
        mend="check port and tls of smtp: 465 wants implicit, 587 wants starttls",
        host=host,
        port=port,
        detail=error.reason or "SSL",
    )


def wrong_tls(host: str, port: int, tls: str) -> ConfigError:
    """TLS from the first byte where the server greets in plain text, or the other way round."""
    if tls == "implicit":
        return ConfigError(
            "the mail server {host}:{port} greets in plain text, and tls is implicit",
            mend="set tls of smtp to starttls, or port to 465",
            host=host,
            port=port,
        )
    return ConfigError(
        "the mail server {host}:{port} wants TLS from the first byte, and tls is {tls}",
        mend="set tls of smtp to implicit, or port to 587",
        host=host,
        port=port,
        tls=tls,
    )


def _away(host: str, port: int, error: Exception) -> TemporaryError:
    mend = "if it never worked, check host and port of smtp"
    # smtplib hides a timeout behind a lost connection; its cause tells.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return TemporaryError(
            "the mail server {host}:{port} does not answer in time", mend=mend, host=host, port=port
        )
    if isinstance(error, socket.gaierror):
        return TemporaryError("the name {host} cannot be looked up", mend=mend, host=host)
    if isinstance(error, OSError) and error.strerror:
        return TemporaryError(
            "the mail server {host}:{port} cannot be reached ({detail})",
            mend=mend,
            host=host,
            port=port,
            detail=error.strerror,
        )
    return TemporaryError("the connection to the mail server {host}:{port} broke", host=host, port=port)
