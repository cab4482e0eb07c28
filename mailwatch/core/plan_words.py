"""A plan's promise in words for people: severities by the vendor's names, and why there is no target."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mailwatch.core.support_plan import Cap, Reason, Severity
from mailwatch.errors import Words

# 21Vianet's page calls C "non-critical" in one table and "medium" in the other; the first is shown.
_NAMED: Mapping[tuple[str, Severity], Words] = MappingProxyType(
    {
        ("21vianet", Severity.A): Words("severity A (critical)"),
        ("21vianet", Severity.B): Words("severity B (high)"),
        ("21vianet", Severity.C): Words("severity C (non-critical)"),
        ("csp", Severity.A): Words("severity A (critical impact)"),
        ("csp", Severity.B): Words("severity B (moderate impact)"),
        ("csp", Severity.C): Words("severity C (minimal impact)"),
    }
)

REASONS: Mapping[Reason, Words] = MappingProxyType(
    {
        Reason.PLAN_UNKNOWN: Words("no target: the support plan is not known"),
        Reason.SEVERITY_UNKNOWN: Words("no target: the severity is not known"),
        Reason.LANGUAGE_UNKNOWN: Words("no target: the language of the case is not known"),
        Reason.OTHER_LANGUAGE: Words("no target: the plan's targets hold for another language"),
        Reason.NO_CONTRACT: Words("no target: the contract that it needs is not registered"),
        Reason.NOT_OFFERED: Words("no target: the plan has no such support"),
        Reason.NOT_PUBLISHED: Words("no target: the plan publishes none"),
        Reason.UNCONFIRMED: Words("no target: what is told of it is not confirmed"),
    }
)

CAPS: Mapping[Cap, Words] = MappingProxyType(
    {
        Cap.BILLING: Words("the plan has no higher severity for billing"),
        Cap.NO_CONTRACT: Words("a higher severity needs a contract that is not registered"),
    }
)


def severity_words(plan: str, severity: Severity) -> Words:
    """A severity by the name that the plan gives it; the names of two plans are never mixed."""
    return _NAMED.get((plan, severity)) or Words("severity {letter}", {"letter": severity.name})
