"""How the troubles of a pass add up, and how they are said."""

from __future__ import annotations

from gettext import NullTranslations

import pytest

from mailwatch.errors import ConfigError, MailwatchError, TemporaryError, Words
from mailwatch.jobs.poll_report import PollReport, failed
from mailwatch.jobs.rename import RenameRow, hindered

AWAY = failed("a", TemporaryError("nobody answers"))
WRONG = failed("b", ConfigError("wrong password", mend="mend it"))
GOOD = PollReport(renamed=1)


class Catalogue(NullTranslations):
    """A catalogue of a few sentences."""

    def __init__(self, sentences: dict[str, str]) -> None:
        super().__init__()
        self._sentences = sentences

    def gettext(self, message: str) -> str:
        """The translation, else the msgid."""
        return self._sentences.get(message, message)


@pytest.mark.parametrize(
    ("reports", "temporary"),
    [
        ([GOOD], False),
        ([AWAY], True),
        ([WRONG], False),
        ([GOOD, AWAY, GOOD], True),
        ([AWAY, WRONG], False),
        ([WRONG, AWAY], False),
    ],
)
def test_waiting_helps_only_where_nothing_is_for_a_person(
    reports: list[PollReport], *, temporary: bool
) -> None:
    """One trouble that a person must mend outweighs all that mend by themselves."""
    whole = PollReport()
    for report in reports:
        whole += report
    assert temporary is whole.temporary


def test_a_trouble_is_one_line_in_one_language() -> None:
    """Where, what, and what to do; each sentence is looked up by itself."""
    korean = Catalogue({"wrong password": "비밀번호 오류", "mend it": "고치세요"})
    (line,) = WRONG.errors
    assert "b: wrong password → mend it" == str(line)
    assert "b: 비밀번호 오류 → 고치세요" == line.say(korean)
    (line,) = AWAY.errors
    assert "a: nobody answers" == str(line)


def test_a_sentence_may_hold_another() -> None:
    """Values that are no sentences are said as they are."""
    inner = Words("full at {percent} %", {"percent": 99})
    assert "disk: full at 99 %" == str(Words("disk: {why}", {"why": inner}))


def row(state: str, why: str | None) -> RenameRow:
    return RenameRow("0" * 64, "1", "before", "after", state, why)


def test_what_keeps_renames_waiting_is_told_once_a_reason() -> None:
    """A closed folder is for a person; a busy server is not; what is done or settles is no trouble."""
    rows = [
        *[row("planned", "read-only")] * 3,
        row("appended", "refused"),
        row("planned", None),
        row("done", None),
        row("review", "uidvalidity"),
    ]
    said: list[MailwatchError] = list(hindered(rows))
    assert [
        ("not renamed yet: 3 mails (read-only)", True),
        ("not renamed yet: 1 mail (refused)", False),
    ] == [(str(error), isinstance(error, ConfigError)) for error in said]
    assert all(error.mend.template for error in said)
