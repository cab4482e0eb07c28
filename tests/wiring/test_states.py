"""How cases stand, over a real store and archive: what is quoted, and what only a person told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.ingest_world import NUMBER, OTHER, World, mail

from mailwatch.adapters.worker import InlineParser
from mailwatch.config import load
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import Side
from mailwatch.core.free_text import Text
from mailwatch.core.holder import Holder
from mailwatch.core.quotation import Quote
from mailwatch.core.spoken import CaseContact, CaseSet, Key, Talk, Way
from mailwatch.core.turn_facts import reasons
from mailwatch.jobs.remind.turns import turns_of
from mailwatch.wiring.states import States

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
CASE, CALLED = CaseNumber("tracking-id", NUMBER), CaseNumber("tracking-id", OTHER)
CONFIG = """
data: data
timezone: Asia/Seoul
mailboxes: []
senders: [support@mail.support.microsoft.com]
customers: [{name: Hanbit, domains: [hanbit.example], plan: csp}]
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    (tmp_path / "config.yaml").write_text(CONFIG)
    made = World(tmp_path / "data")
    asks = mail("a", f"TrackingID#{NUMBER} Mail", to="kim@hanbit.example", body="Could you provide it?")
    made.deliver(asks)
    made.poll()
    yield made
    made.close()


def states(world: World) -> States:
    config = load(world.data.parent / "config.yaml")
    return States(config, world.archive, InlineParser(), lambda: NOW)


def test_a_mail_is_quoted_with_its_sender(world: World) -> None:
    """Customer and plan follow from the header; the words are cut from the archive."""
    found = states(world)
    with world.store.reading() as library:
        turns = turns_of(found, library, NOW)
    facts = turns[CASE]
    assert facts.cause is not None
    assert (facts.holder, facts.customer, facts.cause.words) == (Holder.US, "Hanbit", "Could you provide it?")
    assert facts.cause.sender == "support@mail.support.microsoft.com"


def test_a_call_is_quoted_as_the_person_told_it(world: World) -> None:
    """His name and his words; a case that was opened by phone stands though no mail of it came yet."""
    at = datetime(2026, 11, 3, tzinfo=UTC) - timedelta(hours=1)
    call = CaseContact(CASE, Text("lee"), Way.PHONE, Side.THEM, Talk.ASKED, Text("send the trace"))
    with world.store.writing() as tx:
        tx.ledger.record(call, at=at)
        tx.ledger.record(CaseSet(CALLED, Text("lee"), Key.OPENED, Way.PHONE.value), at=at)
    found = states(world)
    with world.store.reading() as library:
        every = found.of_all(library)
    assert {CASE, CALLED} == set(every)
    assert every[CALLED].holder("open") is Holder.VENDOR
    wanted = [(every[CASE], event) for event in every[CASE].events]
    assert Quote("lee", "send the trace") in found.quotes(wanted).values()


def test_an_original_that_is_gone_has_no_quote(world: World) -> None:
    """Erased meanwhile: the case stands as it stood, without its words."""
    found = states(world)
    with world.store.reading() as library:
        state = found.of_all(library)[CASE]
    for path in (world.data / "archive").rglob("*.eml"):
        path.unlink()
    assert found.quotes([(state, event) for event in reasons(state)]) == {}
