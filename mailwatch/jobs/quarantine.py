"""Mail that could not be read: tried again from the archive, twice by itself, then by a person's word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from mailwatch.core.place import Place
from mailwatch.core.standing import SenderPolicy
from mailwatch.errors import ConfigError, MailwatchError
from mailwatch.jobs.filing import file_batch
from mailwatch.jobs.outcome import Outcome
from mailwatch.jobs.placeholders import PLACEHOLDER
from mailwatch.jobs.poll_report import PollReport, failed
from mailwatch.jobs.reading import Reading, Rules, read_batch
from mailwatch.ports import Archive, Clock, Fetched, Held, Parser, Store

_IMPORTED = "import"

TRIES = 3
"""The first reading and two more; after that the mail waits for a person, and is shown in the digest."""


def retry(
    held: Sequence[Held],
    *,
    store: Store,
    archive: Archive,
    parser: Parser,
    rules: Rules,
    policy_of: Callable[[str], SenderPolicy],
    clock: Clock,
) -> PollReport:
    """Read each of ``held`` once more from its archived original and file what can be read now.

    ``policy_of`` gives the sender policy of the mailbox that a mail came from. One
    mail is one transaction: the next one that kills its reader takes nobody along,
    and trouble with one is told and leaves the others their try.
    """
    report = PollReport()
    for one in held:
        try:
            mail = _from_archive(one, archive)
            policy = policy_of(mail.place.mailbox)
            readings = read_batch([mail], policy, rules, parser, lambda _: frozenset(), all_of_it=True)
            report += PollReport(_file(readings, store, archive, rules, clock()))
        except MailwatchError as error:
            report += failed(one.place.mailbox if one.place else _IMPORTED, error)
    return report


def _file(
    readings: Sequence[Reading], store: Store, archive: Archive, rules: Rules, now: datetime
) -> Outcome:
    held = frozenset(reading.fetched.sha256 for reading in readings)
    keep = rules.keep_everything
    with store.writing() as tx:
        outcome = file_batch(tx, archive, readings, now, keep_everything=keep, held=held)
    # Neither fetched nor held just now: both were counted when it came in.
    return replace(outcome, fetched=0, quarantined=0)


def due(held: Sequence[Held]) -> tuple[Held, ...]:
    """Those that are tried again by themselves. Mails behind a letter of the server are asked for instead."""
    return tuple(one for one in held if one.tries < TRIES and one.why != PLACEHOLDER)


def _from_archive(one: Held, archive: Archive) -> Fetched:
    try:
        raw = archive.read(one.sha256)
    except KeyError:
        raise ConfigError(
            "the mail {sha256} in quarantine is not in the archive",
            mend="see what else is missing: mailwatch verify",
            sha256=one.sha256,
        ) from None
    return Fetched(
        place=one.place or Place(_IMPORTED),
        content=raw,
        sha256=one.sha256,
        size=len(raw),
        internaldate=one.internaldate,
    )
