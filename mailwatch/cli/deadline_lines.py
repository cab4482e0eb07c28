"""Customer, deadline and habits of a case, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from mailwatch.cli.session import Session
from mailwatch.cli.when import day_and_time
from mailwatch.core.deadline_words import counted_from, how_it_stands, steps
from mailwatch.errors import Words

if TYPE_CHECKING:
    # Types only; ``mailwatch show --help`` need not wait for them.
    from mailwatch.core.case_state import CaseState
    from mailwatch.core.habits import Habits
    from mailwatch.ports import CaseRow

_INDENT = Words("  {line}")


def deadline_lines(session: Session, row: CaseRow, state: CaseState) -> Iterator[Words]:
    """Whose case it is, how its deadline stands, and how that came about, step by step."""
    if row.status == "related":
        return
    if state.whose.customer is not None:
        yield Words("customer: {name}", {"name": state.whose.customer.name})
    elif state.whose.hints:
        names = ", ".join(dict.fromkeys(hint.customer for hint in state.whose.hints))
        yield Words("customer: to be named; it may be {names}", {"names": names})
    moment = partial(day_and_time, zone=session.timezone)
    yield how_it_stands(state.deadline, moment)
    for line in (*counted_from(state.deadline), *steps(state.deadline, moment)):
        yield Words(_INDENT.template, {"line": line})


def habit_lines(session: Session, done: Habits) -> Iterator[Words]:
    """The three habits, ticked or not."""
    yield Words("[x] the number is kept whole")
    account = done.account or Words("the account of this case")
    where = {"path": done.path, "account": account}
    if done.portal is None:
        yield Words("[ ] seen in the portal: {path}, signed in with {account}", where)
    else:
        values = {**where, "time": day_and_time(done.portal, session.timezone)}
        yield Words("[x] seen in the portal {time}: {path}, signed in with {account}", values)
    yield Words("[x] date and problem are noted") if done.noted else Words("[ ] the problem is not noted")
