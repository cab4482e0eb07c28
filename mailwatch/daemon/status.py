"""One line on how things are, for ``systemctl status``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from mailwatch.daemon.state import State
from mailwatch.errors import Words


def status_line(states: Sequence[State], zone: tzinfo) -> Words:
    """The worst first: who is in trouble, who still reads older mail, and since when all is well."""
    if not states:
        return Words("no mailbox is configured")
    troubled = [s for s in states if s.trouble is not None]
    if troubled:
        first = troubled[0]
        return Words(
            "{count} of {all} mailboxes in trouble; {mailbox}: {trouble}",
            {"count": len(troubled), "all": len(states), "mailbox": first.name, "trouble": first.trouble},
        )
    if not all(s.passes for s in states):
        return Words("looking at {all} mailboxes for the first time", {"all": len(states)})
    left = sum(s.left or 0 for s in states)
    if left:
        return Words(
            "{all} mailboxes are watched; about {left} older mails are still to be read",
            {"all": len(states), "left": left},
        )
    times = [s.last_good for s in states if s.last_good is not None]
    latest = min(times).astimezone(zone).strftime("%H:%M") if times else "-"
    return Words(
        "{all} mailboxes are watched; all were read at {time} or later", {"all": len(states), "time": latest}
    )
