"""The known traps of the library and of odd servers, against a server that is told what to say."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import re
import socket
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from servers.accounts import account_at, spool_in
from servers.scripted import HANG_UP, OK, Answer, ScriptedServer

from mailwatch.adapters.imap import ImapMailbox, beneath, fetching, looking, session
from mailwatch.errors import ConfigError, MailwatchError, Refused, TemporaryError
from mailwatch.ports import Role

Talk = Callable[..., tuple[ScriptedServer, ImapMailbox]]


@pytest.fixture
def talk(tmp_path: Path, request: pytest.FixtureRequest) -> Talk:
    """Start a scripted server and a mailbox that speaks with it."""

    def start(
        script: Mapping[str, Answer] | None = None, **settings: Any
    ) -> tuple[ScriptedServer, ImapMailbox]:
        server = ScriptedServer(
            script, **{k: settings.pop(k) for k in ("greeting",) if k in settings}
        ).start()
        mailbox = ImapMailbox(account_at(server.port, **settings), spool_in(tmp_path))
        request.addfinalizer(server.close)
        request.addfinalizer(mailbox.close)
        return server, mailbox

    return start


def row(uid: int, *, size: int | None = 10, date: str = "02-Mar-2026 10:00:00 +0900") -> bytes:
    sized = "" if size is None else f" RFC822.SIZE {size}"
    return f'* {uid} FETCH (UID {uid} FLAGS (\\Seen) INTERNALDATE "{date}"{sized})\r\n'.encode()


def body(uid: int, raw: bytes, key: str = "BODY[]") -> bytes:
    return f"* {uid} FETCH (UID {uid} {key} {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"


def fetch(listing: bytes, bodies: bytes) -> Callable[[str], bytes]:
    return lambda asked: (bodies if "BODY" in asked else listing) + OK


def uids_in(asked: str) -> list[int]:
    return [int(n) for n in asked.split(" ", maxsplit=1)[0].split(",")]


def inner(mailbox: ImapMailbox) -> Any:
    client = mailbox._session._client
    assert client is not None
    return client


# ── how a line is opened ──────────────────────────────────────────────────────


def test_the_trace_of_every_byte_is_off(talk: Talk) -> None:
    """The library sets imaplib's debug level to 5 on every line; here it is 0."""
    _, mailbox = talk()
    mailbox.examine("INBOX")
    assert inner(mailbox)._imap.debug == 0


def test_a_line_has_timeouts(talk: Talk) -> None:
    """The library waits for ever by default; every line here has a read timeout."""
    _, mailbox = talk(read_timeout=33.0)
    mailbox.examine("INBOX")
    assert inner(mailbox).socket().gettimeout() == 33.0


def test_the_socket_sends_at_once_and_notices_a_dead_peer(talk: Talk) -> None:
    """TCP_NODELAY, keepalive and TCP_USER_TIMEOUT are set."""
    _, mailbox = talk()
    mailbox.examine("INBOX")
    sock = inner(mailbox).socket()
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000


def test_nothing_is_connected_before_it_is_needed(talk: Talk) -> None:
    """Making a mailbox speaks to nobody."""
    server, mailbox = talk()
    mailbox.close()
    assert server.connections == 0


def test_one_line_serves_many_calls(talk: Talk) -> None:
    """Calls share one connection and one log-in."""
    server, mailbox = talk({"UID SEARCH": b"* SEARCH 1 2 3\r\n" + OK})
    mailbox.folders()
    mailbox.examine("INBOX")
    mailbox.search(1, 9)
    assert server.connections == 1
    assert sum(line.startswith("LOGIN") for line in server.said) == 1


def test_we_say_who_we_are(talk: Talk) -> None:
    """ID is sent after log-in where offered; some providers open no folder without it."""
    server, mailbox = talk(
        {"CAPABILITY": b"* CAPABILITY IMAP4rev1 ID\r\nTAG OK done\r\n", "ID": b"* ID NIL\r\nTAG OK done\r\n"}
    )
    mailbox.examine("INBOX")
    (said,) = [line for line in server.said if line.startswith("ID")]
    assert '"name" "mailwatch"' in said
    assert server.said.index(said) > [line.startswith("LOGIN") for line in server.said].index(True)


def test_a_server_that_refuses_id_is_used_all_the_same(talk: Talk) -> None:
    """NO to ID is no failure."""
    _, mailbox = talk(
        {"CAPABILITY": b"* CAPABILITY IMAP4rev1 ID\r\nTAG OK done\r\n", "ID": b"TAG NO never\r\n"}
    )
    assert mailbox.examine("INBOX").exists == 3


def test_a_line_cut_after_id_is_a_broken_line(talk: Talk) -> None:
    """Only a NO to ID is passed over."""
    _, mailbox = talk({"CAPABILITY": b"* CAPABILITY IMAP4rev1 ID\r\nTAG OK done\r\n", "ID": HANG_UP})
    with pytest.raises(TemporaryError, match="broke"):
        mailbox.examine("INBOX")


def test_imap4rev2_changes_nothing(talk: Talk) -> None:
    """Some servers announce ENABLE and IMAP4rev2 without a working one: nothing is ever enabled."""
    server, mailbox = talk({"CAPABILITY": b"* CAPABILITY IMAP4rev1 IMAP4rev2 ENABLE\r\nTAG OK done\r\n"})
    mailbox.examine("INBOX")
    assert not any(line.startswith("ENABLE") for line in server.said)


@pytest.mark.parametrize("user", ["anna lee", 'anna"', "a) LOGOUT", "안나"])
def test_a_user_name_that_is_no_atom_goes_by_sasl(talk: Talk, user: str) -> None:
    """Imaplib sends the user name of LOGIN unquoted; such a name travels in base64 instead."""
    server, mailbox = talk({"AUTHENTICATE": b"TAG OK in\r\n"}, username=user)
    mailbox.examine("INBOX")
    assert "AUTHENTICATE PLAIN" in server.said
    assert not any(line.startswith("LOGIN") for line in server.said)


def test_a_korean_password_goes_by_sasl(talk: Talk) -> None:
    """Imaplib dies on a password that is not ASCII, with the password in the error."""
    server, mailbox = talk({"AUTHENTICATE": b"TAG OK in\r\n"}, password=lambda: "비밀번호")
    mailbox.examine("INBOX")
    assert "AUTHENTICATE PLAIN" in server.said


def test_a_korean_password_needs_sasl(talk: Talk) -> None:
    """Without AUTH=PLAIN there is no way to send it, and a person is told so."""
    _, mailbox = talk(
        {"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"}, password=lambda: "비밀번호"
    )
    with pytest.raises(ConfigError, match="plain letters") as caught:
        mailbox.examine("INBOX")
    assert "비밀번호" not in repr(caught.value)


@pytest.mark.parametrize("password", ["", "secret\n", "a\r\nA1 LOGOUT", "a\0b"])
def test_a_password_with_a_line_break_is_never_sent(talk: Talk, password: str) -> None:
    """A line break at the end of a password file is the usual slip; it could also smuggle a command."""
    server, mailbox = talk(password=lambda: password)
    with pytest.raises(ConfigError, match="control character"):
        mailbox.examine("INBOX")
    assert not any(line.startswith("LOGIN") for line in server.said)


def test_logindisabled_is_respected(talk: Talk) -> None:
    """No password is sent where the server says that it takes none."""
    server, mailbox = talk({"CAPABILITY": b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nTAG OK done\r\n"})
    with pytest.raises(ConfigError, match="takes no password"):
        mailbox.examine("INBOX")
    assert not any("pa55" in line for line in server.said)


# ── searching ─────────────────────────────────────────────────────────────────


def numbers(asked: str) -> list[int]:
    low, high = re.findall(r"UID (\d+):(\d+)", asked)[0]
    return list(range(int(low), int(high) + 1))


def test_a_folder_of_200_000_mails_is_searched_in_windows(talk: Talk) -> None:
    """Imaplib refuses lines above 1,000,000 bytes; no answer here holds more than 20,000 numbers."""
    total = 200_000
    windows: list[int] = []

    def answer(asked: str) -> bytes:
        if asked == "UID *":
            return f"* SEARCH {total}\r\n".encode() + OK
        found = numbers(asked)
        windows.append(len(found))
        return ("* SEARCH " + " ".join(map(str, found)) + "\r\n").encode() + OK

    _, mailbox = talk(
        {
            "EXAMINE": f"* {total} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\nTAG OK [READ-ONLY] ok\r\n".encode(),
            "UID SEARCH": answer,
        }
    )
    mailbox.examine("INBOX")
    assert mailbox.search(1, 2**32 - 1) == tuple(range(1, total + 1))
    assert max(windows) == looking.WINDOW == 20_000


def test_a_small_folder_is_searched_at_once(talk: Talk) -> None:
    """UIDs may be spread over four thousand million numbers: a small folder needs one SEARCH."""
    server, mailbox = talk({"UID SEARCH": b"* SEARCH 5 4000000000\r\n" + OK})
    mailbox.examine("INBOX")
    assert mailbox.search(1, 2**32 - 1) == (5, 4_000_000_000)
    assert sum("UID SEARCH" in line for line in server.said) == 1


def test_the_last_mail_is_not_found_above_itself(talk: Talk) -> None:
    """``n:*`` always gives the last mail, and some servers do the same for ``n:m``; it is left out."""
    _, mailbox = talk({"UID SEARCH": b"* SEARCH 15\r\n" + OK})
    mailbox.examine("INBOX")
    assert mailbox.search(99_999, 100_000) == ()


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (b"* SEARCH 1 2 \r\n", (1, 2)),  # Yahoo's trailing blank
        (b"* SEARCH\r\n", ()),
        (b"", ()),
        (b"* SEARCH 2\r\n* SEARCH 1\r\n", (1, 2)),
        (b"* SEARCH 1 2 (MODSEQ 917162500)\r\n", (1, 2)),
        (b"* SEARCH 2 2 1\r\n", (1, 2)),
    ],
)
def test_answers_to_search_in_any_dress(talk: Talk, answer: bytes, found: tuple[int, ...]) -> None:
    """Blanks, several lines, none at all, MODSEQ and repetition are understood."""
    _, mailbox = talk({"UID SEARCH": answer + OK})
    mailbox.examine("INBOX")
    assert mailbox.search(1, 9) == found


def test_range_strings_are_never_given_to_fetch(talk: Talk) -> None:
    """The library fails on ``1:*`` after the server has answered; lists of numbers are sent."""
    server, mailbox = talk({"UID FETCH": fetch(row(1) + row(2), body(1, b"a") + body(2, b"b"))})
    mailbox.examine("INBOX")
    assert [m.read() for batch in mailbox.batches([1, 2]) for m in batch] == [b"a", b"b"]
    assert all(":" not in line.split(" ")[2] for line in server.said if line.startswith("UID FETCH"))


# ── answers to FETCH ──────────────────────────────────────────────────────────


def test_a_mail_that_the_answer_forgot_is_asked_for_again(talk: Talk) -> None:
    """A requested UID may be missing from an answer although the mail is there."""
    asked_for: list[list[int]] = []

    def answer(asked: str) -> bytes:
        uids = uids_in(asked)
        asked_for.append(uids)
        told = uids[:1]  # this server tells one mail at a time
        return b"".join(body(u, b"x") if "BODY" in asked else row(u) for u in told) + OK

    _, mailbox = talk({"UID FETCH": answer})
    mailbox.examine("INBOX")
    got = [m.place.uid for batch in mailbox.batches([1, 2]) for m in batch]
    assert got == [1, 2]
    assert [2] in asked_for


def test_a_vanished_mail_is_left_out(talk: Talk) -> None:
    """A mail that no answer mentions is gone, and that is no error."""
    _, mailbox = talk({"UID FETCH": fetch(row(1), body(1, b"a"))})
    mailbox.examine("INBOX")
    assert [m.place.uid for batch in mailbox.batches([1, 2]) for m in batch] == [1]


def test_an_answer_without_size_is_no_answer(talk: Talk) -> None:
    """An unasked-for FETCH of flags alone is not taken for a mail's description."""
    _, mailbox = talk({"UID FETCH": fetch(b"* 1 FETCH (FLAGS (\\Seen) UID 1)\r\n", b"")})
    mailbox.examine("INBOX")
    assert mailbox.list([1]) == {}


def test_an_unasked_for_fetch_is_not_taken_for_another_mail(talk: Talk) -> None:
    r"""An earlier FETCH without UID is keyed by its sequence number: it must not mark UID 2 \Deleted."""
    _, mailbox = talk({"NOOP": b"* 2 FETCH (FLAGS (\\Deleted))\r\n" + OK, "UID FETCH": row(2) + OK})
    mailbox.select("INBOX")
    assert mailbox.list([2])[2].flags == {r"\Seen"}


def test_dates_are_aware_and_in_utc(talk: Talk) -> None:
    """The library makes naive local dates unless told otherwise."""
    _, mailbox = talk({"UID FETCH": row(1, date="02-Mar-2026 10:00:00 +0900") + OK})
    mailbox.examine("INBOX")
    assert mailbox.list([1])[1].internaldate == datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("date", ["nonsense", "99-Foo-2026 99:99:99 +0000", "02-Mar-2026 10:00:00 +9999"])
def test_a_broken_date_costs_only_itself(talk: Talk, date: str) -> None:
    """A mail whose INTERNALDATE cannot be read is fetched without one."""
    _, mailbox = talk({"UID FETCH": row(1, date=date) + OK})
    mailbox.examine("INBOX")
    assert mailbox.list([1])[1].internaldate is None


def test_only_peeking_items_are_asked_for(talk: Talk) -> None:
    r"""BODY.PEEK[] and EXAMINE leave \Seen alone; ENVELOPE and BODYSTRUCTURE are never asked for."""
    server, mailbox = talk({"UID FETCH": fetch(row(1), body(1, b"a")), "UID SEARCH": b"* SEARCH 1\r\n" + OK})
    mailbox.examine("INBOX")
    list(mailbox.batches(mailbox.search(1, 9)))
    mailbox.find("a@b")
    said = " ".join(server.said)
    assert "SELECT" not in said
    assert re.search(r"BODY\[|RFC822 |RFC822\)|ENVELOPE|BODYSTRUCTURE", said) is None


# ── batches and big mails ─────────────────────────────────────────────────────


def big_server(raw: bytes, told_size: int) -> Callable[[str], bytes]:
    def answer(asked: str) -> bytes:
        piece = re.search(r"BODY\.PEEK\[\]<(\d+)\.(\d+)>", asked)
        if piece is None:
            return row(1, size=told_size) + OK
        start, length = int(piece[1]), int(piece[2])
        return body(1, raw[start : start + length], f"BODY[]<{start}>") + OK

    return answer


@pytest.mark.parametrize("lie", [0, 1, -1, 5000])
def test_a_big_mail_comes_whole_whatever_size_is_told(talk: Talk, lie: int) -> None:
    """Nine MiB arrive in pieces as a file with the right hash, also where RFC822.SIZE is a little wrong."""
    raw = bytes(range(256)) * (9 * 4096) + b"end"
    _, mailbox = talk({"UID FETCH": big_server(raw, len(raw) + lie)})
    mailbox.examine("INBOX")
    ((mail,),) = list(mailbox.batches([1]))
    assert isinstance(mail.content, Path)
    assert mail.content.read_bytes() == raw
    assert (mail.sha256, mail.size) == (hashlib.sha256(raw).hexdigest(), len(raw))


def test_a_big_mail_can_be_read_into_memory(talk: Talk) -> None:
    """Renaming asks for whole mails: also a big one comes as bytes."""
    raw = b"0123456789" * (9 * 1024 * 1024 // 10)
    _, mailbox = talk({"UID FETCH": big_server(raw, len(raw))})
    mailbox.select("INBOX")
    assert mailbox.read([1])[1].content == raw


def test_a_big_mail_of_whole_pieces_ends(talk: Talk) -> None:
    """A length that is a multiple of the piece ends by an empty piece."""
    raw = b"x" * (9 * fetching.PIECE)
    _, mailbox = talk({"UID FETCH": big_server(raw, len(raw))})
    mailbox.examine("INBOX")
    ((mail,),) = list(mailbox.batches([1]))
    assert mail.size == len(raw)


def test_a_big_mail_that_breaks_off_leaves_no_file(talk: Talk, tmp_path: Path) -> None:
    """A line that breaks between two pieces leaves nothing half done behind."""
    raw = b"x" * (10 * fetching.PIECE)
    whole = big_server(raw, len(raw))
    _, mailbox = talk(
        {"UID FETCH": lambda asked: HANG_UP if f"<{3 * fetching.PIECE}." in asked else whole(asked)}
    )
    mailbox.examine("INBOX")
    with pytest.raises(TemporaryError):
        list(mailbox.batches([1]))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_tried_again(talk: Talk, tmp_path: Path) -> None:
    """The disk is named, as wherever a mail is spooled, and the mail comes when there is room."""
    raw = b"x" * (9 * fetching.PIECE)
    server, _ = talk({"UID FETCH": big_server(raw, len(raw))})
    # A link, since what was begun is removed afterwards.
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    mailbox = ImapMailbox(account_at(server.port), lambda: full)
    mailbox.examine("INBOX")
    with pytest.raises(TemporaryError, match="is full"):
        list(mailbox.batches([1]))
    mailbox.close()


def test_a_literal_beyond_belief_is_not_read(talk: Talk) -> None:
    """A server that announces more than 128 MiB at once cannot fill the memory."""
    _, mailbox = talk({"UID FETCH": b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % (beneath.MAX_LITERAL + 1)})
    mailbox.examine("INBOX")
    with pytest.raises(TemporaryError, match="not believed"):
        mailbox.list([1])


def test_a_mail_without_end_is_given_up(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that goes on sending pieces for ever is stopped."""
    monkeypatch.setattr(fetching, "MAX_MAIL", 10 * fetching.PIECE)
    piece = b"x" * fetching.PIECE

    def answer(asked: str) -> bytes:
        return (body(1, piece, "BODY[]<0>") if "BODY" in asked else row(1, size=9 * 1024 * 1024)) + OK

    _, mailbox = talk({"UID FETCH": answer})
    mailbox.examine("INBOX")
    with pytest.raises(TemporaryError, match="does not end"):
        list(mailbox.batches([1]))


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH " + b"(" * 5000 + b"\r\n",
        b"* 1 FETCH (UID 1 FLAGS\r\n",
        b"* 1 FETCH (UID x RFC822.SIZE 3)\r\n",
        b"* 1 FETCH (UID 1 RFC822.SIZE)\r\n",
        b"* 1 FETCH 7\r\n",
        b"* x FETCH (UID 1)\r\n",
        b"* 1 FETCH (UID 1 INTERNALDATE (1 2) RFC822.SIZE 3)\r\n",
        b"* 1 FETCH (UID 1 ENVELOPE NIL RFC822.SIZE 3)\r\n",
        b'* 1 FETCH (UID 1 "\r\n',
        b"hello\r\n",
        b"\xff\xfe\r\n",
        b"* 1 FETCH (UID 1 RFC822.SIZE 3)\n",
        b"* " + b"9" * 1_000_100 + b"\r\n",
    ],
    ids=lambda a: repr(a[:40]),
)
def test_a_senseless_answer_is_told_and_forgotten(talk: Talk, answer: bytes) -> None:
    """Whatever the library's parser makes of it, an error of ours comes out, and the next call works."""
    answers = iter([answer + OK])
    _, mailbox = talk({"UID FETCH": lambda _: next(answers, row(1) + OK)})
    mailbox.examine("INBOX")
    with pytest.raises(TemporaryError):
        mailbox.list([1])
    assert set(mailbox.list([1])) == {1}


@pytest.mark.parametrize(
    "poison", [b"TAG NO [SERVERFAIL] cannot\r\n", HANG_UP, b"* 2 FETCH (UID 2 BODY[]\r\n" + OK]
)
def test_a_poison_mail_stops_no_other(talk: Talk, poison: bytes) -> None:
    """A mail at which the server fails costs itself alone, and a person is told of it at the end."""

    def answer(asked: str) -> bytes:
        uids = uids_in(asked)
        if "BODY" in asked and 2 in uids:
            return poison
        return b"".join(body(u, b"x") if "BODY" in asked else row(u) for u in uids) + OK

    _, mailbox = talk({"UID FETCH": answer})
    mailbox.examine("INBOX")
    got: list[int | None] = []
    batches = mailbox.batches([1, 2, 3])
    got.extend(m.place.uid for m in next(batches))
    with pytest.raises(ConfigError, match=r"does not hand out 1 mail of INBOX \(UID 2\)"):
        next(batches)
    assert got == [1, 3]
    mailbox.select("INBOX")
    with pytest.raises(TemporaryError):
        mailbox.read([1, 2, 3])


@pytest.mark.parametrize(
    "trouble",
    [b"TAG NO [UNAVAILABLE] later\r\n", b"TAG NO Request is throttled\r\n", b"TAG NO never\r\n", HANG_UP],
)
def test_a_server_in_trouble_is_not_taken_for_poison_mails(talk: Talk, trouble: bytes) -> None:
    """Where the server gives none of the mails it is the server's fault: no mail is passed over."""
    _, mailbox = talk({"UID FETCH": lambda asked: trouble if "BODY" in asked else row(1) + row(2) + OK})
    mailbox.examine("INBOX")
    with pytest.raises(TemporaryError):
        list(mailbox.batches([1, 2]))


_pieces = st.lists(
    st.sampled_from(
        [b"(", b")", b'"', b"\\", b"{3}\r\n", b"{9}\r\nabc", b"UID ", b"1 ", b"FLAGS ", b"[", b"]", b"NIL "]
    )
    | st.sampled_from([b"RFC822.SIZE ", b"INTERNALDATE ", b"BODY ", b"ENVELOPE ", b"\r\n* 1 FETCH ", b"\xff"])
    | st.binary(max_size=4),
    max_size=25,
)


def test_no_answer_at_all_raises_a_foreign_error(talk: Talk) -> None:
    """Whatever a FETCH answer is made of, the outcome is a result or an error of ours."""
    answer = b""
    server, mailbox = talk({"UID FETCH": lambda _: b"* 1 FETCH (" + answer + b")\r\n" + OK + HANG_UP})

    @settings(max_examples=120, deadline=None)
    @given(_pieces)
    def fuzz(parts: list[bytes]) -> None:
        nonlocal answer
        answer = b"".join(parts)
        mailbox.examine("INBOX")
        with contextlib.suppress(MailwatchError):
            assert isinstance(mailbox.list([1]), dict)
        mailbox._session.drop()

    fuzz()
    assert server.connections > 100


@pytest.mark.parametrize("value", [b"NIL", b"(a b)", b"()"])
def test_a_body_that_is_no_text_is_no_mail(talk: Talk, value: bytes) -> None:
    """NIL or a list in place of the bytes is taken for a mail that cannot be had now."""
    _, mailbox = talk({"UID FETCH": fetch(row(1), b"* 1 FETCH (UID 1 BODY[] " + value + b")\r\n")})
    mailbox.examine("INBOX")
    assert list(mailbox.batches([1])) == []


@pytest.mark.parametrize(("value", "raw"), [(b'"quoted"', b"quoted"), (b"2024", b"2024"), (b'""', b"")])
def test_a_body_in_any_dress_is_a_mail(talk: Talk, value: bytes, raw: bytes) -> None:
    """Short mails may come as quoted strings; digits are no number."""
    _, mailbox = talk({"UID FETCH": fetch(row(1), b"* 1 FETCH (UID 1 BODY[] " + value + b")\r\n")})
    mailbox.examine("INBOX")
    assert [m.read() for batch in mailbox.batches([1]) for m in batch] == [raw]


def test_an_empty_mail_is_a_mail(talk: Talk) -> None:
    """Zero bytes are fetched like any others."""
    _, mailbox = talk({"UID FETCH": fetch(row(1, size=0), body(1, b""))})
    mailbox.examine("INBOX")
    ((mail,),) = list(mailbox.batches([1]))
    assert mail.content == b""


# ── opening folders ───────────────────────────────────────────────────────────


def test_a_server_without_uidnext_is_read_all_the_same(talk: Talk) -> None:
    """Courier's SELECT has no UIDNEXT: it is None then."""
    _, mailbox = talk({"EXAMINE": b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\nTAG OK [READ-ONLY] ok\r\n"})
    assert mailbox.examine("INBOX").uidnext is None


def test_a_server_without_uidvalidity_cannot_be_followed(talk: Talk) -> None:
    """Without lasting numbers nothing can be remembered; a person is told."""
    _, mailbox = talk({"EXAMINE": b"* 3 EXISTS\r\nTAG OK [READ-ONLY] ok\r\n"})
    with pytest.raises(ConfigError, match="UIDVALIDITY"):
        mailbox.examine("INBOX")


def test_a_folder_that_can_only_be_read_says_so(talk: Talk) -> None:
    """SELECT answered READ-ONLY makes imaplib raise; here it is a state, and looking goes on."""
    opened = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\nTAG OK [READ-ONLY] ok\r\n"
    _, mailbox = talk({"SELECT": opened, "EXAMINE": opened, "UID FETCH": row(1) + OK})
    assert not mailbox.select("INBOX").read_write
    assert set(mailbox.list([1])) == {1}
    with pytest.raises(Refused) as caught:
        mailbox.set_flags(1, [r"\Seen"], [])
    assert caught.value.why == "read-only"


def test_flags_stand_in_for_permanentflags(talk: Talk) -> None:
    """RFC 3501: where a server does not tell PERMANENTFLAGS, all of FLAGS can be stored."""
    _, mailbox = talk(
        {
            "SELECT": b"* FLAGS (\\Seen \\Flagged)\r\n* 0 EXISTS\r\n"
            b"* OK [UIDVALIDITY 7] ok\r\nTAG OK [READ-WRITE] ok\r\n"
        }
    )
    assert mailbox.select("INBOX").permanent_flags == {r"\Seen", r"\Flagged"}


def test_a_folder_that_a_server_does_not_open_but_lists_is_a_refusal(talk: Talk) -> None:
    """NO to a folder that exists is not told as a missing folder."""
    _, mailbox = talk({"EXAMINE": b"TAG NO [NOPERM] not yours\r\n"})
    with pytest.raises(Refused) as caught:
        mailbox.examine("INBOX")
    assert caught.value.why == "no-permission"


def test_wildcards_in_a_name_match_only_themselves(talk: Talk) -> None:
    """LIST takes ``*`` for a pattern: INBOX is no proof that ``I*`` exists."""
    _, mailbox = talk({"EXAMINE": b"TAG NO what\r\n"})
    with pytest.raises(ConfigError, match="no folder"):
        mailbox.examine("I*")


def test_list_answers_in_any_dress(talk: Talk) -> None:
    """Literals, NIL delimiters, numbers and special-use attributes in LIST are understood."""
    answer = (
        b'* LIST (\\HasNoChildren \\Sent) "/" {8}\r\n&vPSwuA-\r\n'
        b'* LIST () NIL "2024"\r\n* LIST (\\Noselect) "/" "[Gmail]"\r\n* LIST () "/" inbox\r\n' + OK
    )
    _, mailbox = talk({"LIST": answer})
    found = {f.name: f.role for f in mailbox.folders()}
    assert found["2024"] is Role.NONE
    assert found["inbox"] is Role.INBOX
    assert list(found.values()).count(Role.SENT) == 1


def test_a_broken_folder_name_hides_no_other(talk: Talk) -> None:
    """A name with a blank that nobody quoted costs that folder alone."""
    _, mailbox = talk({"LIST": b'* LIST () "/" INBOX\r\n* LIST () "/" Sent Old Items\r\n' + OK})
    assert "INBOX" in {f.name for f in mailbox.folders()}


def test_special_uses_are_asked_for_where_they_are_told_on_demand(talk: Talk) -> None:
    """RFC 6154 lets a server keep them back until LIST says RETURN (SPECIAL-USE)."""

    def answer(asked: str) -> bytes:
        attribute = "\\Sent" if "SPECIAL-USE" in asked else ""
        return f'* LIST () "/" INBOX\r\n* LIST ({attribute}) "/" "Gesendet"\r\n'.encode() + OK

    capability = b"* CAPABILITY IMAP4rev1 SPECIAL-USE LIST-EXTENDED\r\nTAG OK done\r\n"
    _, mailbox = talk({"LIST": answer, "CAPABILITY": capability})
    assert {f.name: f.role for f in mailbox.folders()}["Gesendet"] is Role.SENT


def test_an_empty_list_is_no_crash(talk: Talk) -> None:
    """A server that lists nothing has no folders to offer."""
    _, mailbox = talk({"LIST": OK})
    assert mailbox.folders() == ()


@pytest.mark.parametrize("name", ["a\r\nA9 LOGOUT", "a\0", "a\nb"])
def test_no_command_is_smuggled_by_a_folder_name(talk: Talk, name: str) -> None:
    """Every call that takes a folder refuses line breaks before anything is sent."""
    server, mailbox = talk()
    mailbox.select("INBOX")
    before = len(server.said)
    for call in (
        lambda: mailbox.examine(name),
        lambda: mailbox.select(name, create=True),
        lambda: mailbox.append(name, b"", [], None),
    ):
        with pytest.raises(ConfigError):
            call()
    mailbox.select("INBOX")
    with pytest.raises(ConfigError):
        mailbox.move([1], name)
    assert [line for line in server.said[before:] if "INBOX" not in line] == []


def test_a_server_may_announce_special_uses_and_not_tell_them(talk: Talk) -> None:
    """Where the extended LIST fails, the plain one counts, and names help."""

    def answer(asked: str) -> bytes:
        if "SPECIAL-USE" in asked:
            return b"TAG BAD what\r\n"
        return b'* LIST () "/" INBOX\r\n* LIST () "/" "Sent"\r\n' + OK

    capability = b"* CAPABILITY IMAP4rev1 SPECIAL-USE LIST-EXTENDED\r\nTAG OK done\r\n"
    _, mailbox = talk({"LIST": answer, "CAPABILITY": capability})
    assert {f.name: f.role for f in mailbox.folders()}["Sent"] is Role.SENT


def test_a_server_that_forbids_folders_says_so(talk: Talk) -> None:
    """CREATE answered NO is a refusal, so that another place can be tried."""
    _, mailbox = talk({"CREATE": b"TAG NO [NOPERM] only below INBOX\r\n"})
    with pytest.raises(Refused) as caught:
        mailbox.select("Mailwatch/Cases", create=True)
    assert caught.value.why == "no-permission"


def test_a_folder_that_somebody_else_made_first_is_used(talk: Talk) -> None:
    """Two programs may make the same folder: NO to CREATE is no failure if it is there then."""
    listed = iter([b"", b'* LIST () "/" Cases\r\n'])
    _, mailbox = talk(
        {
            "LIST": lambda _: next(listed) + OK,
            "CREATE": b"TAG NO [ALREADYEXISTS] there\r\n",
            "SUBSCRIBE": b"TAG NO never\r\n",
        }
    )
    assert mailbox.select("Cases", create=True).read_write


@pytest.mark.parametrize("message_id", ["", "<>", "한글@contoso.example", "a\r\nb@c"])
def test_a_message_id_that_cannot_be_asked_for_is_not_found(talk: Talk, message_id: str) -> None:
    """Nothing is sent for an empty Message-ID, one with a line break, and one that is not ASCII."""
    server, mailbox = talk()
    mailbox.examine("INBOX")
    assert mailbox.find(message_id) == ()
    assert not any("SEARCH" in line for line in server.said)


def test_an_empty_window_asks_nothing(talk: Talk) -> None:
    """A window that ends before it starts holds nothing."""
    server, mailbox = talk()
    mailbox.examine("INBOX")
    assert mailbox.search(10, 9) == ()
    assert not any("SEARCH" in line for line in server.said)


# ── changing ──────────────────────────────────────────────────────────────────

RAW = b"Subject: x\r\n\r\nbare\nline\rends and \x80\xff\r\n"


@pytest.mark.parametrize("literal_plus", [False, True])
def test_append_sends_every_byte_as_it_is(talk: Talk, *, literal_plus: bool) -> None:
    """Imaplib turns bare CR and LF into CRLF; the hash of the copy would never fit."""
    capability = b"* CAPABILITY IMAP4rev1" + (b" LITERAL+" if literal_plus else b"") + b"\r\nTAG OK done\r\n"
    server, mailbox = talk({"CAPABILITY": capability, "APPEND": b"TAG OK [APPENDUID 77 9] done\r\n"})
    when = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
    assert mailbox.append("R&D", RAW, [r"\Seen", r"\Recent"], when) == (77, 9)
    assert server.literals == [RAW]
    (said,) = [line for line in server.said if line.startswith("APPEND")]
    assert said.startswith('APPEND "R&-D" (\\Seen) " 2-Mar-2026 01:02:03 +0000"')


def test_append_without_appenduid_is_no_failure(talk: Talk) -> None:
    """A server may announce UIDPLUS and tell no UID: None, and the job looks for itself."""
    _, mailbox = talk({"APPEND": OK})
    assert mailbox.append("INBOX", RAW, [], None) is None


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"TAG NO [OVERQUOTA] full\r\n", "over-quota"),
        (b"TAG NO [TOOBIG] big\r\n", "too-big"),
        (b"TAG NO [TRYCREATE] none\r\n", "no-folder"),
        (b"TAG NO [READ-ONLY] read\r\n", "read-only"),
        (b"TAG NO just no\r\n", "refused"),
    ],
)
def test_a_refused_append_says_why(talk: Talk, answer: bytes, why: str) -> None:
    """After the whole literal, a server's NO leaves the line as it was."""
    server, mailbox = talk(
        {"APPEND": answer, "CAPABILITY": b"* CAPABILITY IMAP4rev1 LITERAL+\r\nTAG OK done\r\n"}
    )
    with pytest.raises(Refused) as caught:
        mailbox.append("INBOX", RAW, [], None)
    assert caught.value.why == why
    mailbox.examine("INBOX")
    assert server.connections == 1


def test_a_literal_refused_before_it_is_sent_says_why(talk: Talk) -> None:
    """A server may say NO where it should invite the mail; the library calls that a broken line."""
    server, mailbox = talk({"LITERAL": b"TAG NO [TOOBIG] too big\r\n"})
    with pytest.raises(Refused) as caught:
        mailbox.append("INBOX", RAW, [], None)
    assert caught.value.why == "too-big"
    assert server.literals == []


def test_expunge_without_uidplus_is_refused(talk: Talk) -> None:
    r"""A plain EXPUNGE would take everybody's \Deleted mails: nothing is sent at all."""
    server, mailbox = talk({"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"})
    mailbox.select("INBOX")
    with pytest.raises(ConfigError, match="UIDPLUS"):
        mailbox.remove([1])
    with pytest.raises(ConfigError, match="MOVE"):
        mailbox.move([1], "Target")
    assert not any("EXPUNGE" in line or "STORE" in line or "MOVE" in line for line in server.said)


def test_copyuid_of_an_earlier_command_is_not_believed(talk: Talk) -> None:
    """Codes pile up in the library: a MOVE that tells nothing must not inherit an older answer."""
    answers = iter([b"* OK [COPYUID 5 1 11] moved\r\n", b""])
    _, mailbox = talk({"UID MOVE": lambda _: next(answers) + OK})
    mailbox.select("INBOX")
    assert mailbox.move([1], "Target") == {1: (5, 11)}
    assert mailbox.move([1], "Target") == {}


@pytest.mark.parametrize("code", [b"[COPYUID 5 1:9 1] x", b"[COPYUID] x", b"[COPYUID 5 3 4] x"])
def test_a_copyuid_without_sense_tells_nothing(talk: Talk, code: bytes) -> None:
    """Exchange has sent COPYUIDs that nobody can read, and one may speak of mails that were not asked for."""
    _, mailbox = talk({"UID MOVE": b"* OK " + code + b"\r\n" + OK})
    mailbox.select("INBOX")
    assert mailbox.move([1], "Target") == {}


# ── when a line breaks ────────────────────────────────────────────────────────


def test_a_broken_line_is_thrown_away_and_made_anew(talk: Talk) -> None:
    """After a cut the next call connects, logs in and opens the same folder by itself."""
    answers = iter([HANG_UP, b"* SEARCH 1\r\n" + OK])
    server, mailbox = talk({"UID SEARCH": lambda _: next(answers)})
    mailbox.examine("INBOX")
    with pytest.raises(TemporaryError):
        mailbox.search(1, 9)
    assert mailbox.search(1, 9) == (1,)
    assert server.connections == 2
    assert sum(line.startswith("EXAMINE") for line in server.said) == 2


def test_a_folder_made_anew_meanwhile_is_not_gone_on_with(talk: Talk) -> None:
    """With another UIDVALIDITY after a reconnect, no UID means what it meant."""
    validity = iter([7, 8])
    answers = iter([HANG_UP, b"* SEARCH 1\r\n" + OK])

    def examine(_: str) -> bytes:
        return f"* 3 EXISTS\r\n* OK [UIDVALIDITY {next(validity)}] x\r\nTAG OK [READ-ONLY] x\r\n".encode()

    _, mailbox = talk({"EXAMINE": examine, "UID SEARCH": lambda _: next(answers)})
    mailbox.examine("INBOX")
    with pytest.raises(TemporaryError):
        mailbox.search(1, 9)
    with pytest.raises(TemporaryError, match="made anew"):
        mailbox.search(1, 9)


def test_silence_ends_by_the_timeout_and_the_line_is_not_used_again(talk: Talk) -> None:
    """Imaplib cannot read from a line that timed out once; it is dropped."""
    answers = iter([b"", OK])
    server, mailbox = talk({"UID SEARCH": lambda _: next(answers)}, read_timeout=0.2)
    mailbox.examine("INBOX")
    with pytest.raises(TemporaryError, match="in time"):
        mailbox.search(1, 9)
    assert mailbox.search(1, 9) == ()
    assert server.connections == 2


def test_a_line_that_was_silent_long_is_tried_first(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that a firewall forgot is replaced without the caller noticing."""
    server, mailbox = talk()
    mailbox.examine("INBOX")
    inner(mailbox).socket().shutdown(socket.SHUT_RDWR)
    later = time.monotonic() + session.IDLE_LIMIT + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert mailbox.examine("INBOX").exists == 3
    assert server.connections == 2


def test_an_interrupted_call_leaves_no_half_read_answer(talk: Talk) -> None:
    """Ctrl-C in mid-answer: the next call starts on a new line."""
    server, mailbox = talk()
    mailbox.examine("INBOX")

    def interrupted(_client: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mailbox._session.call(interrupted)
    mailbox.examine("INBOX")
    assert server.connections == 2


def test_a_closed_mailbox_can_be_opened_again(talk: Talk) -> None:
    """Closing is no end: the next call makes a new line."""
    server, mailbox = talk()
    mailbox.examine("INBOX")
    mailbox.close()
    mailbox.examine("INBOX")
    assert server.connections == 2
    assert "LOGOUT" in server.said


# ── what may never be written down ────────────────────────────────────────────


def test_neither_passwords_nor_mail_reach_the_log(
    talk: Talk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """With everything logged at DEBUG, neither log nor terminal holds the password or a mail's words."""
    caplog.set_level(logging.DEBUG)
    _, mailbox = talk(
        {
            "UID FETCH": fetch(row(1), body(1, b"Subject: top secret words\r\n\r\n")),
            "APPEND": OK,
            "UID SEARCH": b"* SEARCH 1\r\n" + OK,
        }
    )
    mailbox.select("INBOX")
    list(mailbox.batches([1]))
    mailbox.append("INBOX", b"Subject: top secret words\r\n\r\n", [], None)
    mailbox.find("a@b")
    mailbox.close()
    written = caplog.text + "".join(capfd.readouterr())
    assert "pa55" not in written
    assert "secret" not in written


def test_a_server_that_repeats_the_password_does_not_spread_it(talk: Talk) -> None:
    """What a server says about a failed log-in is shown without the password, in every link of the error."""
    _, mailbox = talk({"LOGIN": b'TAG BAD cannot parse LOGIN anna "pa55-w0rd"\r\n'})
    with pytest.raises((ConfigError, TemporaryError)) as caught:
        mailbox.examine("INBOX")
    error: BaseException | None = caught.value
    while error is not None and not error.__suppress_context__:
        assert "pa55" not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__
    assert "pa55" not in str(caught.value)
