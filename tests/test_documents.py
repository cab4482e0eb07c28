"""What people read beside the program: links that lead somewhere, words that are the program's own."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import korean
import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(p for folder in (ROOT, ROOT / "docs") for p in folder.glob("*.md"))
KOREAN_PAGES = [p for p in PAGES if p.name.endswith(".ko.md")]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")

EXCUSED = {
    (
        "README.ko.md",
        "케이스 번호(사례 번호, 지원 요청 번호, 문의 번호라고도 합니다)",
    ),  # What a reader searches for.
    ("README.ko.md", "제목, 사례 번호·Case #·SR 같은 말 뒤"),  # Labels that are recognised.
}
"""Pages and words that say a forbidden word because they speak of the word."""


def name(path: Path) -> str:
    """How a page is called in a test's id."""
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    """The page without blocks of code, where # begins no heading and brackets make no link."""
    return re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


@cache
def anchors(path: Path) -> frozenset[str]:
    """What each heading is called in a link: small letters, words joined by hyphens, as GitHub does it."""
    headings = re.findall(r"^#+ +(.+)$", prose(path), flags=re.MULTILINE)
    bare = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return frozenset(words.strip().replace(" ", "-") for words in bare)


def test_the_pages_are_found() -> None:
    """A test over nothing proves nothing."""
    names = {name(p) for p in PAGES}
    assert {"README.md", "README.ko.md", "CHANGELOG.md", "docs/operating.md"} <= names


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """A file that is there, and a heading that it has; addresses of the web are left to the web."""
    lost = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, heading = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (heading and heading not in anchors(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", KOREAN_PAGES, ids=name)
def test_korean_pages_keep_the_vocabulary(page: Path) -> None:
    """One word for one thing, in the program and beside it."""
    text = page.read_text("utf-8")
    for file, words in EXCUSED:
        if file == name(page):
            assert words in text, "an excuse that is no longer needed"
            text = text.replace(words, "")
    assert korean.wrong(text) == []


def test_a_page_exists_in_both_languages() -> None:
    """What an operator reads is there in Korean and English, and each page names the other."""
    for page in KOREAN_PAGES:
        english = page.with_name(page.name.replace(".ko.md", ".md"))
        for here, there in ((page, english), (english, page)):
            assert f"({there.name})" in here.read_text("utf-8")


def test_make_targets_that_pages_name_are_there() -> None:
    """`make x` in a page is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    named = {m for page in PAGES for m in re.findall(r"`make ([a-z-]+)`", page.read_text("utf-8"))}
    assert named - targets == set()


def test_tests_that_pages_name_are_there() -> None:
    """`test_x` in a page is a test, and so is each file of tests."""
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    tests = set(re.findall(r"^def (test_\w+)", sources, flags=re.MULTILINE))
    pages = {page: page.read_text("utf-8") for page in PAGES}
    named = {found for text in pages.values() for found in re.findall(r"`(test_\w+)`", text)}
    assert len(named) > 80
    assert named - tests == set()
    files = {found for text in pages.values() for found in re.findall(r"`(tests/\w[\w/]*\.py)`", text)}
    assert {file for file in files if not (ROOT / file).exists()} == set()


def test_commands_that_pages_name_are_there() -> None:
    """`mailwatch x` in a page is a command, and so is every word in the table of the README."""
    done = subprocess.run(
        [sys.executable, "-m", "mailwatch", "--lang", "en", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    commands = set(re.findall(r"^  ([a-z]+) ", done.stdout, flags=re.MULTILINE))
    named = {m for page in PAGES for m in re.findall(r"`(?:sudo )?mailwatch ([a-z]+)[ `]", prose(page))}
    assert "poll" in named
    assert named - commands == set()
