"""Customers: whose cases there are, by what they can be told, and what plan each has."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from mailwatch.config.section import ListOf, Section
from mailwatch.config.values import MailAddress, Name, Wrong
from mailwatch.core.customer import Customer

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DOMAIN = re.compile(r"[^\s@<>(),;:*\"\\]+\.[^\s@<>(),;:*\"\\.]+")
_LONGEST_NAME = 100


def _guid(value: object) -> str:
    if not isinstance(value, str) or not _GUID.fullmatch(value.lower()):
        raise Wrong("expected an ID such as 11111111-2222-3333-4444-555555555555")
    return value.lower()


def _domain(value: object) -> str:
    if not isinstance(value, str) or not _DOMAIN.fullmatch(value):
        raise Wrong("expected a domain such as contoso.example")
    return value.lower()


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_NAME or "\n" in value:
        raise Wrong("a customer's name is one line of up to 100 characters")
    return value.strip()


CustomerName = Annotated[str, BeforeValidator(_name)]
Guid = Annotated[str, BeforeValidator(_guid)]
Domain = Annotated[str, BeforeValidator(_domain)]


class CustomerConfig(Section):
    """One customer; whoever has cases of their own is a customer, too."""

    name: CustomerName = Field(description="The name that people read.", examples=["Hanbit Precision"])
    names: ListOf[CustomerName] = Field(
        default=(), description="Other names that mails may use.", examples=[["한빛정밀"]]
    )
    tenants: ListOf[Guid] = Field(
        default=(), description="Tenant IDs.", examples=[["11111111-2222-3333-4444-555555555555"]]
    )
    subscriptions: ListOf[Guid] = Field(
        default=(), description="Subscription IDs.", examples=[["66666666-7777-8888-9999-000000000000"]]
    )
    domains: ListOf[Domain] = Field(
        default=(),
        description="Domains, those of the tenant included.",
        examples=[["hanbit.example", "hanbit.onmicrosoft.com"]],
    )
    addresses: ListOf[MailAddress] = Field(
        default=(), description="Single mail addresses.", examples=[["kim@fabrikam.example"]]
    )
    plan: Name | None = Field(
        default=None,
        description="Name of the support plan. Absent: no target is known for this customer's cases.",
        examples=["csp"],
    )
    contracts: ListOf[Name] = Field(
        default=(),
        description="What the customer signed, as plans ask for it: `advanced` is what severity A of the "
        "plan `21vianet` needs.",
        examples=[["advanced"]],
    )

    def customer(self) -> Customer:
        """The customer as the rules use it."""
        return Customer(
            names=(self.name, *self.names),
            tenants=frozenset(self.tenants),
            subscriptions=frozenset(self.subscriptions),
            domains=frozenset(self.domains),
            addresses=frozenset(self.addresses),
            plan=self.plan,
            contracts=frozenset(self.contracts),
        )
