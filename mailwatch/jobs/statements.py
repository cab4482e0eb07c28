"""What a person says of a case, into the ledger: each with who and when, and each can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.entries import Text, Withdrawn
from mailwatch.core.spoken import CaseLink, Key, Said, Tie
from mailwatch.core.statements import Statement, settings
from mailwatch.errors import ConfigError
from mailwatch.jobs.filing import file_anew
from mailwatch.ports import Store, Transaction


@dataclass(frozen=True, slots=True)
class Word:
    """Who speaks, and of what time (UTC). ``at`` None: of now."""

    by: str
    at: datetime | None = None


def say(store: Store, said: Sequence[Said], word: Word) -> tuple[Statement, ...]:
    """Record all of it, or nothing."""
    with store.writing() as tx:
        return _record(tx, said, word)


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
        return _record(tx, said, word)


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
            mend="mailwatch show NUMBER names the entries",
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
