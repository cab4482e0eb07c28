"""What the log says of one pass, and of one mail of ours."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from mailwatch.daemon.events import event
from mailwatch.errors import Words
from mailwatch.jobs.remind import SendRow
from mailwatch.wiring.one_mailbox import Hindrance, OneMailbox, Pass


def tell_pass(done: Pass, box: OneMailbox, poll: str, seconds: float, known: tuple[Hindrance, ...]) -> None:
    """Its troubles, what is new of what hinders renames (``known`` was told before), and what it did.

    A pass that found nothing is told at DEBUG alone: there are three hundred of them a day.
    """
    for words in done.report.errors:
        event("trouble", level=logging.WARNING, mailbox=box.name, poll=poll, what=words)
    for words in done.report.notices:
        event("notice", level=logging.WARNING, mailbox=box.name, poll=poll, what=words)
    if done.hindrances != known:
        tell_hindrances(done.hindrances, box.name, poll)
    counts = done.report.outcome
    event(
        "poll",
        level=logging.INFO if counts.fetched or done.report.renamed else logging.DEBUG,
        mailbox=box.name,
        poll=poll,
        good=int(done.good),
        fetched=counts.fetched,
        filed=counts.filed,
        unnumbered=counts.unnumbered,
        quarantined=counts.quarantined,
        renamed=done.report.renamed,
        left=done.left.mails if done.more else None,
        seconds_left=done.left.seconds if done.more else None,
        seconds=seconds,
    )


def tell_hindrances(hindrances: Iterable[Hindrance], mailbox: str, poll: str) -> None:
    """What keeps renames waiting, and what a person can do about it, where he can."""
    for what, mend in hindrances:
        told = mend if mend.template else None
        event("rename-hindered", level=logging.WARNING, mailbox=mailbox, poll=poll, what=what, mend=told)


class MailLog:
    """One line for each mail that went out, and one for each reason why it has not: not one for each try."""

    def __init__(self) -> None:
        self._whys: dict[tuple[str, str, str | None], Words] = {}

    def tell(self, name: str, row: SendRow, *, digest: str | None = None) -> None:
        """Log ``row``, unless it says again what was said before."""
        key = (name, row.recipient, digest)
        good = row.state in {"sent", "already-sent"}
        if row.why is not None and not good:
            if self._whys.get(key) == row.why:
                return
            self._whys[key] = row.why
        else:
            self._whys.pop(key, None)
        level = logging.INFO if good else logging.WARNING
        event(name, level=level, digest=digest, recipient=row.recipient, state=row.state, why=row.why)

    def why(self, name: str, recipient: str, *, digest: str | None = None) -> Words | None:
        """Why the newest mail to ``recipient`` has not gone out, if it has not."""
        return self._whys.get((name, recipient, digest))
