"""The formats that evidence rests on. A failing test here is a broken promise, not a test to mend."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailwatch.core.canonical import Malformed
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import Side
from mailwatch.core.entries import (
    Alert,
    CaseFrozen,
    ConfigSeen,
    DigestEntry,
    Entry,
    Erased,
    FiledEntry,
    Gone,
    MessageKept,
    Quarantined,
    Renamed,
    SeenElsewhere,
    Start,
    Text,
    Undone,
    Watch,
    Withdrawn,
)
from mailwatch.core.entrycodec import TYPES, decode, from_object, to_object
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.ledger import (
    GENESIS,
    Fault,
    Head,
    Sealed,
    Stamp,
    chain_faults,
    link,
    link_hash,
    month,
    seq_and_prev,
    unlink,
)
from mailwatch.core.merkle import leaf
from mailwatch.core.place import Place
from mailwatch.core.recognition import Form, Mention, Where
from mailwatch.core.spoken import (
    CaseAttach,
    CaseContact,
    CaseLink,
    CaseNote,
    CaseSet,
    Key,
    Talk,
    Tie,
    Way,
)
from mailwatch.core.standing import Standing

A, B = "a" * 64, "b" * 64
UUID = "5a0c0f6e-0000-4000-8000-000000000001"
TS = datetime(2026, 3, 1, 18, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=9)))
DAY = datetime(2026, 2, 28, 1, 2, 3, tzinfo=UTC)
CASE = CaseNumber("tracking-id", "2402220010002574")


def plain(value: str | bytes, *, shared: bool = False) -> str:
    """A commitment that can be read; folder names may be shared within a transaction."""
    return f"<{value!s}{'*' if shared else ''}>"


def back(commit: str) -> str:
    return commit[1:-1].rstrip("*")


RENAME = {
    "plan": "0" * 32,
    "original": A,
    "copy": B,
    "mailbox": "support",
    "mode": "replace",
    "state": "done",
    "why": None,
    "folder": Text("INBOX"),
    "originals": Text("Mailwatch/Originals"),
    "uidvalidity": 7,
    "uid": 8,
    "copy_folder": Text("INBOX"),
    "copy_uidvalidity": 7,
    "copy_uid": 9,
    "originals_uidvalidity": 3,
    "originals_uid": 1,
    "subject_from": Text("RE: x"),
    "subject_to": Text("[t] x"),
}
RENAME_BODY = (
    f'"copy":"{B}","copy_folder":"<INBOX>","copy_uid":9,"copy_uidvalidity":7,"folder":"<INBOX>",%s'
    f'"mailbox":"support","mode":"replace","original":"{A}","originals":"<Mailwatch/Originals>",'
    '"originals_uid":1,"originals_uidvalidity":3,"plan":"00000000000000000000000000000000",%s'
    '"state":"done","subject_from":"<RE: x>","subject_to":"<[t] x>",%s"uid":8,"uidvalidity":7,%s'
)

# Entry; its members before and after the common keys are woven in by the alphabet. ``%`` marks stand for
# the common keys: L ledger, P prev, S seq and sw, T ts and type, V v.
ACTOR = '"actor":"program",'
L = f'"ledger":"{UUID}",'
P = f'"prev":"{GENESIS}",'
SEQ = '"seq":1,'
SW = '"sw":"mailwatch 0.1.0",'
TS_TYPE = '"ts":"2026-03-01T09:00:00.123Z","type":"%s",'

NUMBER = '"number":{"canonical":"2402220010002574","scheme":"tracking-id"},'

GOLDEN: list[tuple[Entry, str]] = [
    (Start("0.1.0"), ACTOR + L + P + SEQ + SW + TS_TYPE % "start" + '"v":1,"version":"0.1.0"'),
    (ConfigSeen(A), ACTOR + f'"hash":"{A}",' + L + P + SEQ + SW + TS_TYPE % "config" + '"v":1'),
    (
        MessageKept(A, 1234, Place("support", "받은 편지함", 7, 8), DAY, "mail.contoso.example"),
        ACTOR
        + '"internaldate":"2026-02-28T01:02:03.000Z",'
        + L
        + '"place":{"folder":"<받은 편지함*>","mailbox":"support","uid":8,"uidvalidity":7},'
        + P
        + SEQ
        + f'"server":"mail.contoso.example","sha256":"{A}","size":1234,'
        + SW
        + TS_TYPE % "message"
        + '"v":1',
    ),
    (
        SeenElsewhere(A, Place("import"), None, None),
        ACTOR
        + L
        + '"place":{"mailbox":"import"},'
        + P
        + SEQ
        + f'"sha256":"{A}",'
        + SW
        + TS_TYPE % "seen"
        + '"v":1',
    ),
    (
        FiledEntry(
            Filing(
                A,
                Verdict.FILED,
                CASE,
                Standing.VOUCHED,
                (CaseNumber("srx", "SRX1318598611"),),
                Rule.SUBJECT_TOKEN,
                Confidence.CERTAIN,
                Where.SUBJECT,
                None,
                1,
                28,
                None,
            ),
            (Mention(CASE, Where.OWN, Form.LABEL, 0, 5, 21, "2402220010002574001"),),
            "pass",
            desk=True,
            reason=Text("why"),
        ),
        ACTOR
        + '"anchor":"pass","desk":true,"filing":{"confidence":"certain","end":28,'
        + '"number":{"canonical":"2402220010002574","scheme":"tracking-id"},'
        + '"related":[{"canonical":"SRX1318598611","scheme":"srx"}],"rule":"subject-token","rules":1,'
        + f'"sha256":"{A}","standing":"vouched","start":1,"through_ghost":false,"verdict":"filed",'
        + '"where":"subject"},'
        + L
        + '"mentions":[{"alias":"2402220010002574001","end":21,"form":"label",'
        + '"number":{"canonical":"2402220010002574","scheme":"tracking-id"},"part":0,"start":5,'
        + '"where":"own"}],'
        + P
        + '"reason":"<why>",'
        + SEQ
        + SW
        + TS_TYPE % "file"
        + '"v":1',
    ),
    (
        FiledEntry(
            Filing(A, Verdict.FILED, CASE, rule=Rule.PERSON, named=CaseNumber("srx", "SRX1318598611")),
            (),
            "none",
            desk=False,
            by=Text("kim"),
        ),
        ACTOR
        + '"anchor":"none","by":"<kim>","desk":false,"filing":{'
        + '"named":{"canonical":"SRX1318598611","scheme":"srx"},'
        + '"number":{"canonical":"2402220010002574","scheme":"tracking-id"},"related":[],"rule":"person",'
        + f'"rules":1,"sha256":"{A}","standing":"stranger","through_ghost":false,"verdict":"filed"}},'
        + L
        + '"mentions":[],'
        + P
        + SEQ
        + SW
        + TS_TYPE % "file"
        + '"v":1',
    ),
    (
        CaseFrozen("srx", "SRX1318598611", "SRX1318598611ID", Text("제목")),
        ACTOR
        + L
        + '"number":"SRX1318598611",'
        + P
        + '"scheme":"srx",'
        + SEQ
        + SW
        + '"title":"<제목>","token":"SRX1318598611ID",'
        + TS_TYPE % "case"
        + '"v":1',
    ),
    (Renamed(**RENAME), ACTOR + RENAME_BODY % (L, P + SEQ, SW + TS_TYPE % "rename", '"v":1')),
    (Undone(**RENAME), ACTOR + RENAME_BODY % (L, P + SEQ, SW + TS_TYPE % "undo", '"v":1')),
    (
        DigestEntry("id-1", "sent", Text("daily"), Text("a@b.example"), Text("m@x"), "2026-03-01", A, B),
        ACTOR
        + f'"body_sha256":"{B}","date":"2026-03-01","id":"id-1",'
        + L
        + '"message_id":"<m@x>","name":"<daily>",'
        + P
        + '"recipient":"<a@b.example>",'
        + SEQ
        + f'"sha256":"{A}","state":"sent",'
        + SW
        + TS_TYPE % "digest"
        + '"v":1',
    ),
    (
        Quarantined(A, "timeout", "held", 1),
        ACTOR
        + L
        + P
        + SEQ
        + f'"sha256":"{A}","state":"held",'
        + SW
        + '"tries":1,'
        + TS_TYPE % "quarantine"
        + '"v":1,"why":"timeout"',
    ),
    (
        Watch("outage", "support", Text("INBOX"), DAY, DAY, 1, 2),
        ACTOR
        + '"folder":"<INBOX>",'
        + L
        + '"mailbox":"support","new":2,"old":1,'
        + P
        + SEQ
        + '"since":"2026-02-28T01:02:03.000Z",'
        + SW
        + TS_TYPE % "watch"
        + '"until":"2026-02-28T01:02:03.000Z","v":1,"what":"outage"',
    ),
    (
        Alert("id-2", "down", "sent", "support", DAY, Text("a@b.example"), Text("m@x"), A),
        ACTOR
        + '"id":"id-2",'
        + L
        + '"mailbox":"support","message_id":"<m@x>",'
        + P
        + '"recipient":"<a@b.example>",'
        + SEQ
        + f'"sha256":"{A}","since":"2026-02-28T01:02:03.000Z","state":"sent",'
        + SW
        + TS_TYPE % "alert"
        + '"v":1,"what":"down"',
    ),
    (
        Gone(A, Place("support", "INBOX", 7, 8)),
        ACTOR
        + L
        + '"place":{"folder":"<INBOX*>","mailbox":"support","uid":8,"uidvalidity":7},'
        + P
        + SEQ
        + f'"sha256":"{A}",'
        + SW
        + TS_TYPE % "gone"
        + '"v":1',
    ),
    (
        Erased(B, None, Text("asked to"), Text("kim")),
        ACTOR
        + f'"commit":"{B}",'
        + L
        + '"person":"<kim>",'
        + P
        + '"reason":"<asked to>",'
        + SEQ
        + SW
        + TS_TYPE % "erase"
        + '"v":1',
    ),
    (
        CaseSet(CASE, Text("kim"), Key.SEVERITY, word="B"),
        ACTOR
        + '"by":"<kim>","key":"severity",'
        + L
        + NUMBER
        + P
        + SEQ
        + SW
        + TS_TYPE % "set"
        + '"v":1,"word":"B"',
    ),
    (
        CaseSet(CASE, Text("kim"), Key.CUSTOMER, text=Text("한빛정밀")),
        ACTOR
        + '"by":"<kim>","key":"customer",'
        + L
        + NUMBER
        + P
        + SEQ
        + SW
        + '"text":"<한빛정밀>",'
        + TS_TYPE % "set"
        + '"v":1',
    ),
    (
        CaseSet(CASE, Text("kim"), Key.SNOOZE, until=DAY),
        ACTOR
        + '"by":"<kim>","key":"snooze",'
        + L
        + NUMBER
        + P
        + SEQ
        + SW
        + TS_TYPE % "set"
        + '"until":"2026-02-28T01:02:03.000Z","v":1',
    ),
    (
        CaseSet(CASE, Text("kim"), Key.PLAN),
        ACTOR + '"by":"<kim>","key":"plan",' + L + NUMBER + P + SEQ + SW + TS_TYPE % "set" + '"v":1',
    ),
    (
        CaseNote(CASE, Text("kim"), Text("ask again")),
        ACTOR
        + '"by":"<kim>",'
        + L
        + NUMBER
        + P
        + SEQ
        + SW
        + '"text":"<ask again>",'
        + TS_TYPE % "note"
        + '"v":1',
    ),
    (
        CaseContact(CASE, Text("kim"), Way.PHONE, Side.THEM, Talk.PROMISED, Text("logs"), "2026-03-05"),
        ACTOR
        + '"by":"<kim>","day":"2026-03-05",'
        + L
        + NUMBER
        + P
        + SEQ
        + '"side":"them",'
        + SW
        + '"talk":"promised","text":"<logs>",'
        + TS_TYPE % "contact"
        + '"v":1,"way":"phone"',
    ),
    (
        CaseAttach(CASE, Text("kim"), A, 1234, Text("chat.txt"), Text("the chat")),
        ACTOR
        + '"by":"<kim>",'
        + L
        + '"name":"<chat.txt>",'
        + NUMBER
        + P
        + SEQ
        + f'"sha256":"{A}","size":1234,'
        + SW
        + '"text":"<the chat>",'
        + TS_TYPE % "attach"
        + '"v":1',
    ),
    (
        CaseLink(CASE, Text("kim"), CaseNumber("srx", "SRX1318598611"), Tie.MERGED),
        ACTOR
        + '"by":"<kim>",'
        + L
        + NUMBER
        + '"other":{"canonical":"SRX1318598611","scheme":"srx"},'
        + P
        + SEQ
        + SW
        + '"tie":"merged",'
        + TS_TYPE % "link"
        + '"v":1',
    ),
    (
        Withdrawn(17, Text("kim"), Text("the wrong case")),
        ACTOR
        + '"by":"<kim>","entry":17,'
        + L
        + P
        + '"reason":"<the wrong case>",'
        + SEQ
        + SW
        + TS_TYPE % "withdraw"
        + '"v":1',
    ),
]
STAMP = Stamp(UUID, "mailwatch 0.1.0", TS, "program")


@pytest.mark.parametrize(("entry", "body"), GOLDEN, ids=lambda value: getattr(value, "TYPE", ""))
def test_the_canonical_bytes_of_each_type_are_pinned(entry: Entry, body: str) -> None:
    """Written out by hand: keys sorted, nothing optional that is None, times in ms, words as values."""
    assert link(Head(), entry, STAMP, plain).canonical.decode() == "{" + body + "}"


def test_every_type_has_its_golden_bytes() -> None:
    """A new type must be added to the table above."""
    assert {entry.TYPE for entry, _ in GOLDEN} == set(TYPES)


@pytest.mark.parametrize(("entry", "_body"), GOLDEN, ids=lambda value: getattr(value, "TYPE", ""))
def test_an_entry_read_back_is_the_entry(entry: Entry, _body: str) -> None:
    """Reindex sees what was recorded, field by field."""
    recorded = unlink(link(Head(), entry, STAMP, plain).canonical, back)
    assert recorded.entry == entry
    assert (recorded.seq, recorded.prev, recorded.type) == (1, GENESIS, entry.TYPE)
    assert (recorded.ledger, recorded.sw, recorded.actor) == (UUID, "mailwatch 0.1.0", "program")
    assert recorded.ts == datetime(2026, 3, 1, 9, 0, 0, 123_000, tzinfo=UTC)


def test_the_hash_is_a_leaf_of_rfc_6962_over_the_canonical_bytes() -> None:
    """One value is chain link and Merkle leaf; the next entry names it."""
    first = link(Head(), Start("0.1.0"), STAMP, plain)
    assert first.hash == hashlib.sha256(b"\x00" + first.canonical).hexdigest() == leaf(first.canonical).hex()
    second = link(first.head, ConfigSeen(A), STAMP, plain)
    assert seq_and_prev(second.canonical) == (2, first.hash)


def test_at_stands_only_where_it_differs() -> None:
    """``at`` is when it happened; the same millisecond as ``ts`` says nothing new."""
    same = Stamp(UUID, "sw", TS, "person", TS - timedelta(microseconds=1))
    assert unlink(link(Head(), Start("1"), same, plain).canonical, back).at is None
    other = Stamp(UUID, "sw", TS, "person", DAY)
    assert unlink(link(Head(), Start("1"), other, plain).canonical, back).at == DAY


def test_the_journal_file_is_the_month_in_utc() -> None:
    """Nine in the morning in Seoul on the first is still last month in UTC before nine."""
    assert month(datetime(2026, 3, 1, 8, 59, tzinfo=timezone(timedelta(hours=9)))) == "2026-02"


def test_an_unknown_type_is_kept_and_has_no_entry() -> None:
    """A later version's entry is read as far as its frame goes; its body is not guessed at."""
    data = link(Head(), Start("1"), STAMP, plain).canonical.replace(b'"start"', b'"fax"')
    recorded = unlink(data, back)
    assert (recorded.type, recorded.entry) == ("fax", None)


def test_a_key_added_later_is_passed_over() -> None:
    """Keys are added, never renamed: an older reader still reads the rest."""
    assert decode({"type": "start", "version": "1", "colour": "red"}, back) == Start("1")


@pytest.mark.parametrize(
    "body",
    [
        {"type": "start"},
        {"type": "start", "version": 1},
        {"type": "message", "sha256": A, "size": "1", "place": {"mailbox": "x"}},
        {"type": "message", "sha256": A, "size": True, "place": {"mailbox": "x"}},
        {"type": "message", "sha256": A, "size": 1, "place": "x"},
        {"type": "case", "scheme": "srx", "number": "1", "token": "1", "title": 1},
        {"type": "watch", "what": "outage", "mailbox": "x", "since": "yesterday"},
        {
            "type": "file",
            "filing": {"sha256": A, "verdict": "eaten"},
            "mentions": [],
            "anchor": "x",
            "desk": True,
        },
        {
            "type": "file",
            "filing": {"sha256": A, "verdict": "filed"},
            "mentions": {},
            "anchor": "x",
            "desk": True,
        },
    ],
)
def test_a_body_of_the_wrong_shape_is_refused(body: dict[str, object]) -> None:
    """A tampered entry never becomes a value."""
    with pytest.raises(ValueError, match=r"."):
        decode(body, back)


@pytest.mark.parametrize(
    "change",
    [
        (b'"v":1', b'"v":2'),
        (b'"seq":1', b'"seq":"1"'),
        (b'"actor":"program"', b'"actor":1'),
        (b".123Z", b"Z"),
    ],
)
def test_a_frame_of_the_wrong_shape_is_refused(change: tuple[bytes, bytes]) -> None:
    """Another format, a seq that is no integer, an actor that is no word, another spelling of a time."""
    data = link(Head(), Start("1"), STAMP, plain).canonical.replace(*change)
    with pytest.raises(ValueError, match=r"."):
        unlink(data, back)


def test_an_erased_text_reads_as_nothing() -> None:
    """The entry still holds; the words are gone."""
    data = link(Head(), CaseFrozen("srx", "S", "S", Text("secret")), STAMP, plain).canonical
    recorded = unlink(data, lambda _: None)
    assert recorded.entry == CaseFrozen("srx", "S", "S", Text(""))
    kept = link(Head(), MessageKept(A, 1, Place("m", "INBOX", 1, 1), None, None), STAMP, plain).canonical
    assert unlink(kept, lambda _: None).entry == MessageKept(A, 1, Place("m", "", 1, 1), None, None)


def test_a_folder_name_that_is_no_utf_8_comes_back_as_it_was() -> None:
    """A lone surrogate is kept as bytes and read back as the same string."""
    kept = link(Head(), MessageKept(A, 1, Place("m", "x", 1, 1), None, None), STAMP, plain).canonical
    recorded = unlink(kept, lambda _: "\udc80".encode("utf-8", "surrogatepass"))
    assert recorded.entry == MessageKept(A, 1, Place("m", "\udc80", 1, 1), None, None)


def test_values_without_texts_go_through_json_and_back() -> None:
    """Filings and mentions are stored in the projections by the same keys."""
    filing = Filing(A, Verdict.FILED, CASE, rule=Rule.PERSON)
    assert from_object(Filing, to_object(filing)) == filing
    with pytest.raises(TypeError):
        to_object(CaseFrozen("srx", "S", "S", Text("words")))
    with pytest.raises(Malformed):
        from_object(Filing, [])
    assert from_object(CaseFrozen, {"scheme": "s", "number": "n", "token": "t", "title": "c"}).title == Text(
        ""
    )


# ── the chain ─────────────────────────────────────────────────────────────────


def chain(count: int) -> list[Sealed]:
    links: list[Sealed] = []
    head = Head()
    for index in range(count):
        links.append(link(head, Start(str(index)), STAMP, plain))
        head = links[-1].head
    return links


def found(links: list[Sealed]) -> list[Fault]:
    return [fault for _, faults in chain_faults(links) for fault in faults]


def resealed(old: Sealed, data: bytes) -> Sealed:
    return Sealed(old.seq, link_hash(data), data)


def test_a_whole_chain_has_no_faults() -> None:
    """Thirty entries hold."""
    assert found(chain(30)) == []


def test_each_change_to_a_chain_is_named() -> None:
    """Edit, edit with the hash, delete, swap and damage inside the chain: which entry, and how."""
    links = chain(5)
    edited = links[2].canonical.replace(b'"version":"2"', b'"version":"9"')
    assert found([*links[:2], Sealed(3, links[2].hash, edited), *links[3:]]) == [Fault(3, "entry-changed")]
    assert found([*links[:2], resealed(links[2], edited), *links[3:]]) == [Fault(4, "chain-broken")]
    assert found([*links[:2], *links[3:]]) == [Fault(3, "entry-missing")]
    swapped = [links[0], Sealed(2, *_pair(links[2])), Sealed(3, *_pair(links[1])), *links[3:]]
    assert {fault.seq for fault in found(swapped)} == {2, 3, 4}
    assert found([resealed(links[0], b"{"), *links[1:]]) == [
        Fault(1, "entry-unreadable"),
        Fault(2, "chain-broken"),
    ]


def _pair(link_: Sealed) -> tuple[str, bytes]:
    return link_.hash, link_.canonical


def test_cutting_the_tail_leaves_a_chain_that_holds() -> None:
    """What only an anchor outside can show: the journal and the digest mails are there for that."""
    assert found(chain(5)[:3]) == []
