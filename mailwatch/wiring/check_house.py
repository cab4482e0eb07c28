"""``check`` of what lies on this machine: configuration, database, room, clock, secrets, and what waits."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from mailwatch.adapters.locks import daemon_runs
from mailwatch.adapters.room import Room, rooms
from mailwatch.adapters.sql.store import SqlStore
from mailwatch.config.digest import DigestConfig
from mailwatch.config.exposure import OTHERS, openness, secrets
from mailwatch.config.model import Config
from mailwatch.config.secret import Secret
from mailwatch.core.ledger import Head
from mailwatch.core.reminders import Recipient
from mailwatch.core.soundness import clock_is_good, room_is_good
from mailwatch.core.timetable import next_times
from mailwatch.errors import MailwatchError, Words, counted
from mailwatch.wiring import digests
from mailwatch.wiring.findings import CheckRow, red

TIMES_SHOWN = 5
_MIB = 2**20
_SQLITE = "sqlite:///"


def configuration(config: Config) -> Iterator[CheckRow]:
    """What was read."""
    watched = counted("{n} mailbox", "{n} mailboxes", len(config.mailboxes))
    words = Words("{mailboxes}, data in {data}", {"mailboxes": watched, "data": config.data})
    yield CheckRow("configuration", ok=True, detail=words)


def database(store: SqlStore, now: datetime, config: Config) -> Iterator[CheckRow]:
    """Whether the ledger can be read and written, and whether the clock fits its newest entry."""
    try:
        head = store.evidence().settle()
        newest = _newest(store, head)
    except MailwatchError as error:
        yield red("database", error)
        return
    words = counted(
        "{n} ledger entry in {place}", "{n} ledger entries in {place}", head.seq, place=store.place
    )
    yield CheckRow("database", ok=True, detail=words)
    yield _clock(now, newest, config)


def _newest(store: SqlStore, head: Head) -> datetime | None:
    recorded = store.evidence().recorded(head.seq - 1, 1) if head.seq else ()
    return recorded[0].ts if recorded else None


def _clock(now: datetime, newest: datetime | None, config: Config) -> CheckRow:
    values = {"now": _stamp(now, config), "newest": _stamp(newest, config) if newest else "-"}
    if clock_is_good(now, newest):
        return CheckRow(
            "clock", ok=True, detail=Words("{now}; the newest ledger entry is of {newest}", values)
        )
    return CheckRow(
        "clock",
        ok=False,
        detail=Words("{now} is earlier than the newest ledger entry, which is of {newest}", values),
        mend=Words("set the clock of this machine right: timedatectl set-ntp true"),
    )


def _stamp(moment: datetime, config: Config) -> str:
    return moment.astimezone(config.timezone).strftime("%Y-%m-%d %H:%M:%S %Z")


# ── room ──────────────────────────────────────────────────────────────────────


def disks(config: Config) -> Iterator[CheckRow]:
    """Free room of each file system that we write to."""
    try:
        found = rooms(_folders(config))
    except MailwatchError as error:
        yield red("disk", error)
        return
    yield from map(_room, found)


def _folders(config: Config) -> Iterator[Path]:
    yield config.data
    yield config.archive_folder
    # A secret URL is fetched to connect and for nothing else.
    if isinstance(config.database, str) and config.database.startswith(_SQLITE):
        yield Path(config.database.removeprefix(_SQLITE)).absolute().parent
    yield Path(tempfile.gettempdir())


def _room(room: Room) -> CheckRow:
    ok = room_is_good(room.free, room.files)
    values = {
        "free": _size(room.free),
        "files": "-" if room.files is None else f"{room.files:,}",
        "folders": ", ".join(str(folder) for folder in room.folders),
    }
    return CheckRow(
        "disk",
        ok=ok,
        detail=Words("{free} and {files} inodes free: {folders}", values),
        mend=Words("" if ok else "make room on the disk that holds {folders}", values),
    )


def _size(count: int) -> str:
    return f"{count / 2**30:,.1f} GiB" if count >= 2**30 else f"{count // _MIB} MiB"


# ── secrets ───────────────────────────────────────────────────────────────────


def credentials(config: Config) -> Iterator[CheckRow]:
    """Files with secrets in them that more can read than must; what cannot be read at all shows at log-in."""
    found = [row for name, secret in secrets(config) if (row := _exposed(name, secret)) is not None]
    if found:
        yield from found
    else:
        yield CheckRow("secrets", ok=True, detail=Words("no secret lies open to other users"))


def _exposed(name: str, secret: Secret) -> CheckRow | None:
    seen = openness(secret)
    if seen is None or not seen[1]:
        return None
    values = {"path": seen[0]}
    mend = Words("run: chmod 600 {path}", values)
    if seen[1] & OTHERS:
        words = Words("the secret in {path} can be read by every user of this machine", values)
        return CheckRow(f"{name}: secret", ok=False, detail=words, mend=mend)
    words = Words("the secret in {path} can be read by its group", values)
    return CheckRow(f"{name}: secret", ok=None, detail=words, mend=mend)


# ── digests ───────────────────────────────────────────────────────────────────


def timetable(config: Config, now: datetime) -> Iterator[CheckRow]:
    """Each digest with its readers, and when it comes next by the clock of each of them."""
    for digest in config.all_digests:
        spec = digests.spec(config, digest)
        words = counted(
            "{name}: to {n} reader by {delivery}",
            "{name}: to {n} readers by {delivery}",
            len(spec.recipients),
            name=digest.name,
            delivery=config.delivery(digest),
        )
        yield CheckRow("digest", ok=True, detail=words)
        first_of_zone = {reader.zone.key: reader for reader in reversed(spec.recipients)}
        yield from (_next(digest, reader, now) for reader in reversed(first_of_zone.values()))


def _next(digest: DigestConfig, reader: Recipient, now: datetime) -> CheckRow:
    times = next_times(digest.at, digests.weekdays(digest), reader.zone, now, TIMES_SHOWN)
    shown = ", ".join(moment.strftime("%Y-%m-%d %H:%M %Z") for moment in times)
    words = Words("next times ({zone}): {times}", {"zone": reader.zone.key, "times": shown})
    return CheckRow(f"digest {digest.name}", ok=True, detail=words)


# ── what waits ────────────────────────────────────────────────────────────────


def daemon(config: Config) -> CheckRow:
    """Whether ``mailwatch run`` works on this data folder."""
    if daemon_runs(config.data / "locks"):
        return CheckRow("daemon", ok=True, detail=Words("mailwatch run is at work"))
    return CheckRow(
        "daemon",
        None,
        Words("mailwatch run is not at work: mail is looked at by mailwatch poll alone"),
        Words("start it: sudo systemctl enable --now mailwatch"),
    )
