"""Customers, plans and calendars of the configuration, as far as the cases at hand need them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import chain

from mailwatch.config.desk_calendars import calendars, desks
from mailwatch.config.model import Config
from mailwatch.config.plans import all_plans
from mailwatch.core.deadline import Terms
from mailwatch.core.spoken import Key
from mailwatch.core.statements import Statement, settings
from mailwatch.core.support_plan import calendars_of

BACK, AHEAD = 2, 1
"""Years before and after this one whose holidays are asked for."""


def terms(config: Config, statements: Iterable[Iterable[Statement]], now: datetime) -> Terms:
    """What was agreed. Holidays are loaded only for plans that a customer has, or a person named."""
    customers = tuple(customer.customer() for customer in config.customers)
    said = (settings(some, now).get(Key.PLAN) for some in statements)
    named = {str(one.value) for one in said if one is not None} | {c.plan for c in customers if c.plan}
    plans = {name: plan for name, plan in all_plans(config.plans).items() if name in named}
    wanted = chain.from_iterable(map(calendars_of, plans.values()))
    years = range(now.year - BACK, now.year + AHEAD + 1)
    return Terms(customers, plans, calendars(desks(config.calendars, config.timezone), wanted, years))
