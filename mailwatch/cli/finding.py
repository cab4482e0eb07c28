"""The case that a person means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwatch.cli.known import schemes
from mailwatch.cli.session import Session
from mailwatch.core.near import near_number
from mailwatch.core.recognition import find_number
from mailwatch.errors import ConfigError

if TYPE_CHECKING:
    # Types only; ``COMMAND --help`` need not wait for them.
    from mailwatch.ports import CaseRow, Library
    from mailwatch.wiring.app import App


def find_case(session: Session, library: Library, asked: str) -> CaseRow:
    """By any form of its number, or a pasted subject.

    Raises:
        ConfigError: there is none; the message tells which one is meant perhaps.
    """
    row = library.case(asked.strip())
    number = None
    if row is None:
        number = find_number(asked, schemes(session))
        row = library.case(number.canonical) if number else None
    if row is None:
        raise _unknown(library, asked, number.canonical if number else asked)
    return row


def _unknown(library: Library, asked: str, typed: str) -> ConfigError:
    known = (name for row in library.cases() for name in (row.number.canonical, *row.merged))
    near = near_number(typed, known)
    if near is None:
        return ConfigError("there is no case {number}", mend="mailwatch cases lists all", number=asked)
    return ConfigError(
        "there is no case {number}",
        mend="did you mean {near}? mailwatch cases lists all",
        number=asked,
        near=near,
    )


def find_own(session: Session, app: App, asked: str) -> CaseRow:
    """The same, but no number that other cases only mention: nothing can be said of that.

    Raises:
        ConfigError: there is none.
    """
    with app.store.reading() as library:
        row = find_case(session, library, asked)
    if row.status == "related":
        raise ConfigError(
            "{number} is no case of yours: others only mention it",
            mend="make it one: mailwatch add {number}",
            number=row.number.canonical,
        )
    return row
