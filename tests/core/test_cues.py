"""The cues: each matches its example and not its counterexample, and how a cue is found in a text."""

from __future__ import annotations

import pytest
from fakes.letters import a_mail
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.case_events import Kind
from mailwatch.core.cues import CUES
from mailwatch.core.cues.cue import Cue, hits
from mailwatch.core.cues.reading import (
    LONGEST_SENTENCE,
    MOST_SENTENCES,
    MOST_TEXT,
    own_sentences,
    sentences,
    weave,
)
from mailwatch.core.message import Segment
from mailwatch.core.severity_levels import severity_level


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: f"{cue.language}-{cue.kind}-{cue.phrases[0]}")
def test_a_cue_matches_its_example_alone(cue: Cue) -> None:
    """The example says it, the counterexample looks like it and does not."""
    assert cue.holds


@pytest.mark.parametrize("cue", CUES, ids=lambda cue: f"{cue.language}-{cue.kind}-{cue.phrases[0]}")
def test_every_phrase_can_match(cue: Cue) -> None:
    """Each phrase, written out with something in its gaps, is found: none is dead data."""
    for phrase in cue.phrases:
        (sentence,) = sentences(phrase.replace("…", " 12 "))
        alone = Cue(cue.kind, cue.language, (phrase,), "", "")
        assert alone.find(sentence) is not None


def test_every_language_has_cues_for_what_is_lost_by_silence() -> None:
    """A question and an announced closing are understood in all four languages."""
    for kind in (Kind.QUESTION, Kind.CLOSING_ANNOUNCED, Kind.CLOSED):
        assert {"en", "ko", "ja", "zh"} == {cue.language for cue in CUES if cue.kind is kind}


def test_korean_and_japanese_closings_are_marked_as_constructed() -> None:
    """No real Korean or Japanese closing mail was found, and the data say so."""
    ends = {
        Kind.CLOSING_ANNOUNCED,
        Kind.CLOSED,
        Kind.CLOSED_FOR_SILENCE,
        Kind.FIRST_STRIKE,
        Kind.SECOND_STRIKE,
    }
    assert all(cue.constructed for cue in CUES if cue.language in {"ko", "ja"} and cue.kind in ends)


def cue(*phrases: str, language: str = "en", unless: tuple[str, ...] = ()) -> Cue:
    return Cue(Kind.QUESTION, language, phrases, "", "", unless)


@pytest.mark.parametrize(
    ("language", "phrase", "text", "found"),
    [
        ("en", "could you", "COULD\n  you send it", "COULD\n  you"),
        ("en", "close", "It is closed, do not close it", "close"),  # word boundaries: the second one
        ("en", "i'll", "I’ll do it", "I’ll"),  # a typographic apostrophe
        ("en", "i will … by", "I will check it by Friday", "I will check it by"),
        ("en", "i will … by", "by Friday I will", None),  # the order counts
        ("en", "could you", "Full-width: Ｃｏｕｌｄ ｙｏｕ", "Ｃｏｕｌｄ ｙｏｕ"),
        ("ko", "회신이 없으시면", "24일까지 회신이\n없 으시면 종료", "회신이\n없 으시면"),
        ("ko", "지원 요청 id", "지원 요청 ID2604280030000571", "지원 요청 ID"),  # no boundaries
        ("ja", "お送りください", "お送りく\nださい", "お送りく\nださい"),  # a line breaks anywhere
        ("en", "?", "Is it https://a.example/?q=1 that fails?", "?"),
        ("en", "?", "See https://a.example/?q=1 and tell us.", None),
        ("en", "?", 'Did they say "now?"', "?"),
    ],
)
def test_words_are_found_where_they_stand(language: str, phrase: str, text: str, found: str | None) -> None:
    """Offsets are those of the text as it was written, before any normalisation."""
    places = [(s, place) for s in sentences(text) if (place := cue(phrase, language=language).find(s))]
    assert ([found] if found else []) == [text[slice(*s.source(*place))] for s, place in places]


def test_a_phrase_stays_within_its_sentence() -> None:
    """What stands in two sentences is not one saying."""
    assert not any(map(cue("i will … by").find, sentences("I will check it. By Friday it was gone.")))


def test_what_excludes_a_cue_counts_in_its_sentence_only() -> None:
    """A boilerplate line does not silence the question beside it."""
    ask = cue("please", unless=("any questions",))
    first, second = sentences("Please ask any questions. Please send it.")
    assert (None, (1, 7)) == (ask.find(first), ask.find(second))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two! Three? Four", 4),
        ("closing on Nov. 24 as announced", 1),  # a full stop before a digit
        ("2026. 11. 24.까지 회신", 1),
        ("一。二。", 2),
        ("one\n\ntwo", 2),  # a blank line
        ("one\ntwo", 1),  # a broken line
        ("We need:\n- the log\n- the trace\n2) the time", 4),  # a list
        (" \n ", 0),
        ("x" * (LONGEST_SENTENCE + 1), 2),
    ],
)
def test_a_text_is_read_sentence_by_sentence(text: str, count: int) -> None:
    """Ends are those of a sentence, of a paragraph and of a list's item."""
    assert count == len(list(sentences(text)))


@given(st.text(max_size=300))
def test_sentences_tile_the_text(text: str) -> None:
    """Nothing is read twice, and every place leads back into the text."""
    end = 0
    for sentence in sentences(text):
        assert end <= sentence.start
        end = sentence.start + len(sentence.text)
        start, stop = sentence.source(0, len(sentence.text))
        assert 0 <= start < stop <= len(text)


@given(st.text(alphabet="ab \n가", min_size=1, max_size=40), st.sampled_from([" ", ""]))
def test_a_woven_text_leads_back(text: str, joint: str) -> None:
    """Each character that is not white space leads back to itself."""
    woven = weave(text, joint)
    places = [i for i, c in enumerate(woven.text) if c != " "]
    assert [woven.text[i] for i in places] == [text[slice(*woven.source(i, i + 1))] for i in places]


def test_only_own_text_is_read_and_not_without_end() -> None:
    """Quoted text says nothing; of a very long mail the beginning is read."""
    long = Segment(0, 0, "a " * MOST_TEXT, quoted=False)
    quoted = Segment(1, 0, "Could you send it?", quoted=True)
    late = Segment(2, 0, "Could you send it?", quoted=False)
    assert [] == [hit.cue.kind for hit in hits(own_sentences(a_mail(segments=(long, quoted, late))), CUES)]


def test_a_mail_of_very_many_sentences_is_read_to_a_bound() -> None:
    """A hostile mail costs no more than a long letter."""
    endless = Segment(0, 0, "So? " * 4 * MOST_SENTENCES, quoted=False)
    assert MOST_SENTENCES == len(own_sentences(a_mail(segments=(endless,))))


def test_a_question_is_its_whole_sentence() -> None:
    """The sign alone would tell a reader nothing."""
    (hit,) = hits(tuple(sentences("Thank you. \n Does it fail for all? ")), (cue("?"),))
    assert "Does it fail for all?" == hit.sentence.text[hit.start : hit.end]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("심각도 A로 상향", 0),
        ("the severity has been lowered from A to B.", 1),
        ("Severity: 1", 0),
        ("sev 3 please", 2),
        ("심각도3", 2),
        ("A change of the severity", None),  # an article
        ("severity 12", None),
        ("plan B1, severity unknown", None),
    ],
)
def test_a_severity_is_the_last_level_named(text: str, level: int | None) -> None:
    """A is 0; from one level to another means the other."""
    assert level == severity_level(text)
