"""Database and journal must tell the same story: the tail is compared before every writing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Connection

from mailwatch.adapters.sql.ledger import head, sealed_after, texts_between
from mailwatch.core.canonical import Malformed
from mailwatch.core.ledger import Head, link_hash, month, seq_and_prev, unlink
from mailwatch.core.texts import parse_text_line, text_line
from mailwatch.errors import ConfigError
from mailwatch.ports import Journal, JournalLine

_log = logging.getLogger(__name__)

_PIECE = 10_000
"""Entries written at once: more than a crash can keep from the journal, which knows its half line by them."""


def end_of(journal: Journal, *, looking: bool) -> Head:
    """Where the journal ends. ``looking`` at it only: genesis where its end cannot be read.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return journal.end()
    except ConfigError:
        if not looking:
            raise
        # ``verify`` compares line by line, which says more than this error does.
        return Head()


def refuse_journal_ahead(end: Head, database: Head) -> None:
    """A journal that knows more than its database: the database was lost or set back to a backup.

    Raises:
        ConfigError: it is ahead. Going on would fork the ledger.
    """
    if end.seq > database.seq:
        raise ConfigError(
            "the database ends at ledger entry {database}, its journal at {journal}: it was lost or set back",
            mend="rebuild it from archive and journals: mailwatch reindex --from DIR (the data folder)",
            database=database.seq,
            journal=end.seq,
        )


def reconcile(connection: Connection, journal: Journal) -> None:
    """Append to the journal what a crash after the commit kept from it.

    An entry that stands at the journal's end once more is left there, for ``verify`` to name.

    Raises:
        ConfigError: the journal is ahead, or tells another story.
    """
    database = head(connection)
    end = journal.end()
    refuse_journal_ahead(end, database)
    if end == database:
        return
    seq, hashes = _highest(journal)
    refuse_journal_ahead(Head(seq), database)
    if end != _agreed(connection, seq, hashes):
        _log.warning("the ledger's journal ends with a line that belongs elsewhere; see: mailwatch verify")
    known = _true_texts(journal) if seq < database.seq else set()
    for entries, texts in _missing(connection, seq):
        fresh = [line for commit, line in texts if commit not in known]
        journal.append(entries, fresh)


def _highest(journal: Journal) -> tuple[int, set[str]]:
    """The highest seq in the journal, wherever it stands, and the hashes that are there under it."""
    highest, hashes = 0, {Head().hash}
    for line in journal.entries():
        with suppress(Malformed):
            seq = seq_and_prev(line)[0]
            if seq > highest:
                highest, hashes = seq, set()
            if seq == highest:
                hashes.add(link_hash(line))
    return highest, hashes


def _agreed(connection: Connection, seq: int, hashes: set[str]) -> Head:
    """The database's entry ``seq``, which one of ``hashes`` must be."""
    found = next(iter(sealed_after(connection, seq - 1, 1)), None) if seq else None
    agreed = Head() if found is None else found.head
    if agreed.seq != seq or agreed.hash not in hashes:
        raise ConfigError(
            "entry {seq} of the ledger is not the same in the database and in its journal",
            mend="see what was changed: mailwatch verify",
            seq=seq,
        )
    return agreed


def _true_texts(journal: Journal) -> set[str]:
    """The commitments that the journal of texts keeps."""
    known: set[str] = set()
    for line in journal.texts():
        with suppress(ValueError):
            row = parse_text_line(line)
            known.update([row.commit] if row.true else [])
    return known


def _missing(
    connection: Connection, after: int
) -> Iterator[tuple[list[JournalLine], list[tuple[str, JournalLine]]]]:
    while links := sealed_after(connection, after, _PIECE):
        months = {link.seq: _month(link.canonical) for link in links}
        texts = texts_between(connection, links[0].seq, links[-1].seq)
        yield (
            [JournalLine(months[link.seq], link.canonical) for link in links],
            [(row.commit, JournalLine(months[seq], text_line(row))) for seq, row in texts],
        )
        after = links[-1].seq


def _month(data: bytes) -> str:
    try:
        return month(unlink(data, lambda _: None).ts)
    except (Malformed, ValueError):
        raise ConfigError(
            "the ledger holds an entry that cannot be read", mend="see what was changed: mailwatch verify"
        ) from None
