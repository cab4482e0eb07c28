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
    file: ConfigPath | None = Field(
        default=None,
        description="File to append to. Default: standard error.",
        examples=["/var/log/mailwatch.log"],
    )
