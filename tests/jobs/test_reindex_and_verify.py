from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from fakes.books import START, Ticking, fetched, message, open_archive, open_store, sha, url_of
from fakes.sqlite import beside

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.journal import FileJournal
from mailwatch.adapters.sql import SqlStore
from mailwatch.adapters.sql.migrate import upgrade
from mailwatch.adapters.sql.projections import projections
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import Side
from mailwatch.core.entries import (
    CaseFrozen,
    ConfigSeen,
    DigestEntry,
    Erased,
    FiledEntry,
    MessageKept,
    Quarantined,
    Renamed,
    SeenElsewhere,
    Text,
    Undone,
    Watch,
    Withdrawn,
)
from mailwatch.core.filing import Confidence, Filing, Rule, Verdict
from mailwatch.core.ledger import Head, Sealed, Stamp, link, link_hash
from mailwatch.core.message import Message
from mailwatch.core.place import Place
from mailwatch.core.recognition import Form, Mention, Where
from mailwatch.core.renaming import Mode
from mailwatch.core.schemes import BUILTIN
from mailwatch.core.spoken import CaseContact, CaseLink, CaseNote, CaseSet, Key, Talk, Tie, Way
from mailwatch.core.standing import SenderPolicy, Standing
from mailwatch.core.texts import commit_text, text_line
from mailwatch.errors import ConfigError, TemporaryError, UnreadableMessage, Words
from mailwatch.jobs import tampering
from mailwatch.jobs.reading import Rules
from mailwatch.jobs.refile import refile
from mailwatch.jobs.reindex import rebuild_lost, reindex
from mailwatch.jobs.remind.letter import made
from mailwatch.jobs.restore import restore
from mailwatch.jobs.verify import CODES, Problem, VerifyReport, verify
from mailwatch.ports import Fetched, Parser, Transaction

CASE = CaseNumber("tracking-id", "2402220010002574")
OTHER = CaseNumber("srx", "SRX1318598611")
PIN = Filing(sha(b"mail-3"), Verdict.FILED, OTHER, rule=Rule.PERSON, confidence=Confidence.CERTAIN)
KIM = Text("kim")
SAID = (
    CaseSet(CASE, KIM, Key.SEVERITY, word="B"),
    CaseSet(CASE, KIM, Key.SNOOZE, until=START),
    CaseNote(CASE, KIM, Text("한 줄 \udc80")),
    CaseContact(CASE, KIM, Way.PHONE, Side.THEM, Talk.SPOKE, Text("called back")),
    CaseLink(CASE, KIM, OTHER, Tie.RELATED),
)


def read(raw: bytes) -> Message | UnreadableMessage:
    """What every reading of these bytes gives: a function of the bytes alone, like the real parser."""
    name = raw.decode()
    if name.startswith("broken"):
        return UnreadableMessage("parse-failed")
    answers = ("mail-0@x",) if name != "mail-0" else ()
    return message(
        raw, message_id=f"{name}@x", answers=answers, subject=f"{name} 복구", text=f"{name} 메일 복구"
    )


class Reader:
    """A parser without workers."""

    def parse(self, batch: Sequence[Fetched]) -> tuple[Message | UnreadableMessage, ...]:
        return tuple(read(mail.read()) for mail in batch)

    def close(self) -> None:
        """Nothing to end."""


@dataclass
class Books:
    data: Path
    store: SqlStore
    archive: FileArchive
    journal: FileJournal

    def verify(self) -> VerifyReport:
        return verify(self.store.evidence(), FileJournal(self.data), self.archive)

    def problems(self) -> list[tuple[str, dict[str, object]]]:
        return [(problem.code, dict(problem.detail.values)) for problem in self.verify().problems]

    def reindex(self) -> object:
        return reindex(self.store, self.store.evidence(), self.store.rebuild(), self.archive, Reader())

    def direct(self, *statements: str) -> None:
        """What somebody with the file and any SQLite tool can do: triggers are no wall, only a warning."""
        with beside(self.data) as connection:
            connection.execute("DROP TRIGGER IF EXISTS ledger_no_update")
            connection.execute("DROP TRIGGER IF EXISTS ledger_no_delete")
            for statement in statements:
                connection.execute(statement)

    def projected(self) -> dict[str, list[tuple[object, ...]]]:
        """All rows of all projections in use, and how the search index answers."""
        with beside(self.data) as connection:
            settings = dict(connection.execute("SELECT name, value FROM settings"))
            tables = projections(int(settings["generation"]))
            found = {
                table.name.partition("_")[2]: sorted(
                    connection.execute(f"SELECT * FROM {table.name}").fetchall(), key=repr
                )
                for table in tables.tables
            }
            found["search"] = connection.execute(
                f"SELECT rowid FROM {tables.search} WHERE {tables.search} MATCH '복구'"
            ).fetchall()
        return found


def keep(books: Books, raw: bytes, uid: int, **filed: object) -> None:
    mail = fetched(raw, uid)
    books.archive.put([mail])
    answer = read(raw)
    given = {"verdict": Verdict.FILED, "number": CASE, "standing": Standing.VOUCHED, **filed}
    with books.store.writing() as tx:
        entry = MessageKept(mail.sha256, mail.size, mail.place, mail.internaldate, mail.server)
        if not isinstance(answer, Message):
            tx.ledger.record(entry)
            tx.ledger.record(Quarantined(mail.sha256, answer.why, "held", 1))
            return
        tx.ledger.record(entry, answer)
        filing = Filing(mail.sha256, rule=Rule.SUBJECT_TOKEN, confidence=Confidence.CERTAIN, **given)
        mention = Mention(CASE, Where.SUBJECT, Form.TOKEN, None, 0, 27, "TrackingID#2402220010002574")
        tx.ledger.record(FiledEntry(filing, (mention,), "none", desk=True))


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """A ledger with every type of entry in it."""
    data = tmp_path / "data"
    made = Books(data, open_store(data), open_archive(data), FileJournal(data))
    for uid in range(6):
        keep(
            made,
            f"mail-{uid}".encode(),
            uid + 1,
            number=OTHER if uid == 4 else CASE,
            related=(OTHER,) * (uid == 1),
        )
    keep(made, b"broken", 7)
    rename = Renamed(
        plan="1" * 32,
        original=sha(b"mail-1"),
        copy="c" * 64,
        mailbox="support",
        mode="replace",
        state="done",
        why=None,
        folder=Text("INBOX"),
        originals=Text("Mailwatch/Originals"),
        uidvalidity=1,
        uid=2,
        copy_folder=Text("INBOX"),
        copy_uidvalidity=1,
        copy_uid=20,
        originals_uidvalidity=2,
        originals_uid=1,
        subject_from=Text("mail-1 \udc80"),
        subject_to=Text("[TrackingID#2402220010002574] mail-1"),
    )
    fields = {name: getattr(rename, name) for name in Renamed.__slots__}
    undo = Undone(**{**fields, "original": sha(b"mail-2"), "uid": 3})
    frozen = CaseFrozen("tracking-id", CASE.canonical, "TrackingID#2402220010002574", Text("복구"))
    sent = DigestEntry("i", "sent", Text("n"), Text("r"), Text("d@x"), "2026-03-01", "a" * 64, "b" * 64)
    erased = read(b"mail-5")
    assert isinstance(erased, Message)
    with made.store.writing() as tx:
        tx.ledger.record(SeenElsewhere(sha(b"mail-0"), Place("other", "INBOX", 1, 1), None, None))
        tx.ledger.record(frozen)
        tx.ledger.record(rename)
        tx.ledger.record(undo)
        tx.ledger.record(FiledEntry(PIN, (), "none", desk=False, reason=Text("asked")), actor="person")
        tx.ledger.record(FiledEntry(replace(PIN, number=CASE, rule=Rule.THREAD), (), "none", desk=False))
        tx.ledger.record(sent)
        tx.ledger.record(Watch("uidvalidity", "other", Text("INBOX"), old=1, new=2, since=START))
        tx.ledger.record(Erased(None, sha(b"mail-5"), Text("law"), Text("kim")), erased)
    path = made.data / "archive" / sha(b"mail-5")[:2] / sha(b"mail-5")[2:4] / f"{sha(b'mail-5')}.eml"
    path.unlink()
    return made


# ── reindex ───────────────────────────────────────────────────────────────────


def test_reindexed_tables_are_those_that_were_there(books: Books) -> None:
    """Row for row in every projection, the search index included; nothing changed, nothing lost."""
    with books.store.writing() as tx:
        for said in SAID:
            tx.ledger.record(said, actor="person", at=START - timedelta(days=1))
        tx.ledger.record(Withdrawn(tx.ledger.record(CaseNote(CASE, KIM, Text("wrong"))), KIM))
        pinned = tx.ledger.record(FiledEntry(PIN, (), "none", desk=False), actor="person")
        tx.ledger.record(Withdrawn(pinned, KIM))
    before = books.projected()
    assert len(before) == 12
    assert all(before.values())
    report = books.reindex()
    assert books.projected() == before
    assert (report.messages, report.cases, report.changed) == (7, 2, ())


def test_a_mail_that_was_released_reads_as_if_it_had_never_been_held(books: Books) -> None:
    """Headers, links and words come with the release, and are the same after a reindex, and only once."""
    raw = b"late 2402220010002574"
    mail = fetched(raw, 30)
    books.archive.put([mail])
    with books.store.writing() as tx:
        tx.ledger.record(MessageKept(mail.sha256, mail.size, mail.place, mail.internaldate, mail.server))
        tx.ledger.record(Quarantined(mail.sha256, "timeout", "held", 1))
    unread = books.projected()
    answer = read(raw)
    assert isinstance(answer, Message)
    with books.store.writing() as tx:
        tx.ledger.record(Quarantined(mail.sha256, "read", "released", 0), answer)
        (node,) = (n for n in tx.trees.load(frozenset({answer.thread_key})) if n.sha256 == mail.sha256)
    assert (node.message_id, node.body_hash, node.kept) == (answer.message_id, answer.body_hash, True)
    released = books.projected()
    assert len(released["search"]) == len(unread["search"]) + 1
    assert len(released["originals"]) == len(unread["originals"])
    books.reindex()
    assert books.projected() == released
    with books.store.writing() as tx:
        tx.ledger.record(Quarantined(mail.sha256, "read", "released", 0), answer)
    assert books.projected() == released


def test_reindex_twice_leaves_one_set_of_tables(books: Books) -> None:
    """The old generation is dropped with the swap."""
    books.reindex()
    books.reindex()
    with beside(books.data) as connection:
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert {n.split("_")[0] for n in names if n[0] == "p" and n[1].isdigit()} == {"p3"}


def test_reindex_leaves_work_tables_alone_and_the_archive_unread_only_for_headers(books: Books) -> None:
    """What somebody wrote into a projection is gone, and told."""
    books.direct(
        f"UPDATE p1_filings SET number = 'SRX999999999', scheme = 'srx' WHERE sha256 = '{sha(b'mail-0')}'",
        "INSERT INTO held VALUES ('x', 'timeout', 0, 1)",
    )
    report = books.reindex()
    assert [(c.before.number.canonical, c.after.number) for c in report.changed] == [("SRX999999999", CASE)]
    with books.store.writing() as tx:
        assert [held.sha256 for held in tx.quarantine.held()] == ["x"]


def test_what_the_daemon_writes_meanwhile_is_taken_in(books: Books) -> None:
    """Entries that come between the replay and the swap are replayed before it."""
    rebuild = books.store.rebuild()
    late = iter([lambda: keep(books, b"late", 50)])

    class Late(type(rebuild)):
        def finish(self, last: int) -> object:
            for write in late:
                write()
            return super().finish(last)

    rebuild.__class__ = Late
    report = reindex(books.store, books.store.evidence(), rebuild, books.archive, Reader())
    assert report.messages == 8
    with books.store.writing() as tx:
        assert tx.trees.kept(frozenset({sha(b"late")}))
        assert tx.trees.filings([sha(b"late")])


def test_of_two_reindexes_the_first_gives_up(books: Books) -> None:
    """Both would fill the same tables."""
    first, second = books.store.rebuild(), books.store.rebuild()
    first.begin()
    second.begin()
    with pytest.raises(TemporaryError, match="another reindex"):
        first.replay([])


def test_an_unknown_type_is_kept_and_refused(books: Books) -> None:
    """An older mailwatch must not make tables that leave something out."""
    head = books.store.evidence().head()
    sealed = later(head, books)
    books.direct(f"INSERT INTO ledger VALUES ({sealed.seq}, '{sealed.hash}', X'{sealed.canonical.hex()}')")
    before = books.projected()
    with pytest.raises(ConfigError, match="phone"):
        books.reindex()
    assert books.projected() == before


def later(head: Head, books: Books) -> Sealed:
    """An entry of a type that this version does not know, sealed as a later version would."""
    first = books.store.evidence().recorded(0, 1)[0]
    stamp = Stamp(first.ledger, "mailwatch 9", START + timedelta(days=1), "person")
    data = link(head, Watch("x", "support"), stamp, lambda value, *, shared=False: "").canonical
    data = data.replace(b'"type":"watch"', b'"type":"phone"')
    return Sealed(head.seq + 1, link_hash(data), data)


def test_a_missing_original_does_not_stop_reindex(books: Books) -> None:
    """Its decision stays; headers and words are gone."""
    original(books, b"mail-0").unlink()
    books.reindex()
    with books.store.reading() as library:
        assert "" in [row.subject for row in library.messages(CASE)]


# ── today's rules ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("apply", [True, False])
def test_an_original_that_cannot_be_read_is_not_decided_anew(books: Books, *, apply: bool) -> None:
    """Neither the one in quarantine nor the one that is gone: who cannot read a mail knows nothing of it."""
    original(books, b"mail-1").unlink()
    unread = [sha(raw) for raw in (b"broken", b"mail-1", b"mail-5")]
    with books.store.writing() as tx:
        before = tx.trees.filings(unread)
    changes = refile(
        books.store,
        books.store.evidence(),
        books.archive,
        Reader(),
        rules=Rules(BUILTIN),
        policy_of=lambda _: SenderPolicy(),
        apply=apply,
    )
    assert sha(b"mail-0") in {change.after.sha256 for change in changes}
    assert not {change.after.sha256 for change in changes} & set(unread)
    with books.store.writing() as tx:
        assert tx.trees.filings(unread) == before


# ── a lost database ───────────────────────────────────────────────────────────


def lose(books: Books) -> Books:
    books.store.close()
    for name in ("mailwatch.db", "mailwatch.db-wal", "mailwatch.db-shm"):
        (books.data / name).unlink(missing_ok=True)
    store = SqlStore.open(
        url_of(books.data),
        journal=books.journal,
        clock=Ticking(),
        software_version="x",
        upgrade=upgrade,
        stale=True,
    )
    return replace(books, store=store)


def recover(books: Books, source: Path | None = None, parser: Parser | None = None) -> object:
    store = books.store
    journal = FileJournal(source or books.data)
    old = open_archive(source) if source else books.archive
    return rebuild_lost(
        store,
        evidence=store.evidence(),
        rebuild=store.rebuild(),
        into=store.restore(),
        journal=journal,
        source=old,
        archive=books.archive,
        parser=parser or Reader(),
    )


def test_a_lost_database_is_made_again_from_archive_and_journals(books: Books) -> None:
    """Entries, texts and projections are those that were lost; the chain goes on under its old UUID."""
    before, links = books.projected(), books.store.evidence().links(0, 1000)
    again = lose(books)
    report = recover(again)
    assert report.changed == ()
    assert again.projected() == before
    assert again.store.evidence().links(0, 1000) == links
    assert again.verify().problems == ()
    keep(again, b"new", 60)
    assert len({r.ledger for r in again.store.evidence().recorded(0, 1000)}) == 1


def test_what_lay_in_quarantine_lies_there_again(books: Books) -> None:
    """With the newest reason and count, and the time it was first held; what was released stays so."""
    held = sha(b"broken")
    with books.store.writing() as tx:
        first = tx.ledger.record(Quarantined(sha(b"mail-0"), "timeout", "held", 1))
        tx.ledger.record(Quarantined(sha(b"mail-1"), "timeout", "held", 1))
        tx.ledger.record(Quarantined(sha(b"mail-1"), "read", "released", 0))
        tx.ledger.record(Quarantined(held, "timeout", "held", 2))
    entries = books.store.evidence().recorded(0, 1000)
    (since,) = (r.ts for r in entries if r.entry == Quarantined(held, "parse-failed", "held", 1))
    again = lose(books)
    recover(again)
    with again.store.writing() as tx:
        found = [(one.sha256, one.why, one.at, one.tries) for one in tx.quarantine.held()]
        (place,) = (one.place for one in tx.quarantine.held() if one.sha256 == held)
    assert found == [
        (held, "timeout", since, 2),
        (sha(b"mail-0"), "timeout", entries[first - 1].ts, 1),
    ]
    assert place == Place("support", "INBOX", 1, 7)


def test_a_data_folder_elsewhere_is_brought_over(books: Books, tmp_path: Path) -> None:
    """Originals, entries and texts; the new folder's journals are written, too."""
    before = books.projected()
    data = tmp_path / "new"
    data.mkdir(mode=0o700)
    journal = FileJournal(data)
    fresh = Books(data, open_store(data), open_archive(data), journal)
    recover(fresh, books.data)
    assert fresh.projected() == before
    assert list(fresh.archive.all()) == list(books.archive.all())
    assert fresh.verify().problems == ()
    assert list(fresh.journal.entries()) == list(books.journal.entries())


def test_a_database_that_holds_something_is_not_filled(books: Books) -> None:
    """Nothing is ever overwritten."""
    with pytest.raises(ConfigError, match="not empty"):
        recover(books)


class Broken(Reader):
    """No worker can be had: the command ends in the middle."""

    def parse(self, batch: Sequence[Fetched]) -> tuple[Message | UnreadableMessage, ...]:
        raise TemporaryError("no worker can be had")


def broken_off(books: Books) -> Books:
    """Its database was lost, and the rebuild ended when the ledger was there and nothing else."""
    again = lose(books)
    with pytest.raises(TemporaryError, match="no worker"):
        recover(again, parser=Broken())
    return again


def test_a_rebuild_that_was_broken_off_goes_on(books: Books) -> None:
    """The same call again: nothing is missing, nothing is there twice."""
    before, links = books.projected(), books.store.evidence().links(0, 1000)
    again = broken_off(books)
    recover(again)
    assert again.projected() == before
    assert again.store.evidence().links(0, 1000) == links
    assert again.verify().problems == ()


def test_nothing_goes_on_from_a_half_rebuilt_database(books: Books) -> None:
    """It does not know what was filed and renamed, and would do it again."""
    again = broken_off(books)
    with pytest.raises(ConfigError, match="half rebuilt"):
        again.store.refuse_half()
    with pytest.raises(ConfigError, match="half rebuilt"):
        open_store(books.data)
    recover(again)
    again.store.refuse_half()
    open_store(books.data).close()


def test_a_half_rebuilt_database_takes_no_other_ledger(books: Books, tmp_path: Path) -> None:
    """What is there already and what comes must be one chain."""
    data = tmp_path / "other"
    other = Books(data, open_store(data), open_archive(data), FileJournal(data))
    keep(other, b"mail-0", 1)
    again = broken_off(books)
    with pytest.raises(ConfigError, match="another ledger"):
        recover(again, other.data)
    recover(again)
    assert again.verify().problems == ()


@pytest.mark.parametrize("damage", [b'"seq":5', b'"prev":"', b'{"actor"'])
def test_journals_that_do_not_hold_together_are_refused(books: Books, damage: bytes) -> None:
    """A rebuilt ledger is as good as its journal."""
    edit(books.data / "ledger", lambda raw: raw.replace(damage, damage[:-1] + b"x", 1))
    with pytest.raises(ConfigError, match="does not hold together"):
        recover(lose(books))


@pytest.mark.parametrize("damage", [(b'"text":"INBOX"', b'"text":"OUTBOX"'), (b'"salt"', b'"sugar"')])
def test_texts_that_are_not_what_they_promise_are_refused(books: Books, damage: tuple[bytes, bytes]) -> None:
    """A changed text is never taken for the one that was committed to."""
    edit(books.data / "texts", lambda raw: raw.replace(*damage))
    with pytest.raises(ConfigError, match="does not hold what it promises"):
        recover(lose(books))


def test_texts_that_no_entry_speaks_of_are_left_out(books: Books) -> None:
    """A crash between texts and entries leaves some."""
    stray = FileJournal(books.data)
    edit(books.data / "texts", lambda raw: raw + raw.splitlines(keepends=True)[0])
    again = lose(books)
    assert restore(again.store.restore(), stray, again.archive, again.archive).entries == 24
    assert len(again.store.evidence().texts(1, 1000)) == len(set(stray.texts()))


def with_two_lines_exchanged(raw: bytes) -> bytes:
    lines = raw.splitlines(keepends=True)
    return b"".join([*lines[:5], lines[6], lines[5], *lines[7:]])


STRANGE: list[tuple[str, str, Callable[[bytes], bytes]]] = [
    ("an old line once more", "ledger", lambda raw: raw + raw.splitlines(keepends=True)[4]),
    ("rubbish in the middle", "ledger", lambda raw: raw.replace(b"\n", b"\nrubbish\n", 3)),
    ("zeros at the end", "ledger", lambda raw: raw + b"\0" * 100 + b"\n"),
    ("two lines exchanged", "ledger", with_two_lines_exchanged),
    ("half a text", "texts", lambda raw: raw + b'{"commit'),
    ("rubbish among the texts", "texts", lambda raw: b"rubbish\n" + raw),
]


@pytest.mark.parametrize(("name", "folder", "change"), STRANGE, ids=[name for name, _, _ in STRANGE])
def test_lines_that_belong_to_no_chain_do_not_keep_the_books_from_coming_back(
    books: Books, name: str, folder: str, change: Callable[[bytes], bytes]
) -> None:
    """Every entry goes on from the one before it, so that what does not belong is known for it."""
    before, links = books.projected(), books.store.evidence().links(0, 1000)
    edit(books.data / folder, change)
    again = lose(books)
    recover(again)
    assert again.store.evidence().links(0, 1000) == links
    assert again.projected() == before
    assert {code for code, _ in again.problems()} <= {
        "journal-differs",
        "journal-unreadable",
        "journal-behind",
    }
    keep(again, b"new", 60)


def test_a_journal_that_was_refused_leaves_the_database_empty(books: Books) -> None:
    """So that a better copy can be taken at once."""
    (path,) = (books.data / "ledger").iterdir()
    good = path.read_bytes()
    lines = good.splitlines(keepends=True)
    edit(books.data / "ledger", lambda _: b"".join(lines[:20] + lines[21:]))
    again = lose(books)
    with pytest.raises(ConfigError, match="does not hold together after entry 20"):
        recover(again)
    edit(books.data / "ledger", lambda _: good)
    recover(again)
    assert again.verify().problems == ()


def test_damaged_originals_are_left_out_and_named(books: Books, tmp_path: Path) -> None:
    """The others come over; ``verify`` names the missing one as well."""
    damaged = original(books, b"mail-1")
    damaged.chmod(0o600)
    damaged.write_bytes(b"mail-9")
    data = tmp_path / "new"
    data.mkdir(mode=0o700)
    fresh = Books(data, open_store(data), open_archive(data), FileJournal(data))
    assert recover(fresh, books.data).left_out == (sha(b"mail-1"),)
    assert fresh.problems() == [("original-missing", {"sha256": sha(b"mail-1")})]


def digest(tx: Transaction, state: str, day: str, name: str = "daily") -> int:
    return tx.ledger.record(
        DigestEntry(f"id-{day}", state, Text(name), Text("kim@x"), Text(f"{day}@x"), day, "a" * 64, "b" * 64)
    )


def test_digests_that_went_out_are_known_again(books: Books) -> None:
    """What was sent stays sent; what may be under way is neither sent again nor forgotten."""
    with books.store.writing() as tx:
        for state, day in (
            ("stored", "2026-03-01"),
            ("sent", "2026-03-01"),
            ("stored", "2026-03-02"),
            ("maybe", "2026-03-02"),
            ("resent", "2026-03-02"),
            ("sent", "2026-03-02"),
            ("stored", "2026-03-03"),
            ("failed", "2026-03-03"),
            ("stored", "2026-03-04"),
        ):
            digest(tx, state, day)
    again = lose(books)
    recover(again)
    with again.store.digesting() as (_, shelf):
        found = shelf.earlier("daily", "kim@x", date(2026, 3, 31))
    assert [(i.date, i.state, i.tries) for i in found] == [
        ("2026-03-04", "maybe", 2),
        ("2026-03-02", "sent", 2),
        ("2026-03-01", "sent", 1),
    ]
    assert [i.digest_id for i in found] == [f"id-2026-03-0{n}" for n in (4, 2, 1)]


def test_a_digest_of_lost_words_tells_what_it_knew(books: Books) -> None:
    """The next one begins where it ended, or a little before: nothing is left untold."""
    with books.store.writing() as tx:
        stored = digest(tx, "stored", "2026-03-02")
        digest(tx, "sent", "2026-03-02")
    entries = books.store.evidence().recorded(0, 1000)
    at = entries[stored - 1].ts
    again = lose(books)
    recover(again)
    with again.store.digesting() as (_, shelf):
        (item,) = shelf.earlier("daily", "kim@x", date(2026, 3, 31))
    known = made(item.raw)
    assert abs(known.at - at) < timedelta(seconds=1)
    first = next(e.seq for e in entries if at - e.ts <= timedelta(minutes=5))
    assert known.position == first < stored


def test_a_folder_may_be_renamed_since_its_first_rename(books: Books) -> None:
    """Its consent is not in the ledger; what came after a rename came after it."""
    (entry,) = (r.entry for r in books.store.evidence().recorded(0, 1000) if type(r.entry) is Renamed)
    fields = {name: getattr(entry, name) for name in Renamed.__slots__}
    with books.store.writing() as tx:
        tx.ledger.record(ConfigSeen("1" * 64))
        tx.ledger.record(Renamed(**{**fields, "folder": Text("Old")}))
        tx.ledger.record(ConfigSeen("2" * 64))
        seq = tx.ledger.record(entry)
        tx.ledger.record(ConfigSeen("2" * 64))
        tx.ledger.record(entry)
    since = books.store.evidence().recorded(seq - 1, 1)[0].ts
    later = since + timedelta(days=9)
    again = lose(books)
    recover(again)
    with again.store.writing() as tx:
        assert tx.consents.given("support", "INBOX", Mode.REPLACE, later) == since
        # The configuration has changed since: whoever asks now asks anew.
        assert tx.consents.given("support", "Old", Mode.REPLACE, later) == later


def edit(folder: Path, change: Callable[[bytes], bytes]) -> None:
    (path,) = folder.iterdir()
    path.write_bytes(change(path.read_bytes()))


def original(books: Books, raw: bytes) -> Path:
    name = sha(raw)
    return books.data / "archive" / name[:2] / name[2:4] / f"{name}.eml"


# ── verify ────────────────────────────────────────────────────────────────────


def test_books_that_nobody_touched_have_no_problems(books: Books) -> None:
    """An original erased by its entry is no problem."""
    report = books.verify()
    assert (report.ok, report.complete, report.problems) == (True, True, ())
    assert report.entries == books.store.evidence().head().seq == 24


def body_of(books: Books, seq: int) -> bytes:
    return books.store.evidence().links(seq - 1, 1)[0].canonical


def edited(books: Books, seq: int) -> bytes:
    return body_of(books, seq).replace(b'"actor":"program"', b'"actor":"nobody!"')


def rechain(books: Books, first: int) -> None:
    """Edit entry ``first`` and seal everything after it anew, as a thief with the database can."""
    links = list(books.store.evidence().links(first - 1, 1000))
    statements = []
    prev = None
    for sealed in links:
        data = edited(books, first) if sealed.seq == first else sealed.canonical
        if prev is not None:
            data = data.replace(*prev)
        fresh = link_hash(data)
        prev = (sealed.hash.encode(), fresh.encode())
        statements.append(
            f"UPDATE ledger SET canonical = X'{data.hex()}', hash = '{fresh}' WHERE seq = {sealed.seq}"
        )
    books.direct(*statements)


def swap(books: Books) -> None:
    books.direct(
        "UPDATE ledger SET seq = 1000 WHERE seq = 4",
        "UPDATE ledger SET seq = 4 WHERE seq = 5",
        "UPDATE ledger SET seq = 5 WHERE seq = 1000",
    )


def without_the_sixth_line(raw: bytes) -> bytes:
    lines = raw.splitlines(keepends=True)
    return b"".join(lines[:5] + lines[6:])


def with_the_sixth_line_before_the_last(raw: bytes) -> bytes:
    lines = raw.splitlines(keepends=True)
    return b"".join([*lines[:-1], lines[5], lines[-1]])


Tamper = Callable[[Books], object]

TAMPERED: list[tuple[str, Tamper, set[tuple[str, object]]]] = [
    (
        "edit an entry",
        lambda b: b.direct(f"UPDATE ledger SET canonical = X'{edited(b, 4).hex()}' WHERE seq = 4"),
        {("entry-changed", 4), ("journal-differs", 4)},
    ),
    (
        "edit an entry and its hash",
        lambda b: b.direct(
            f"UPDATE ledger SET canonical = X'{edited(b, 4).hex()}', hash = '{link_hash(edited(b, 4))}'"
            " WHERE seq = 4"
        ),
        {("chain-broken", 5), ("journal-differs", 4)},
    ),
    (
        "make an entry unreadable",
        lambda b: b.direct(f"UPDATE ledger SET canonical = X'7b', hash = '{link_hash(b'{')}' WHERE seq = 4"),
        {("entry-unreadable", 4), ("chain-broken", 5), ("journal-differs", 4)},
    ),
    ("edit and re-chain", lambda b: rechain(b, 21), {("journal-differs", n) for n in range(21, 25)}),
    (
        "delete in the middle",
        lambda b: b.direct("DELETE FROM ledger WHERE seq = 4"),
        {("entry-missing", 4)},
    ),
    (
        "swap two entries",
        swap,
        {
            ("chain-broken", 4),
            ("chain-broken", 5),
            ("chain-broken", 6),
            ("journal-differs", 4),
            ("journal-differs", 5),
        },
    ),
    (
        "cut the tail of the database",
        lambda b: b.direct("DELETE FROM ledger WHERE seq > 22"),
        {("journal-ahead", 23), ("journal-ahead", 24), ("original-missing", sha(b"mail-5"))},
    ),
    (
        "delete everything",
        lambda b: b.direct("DELETE FROM ledger", "DELETE FROM texts"),
        {("journal-ahead", n) for n in range(1, 25)},
    ),
    (
        "edit a line of the journal",
        lambda b: edit(b.data / "ledger", lambda raw: raw.replace(b'"uid":3', b'"uid":4', 1)),
        {("journal-differs", 6)},
    ),
    (
        "delete a line of the journal",
        lambda b: edit(b.data / "ledger", without_the_sixth_line),
        {("journal-behind", 6)},
    ),
    (
        "write rubbish into the journal",
        lambda b: edit(b.data / "ledger", lambda raw: b"rubbish\n" + raw),
        {("journal-unreadable", "ledger/2026-03.jsonl:1")},
    ),
    (
        "write rubbish at the end of the journal",
        lambda b: edit(b.data / "ledger", lambda raw: raw + b'{"x":1}\n'),
        {("journal-unreadable", "ledger/2026-03.jsonl:25")},
    ),
    (
        "write the last line of the journal twice",
        lambda b: edit(b.data / "ledger", lambda raw: raw + raw.splitlines(keepends=True)[-1]),
        {("journal-differs", 24)},
    ),
    (
        "write an older line of the journal again",
        lambda b: edit(b.data / "ledger", with_the_sixth_line_before_the_last),
        {("journal-differs", 6)},
    ),
    (
        "write the bare number of an entry into the journal",
        lambda b: edit(b.data / "ledger", lambda raw: raw + b'{"seq":24}\n'),
        {("journal-differs", 24)},
    ),
    (
        "write rubbish into the texts' journal",
        lambda b: edit(b.data / "texts", lambda raw: b'{"commit":"x","salt":1}\n' + raw),
        {("journal-unreadable", "texts/2026-03.jsonl:1")},
    ),
    (
        "write an old line at the end of the journal",
        lambda b: edit(b.data / "ledger", lambda raw: raw + raw.splitlines(keepends=True)[5]),
        {("journal-differs", 6)},
    ),
    (
        "write half a line at the end of the journal",
        lambda b: edit(b.data / "ledger", lambda raw: raw + b'{"half'),
        {("journal-unreadable", "ledger/2026-03.jsonl:25")},
    ),
    (
        "change the order of two lines of the journal",
        lambda b: edit(b.data / "ledger", with_two_lines_exchanged),
        {("journal-behind", 6), ("journal-differs", 6)},
    ),
    (
        "write half a line at the end of the texts' journal",
        lambda b: edit(b.data / "texts", lambda raw: raw + b'{"half'),
        {("journal-unreadable", "texts/2026-03.jsonl:27")},
    ),
    (
        "write a text that nobody spoke of into the journal",
        lambda b: edit(b.data / "texts", lambda raw: raw + text_line(commit_text("x", b"s" * 32)) + b"\n"),
        {("journal-text-unknown", commit_text("x", b"s" * 32).commit)},
    ),
    (
        "edit an original",
        lambda b: (original(b, b"mail-1").chmod(0o600), original(b, b"mail-1").write_bytes(b"mail-9")),
        {("original-changed", sha(b"mail-1"))},
    ),
    (
        "cut an original",
        lambda b: (original(b, b"mail-1").chmod(0o600), original(b, b"mail-1").write_bytes(b"mail-")),
        {("original-changed", sha(b"mail-1"))},
    ),
    (
        "delete an original",
        lambda b: original(b, b"mail-1").unlink(),
        {("original-missing", sha(b"mail-1"))},
    ),
    (
        "delete the archive",
        lambda b: [shutil.rmtree(p) for p in (b.data / "archive").iterdir()],
        {("original-missing", sha(raw)) for raw in [*(f"mail-{n}".encode() for n in range(5)), b"broken"]},
    ),
]


@pytest.mark.parametrize(("name", "tamper", "expected"), TAMPERED, ids=[name for name, _, _ in TAMPERED])
def test_each_change_is_named(
    books: Books, name: str, tamper: Tamper, expected: set[tuple[str, object]]
) -> None:
    """Which entry, which line, which original; and nothing that is whole is blamed."""
    tamper(books)
    found = {(code, next(iter(values.values()))) for code, values in books.problems()}
    assert found == expected
    assert not books.verify().ok


def test_a_text_that_stands_in_the_journal_once_more_is_named(books: Books) -> None:
    """It does no harm, and nobody but a stranger writes it."""
    commit, seq = commit_of(books, "asked")

    def doubled(raw: bytes) -> bytes:
        return raw + b"".join(line for line in raw.splitlines(keepends=True) if commit.encode() in line)

    edit(books.data / "texts", doubled)
    assert books.problems() == [("journal-text-again", {"commit": commit, "seq": seq})]


def test_a_month_of_the_journal_that_is_missing_is_named(books: Books) -> None:
    """Each of its entries; a month that is there is not blamed."""
    edit(books.data / "ledger", lambda raw: b"".join(raw.splitlines(keepends=True)[10:]))
    assert books.problems() == [("journal-behind", {"seq": seq}) for seq in range(1, 11)]


def test_journals_put_aside_are_written_again_whole(books: Books) -> None:
    """What a person does with a journal that was changed: put it aside, as evidence, and ask again."""
    before = list(books.journal.entries()), sorted(books.journal.texts())
    edit(books.data / "ledger", lambda raw: raw[:-30] + b"rubbish\n")
    for name in ("ledger", "texts"):
        (books.data / name).rename(books.data / f"{name}.aside")
    assert books.problems() == []
    assert (list(books.journal.entries()), sorted(books.journal.texts())) == before


class WrittenMeanwhile:
    """Evidence whose ledger grows after it was first looked at, as beside a daemon."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._evidence = books.store.evidence()

    def __getattr__(self, name: str) -> object:
        return getattr(self._evidence, name)

    def settle(self) -> Head:
        head = self._evidence.settle()
        keep(self._books, b"new", 60)
        return head


def test_what_the_daemon_writes_meanwhile_is_no_problem(books: Books) -> None:
    """Entries, texts and an original that come while the books are being verified."""
    evidence = WrittenMeanwhile(books)
    report = verify(evidence, FileJournal(books.data), books.archive)
    assert (report.ok, report.entries, report.problems) == (True, 24, ())


def test_an_entry_of_another_ledger_is_named(books: Books) -> None:
    """A chain may hold and still be somebody else's."""
    head = books.store.evidence().head()
    stamp = Stamp("another", "x", START, "program")
    sealed = link(head, Watch("x", "support"), stamp, lambda value, *, shared=False: "")
    books.direct(f"INSERT INTO ledger VALUES ({sealed.seq}, '{sealed.hash}', X'{sealed.canonical.hex()}')")
    assert books.problems() == [("entry-foreign", {"seq": sealed.seq})]


def test_an_entry_that_does_not_read_as_its_type_is_named(books: Books) -> None:
    """The chain holds, the bytes are JSON, and still it is no entry."""
    head = books.store.evidence().head()
    data = later(head, books).canonical.replace(b'"phone"', b'"start"')
    books.direct(f"INSERT INTO ledger VALUES ({head.seq + 1}, '{link_hash(data)}', X'{data.hex()}')")
    assert books.problems() == [
        ("entry-unreadable", {"seq": head.seq + 1}),
        ("journal-behind", {"seq": head.seq + 1}),
    ]
    with pytest.raises(ConfigError, match="cannot be read"):
        books.reindex()


def commit_of(books: Books, words: str) -> tuple[str, int]:
    """The commitment to these words, and the entry that speaks of them."""
    for seq in range(1, 25):
        for row in books.store.evidence().texts(seq, seq):
            if row.value == words:
                return row.commit, seq
    raise AssertionError(words)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE texts SET text = X'00' WHERE \"commit\" = '{}'", "text-changed"),
        ("UPDATE texts SET salt = X'00' WHERE \"commit\" = '{}'", "text-changed"),
        ("UPDATE texts SET salt = NULL WHERE \"commit\" = '{}'", "text-changed"),
        ("UPDATE texts SET salt = NULL, text = NULL WHERE \"commit\" = '{}'", "text-missing"),
        ("DELETE FROM texts WHERE \"commit\" = '{}'", "text-missing"),
    ],
)
def test_a_changed_or_missing_text_is_named(books: Books, statement: str, code: str) -> None:
    """By its commitment and the entry that speaks of it."""
    commit, seq = commit_of(books, "asked")
    books.direct(statement.format(commit))
    assert books.problems() == [(code, {"commit": commit, "seq": seq})]


def test_a_text_with_its_erase_entry_is_no_problem(books: Books) -> None:
    """Salt and text leave the table, the journal line becomes the commitment alone."""
    commit, _ = commit_of(books, "asked")
    with books.store.writing() as tx:
        tx.ledger.record(Erased(commit, None, Text("law"), Text("kim")))
    books.direct(f"UPDATE texts SET salt = NULL, text = NULL WHERE \"commit\" = '{commit}'")

    def forget(raw: bytes) -> bytes:
        lines = raw.splitlines(keepends=True)
        erased = f'{{"commit":"{commit}"}}\n'.encode()
        return b"".join(erased if commit.encode() in line else line for line in lines)

    edit(books.data / "texts", forget)
    assert books.problems() == []


def test_a_text_that_the_journal_tells_otherwise_or_not_at_all_is_named(books: Books) -> None:
    """The journal of texts is needed where the database is lost."""
    commit, seq = commit_of(books, "asked")
    edit(books.data / "texts", lambda raw: raw.replace(b'"asked"', b'"never"'))
    assert books.problems() == [("journal-text-changed", {"commit": commit, "seq": seq})]
    edit(
        books.data / "texts",
        lambda raw: b"".join(line for line in raw.splitlines(keepends=True) if commit.encode() not in line),
    )
    assert books.problems() == [("journal-text-missing", {"commit": commit, "seq": seq})]


class Unreadable:
    """An archive some of whose originals a disk no longer gives."""

    def __init__(self, archive: FileArchive, *, folder: bool) -> None:
        self._archive = archive
        self._folder = folder

    def __getattr__(self, name: str) -> object:
        return getattr(self._archive, name)

    def read(self, sha256: str) -> bytes:
        raise TemporaryError("the disk failed")

    def all(self) -> Sequence[str]:
        if self._folder:
            raise ConfigError("no right to look")
        return tuple(self._archive.all())


@pytest.mark.parametrize("folder", [True, False])
def test_what_cannot_be_looked_at_makes_the_check_incomplete(books: Books, *, folder: bool) -> None:
    """Nothing is claimed of it, neither good nor bad."""
    archive = Unreadable(books.archive, folder=folder)
    report = verify(books.store.evidence(), books.journal, archive)
    assert (report.ok, report.complete) == (True, False)
    assert {problem.code for problem in report.problems} == {"original-unreadable"}
    assert all(str(problem.detail) for problem in report.problems)


def test_every_code_is_documented() -> None:
    """The table in the module and the list are one."""
    table = str(tampering.__doc__)
    assert all(f"\n{code} " in table for code in CODES)


def test_a_report_with_a_change_is_not_ok_though_something_was_unreadable() -> None:
    """A change found outweighs what could not be looked at."""
    changed = Problem("original-changed", Words(""))
    unread = Problem("original-unreadable", Words(""))
    assert not VerifyReport(1, (unread, changed), complete=False).ok
