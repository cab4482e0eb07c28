"""Mail that could not be read: tried again from the archive, twice by itself, then by a person's word."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mailwatch.core.entries import Place
from mailwatch.core.standing import SenderPolicy
from mailwatch.jobs.filing import Outcome, file_batch
from mailwatch.jobs.reading import Rules, read_batch
from mailwatch.ports import Archive, Clock, Fetched, Held, Parser, Store

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
) -> Outcome:
    """Read each of ``held`` once more from its archived original and file what can be read now.

    ``policy_of`` gives the sender policy of the mailbox that a mail came from. One
    mail is one transaction: the next one that kills its reader takes nobody along.
    """
    outcome = Outcome()
    for one in held:
        fetched = _from_archive(one, archive)
        readings = read_batch(
            [fetched], policy_of(fetched.place.mailbox), rules, parser, lambda _: frozenset(), all_of_it=True
        )
        with store.writing() as tx:
            outcome += file_batch(
                tx,
                archive,
                readings,
                clock(),
                keep_everything=rules.keep_everything,
                held=frozenset({one.sha256}),
            )
    return outcome


def due(held: Sequence[Held]) -> tuple[Held, ...]:
    """Those that are tried again by themselves."""
    return tuple(one for one in held if one.tries < TRIES)


def _from_archive(one: Held, archive: Archive) -> Fetched:
    raw = archive.read(one.sha256)
    return Fetched(
        place=one.place or Place("import"),
        content=raw,
        sha256=one.sha256,
        size=len(raw),
        internaldate=one.internaldate,
    )
