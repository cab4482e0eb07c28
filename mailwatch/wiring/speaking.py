"""A person's words about a case: read, judged by the configuration, recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailwatch.config.plans import all_plans
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import Side
from mailwatch.core.entries import Text
from mailwatch.core.setting_words import Known, Setting, one_line, read_settings
from mailwatch.core.spoken import CaseContact, CaseNote, CaseSet, Key, Said, Talk, Way
from mailwatch.core.statements import Statement
from mailwatch.core.told_time import day, happened, until
from mailwatch.errors import ConfigError
from mailwatch.jobs import statements
from mailwatch.jobs.statements import File, Word
from mailwatch.wiring.tools import Tools

LONGEST_TEXT = 10_000
"""Characters of a note; what is longer is a file."""

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says something now. ``at`` is when it happened, as it was typed; None: now."""

    tools: Tools
    by: str
    at: str | None = None

    def set(self, number: CaseNumber, typed: Sequence[str]) -> tuple[Statement, ...]:
        """``KEY=VALUE`` each; an empty value takes back."""
        return self._say(self._settings(number, typed))

    def note(self, number: CaseNumber, text: str) -> tuple[Statement, ...]:
        """Words."""
        return self._say([CaseNote(number, self._by, _text(text))])

    def contact(
        self, number: CaseNumber, way: Way, side: Side, text: str, *, asked: bool, promised: str | None
    ) -> tuple[Statement, ...]:
        """We spoke, beside the mail; ``promised`` is a day."""
        if side is Side.US and (asked or promised):
            raise ConfigError("only the vendor asks or promises", mend="leave out --by-us")
        if asked and promised:
            raise ConfigError("asked and promised are two contacts", mend="record one after the other")
        talk = Talk.ASKED if asked else Talk.PROMISED if promised else Talk.SPOKE
        on = day(promised).isoformat() if promised else None
        return self._say([CaseContact(number, self._by, way, side, talk, _text(text), on)])

    def status(self, number: CaseNumber, word: str, text: str | None) -> tuple[Statement, ...]:
        """``open`` | ``closed``, with a note where there is more to say."""
        notes = [CaseNote(number, self._by, _text(text))] if text else []
        return self._say([CaseSet(number, self._by, Key.STATUS, word=word), *notes])

    def snooze(self, number: CaseNumber, typed: str) -> tuple[Statement, ...]:
        """Until a day, a time, or for a while; ``off`` ends it."""
        if typed.strip().lower() == "off":
            return self._say([CaseSet(number, self._by, Key.SNOOZE)])
        rests = until(typed, self.tools.clock(), self.tools.config.timezone)
        return self._say([CaseSet(number, self._by, Key.SNOOZE, until=rests)])

    def add(self, asked: str, way: Way, title: str | None, typed: Sequence[str]) -> tuple[Statement, ...]:
        """A case of which no mail has come."""
        number = self.tools.number(asked)
        opened = CaseSet(number, self._by, Key.OPENED, word=way.value)
        named = [CaseSet(number, self._by, Key.TITLE, text=Text(one_line(title)))] if title else []
        said = [opened, *named, *self._settings(number, typed)]
        return statements.add(self.tools.store, number, said, self._word())

    def attach(self, number: CaseNumber, name: str, content: bytes, text: str) -> tuple[Statement, ...]:
        """A file, by its name."""
        about = one_line(text.strip())
        file = File(name, content, about)
        return statements.attach(self.tools.store, self.tools.attached, number, file, self._word())

    def link(self, number: CaseNumber, other: CaseNumber) -> tuple[Statement, ...]:
        """Two cases have to do with one another."""
        return statements.link(self.tools.store, number, other, self._word())

    def merge(self, number: CaseNumber, other: CaseNumber) -> tuple[Statement, int]:
        """Two numbers are one case; see ``statements.merge``."""
        return statements.merge(self.tools.store, number, other, self._word())

    def withdraw(self, entries: Sequence[int], reason: str | None) -> tuple[tuple[Statement, ...], int]:
        """Take back what these entries say, or none of them; see ``statements.withdraw``."""
        return statements.withdraw(self.tools.store, entries, self._name(), reason)

    def _settings(self, number: CaseNumber, typed: Sequence[str]) -> list[CaseSet]:
        config = self.tools.config
        known = Known(tuple(all_plans(config.plans)), tuple(one.customer() for one in config.customers))
        return [self._setting(number, one) for one in read_settings(typed, known)]

    def _setting(self, number: CaseNumber, one: Setting) -> CaseSet:
        text = None if one.text is None else Text(one.text)
        return CaseSet(number, self._by, one.key, word=one.word, text=text)

    def _say(self, said: Sequence[Said]) -> tuple[Statement, ...]:
        return statements.say(self.tools.store, said, self._word())

    def _word(self) -> Word:
        zone = self.tools.config.timezone
        at = None if self.at is None else happened(self.at, self.tools.clock(), zone)
        return Word(self._name(), at)

    @property
    def _by(self) -> Text:
        return Text(self._name())

    def _name(self) -> str:
        return one_line(self.by.strip(), LONGEST_NAME)


def _text(text: str) -> Text:
    if not text.strip():
        raise ConfigError("there is nothing to record: the text is empty", mend="write it behind the command")
    if len(text) > LONGEST_TEXT:
        raise ConfigError(
            "the text has {n} characters, a note takes {most}",
            mend="keep it as a file: mailwatch attach NUMBER FILE",
            n=len(text),
            most=LONGEST_TEXT,
        )
    return Text(text.strip())
