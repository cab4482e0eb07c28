"""``severity=B plan=csp``: what a person sets of a case, read and judged."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailwatch.core.customer import Customer
from mailwatch.core.near import near_word
from mailwatch.core.spoken import Key
from mailwatch.core.support_plan import Kind, Severity
from mailwatch.errors import ConfigError

LONGEST_LINE = 300
"""Characters of a text that is set; what is longer is a note."""

_FREE = (Key.OWNER, Key.PRODUCT, Key.ACCOUNT, Key.ENGINEER)
SETTABLE = (
    Key.SEVERITY,
    Key.PLAN,
    Key.CUSTOMER,
    Key.OWNER,
    Key.KIND,
    Key.LANGUAGE,
    Key.PRODUCT,
    Key.ACCOUNT,
    Key.ENGINEER,
    Key.PORTAL,
    Key.RESPONSE,
)
"""The keys of ``set``; the others have commands of their own."""

_FIXED = {Key.PORTAL: ("seen",), Key.RESPONSE: ("none",), Key.KIND: tuple(kind.value for kind in Kind)}
_LANGUAGE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, slots=True)
class Setting:
    """A key, and its word or its text; neither takes back what was said of it."""

    key: Key
    word: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a person can name: plans and customers of the configuration."""

    plans: Collection[str]
    customers: Sequence[Customer] = ()


def read_settings(typed: Iterable[str], known: Known) -> tuple[Setting, ...]:
    """The settings that a person typed, ``key=value`` each; an empty value takes back.

    Raises:
        ConfigError: one of them cannot be; the message names what can, and what may have been meant.
    """
    found = [_setting(one, known) for one in typed]
    twice = next((one.key for i, one in enumerate(found) if one.key in {e.key for e in found[:i]}), None)
    if twice is not None:
        raise ConfigError("{key} is set twice", mend="name each key once", key=twice.value)
    return tuple(found)


def _setting(typed: str, known: Known) -> Setting:
    name, equals, value = typed.partition("=")
    name, value = name.strip().lower(), value.strip()
    key = next((key for key in SETTABLE if key.value == name), None)
    if not equals or key is None:
        raise _unknown_key(typed, name)
    if not value:
        return Setting(key)
    if key in _FREE:
        return Setting(key, text=one_line(value))
    return _READERS[key](value, known)


def _unknown_key(typed: str, name: str) -> ConfigError:
    keys = ", ".join(key.value for key in SETTABLE)
    near = near_word(name, (key.value for key in SETTABLE))
    if near is not None:
        mend = "did you mean {near}=…? There are: {keys}"
        return ConfigError("{typed} is nothing that can be set", mend=mend, typed=typed, near=near, keys=keys)
    return ConfigError(
        "{typed} is nothing that can be set", mend="write KEY=VALUE; keys: {keys}", typed=typed, keys=keys
    )


def one_line(value: str, longest: int = LONGEST_LINE) -> str:
    """``value``, if it is one line of text.

    Raises:
        ConfigError: it is longer, or has line breaks.
    """
    if len(value) > longest or len(value.splitlines()) > 1:
        raise ConfigError(
            "this text is longer than one line of {longest} characters",
            mend="keep it in a note: mailwatch note NUMBER TEXT",
            longest=longest,
        )
    return value


def _severity(value: str, _: Known) -> Setting:
    letters = tuple(severity.name for severity in Severity)
    if value.upper() not in letters:
        raise _not_one_of(Key.SEVERITY, value, letters)
    return Setting(Key.SEVERITY, value.upper())


def _plan(value: str, known: Known) -> Setting:
    if value.lower() not in known.plans:
        raise _not_one_of(Key.PLAN, value, tuple(known.plans))
    return Setting(Key.PLAN, value.lower())


def _customer(value: str, known: Known) -> Setting:
    """By any of its names; the one that people read is recorded."""
    if not known.customers:
        raise ConfigError(
            "{value} is no customer: none is configured",
            mend="add it under customers: see docs/configuration.md",
            value=value,
        )
    names = {name.casefold(): customer.name for customer in known.customers for name in customer.names}
    if value.casefold() not in names:
        raise _not_one_of(Key.CUSTOMER, value, tuple(customer.name for customer in known.customers), names)
    return Setting(Key.CUSTOMER, text=names[value.casefold()])


def _language(value: str, _: Known) -> Setting:
    if not _LANGUAGE.fullmatch(value.lower()):
        raise ConfigError("{value} is no language", mend="two letters, such as en or ko", value=value)
    return Setting(Key.LANGUAGE, value.lower())


def _fixed(key: Key) -> Callable[[str, Known], Setting]:
    def read(value: str, _: Known) -> Setting:
        if value.lower() not in _FIXED[key]:
            raise _not_one_of(key, value, _FIXED[key])
        return Setting(key, value.lower())

    return read


_MOST_NAMED = 20


def _not_one_of(
    key: Key, value: str, words: Sequence[str], others: Mapping[str, str] | None = None
) -> ConfigError:
    near = near_word(value, words) or (others or {}).get(near_word(value, others or {}) or "")
    mend = "did you mean {near}? There are: {words}" if near else "there are: {words}"
    named = ", ".join(words[:_MOST_NAMED])
    return ConfigError(
        "{key} cannot be {value}", mend=mend, key=key.value, value=value, near=near, words=named
    )


_READERS: Mapping[Key, Callable[[str, Known], Setting]] = {
    Key.SEVERITY: _severity,
    Key.PLAN: _plan,
    Key.CUSTOMER: _customer,
    Key.LANGUAGE: _language,
    **{key: _fixed(key) for key in _FIXED},
}
