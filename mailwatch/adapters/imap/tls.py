"""One TLS context for each CA file: making one reads a few hundred certificates."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

from mailwatch.errors import ConfigError


def context_for(ca_file: Path | None, *, check_hostname: bool = True) -> ssl.SSLContext:
    """A context that verifies certificates, and names unless told otherwise.

    Without ``check_hostname`` it serves to read whose certificate is shown; nothing
    is ever sent over such a line. Raises ConfigError where the CA file cannot be used.
    """
    try:
        changed = 0 if ca_file is None else ca_file.stat().st_mtime_ns
        return _context(ca_file, changed, check_hostname=check_hostname)
    except (OSError, ValueError) as error:
        raise ConfigError(
            "the CA file {path} cannot be used ({detail})",
            mend="Name a readable file of PEM certificates as ca_file, or leave it out.",
            path=ca_file,
            detail=getattr(error, "strerror", None) or "no PEM certificate in it",
        ) from error


@lru_cache(maxsize=32)
def _context(ca_file: Path | None, _changed: int, *, check_hostname: bool) -> ssl.SSLContext:
    """``_changed`` makes a renewed CA file count without a restart."""
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    context.check_hostname = check_hostname
    return context


def names_in(certificate: object) -> tuple[str, ...]:
    """Whom a verified certificate (``SSLSocket.getpeercert``) is made out to."""
    if not isinstance(certificate, dict):
        return ()
    alternatives = certificate.get("subjectAltName", ())
    return tuple(str(value) for kind, value in alternatives if kind in {"DNS", "IP Address"})
