"""Whose case it is: what a mail tells of it, and whether that is certain.

The cases of a partner name his own contact, so the customer often stands in the text alone. What only the
text says is a hint: the customer is to be named by a person, and until then no customer's digest shows the
case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailwatch.core.addresses import fits
from mailwatch.core.customer import Customer
from mailwatch.core.message import Message
from mailwatch.core.plaintext import plain

MOST_TEXT = 20_000
"""Code points of the own text of a mail that are read."""

_GUID = re.compile(r"(?<![0-9a-z-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z-])")
_DOMAIN = re.compile(r"(?<![\w.-])(?:[\w-]+\.)+[a-z][\w-]+")


class By(StrEnum):
    """What points to a customer, the surest first. These words are printed in JSON."""

    TENANT = "tenant"
    SUBSCRIPTION = "subscription"
    ADDRESS = "address"  # From, To or Cc
    DOMAIN = "domain"  # the same
    TEXT = "text"  # a domain or an address in the text
    NAME = "name"  # in the text, too


_IDS = frozenset({By.TENANT, By.SUBSCRIPTION})
_HEADER = frozenset({By.ADDRESS, By.DOMAIN})


@dataclass(frozen=True, slots=True, order=True)
class Hint:
    """One mail points to a customer, by his name in the configuration."""

    customer: str
    by: By


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose case it is. ``customer`` is None where that is not certain; ``hints`` say who it may be.

    ``said``: a person has said so.
    """

    customer: Customer | None = None
    hints: tuple[Hint, ...] = ()
    said: bool = False


# ── one mail ──────────────────────────────────────────────────────────────────


def hints(message: Message, customers: Sequence[Customer]) -> tuple[Hint, ...]:
    """To which of ``customers`` a mail points, each by what is surest; quoted text says nothing."""
    if not customers:
        return ()
    own = "\n".join((message.subject, *(s.text for s in message.segments if not s.quoted)))
    text = plain(own[:MOST_TEXT]).text.casefold()
    ids = frozenset(_GUID.findall(text))
    domains = frozenset(_DOMAIN.findall(text))
    people = [a.addr for a in (message.sender, *message.to, *message.cc) if a is not None]
    found = ((c, next(_ways(c, ids, domains, people, text), None)) for c in customers)
    return tuple(Hint(customer.name, by) for customer, by in found if by is not None)


def _ways(
    customer: Customer, ids: frozenset[str], domains: frozenset[str], people: Sequence[str], text: str
) -> Iterator[By]:
    """By what a mail points to one customer, the surest first."""
    if ids & customer.tenants:
        yield By.TENANT
    if ids & customer.subscriptions:
        yield By.SUBSCRIPTION
    if any(fits(addr, customer.addresses) for addr in people):
        yield By.ADDRESS
    if any(fits(addr, customer.domains) for addr in people):
        yield By.DOMAIN
    if domains & customer.domains or any(addr in text for addr in customer.addresses):
        yield By.TEXT
    if any(_named(name.casefold(), text) for name in customer.names):
        yield By.NAME


def _named(name: str, text: str) -> bool:
    """Whether a name stands in ``text``, and is no part of a longer Latin word; 한빛정밀에서 names one."""
    at = text.find(name)
    while at >= 0:
        around = text[max(0, at - 1) : at], text[at + len(name) : at + len(name) + 1]
        edges = zip((name[0], name[-1]), around, strict=True)
        if not any(_of_one_word(inner, outer) for inner, outer in edges):
            return True
        at = text.find(name, at + 1)
    return False


def _of_one_word(inner: str, outer: str) -> bool:
    return inner.isascii() and inner.isalnum() and outer.isascii() and outer.isalnum()


# ── the whole case ────────────────────────────────────────────────────────────


def whose(found: Iterable[Hint], customers: Sequence[Customer], said: str | None = None) -> Whose:
    """Whose case it is, by all hints of its mails, and by what a person said.

    An id of a tenant or a subscription is certain, if none points elsewhere. The people of a mail are,
    if nothing at all points elsewhere: a partner's contact stands in the mails of all his customers. A name
    or a domain in the text never is.
    """
    every = tuple(sorted(set(found)))
    if said is not None:
        known = (c for c in customers if said.casefold() in {name.casefold() for name in c.names})
        return Whose(next(known, None) or Customer((said,)), every, said=True)
    by_id = {hint.customer for hint in every if hint.by in _IDS}
    by_people = {hint.customer for hint in every if hint.by in _HEADER}
    sure = by_id or (by_people if len({hint.customer for hint in every}) == 1 else set())
    named = next(iter(sure)) if len(sure) == 1 else None
    return Whose(next((c for c in customers if c.name == named), None), every)
