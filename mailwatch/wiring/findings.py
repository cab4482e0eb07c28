"""The rows of ``check``, and how work that may hang is kept within its seconds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import monotonic

from mailwatch.errors import MailwatchError, Words

_NOTHING = Words("")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One line of ``check``: ``ok`` is None for what works but should be known."""

    check: str
    ok: bool | None
    detail: Words
    mend: Words = _NOTHING


def red(check: str, error: MailwatchError) -> CheckRow:
    """What went wrong, and what to do about it."""
    return CheckRow(check, ok=False, detail=error.message, mend=error.mend)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Something to ask of a server; ``ask`` yields rows as it comes to know them, and may raise ours."""

    name: str
    ask: Callable[[], Iterable[CheckRow]]


def within(inquiries: Sequence[Inquiry], seconds: float) -> tuple[CheckRow, ...]:
    """The rows of all inquiries in their order, asked at the same time, after ``seconds`` at most.

    Whoever has not ended by then gets a red row after those he found. His thread is left behind:
    a name server that is silent can be interrupted by nothing.
    """
    askers = [_Asker(inquiry) for inquiry in inquiries]
    end = monotonic() + seconds
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(max(0.0, end - monotonic()))
    return tuple(row for asker in askers for row in asker.found(seconds))


class _Asker(threading.Thread):
    def __init__(self, inquiry: Inquiry) -> None:
        super().__init__(name=f"check-{inquiry.name}", daemon=True)
        self._inquiry = inquiry
        self._rows: list[CheckRow] = []

    def run(self) -> None:
        try:
            for row in self._inquiry.ask():
                self._rows.append(row)
        except MailwatchError as error:
            self._rows.append(red(self._inquiry.name, error))
        except Exception as error:  # noqa: BLE001 - a defect met with one server must not hide the others
            _log.critical("unforeseen", exc_info=error)
            words = Words("an error of mailwatch itself; the log shows where")
            self._rows.append(CheckRow(self._inquiry.name, ok=False, detail=words))

    def found(self, seconds: float) -> tuple[CheckRow, ...]:
        rows = tuple(self._rows)
        if not self.is_alive():
            return rows
        late = CheckRow(
            self._inquiry.name,
            ok=False,
            detail=Words("no end within {seconds} seconds", {"seconds": round(seconds)}),
            mend=Words("ask whoever runs the server or the network; a name server that is silent does this"),
        )
        return (*rows, late)
