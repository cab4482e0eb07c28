"""The whole story that the demo tells: one mailbox of a small company, and a colleague's."""

from __future__ import annotations

from datetime import datetime

from mailwatch.demo import cases_en, cases_ko, cases_mixed, strangers
from mailwatch.demo.letter import Letter
from mailwatch.demo.people import Calendar, numbers

_CHAPTERS = (
    cases_ko.opening,
    cases_ko.answers,
    cases_ko.closing,
    cases_mixed.quota,
    cases_mixed.cafe,
    cases_en.certificate,
    cases_en.delisting,
    cases_en.recording,
    cases_en.archived,
    strangers.licence,
    strangers.impostors,
    strangers.lookalikes,
    strangers.everyday,
    strangers.odd,
)


def tell(now: datetime) -> tuple[Letter, ...]:
    """All mails of the story in the order in which they came in, dated back from ``now`` (aware)."""
    calendar = Calendar(now)
    cast = numbers(calendar)
    letters = [letter for chapter in _CHAPTERS for letter in chapter(calendar, cast)]
    return tuple(sorted(letters, key=lambda letter: (letter.arrived, letter.key)))
