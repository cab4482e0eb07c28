"""Whose certificate a server shows, and until when it is good."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mailwatch.core.display import one_line

_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME, X509_VERIFY_PARAM_set_flags(3); the ssl module has no name for it."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What matters of one. ``until`` in UTC; ``issuer`` is the name of the authority that signed it."""

    issuer: str
    until: datetime


def read(shown: Mapping[str, Any] | None) -> Certificate | None:
    """What ``SSLSocket.getpeercert`` says of a verified certificate; None where it says nothing."""
    if not shown or "notAfter" not in shown:
        return None
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    return Certificate(one_line(_issuer(shown.get("issuer", ()))) or "?", until)


def _issuer(names: Any) -> str:
    """The organisation, else the common name: what a person would call the authority."""
    flat = {key: value for part in names for key, value in part}
    parts = [flat[key] for key in ("organizationName", "commonName") if key in flat]
    return ", ".join(str(part) for part in parts)


def timeless(ca_file: str | None) -> ssl.SSLContext:
    """A context that verifies all but the dates, to read when a certificate expired. Send nothing over it."""
    context = ssl.create_default_context(cafile=ca_file)
    context.check_hostname = False
    context.verify_flags = ssl.VerifyFlags(context.verify_flags | _NO_CHECK_TIME)
    return context
