"""The pure half of the IMAP adapter: what is sent, what answers say, names and roles of folders."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.fixed_offset import FixedOffset

from mailwatch.adapters.imap.account import ImapAccount, Tls, is_loopback
from mailwatch.adapters.imap.fetching import plan_batches
from mailwatch.adapters.imap.folders import Row, decode_name, encode_name, to_folders, to_rows
from mailwatch.adapters.imap.requests import chunks, date_time, flag_words, quoted, uid_range
from mailwatch.adapters.imap.responses import (
    appended,
    backoff,
    copied,
    flag_names,
    in_utc,
    message_ids,
    one_line,
    plan_of,
    response_code,
    uid_set,
)
from mailwatch.errors import ConfigError
from mailwatch.ports import Listed, Role

# ── plain text ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("mail.contoso.example", False),
        ("localhost.contoso.example", False),
        ("127.0.0.1.contoso.example", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_loopback_is_known_by_its_name_alone(host: str, *, loopback: bool) -> None:
    """No name server is asked whether a host is this machine."""
    assert is_loopback(host) is loopback


def test_the_password_is_not_in_the_settings_repr() -> None:
    """Neither the password nor the function that fetches it is shown."""
    account = ImapAccount("support", "localhost", 993, "anna", lambda: "pa55", tls=Tls.IMPLICIT)
    assert "password" not in repr(account)
    assert "pa55" not in repr(account)


# ── what is sent ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("hostile", ["a\r\nA1 LOGOUT", "a\nb", "a\0b", "a\x1bb", "a\x85b", ""])
def test_a_folder_name_cannot_smuggle_a_command(hostile: str) -> None:
    """Line breaks, NUL, other control characters and nothing at all are no folder names."""
    with pytest.raises(ConfigError):
        encode_name(hostile)


def test_half_a_surrogate_pair_is_no_folder_name() -> None:
    """What cannot be written in UTF-16 cannot be sent."""
    with pytest.raises(ConfigError):
        encode_name("a\ud800")


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("INBOX", "INBOX"),
        ("R&D", "R&-D"),
        ("보낸 편지함", "&vPSwuA- &07jJwNVo-"),
        ("台北", "&U,BTFw-"),  # RFC 3501 section 5.1.3
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ('a"b\\c', 'a"b\\c'),
        ("😀", "&2D3eAA-"),
    ],
)
def test_folder_names_travel_in_modified_utf7(name: str, wire: str) -> None:
    """The examples of RFC 3501, Korean, and what lies beyond the basic plane."""
    assert encode_name(name) == wire
    assert decode_name(wire.encode()) == name


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_every_folder_name_comes_back(name: str) -> None:
    """Decoding undoes encoding."""
    assert decode_name(encode_name(name).encode("ascii")) == name


@pytest.mark.parametrize("wire", [b"&", b"a&b", b"&!!!-", b"&AGE-", b"caf\xc3\xa9", b"\xff"])
def test_a_name_that_is_no_utf7_is_shown_as_it_came(wire: bytes) -> None:
    """A server's broken name hides nothing and is never guessed at."""
    assert decode_name(wire) == wire.decode("utf-8", "replace")


def test_quoting_hides_quotes_and_refuses_line_breaks() -> None:
    """RFC 3501 quoted strings."""
    assert quoted('a"b\\c d') == b'"a\\"b\\\\c d"'
    with pytest.raises(ConfigError):
        quoted("a\r\nb")


@pytest.mark.parametrize("flag", ["", "a b", "a)", "a\r\n", "\\Seen)", "{3}", "사건", 'a"'])
def test_a_flag_cannot_smuggle_a_command(flag: str) -> None:
    """What is no atom is not sent as a flag."""
    with pytest.raises(ConfigError):
        flag_words([flag])


def test_recent_is_never_sent() -> None:
    r"""\Recent is the server's alone."""
    assert flag_words([r"\Seen", r"\Recent", "$Forwarded"]) == [r"\Seen", "$Forwarded"]


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        (datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC), b'" 2-Mar-2026 01:02:03 +0000"'),
        (
            datetime(2026, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=9))),
            b'"31-Dec-2026 23:59:59 +0900"',
        ),
        (
            datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
            b'" 1-Jan-2026 00:00:00 -0930"',
        ),
        (datetime(2026, 3, 2, 1, 2, 3), b'" 2-Mar-2026 01:02:03 +0000"'),  # noqa: DTZ001 - a naive one is the case.
    ],
)
def test_dates_are_sent_with_their_zone(moment: datetime, sent: bytes) -> None:
    """RFC 3501 date-time; a naive date counts as UTC."""
    assert date_time(moment) == sent


def test_a_window_may_have_a_first_day() -> None:
    """RFC 3501 date: no zone, English months whatever the locale."""
    assert uid_range(1, 20, None) == b"UID 1:20"
    assert uid_range(5, 9, date(2024, 5, 1)) == b"UID 5:9 SINCE 1-May-2024"


def test_long_lists_are_cut() -> None:
    """No command names more than 500 UIDs, and none is lost."""
    parts = list(chunks(list(range(1201))))
    assert [len(p) for p in parts] == [500, 500, 201]
    assert [uid for part in parts for uid in part] == list(range(1201))


# ── what answers say ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (b"[APPENDUID 1795428330 1] Append completed.", (1795428330, 1)),
        (b"[appenduid 1 4294967295] ok", (1, 4294967295)),
        (b"Append completed.", None),
        (b"[APPENDUID 1 2:3] several", None),
        (b"[APPENDUID x 1]", None),
        (b"", None),
    ],
)
def test_appenduid(answer: bytes, place: tuple[int, int] | None) -> None:
    """RFC 4315; whatever is not one mail's place is no place."""
    assert appended(answer) == place


@pytest.mark.parametrize(
    ("code", "pairs"),
    [
        (b"7 3:5 10:12", {3: (7, 10), 4: (7, 11), 5: (7, 12)}),
        (b"7 3,9 20,4", {3: (7, 20), 9: (7, 4)}),
        (b"7 5:3 1:3", {3: (7, 1), 4: (7, 2), 5: (7, 3)}),
        (b"7 3:5 10", {}),
        (b"7 1:4294967295 1:4294967295", {}),
        (b"7 1:* 1:2", {}),
        (b"7 , ,", {}),
        (b"nonsense", {}),
        (b"", {}),
    ],
)
def test_copyuid(code: bytes, pairs: dict[int, tuple[int, int]]) -> None:
    """RFC 4315; an answer that makes no sense tells nothing, and none can fill the memory."""
    assert copied(code) == pairs


@given(st.binary(max_size=40))
def test_uid_sets_never_fail(text: bytes) -> None:
    """Any bytes are a set or none."""
    assert uid_set(text) is None or isinstance(uid_set(text), list)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Request is throttled. Suggested Backoff Time: 299984 milliseconds", 299.984),
        ("Suggested Backoff Time: 5000 ms", 5.0),
        ("Suggested Backoff Time: 7 seconds", 7.0),
        ("Suggested Backoff Time: 99999999", 300.0),
        ("try later", None),
    ],
)
def test_waiting_time(text: str, seconds: float | None) -> None:
    """What Exchange asks for, five minutes at most."""
    assert backoff(text) == seconds


def test_response_codes() -> None:
    """The first bracket's word, in upper case."""
    assert response_code("append failed: [overquota] full") == "OVERQUOTA"
    assert response_code("x failed: [BADCHARSET (UTF-8)] no") == "BADCHARSET"
    assert response_code("no code") is None


def test_a_servers_words_are_made_harmless() -> None:
    """One line, no control characters, no password, bounded."""
    assert one_line("a\r\nb\x1b[31m pa55", "pa55") == "a b [31m ***"
    assert len(one_line("x" * 1000)) == 200


@pytest.mark.parametrize(
    ("header", "ids"),
    [
        (b"Message-ID: <a@b>\r\n\r\n", ["a@b"]),
        (b"message-id:<a@b>\r\n", ["a@b"]),
        (b"Message-ID:\r\n <a@b>\r\n\r\n", ["a@b"]),
        (b"Message-ID : <a@b>\r\nMessage-ID: <c@d>\r\n", ["a@b", "c@d"]),
        (b"X-Message-ID: <a@b>\r\n", []),
        (b"\r\n", []),
    ],
)
def test_message_ids_of_a_header(header: bytes, ids: list[str]) -> None:
    """Folded, repeated and oddly spelled fields are read."""
    assert list(message_ids(header)) == ids


def test_plan_of_a_field() -> None:
    """32 hex digits after plan=, or nothing."""
    assert plan_of(b"Mailwatch-Original: sha256=00; plan=" + b"ab" * 16) == "ab" * 16
    assert plan_of(b"Mailwatch-Original: plan=short") == ""


def test_flags_of_any_type() -> None:
    r"""The library reads a keyword of digits as a number; \Recent is left out."""
    assert flag_names((rb"\Seen", rb"\Recent", 2024, b"$Forwarded")) == {r"\Seen", "2024", "$Forwarded"}
    assert flag_names(None) == frozenset()


@pytest.mark.parametrize(
    ("value", "utc"),
    [
        (datetime(2026, 3, 2, 10, tzinfo=FixedOffset(540)), datetime(2026, 3, 2, 1, tzinfo=UTC)),
        (datetime(2026, 3, 2, 10), datetime(2026, 3, 2, 10, tzinfo=UTC)),  # noqa: DTZ001 - a naive one is the case.
        (datetime(2026, 3, 2, 10, tzinfo=FixedOffset(99 * 60)), None),
        (datetime(1, 1, 1, tzinfo=FixedOffset(540)), None),
        (None, None),
    ],
)
def test_dates_of_a_server_become_utc_or_nothing(value: object, utc: datetime | None) -> None:
    """A zone of 99 hours, and a moment before year 1, are no dates; they end nothing."""
    assert in_utc(value) == utc


# ── roles ─────────────────────────────────────────────────────────────────────


def rows(*named: tuple[str, tuple[str, ...]]) -> tuple[Row, ...]:
    return tuple(Row(frozenset(attributes), "/", encode_name(name).encode()) for name, attributes in named)


def roles(*named: tuple[str, tuple[str, ...]]) -> dict[str, Role]:
    return {f.name: f.role for f in to_folders(rows(*named))}


def test_attributes_decide_roles() -> None:
    """A Korean name with an attribute has a role; an English name without one has none."""
    found = roles(("보낸 편지함", (r"\sent",)), ("Sent", ()), ("전체 보관함", (r"\all",)))
    assert found == {"보낸 편지함": Role.SENT, "Sent": Role.NONE, "전체 보관함": Role.ALL}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("보낸 편지함", Role.SENT),
        ("보낸메일함", Role.SENT),
        ("Sent Items", Role.SENT),
        ("INBOX/Sent", Role.SENT),
        ("휴지통", Role.TRASH),
        ("지운 편지함", Role.TRASH),
        ("정크 메일", Role.JUNK),
        ("스팸메일함", Role.JUNK),
        ("임시 보관함", Role.DRAFTS),
        ("DRAFTS", Role.DRAFTS),
        ("Sentinel", Role.NONE),
    ],
)
def test_known_names_help_where_no_attribute_exists(name: str, role: Role) -> None:
    """Servers without special-use are read by the names that providers use."""
    assert roles((name, ()))[name] is role


def test_mail_in_junk_is_safe_from_renaming_where_the_server_marks_other_folders_alone() -> None:
    r"""Junk, Trash and Drafts are known by name beside attributes; a second Sent is not made up."""
    found = roles(
        ("보낸 편지함", (r"\sent",)), ("Sent", ()), ("INBOX/정크 메일", ()), ("Trash", ()), ("Spam", ())
    )
    assert found == {
        "보낸 편지함": Role.SENT,
        "Sent": Role.NONE,
        "INBOX/정크 메일": Role.JUNK,
        "Trash": Role.TRASH,
        "Spam": Role.JUNK,
    }


def test_names_are_cut_at_the_servers_own_delimiter() -> None:
    """Courier's folders lie below INBOX, with a dot; a flat server has no delimiter at all."""
    dotted = Row(frozenset(), ".", b"INBOX.Sent")
    flat = Row(frozenset(), "", b"Sent")
    assert [f.role for f in to_folders([dotted, flat])] == [Role.SENT, Role.SENT]


def test_inbox_comes_first_in_any_spelling() -> None:
    """INBOX is known without regard to case (RFC 3501 section 5.1)."""
    found = to_folders(rows(("Archive", ()), ("inbox", ()), ("AAA", ())))
    assert (found[0].name, found[0].role) == ("inbox", Role.INBOX)


def test_rows_of_any_type() -> None:
    r"""Numbers as names, NIL as delimiter and \Noselect come through; broken names cannot be opened."""
    parsed = [
        ((rb"\HasNoChildren",), b"/", 2024),
        ((rb"\Noselect",), None, b"[Gmail]"),
        ((), b"/", b"caf\xc3\xa9"),
        ((), b"/", b"a&b"),
    ]
    found = {f.name: (f.delimiter, f.selectable) for f in to_folders(to_rows(parsed))}
    assert found == {"2024": ("/", True), "[Gmail]": ("", False), "café": ("/", False), "a&b": ("/", False)}


# ── batches ───────────────────────────────────────────────────────────────────

sizes = st.lists(st.integers(0, 30), max_size=60)


@given(sizes)
def test_batches_are_bounded_and_complete(given_sizes: list[int]) -> None:
    """No batch is over count or bytes but a single mail, and joining them gives the mails in order."""
    mails = [Listed(uid, size, frozenset(), None) for uid, size in enumerate(given_sizes)]
    found = list(plan_batches(mails, count=5, size=20))
    assert [m for batch in found for m in batch] == mails
    for batch in found:
        assert len(batch) <= 5
        assert len(batch) == 1 or sum(m.size for m in batch) <= 20


def test_a_big_mail_stands_alone() -> None:
    """A mail above the limit shares its batch with nobody."""
    mails = [Listed(uid, size, frozenset(), None) for uid, size in enumerate([1, 25, 1])]
    assert [[m.uid for m in batch] for batch in plan_batches(mails, count=5, size=20)] == [[0], [1], [2]]
