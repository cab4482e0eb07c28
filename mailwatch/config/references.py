"""Names in a valid configuration that must lead somewhere, and to one place only."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from mailwatch.config.desks import BUILT_IN
from mailwatch.config.model import Config
from mailwatch.core.plans import PLANS
from mailwatch.errors import Words

Problem = tuple[tuple[str | int, ...], Words]


def astray(config: Config) -> Iterator[Problem]:
    """Every name of a plan or calendar that there is not, and every mark of two customers."""
    yield from _calendars(config)
    yield from _plans(config)
    yield from _shared(config)


def _calendars(config: Config) -> Iterator[Problem]:
    known = {*BUILT_IN, *(own.name for own in config.calendars)}
    for index, plan in enumerate(config.plans):
        for place, target in enumerate(plan.targets):
            if target.calendar not in known:
                path = ("plans", index, "targets", place, "calendar")
                yield path, _missing("calendar", target.calendar, known)


def _plans(config: Config) -> Iterator[Problem]:
    known = {*PLANS, *(own.name for own in config.plans)}
    for index, customer in enumerate(config.customers):
        if customer.plan is not None and customer.plan not in known:
            yield ("customers", index, "plan"), _missing("plan", customer.plan, known)


def _missing(what: str, name: str, known: Collection[str]) -> Words:
    near = get_close_matches(name, sorted(known), n=1)
    if near:
        values = {"name": name, "near": near[0]}
        if what == "plan":
            return Words("there is no plan {name} (did you mean {near}?)", values)
        return Words("there is no calendar {name} (did you mean {near}?)", values)
    if what == "plan":
        return Words("there is no plan {name}; write it under plans", {"name": name})
    return Words("there is no calendar {name}; write it under calendars", {"name": name})


def _shared(config: Config) -> Iterator[Problem]:
    """What tells a customer must tell one of them."""
    for key in ("tenants", "subscriptions", "domains", "addresses"):
        owners: dict[str, str] = {}
        for index, customer in enumerate(config.customers):
            for place, mark in enumerate(getattr(customer, key)):
                owner = owners.setdefault(mark, customer.name)
                if owner != customer.name:
                    words = Words("{mark} belongs to {customer} already", {"mark": mark, "customer": owner})
                    yield ("customers", index, key, place), words
