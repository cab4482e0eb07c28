"""What keeps renames waiting, in words: whether it passes, and else what a person can do.

The one place that decides it. A refusal that a server takes back by itself is a
``TemporaryError``; a mailbox that is full, or that we may not change, is not, since
it stays so until somebody acts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mailwatch.core.rename_consent import WITHDRAWN
from mailwatch.core.renaming import OPEN_STATES
from mailwatch.errors import ConfigError, MailwatchError, TemporaryError, Words, counted
from mailwatch.jobs.rename.places import OWN_FOLDER, PROBE_FOLDER
from mailwatch.jobs.rename.record import RenameRow

UNSUITABLE = "unsuitable"
"""The ``why`` of a plan whose server keeps no copy that could be known again."""

_MAY_NOT = "give the account the right to change the folder, or set rename to off for it"
_FOR_A_PERSON = {
    "read-only": _MAY_NOT,
    "no-permission": _MAY_NOT,
    "over-quota": "make room in the mailbox",
    "no-folder": "see its folders with: mailwatch check",
    OWN_FOLDER: "make the folder Mailwatch in the mailbox by hand, or set rename to off",
    PROBE_FOLDER: "take your mails out of the folder Mailwatch/Probe, and empty it",
    UNSUITABLE: "set rename to off; the line renaming of mailwatch check says why",
    WITHDRAWN: "give the account the right to change the folder once more: a copy still lies there",
}


def hindered(rows: Iterable[RenameRow]) -> tuple[MailwatchError, ...]:
    """One error for each thing that keeps renames from going on. They stay planned and are tried again."""
    waiting = Counter(r.why for r in rows if r.why is not None and r.state in OPEN_STATES)
    return tuple(_hindrance(why, count) for why, count in sorted(waiting.items()))


def _hindrance(why: str, count: int) -> MailwatchError:
    told = "not renamed yet: {mails} ({why})"
    if why == WITHDRAWN:
        told = "renamed half, and not taken back yet: {mails}"
    mails = counted("{n} mail", "{n} mails", count)
    if why in _FOR_A_PERSON:
        return ConfigError(told, mend=_FOR_A_PERSON[why], mails=mails, why=Words(why))
    return TemporaryError(told, mend="see them with: mailwatch rename --dry-run", mails=mails, why=Words(why))
