"""Where the demo writes: a terminal with colours and frames, or plain lines in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailwatch.core.display import cut, one_line, width

Row = Sequence[str]
_CELL = 58
_WHOLE = 18
_TOKEN = 27
"""The width of ``TrackingID#`` and its 16 digits, which shall stay in one piece where there is room."""


@dataclass(frozen=True, slots=True)
class Page:
    """One stream, written to by headings, tables and lines. Cells are made safe to show."""

    stream: TextIO

    def heading(self, text: str) -> None:
        """Start a part."""
        if self._pretty:
            self._console.print(f"\n[bold cyan]■ {text}[/]")
        else:
            self._write(f"\n== {text}")

    def line(self, text: str = "") -> None:
        """One line, as it is."""
        self._write(text)

    def text(self, text: str) -> None:
        """Lines of a mail, as they are, indented."""
        for line in text.splitlines():
            self._write(f"  | {line}".rstrip())

    def table(self, head: Row, rows: Sequence[Row]) -> None:
        """Rows under a head; Hangul counts as two columns."""
        safe = [[one_line(cell, 200) for cell in row] for row in rows]
        if self._pretty:
            self._frame(head, safe)
        else:
            for row in _aligned([list(head), *safe]):
                self._write(row)

    def _frame(self, head: Row, rows: Sequence[Row]) -> None:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
        columns = [(column[0], max(map(width, column))) for column in zip(head, *rows, strict=True)]
        least = _share(self._console.width, [wide for _, wide in columns])
        for title, wide in columns:
            # Narrow columns (numbers, times, rules) stay whole; what is wide shares the rest and is folded.
            if wide <= _WHOLE:
                table.add_column(title, no_wrap=True, min_width=wide)
            else:
                table.add_column(title, overflow="fold", min_width=least)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console.print(table)

    @property
    def _pretty(self) -> bool:
        return self.stream.isatty()

    @property
    def _console(self) -> Console:
        return Console(file=self.stream, highlight=False)

    def _write(self, text: str) -> None:
        self.stream.write(f"{text}\n")


def _share(room: int, widths: Sequence[int]) -> int:
    """The least width of a column that is folded: none may vanish beside those that stay whole."""
    whole = [wide for wide in widths if wide <= _WHOLE]
    left = room - sum(whole) - 2 * len(widths)
    return max(1, min(_TOKEN, left // max(1, len(widths) - len(whole))))


def _aligned(rows: Sequence[Row]) -> list[str]:
    """Rows as lines with aligned columns; the last column may be as wide as it likes."""
    short = [[*(cut(cell, _CELL) for cell in row[:-1]), row[-1]] for row in rows]
    widths = [max(map(width, column)) for column in zip(*short, strict=True)]
    return ["  ".join(_padded(row, widths)).rstrip() for row in short]


def _padded(row: Row, widths: Sequence[int]) -> list[str]:
    return [cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)]
