"""Who a case may be about, as the configuration says it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer.

    ``names`` begins with the one that people read; mails may use the others. ``tenants`` and
    ``subscriptions`` are GUIDs; they, ``domains`` and ``addresses`` are in lower case. ``plan`` is the name
    of a support plan, or None; ``contracts`` are what the customer signed, by the names that plans use.
    """

    names: tuple[str, ...]
    tenants: frozenset[str] = frozenset()
    subscriptions: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    plan: str | None = None
    contracts: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The name that people read."""
        return self.names[0]


def spelled(customer: Customer) -> str:
    """All by which mails point to a customer, in a fixed spelling; sets have none of their own."""
    known = (customer.tenants, customer.subscriptions, customer.domains, customer.addresses)
    return repr((customer.names, *(sorted(some) for some in known)))
