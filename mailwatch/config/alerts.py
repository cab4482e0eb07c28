"""Who hears of it when a mailbox is not being watched."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

from mailwatch.config.digest import RecipientConfig, SmtpConfig, as_recipients
from mailwatch.config.section import Section
from mailwatch.config.values import Duration

Readers = Annotated[tuple[RecipientConfig, ...], BeforeValidator(as_recipients)]


class AlertsConfig(Section):
    """Alarms: one mail when a mailbox has not been read for too long, one when it is back."""

    after: Duration = Field(
        default=timedelta(hours=1),
        description="How long a mailbox may go without a good look.",
        examples=["1 h"],
    )
    to: Readers | None = Field(
        default=None,
        description="Who is told. Default: the readers of the first digest; without one, each mailbox's "
        "own address.",
        examples=[["lee@contoso.example"]],
    )
    also: Readers = Field(
        default=(),
        description="Who is told besides, at an address outside of the watched mail system, which may be "
        "what is down. Needs `smtp`.",
        examples=["lee@fabrikam.example"],
    )
    smtp: SmtpConfig | None = Field(
        default=None,
        description="Another server that takes alarms, for when the usual one is down with the mailboxes. "
        "Default: the top level's `smtp`.",
    )
