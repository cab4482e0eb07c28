"""Mail comes in: one pass over all mailboxes, and what cases then ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from mailwatch.config.mailbox import MailboxConfig
from mailwatch.errors import MailwatchError
from mailwatch.jobs import quarantine
from mailwatch.jobs.adoption import fulfil
from mailwatch.jobs.filing import Pin
from mailwatch.jobs.ingest import Ingest
from mailwatch.jobs.outcome import Outcome
from mailwatch.jobs.placeholders import PLACEHOLDER, ask_again
from mailwatch.jobs.poll_report import PollReport, failed
from mailwatch.jobs.progress import Progress
from mailwatch.jobs.rename import let_go
from mailwatch.jobs.retention import forget
from mailwatch.ports import Held, Look, Mailbox
from mailwatch.wiring import assemble, renames, states
from mailwatch.wiring.tools import Tools


def poll(tools: Tools, progress: Progress) -> PollReport:
    """One pass over all mailboxes, due renames included.

    A mailbox in trouble never delays another. A case found in one mailbox may
    ask for a mail of another one, which is fetched at the end.
    """
    ingest = tools.ingest(progress)
    report = PollReport()
    with tools.store.writing() as tx:
        let_go(tx, [mailbox.name for mailbox in tools.config.mailboxes])
    # What cannot be read now would not be read a second later: only a later poll tries again.
    due = quarantine.due(tools.held())
    for mailbox in tools.config.mailboxes:
        report += _with(tools, mailbox, partial(_looked_at, tools, ingest, mailbox))
    report += retry(tools, due)
    for mailbox in tools.config.mailboxes:
        if _wanted(tools, mailbox.name):
            report += _with(tools, mailbox, partial(fetch_wanted, tools, ingest, mailbox, {}))
    report += states.after_poll(tools)
    # Whoever polls by cron has no daemon that does it at night; a slice at a time keeps a pass short.
    forget(tools.store, tools.clock(), assemble.retention(tools.config))
    return report


def retry(tools: Tools, held: Sequence[Held]) -> PollReport:
    """Read mail in quarantine once more, from the archive."""
    return quarantine.retry(
        held,
        store=tools.store,
        archive=tools.archive,
        parser=tools.parser,
        rules=assemble.rules(tools.config),
        policy_of=tools.policy_of,
        clock=tools.clock,
    )


def fetch_wanted(
    tools: Tools, ingest: Ingest, mailbox: MailboxConfig, pins: Mapping[str, Pin], line: Mailbox
) -> PollReport:
    """Fetch what cases ask for from this mailbox; ``pins`` holds what a person has decided about it."""
    watched = tools.watched(line, mailbox)
    return PollReport(fulfil(ingest, tools.store, line, tools.watching(mailbox), watched, pins=pins))


def _looked_at(tools: Tools, ingest: Ingest, mailbox: MailboxConfig, line: Mailbox) -> PollReport:
    """Each look is written down, as the daemon does; one that finds another mailwatch at work is none."""
    try:
        found = _one(tools, ingest, mailbox, line)
    except MailwatchError as error:
        found = failed(mailbox.name, error)
    trouble = found.errors[0] if found.errors else None
    with tools.store.writing() as tx:
        tx.rounds.note(Look(mailbox.name, tools.clock(), found.outcome.fetched, found.outcome.filed, trouble))
    return found


def _one(tools: Tools, ingest: Ingest, mailbox: MailboxConfig, line: Mailbox) -> PollReport:
    report = ingest.poll(line, tools.watching(mailbox))
    if report.over:
        return report
    report += _behind_letters(tools, ingest, mailbox, line)
    return report + renames.due(tools, line, mailbox)


def _behind_letters(tools: Tools, ingest: Ingest, mailbox: MailboxConfig, line: Mailbox) -> PollReport:
    """Mails in whose place the server gave a letter of its own."""
    if not any(one.why == PLACEHOLDER for one in tools.held()):
        return PollReport()
    watching = tools.watching(mailbox)
    found = (ask_again(tools.store, line, ingest, watching, one) for one in tools.watched(line, mailbox))
    return PollReport(sum(found, Outcome()))


def _with(tools: Tools, mailbox: MailboxConfig, job: Callable[[Mailbox], PollReport]) -> PollReport:
    """Run ``job`` on a line to one mailbox; its trouble ends here, as a line for a person."""
    try:
        with tools.connected(mailbox) as line:
            return job(line)
    except MailwatchError as error:
        return failed(mailbox.name, error)


def _wanted(tools: Tools, mailbox: str) -> bool:
    with tools.store.writing() as tx:
        return bool(tx.wishes.wanted(mailbox))
