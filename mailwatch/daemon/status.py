"""One line on how things are, for ``systemctl status``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from mailwatch.core.pace import Left, how_long, side_by_side
from mailwatch.daemon.state import State
from mailwatch.errors import Words, counted


def status_line(states: Sequence[State], zone: tzinfo, *, refused: Words | None = None) -> Words:
    """The worst first: who is in trouble, who still reads older mail, and since when all is well.

    ``refused`` is why a changed configuration was not taken over.
    """
    line = _of_mailboxes(states, zone)
    if refused is None:
        return line
    return Words("the old configuration is in force: {refused}; {line}", {"refused": refused, "line": line})


def _of_mailboxes(states: Sequence[State], zone: tzinfo) -> Words:
    if not states:
        return Words("no mailbox is configured")
    troubled = [s for s in states if s.trouble is not None]
    if troubled:
        first = troubled[0]
        return Words(
            "in trouble: {count} of {all}; {trouble}",
            {
                "count": len(troubled),
                "all": _mailboxes(states),
                "trouble": first.trouble,
            },
        )
    held = [s.held for s in states if s.held is not None]
    if held:
        return Words(
            "not looked at for now: {count} of {all}; {held}",
            {"count": len(held), "all": _mailboxes(states), "held": held[0]},
        )
    if not all(s.passes for s in states):
        return Words("looking for the first time: {all}", {"all": _mailboxes(states)})
    left = side_by_side(s.left for s in states if s.left is not None)
    if left.mails:
        return _older_mail(states, left)
    times = [s.last_good for s in states if s.last_good is not None]
    latest = min(times).astimezone(zone).strftime("%H:%M") if times else "-"
    return Words("watching {all}, read at {time} or later", {"all": _mailboxes(states), "time": latest})


def _older_mail(states: Sequence[State], left: Left) -> Words:
    mails = counted("{n} older mail", "{n} older mails", left.mails)
    values: dict[str, object] = {"all": _mailboxes(states), "left": mails}
    if left.seconds is None:
        return Words("watching {all}; still to be read: about {left}", values)
    return Words(
        "watching {all}; still to be read: about {left}, in {time}",
        {**values, "time": how_long(left.seconds)},
    )


def _mailboxes(states: Sequence[State]) -> Words:
    return counted("{n} mailbox", "{n} mailboxes", len(states))
