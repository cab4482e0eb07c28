"""Reading whole mails: in batches bounded by count and bytes, big ones in pieces to disk."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from imapclient import IMAPClient

from mailwatch.adapters.disk import translated
from mailwatch.adapters.imap.looking import item, listing
from mailwatch.adapters.imap.requests import chunks
from mailwatch.adapters.imap.session import Session
from mailwatch.core.place import Place
from mailwatch.errors import ConfigError, TemporaryError, counted
from mailwatch.ports import Fetched, Listed

log = logging.getLogger(__name__)

BATCH_COUNT = 250
BATCH_BYTES = 8 * 1024 * 1024
PIECE = 1024 * 1024
MAX_MAIL = 1024 * 1024 * 1024


def plan_batches(
    mails: Iterable[Listed], count: int = BATCH_COUNT, size: int = BATCH_BYTES
) -> Iterator[tuple[Listed, ...]]:
    """Runs of mails of at most ``count`` and together at most ``size`` bytes; a bigger mail stands alone."""
    batch: list[Listed] = []
    total = 0
    for mail in mails:
        if batch and (len(batch) == count or total + mail.size > size):
            yield tuple(batch)
            batch, total = [], 0
        batch.append(mail)
        total += mail.size
    if batch:
        yield tuple(batch)


def batches(
    session: Session, uids: Sequence[int], spool: Callable[[], Path]
) -> Iterator[tuple[Fetched, ...]]:
    """The mails of ``uids`` in order; a mail above ``BATCH_BYTES`` comes as a file.

    Raises ConfigError at the very end, all other mails given, where the server
    withholds some: one poison mail must not stop the folder, nor be passed over in silence.
    """
    withheld: list[int] = []
    for part in chunks(uids):
        for plan in plan_batches(listing(session, part).values()):
            fetched = _fetch(session, plan, spool, withheld)
            if fetched:
                yield fetched
    if withheld:
        raise ConfigError(
            "the mail server {host} does not hand out {mails} of {folder} (UID {uids})",
            mend="Look at them in your mail program; mail that opens there can be moved out and back in.",
            host=session.account.host,
            mails=counted("{n} mail", "{n} mails", len(withheld)),
            folder=session.opened.folder,
            uids=", ".join(map(str, withheld[:10])),
        )


def _fetch(
    session: Session, plan: Sequence[Listed], spool: Callable[[], Path], withheld: list[int]
) -> tuple[Fetched, ...]:
    if plan[0].size > BATCH_BYTES:
        return (_to_file(session, plan[0], spool()),)
    uids = [mail.uid for mail in plan]
    try:
        bodies = whole(session, uids)
    except TemporaryError as error:
        bodies = _one_by_one(session, uids, error, withheld)
    return tuple(_in_memory(session, mail, bodies[mail.uid]) for mail in plan if mail.uid in bodies)


def _one_by_one(
    session: Session, uids: Sequence[int], error: TemporaryError, withheld: list[int]
) -> dict[int, bytes]:
    """The mails that the server gives after it failed to give all of them at once.

    Raises ``error`` again where it may not be a mail's fault: the server is busy or
    away, or gives none of them.
    """
    found: dict[int, bytes] = {}
    failed: list[int] = []
    for uid in uids if error.retry_after is None else ():
        try:
            found |= _bodies(session, [uid])
        except TemporaryError as again:
            if again.retry_after is not None:
                raise
            session.look()  # Raises where the server is away.
            failed.append(uid)
    if not found:
        raise error
    withheld.extend(failed)
    return found


def read(session: Session, uids: Sequence[int]) -> dict[int, Fetched]:
    """Whole mails in memory, whatever their size."""
    found: dict[int, Fetched] = {}
    for plan in plan_batches(listing(session, uids).values()):
        if plan[0].size > BATCH_BYTES:
            bodies = {plan[0].uid: b"".join(pieces(session, plan[0]))}
        else:
            bodies = whole(session, [mail.uid for mail in plan])
        found |= {m.uid: _in_memory(session, m, bodies[m.uid]) for m in plan if m.uid in bodies}
    return found


def whole(session: Session, uids: Sequence[int]) -> dict[int, bytes]:
    """The bytes of each mail that still exists, by one command."""
    found = _bodies(session, uids)
    absent = [uid for uid in uids if uid not in found]
    if absent:
        found |= _bodies(session, absent)
        for uid in (uid for uid in absent if uid not in found):
            log.info("mail %d of %s is gone", uid, session.account.name)
    return found


def _bodies(session: Session, uids: Sequence[int]) -> dict[int, bytes]:
    rows = session.call(IMAPClient.fetch, uids, ["BODY.PEEK[]"])
    bodies = {uid: item(row, b"BODY[]") for uid, row in rows.items()}
    return {uid: body for uid, body in bodies.items() if body is not None}


def pieces(session: Session, mail: Listed) -> Iterator[bytes]:
    """A mail in pieces of ``PIECE`` bytes.

    A short piece ends it, unless the bytes do not add up to RFC822.SIZE: some
    servers count wrong, so only a further, empty piece is believed then.
    """
    total = 0
    while total <= MAX_MAIL:
        piece = _piece(session, mail.uid, total)
        if not piece:
            return
        total += len(piece)
        yield piece
        if len(piece) < PIECE and total == mail.size:
            return
    raise TemporaryError("the mail {uid} on {host} does not end", uid=mail.uid, host=session.account.host)


def _piece(session: Session, uid: int, offset: int) -> bytes:
    rows = session.call(IMAPClient.fetch, [uid], [f"BODY.PEEK[]<{offset}.{PIECE}>"])
    return item(rows.get(uid, {}), b"BODY[]<") or b""


def _to_file(session: Session, mail: Listed, path: Path) -> Fetched:
    digest, size = hashlib.sha256(), 0
    try:
        # The server's own errors come out of ``pieces`` translated already.
        with translated(path.parent), path.open("wb") as file:
            for piece in pieces(session, mail):
                file.write(piece)
                digest.update(piece)
                size += len(piece)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return _fetched(session, mail, path, digest.hexdigest(), size)


def _in_memory(session: Session, mail: Listed, body: bytes) -> Fetched:
    return _fetched(session, mail, body, hashlib.sha256(body).hexdigest(), len(body))


def _fetched(session: Session, mail: Listed, content: bytes | Path, sha256: str, size: int) -> Fetched:
    account, opened = session.account, session.opened
    return Fetched(
        place=Place(account.name, opened.folder, opened.uidvalidity, mail.uid),
        content=content,
        sha256=sha256,
        size=size,
        internaldate=mail.internaldate,
        flags=mail.flags,
        server=account.host,
    )
