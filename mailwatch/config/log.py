"""What is written about the work."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mailwatch.config.section import Section
from mailwatch.config.values import ConfigPath


class LogConfig(Section):
    """What is written about the work."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="From which weight on.", examples=["info"]
    )
    format: Literal["keyvalue", "json"] = Field(
        default="keyvalue",
        description="How the daemon and the file write an event: `event=poll mailbox=support …`, or a JSON "
        "object a line.",
        examples=["json"],
    )
    file: ConfigPath | None = Field(
        default=None,
        description="File to append to, beside standard error. One that was moved away (logrotate) is made "
        "anew.",
        examples=["/var/log/mailwatch.log"],
    )
