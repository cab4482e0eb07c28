"""What the log says of one pass."""

from __future__ import annotations

import logging

from mailwatch.daemon.events import event
from mailwatch.errors import Words
from mailwatch.wiring.one_mailbox import OneMailbox, Pass


def tell_pass(done: Pass, box: OneMailbox, poll: str, seconds: float, known: tuple[Words, ...]) -> None:
    """Its troubles, what is new of what hinders renames (``known`` was told before), and what it did.

    A pass that found nothing is told at DEBUG alone: there are three hundred of them a day.
    """
    for words in done.report.errors:
        event("trouble", level=logging.WARNING, mailbox=box.name, poll=poll, what=words)
    for words in done.hindrances if done.hindrances != known else ():
        event("rename-hindered", level=logging.WARNING, mailbox=box.name, poll=poll, what=words)
    counts = done.report.outcome
    event(
        "poll",
        level=logging.INFO if box.fetched or done.report.renamed else logging.DEBUG,
        mailbox=box.name,
        poll=poll,
        good=int(done.good),
        fetched=box.fetched,
        filed=counts.filed,
        unnumbered=counts.unnumbered,
        quarantined=counts.quarantined,
        renamed=done.report.renamed,
        left=done.left.mails if done.more else None,
        seconds_left=done.left.seconds if done.more else None,
        seconds=seconds,
    )
