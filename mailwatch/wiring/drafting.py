"""The draft of a reply to a case: read from the archive, written for a person to send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailwatch.adapters.catalog import catalog
from mailwatch.core.case_state import CaseState
from mailwatch.core.display import who
from mailwatch.core.holder import Holder, Status
from mailwatch.core.message import Message
from mailwatch.core.place import Place
from mailwatch.core.reply import OPENINGS, WROTE, Purpose, Reply, Said, quoted, reply
from mailwatch.core.standing import Standing
from mailwatch.core.subject import standard_subject
from mailwatch.errors import ConfigError, Words
from mailwatch.jobs.originals import original
from mailwatch.mime.draft import to_eml, writable
from mailwatch.ports import CaseMail, CaseRow, Fetched, Library
from mailwatch.wiring.tools import Tools

NEWEST = 40
"""Mails of the case that are read: the newest is answered, and one of these names the logging address."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, and what it consists of."""

    eml: bytes
    sender: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str
    purpose: Purpose
    logged: bool
    in_reply_to: str | None


def draft(
    tools: Tools,
    library: Library,
    row: CaseRow,
    state: CaseState,
    *,
    purpose: Purpose | None = None,
    language: str | None = None,
) -> Drafted:
    """A reply to the newest mail of the vendor; what it is for follows from how the case stands.

    Raises:
        ConfigError: no mail of the case can be answered.
    """
    mails = library.mails.of(row.number, "")[-NEWEST:]
    said = tuple(_said(tools, mails))
    mailbox = next((one for one in reversed(mails) if one.filing.standing is not Standing.OWN), None)
    made = reply(said, tools.policy_of((mailbox or mails[-1]).mailbox)) if said else None
    if made is None or not writable((*made.to, *made.cc)):
        raise ConfigError(
            "no mail of case {number} can be answered",
            mend="write to the vendor yourself, with [{token}] in the subject",
            number=row.number.canonical,
            token=row.token,
        )
    chosen = purpose or _purpose(state)
    spoken = language or tools.config.language
    subject = "RE: " + standard_subject(
        row.token, made.answered.message.subject, row.number, tools.config.all_schemes, title=row.title
    )
    text = _text(tools, made, row, chosen, spoken)
    sender = _sender(tools, (mailbox or mails[-1]).mailbox)
    return Drafted(
        eml=to_eml(made, sender, subject, text),
        sender=sender,
        to=tuple(one.addr for one in writable(made.to)),
        cc=tuple(one.addr for one in writable(made.cc)),
        subject=subject,
        text=text,
        purpose=chosen,
        logged=made.logged,
        in_reply_to=made.in_reply_to,
    )


def _said(tools: Tools, mails: tuple[CaseMail, ...]) -> Iterator[Said]:
    """Those that are in the archive and can be read."""
    there = [
        (mail, raw) for mail in mails if (raw := original(tools.archive, mail.filing.sha256)) is not None
    ]
    fetched = [Fetched(Place(m.mailbox), raw, m.filing.sha256, m.size, m.received_at) for m, raw in there]
    for (mail, _), answer in zip(there, tools.parser.parse(fetched), strict=True):
        if isinstance(answer, Message):
            ours = mail.filing.standing is Standing.OWN
            yield Said(answer, mail.sent_at if ours else mail.received_at or mail.sent_at, ours)


def _sender(tools: Tools, name: str) -> str | None:
    """The address of the mailbox that the mail lies in, else of the first; None where none is watched."""
    addresses = {one.name: one.address for one in tools.config.mailboxes}
    return addresses.get(name, next(iter(addresses.values()), None))


def _purpose(state: CaseState) -> Purpose:
    if state.stand.status in {Status.CLOSED, Status.CLOSED_FOR_SILENCE}:
        return Purpose.REOPEN
    return Purpose.ANSWER if state.stand.holder is Holder.US else Purpose.PROGRESS


def _text(tools: Tools, made: Reply, row: CaseRow, purpose: Purpose, language: str) -> str:
    """The opening, room to write, and the mail that is answered."""
    words = catalog(language)
    message = made.answered.message
    day = made.answered.at.astimezone(tools.config.timezone).date().isoformat()
    opening: Words = OPENINGS[purpose]
    begun = words.gettext(opening.template).format(number=row.number.canonical, day=day)
    sender = who(message.sender.name, message.sender.addr) if message.sender else ""
    wrote = words.gettext(WROTE.template).format(day=day, who=sender)
    return f"{begun}\n\n\n\n{wrote}\n{quoted(message)}"
