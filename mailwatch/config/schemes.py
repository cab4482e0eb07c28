"""Schemes of case numbers that users add."""

from __future__ import annotations

from pydantic import Field

from mailwatch.config.section import ListOf, Section
from mailwatch.config.values import Name


class SchemeConfig(Section):
    """One scheme of case numbers."""

    name: Name = Field(description="Short name; it enters the ledger and stays.", examples=["zendesk"])
    pattern: str = Field(
        min_length=1,
        max_length=1000,
        description="RE2 pattern of a whole number as it is written.",
        examples=["ZD-([0-9]{6})"],
    )
    labels: ListOf[str] = Field(
        default=(),
        description="Words that stand before the number. With labels, a number counts only behind one "
        "of them.",
        examples=[["ticket", "티켓"]],
    )
    canonical: str | None = Field(
        default=None,
        description="The form that the case is known by; `{0}` is the whole match, `{1}` its first group. "
        "Default: the whole match.",
        examples=["ZD-{1}"],
    )
    token: str | None = Field(
        default=None,
        description="What stands in the standard subject. Default: the canonical form.",
        examples=["ZD-{1}"],
    )
    matches: str = Field(
        description="A text in which the pattern must find a number.", examples=["Ticket ZD-004711"]
    )
    rejects: str = Field(description="A text in which it must find none.", examples=["ZD-12"])
