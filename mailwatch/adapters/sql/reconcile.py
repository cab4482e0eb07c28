"""Database and journal must tell the same story: the tail is compared before every writing."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from mailwatch.adapters.sql.ledger import head, sealed_after, texts_between
from mailwatch.core.canonical import Malformed
from mailwatch.core.ledger import Head, month, unlink
from mailwatch.core.texts import parse_text_line, text_line
from mailwatch.errors import ConfigError
from mailwatch.ports import Journal, JournalLine

_PIECE = 1000


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
            "the database knows {database} ledger entries, its journal {journal}: it was lost or set back",
            mend="rebuild it from archive and journals: mailwatch reindex --from DIR (the data folder)",
            database=database.seq,
            journal=end.seq,
        )


def reconcile(connection: Connection, journal: Journal) -> None:
    """Append to the journal what a crash after the commit kept from it.

    Raises:
        ConfigError: the journal is ahead, or tells another story.
    """
    end = journal.end()
    database = head(connection)
    refuse_journal_ahead(end, database)
    if end == database:
        return
    _refuse_other_story(connection, end)
    known = {parse_text_line(line).commit for line in journal.texts()}
    for entries, texts in _missing(connection, end.seq):
        fresh = [line for commit, line in texts if commit not in known]
        journal.append(entries, fresh)


def _refuse_other_story(connection: Connection, end: Head) -> None:
    found = next(iter(sealed_after(connection, end.seq - 1, 1)), None)
    if end.seq and (found is None or found.head != end):
        raise ConfigError(
            "entry {seq} of the ledger is not the same in the database and in its journal",
            mend="see what was changed: mailwatch verify",
            seq=end.seq,
        )


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
