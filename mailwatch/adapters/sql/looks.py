"""Looks at mailboxes, a row for each mailbox and day (UTC); the newest row tells how things stand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select

from mailwatch.adapters.sql.batch import Batch, upsert
from mailwatch.adapters.sql.tables import looks
from mailwatch.errors import Words
from mailwatch.ports import Look, Looks

_LONGEST = 300
"""Characters of one value of a sentence: what a server says may be of any length."""


class SqlRounds:
    """See ``ports.Rounds``."""

    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection

    def note(self, look: Look) -> None:
        """See ``ports.Rounds``."""
        newest = self._newest(look.mailbox)
        day = look.at.date().isoformat()
        same = newest if newest is not None and newest["day"] == day else None
        failed = look.trouble is not None
        before = newest if newest is not None and failed and newest["in_a_row"] else None
        row = {
            "mailbox": look.mailbox,
            "day": day,
            "looks": 1 + (same["looks"] if same else 0),
            "failed": failed + (same["failed"] if same else 0),
            "fetched": look.fetched + (same["fetched"] if same else 0),
            "filed": look.filed + (same["filed"] if same else 0),
            "first": same["first"] if same else look.at,
            "last": look.at,
            "in_a_row": failed + (before["in_a_row"] if before else 0),
            "failing_since": (before["failing_since"] if before else look.at) if failed else None,
            "trouble": None if look.trouble is None else json.dumps(_plain(look.trouble), ensure_ascii=True),
        }
        upsert(self._connection, looks, [row], ["mailbox", "day"])

    def _newest(self, mailbox: str) -> RowMapping | None:
        # By the clock of the wall: one that was set back goes on from the day that it came from.
        chosen = select(looks).where(looks.c.mailbox == mailbox).order_by(looks.c.day.desc()).limit(1)
        return self._connection.execute(chosen).mappings().first()

    def forget_before(self, when: datetime) -> int:
        """See ``ports.Rounds``."""
        return self._connection.execute(delete(looks).where(looks.c.day < when.date().isoformat())).rowcount


def all_looks(connection: Connection) -> Iterator[Looks]:
    """What is remembered, by mailbox, beside whoever is writing."""
    rows = connection.execute(select(looks).order_by(looks.c.mailbox, looks.c.day)).mappings()
    for mailbox, found in groupby(rows, key=lambda row: str(row["mailbox"])):
        days = list(found)
        newest = days[-1]
        yield Looks(
            mailbox,
            looks=sum(day["looks"] for day in days),
            failed=sum(day["failed"] for day in days),
            since=days[0]["first"],
            last=newest["last"],
            in_a_row=newest["in_a_row"],
            failing_since=newest["failing_since"],
            trouble=None if newest["trouble"] is None else _words(json.loads(newest["trouble"])),
        )


def _plain(words: Words) -> Mapping[str, Any]:
    """A sentence with its values, so that it can be said in the language of whoever asks."""
    values = {
        name: _plain(value) if isinstance(value, Words) else str(value)[:_LONGEST]
        for name, value in words.values.items()
    }
    return {"say": words.template, "many": words.plural, "n": words.n, "with": values}


def _words(plain: Mapping[str, Any]) -> Words:
    values = {
        name: _words(value) if isinstance(value, dict) else value for name, value in plain["with"].items()
    }
    return Words(plain["say"], values, plural=plain["many"], n=plain["n"])
