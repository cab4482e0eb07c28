"""What a person says of a case, into the ledger: each with who and when, and each can be taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.entries import Text, Withdrawn
from mailwatch.core.place import Place
from mailwatch.core.spoken import CaseAttach, CaseLink, Key, Said, Tie
from mailwatch.core.statements import Statement, settings
from mailwatch.errors import ConfigError
from mailwatch.jobs.anew import file_anew
from mailwatch.ports import Archive, Fetched, Originals, Store, Transaction


@dataclass(frozen=True, slots=True)
class Word:
    """Who speaks, and of what time (UTC). ``at`` None: of now."""

    by: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file that a person brings; ``text`` says what it is."""

    name: str
    content: bytes
    text: str = ""


_BY_HAND = Place("")
"""For what comes from no mailbox: the archive asks for bytes and hash alone."""


def say(store: Store, said: Sequence[Said], word: Word) -> tuple[Statement, ...]:
    """Record all of it, or nothing."""
    with store.writing() as tx:
        return _record(tx, said, word)


def attach(
    store: Store, archive: Archive, number: CaseNumber, file: File, word: Word
) -> tuple[Statement, ...]:
    """Keep a file with a case: its bytes are safe before the ledger speaks of them."""
    sha256 = hashlib.sha256(file.content).hexdigest()
    archive.put([Fetched(_BY_HAND, file.content, sha256, len(file.content), None)])
    text = Text(file.text) if file.text else None
    by = Text(word.by)
    return say(store, [CaseAttach(number, by, sha256, len(file.content), Text(file.name), text)], word)


def attached(store: Store, archive: Originals, number: CaseNumber, entry: int) -> bytes:
    """The file of a case that an entry speaks of.

    Raises:
        ConfigError: it speaks of none, or the file is not there.
    """
    with store.reading() as library:
        statement = next((one for one in library.statements(number) if one.entry == entry), None)
    if statement is None or not isinstance(statement.said, CaseAttach):
        raise ConfigError(
            "entry {entry} is no attached file", mend="mailwatch show NUMBER names the entries", entry=entry
        )
    try:
        return archive.read(statement.said.sha256)
    except KeyError:
        raise ConfigError(
            "the attached file {sha256} is gone",
            mend="see what else is missing: mailwatch verify",
            sha256=statement.said.sha256,
        ) from None


def add(store: Store, number: CaseNumber, said: Sequence[Said], word: Word) -> tuple[Statement, ...]:
    """Record the first words about a case of which no mail has come.

    Raises:
        ConfigError: the case is there.
    """
    with store.writing() as tx:
        case = tx.said.merged().case(number)
        if (
            case != number
            or tx.trees.known(frozenset({number}))
            or Key.OPENED in settings(tx.said.of(number))
        ):
            raise ConfigError(
                "the case {number} is there already", mend="see it: mailwatch show {number}", number=number
            )
        statements = _record(tx, said, word)
        # In brackets a number counts from now on; what named it so before is decided on once more.
        file_anew(tx, tx.trees.naming(frozenset({number})), word.by)
        return statements


def link(store: Store, number: CaseNumber, other: CaseNumber, word: Word) -> tuple[Statement, ...]:
    """Say that two cases have to do with one another.

    Raises:
        ConfigError: they are one case.
    """
    if number == other:
        raise _one_already(number, other)
    return say(store, [CaseLink(number, Text(word.by), other, Tie.RELATED)], word)


def merge(store: Store, number: CaseNumber, other: CaseNumber, word: Word) -> tuple[Statement, int]:
    """Say that ``other`` is the case ``number``: its mails are filed there, those that will come, too.

    Returns:
        What was recorded, and how many mails are filed otherwise now.

    Raises:
        ConfigError: they are one case already.
    """
    with store.writing() as tx:
        merged = tx.said.merged()
        into, part = merged.case(number), merged.case(other)
        if into == part:
            raise _one_already(number, other)
        keys = _keys(tx, part)
        (statement,) = _record(tx, [CaseLink(into, Text(word.by), part, Tie.MERGED)], word)
        return statement, len(file_anew(tx, keys, word.by))


def _one_already(number: CaseNumber, other: CaseNumber) -> ConfigError:
    return ConfigError("{other} and {number} are one case already", number=number, other=other)


def withdraw(
    store: Store, entries: Sequence[int], by: str, reason: str | None
) -> tuple[tuple[Statement, ...], int]:
    """Take back what these entries say, or none of them.

    Returns:
        The statements, and how many mails are filed otherwise now: those of a merge.

    Raises:
        ConfigError: an entry is no statement, or was taken back before.
    """
    with store.writing() as tx:
        found = [_withdrawn(tx, entry, by, reason) for entry in dict.fromkeys(entries)]
        return tuple(statement for statement, _ in found), sum(mails for _, mails in found)


def _withdrawn(tx: Transaction, entry: int, by: str, reason: str | None) -> tuple[Statement, int]:
    statement = tx.said.entry(entry)
    if statement is None:
        raise ConfigError(
            "entry {entry} is nothing that a person said of a case",
            mend="mailwatch show NUMBER names the entries; of a filing: mailwatch file MESSAGE --undo",
            entry=entry,
        )
    if statement.withdrawn:
        raise ConfigError("entry {entry} was taken back already", entry=entry)
    tx.ledger.record(Withdrawn(entry, Text(by), Text(reason) if reason else None), actor="person")
    said = statement.said
    part = said.other if isinstance(said, CaseLink) and said.tie is Tie.MERGED else None
    changed = file_anew(tx, _keys(tx, part), by) if part else ()
    return tx.said.entry(entry) or statement, len(changed)


def _keys(tx: Transaction, part: CaseNumber) -> frozenset[str]:
    """Thread keys of all mails that are in ``part`` while it is a case of its own."""
    numbers = (part, *tx.said.merged().into(part))
    filed = frozenset().union(*(tx.trees.filed(number) for number in numbers))
    return filed | tx.trees.naming(frozenset(numbers))


def _record(tx: Transaction, said: Sequence[Said], word: Word) -> tuple[Statement, ...]:
    entries = [tx.ledger.record(one, at=word.at, actor="person") for one in said]
    found = (tx.said.entry(entry) for entry in entries)
    return tuple(statement for statement in found if statement is not None)
