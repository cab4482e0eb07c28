"""Authentication-Results: who is allowed to speak, and for which domain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.core.authentication import Anchor, Finding, read_results, verdict

EXCHANGE = (
    "spf=pass (sender IP is 40.107.1.1) smtp.mailfrom=microsoft.com; dkim=pass (signature was verified)"
    " header.d=microsoft.com;dmarc=pass action=none header.from=microsoft.com;compauth=pass reason=100"
)
GMAIL = (
    "mx.google.com; spf=pass (google.com: domain of a@microsoft.com designates 40.1.1.1 as permitted sender)"
    " smtp.mailfrom=a@microsoft.com; dkim=pass header.i=@microsoft.com;"
    " dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=microsoft.com"
)
HERE = "mail.contoso.example"
OPENDMARC = "mail.contoso.example; dmarc=pass (p=none dis=none) header.from=microsoft.com"
FAILED = "mail.contoso.example; dmarc=fail (p=none dis=none) header.from=microsoft.com"


@pytest.mark.parametrize(
    ("fields", "anchor", "expected"),
    [
        ([GMAIL], "mx.google.com", Anchor.PASS),
        ([GMAIL], "MX.Google.COM", Anchor.PASS),
        ([GMAIL], None, Anchor.NONE),
        ([GMAIL], HERE, Anchor.NONE),
        ([EXCHANGE], "topmost", Anchor.PASS),
        ([OPENDMARC], HERE, Anchor.PASS),
        ([FAILED], HERE, Anchor.FAIL),
        # Below the anchor's own field, whatever is written is a forger's.
        ([FAILED, OPENDMARC], HERE, Anchor.FAIL),
        (["mail.contoso.example; spf=pass", OPENDMARC], HERE, Anchor.NONE),
        # Another server's field above says nothing and hides nothing.
        ([FAILED.replace("mail.", "relay."), OPENDMARC], HERE, Anchor.PASS),
        # Exchange Online writes on top; a field with a name on top is not its own.
        ([GMAIL, EXCHANGE], "topmost", Anchor.NONE),
        ([EXCHANGE.replace("dmarc=pass", "dmarc=fail"), EXCHANGE], "topmost", Anchor.FAIL),
        ([], "topmost", Anchor.NONE),
        ([], "mx.google.com", Anchor.NONE),
        ([""], "topmost", Anchor.NONE),
        (
            ["mail.contoso.example 1; dmarc=pass header.from=microsoft.com"],
            "mail.contoso.example",
            Anchor.PASS,
        ),
        (['"mail.contoso.example"; dmarc=pass'], HERE, Anchor.PASS),
        (["mail.contoso.example (a; b=c); dmarc = pass"], HERE, Anchor.PASS),
        (["mail.contoso.example; dmarc/1=pass"], HERE, Anchor.PASS),
        (["mail.contoso.example; none"], HERE, Anchor.NONE),
        (["mail.contoso.example; dmarc=bestguesspass"], HERE, Anchor.NONE),
        (["mail.contoso.example; dmarc=temperror"], HERE, Anchor.NONE),
        (
            ["mail.contoso.example; dmarc=pass header.from=a@Microsoft.com"],
            "mail.contoso.example",
            Anchor.PASS,
        ),
        (["mail.contoso.example; dmarc=pass header.from=evil.example"], HERE, Anchor.NONE),
        (
            [f"{HERE}; dmarc=fail header.from=microsoft.com; dmarc=pass header.from=evil.example"],
            "mail.contoso.example",
            Anchor.FAIL,
        ),
        (["mail.contoso.example; dmarc=pass; dmarc=none"], HERE, Anchor.NONE),
        # The words stand in a comment or a quoted string: no result.
        (
            ["mail.contoso.example; spf=fail (dmarc=pass) smtp.mailfrom=x"],
            "mail.contoso.example",
            Anchor.NONE,
        ),
        (['mail.contoso.example; spf=fail reason="; dmarc=pass"'], HERE, Anchor.NONE),
        (["mail.contoso.example; spf=fail (a (b) ; dmarc=pass"], HERE, Anchor.NONE),
        ([r"mail.contoso.example; spf=fail (a \) ; dmarc=pass )"], HERE, Anchor.NONE),
    ],
)
def test_what_the_anchor_says(fields: list[str], anchor: str | None, expected: Anchor) -> None:
    """Only the anchor's topmost field speaks, and only for the domain it names."""
    assert expected is verdict(fields, anchor, "microsoft.com")


def test_a_field_is_read_to_results() -> None:
    """Methods, results and properties in lower case; comments gone, quoted strings opened."""
    read = read_results('MX.example; DKIM=Pass (ok) header.d="exa\\"mple" ; x')
    assert "mx.example" == read.server
    assert (Finding("dkim", "pass", (("header.d", 'exa"mple'),)),) == read.findings


@given(st.text(alphabet='ab;=()"\\ dmrcps.@\n', max_size=80), st.sampled_from(["topmost", "a", None]))
def test_hostile_fields_never_raise(field: str, anchor: str | None) -> None:
    """Whatever stands in a field, it is read, and says at most what it may."""
    assert verdict([field], anchor, "a") in Anchor


@pytest.mark.parametrize("piece", ["(", ")", '"', "\\", ";", "=", "a=", "(a", 'a"'])
def test_a_field_of_a_megabyte_is_cut(piece: str) -> None:
    """No more than a bounded part of a field is looked at."""
    assert len(read_results(piece * 1_000_000).findings) < 20_000
