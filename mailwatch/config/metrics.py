"""Figures for Prometheus."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from mailwatch.config.section import Section, is_loopback
from mailwatch.config.values import Switch, Wrong

_LISTEN = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\s\[\]]+):([0-9]{1,5})")
_HIGHEST = 65535

Listen = tuple[str, int]


def _listen(value: object) -> Listen:
    """Read ``HOST:PORT``; an IPv6 address stands in brackets."""
    if isinstance(value, tuple):
        return value
    match = _LISTEN.fullmatch(value) if isinstance(value, str) else None
    if match is None or not 1 <= int(match[2]) <= _HIGHEST:
        raise Wrong("expected an address and a port such as 127.0.0.1:9468")
    return match[1].strip("[]"), int(match[2])


def _spelled(value: Listen) -> str:
    host = f"[{value[0]}]" if ":" in value[0] else value[0]
    return f"{host}:{value[1]}"


class MetricsConfig(Section):
    """Where the daemon shows its figures to Prometheus, at `/metrics`; absent: nowhere."""

    listen: Annotated[Listen, BeforeValidator(_listen), PlainSerializer(_spelled)] = Field(
        default=("127.0.0.1", 9468),
        description="Address and port, of this machine unless `insecure_public` is set. "
        "Default: `127.0.0.1:9468`.",
        examples=["127.0.0.1:9468"],
    )
    insecure_public: Switch = Field(
        default=False,
        description="Allows `listen` to be an address that other machines reach: whoever does can read the "
        "names of mailboxes and folders and how many mails there are, without a password.",
        examples=[False],
    )

    @model_validator(mode="after")
    def _near(self) -> MetricsConfig:
        if not self.insecure_public and not is_loopback(self.listen[0]):
            raise Wrong(
                "{listen} can be reached by other machines; listen on 127.0.0.1, "
                "or accept it with insecure_public: true",
                listen=_spelled(self.listen),
            )
        return self
