"""``check`` of renaming: what the newest probe found. No server is asked."""

from __future__ import annotations

from collections.abc import Iterator

from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.mailbox import MailboxConfig
from mailwatch.config.model import Config
from mailwatch.core.fidelity import Allowed, Profile, Ruling, judge
from mailwatch.core.renaming import Mode
from mailwatch.errors import Words
from mailwatch.wiring.findings import CheckRow

_WHY = {
    "not-stored": "the server does not keep what is stored on it",
    "merged": "the server keeps one mail of those with the same Message-ID",
    "body-altered": "the server alters the text of mails",
    "labels": "folders of this server are labels",
    "no-move": "the server has no MOVE",
    "no-uidplus": "the server has no UIDPLUS",
    "altered": "the server alters mails that are stored on it",
    "date-altered": "the server gives mails another date of arrival",
    "flags-lost": "the server loses marks such as read and flagged",
    "uids-untrue": "the server tells a wrong place of what it stored",
    "does-not-move": "the server does not move mails as it says",
    "does-not-remove": "the server does not remove mails as it says",
    "expunges-others": "the server removes other mails along with the one that is named",
}


def renaming(config: Config, store: SqlStore) -> Iterator[CheckRow]:
    """A row for each mailbox that is asked to rename."""
    for mailbox in config.mailboxes:
        if mailbox.renames:
            with store.writing() as tx:
                newest = tx.probes.newest(mailbox.name)
            yield from told(mailbox, newest.profile if newest else None, config)


def told(mailbox: MailboxConfig, profile: Profile | None, config: Config) -> Iterator[CheckRow]:
    """What is possible, since when we know, and what is in the way."""
    name = f"{mailbox.name}: renaming"
    if profile is None:
        yield CheckRow(name, None, Words("not tried out yet: poll does that before the first rename"))
        return
    ruling = judge(profile.offer, profile.found)
    day = profile.at.astimezone(config.timezone).strftime("%Y-%m-%d")
    yield _ruled(name, mailbox, ruling, day)
    if not profile.found.swept:
        yield CheckRow(
            name,
            None,
            Words("mails with which it was tried out are left in the folder Mailwatch/Probe"),
            Words("delete the folder Mailwatch/Probe: no mail of yours is in it"),
        )


def _ruled(name: str, mailbox: MailboxConfig, ruling: Ruling, day: str) -> CheckRow:
    if ruling.why is None:
        return CheckRow(
            name, ok=True, detail=Words("possible, in place and by copy; tried out on {day}", {"day": day})
        )
    values = {"why": Words(_WHY[ruling.why]), "day": day}
    if ruling.allowed is Allowed.COPY:
        replaces = any(folder.rename is Mode.REPLACE for folder in mailbox.folders)
        return CheckRow(
            name,
            ok=None if replaces else True,
            detail=Words("possible by copy only: {why}; tried out on {day}", values),
            mend=Words(
                "nothing to do: copies are made, and the mails stay where they are" if replaces else ""
            ),
        )
    return CheckRow(
        name,
        ok=False,
        detail=Words("not possible: {why}; tried out on {day}", values),
        mend=Words("set rename to off for the folders of this mailbox"),
    )
