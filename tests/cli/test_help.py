"""Help and click's own sentences, in Korean and in English."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mailwatch.adapters.catalog import texts
from mailwatch.cli.chassis import cli
from mailwatch.cli.help import paragraphs
from mailwatch.cli.menu import MENU
from mailwatch.cli.voice import CLICKS, of_environment
from mailwatch.core.display import width

KOREAN = texts("ko")
SPACES = re.compile(r"\s+")


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """The command itself, and each command of the menu."""
    yield (), cli
    for name in MENU:
        found = cli.get_command(click.Context(cli), name)
        assert found is not None
        yield (name,), found


def page(words: tuple[str, ...], **env: str) -> str:
    """A help page as it is shown, in an environment that says nothing but ``env`` of languages."""
    clean = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None}
    shown = CliRunner(env={**clean, **env}).invoke(cli, [*words, "--help"], prog_name="mailwatch")
    assert shown.exit_code == 0, shown.output
    return shown.output


def flat(text: str) -> str:
    """Without line breaks, which depend on the width of the terminal."""
    return SPACES.sub(" ", text)


@pytest.mark.parametrize(("words", "command"), list(commands()), ids=str)
def test_every_help_text_is_said_in_korean(words: tuple[str, ...], command: click.Command) -> None:
    """Each paragraph, each option and each line of the menu has a Korean text, and the page shows it."""
    shown = flat(page(words, LANG="ko_KR.UTF-8"))
    context = click.Context(command, help_option_names=["-h", "--help"])
    options = [p for p in command.get_params(context) if isinstance(p, click.Option)]
    said = [*paragraphs(command.help or ""), *(option.help or "" for option in options)]
    if not words:
        said += [item.summary for item in MENU.values() if not item.hidden]
    for text in said:
        assert KOREAN.get(text), text
        assert flat(KOREAN[text]) in shown
    assert not re.search(r"Usage:|Options:|Commands:|Show this", shown)


@pytest.mark.parametrize(("words", "command"), list(commands()), ids=str)
def test_every_help_text_is_said_in_english(words: tuple[str, ...], command: click.Command) -> None:
    """Where the environment names no language, or one that is not there, help is in English."""
    assert page(words) == page(words, LANG="de_DE.UTF-8")
    shown = flat(page(words))
    for text in paragraphs(command.help or ""):
        assert text in shown
    assert "Usage: mailwatch" in shown
    assert not re.search("[가-힣]", shown)


@pytest.mark.parametrize("words", [words for words, _ in commands()], ids=str)
def test_korean_pages_fit_the_terminal_and_stand_in_columns(words: tuple[str, ...]) -> None:
    """Hangul is two columns wide: no line passes column 80, and all meanings stand in one column."""
    shown = page(words, LANG="ko_KR.UTF-8")
    assert [line for line in shown.splitlines() if width(line) > 80] == []
    for part in re.split(r"^(?:옵션|명령):\n", shown, flags=re.MULTILINE)[1:]:
        starts = [re.match(r"  (?:\S.*?)?  +", line) for line in part.splitlines() if line]
        assert len({width(start[0]) for start in starts if start}) == 1, part


def test_who_decides_on_the_language_of_help() -> None:
    """LC_ALL, then LC_MESSAGES, then LANG, as for every program; --lang wins, wherever it stands."""
    korean, english = page((), LANG="ko_KR.UTF-8"), page(())
    assert korean == page((), LC_ALL="ko_KR.UTF-8", LANG="en_US.UTF-8")
    assert korean == page((), LC_MESSAGES="ko_KR.UTF-8", LANG="en_US.UTF-8")
    assert english == page((), LC_ALL="C.UTF-8", LANG="ko_KR.UTF-8")
    assert korean == page(("--lang", "ko"), LANG="en_US.UTF-8")
    assert english == page(("--lang", "en"), LANG="ko_KR.UTF-8")
    assert page(("poll",), LANG="ko_KR.UTF-8") == page(("--lang", "ko", "poll"))


def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty variable is as good as none."""
    monkeypatch.setenv("LC_ALL", "")
    monkeypatch.setenv("LC_MESSAGES", "ko_KR.UTF-8")
    assert of_environment() == "ko"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["digst"], "'digst': 없는 명령입니다."),
        (["poll", "--jsn"], "'--jsn': 없는 옵션입니다. 혹시 '--json'?"),
        (["show"], "빠진 값: 'NUMBER...'."),
        (["show", "--json=1", "x"], "'--json': 값을 받지 않는 옵션입니다."),
        (["search", "x", "--limit"], "'--limit': 값이 필요한 옵션입니다."),
        (
            ["search", "x", "--limit", "y"],
            "'--limit' 값이 잘못되었습니다: 'y': 숫자가 아닙니다(integer range).",
        ),
        (
            ["search", "x", "--limit", "0"],
            "'--limit' 값이 잘못되었습니다: 0: 범위를 벗어났습니다(1<=x<=1000).",
        ),
        (["cases", "--status", "x"], "'--status' 값이 잘못되었습니다: 'x': 다음 중 하나를 쓰세요: 'open', "),
        (["import", "/nonexistent"], "'/nonexistent': 없습니다."),
        (["recognise", "x", "--date", "y"], "'y': 형식이 맞지 않습니다('%Y-%m-%d')."),
        (["poll", "x"], "필요 없는 값이 있습니다(x)"),
        (["rename", "--all"], "--all은 --undo와 함께 쓰세요"),
        (["rename", "--undo"], "--undo에는 NUMBER와 --all 중 하나만 쓰세요"),
        (["rename", "--undo", "1", "--backlog"], "--backlog와 --undo는 함께 쓸 수 없습니다"),
        (["digest", "--send", "--lang", "ko"], "--send는 단독으로 쓰세요."),
        (["reindex", "--apply"], "--apply는 --refile과 함께 쓰세요"),
        (["quarantine", "show"], "show에는 MESSAGE가 필요합니다"),
    ],
)
def test_what_is_wrong_with_a_command_line_is_said_in_korean(words: list[str], said: str) -> None:
    """Our own complaints and click's; exit code 2."""
    shown = CliRunner().invoke(cli, ["--lang", "ko", *words], prog_name="mailwatch")
    assert shown.exit_code == 2
    assert "오류: " in shown.output
    assert said in flat(shown.output)


def test_a_wrong_command_line_leads_to_help() -> None:
    """Usage, the way to help, and the error, in this order."""
    shown = CliRunner().invoke(cli, ["--lang", "ko", "poll", "x"], prog_name="mailwatch")
    assert shown.output.splitlines() == [
        "사용법: mailwatch poll [OPTIONS]",
        "도움말: 'mailwatch poll --help'",
        "",
        "오류: 필요 없는 값이 있습니다(x)",
    ]


def test_click_still_says_what_is_translated() -> None:
    """A sentence that click words otherwise would come out in English: the table must follow it."""
    spec = importlib.util.find_spec("click")
    assert spec is not None
    assert spec.origin is not None
    sources = "".join(path.read_text("utf-8") for path in Path(spec.origin).parent.glob("*.py"))
    sentences = [text for words in CLICKS for text in (words.template, words.plural) if text]
    assert [text for text in sentences if f'"{text}"' not in sources] == []
