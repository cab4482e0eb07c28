"""What every store must do, whatever lies below it: each test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes.books import BACKENDS, START, Ticking, fetched, message, open_store, sha, url_on

from mailwatch.adapters.sql import SqlStore
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import Node
from mailwatch.core.entries import (
    CaseFrozen,
    DigestEntry,
    Erased,
    FiledEntry,
    MessageKept,
    Renamed,
    SeenElsewhere,
    Text,
    Undone,
    Watch,
)
from mailwatch.core.fidelity import Offer, Probe, Profile, without
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.place import Place
from mailwatch.core.recognition import Form, Mention, Where
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState
from mailwatch.core.standing import Standing
from mailwatch.ports import Cursor, OutboxItem, Sighting, Transaction

CASE = CaseNumber("tracking-id", "2402220010002574")
OTHER = CaseNumber("srx", "SRX1318598611")


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Ticking) -> Iterator[SqlStore]:
    opened = open_store(tmp_path / "data", clock, url=url_on(request, tmp_path / "data"))
    yield opened
    opened.close()


def filing(raw: bytes, number: CaseNumber | None = CASE, **more: object) -> Filing:
    given = {
        "verdict": Verdict.FILED if number else Verdict.UNFILED,
        "standing": Standing.VOUCHED,
        "rule": Rule.SUBJECT_TOKEN,
        "confidence": Confidence.CERTAIN,
        **more,
    }
    return Filing(sha(raw), number=number, **given)


def mention(number: CaseNumber = CASE, alias: str = "TrackingID#2402220010002574") -> Mention:
    return Mention(number, Where.SUBJECT, Form.TOKEN, None, 0, len(alias), alias)


def keep(
    tx: Transaction,
    raw: bytes,
    *,
    uid: int = 1,
    filed: Filing | None = None,
    mentions: tuple[Mention, ...] = (),
    actor: str = "program",
    **headers: object,
) -> None:
    """A mail as ingest records it: kept, then decided."""
    mail = fetched(raw, uid)
    given = {"message_id": f"{sha(raw)[:8]}@example", **headers}
    entry = MessageKept(mail.sha256, mail.size, mail.place, mail.internaldate, mail.server)
    tx.ledger.record(entry, message(raw, **given))
    decide(tx, filed or filing(raw), mentions, actor)


def decide(
    tx: Transaction, filed: Filing, mentions: tuple[Mention, ...] = (), actor: str = "program"
) -> None:
    tx.ledger.record(FiledEntry(filed, mentions, "none", desk=True), actor=actor)


# ── transactions ──────────────────────────────────────────────────────────────


def test_the_first_entry_is_start(store: SqlStore) -> None:
    """A ledger says by which version it was begun, before anything else."""
    with store.writing() as tx:
        assert tx.ledger.record(Watch("first-good-poll", "support")) == 2
    assert [r.type for r in store.evidence().recorded(0, 10)] == ["start", "watch"]


def test_nothing_of_a_failed_transaction_exists(store: SqlStore) -> None:
    """Rows, entries and journal lines appear together or not at all; the error passes as it is."""
    with pytest.raises(ZeroDivisionError):
        _fail_in_the_middle(store)
    with store.writing() as tx:
        assert tx.trees.kept(frozenset({sha(b"x")})) == frozenset()
    assert [r.type for r in store.evidence().recorded(0, 10)] == ["start"]


def _fail_in_the_middle(store: SqlStore) -> None:
    with store.writing() as tx:
        keep(tx, b"x")
        raise ZeroDivisionError


def test_a_reader_sees_one_moment(store: SqlStore) -> None:
    """What is committed while a face reads is not seen by it."""
    with store.writing() as tx:
        keep(tx, b"x")
    with store.reading() as library:
        assert len(library.cases()) == 1
        with store.writing() as tx:
            keep(tx, b"y", uid=2, filed=filing(b"y", OTHER))
        assert len(library.cases()) == 1
    with store.reading() as library:
        assert len(library.cases()) == 2


def test_what_was_recorded_is_seen_at_once_inside_the_transaction(store: SqlStore) -> None:
    """Rows are written in bulk, yet every question sees them."""
    with store.writing() as tx:
        keep(tx, b"x")
        assert tx.trees.kept(frozenset({sha(b"x")})) == {sha(b"x")}
        assert tx.trees.filings([sha(b"x"), sha(b"y")]) == {sha(b"x"): filing(b"x")}
        assert tx.trees.known(frozenset({CASE, OTHER})) == {CASE}


def test_a_filing_comes_back_field_by_field(store: SqlStore) -> None:
    """Ingest compares filings to see what changed: not one field may differ."""
    full = Filing(
        sha(b"x"),
        Verdict.FILED,
        CASE,
        Standing.PARTICIPANT,
        (OTHER,),
        Rule.OWN_LABEL,
        Confidence.LIKELY,
        Where.OWN,
        2,
        10,
        26,
        sha(b"y"),
        through_ghost=True,
        rules=7,
    )
    bare = Filing(sha(b"z"), Verdict.UNNUMBERED)
    with store.writing() as tx:
        decide(tx, full)
        decide(tx, bare)
        assert tx.trees.filings([sha(b"x"), sha(b"z")]) == {sha(b"x"): full, sha(b"z"): bare}
        decide(tx, filing(b"x", OTHER))
    with store.writing() as tx:
        assert tx.trees.filings([sha(b"x")]) == {sha(b"x"): filing(b"x", OTHER)}


# ── reply trees ───────────────────────────────────────────────────────────────


def sighting(raw: bytes, uid: int, message_id: str | None = None, answers: tuple[str, ...] = ()) -> Sighting:
    return Sighting(
        Place("support", "INBOX", 1, uid), sha(raw), message_id, answers, len(raw), START, START, "b", "o"
    )


def shas(nodes: tuple[Node, ...]) -> set[str]:
    return {node.sha256 for node in nodes}


def test_a_tree_is_loaded_whole_over_ghosts_and_sightings(store: SqlStore) -> None:
    """Root <- ghost <- a <- sighted <- b: any of its ids brings all that were seen, and nothing else."""
    with store.writing() as tx:
        keep(tx, b"root", message_id="root@x")
        keep(tx, b"a", uid=2, message_id="a@x", answers=("root@x", "ghost@x"))
        tx.desk.sight([sighting(b"s", 3, "s@x", ("a@x",))])
        keep(tx, b"b", uid=4, message_id="b@x", answers=("s@x",))
        keep(tx, b"else", uid=5, message_id="else@x")
        for key in ("root@x", "ghost@x", "a@x", "s@x", "b@x"):
            assert shas(tx.trees.load(frozenset({key}))) == {sha(b"root"), sha(b"a"), sha(b"s"), sha(b"b")}
        assert shas(tx.trees.load(frozenset({"nobody@x"}))) == set()
        assert tx.finder.thread_keys([sha(b"a"), sha(b"none")]) == {"a@x"}


def test_a_node_carries_what_the_mail_and_its_decision_said(store: SqlStore) -> None:
    """``participant`` is taken back to stranger: the next decision starts from the mail."""
    with store.writing() as tx:
        filed = filing(b"x", standing=Standing.PARTICIPANT)
        keep(tx, b"x", filed=filed, mentions=(mention(),), message_id="x@x", to=("US@Contoso.example",))
        (node,) = tx.trees.load(frozenset({"x@x"}))
    read = message(b"x", message_id="x@x")
    assert node == Node(
        sha256=sha(b"x"),
        thread_key="x@x",
        message_id="x@x",
        answers=(),
        date=START,
        from_addr="support@microsoft.com",
        recipients=frozenset({"us@contoso.example"}),
        body_hash=read.body_hash,
        own_hash=read.own_hash,
        standing=Standing.STRANGER,
        anchor="none",
        desk=True,
        mentions=(mention(),),
    )


def test_mails_that_name_a_number_are_found_by_it(store: SqlStore) -> None:
    """Originals by any spelling; a sighting by what stands in brackets, which it remembers as it was."""
    alias = "[TrackingID#2402220010002574]"
    bracket = Mention(CASE, Where.SUBJECT, Form.BRACKET, None, 0, len(alias), alias)
    with store.writing() as tx:
        keep(tx, b"kept", filed=filing(b"kept", None), mentions=(mention(),), message_id="kept@x")
        tx.desk.sight([replace(sighting(b"s", 2, "s@x", ("root@x",)), bracket=bracket)])
        tx.desk.sight([sighting(b"t", 3, "t@x")])
        assert tx.trees.naming(frozenset({CASE})) == {"kept@x", "s@x", "root@x"}
        assert tx.trees.naming(frozenset({OTHER})) == tx.trees.naming(frozenset()) == frozenset()
        (named,) = tx.trees.load(frozenset({"s@x"}))
        assert (named.kept, named.mentions) == (False, (bracket,))
        assert tx.desk.forget_before(days(1), 100) == 2
        assert tx.trees.naming(frozenset({CASE})) == {"kept@x"}


def test_a_mail_of_ours_is_marked_though_it_is_not_kept(store: SqlStore) -> None:
    """Our renamed copy leaves a sighting and a decision; it is no part of a conversation."""
    with store.writing() as tx:
        tx.desk.sight([sighting(b"copy", 1, "c@x")])
        decide(tx, Filing(sha(b"copy"), Verdict.OURS, standing=Standing.OWN))
        (node,) = tx.trees.load(frozenset({"c@x"}))
    assert (node.ours, node.kept, node.body_hash) == (True, False, "b")


def test_a_person_pins_until_a_person_decides_again(store: SqlStore) -> None:
    """Rules may speak again; the pin stays, within one transaction and after it."""
    pinned = filing(b"x", OTHER, rule=Rule.PERSON)
    with store.writing() as tx:
        keep(tx, b"x", message_id="x@x")
        decide(tx, pinned, actor="person")
        decide(tx, filing(b"x"))
        assert [n.pinned for n in tx.trees.load(frozenset({"x@x"}))] == [pinned]
    with store.writing() as tx:
        decide(tx, filing(b"x"))
        assert [n.pinned for n in tx.trees.load(frozenset({"x@x"}))] == [pinned]
        decide(tx, filing(b"x", None, rule=Rule.PERSON), actor="person")
        assert [n.pinned for n in tx.trees.load(frozenset({"x@x"}))] == [filing(b"x", None, rule=Rule.PERSON)]


def test_of_two_originals_of_one_message_the_newest_pin_holds(store: SqlStore) -> None:
    """A person may name either of them."""
    with store.writing() as tx:
        keep(tx, b"one", message_id="m@x", text="same")
        keep(tx, b"two", uid=2, message_id="m@x", text="same")
        decide(tx, filing(b"one", CASE, rule=Rule.PERSON), actor="person")
        decide(tx, filing(b"two", OTHER, rule=Rule.PERSON), actor="person")
        pins = {n.sha256: n.pinned for n in tx.trees.load(frozenset({"m@x"}))}
    assert pins == {sha(b"one"): None, sha(b"two"): filing(b"two", OTHER, rule=Rule.PERSON)}


def test_a_mail_that_could_not_be_read_is_kept_without_headers(store: SqlStore) -> None:
    """And gets them when it is recorded again, read after all; when it was first seen stays."""
    mail = fetched(b"x")
    entry = MessageKept(mail.sha256, mail.size, mail.place, mail.internaldate, mail.server)
    with store.writing() as tx:
        tx.ledger.record(entry)
        assert tx.trees.kept(frozenset({mail.sha256})) == {mail.sha256}
        tx.ledger.record(entry, message(b"x", message_id="x@x", subject="복구 완료"))
        decide(tx, filing(b"x"))
    with store.reading() as library:
        assert [m.subject for m in library.messages(CASE)] == ["복구 완료"]
        assert [h.sha256 for h in library.search("복구")] == [mail.sha256]


def test_hostile_text_is_stored_without_what_no_database_takes(store: SqlStore) -> None:
    """NUL and lone surrogates in a subject cost nothing but themselves."""
    with store.writing() as tx:
        keep(tx, b"x", subject="a\0b\udc80c", message_id="\ud800@x")
    with store.reading() as library:
        assert [m.subject for m in library.messages(CASE)] == ["a\ufffdb?c"]


def test_the_body_of_our_digest_is_known_by_its_message_id(store: SqlStore) -> None:
    """The newest entry of a digest holds."""
    with store.writing() as tx:
        assert tx.trees.digest("d@x") is None
        for body in ("a" * 64, "b" * 64):
            tx.ledger.record(
                DigestEntry("i", "sent", Text("n"), Text("r"), Text("d@x"), "2026-03-01", "c" * 64, body)
            )
        assert tx.trees.digest("d@x") == "b" * 64


# ── work tables ───────────────────────────────────────────────────────────────


def test_cursors_are_kept_by_mailbox_and_folder(store: SqlStore) -> None:
    """A cursor is inserted, then replaced."""
    first = Cursor("support", "받은 편지함", 1, 5, 9, backfilled=False)
    second = Cursor("support", "받은 편지함", 2, 1, 9, backfilled=True, last_good=START)
    counted = replace(first, older=3_000_000_000, older_seconds=720)
    with store.writing() as tx:
        assert tx.desk.cursor("support", "받은 편지함") is None
        tx.desk.set_cursor(first)
        assert tx.desk.cursor("support", "받은 편지함") == first
        tx.desk.set_cursor(counted)
        assert tx.desk.cursor("support", "받은 편지함") == counted
        tx.desk.set_cursor(second)
    with store.writing() as tx:
        assert tx.desk.cursor("support", "받은 편지함") == second


def test_sightings_are_known_by_place_and_bytes_and_forgotten_by_age(store: SqlStore) -> None:
    """A place that is known is overwritten; what goes takes its wish and its links along."""
    with store.writing() as tx:
        tx.desk.sight([sighting(b"old", 1, "old@x"), sighting(b"b", 2, "b@x", ("old@x",))])
        tx.desk.sight([sighting(b"a", 1, "a@x")])
        assert [s.sha256 for s in tx.desk.sighted([sha(b"a"), sha(b"b"), sha(b"old")])] == [
            sha(b"a"),
            sha(b"b"),
        ]
        tx.wishes.want([sha(b"a"), sha(b"a")])
        tx.wishes.want([sha(b"a")])
        assert [s.sha256 for s in tx.wishes.wanted("support")] == [sha(b"a")]
        assert tx.wishes.wanted("other") == ()
        assert tx.desk.forget_before(START, 100) == 0
        assert tx.desk.forget_before(START + timedelta(seconds=1), 100) == 2
        assert tx.wishes.wanted("support") == ()
        assert tx.trees.load(frozenset({"a@x"})) == ()


def test_a_wish_that_was_fulfilled_is_gone(store: SqlStore) -> None:
    """Fetched, or given up."""
    with store.writing() as tx:
        tx.desk.sight([sighting(b"a", 1)])
        tx.wishes.want([sha(b"a")])
        tx.wishes.drop([sha(b"a")])
        assert tx.wishes.wanted("support") == ()


def test_imported_mail_is_sighted_once_though_it_has_no_uid(store: SqlStore) -> None:
    """The same files imported twice leave the same sightings."""
    seen = Sighting(Place("import"), sha(b"a"), None, (), 1, START, START)
    with store.writing() as tx:
        tx.desk.sight([seen])
        tx.desk.sight([seen, Sighting(Place("import"), sha(b"b"), None, (), 1, START, START)])
        assert len(tx.desk.sighted([sha(b"a"), sha(b"b")])) == 2


def test_uids_are_known_as_originals_sightings_and_copies(store: SqlStore) -> None:
    """A second poll asks for nothing of it; another UIDVALIDITY knows none."""
    with store.writing() as tx:
        keep(tx, b"x", uid=1)
        tx.ledger.record(SeenElsewhere(sha(b"x"), Place("support", "INBOX", 1, 2), None, None))
        tx.desk.sight([sighting(b"s", 3)])
        tx.plans.save([plan(copy_folder="INBOX", copy_uidvalidity=1, copy_uid=4)])
        tx.ledger.record(renamed(copy_uid=5, state="review"))
        assert tx.desk.seen("support", "INBOX", 1, range(1, 10)) == {1, 2, 3, 4, 5}
        assert tx.desk.seen("support", "INBOX", 2, range(1, 10)) == frozenset()
        assert tx.desk.seen("support", "Sent", 1, range(1, 10)) == frozenset()


def test_a_folder_with_new_uids_knows_none_of_the_old(store: SqlStore) -> None:
    """After a UIDVALIDITY change a mail lies nowhere until it is seen again."""
    with store.writing() as tx:
        keep(tx, b"x")
        tx.ledger.record(Watch("uidvalidity", "support", Text("INBOX"), old=1, new=2))
        assert tx.plans.candidates("support", "INBOX", since=None) == ()
        tx.ledger.record(Watch("outage", "support"))
        tx.ledger.record(SeenElsewhere(sha(b"x"), Place("support", "INBOX", 2, 1), None, None))
        assert len(tx.plans.candidates("support", "INBOX", since=None)) == 1
        tx.ledger.record(Watch("folder-gone", "support", Text("INBOX")))
        assert tx.plans.candidates("support", "INBOX", since=None) == ()


def test_quarantine_counts_readings(store: SqlStore) -> None:
    """Held, tried again, released; where the mail lies comes from its entry."""
    mail = fetched(b"x", uid=7)
    with store.writing() as tx:
        tx.ledger.record(MessageKept(mail.sha256, mail.size, mail.place, mail.internaldate, mail.server))
        assert tx.quarantine.hold(mail.sha256, "timeout", START) == 1
        assert tx.quarantine.hold(mail.sha256, "memory", START + timedelta(hours=1)) == 2
        (held,) = tx.quarantine.held()
        assert (held.why, held.at, held.tries, held.place) == ("memory", START, 2, mail.place)
        tx.quarantine.release(mail.sha256)
        assert tx.quarantine.held() == ()
        tx.quarantine.hold("0" * 64, "timeout", START)
        assert tx.quarantine.held()[0].place is None


def test_the_outbox_keeps_one_item_a_key(store: SqlStore) -> None:
    """Key: name, recipient, local date. Sent and failed ones are not asked for again."""
    item = OutboxItem("daily", "a@b.example", "2026-03-01", "id", "m@x", b"raw\x00\xff", "stored")
    with store.writing() as tx:
        assert tx.outbox.get("daily", "a@b.example", "2026-03-01") is None
        tx.outbox.put(item)
        assert tx.outbox.unsent() == (item,)
    for state, waits in (("sending", True), ("maybe", True), ("sent", False), ("failed", False)):
        with store.writing() as tx:
            later = OutboxItem(**{**_fields(item), "state": state, "tries": 1, "updated_at": START})
            tx.outbox.put(later)
            assert tx.outbox.get("daily", "a@b.example", "2026-03-01") == later
            assert bool(tx.outbox.unsent()) is waits


def _fields(item: OutboxItem) -> dict[str, object]:
    return {name: getattr(item, name) for name in OutboxItem.__slots__}


def test_consent_is_remembered_until_another_mode_is_asked_for(store: SqlStore) -> None:
    """Older mail needs a backlog run; a changed mode begins anew."""
    later = START + timedelta(days=1)
    with store.writing() as tx:
        assert tx.consents.given("support", "INBOX", Mode.REPLACE, START) == START
        assert tx.consents.given("support", "INBOX", Mode.REPLACE, later) == START
        assert tx.consents.given("support", "INBOX", Mode.COPY, later) == later
        assert tx.consents.given("support", "Other", Mode.COPY, START) == START


def test_a_consent_that_is_withdrawn_is_forgotten(store: SqlStore) -> None:
    """Given again it is new; others stay."""
    later = START + timedelta(days=1)
    with store.writing() as tx:
        for folder in ("INBOX", "Other"):
            tx.consents.given("support", folder, Mode.REPLACE, START)
        tx.consents.withdraw("support", "INBOX")
        assert (("support", "Other"),) == tx.consents.all()
        assert later == tx.consents.given("support", "INBOX", Mode.REPLACE, later)


def test_a_probe_is_kept_with_what_was_found(store: SqlStore) -> None:
    """One for each mailbox: begun without a profile, then with the one it came to."""
    offer = Offer("mail.contoso.example", move=True, uidplus=False, labels=True)
    begun = Probe("1" * 32, START)
    ended = Probe("2" * 32, START, Profile(START, offer, without(["exact", "spares"])))
    for probe in (begun, ended):
        with store.writing() as tx:
            tx.probes.save("support", probe)
        with store.writing() as tx:
            assert probe == tx.probes.newest("support")
            assert tx.probes.newest("other") is None


def test_a_mail_is_found_by_its_message_id_or_the_beginning_of_its_hash(store: SqlStore) -> None:
    """At least eight hex digits; angle brackets do not matter."""
    with store.writing() as tx:
        keep(tx, b"x", message_id="x@x")
        tx.desk.sight([sighting(b"s", 2, "s@x")])
        for ref in ("x@x", "<x@x>", sha(b"x"), sha(b"x")[:8], sha(b"x")[:12].upper()):
            assert tx.finder.originals(ref) == (sha(b"x"),)
        assert tx.finder.originals(sha(b"x")[:7]) == ()
        assert [s.sha256 for s in tx.finder.sightings(sha(b"s")[:9])] == [sha(b"s")]


# ── renaming ──────────────────────────────────────────────────────────────────


def plan(**more: object) -> Plan:
    given = {
        "id": "1" * 32,
        "direction": Direction.RENAME,
        "mode": Mode.REPLACE,
        "state": PlanState.PLANNED,
        "mailbox": "support",
        "original": sha(b"x"),
        "number": CASE,
        "folder": "INBOX",
        "uidvalidity": 1,
        "uid": 1,
        "subject_from": "a",
        "subject_to": "b",
        "due": START,
        **more,
    }
    return Plan(**given)


def renamed(kind: type[Renamed] = Renamed, **more: object) -> Renamed:
    given = {
        "plan": "2" * 32,
        "original": sha(b"x"),
        "copy": "c" * 64,
        "mailbox": "support",
        "mode": "replace",
        "state": "done",
        "why": None,
        "folder": Text("INBOX"),
        "originals": Text("Mailwatch/Originals"),
        "uidvalidity": 1,
        "uid": 1,
        "copy_folder": Text("INBOX"),
        "copy_uidvalidity": 1,
        "copy_uid": 9,
        "originals_uidvalidity": 3,
        "originals_uid": 4,
        "subject_from": Text("a"),
        "subject_to": Text("b"),
        **more,
    }
    return kind(**given)


def test_a_plan_comes_back_field_by_field_in_any_state(store: SqlStore) -> None:
    """Open ones by mailbox, oldest first; each by its id."""
    full = plan(
        copy="c" * 64,
        flags=("\\Seen", "$MDNSent"),
        internaldate=START,
        uidnext_before=4,
        copy_folder="INBOX",
        copy_uidvalidity=1,
        copy_uid=4,
        originals_folder="Mailwatch/Originals",
        originals_uidvalidity=2,
        originals_uid=1,
        originals_uidnext=1,
        undoes="0" * 32,
        why="x",
    )
    second = plan(id="0" * 32, original=sha(b"y"))
    with store.writing() as tx:
        tx.plans.save([full, second])
        tx.plans.save([])
        assert tx.plans.open("support") == (full, second)
        assert tx.plans.open("other") == ()
        done = plan(state=PlanState.DONE)
        tx.plans.save([done])
        assert tx.plans.find("1" * 32) == done
        assert tx.plans.open("support") == (second,)
        assert tx.plans.find("9" * 32) is None


def test_a_filed_mail_is_a_candidate_until_it_is_planned_renamed_or_barred(store: SqlStore) -> None:
    """Planned, done, undone: one after the other. The bar is told; only a person lifts it."""

    def offered(tx: Transaction) -> int:
        return len(tx.plans.candidates("support", "INBOX", since=None))

    with store.writing() as tx:
        keep(tx, b"x")
        keep(tx, b"private", uid=2, filed=filing(b"private", None))
        assert offered(tx) == 1
        tx.plans.save([plan()])
        assert offered(tx) == 0
        tx.plans.save([plan(state=PlanState.ABORTED)])
        assert offered(tx) == 1
        tx.ledger.record(renamed())
        assert offered(tx) == 0
        tx.ledger.record(renamed(Undone))
        (barred,) = tx.plans.candidates("support", "INBOX", since=None)
        assert barred.barred


def test_a_candidate_says_what_the_rules_ask(store: SqlStore) -> None:
    """Headers, the rule its thread was filed by, and why an earlier try came to nothing."""
    with store.writing() as tx:
        keep(tx, b"root", message_id="root@x")
        child = filing(b"x", via=sha(b"root"), rule=Rule.THREAD)
        keep(tx, b"x", uid=2, filed=child, subject="RE: hello", answers=("root@x",))
        tx.ledger.record(renamed(state="aborted", why="vanished", uid=2))
        found = {c.filing.sha256: c for c in tx.plans.candidates("support", "INBOX", since=None)}
    candidate = found[sha(b"x")]
    assert (candidate.via_rule, candidate.subject, candidate.ended) == (
        "subject-token",
        "RE: hello",
        "vanished",
    )
    assert (candidate.place, candidate.dormant, candidate.barred) == (
        Place("support", "INBOX", 1, 2),
        False,
        False,
    )
    assert (candidate.automatic, candidate.subject_fields, candidate.internaldate) == ("no", 1, START)
    assert found[sha(b"root")].via_rule is None


def test_candidates_may_be_bounded_by_when_they_were_first_seen(store: SqlStore, clock: Ticking) -> None:
    """Older mail is a backlog."""
    with store.writing() as tx:
        keep(tx, b"x")
        edge = clock() + timedelta(seconds=0)
        keep(tx, b"y", uid=2)
        found = tx.plans.candidates("support", "INBOX", since=edge)
    assert [c.filing.sha256 for c in found] == [sha(b"y")]


def test_both_originals_of_one_message_may_be_renamed(store: SqlStore) -> None:
    """Each lies in a mailbox of its own."""
    with store.writing() as tx:
        keep(tx, b"one")
        keep(tx, b"two", uid=2, filed=filing(b"two", verdict=Verdict.SAME, via=sha(b"one")))
        assert len(tx.plans.candidates("support", "INBOX", since=None)) == 2


def test_a_further_original_of_a_reply_has_the_reason_of_the_first(store: SqlStore) -> None:
    """A reply in two mailboxes may be renamed in both: its thread was filed by a subject."""
    with store.writing() as tx:
        keep(tx, b"root", message_id="root@x")
        keep(tx, b"one", uid=2, filed=filing(b"one", via=sha(b"root"), rule=Rule.THREAD))
        same = filing(b"two", verdict=Verdict.SAME, via=sha(b"one"), rule=Rule.THREAD)
        keep(tx, b"two", uid=3, filed=same)
        found = {c.filing.sha256: c for c in tx.plans.candidates("support", "INBOX", since=None)}
    assert found[sha(b"two")].via_rule == "subject-token"


def test_a_rename_that_stands_can_be_undone_from_the_ledger_alone(store: SqlStore) -> None:
    """By mailbox, by number, or all; once undone it no longer stands."""
    with store.writing() as tx:
        keep(tx, b"x")
        tx.ledger.record(renamed(state="aborted"))
        tx.ledger.record(renamed())
        for mailbox, number in ((None, None), ("support", CASE)):
            (found,) = tx.plans.done(mailbox, number)
            assert (found.id, found.number, found.state) == ("2" * 32, CASE, PlanState.DONE)
            assert (found.folder, found.uid, found.copy_uid) == ("INBOX", 1, 9)
            assert (found.originals_folder, found.originals_uid) == ("Mailwatch/Originals", 4)
            assert (found.subject_from, found.subject_to, found.copy) == ("a", "b", "c" * 64)
        assert tx.plans.done("other", None) == ()
        assert tx.plans.done(None, OTHER) == ()
        assert tx.plans.find("2" * 32) is not None
        tx.ledger.record(renamed(Undone, plan="3" * 32))
        assert tx.plans.done(None, None) == ()


def test_a_renamed_original_lies_where_it_was_moved_to_and_back(store: SqlStore) -> None:
    """``show`` tells where to look; the standard subject stands as long as the rename does."""
    with store.writing() as tx:
        keep(tx, b"x")
        tx.ledger.record(renamed())
    with store.reading() as library:
        (row,) = library.messages(CASE)
        assert (row.originals[0].folder, row.originals[0].uid) == ("Mailwatch/Originals", 4)
        assert row.standard_subject == "b"
    with store.writing() as tx:
        tx.ledger.record(renamed(Undone, uid=12))
    with store.reading() as library:
        (row,) = library.messages(CASE)
        assert (row.originals[0].folder, row.originals[0].uid) == ("INBOX", 12)
        assert row.standard_subject is None


def test_a_copy_leaves_the_original_where_it_is(store: SqlStore) -> None:
    """Mode copy moves nothing."""
    with store.writing() as tx:
        keep(tx, b"x")
        tx.ledger.record(
            renamed(
                mode="copy",
                originals=None,
                originals_uid=None,
                originals_uidvalidity=None,
                copy_folder=Text("Mailwatch/Cases"),
            )
        )
    with store.reading() as library:
        (row,) = library.messages(CASE)
    assert (row.originals[0].folder, row.originals[0].uid) == ("INBOX", 1)


# ── what the faces read ───────────────────────────────────────────────────────


def days(count: float) -> datetime:
    return START + timedelta(days=count)


def test_a_case_adds_up_from_its_mails(store: SqlStore) -> None:
    """Count, span, who spoke last, spellings, rivals, token and title of the earliest mail."""
    with store.writing() as tx:
        keep(
            tx,
            b"2",
            uid=2,
            filed=filing(b"2", related=(OTHER,)),
            mentions=(mention(), mention(OTHER, "SRX1318598611ID")),
            date=days(-1),
            subject="RE: [TrackingID#2402220010002574] second",
        )
        keep(
            tx,
            b"1",
            filed=filing(b"1", standing=Standing.OWN),
            mentions=(mention(alias="2402220010002574001"),),
            date=days(-2),
            subject="답장: [EXTERNAL] TrackingID#2402220010002574: 메일 흐름",
        )
        keep(tx, b"same", uid=3, filed=filing(b"same", verdict=Verdict.SAME, via=sha(b"2")), date=days(-1))
    with store.reading() as library:
        (case,) = library.cases()
        assert (case.number, case.token) == (CASE, "TrackingID#2402220010002574")
        assert (case.title, case.status, case.messages, case.frozen) == ("메일 흐름", "open", 2, False)
        assert (case.opened_at, case.last_message_at) == (days(-2), days(-1))
        assert (case.last_from_us_at, case.last_from_them_at) == (days(-2), days(-1))
        assert case.aliases == ("2402220010002574001", "TrackingID#2402220010002574")
        assert (case.related, case.mentioned_by) == (("SRX1318598611",), ())
        for alias in (
            "2402220010002574",
            "TrackingID#2402220010002574",
            "2402220010002574001",
            "[TrackingID#2402220010002574]",
        ):
            assert library.case(alias) == case
        assert library.case("nothing") is None
        first, second = library.messages(CASE)
        assert (first.direction, second.direction) == ("out", "in")
        assert [o.sha256 for o in second.originals] == [sha(b"2"), sha(b"same")]


def test_a_stranger_gives_a_case_neither_title_nor_beginning(store: SqlStore) -> None:
    """He chooses his Date field: a forged old date must not rename or age the case of other people."""
    with store.writing() as tx:
        forged = filing(b"forged", standing=Standing.STRANGER)
        keep(tx, b"forged", uid=2, filed=forged, date=days(-9), subject="Your account is closed")
        with_title = filing(b"real")
        keep(tx, b"real", filed=with_title, date=days(-1), subject="Mail flow stops")
    with store.reading() as library:
        (case,) = library.cases()
        assert (case.title, case.opened_at) == ("Mail flow stops", days(-1))


def test_a_case_of_strangers_alone_has_the_title_of_its_earliest_mail(store: SqlStore) -> None:
    """Nobody better has spoken; its status says that it is unverified."""
    with store.writing() as tx:
        for raw, uid, age in ((b"later", 1, 1), (b"first", 2, 2)):
            said = filing(raw, standing=Standing.STRANGER)
            keep(tx, raw, uid=uid, filed=said, date=days(-age), subject=f"the {raw.decode()}")
    with store.reading() as library:
        (case,) = library.cases()
        assert (case.title, case.opened_at, case.status) == ("the first", days(-2), "unverified")


def test_a_number_that_is_only_related_is_shown_by_who_mentions_it(store: SqlStore) -> None:
    """It is no case of its own until a mail is filed under it."""
    with store.writing() as tx:
        filed = filing(b"x", related=(OTHER,))
        keep(tx, b"x", filed=filed, mentions=(mention(), mention(OTHER, "SRX1318598611ID")))
    with store.reading() as library:
        for alias in ("SRX1318598611", "srx1318598611", "SRX1318598611ID"):
            row = library.case(alias)
            assert row is not None
            assert (row.number, row.status, row.messages) == (OTHER, "related", 0)
            assert row.mentioned_by == ("2402220010002574",)
        assert len(library.cases()) == 1
    with store.writing() as tx:
        keep(tx, b"y", uid=2, filed=filing(b"y", OTHER))
    with store.reading() as library:
        row = library.case("SRX1318598611")
        assert row is not None
        assert (row.status, row.mentioned_by) == ("open", ("2402220010002574",))


@pytest.mark.parametrize(
    ("standing", "age", "status"),
    [
        (Standing.VOUCHED, 29, "open"),
        (Standing.CLAIMED, 31, "dormant"),
        (Standing.OWN, 31, "dormant"),
        (Standing.STRANGER, 0, "unverified"),
        (Standing.STRANGER, 31, "unverified"),
        (Standing.PARTICIPANT, 0, "unverified"),
    ],
)
def test_the_status_of_a_case(store: SqlStore, standing: Standing, age: int, status: str) -> None:
    """Old when first met: dormant. Spoken of by strangers alone: unverified."""
    with store.writing() as tx:
        keep(tx, b"x", filed=filing(b"x", standing=standing), date=days(-age))
        (candidate,) = tx.plans.candidates("support", "INBOX", since=None)
        assert candidate.dormant is (age > 30)
    with store.reading() as library:
        assert [case.status for case in library.cases()] == [status]


def test_new_mail_wakes_a_dormant_case_and_a_stranger_does_not(store: SqlStore) -> None:
    """A stranger's mail changes nothing but what is shown of it."""
    with store.writing() as tx:
        keep(tx, b"x", date=days(-40))
        keep(tx, b"s", uid=2, filed=filing(b"s", standing=Standing.STRANGER), date=days(0))
    with store.reading() as library:
        (case,) = library.cases()
        assert (case.status, case.last_message_at, case.messages) == ("dormant", days(-40), 2)
    with store.writing() as tx:
        keep(tx, b"y", uid=3, date=days(0))
    with store.reading() as library:
        assert [case.status for case in library.cases()] == ["open"]


def test_a_frozen_token_and_title_outlive_earlier_mail(store: SqlStore) -> None:
    """What was written into subjects stays, whatever is found later."""
    with store.writing() as tx:
        keep(
            tx, b"x", filed=filing(b"x", OTHER), mentions=(mention(OTHER, "SRX1318598611ID"),), subject="late"
        )
        tx.ledger.record(CaseFrozen("srx", "SRX1318598611", "SRX1318598611ID", Text("late")))
        keep(
            tx,
            b"y",
            uid=2,
            filed=filing(b"y", OTHER),
            mentions=(mention(OTHER, "SRX1318598611"),),
            subject="early",
            date=days(-3),
        )
    with store.reading() as library:
        (case,) = library.cases()
        assert (case.token, case.title, case.frozen) == ("SRX1318598611ID", "late", True)
        assert library.case("SRX1318598611ID") == case


def test_the_token_is_the_earliest_official_form(store: SqlStore) -> None:
    """By the date of the mail that wrote it, whatever came in first."""
    with store.writing() as tx:
        keep(tx, b"x", filed=filing(b"x", OTHER), mentions=(mention(OTHER, "SRX1318598611"),))
    with store.reading() as library:
        assert [case.token for case in library.cases()] == ["SRX1318598611"]
    with store.writing() as tx:
        mentions = (mention(OTHER, "SRX1318598611ID"),)
        keep(tx, b"y", uid=2, filed=filing(b"y", OTHER), mentions=mentions, date=days(-1))
    with store.reading() as library:
        assert [case.token for case in library.cases()] == ["SRX1318598611ID"]


def test_mail_from_support_without_a_number_is_listed_newest_first(store: SqlStore) -> None:
    """Unnumbered mail is shown; private mail is not."""
    with store.writing() as tx:
        for index, raw in enumerate((b"a", b"b")):
            unnumbered = filing(raw, None, verdict=Verdict.UNNUMBERED)
            keep(tx, raw, uid=index + 1, filed=unnumbered, date=days(index))
        keep(tx, b"c", uid=3, filed=filing(b"c", None))
    with store.reading() as library:
        assert [m.originals[0].sha256 for m in library.loose("unnumbered")] == [sha(b"b"), sha(b"a")]


def test_the_words_that_decided_are_shown(store: SqlStore) -> None:
    """Out of the subject by offsets, out of the text as it was spelled; none where a person decided."""
    subject = "Case 2402220010002574 x"
    own = Mention(CASE, Where.OWN, Form.LABEL, 0, 7, 23, "2402220010002574")
    with store.writing() as tx:
        by_subject = filing(b"1", where=Where.SUBJECT, start=5, end=21)
        keep(tx, b"1", filed=by_subject, subject=subject, date=days(-3))
        by_text = filing(b"2", where=Where.OWN, part=0, start=7, end=23)
        keep(tx, b"2", uid=2, filed=by_text, mentions=(mention(), own), date=days(-2))
        keep(tx, b"3", uid=3, filed=filing(b"3", rule=Rule.PERSON), date=days(-1))
    with store.reading() as library:
        matched = [m.matched for m in library.messages(CASE)]
    assert matched == ["2402220010002574", "2402220010002574", None]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("복구", True),
        ("일복", False),
        ("복구 메일", True),
        ("메일 복구", True),
        ("복", True),
        ("exchange", True),
        ("EXCHANGE online", True),
        ("microsoft.com", True),
        ("2402220010002574", True),
        ("nothing", False),
        ("", False),
        ('"', False),
        ('복구" OR "x', False),
        ("body:exchange", False),
        ("exch*", False),
    ],
)
def test_search_finds_korean_parts_and_takes_no_commands(store: SqlStore, query: str, *, found: bool) -> None:
    """Two syllables and more are found exactly; the query language of the index is not spoken."""
    with store.writing() as tx:
        text = "Exchange Online 2402220010002574 메일 복구를 요청합니다"
        keep(tx, b"x", text=text)
        keep(tx, b"y", uid=2, text="다른 이야기", sender="kim@contoso.example")
    with store.reading() as library:
        assert [hit.sha256 for hit in library.search(query)] == ([sha(b"x")] if found else [])


def test_an_erased_original_leaves_its_row_and_no_words(store: SqlStore) -> None:
    """It is still counted and is found no more."""
    with store.writing() as tx:
        keep(tx, b"x", subject="비밀", message_id="x@x")
        tx.ledger.record(Erased("d" * 64, None, Text("r"), Text("p")))
        tx.ledger.record(Erased(None, sha(b"x"), Text("r"), Text("p")))
        assert tx.trees.load(frozenset({"x@x"})) == ()
    with store.reading() as library:
        (row,) = library.messages(CASE)
        assert (row.subject, row.from_addr, row.message_id) == ("", "", None)
        assert library.search("비밀") == ()
