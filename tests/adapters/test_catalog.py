"""The translations are whole: every sentence, every placeholder, in both languages."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import korean
import messages  # the tool that collects sentences; found through the line above

from mailwatch.adapters import po
from mailwatch.adapters.catalog import LANGUAGES, catalog, placeholders, say, texts
from mailwatch.errors import ConfigError, Words, counted

KOREAN = texts("ko")


def test_every_sentence_has_a_korean_one() -> None:
    """Whatever the templates, the command line and the errors can say stands in ko.po, and is filled in."""
    keys = {m if isinstance(m, str) else m[0] for _, _, m in messages.found()}
    assert sorted(key for key in keys if not (KOREAN.get(key) or messages.wordless(key))) == []


def test_nothing_in_the_catalogue_is_left_over() -> None:
    """A sentence that nobody says any more leaves the file."""
    said = {m if isinstance(m, str) else m[0] for _, _, m in messages.found(frozenset(KOREAN))}
    assert sorted(set(KOREAN) - said) == []


@pytest.mark.parametrize("msgid", sorted(KOREAN))
def test_placeholders_are_equal_on_both_sides(msgid: str) -> None:
    """A name that is filled in stands in the translation, too, and no other does."""
    assert placeholders(KOREAN[msgid]) == placeholders(msgid)


def test_no_translation_is_fuzzy_or_obsolete() -> None:
    """A guess is no translation."""
    raw = messages.PO.read_text("utf-8")
    assert "#, fuzzy" not in raw
    assert "#~" not in raw
    assert not any(m.fuzzy for m in read_po(io.BytesIO(raw.encode()), locale="ko") if m.id)


EXCUSED = {
    "Check": "the heading of a table of checks, not an entry of the ledger",
}
"""English sentences whose Korean may say a forbidden word, and why."""


def test_the_vocabulary_is_kept() -> None:
    """One word for one thing; no particle after a variable, where nobody knows which one it takes."""
    assert [(v, w) for k, v in KOREAN.items() if k not in EXCUSED and (w := korean.wrong(v))] == []


@pytest.mark.parametrize("msgid", sorted(EXCUSED))
def test_an_excuse_is_still_needed(msgid: str) -> None:
    """A list of exceptions grows only by need."""
    assert korean.wrong(KOREAN[msgid])


@pytest.mark.parametrize(
    "sentence",
    [
        "{key}을(를) 바꿀 수 없습니다",
        "원본 {sha256}이(가) 없습니다",
        "{user}(으)로 로그인함",
        "{now}은(는) 이릅니다",
        "%(name)s를 보냅니다",
        "{folder}로 복사합니다",
        "저널에 없습니다",
        "확인하십시오",
    ],
)
def test_what_may_not_come_back(sentence: str) -> None:
    """Each of these stood in the catalogue once, or might have."""
    assert korean.wrong(sentence)


@pytest.mark.parametrize("sentence", ["{path}: 없습니다", "{n}건을 보냅니다", "{at}부터", "암호화된 메일"])
def test_what_may_be_said(sentence: str) -> None:
    """A colon, a counter, or a particle with one form alone."""
    assert korean.wrong(sentence) == []


def test_english_answers_with_the_sentence_itself() -> None:
    """The msgid is English; plurals follow English."""
    english = catalog("en")
    assert english.gettext("To check") == "To check"
    assert english.ngettext("%(n)s new case", "%(n)s new cases", 2) == "%(n)s new cases"


def test_korean_has_one_form_for_all_numbers() -> None:
    """One and two are said alike."""
    korean = catalog("ko")
    forms = {korean.ngettext("%(n)s new case", "%(n)s new cases", n) for n in (0, 1, 2, 100)}
    assert forms == {"새 케이스 %(n)s건"}


def test_an_unknown_sentence_is_said_in_english() -> None:
    """Better in English than not at all."""
    assert catalog("ko").gettext("never said") == "never said"


def test_words_are_said_in_a_language() -> None:
    """Template and values become one sentence."""
    words = Words("the name {host} cannot be looked up", {"host": "mx.example"})
    assert say(words, "ko") == "서버 이름 mx.example: 찾을 수 없습니다"
    assert say(words, "en") == "the name mx.example cannot be looked up"


@pytest.mark.parametrize(
    ("n", "english", "korean"),
    [
        (0, "0 mails in 0 cases", "케이스 0건의 메일 0통"),
        (1, "1 mail in 1 case", "케이스 1건의 메일 1통"),
        (2, "2 mails in 2 cases", "케이스 2건의 메일 2통"),
    ],
)
def test_each_count_of_a_sentence_takes_its_own_form(n: int, english: str, korean: str) -> None:
    """English has one form for one and another for all else, zero included; Korean has one for all."""
    counts = {"mails": counted("{n} mail", "{n} mails", n), "cases": counted("{n} case", "{n} cases", n)}
    assert say(Words("{mails} in {cases}", counts), "en") == english
    assert say(Words("{cases}의 {mails}", counts), "ko") == korean


def test_no_count_stands_before_a_plural_without_its_singular() -> None:
    """Else somebody reads "1 mails" some day: such a sentence goes through counted() or ngettext."""
    nouns = "mails|mailboxes|cases|entries|problems|readers|originals|days|folders|files|digests|renames"
    wrong = re.compile(rf"(?:\}}|\)s) (?:[a-z]+ )?(?:{nouns})\b")
    single = {m for _, _, m in messages.found() if isinstance(m, str)}
    assert sorted(m for m in single if wrong.search(m)) == []


def test_languages_that_are_not_there() -> None:
    """An unknown language is named, with those that are known; a path is no language."""
    for language in ("fr", "../ko", ""):
        with pytest.raises(ConfigError, match="ko, en"):
            catalog(language)
    assert LANGUAGES == ("ko", "en")


@pytest.mark.parametrize(
    "content",
    [
        b"nonsense\n",
        b"",
        b"\xff",
        b'msgid "a"\nmsgstr "b\n',
        b'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n',
    ],
)
def test_a_broken_file_is_told(tmp_path: Path, content: bytes) -> None:
    """A damaged installation is a thing to mend, not a traceback; a language with two plurals is not read."""
    (tmp_path / "ko.po").write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be read"):
        texts("ko", tmp_path)


def test_the_catalogue_is_read_as_babel_reads_it() -> None:
    """Our reader is there for its speed; what it reads is what every reader of .po files reads."""
    expected = {}
    for message in read_po(io.BytesIO(messages.PO.read_bytes()), locale="ko"):
        if message.id:
            key, text = (m if isinstance(m, str) else m[0] for m in (message.id, message.string))
            expected[key] = text
    assert texts("ko") == expected


def test_the_signs_of_a_po_file_are_read() -> None:
    """Lines that go on, quotes, backslashes, tabs and line breaks."""
    header = 'msgid ""\nmsgstr ""\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    text = header + '#: a.py\nmsgid "one"\nmsgid_plural "many"\nmsgstr[0] ""\n"a\\"b\\\\"\n"\\n\\tc"\n'
    assert po.read(text) == {"one": 'a"b\\\n\tc'}


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("{a} and {b}", {"a", "b"}),
        ("%(n)s of %(m)s", {"n", "m"}),
        ("100 % of {a}", {"a"}),
        ("a { b", set()),
        ("plain", set()),
    ],
)
def test_placeholders_of_both_styles(sentence: str, names: set[str]) -> None:
    """str.format in errors, percent in templates; a lone brace or percent sign is none."""
    assert placeholders(sentence) == names
