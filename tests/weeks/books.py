"""The books, balanced from the outside: what truly happened against what lies on disk and on the servers.

Nothing here knows how mailwatch works: it reads mailboxes by IMAP, files by their bytes, the ledger as
DESIGN.md describes it (canonical JSON lines, chained by SHA-256), and the commands' ``--json``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from typing import Any

from servers.mailuser import Stored
from weeks.digestdays import READERS, Due, Reader, promised
from weeks.letters import SUPPORT
from weeks.world import ALARM_AFTER, BEFORE, OUTSIDE, OWNER, POLL, Away, World

DIGEST = "Mailwatch-Digest"
GAP = 3 * POLL
"""A stretch without a good look that is longer than this must enter the ledger."""

SAYS_SO = timedelta(minutes=30)
"""A digest that is made later than this after its hour says so."""

A_TURN = timedelta(minutes=1)
"""The clock goes on while the daemon does what is due at a turn."""

ON_TIME = timedelta(minutes=5)
LATE = timedelta(hours=4)
"""How long a server may be back before what waited for it must have gone out."""


# ── mails, originals, cases ───────────────────────────────────────────────────


def originals_are_kept(world: World) -> None:
    """The archive holds the bytes of each mail that must be kept, once, and nothing else."""
    wanted = {lying.letter.sha256: lying.letter.message_id for lying in world.lying if lying.letter.kept}
    files = list((world.house.data / "archive").glob("??/??/*.eml"))
    found = {hashlib.sha256(path.read_bytes()).hexdigest(): path.stem for path in files}
    assert all(sha == stem for sha, stem in found.items())
    assert len(files) == len(found)
    assert set() == wanted.keys() - found.keys(), [wanted[sha] for sha in wanted.keys() - found.keys()]
    assert set() == found.keys() - wanted.keys()


def cases_are_complete(world: World) -> None:
    """Each mail is filed under its case, counted once however many copies came; no case holds another."""
    wanted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for lying in world.lying:
        if lying.letter.number is not None:
            wanted[lying.letter.number][lying.letter.message_id].add(lying.letter.sha256)
    shown = world.house.json("cases")
    assert set(wanted) == {case["number"] for case in shown}
    for case in shown:
        messages = world.house.json("show", case["number"])["messages"]
        told = [(m["message_id"], frozenset(o["sha256"] for o in m["originals"])) for m in messages]
        assert {m: frozenset(s) for m, s in wanted[case["number"]].items()} == dict(told)
        assert (len(told), len(told)) == (len(dict(told)), case["messages"])


# ── mailboxes ─────────────────────────────────────────────────────────────────


def mailboxes_are_as_left(world: World) -> None:
    """Each mail lies once where its user left it, with his flags; a renamed one has its original beside."""
    for name, user in world.users.items():
        folders = {folder: user.dump(folder) for folder in user.folder_names() if folder != "Mailwatch"}
        for lying in world.lying:
            if lying.mailbox == name:
                _as_left(lying, folders, mode="replace" if name == "support" else "copy")
        _nothing_more(world, name, folders)


def _as_left(lying: Any, folders: dict[str, list[Stored]], *, mode: str) -> None:
    visible = [
        (folder, mail)
        for folder, mails in folders.items()
        for mail in mails
        if not folder.startswith("Mailwatch/") and _id(mail.raw) == lying.letter.message_id
    ]
    if mode == "replace":
        wanted = lying.letter.raw if not lying.renamed else None
        stored = [
            m.raw for m in folders.get("Mailwatch/Originals", []) if _id(m.raw) == lying.letter.message_id
        ]
        assert ([lying.letter.raw] if lying.renamed else []) == stored, lying
    else:
        wanted = lying.letter.raw
        copies = [m.raw for m in folders.get("Mailwatch/Cases", []) if _id(m.raw) == lying.letter.message_id]
        assert [lying.letter.raw] * lying.renamed == [restored(raw) for raw in copies], lying
    if lying.folder is None:
        assert [] == visible, lying
        return
    assert [lying.folder] == [folder for folder, _ in visible], (lying, visible)
    ((_, mail),) = visible
    assert lying.flags <= mail.flags, lying
    assert lying.letter.raw == (mail.raw if wanted is not None else restored(mail.raw)), lying


def _nothing_more(world: World, name: str, folders: dict[str, list[Stored]]) -> None:
    """Besides users' mail and its copies there are digests in an INBOX, and nothing else."""
    ours = {lying.letter.message_id for lying in world.lying if lying.mailbox == name}
    for folder, mails in folders.items():
        strange = [m for m in mails if _id(m.raw) not in ours and not (folder == "INBOX" and _is_ours(m.raw))]
        assert [] == strange, (name, folder)


def _is_ours(raw: bytes) -> bool:
    mail = _parsed(raw)
    return mail[DIGEST] is not None or _is_alarm(mail)


def restored(raw: bytes) -> bytes:
    """The original of a renamed copy, by DESIGN.md section 5: two fields on top, one Subject changed."""
    top = re.match(rb"Mailwatch-Original: sha256=[0-9a-f]{64}; plan=[0-9a-f]{32}\r\n", raw)
    assert top, raw[:200]
    rest = raw[top.end() :]
    was = re.match(rb"Original-Subject:((?:[^\r]|\r\n[ \t])*)\r\n", rest)
    assert was, rest[:200]
    now = re.compile(rb"^(Subject:)(?:[^\r]|\r\n[ \t])*\r\n", re.MULTILINE)
    return now.sub(lambda found: found[1] + was[1] + b"\r\n", rest[was.end() :], count=1)


def _id(raw: bytes) -> str:
    return str(_parsed(raw)["Message-ID"])


def _parsed(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


# ── digests ───────────────────────────────────────────────────────────────────


def digests_are_as_promised(world: World, first: datetime, maybe: set[tuple[str, date]]) -> None:
    """One for each reader and day, none twice but where nobody could know, none in silence.

    ``first`` is when the watching began, ``maybe`` holds the days whose digest may have come twice.
    """
    for reader in READERS:
        came = _digests(world, reader)
        days = list(promised(reader, first, world.now))
        assert set(came) <= {due.day for due in days}
        missed, first_one = 0, True
        for due in days:
            mails = came.get(due.day, [])
            _as_promised(world, due, mails, twice=(reader.address, due.day) in maybe)
            if mails and reader.language == "en":
                _says_how_it_went(mails[0][1], due, missed, late_counts=not first_one)
            first_one = first_one and not mails and not missed
            missed = 0 if mails else missed + 1


def _says_how_it_went(raw: bytes, due: Due, missed: int, *, late_counts: bool) -> None:
    """Whether it is late, and whether none went out on the days before it.

    Before the first one nobody waited: it does not count as late.
    """
    mail = _parsed(raw)
    body = mail.get_body(("plain",))
    assert body is not None
    text = " ".join(str(body.get_content()).split())
    made = parsedate_to_datetime(str(mail["Date"]))
    after = made - due.since
    late = late_counts and after > SAYS_SO
    # A Date has whole seconds; what was made on the very stroke may be called either.
    on_the_stroke = timedelta(0) <= after - SAYS_SO < timedelta(seconds=1)
    assert on_the_stroke or late is ("This digest was due at" in text), text
    assert (missed == 1) is ("No digest went out on" in text), text
    assert (missed > 1) is (f"Days without a digest: {missed}" in text), text


def _digests(world: World, reader: Reader) -> dict[date, list[tuple[datetime, bytes]]]:
    """By the day for which they stand, which is that of their Date in the reader's time zone."""
    found: dict[date, list[tuple[datetime, bytes]]] = defaultdict(list)
    if reader.by == "imap":
        mails = [(None, m.raw) for m in world.users["support"].dump()]
    else:
        mails = [(a.at, a.mail.raw) for a in world.arrived if a.mail.recipients == (reader.address,)]
    for at, raw in mails:
        mail = _parsed(raw)
        if mail[DIGEST] is not None:
            made = parsedate_to_datetime(str(mail["Date"]))
            assert made.utcoffset() == made.astimezone(reader.zone).utcoffset()
            found[made.astimezone(reader.zone).date()].append((at or made, raw))
    return found


def _as_promised(world: World, due: Due, came: list[tuple[datetime, bytes]], *, twice: bool) -> None:
    chances = list(_chances(world, due))
    where = (due, came, chances)
    if not chances:
        assert [] == came, where
        return
    assert (1 <= len(came) <= 2) if twice else len(came) == 1, where
    assert 1 == len({raw for _, raw in came}), where
    at = min(at for at, _ in came)
    if chances[0] == due.since:
        assert at - due.since <= ON_TIME, where
    elif due.reader.by == "smtp":  # When a mail was put into an INBOX, nobody saw.
        # Where it was killed while it sent, the mail came before the chance that was taken.
        assert twice or chances[0] <= at, where
        assert at - chances[0] <= LATE, where


def _chances(world: World, due: Due) -> Iterator[datetime]:
    """From when on, on its day, nothing stood in the way of this digest."""
    ways = ("daemon", "imap") if due.reader.by == "imap" else ("daemon", "smtp")
    moments = [due.since, *(a.until for way in ways for a in world.away[way] if a.until is not None)]
    for moment in sorted(moments):
        if due.since <= moment < min(due.until, world.now) and not any(
            _is_away(world.away[way], moment) for way in ways
        ):
            yield moment


def _is_away(away: list[Away], moment: datetime) -> bool:
    return any(a.since <= moment and (a.until is None or moment < a.until) for a in away)


# ── alarms and the ledger ─────────────────────────────────────────────────────


def alarms_are_told_once(world: World, first: datetime, heard_of: int) -> None:
    """Of each of the ``heard_of`` outages two readers hear that it began and that it is over, once.

    The same readers, and the owner of the first mailbox, hear of a digest that waits for an hour.
    """
    sent = [(arrived.mail.recipients[0], _parsed(arrived.mail.raw)) for arrived in world.arrived]
    sent += [(SUPPORT, mail) for mail in map(_parsed, world.raws("support", "INBOX")) if _is_alarm(mail)]
    heard = Counter((to, str(mail["Subject"])) for to, mail in sent if mail[DIGEST] is None)
    wanted = Counter(
        {
            (reader, f"[mailwatch] {mailbox} is {words}"): heard_of
            for reader in (OWNER, OUTSIDE)
            for mailbox in world.users
            for words in ("not being watched", "watched again")
        }
    )
    for name, _ in {(due.reader.name, due.since) for due in _overdue(world, first)}:
        wanted.update(
            (reader, f"[mailwatch] the digest {name} did not go out") for reader in (OWNER, OUTSIDE, SUPPORT)
        )
    assert wanted == heard, (wanted - heard, heard - wanted)


def _overdue(world: World, first: datetime) -> Iterator[Due]:
    """What could not be sent for an hour because somebody was away while mailwatch was there."""
    for reader in READERS:
        for due in promised(reader, first, world.now):
            for away in world.away[reader.by]:
                if away.until and away.since <= due.since and due.since + ALARM_AFTER <= away.until:
                    yield due


def _is_alarm(mail: EmailMessage) -> bool:
    return str(mail["List-Id"]).startswith("mailwatch alerts ")


def entries(world: World) -> list[dict[str, Any]]:
    """The ledger as its journal has it, each line held against the one before."""
    found, before = [], "0" * 64
    for path in sorted((world.house.data / "ledger").glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            entry = json.loads(line)
            assert (len(found) + 1, before) == (entry["seq"], entry["prev"])
            found.append(entry)
            before = hashlib.sha256(b"\0" + line).hexdigest()
    return found


def silences_are_recorded(world: World) -> None:
    """Each stretch in which nobody looked stands in the ledger, from to, for each mailbox; and no other."""
    told = [e for e in entries(world) if e["type"] == "watch" and e["what"] == "outage" and "until" in e]
    for mailbox in world.users:
        spans = sorted((_time(e["since"]), _time(e["until"])) for e in told if e["mailbox"] == mailbox)
        truth = list(_silences(world))
        assert len(truth) == len(spans), (truth, spans)
        for (since, until), (noticed, over) in zip(truth, spans, strict=True):
            assert since - GAP <= noticed <= since + A_TURN, (since, noticed)
            assert until <= over <= until + GAP, (until, over)


def _silences(world: World) -> Iterator[tuple[datetime, datetime]]:
    """Mail servers away for as long as an alarm needs, and a daemon away for longer than a gap."""
    away = [(a, ALARM_AFTER) for a in world.away["imap"]] + [(a, GAP) for a in world.away["daemon"]]
    long = [
        (a.since, a.until)
        for a, least in away
        if a.until is not None and a.since > BEFORE and a.until - a.since >= least
    ]
    merged: list[tuple[datetime, datetime]] = []
    for since, until in sorted(long):
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
        else:
            merged.append((since, until))
    yield from merged


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


# ── the house ─────────────────────────────────────────────────────────────────


def house_is_in_order(world: World) -> None:
    """Nothing waits, ``verify`` has nothing to say, and ``reindex`` tells all again as it was told."""
    status = world.house.json("status")
    assert (0, 0, 0) == (status["quarantined"], status["open_plans"], status["unsent"])
    verified = world.house.json("verify")
    assert (True, True, []) == (verified["ok"], verified["complete"], verified["problems"])
    assert len(entries(world)) == verified["entries"]
    before = _told(world)
    assert [] == world.house.json("reindex")["changed"]
    assert before == _told(world)


def _told(world: World) -> list[Any]:
    cases = world.house.json("cases")
    return [cases, *(world.house.json("show", case["number"]) for case in cases)]
