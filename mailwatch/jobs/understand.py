"""What filed mails tell of their cases: read once, after they were filed, and kept beside the ledger.

Nothing of it is evidence and nothing waits for it: a crash loses a batch that is read again, and mail that
was not read yet is read by whoever asks. Mail of dormant cases is left alone until they wake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from mailwatch.core.cues import CUES
from mailwatch.core.cues.cue import Cue
from mailwatch.core.customer import Customer
from mailwatch.core.language import language_of
from mailwatch.core.lifecycle import Posted, events
from mailwatch.core.message import Message
from mailwatch.core.place import Place
from mailwatch.core.standing import SenderPolicy
from mailwatch.core.told import Told, timed
from mailwatch.core.whose_case import hints
from mailwatch.errors import UnreadableMessage
from mailwatch.jobs.originals import in_batches, original
from mailwatch.ports import CaseMail, Fetched, Originals, Parser, Store

ROUND = 2000
"""Mails that are asked for at a time."""

BATCH_MAILS, BATCH_BYTES = 100, 4 * 1024 * 1024
"""Of one batch, which is one short transaction: others wait for less than a tenth of a second."""

GONE = "gone"
"""Why a mail cannot be read again that is not in the archive: it was erased, or lost."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """By which rules mails are read, and the ``fingerprint`` of all of them.

    ``policy_of`` gives the sender policy of a mailbox by its name; ``zone`` is the reader's.
    """

    fingerprint: str
    policy_of: Callable[[str], SenderPolicy]
    zone: tzinfo
    cues: Sequence[Cue] = CUES
    customers: Sequence[Customer] = ()


def understand(
    store: Store, archive: Originals, parser: Parser, how: Hearing, *, more: Callable[[], bool]
) -> int:
    """Read what is still to be read, newest first, a batch a transaction; how many mails were.

    ``more`` is asked between batches and ends the work where it says no.
    """
    done = 0
    while more():
        with store.reading() as library:
            waiting = library.mails.unread(how.fingerprint, ROUND)
        if not waiting:
            break
        for batch in hear(waiting, archive, parser, how):
            with store.writing() as tx:
                tx.told.save(how.fingerprint, batch)
            done += len(batch)
            if not more():
                return done
    return done


def heard(
    mails: Sequence[CaseMail], archive: Originals, parser: Parser, how: Hearing, *, most: int
) -> tuple[CaseMail, ...]:
    """``mails`` with what each tells; the newest ``most`` that were not read yet are read now, for this once.

    Nothing is written: whoever only looks changes nothing.
    """
    waiting = [mail for mail in reversed(mails) if mail.told is None][:most]
    found = {
        mail.filing.sha256: timed(told, mail.sent_at, mail.received_at)
        for batch in hear(waiting, archive, parser, how)
        for mail, told in batch
    }
    return tuple(replace(mail, told=found.get(mail.filing.sha256, mail.told)) for mail in mails)


def hear(
    mails: Sequence[CaseMail], archive: Originals, parser: Parser, how: Hearing
) -> Iterator[tuple[tuple[CaseMail, Told], ...]]:
    """What each of ``mails`` tells, in batches, in their order."""
    for batch in in_batches(mails, lambda mail: mail.size, most_bytes=BATCH_BYTES, most=BATCH_MAILS):
        raws = {mail.filing.sha256: original(archive, mail.filing.sha256) for mail in batch}
        fetched = [_fetched(mail, raw) for mail in batch if (raw := raws[mail.filing.sha256]) is not None]
        answers = dict(zip((f.sha256 for f in fetched), parser.parse(fetched), strict=True))
        yield tuple((mail, _told(mail, answers.get(mail.filing.sha256), how)) for mail in batch)


def _fetched(mail: CaseMail, raw: bytes) -> Fetched:
    return Fetched(Place(mail.mailbox), raw, mail.filing.sha256, mail.size, mail.received_at)


def _told(mail: CaseMail, answer: Message | UnreadableMessage | None, how: Hearing) -> Told:
    if not isinstance(answer, Message):
        return Told(unreadable=GONE if answer is None else answer.why)
    posted = Posted(answer, mail.filing, mail.received_at)
    found = events(posted, how.policy_of(mail.mailbox), how.zone, how.cues)
    return Told(found, language_of(answer), hints(answer, how.customers))
