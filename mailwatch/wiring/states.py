"""How cases stand: read after mail came in, and put together for whoever asks."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping

from mailwatch.core.case_events import CaseEvent
from mailwatch.core.case_state import CaseState, case_state
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.display import one_line
from mailwatch.core.message import Message
from mailwatch.core.place import Place
from mailwatch.core.quotation import quotation
from mailwatch.core.spoken import CaseContact
from mailwatch.core.statements import words
from mailwatch.core.told import Told
from mailwatch.errors import MailwatchError
from mailwatch.jobs.poll_report import PollReport, beside
from mailwatch.jobs.understand import heard, understand
from mailwatch.ports import CaseMail, CaseRow, Fetched, Library
from mailwatch.wiring import assemble
from mailwatch.wiring.terms import terms
from mailwatch.wiring.tools import Tools

SLICE = 3.0
"""Seconds that a poll spends on reading what mails tell. The rest waits for the next, or for who asks."""

LONGEST = 76
"""Columns of words that are quoted."""

AT_ONCE = 300
"""Mails that a command reads that only looks, about a second."""


def after_poll(tools: Tools) -> PollReport:
    """A slice of what is still to be read. Trouble here must not hide what came in before."""
    end = time.monotonic() + SLICE
    try:
        understand(
            tools.store,
            tools.archive,
            tools.parser,
            assemble.hearing(tools.config),
            more=lambda: time.monotonic() < end,
        )
    except MailwatchError as error:
        return beside(error)
    return PollReport()


def of_all(tools: Tools, library: Library) -> Mapping[CaseNumber, CaseState]:
    """The state of each case that is not dormant, in the snapshot of ``library``.

    A case of which no mail has come stands as people say it does.
    """
    how = assemble.hearing(tools.config)
    mails = heard(library.mails.awake(how.fingerprint), tools.archive, tools.parser, how, most=AT_ONCE)
    said = library.all_statements()
    now = tools.clock()
    agreed = terms(tools.config, said.values(), now)
    told = _by_case(mails)
    # A case of which a person told may have no mail yet.
    numbers = dict.fromkeys((*told, *said))
    return {n: case_state(told.get(n, ()), said.get(n, ()), agreed, now) for n in numbers}


def of_one(tools: Tools, library: Library, row: CaseRow) -> CaseState:
    """The state of one case, dormant or not."""
    how = assemble.hearing(tools.config)
    mails = heard(
        library.mails.of(row.number, how.fingerprint), tools.archive, tools.parser, how, most=AT_ONCE
    )
    said, now = library.statements(row.number), tools.clock()
    return case_state((mail.told for mail in mails), said, terms(tools.config, [said], now), now)


def quoted(tools: Tools, state: CaseState, event: CaseEvent) -> str:
    """The sentence that caused ``event``: from the archive, or as a person said it.

    Empty where the whole mail did, or is gone.
    """
    said = next((one.said for one in state.statements if one.source == event.sha256), None)
    if isinstance(said, CaseContact):
        return one_line(words(said.text), LONGEST)
    if event.words is None:
        return ""
    try:
        raw = tools.archive.read(event.sha256)
    except KeyError:
        return ""
    mail = Fetched(Place("shown"), raw, event.sha256, len(raw), None)
    (answer,) = tools.parser.parse([mail])
    return quotation(answer, event.words, LONGEST) if isinstance(answer, Message) else ""


def _by_case(mails: Iterable[CaseMail]) -> Mapping[CaseNumber, list[Told | None]]:
    found: dict[CaseNumber, list[Told | None]] = defaultdict(list)
    for mail in mails:
        if mail.filing.number is not None:
            found[mail.filing.number].append(mail.told)
    return found
