"""Support plans that users write, or change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from mailwatch.config.section import ListOf, Section
from mailwatch.config.values import Name, Switch, Wrong, duration
from mailwatch.core.clock_reading import BusinessDays, Reading, SeverityChange
from mailwatch.core.plans import PLANS
from mailwatch.core.support_plan import Kind, Plan, Row, Severity, extended

Letter = Literal["A", "B", "C"]
Amount = timedelta | int
"""Open time, or a number of business days."""

_DAYS = re.compile(r"([1-9][0-9]{0,2}) business days?")


def _amount(value: object) -> Amount:
    match = _DAYS.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        return int(match[1])
    try:
        length = duration(value)
    except Wrong:
        raise Wrong("expected open time such as 4 h, or a number such as 1 business day") from None
    if not length:
        raise Wrong("a target takes some time")
    return length


def _spelled(value: Amount) -> str | int:
    return value // timedelta(seconds=1) if isinstance(value, timedelta) else f"{value} business days"


def _language(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-zA-Z]{2}", value):
        raise Wrong("a language is two letters, such as en or ko")
    return value.lower()


class RowConfig(Section):
    """One target of a plan. The first that holds for a case counts."""

    kind: Kind = Field(
        default=Kind.TECHNICAL,
        description="What the case is about: `technical`, `billing`, or `not-break-fix` (advice).",
        examples=["technical"],
    )
    severity: Letter | None = Field(default=None, description="`A`, `B` or `C`. Absent: all.", examples=["B"])
    within: Annotated[Amount, BeforeValidator(_amount), PlainSerializer(_spelled)] | None = Field(
        default=None,
        description="Time of the calendar (`4 h`), or business days (`1 business day`). Absent: the plan "
        "has no target here.",
        examples=["4 h"],
    )
    calendar: Name = Field(default="local", description="Name of a calendar.", examples=["korea"])
    languages: ListOf[Annotated[str, BeforeValidator(_language)]] = Field(
        default=(), description="Languages of the case, two letters each. Absent: any.", examples=[["en"]]
    )
    contract: Name | None = Field(
        default=None,
        description="Holds only for customers whose `contracts` name this.",
        examples=["advanced"],
    )
    source: str = Field(
        default="",
        max_length=500,
        description="Where that stands, for people to look it up.",
        examples=["agreement of 2026-03-01, annex 2"],
    )

    def row(self) -> Row:
        """The row as the rules use it."""
        return Row(
            kind=self.kind,
            severity=Severity[self.severity] if self.severity else None,
            calendar=self.calendar,
            time=self.within if isinstance(self.within, timedelta) else None,
            business_days=self.within if isinstance(self.within, int) else None,
            languages=frozenset(self.languages),
            contract=self.contract or "",
            source=self.source,
        )


class PlanConfig(Section):
    """One support plan: one of the user's own, or changes to one that is shipped."""

    name: Name = Field(
        description="Short name, for customers to refer to. The name of a shipped plan changes that one: "
        + ", ".join(f"`{name}`" for name in PLANS)
        + ".",
        examples=["our-plan"],
    )
    extends: Name | None = Field(
        default=None, description="A shipped plan whose targets hold, too, after these.", examples=["csp"]
    )
    vendor: str | None = Field(
        default=None,
        min_length=1,
        max_length=60,
        description="Who answers. Default: Microsoft, or as the shipped plan has it.",
        examples=["Microsoft"],
    )
    targets: ListOf[RowConfig] = Field(default=(), description="What is promised, by kind and severity.")
    billing_at_most: Letter | None = Field(
        default=None, description="The highest severity of billing cases.", examples=["B"]
    )
    unconfirmed: Switch = Field(
        default=False,
        description="Uses the targets of the shipped plan that nobody has confirmed, too.",
        examples=[False],
    )
    phone: Switch | None = Field(
        default=None, description="Whether the plan has support by phone.", examples=[True]
    )
    business_days: BusinessDays = Field(
        default=BusinessDays.CLOSING,
        description="When N business days are over: `closing` (with the closing of the Nth after the day of "
        "opening) or `hours` (when as much open time has passed as the first N have, the day of opening "
        "included). See docs/deadlines.md, definition 5.",
        examples=["closing"],
    )
    severity_change: SeverityChange = Field(
        default=SeverityChange.SOONER,
        description="From when a changed severity counts: `sooner` (from the change, and never later than "
        "before), `restart` (in full from the change) or `opening` (as if opened with it). See "
        "docs/deadlines.md, definition 7.",
        examples=["sooner"],
    )

    @model_validator(mode="after")
    def _check(self) -> PlanConfig:
        if self.extends is not None and self.extends not in PLANS:
            near = get_close_matches(self.extends, PLANS, n=1)
            if near:
                raise Wrong(
                    "there is no shipped plan {name} (did you mean {near}?)", name=self.extends, near=near[0]
                )
            raise Wrong("there is no shipped plan {name}", name=self.extends)
        return self

    def plan(self) -> Plan:
        """The plan as the rules use it."""
        base = PLANS.get(self.extends or self.name) or Plan(self.name, "Microsoft", ())
        plan = extended(base, self.name, (target.row() for target in self.targets))
        return replace(plan, **self._changes(base))

    def _changes(self, base: Plan) -> dict[str, Any]:
        highest = self.billing_at_most
        return {
            "vendor": self.vendor or base.vendor,
            "caps": ((Kind.BILLING, Severity[highest]),) if highest else base.caps,
            "unconfirmed": self.unconfirmed,
            "phone": self.phone if self.phone is not None else base.phone,
            "reading": Reading(self.business_days, self.severity_change),
        }


def all_plans(own: Iterable[PlanConfig]) -> Mapping[str, Plan]:
    """The shipped plans and the user's, by name."""
    return {**PLANS, **{plan.name: plan.plan() for plan in own}}
