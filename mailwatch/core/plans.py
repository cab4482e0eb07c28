"""The support plans that mailwatch knows, as data: every row with where and when it was read.

Rows that nobody has confirmed are marked and count only where the configuration says so. A row without a
time says that the vendor publishes none. Nothing here is a guarantee: it is what the vendor aims at.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from mailwatch.core.support_plan import Kind, Mark, Plan, Row, Severity

READ = date(2026, 11, 24)
"""When the sources were read."""

ADVANCED = "advanced"
"""The advanced online service agreement that 21Vianet's severity A needs."""

ALWAYS = "24x7"
VIANET = "21vianet"
CHINA = "china"
LOCAL = "local"
"""Business hours where the customer is."""

_HOUR = timedelta(hours=1)
_A, _B, _C = Severity.A, Severity.B, Severity.C
_TECHNICAL, _BILLING, _OTHER = Kind.TECHNICAL, Kind.BILLING, Kind.NOT_BREAK_FIX
_ENGLISH = frozenset({"en"})

_GET_SUPPORT = "MicrosoftDocs/microsoft-365-docs: microsoft-365/admin/get-help-support.md"
_PARTNER = "Microsoft Partner Center: support for partners, first response times"
_INCIDENT = "support.microsoft.com 575821bc-17bb-7484-4935-334c5437639f; Services Hub FAQ"
_AZURE = "azure.microsoft.com/support/plans/response"
_AZURE_BASIC = "marekhronec.com/knowledge-base/finops"
_POWER = "learn.microsoft.com/power-platform/admin/support-overview"
_TOLD = "commonly told; not found at Microsoft"


def _row(
    kind: Kind,
    severity: Severity | None,
    calendar: str,
    within: timedelta | int | None,
    source: str,
    *,
    mark: Mark = Mark.CONFIRMED,
    languages: frozenset[str] = frozenset(),
    contract: str = "",
    offered: bool = True,
) -> Row:
    """One row; ``within`` is open time, a number of business days, or None where none is published."""
    time = within if isinstance(within, timedelta) else None
    days = within if isinstance(within, int) else None
    return Row(kind, severity, calendar, time, days, languages, contract, offered, source, READ, mark)


def _told(severity: Severity, calendar: str, within: timedelta | None, source: str = _TOLD) -> Row:
    return _row(_TECHNICAL, severity, calendar, within, source, mark=Mark.UNCONFIRMED)


_VIANET_ROWS = (
    _row(_TECHNICAL, _A, ALWAYS, _HOUR, _GET_SUPPORT, contract=ADVANCED),
    _row(_TECHNICAL, _B, VIANET, 1, _GET_SUPPORT),
    _row(_TECHNICAL, _C, VIANET, 3, _GET_SUPPORT),
    # The page tells the same levels for billing, at most B, in China's business hours.
    _row(_BILLING, _B, CHINA, 1, _GET_SUPPORT),
    _row(_BILLING, _C, CHINA, 3, _GET_SUPPORT),
)

_CSP_ROWS = (
    _row(_TECHNICAL, _A, ALWAYS, 2 * _HOUR, _PARTNER, languages=_ENGLISH),
    _row(_TECHNICAL, _B, ALWAYS, 4 * _HOUR, _PARTNER, languages=_ENGLISH),
    _row(_TECHNICAL, _C, ALWAYS, 8 * _HOUR, _PARTNER, languages=_ENGLISH),
    _row(_OTHER, None, LOCAL, 1, _PARTNER),
)

_PROFESSIONAL_ROWS = (
    _row(_TECHNICAL, _A, ALWAYS, 2 * _HOUR, _INCIDENT),
    _row(_TECHNICAL, _B, LOCAL, 4 * _HOUR, _INCIDENT),
    _row(_TECHNICAL, _C, LOCAL, 8 * _HOUR, _INCIDENT),
)

_BUSINESS_ROWS = (
    _row(_TECHNICAL, None, ALWAYS, None, _GET_SUPPORT),
    _row(_BILLING, None, LOCAL, None, _GET_SUPPORT),
)


def _azure(
    name: str, first: timedelta, second: timedelta | None = None, third: timedelta | None = None
) -> Plan:
    """An Azure plan: A was read at the source; B and C were not."""
    rows = (
        _row(_TECHNICAL, _A, ALWAYS, first, _AZURE),
        _told(_B, ALWAYS, second),
        _told(_C, LOCAL, third),
    )
    return Plan(name, "Microsoft", rows)


_DEVELOPER = Plan(
    "azure-developer",
    "Microsoft",
    (
        _row(_TECHNICAL, _A, ALWAYS, None, _AZURE, offered=False),
        _row(_TECHNICAL, _B, ALWAYS, None, _AZURE, offered=False),
        _told(_C, LOCAL, 8 * _HOUR),
    ),
)

_BASIC = Plan(
    "azure-basic", "Microsoft", (_row(_TECHNICAL, None, ALWAYS, None, _AZURE_BASIC, offered=False),)
)


def _power(name: str, second: timedelta) -> Plan:
    """A plan for Power Platform and Dynamics 365: the target of C was not read."""
    rows = (
        _row(_TECHNICAL, _A, ALWAYS, _HOUR, _POWER),
        _row(_TECHNICAL, _B, LOCAL, second, _POWER),
        _told(_C, LOCAL, None, _POWER),
    )
    return Plan(name, "Microsoft", rows)


_ALL = (
    Plan("21vianet", "21Vianet", _VIANET_ROWS, ((_BILLING, _B),), phone=True, lowers=True),
    Plan("csp", "Microsoft", _CSP_ROWS, phone=False),
    Plan("professional", "Microsoft", _PROFESSIONAL_ROWS),
    Plan("microsoft-365-business", "Microsoft", _BUSINESS_ROWS, phone=True),
    _BASIC,
    _DEVELOPER,
    _azure("azure-standard", _HOUR, 4 * _HOUR, 8 * _HOUR),
    _azure("azure-prodirect", _HOUR, 2 * _HOUR, 4 * _HOUR),
    _azure("azure-unified", _HOUR),
    _azure("azure-rapid-response", timedelta(minutes=15)),
    _power("power-platform-standard", 4 * _HOUR),
    _power("power-platform-prodirect", 2 * _HOUR),
    _power("power-platform-unified", 2 * _HOUR),
)

PLANS: Mapping[str, Plan] = MappingProxyType({plan.name: plan for plan in _ALL})
"""By name."""
