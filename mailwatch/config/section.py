"""What all parts of the configuration have in common."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from mailwatch.config.values import Wrong, sequence, some

T = TypeVar("T")
ListOf = Annotated[tuple[T, ...], BeforeValidator(sequence)]
SomeOf = Annotated[tuple[T, ...], BeforeValidator(some)]
Language = Literal["ko", "en"]
Tls = Literal["implicit", "starttls", "none"]


class Section(BaseModel):
    """A part of the configuration: frozen, and no key goes unread."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True
    )


def refuse_plain_text(host: str, tls: Tls, *, allowed: bool) -> None:
    """Passwords and mail go over the network in clear only if the configuration says so in so many words."""
    if tls == "none" and not allowed and not is_loopback(host):
        raise Wrong(
            "tls: none would send password and mail in clear to {host}; "
            "use implicit or starttls, or accept it with insecure_plain: true",
            host=host,
        )


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this very machine, without asking a name server."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def with_port(value: object, ports: dict[str, int], tls: str) -> object:
    """Fill in the port that goes with ``tls``, where the user named none."""
    if isinstance(value, dict) and "port" not in value:
        return {**value, "port": ports.get(str(value.get("tls", tls)), ports[tls])}
    return value
