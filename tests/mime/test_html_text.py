"""HTML to text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.mime.html_text import render
from mailwatch.mime.limits import Limits


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("2601<b>0100</b>", "26010100\n"),
        ("a<!-- 12345678 -->b", "ab\n"),
        ("a<p style='color:red; display : none'>x</p>b", "ab\n"),
        ("a<span hidden>x</span>b", "ab\n"),
        ("<div style=visibility:hidden>x</div>b", "b\n"),
        ("<head><title>t</title><style>p{}</style></head><body>b<script>x</script></body>", "b\n"),
        ("<p>one</p><p>two<br>three</p>", "one\ntwo\nthree\n"),
        ("<table><tr><td>Case</td><td>123</td></tr><tr><th>a</th></tr></table>", "Case 123\na\n"),
        ("a \n  b&nbsp;c &#50;&#x33;", "a b\xa0c 23\n"),
        ("<b>a</b> <i> b</i>", "a b\n"),
        ("x<pre> a\r\n  b</pre>y", "x\n a\n  b\ny\n"),
        ("<ul><li>1<li>2</ul>", "1\n2\n"),
        ("a<br> b", "a\nb\n"),
        ("", ""),
        ("plain < text", "plain < text\n"),
    ],
)
def test_what_a_reader_sees_is_rendered(source: str, text: str) -> None:
    """Hidden things are gone, blocks and cells stand apart, words and numbers stay whole."""
    assert render(source).text == text


@pytest.mark.parametrize(
    "quote",
    [
        "<div class='gmail_quote gmail_quote_container'>{}</div>",
        "<blockquote type=cite>{}</blockquote>",
        "<BLOCKQUOTE TYPE='CITE'>{}</BLOCKQUOTE>",
        "<div class=yahoo_quoted>{}</div>",
    ],
)
def test_an_element_that_holds_a_quote_is_known(quote: str) -> None:
    """Text of the element is quoted, text around it is not."""
    page = render(f"before{quote.format('old<p>text</p>')}after")
    assert [page.text[s.start : s.end] for s in page.quoted] == ["old\ntext\n"]
    assert page.text == "before\nold\ntext\nafter\n"


@pytest.mark.parametrize(
    "mark",
    [
        "<hr id=appendonsend>",
        "<div id=divRplyFwdMsg>From: a</div>",
        "<div class=OutlookMessageHeader>From: a</div>",
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:0'>From: a</div>",
    ],
)
def test_behind_outlooks_marks_all_is_quoted(mark: str) -> None:
    """Whatever element closes after it, the quote goes to the end of the document."""
    page = render(f"<div><p>own</p>{mark}</div><p>old</p>")
    (span,) = page.quoted
    assert span.start == len("own\n")
    assert span.end == len(page.text)


def test_nested_quotes_are_one_stretch() -> None:
    """A quote in a quote adds nothing."""
    page = render("a<blockquote type=cite>b<blockquote type=cite>c</blockquote>d</blockquote>e")
    assert [page.text[s.start : s.end] for s in page.quoted] == ["b\nc\nd\n"]


def test_an_empty_quote_is_no_stretch() -> None:
    """Nothing was quoted."""
    assert render("a<blockquote type=cite></blockquote>").quoted == ()


def test_a_document_over_the_limit_is_read_up_to_it() -> None:
    """And says so."""
    page = render("<p>abcdef", Limits(html=6))
    assert (page.text, page.whole) == ("abc\n", False)


def test_deep_nesting_costs_the_tags_and_not_the_text() -> None:
    """Over the limit tags are cut out as text; 200,000 levels would take the tree builder minutes."""
    page = render("<div>" * 200_000 + "26&amp;" + "</div>" * 200_000)
    assert (page.text, page.whole) == ("26&", False)


def test_flat_elements_do_not_count_as_depth() -> None:
    """A long table or list is not deep, closed or not."""
    assert render("<table>" + "<tr><td>x" * 5_000).whole


@given(st.text("<>/!-abp='\" \n&;#1divblockquotetypcs", max_size=120))
def test_any_text_is_rendered_with_sorted_quotes_at_line_starts(source: str) -> None:
    """For any markup the spans are in order, within the text, and start at a line."""
    page = render(source)
    stops = [n for s in page.quoted for n in (s.start, s.end)]
    assert stops == sorted(stops)
    assert all(s.start == 0 or page.text[s.start - 1] == "\n" for s in page.quoted)
    assert not stops or stops[-1] <= len(page.text)
