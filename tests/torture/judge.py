"""Judges what a kill left, from the outside: by IMAP, by the files' bytes, by rows, by commands.

Nothing here knows mailwatch's own stores; it knows how they are described: canonical JSON lines chained by
SHA-256, originals by content, renamed copies that restore to their originals.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from torture.scenes import Scene
from torture.stage import READER, Trial
from weeks.books import restored

_TOP = b"Mailwatch-Original: "
_OURS = re.compile(rb"^Mailwatch-Digest: ", re.MULTILINE)


def judge(trial: Trial, scene: Scene) -> None:
    """Raises AssertionError that names the first thing that is not as promised."""
    mailbox_is_whole(trial, came=int(scene.digest == "imap"))
    originals_are_kept(trial.house.data / "archive", trial)
    entries = chained(trial.house.data / "ledger")
    each_mail_is_filed_once(entries, trial)
    renames_end_once(entries, trial)
    if trial.database is None or scene.name != "backup":
        journals_equal(trial.house.data, rows(trial))
    shown_once(trial)
    assert trial.json("verify") == {"ok": True, "complete": True, "entries": len(entries), "problems": []}
    if scene.name == "backup":
        backup_is_whole(trial)


# ── mailbox ───────────────────────────────────────────────────────────────────


def mailbox_is_whole(trial: Trial, came: int) -> None:
    """One visible copy of each mail; a renamed one's original, byte for byte, in its folder; nothing else."""
    folders = lying(trial)
    inbox, kept = folders["INBOX"], folders.get("Mailwatch/Originals", [])
    renamed = {letter.raw for letter in trial.letters if letter.name in trial.renamed}
    assert Counter(renamed) == Counter(kept), "Mailwatch/Originals"
    copies = [raw for raw in inbox if raw.startswith(_TOP)]
    assert Counter(renamed) == Counter(map(restored, copies)), "renamed copies"
    digests = [raw for raw in inbox if _OURS.search(raw)]
    assert came == len(digests), "digests in the inbox"
    plain = Counter(raw for raw in inbox if not raw.startswith(_TOP) and not _OURS.search(raw))
    assert plain == Counter({letter.raw for letter in trial.letters} - renamed), "mails as they came"
    for name, mails in folders.items():
        assert name in {"INBOX", "Mailwatch/Originals"} or not mails, f"something lies in {name}"


def lying(trial: Trial) -> dict[str, list[bytes]]:
    """All mails by folder, over one line. A mark of deletion is a fault wherever it stands."""
    found: dict[str, list[bytes]] = {}
    with trial.user.client() as client:
        for marks, _, name in client.list_folders():
            if b"\\Noselect" not in marks and b"\\NonExistent" not in marks:
                exists = client.select_folder(name, readonly=True)[b"EXISTS"]
                rows = client.fetch(client.search(["ALL"]), ["FLAGS", "BODY.PEEK[]"]) if exists else {}
                assert not any(b"\\Deleted" in row[b"FLAGS"] for row in rows.values()), f"deletion in {name}"
                found[name] = [row[b"BODY[]"] for row in rows.values()]
    return found


# ── what is kept ──────────────────────────────────────────────────────────────


def originals_are_kept(archive: Path, trial: Trial) -> None:
    """The bytes of each numbered mail under the hash of them, and no others."""
    wanted = {letter.sha256 for letter in trial.letters if letter.number}
    files = list(archive.glob("??/??/*"))
    assert sorted(wanted) == sorted(path.stem for path in files), "archive"
    for path in files:
        assert path.stem == hashlib.sha256(path.read_bytes()).hexdigest(), f"bytes of {path.stem}"
        assert 0o400 == path.stat().st_mode & 0o777, f"mode of {path.stem}"


def chained(journal: Path) -> list[dict[str, Any]]:
    """The entries of a journal, each line held against the one before it."""
    found: list[dict[str, Any]] = []
    before = "0" * 64
    for line in _lines(journal):
        entry = json.loads(line)
        assert (len(found) + 1, before) == (entry["seq"], entry["prev"]), "chain of the journal"
        found.append(entry)
        before = hashlib.sha256(b"\0" + line).hexdigest()
    return found


def _lines(journal: Path) -> list[bytes]:
    whole = b"".join(path.read_bytes() for path in sorted(journal.glob("*.jsonl")))
    assert whole.endswith(b"\n"), f"half a line in {journal.name}"
    return whole.splitlines()


def each_mail_is_filed_once(entries: list[dict[str, Any]], trial: Trial) -> None:
    """One ``message`` entry, and one ``file`` entry under the expected number."""
    wanted = {letter.sha256: letter.number for letter in trial.letters if letter.number}
    kept = Counter(entry["sha256"] for entry in entries if entry["type"] == "message")
    assert Counter(dict.fromkeys(wanted, 1)) == kept, "message entries"
    filings = [entry["filing"] for entry in entries if entry["type"] == "file"]
    # What we put there ourselves may have been looked at; it is nobody's mail.
    told = [(f["sha256"], f["number"]["canonical"]) for f in filings if f["verdict"] != "ours"]
    assert sorted(wanted.items()) == sorted(told), "file entries"


def renames_end_once(entries: list[dict[str, Any]], trial: Trial) -> None:
    """A plan has one end. A mail that is renamed was so once; where it is not any more, taken back once."""
    ends = Counter((entry["type"], entry["plan"]) for entry in entries if entry["type"] in {"rename", "undo"})
    assert set(ends.values()) <= {1}, "ends of plans"
    done = {
        kind: Counter(e["original"] for e in entries if e["type"] == kind and e["state"] == "done")
        for kind in ("rename", "undo")
    }
    standing = done["rename"] - done["undo"]
    wanted = Counter(letter.sha256 for letter in trial.letters if letter.name in trial.renamed)
    assert wanted == standing, "rename entries"
    assert set(done["rename"].values()) | set(done["undo"].values()) <= {1}, "renamed or taken back twice"


Rows = tuple[list[tuple[int, str, bytes]], set[str]]


def rows(trial: Trial) -> Rows:
    """Ledger and commits of the texts, as the database has them."""
    if trial.database is None:
        return of_sqlite(trial.house.data / "mailwatch.db")
    with psycopg.connect(trial.database) as server:
        ledger = server.execute("SELECT seq, hash, canonical FROM ledger ORDER BY seq").fetchall()
        commits = server.execute('SELECT "commit" FROM texts').fetchall()
    return [(seq, hash_, bytes(line)) for seq, hash_, line in ledger], {commit for (commit,) in commits}


def of_sqlite(path: Path) -> Rows:
    with closing(sqlite3.connect(path)) as database:
        assert [("ok",)] == database.execute("PRAGMA integrity_check").fetchall(), "the database's own check"
        ledger = database.execute("SELECT seq, hash, canonical FROM ledger ORDER BY seq").fetchall()
        commits = database.execute('SELECT "commit" FROM texts').fetchall()
    return [(seq, hash_, bytes(line)) for seq, hash_, line in ledger], {commit for (commit,) in commits}


def journals_equal(folder: Path, held: Rows) -> None:
    """Line by line, byte by byte; each text once."""
    ledger, commits = held
    lines = _lines(folder / "ledger")
    told = [(n, hashlib.sha256(b"\0" + line).hexdigest(), line) for n, line in enumerate(lines, 1)]
    assert told == ledger, "journal and database"
    texts = [json.loads(line)["commit"] for line in _lines(folder / "texts")]
    assert commits == set(texts), "texts of journal and database"


# ── what is shown ─────────────────────────────────────────────────────────────


def shown_once(trial: Trial) -> None:
    """Each case with its mails, each of them once."""
    shown = {case["number"]: case["messages"] for case in trial.json("cases")}
    wanted = Counter(letter.number for letter in trial.letters if letter.number)
    assert dict(wanted) == shown, "cases"


def backup_is_whole(trial: Trial) -> None:
    """It could take the place of the data: originals, journals, and on SQLite the database, agree."""
    names = {path.name for path in trial.backup.iterdir()}
    assert "backup.json" in names, "the backup says that it is whole"
    assert "unfinished" not in names, "the backup says that it is not"
    assert [] == list(trial.backup.rglob("*.part")), "half a file in the backup"
    originals_are_kept(trial.backup / "archive", trial)
    manifest = json.loads((trial.backup / "backup.json").read_bytes())
    assert manifest["entries"] == len(chained(trial.backup / "ledger")), "entries of the backup"
    if trial.database is None:
        journals_equal(trial.backup, of_sqlite(trial.backup / "mailwatch.db"))


# ── digests ───────────────────────────────────────────────────────────────────


def digests_came(trial: Trial, handed_over: int, *, settled: bool) -> None:
    """One; two, and the ledger says so, where the kill fell between the end of DATA and the commit.

    ``handed_over`` is how many had come when it was killed, ``settled`` whether the database knew by then.
    """
    came = [mail for mail in trial.sink.received if mail.recipients == (READER,)]
    window = handed_over == 1 and not settled
    assert len(came) in ({1, 2} if window else {1}), f"{len(came)} digests, {handed_over} at the kill"
    assert 1 == len({mail.raw for mail in came}), "the bytes of both digests"
    states = [e["state"] for e in chained(trial.house.data / "ledger") if e["type"] == "digest"]
    assert 1 == states.count("stored"), states
    assert (len(came) == 2) <= ("resent" in states), states
    assert states[-1] == "sent", states


def knows_of_it(trial: Trial) -> bool:
    """Whether a digest is recorded as sent."""
    ledger, _ = rows(trial)
    entries = [json.loads(line) for _, _, line in ledger]
    return any(entry["type"] == "digest" and entry["state"] == "sent" for entry in entries)
