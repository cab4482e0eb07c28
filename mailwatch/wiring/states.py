"""How cases stand: read after mail came in, and put together for whoever asks."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from mailwatch.config.model import Config
from mailwatch.core.case_events import CaseEvent
from mailwatch.core.case_state import CaseState, case_state
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.display import one_line
from mailwatch.core.message import Message
from mailwatch.core.place import Place
from mailwatch.core.quotation import Quote, quote
from mailwatch.core.spoken import CaseContact
from mailwatch.core.statements import Statement, words
from mailwatch.core.told import Told
from mailwatch.core.turn_facts import Named, named
from mailwatch.errors import MailwatchError
from mailwatch.jobs.poll_report import PollReport, beside
from mailwatch.jobs.understand import heard, understand
from mailwatch.ports import CaseMail, CaseRow, Clock, Fetched, Library, Originals, Parser
from mailwatch.wiring import assemble
from mailwatch.wiring.terms import terms
from mailwatch.wiring.tools import Tools

SLICE = 3.0
"""Seconds that a poll spends on reading what mails tell. The rest waits for the next, or for who asks."""

LONGEST = 76
"""Columns of words that are quoted."""

FEW = 20
"""Mails that are held in memory at a time to quote them."""

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


class States:
    """See ``ports.CaseStates``."""

    def __init__(self, config: Config, archive: Originals, parser: Parser, clock: Clock) -> None:
        self._config = config
        self._archive = archive
        self._parser = parser
        self._clock = clock
        self._how = assemble.hearing(config)

    def of_all(self, library: Library) -> Mapping[CaseNumber, CaseState]:
        """See ``ports.CaseStates``."""
        told = _by_case(self._heard(library.mails.awake(self._how.fingerprint)))
        said, now = library.all_statements(), self._clock()
        agreed = terms(self._config, said.values(), now)
        # A case of which a person told may have no mail yet.
        numbers = dict.fromkeys((*told, *said))
        return {n: case_state(told.get(n, ()), said.get(n, ()), agreed, now) for n in numbers}

    def of_one(self, library: Library, row: CaseRow) -> CaseState:
        """The state of one case, dormant or not."""
        mails = self._heard(library.mails.of(row.number, self._how.fingerprint))
        said, now = library.statements(row.number), self._clock()
        return case_state((mail.told for mail in mails), said, terms(self._config, [said], now), now)

    def quotes(self, wanted: Sequence[tuple[CaseState, CaseEvent]]) -> Mapping[Named, Quote]:
        """See ``ports.CaseStates``."""
        said = {one.source: one for state, _ in wanted for one in state.statements}
        found = {named(e): _said(said[e.sha256]) for _, e in wanted if e.sha256 in said}
        read = self._read({e.sha256 for _, e in wanted if e.sha256 not in said})
        mails = ((event, read.get(event.sha256)) for _, event in wanted)
        return found | {named(e): quote(m, e.words, LONGEST) for e, m in mails if m is not None}

    def _heard(self, mails: Sequence[CaseMail]) -> tuple[CaseMail, ...]:
        return heard(mails, self._archive, self._parser, self._how, most=AT_ONCE)

    def _read(self, sha256s: Collection[str]) -> Mapping[str, Message]:
        """Originals, read anew, a few at a time; those that are gone or unreadable are not among them."""
        found: dict[str, Message] = {}
        for some in _some(sorted(sha256s)):
            mails = [mail for mail in map(self._fetched, some) if mail is not None]
            answers = zip(mails, self._parser.parse(mails), strict=True)
            found.update((mail.sha256, one) for mail, one in answers if isinstance(one, Message))
        return found

    def _fetched(self, sha256: str) -> Fetched | None:
        try:
            raw = self._archive.read(sha256)
        except KeyError:
            return None
        return Fetched(Place("shown"), raw, sha256, len(raw), None)


def _some(sha256s: Sequence[str]) -> Iterator[Sequence[str]]:
    return (sha256s[start : start + FEW] for start in range(0, len(sha256s), FEW))


def _said(one: Statement) -> Quote:
    spoken = one.said
    return Quote(one.by, one_line(words(spoken.text), LONGEST) if isinstance(spoken, CaseContact) else "")


def _by_case(mails: Iterable[CaseMail]) -> Mapping[CaseNumber, list[Told | None]]:
    found: dict[CaseNumber, list[Told | None]] = defaultdict(list)
    for mail in mails:
        if mail.filing.number is not None:
            found[mail.filing.number].append(mail.told)
    return found
