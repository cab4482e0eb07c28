"""Digests, and the way they leave the house."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from mailwatch.config.customers import CustomerName
from mailwatch.config.secret import SecretField
from mailwatch.config.section import Language, Section, SomeOf, Tls, refuse_plain_text, with_port
from mailwatch.config.values import (
    Clock,
    ConfigPath,
    Duration,
    Host,
    MailAddress,
    Name,
    Port,
    Switch,
    Wrong,
    Zone,
)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class RecipientConfig(Section):
    """One reader of a digest."""

    address: MailAddress = Field(description="Mail address.", examples=["lee@contoso.example"])
    language: Language | None = Field(
        default=None, description="Default: the digest's, then the language of the whole.", examples=["ko"]
    )
    timezone: Zone | None = Field(
        default=None, description="Default: the time zone of the whole.", examples=["Asia/Seoul"]
    )
    customers: SomeOf[CustomerName] | None = Field(
        default=None,
        description="Names under `customers` whose cases he may see, where it is certain whose they are. "
        "Absent: all cases, and all mail without one.",
        examples=[["Hanbit Precision"]],
    )


def _recipient(value: object) -> object:
    return {"address": value} if isinstance(value, str) else value


def as_recipients(value: object) -> object:
    """One address, or a list of addresses or of ``{address, language, timezone}``."""
    listed = [value] if isinstance(value, (str, dict)) else value
    return tuple(map(_recipient, listed)) if isinstance(listed, (list, tuple)) else listed


class DigestConfig(Section):
    """One digest."""

    name: Name = Field(description="Short name, as in `mailwatch digest NAME`.", examples=["daily"])
    to: SomeOf[Annotated[RecipientConfig, BeforeValidator(_recipient)]] = Field(
        description="Readers: addresses, or `{address, language, timezone}`.",
        examples=[["lee@contoso.example", {"address": "mei@contoso.example", "language": "en"}]],
    )
    language: Language | None = Field(
        default=None, description="Default: the language of the whole.", examples=["ko"]
    )
    at: Clock = Field(
        default=time(9, 0), description="When it is sent, in each reader's time zone.", examples=["09:00"]
    )
    days: SomeOf[Weekday] = Field(
        default=("mon", "tue", "wed", "thu", "fri"),
        description="On which days.",
        examples=[["mon", "tue", "wed", "thu", "fri"]],
    )
    silent_after: Duration = Field(
        default=timedelta(days=7),
        description="A case without mail for this long is listed as silent.",
        examples=["7 d"],
    )
    deliver: Literal["smtp", "imap"] | None = Field(
        default=None,
        description="`smtp`, or `imap`: put into the INBOX of a watched mailbox, for its owner. "
        "Default: smtp where `smtp` is set, else imap.",
        examples=["imap"],
    )


class SmtpConfig(Section):
    """The server that takes outgoing mail."""

    host: Host = Field(description="Name or address of the server.", examples=["smtp.contoso.example"])
    port: Port = Field(
        default=587,
        description="Default 587 with `tls: starttls`, 465 with `implicit`, 25 with `none`.",
        examples=[587],
    )
    tls: Tls = Field(
        default="starttls",
        description="`starttls` (never without), `implicit`, or `none`.",
        examples=["starttls"],
    )
    ca_file: ConfigPath | None = Field(
        default=None, description="As for `imap`.", examples=["/etc/ssl/certs/contoso-ca.pem"]
    )
    insecure_plain: Switch = Field(default=False, description="As for `imap`.", examples=[False])
    timeout: Duration = Field(
        default=timedelta(seconds=60), description="How long to wait for the server.", examples=["60 s"]
    )
    username: str | None = Field(
        default=None,
        min_length=1,
        description="For signing in. Absent: no sign-in.",
        examples=["support@contoso.example"],
    )
    password: SecretField | None = Field(
        default=None, description="Where the password lies.", examples=[{"credential": "support-smtp"}]
    )
    sender: MailAddress | None = Field(
        default=None,
        description="From address. Default: the address of the first mailbox.",
        examples=["support@contoso.example"],
    )

    @model_validator(mode="before")
    @classmethod
    def _port(cls, value: Any) -> Any:
        return with_port(value, {"starttls": 587, "implicit": 465, "none": 25}, "starttls")

    @model_validator(mode="after")
    def _check(self) -> SmtpConfig:
        refuse_plain_text(self.host, self.tls, allowed=self.insecure_plain)
        if (self.username is None) != (self.password is None):
            raise Wrong("username and password belong together; one of them is missing")
        return self
