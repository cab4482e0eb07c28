"""From bytes to what the rules need: screen, parse, recognise.

Nothing here writes, and the server does not wait: the batch has been fetched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mailwatch.core.casenumber import Scheme
from mailwatch.core.conversation import Node
from mailwatch.core.filing import Filing
from mailwatch.core.look import Look, Looked
from mailwatch.core.message import Message
from mailwatch.core.recognition import Recognition
from mailwatch.core.standing import Anchor, SenderPolicy, Standing, address_is_desk
from mailwatch.errors import UnreadableMessage
from mailwatch.mime.resubject import restore
from mailwatch.mime.screen import Screened, screen
from mailwatch.ports import Fetched, Parser

_HEAD = 1024 * 1024
"""Of a mail that lies on disk only this many bytes are screened; it is parsed in any case."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rules:
    """What reading and filing go by; the same for all mailboxes.

    ``screening`` is false where the schemes may find a number that screening does not foresee.
    """

    schemes: tuple[Scheme, ...]
    screening: bool = True
    keep_everything: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One fetched mail as far as it was read.

    ``message`` is None for a mail that cannot matter (``unreadable`` None) or
    cannot be read. ``restores`` is the sha256 of the original that the mail
    restores to, where it carries our plan: the proof that it is our copy.
    """

    fetched: Fetched
    screened: Screened
    message: Message | None = None
    unreadable: str | None = None
    found: Recognition = field(default_factory=Recognition)
    standing: Standing = Standing.STRANGER
    anchor: Anchor = Anchor.NONE
    desk: bool = False
    restores: str | None = None

    @property
    def date(self) -> datetime:
        """Date field, else INTERNALDATE, else 1970; an imported file's From line stands for INTERNALDATE."""
        stated = self.message.date if self.message else self.screened.date
        return stated or self.fetched.internaldate or EPOCH

    @property
    def keys(self) -> frozenset[str]:
        """The mail's place in reply trees: its own key and the ids it answers."""
        source = self.message or self.screened
        return frozenset((source.thread_key, *source.answers))

    def node(self, *, ours: bool, pinned: Filing | None = None) -> Node:
        """This mail as a node that is at hand, whatever will become of it."""
        source = self.message or self.screened
        message = self.message
        return Node(
            sha256=self.fetched.sha256,
            thread_key=source.thread_key,
            message_id=source.message_id,
            answers=source.answers,
            date=self.date,
            from_addr=message.sender.addr if message and message.sender else "",
            recipients=_recipients(message) if message else frozenset(),
            body_hash=message.body_hash if message else "",
            own_hash=message.own_hash if message else "",
            standing=self.standing,
            anchor=self.anchor,
            desk=self.desk,
            mentions=self.found.mentions,
            ours=ours,
            kept=message is not None,
            pinned=pinned,
        )


def read_batch(
    batch: Sequence[Fetched],
    policy: SenderPolicy,
    rules: Rules,
    parser: Parser,
    in_known_trees: Callable[[frozenset[str]], frozenset[str]],
    *,
    all_of_it: bool = False,
) -> tuple[Reading, ...]:
    """Read what can matter of a batch, in the order of the batch.

    Args:
        batch: the mails.
        policy: who is speaking, for the mailbox they came from.
        rules: schemes and limits.
        parser: does the heavy part under a deadline.
        in_known_trees: tells which of many msg-ids kept mail has, or answers.
        all_of_it: parse every mail; set for mails that were asked for by name.
    """
    screened = [screen(_head(fetched)) for fetched in batch]
    known = in_known_trees(frozenset(key for one in screened for key in (one.thread_key, *one.answers)))
    mattering = {
        index
        for index, one in enumerate(screened)
        if all_of_it
        or not rules.screening
        or rules.keep_everything
        or isinstance(batch[index].content, Path)
        or one.matters
        or any(address_is_desk(addr, policy) for addr in one.senders)
        or not known.isdisjoint((one.thread_key, *one.answers))
    }
    mattering = _with_their_threads(screened, mattering)
    chosen = sorted(mattering)
    look = Look(rules.schemes, policy)
    looked = dict(zip(chosen, parser.look([batch[i] for i in chosen], look), strict=True)) if chosen else {}
    return tuple(_reading(fetched, screened[index], looked.get(index)) for index, fetched in enumerate(batch))


def _head(fetched: Fetched) -> bytes:
    if isinstance(fetched.content, bytes):
        return fetched.content
    with fetched.content.open("rb") as file:
        return file.read(_HEAD)


def _with_their_threads(screened: Sequence[Screened], mattering: set[int]) -> set[int]:
    """The mails of ``mattering`` and all that hang together with them in this batch."""
    by_key: dict[str, list[int]] = {}
    for index, one in enumerate(screened):
        for key in {one.thread_key, *one.answers}:
            by_key.setdefault(key, []).append(index)
    found = set(mattering)
    todo = list(mattering)
    while todo:
        one = screened[todo.pop()]
        for key in (one.thread_key, *one.answers):
            for other in by_key.pop(key, ()):
                if other not in found:
                    found.add(other)
                    todo.append(other)
    return found


def _reading(fetched: Fetched, screened: Screened, looked: Looked | UnreadableMessage | None) -> Reading:
    if looked is None:
        return Reading(fetched, screened)
    if isinstance(looked, UnreadableMessage):
        return Reading(fetched, screened, unreadable=looked.why)
    restored = restore(fetched.read()) if looked.message.original else None
    return Reading(
        fetched,
        screened,
        message=looked.message,
        found=looked.found,
        standing=looked.standing,
        anchor=looked.anchor,
        desk=looked.desk,
        restores=hashlib.sha256(restored).hexdigest() if restored is not None else None,
    )


def _recipients(message: Message) -> frozenset[str]:
    return frozenset(address.addr.lower() for address in (*message.to, *message.cc))
