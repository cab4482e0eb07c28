"""Reading what filed mails tell: once each, in batches, and never in the way of anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.ingest_world import NUMBER, OTHER, POLICY, World, mail

from mailwatch.adapters.worker import InlineParser
from mailwatch.core.case_state import case_state
from mailwatch.core.deadline import Terms
from mailwatch.core.message import Message
from mailwatch.errors import TemporaryError, UnreadableMessage
from mailwatch.jobs import understand as job
from mailwatch.jobs.understand import GONE, Hearing, heard, understand
from mailwatch.ports import CaseMail, Fetched

NOW = datetime(2026, 11, 3, tzinfo=UTC)
HOW = Hearing("0123456789abcdef", lambda _name: POLICY, UTC)

FIRST = mail("a", f"TrackingID#{NUMBER} Mail", body="My name is Hong and I will be the Support Engineer.")
SECOND = mail("b", f"TrackingID#{NUMBER} Mail", body="Could you provide the trace?", hour=10)
ELSE = mail("c", f"TrackingID#{OTHER} Else", body="I have raised the severity of your case to A.", hour=11)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "data")
    made.deliver(FIRST, SECOND, ELSE)
    made.poll()
    yield made
    made.close()


class Parser(InlineParser):
    """Counts what it is given; ``broken`` mails cannot be read, and ``away`` is no worker at all."""

    def __init__(self, *broken: str, away: bool = False) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.broken, self.away = frozenset(broken), away

    def parse(self, batch: Any) -> tuple[Message | UnreadableMessage, ...]:
        if self.away:
            raise TemporaryError("no workers")
        self.seen += [fetched.sha256 for fetched in batch]
        return tuple(self._one(fetched) for fetched in batch)

    def _one(self, fetched: Fetched) -> Message | UnreadableMessage:
        if fetched.sha256 in self.broken:
            return UnreadableMessage("timeout")
        (answer,) = super().parse([fetched])
        return answer


def always() -> bool:
    return True


def mails(world: World, how: Hearing = HOW) -> tuple[CaseMail, ...]:
    with world.store.reading() as library:
        return library.mails.awake(how.fingerprint)


def statuses(found: tuple[CaseMail, ...]) -> dict[str, str]:
    numbers = {m.filing.number for m in found if m.filing.number}
    return {
        n.canonical: case_state([m.told for m in found if m.filing.number == n], (), Terms(), NOW).status(
            "open"
        )
        for n in numbers
    }


AS_TOLD = {NUMBER: "waiting-us", OTHER: "waiting-vendor"}


def test_each_mail_is_read_once(world: World) -> None:
    """The second run finds nothing to do, and the store knows how each case stands."""
    parser = Parser()
    assert understand(world.store, world.archive, parser, HOW, more=always) == 3
    assert understand(world.store, world.archive, parser, HOW, more=always) == 0
    assert sorted(parser.seen) == sorted(world.sha256s())
    assert statuses(mails(world)) == AS_TOLD


def test_changed_rules_have_all_read_again(world: World) -> None:
    """And as long as that has not happened, nothing of the old reading is told."""
    understand(world.store, world.archive, Parser(), HOW, more=always)
    other = replace(HOW, fingerprint="fedcba9876543210")
    assert {None} == {m.told for m in mails(world, other)}
    assert understand(world.store, world.archive, Parser(), other, more=always) == 3


def test_whoever_only_looks_writes_nothing(world: World) -> None:
    """The mails are read for this once, the newest first, and no more than was allowed."""
    parser = Parser()
    assert statuses(heard(mails(world), world.archive, parser, HOW, most=9)) == AS_TOLD
    assert {None} == {m.told for m in mails(world)}
    few = heard(mails(world), world.archive, Parser(), HOW, most=1)
    assert [m.told is not None for m in few] == [False, False, True]


def test_a_batch_is_bounded_and_what_is_done_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told to stop, it ends after the batch at hand; the next run takes the rest."""
    monkeypatch.setattr(job, "BATCH_MAILS", 1)
    left = iter([True, True, False])
    assert understand(world.store, world.archive, Parser(), HOW, more=lambda: next(left)) == 2
    assert [m.told is not None for m in mails(world)] == [False, True, True]
    assert understand(world.store, world.archive, Parser(), HOW, more=always) == 1


def test_big_mails_come_in_batches_of_their_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes bound a batch, too; a mail that is bigger than a batch is read all the same."""
    monkeypatch.setattr(job, "BATCH_BYTES", 10)
    sizes = [len(batch) for batch in job.hear(mails(world), world.archive, Parser(), HOW)]
    assert sizes == [1, 1, 1]


def test_a_mail_that_cannot_be_read_again_holds_up_no_other(world: World) -> None:
    """It is told as such, and is not tried at every look: only other rules try it again."""
    broken = mails(world)[1].filing.sha256
    assert understand(world.store, world.archive, Parser(broken), HOW, more=always) == 3
    assert [m.told.unreadable for m in mails(world) if m.told] == [None, "timeout", None]
    assert understand(world.store, world.archive, Parser(), HOW, more=always) == 0


def test_an_original_that_is_gone_is_told(world: World) -> None:
    """Erased or lost: nothing can be read of it, and nothing breaks."""
    sha256 = mails(world)[0].filing.sha256
    path = world.data / "archive" / sha256[:2] / sha256[2:4] / f"{sha256}.eml"
    path.unlink()
    parser = Parser()
    understand(world.store, world.archive, parser, HOW, more=always)
    assert [m.told.unreadable for m in mails(world) if m.told] == [GONE, None, None]
    assert sha256 not in parser.seen


def test_without_workers_nothing_is_kept(world: World) -> None:
    """The error is for whoever called; the next run finds all that is still to be read."""
    with pytest.raises(TemporaryError):
        understand(world.store, world.archive, Parser(away=True), HOW, more=always)
    assert understand(world.store, world.archive, Parser(), HOW, more=always) == 3


def test_the_ledger_does_not_grow(world: World) -> None:
    """What is read anew at will is no evidence."""
    before = world.store.evidence().head()
    understand(world.store, world.archive, Parser(), HOW, more=always)
    assert world.store.evidence().head() == before
