"""Bytes to ``Message``: one mail, one fact each."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.core.message import Address, Attachment, Automatic, Message, OriginalClaim
from mailwatch.errors import UnreadableMessage
from mailwatch.mime.addresses import by_stdlib
from mailwatch.mime.limits import Limits
from mailwatch.mime.parse import parse
from mailwatch.mime.part import _lenient

_HEAD = (
    b"From: Kim <kim@b.kr>\r\nTo: a@x, B <b@Y.Com>\r\n"
    b"Date: Mon, 2 Jan 2023 00:00:00 +0000\r\nMessage-ID: <m@x>\r\n"
)


def _mail(header: bytes = b"", body: bytes = b"text\r\n") -> Message:
    return parse(_HEAD + header + b"\r\n" + body)


def _part(kind: bytes, body: bytes, extra: bytes = b"") -> bytes:
    return b"Content-Type: " + kind + b"\r\n" + extra + b"\r\n" + body + b"\r\n"


def _multipart(kind: bytes, *parts: bytes, boundary: bytes = b"=_b1") -> bytes:
    body = b"".join(b"--" + boundary + b"\r\n" + part for part in parts)
    return (
        b"Content-Type: multipart/"
        + kind
        + b'; boundary="'
        + boundary
        + b'"\r\n\r\n'
        + body
        + b"--"
        + boundary
        + b"--\r\n"
    )


def _whole(structure: bytes) -> Message:
    return parse(_HEAD + b"Subject: s\r\n" + structure)


def test_a_plain_mail_is_read_whole() -> None:
    """Every field of the value, once."""
    raw = (
        _HEAD
        + b"Subject: =?euc-kr?B?"
        + base64.b64encode("똠방".encode("cp949"))
        + b"?=\r\nIn-Reply-To: <p@x>\r\n"
    )
    raw += b"References: <g@x>\r\n <p@x>\r\n\r\nhi\r\n> old\r\n"
    message = parse(raw)
    assert message.sha256 == hashlib.sha256(raw).hexdigest()
    assert message.size == len(raw)
    assert (message.message_id, message.thread_key) == ("m@x", "m@x")
    assert (message.in_reply_to, message.references) == (("p@x",), ("g@x", "p@x"))
    assert (message.subject, message.subject_fields) == ("똠방", 1)
    assert message.sender == Address("Kim", "kim@b.kr")
    assert message.to == (Address("", "a@x"), Address("B", "b@y.com"))
    assert message.cc == ()
    assert message.date == datetime(2023, 1, 2, tzinfo=UTC)
    assert [(s.part, s.start, s.text, s.quoted) for s in message.segments] == [
        (0, 0, "hi\n", False),
        (0, 3, "> old\n", True),
    ]
    assert message.automatic is Automatic.NO
    assert (message.signed, message.encrypted, message.attachments, message.defects) == (False, False, (), ())


def test_the_first_of_several_subjects_counts() -> None:
    """And their number is kept, for such a mail is never renamed."""
    message = _mail(b"Subject: one\r\nSubject: two\r\n")
    assert (message.subject, message.subject_fields) == ("one", 2)


def test_a_mail_without_subject_has_an_empty_one() -> None:
    """``subject_fields`` tells it from a field that is empty."""
    assert (_mail().subject, _mail().subject_fields) == ("", 0)


def test_copies_without_message_id_meet() -> None:
    """Received fields and folds differ between copies, Date, From and body do not."""
    one = parse(b"Received: x\r\nFrom: a@b\r\nDate: Mon, 2 Jan 2023 00:00:00 +0000\r\n\r\nbody\r\n")
    two = parse(b"Received: y\r\nFrom: a@b\r\nDate: Mon,\r\n 2 Jan 2023 00:00:00 +0000\r\n\r\nbody\n")
    other = parse(b"From: a@b\r\nDate: Mon, 2 Jan 2023 00:00:00 +0000\r\n\r\nother\r\n")
    assert one.message_id is None
    assert one.thread_key == two.thread_key
    assert one.thread_key.startswith("nomid:")
    assert one.thread_key != other.thread_key


def test_hashes_fold_white_space_and_composition() -> None:
    """Rewrapping and decomposing change neither; quoted text enters ``body_hash`` alone."""
    header = b"Content-Type: text/plain; charset=utf-8\r\n"
    one = _mail(header, "한글 a\r\n> q\r\n".encode())
    two = _mail(header, "\u1112\u1161\u11ab글\r\na\r\n> q".encode())
    three = _mail(header, "한글 a\r\n> r\r\n".encode())
    assert (one.body_hash, one.own_hash) == (two.body_hash, two.own_hash)
    assert one.own_hash == three.own_hash
    assert one.body_hash != three.body_hash


@pytest.mark.parametrize(
    ("value", "sender"),
    [
        (b"nsb", Address("", "nsb")),
        (b"Moderator-Address <moderator>", Address("", "moderator")),
        (b"Big Bug bb@bug.com", Address("", "bb@bug.com")),
        (b"purchasing@x.com <do-not-reply@Y.com>", Address("purchasing@x.com", "do-not-reply@y.com")),
        (b'"=?utf-8?B?7JWI64WV?=" <a@b>', Address("안녕", "a@b")),
        (b"=?ks_c_5601-1987?B?" + base64.b64encode("똠".encode("cp949")) + b"?= <a@b>", Address("똠", "a@b")),
        ('"안녕, 친구" <a@b>'.encode("cp949"), Address("안녕, 친구", "a@b")),
        (b"@powerupdev.com", None),
        (b"undisclosed-recipients:;", None),
        (b"", None),
        (b"()", None),
        (b"<>", None),
    ],
)
def test_a_sender_is_found_in_every_form(value: bytes, sender: Address | None) -> None:
    """Without a domain, without brackets, quoted encoded words, raw bytes in the charset of the body."""
    raw = b"From: " + value + b"\r\nContent-Type: text/plain; charset=euc-kr\r\n\r\n"
    assert parse(raw).sender == sender


def test_an_address_that_breaks_mail_parser_is_read_by_the_standard_library() -> None:
    """A thousand nested comments exceed both readers' recursion; the address-like word is left."""
    raw = b"From: " + b"(" * 5_000 + b")" * 5_000 + b" a@b.kr\r\n\r\n"
    assert parse(raw).sender == Address("", "a@b.kr")


def test_the_last_resort_finds_an_address_in_what_breaks_the_standard_library() -> None:
    """Its reader recurses into comments and gives up; the first address-like word is taken."""
    assert by_stdlib("(" * 5_000 + ")" * 5_000 + " a@b.kr") == [("", "a@b.kr")]


def test_whatever_mail_parser_raises_the_standard_library_steps_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail is not lost to a defect of the library."""

    def broken(_: object) -> None:
        raise AttributeError

    monkeypatch.setattr("mailwatch.mime.parse.MailParser", broken)
    assert _mail().sender == Address("Kim", "kim@b.kr")


def test_a_parameter_that_breaks_the_standard_library_reads_as_absent() -> None:
    """Which ones do differs between the versions of Python."""

    def broken() -> str:
        raise IndexError

    assert _lenient(broken, "default") == "default"


def test_recipients_of_repeated_fields_are_joined_and_bounded() -> None:
    """Two To fields are one list; a list beyond the limit is cut."""
    raw = b"To: a@x\r\nTo: b@x\r\nCc: " + b",".join(b"c%d@x" % n for n in range(50)) + b"\r\n\r\n"
    message = parse(raw, limits=Limits(addresses=10))
    assert [a.addr for a in message.to] == ["a@x", "b@x"]
    assert len(message.cc) == 10


@pytest.mark.parametrize(
    ("header", "count"),
    [(b"", 0), (b"From: a@b\r\n", 1), (b"From: a@b, c@d\r\n", 2), (b"From: a@b\r\nFrom: c@d\r\n", 2)],
)
def test_all_addresses_of_all_from_fields_are_counted(header: bytes, count: int) -> None:
    """The first is the sender; a mail with two has none that a server could vouch for."""
    message = parse(header + b"\r\n")
    assert message.from_count == count
    assert (message.sender.addr if message.sender else None) == ("a@b" if count else None)


def test_addresses_and_the_mail_itself_are_no_answers() -> None:
    """Old mailers write the sender's address into In-Reply-To; a loop would make a mail its own parent."""
    message = _mail(b"In-Reply-To: Your message <kim@b.kr> <p@x>\r\nReferences: <m@x> <g@x>\r\n")
    assert message.answers == ("g@x", "p@x")


# ── text ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        (b"ks_c_5601-1987", "cp949", "똠방각하 [12345]"),
        (b"iso-2022-jp", "iso2022_jp", "日本語です"),
        (b"utf-7", "utf-7", "안녕"),
        (b"hz-gb-2312", "hz", "中文"),
        (b'"utf-8"', "utf-8", "안녕"),
    ],
)
def test_seven_and_eight_bit_bodies_are_decoded(charset: bytes, codec: str, text: str) -> None:
    """mail-parser leaves the 7-bit ones as they stand in the mail."""
    assert _mail(b"Content-Type: text/plain; charset=" + charset + b"\r\n", text.encode(codec)).text == text


def test_an_iso_2022_kr_body_is_decoded() -> None:
    """RFC 1557: the designator once, on the first line."""
    message = _mail(
        b"Content-Type: text/plain; charset=iso-2022-kr\r\n", b"\x1b$)C\r\n\x0eGQ19\x0f 1\r\n\x0eGQ19\x0f\r\n"
    )
    assert message.text == "\n한국 1\n한국\n"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        (b"base64", base64.encodebytes("안녕 1".encode())),
        (b" BASE64 (really)", base64.encodebytes("안녕 1".encode())),
        (b"quoted-printable", b"=EC=95=88=EB=\r\n=85=95 1"),
        (b"8bit", "안녕 1".encode()),
        (b"nonsense", "안녕 1".encode()),
    ],
)
def test_transfer_encodings_are_taken_off(encoding: bytes, body: bytes) -> None:
    """RFC 2045; an unknown one is none."""
    header = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " + encoding + b"\r\n"
    assert _mail(header, body).text == "안녕 1"


def test_a_guessed_charset_is_told() -> None:
    """The defect says that the text may be wrong."""
    assert _mail(b"", "주말 특가 일본 정품 안내".encode("cp949")).defects == ("charset-guessed",)


def test_of_two_forms_the_plain_one_is_read() -> None:
    """The HTML sister says the same and is no attachment."""
    message = _whole(
        _multipart(
            b"alternative", _part(b"text/plain", b"plain words"), _part(b"text/html", b"<p>html words")
        )
    )
    assert (message.text, message.attachments) == ("plain words", ())


def test_html_beside_a_long_plain_form_is_not_even_rendered() -> None:
    """Two hundred characters are no mere hint; a dashed line in the text is no boundary."""
    plain = b"--not a boundary\r\n" + b"word " * 60
    html = _part(b"text/html", b"<p>" + b"other " * 1_000)
    message = _whole(_multipart(b"alternative", _part(b"text/plain", plain), html))
    assert message.text == "--not a boundary\n" + "word " * 60


@pytest.mark.parametrize("plain", [b"", b"  ", b"see HTML"])
def test_html_is_read_where_the_plain_form_says_next_to_nothing(plain: bytes) -> None:
    """Some mailers put a mere hint into the plain part."""
    html = b"<p>" + b"Case number 2402220010002574 was opened. " * 3
    message = _whole(_multipart(b"alternative", _part(b"text/plain", plain), _part(b"text/html", html)))
    assert "2402220010002574" in message.text


def test_html_alone_and_parts_around_it_are_read_in_order() -> None:
    """Signature parts that lists append are text of their own; images inside are attachments."""
    related = _multipart(
        b"related", _part(b"text/html", b"<b>one</b>"), _part(b"image/png", b"PNG"), boundary=b"=_b2"
    )
    alternative = _multipart(b"alternative", related, boundary=b"=_b3")
    message = _whole(_multipart(b"mixed", alternative, _part(b"text/plain", b"two")))
    assert [(s.part, s.text) for s in message.segments] == [(0, "one\n"), (1, "two")]
    assert message.attachments == (Attachment("", "image/png", 3),)


def test_several_pieces_of_one_form_are_joined() -> None:
    """Apple Mail cuts an HTML alternative around images; quotes keep their places."""
    quote = b"<blockquote type=cite>old</blockquote>"
    mixed = _multipart(
        b"mixed", _part(b"text/html", quote), _part(b"text/html", b"x" + quote), boundary=b"=_b2"
    )
    message = _whole(_multipart(b"alternative", mixed))
    assert [(s.text, s.quoted) for s in message.segments] == [
        ("old\n\n", True),
        ("x\n", False),
        ("old\n", True),
    ]


_LONG_PLAIN = b"We have looked at your case and found the cause of it. " * 8


@pytest.mark.parametrize(
    "shown",
    [b"<p>Case number 2601<b>0100</b>40001234</p>", b"<p>Case&nbsp;number:<br>2601010040001234"],
)
def test_html_that_shows_a_number_which_plain_text_lacks_is_read_beside_it(shown: bytes) -> None:
    """People see the HTML: a number that only stands there must not be overlooked."""
    page = b"<p>" + _LONG_PLAIN + b"</p>" + shown
    both = _multipart(b"alternative", _part(b"text/plain", _LONG_PLAIN), _part(b"text/html", page))
    first, second = _whole(both).segments
    assert (first.part, second.part) == (0, 1)
    assert first.text.strip() == _LONG_PLAIN.decode().strip()
    assert "2601010040001234" in second.text


@pytest.mark.parametrize(
    ("plain", "page"),
    [
        (b"", b'<p>Hello <a href="https://x.example/?id=2601010040001234">there</a>'),
        (b"", b"<!-- > 2601010040001234 --><p>Hello there"),
        (b"Case 2601010040001234", b"<p>Hello, your case is 2601010040001234"),
        (b"Case 2601010040001234, 12345678", b"<p>Case 2601010040001234" + b"<" * 1_000_000),
    ],
)
def test_html_that_shows_no_further_number_is_not_read(plain: bytes, page: bytes) -> None:
    """Addresses and comments are seen by nobody, and what both forms say is read once."""
    forms = _part(b"text/plain", _LONG_PLAIN + plain), _part(b"text/html", page)
    message = _whole(_multipart(b"alternative", *forms))
    assert {segment.part for segment in message.segments} == {0}


def test_an_alternative_without_text_has_attachments_alone() -> None:
    """A calendar entry is no text."""
    message = _whole(_multipart(b"alternative", _part(b"text/calendar", b"BEGIN:VCALENDAR")))
    assert message.segments == ()
    assert message.attachments == (Attachment("", "text/calendar", 15),)


@pytest.mark.parametrize(
    "attached",
    [
        _part(b"text/plain", b"SRX1318598611", b"Content-Disposition: attachment; filename=a.txt\r\n"),
        _part(b'text/plain; name="log.txt"', b"SRX1318598611"),
        _part(b"text/plain", b"SRX1318598611", b"Content-Disposition: inline; filename=a.txt\r\n"),
        _part(b"message/rfc822", b"Subject: SRX1318598611\r\n\r\nSRX1318598611"),
        _part(b"text/csv", b"SRX1318598611"),
        _part(b"application/octet-stream", b"SRX1318598611"),
        _part(b"message/delivery-status", b"Reporting-MTA: SRX1318598611\r\n"),
    ],
)
def test_attached_text_and_mail_is_not_read(attached: bytes) -> None:
    """An attached message or text file does not count for numbers."""
    message = _whole(_multipart(b"mixed", _part(b"text/plain", b"own"), attached))
    assert message.text == "own"
    assert len(message.attachments) == 1


def test_a_named_inline_first_part_is_the_text() -> None:
    """Some mailers name the body."""
    part = _part(b"text/plain; name=body.txt", b"own", b"Content-Disposition: inline\r\n")
    assert _whole(_multipart(b"mixed", part)).text == "own"


def test_a_whole_mail_that_is_a_file_has_no_text() -> None:
    """Content-Disposition stands in the header of the mail itself."""
    message = _mail(b"Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n")
    assert message.segments == ()
    assert message.attachments == (Attachment("a.txt", "text/plain", 6),)


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        (b'filename="a.pdf"', "a.pdf"),
        (b"filename*=euc-kr''%B0%A1.pdf", "가.pdf"),
        (b"filename*=ks_c_5601-1987''%8Cc.pdf", "똠.pdf"),
        (b"filename*=''a.pdf", "a.pdf"),
        (b"filename*0*=utf-8''%EA%B0; filename*1*=%80.pdf", "가.pdf"),
        (b'filename="=?utf-8?B?6rCALnBkZg==?="', "가.pdf"),
        ('filename="가.pdf"'.encode(), "가.pdf"),
    ],
)
def test_file_names_are_decoded(parameter: bytes, name: str) -> None:
    """RFC 2231 with Korean charsets, encoded words in quotes, raw bytes."""
    part = _part(b"application/pdf", b"x", b"Content-Disposition: attachment; " + parameter + b"\r\n")
    assert _whole(_multipart(b"mixed", part)).attachments[0].name == name


def test_a_multipart_without_boundary_is_text() -> None:
    """Nothing is lost where the structure is; the defect says so."""
    message = _mail(b"Content-Type: multipart/mixed\r\n", b"SRX1318598611\r\n")
    assert message.text == "SRX1318598611\n"
    assert message.defects == ("no-boundary",)


def test_an_inner_multipart_cut_short_is_read() -> None:
    """mail-parser crashes on what SendGrid's bounces look like: no start boundary inside, no end outside."""
    inner = b"Content-Type: multipart/alternative; boundary=i\r\n\r\nlost\r\n"
    raw = b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n" + inner
    assert _whole(raw).defects == ("not-closed",)


@pytest.mark.parametrize(
    "parameter", [b"charset*=x", b"charset=;;;", b"charset*0=a; charset*2*=b", b"\xff\xfe=\xff", b'charset="']
)
def test_hostile_parameters_are_no_error(parameter: bytes) -> None:
    """The standard library's readers of parameters raise on some of these."""
    assert _mail(b"Content-Type: text/plain; " + parameter + b"\r\n").text == "text\n"


def test_text_over_the_limit_is_cut_and_told() -> None:
    """The mail stays readable."""
    message = parse(_HEAD + b"\r\n" + b"x" * 100, limits=Limits(text=10))
    assert (message.text, message.defects) == ("x" * 10, ("text-truncated",))


def test_html_over_the_limit_is_told() -> None:
    """The mail stays readable."""
    message = parse(_HEAD + b"Content-Type: text/html\r\n\r\n" + b"x" * 100, limits=Limits(html=10))
    assert message.defects == ("html-simplified",)


def test_the_charset_of_html_may_stand_in_its_meta_element() -> None:
    """Where Content-Type names none."""
    html = b"<meta http-equiv=Content-Type content='text/html; charset=ks_c_5601-1987'>" + "똠".encode(
        "cp949"
    )
    assert _mail(b"Content-Type: text/html\r\n", html).text == "똠\n"


def test_a_broken_header_is_told() -> None:
    """All fields below the bad line count."""
    message = parse(b"From: a@b\r\nbad line\r\nSubject: x\r\n\r\n")
    assert (message.subject, message.defects) == ("x", ("header-broken",))


# ── nature ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("header", "automatic"),
    [
        (b"Auto-Submitted: no\r\n", Automatic.NO),
        (b"Auto-Submitted: auto-replied (vacation)\r\n", Automatic.REPLY),
        (b"Auto-Submitted: auto-generated; x=y\r\n", Automatic.GENERATED),
        (b"Auto-Submitted: auto-notified\r\n", Automatic.GENERATED),
        (b"Precedence: bulk\r\n", Automatic.GENERATED),
        (b"Precedence: first-class\r\n", Automatic.NO),
        (b"Precedence: auto_reply\r\n", Automatic.REPLY),
        (b"List-Id: <a.b>\r\n", Automatic.GENERATED),
        (b"X-Auto-Response-Suppress: All\r\n", Automatic.NO),
        (b"X-Autoreply: yes\r\n", Automatic.REPLY),
        ("Subject: 자동 회신: 부재\r\n".encode(), Automatic.REPLY),
        (b"Subject: Automatic reply: x\r\n", Automatic.REPLY),
        (b"Subject: [EXTERNAL] Out of Office: x\r\n", Automatic.REPLY),
        (b"Subject: Re: Automatic reply: x\r\n", Automatic.NO),
        (b"Content-Type: multipart/report; boundary=x\r\n", Automatic.REPORT),
    ],
)
def test_machines_are_told_from_people(header: bytes, automatic: Automatic) -> None:
    """RFC 3834; X-Auto-Response-Suppress is ordinary Exchange mail."""
    assert _mail(header).automatic is automatic


def test_a_bounce_of_a_mailer_daemon_is_a_report() -> None:
    """Old bounces have no report type."""
    assert parse(b"From: MAILER-DAEMON@x (Mail)\r\n\r\n").automatic is Automatic.REPORT


@pytest.mark.parametrize(
    ("structure", "signed", "encrypted"),
    [
        (
            _multipart(b"signed", _part(b"text/plain", b"x"), _part(b"application/pgp-signature", b"y")),
            True,
            False,
        ),
        (
            _multipart(b"mixed", _part(b"text/plain", b"x"), _part(b"application/pkcs7-signature", b"y")),
            True,
            False,
        ),
        (b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\nx", True, False),
        (b"Content-Type: application/x-pkcs7-mime; smime-type=enveloped-data\r\n\r\nx", False, True),
        (b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\nx", False, True),
        (_multipart(b"encrypted", _part(b"application/pgp-encrypted", b"Version: 1")), False, True),
        (b"\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n", True, False),
        (b"\r\n-----BEGIN PGP MESSAGE-----\r\n", False, True),
        (
            _multipart(b"mixed", _part(b"message/rfc822", _multipart(b"signed", b"\r\nx", boundary=b"i"))),
            False,
            False,
        ),
    ],
)
def test_signed_and_encrypted_mail_is_known(structure: bytes, *, signed: bool, encrypted: bool) -> None:
    """S/MIME and PGP in every shape; what an attached mail is does not count."""
    message = _whole(structure)
    assert (message.signed, message.encrypted) == (signed, encrypted)


def test_fields_of_ours_are_claims() -> None:
    """Names as spelled, the claim parsed, the digest's id."""
    claim = b"Mailwatch-Original: sha256=" + b"a" * 64 + b"; plan=" + b"b" * 32 + b"\r\n"
    message = _mail(claim + b"MAILWATCH-Digest: 123E4567-e89b-12d3-a456-426614174000\r\n")
    assert message.mailwatch_fields == ("Mailwatch-Original", "MAILWATCH-Digest")
    assert message.original == OriginalClaim("a" * 64, "b" * 32)
    assert message.digest_id == "123e4567-e89b-12d3-a456-426614174000"


@pytest.mark.parametrize("value", [b"", b"sha256=xyz; plan=1", b"sha256=" + b"a" * 64])
def test_a_malformed_claim_is_none(value: bytes) -> None:
    """The field's name is kept all the same."""
    message = _mail(b"Mailwatch-Original: " + value + b"\r\nMailwatch-Digest: x\r\n")
    assert (message.original, message.digest_id) == (None, None)
    assert message.mailwatch_fields == ("Mailwatch-Original", "Mailwatch-Digest")


def test_authentication_results_stand_unfolded_topmost_first() -> None:
    """Which of them our own server wrote is for ``standing`` to judge."""
    message = _mail(
        b"Authentication-Results: mx.a;\r\n\tdmarc=pass\r\nAuthentication-Results: mx.b; dmarc=fail\r\n"
    )
    assert message.authentication_results == ("mx.a; dmarc=pass", "mx.b; dmarc=fail")


# ── what cannot be read ───────────────────────────────────────────────────────


def test_exchanges_placeholder_is_no_mail() -> None:
    """Exchange serves it where it cannot convert a mail; the real one is not in these bytes."""
    with pytest.raises(UnreadableMessage) as refused:
        _mail(b"", b"Retrieval using the IMAP4 protocol failed for the following message: 42\r\n")
    assert refused.value.why == "placeholder"


def test_the_placeholder_is_known_by_its_subject() -> None:
    """That is where Exchange writes it, folded; its text tells whose mail it stands for, by name."""
    raw = (
        b"From: Microsoft Exchange Server 2010\r\nTo: Kim <kim@contoso.example>\r\n"
        b"Subject: Retrieval using the IMAP4 protocol failed for the following\r\n message: 20004\r\n\r\n"
        b"The server couldn't retrieve the following message:\r\n"
    )
    with pytest.raises(UnreadableMessage) as refused:
        parse(raw)
    assert refused.value.why == "placeholder"


@pytest.mark.parametrize(
    "field", [b"Message-ID: <a@contoso.example>", b"Date: Mon, 2 Nov 2026 09:00:00 +0900"]
)
def test_who_writes_about_the_placeholder_is_read(field: bytes) -> None:
    """A question to support that quotes its words is a mail like any other."""
    words = b"Retrieval using the IMAP4 protocol failed for the following message: 42\r\n"
    raw = (
        b"From: kim@contoso.example\r\n"
        + field
        + b"\r\nSubject: "
        + words
        + b"\r\nHello, what is this?\r\n"
        + words
    )
    assert "kim@contoso.example" == parse(raw).sender.addr


def _nested(depth: int) -> bytes:
    opening = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)
    )
    return opening + b"\r\ntext\r\n"


@pytest.mark.parametrize("depth", [150, 3_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    """Over the limit, and over what the standard library's recursion bears."""
    with pytest.raises(UnreadableMessage) as refused:
        _whole(_nested(depth))
    assert refused.value.why == "too-deep"


def test_moderate_nesting_is_read() -> None:
    """Forwarded over and over."""
    assert _whole(_nested(50)).text.strip() == "text"


def test_a_thousand_parts_are_read_and_more_than_the_limit_are_not() -> None:
    """Where parts are left out, anything could be in them: such a mail is shown, not guessed at."""
    parts = [_part(b"text/plain", b"x%d" % n) for n in range(1_000)]
    assert _whole(_multipart(b"mixed", *parts)).text.endswith("x999")
    with pytest.raises(UnreadableMessage) as refused:
        parse(_multipart(b"mixed", *parts), limits=Limits(parts=400))
    assert refused.value.why == "too-many-parts"


def test_parts_are_counted_in_the_tree_too() -> None:
    """Half the delimiters may be other boundaries': the tree itself is the last word."""
    parts = [_part(b"text/plain", b"x")] * 30
    with pytest.raises(UnreadableMessage) as refused:
        parse(_multipart(b"mixed", *parts), limits=Limits(parts=20))
    assert refused.value.why == "too-many-parts"


def test_big_attachments_are_measured_and_not_read() -> None:
    """A mail of 60 MB costs little more than its copy: sizes are those of the decoded bytes."""
    data = bytes(range(256)) * 4 * 44_000
    coded = base64.encodebytes(data).replace(b"\n", b"\r\n")
    message = _whole(
        _multipart(
            b"mixed",
            _part(b"text/plain", b"see attached"),
            _part(b"application/zip; name=a.zip", coded, b"Content-Transfer-Encoding: base64\r\n"),
            _part(b"application/zip; name=b.zip", b"z" * 50_000),
            _part(b"text/plain", b"end " * 10_000),
        )
    )
    assert message.attachments == (
        Attachment("a.zip", "application/zip", len(data)),
        Attachment("b.zip", "application/zip", 50_000),
    )
    assert message.text == "see attached\n" + "end " * 10_000


def test_mime_source_in_a_text_is_text() -> None:
    """A mail about mail quotes an attachment; nothing is cut out of it."""
    source = (
        b"> boundary=inner\r\n--inner\r\nContent-Type: application/zip\r\n\r\n"
        + b"z" * 40_000
        + b"\r\n--inner--\r\n"
    )
    message = _mail(b"", source)
    assert "z" * 40_000 in message.text


def test_a_defect_of_ours_costs_one_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever escapes becomes ``parse-failed``; no memory is ``memory``, no stack ``too-deep``."""
    for error, why in (
        (KeyError("x"), "parse-failed"),
        (MemoryError(), "memory"),
        (RecursionError(), "too-deep"),
    ):

        def broken(*_: object, error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr("mailwatch.mime.parse.grow", broken)
        with pytest.raises(UnreadableMessage) as refused:
            _mail()
        assert refused.value.why == why


_ATOMS = st.sampled_from(
    [
        b"Subject: =?euc-kr?B?",
        b"Content-Type: multipart/mixed; boundary=x",
        b"--x",
        b"--x--",
        b"",
        b"Content-Type: text/html",
        b"<div hidden>",
        b"From: a@",
        b"From: (((",
        b'To: a,,<b>,"c',
        b"Date: 99 99",
        b"References: <<<>>>",
        b"\xff\xfe",
        b"\0",
        b"Content-Transfer-Encoding: base64",
        b"Content-Type: message/rfc822",
        b"MIME-Version: 1.0",
        b" fold",
        b"> q",
        b"On 1 wrote:",
        b"Content-Disposition: attachment; filename*=x'y",
        b"From: A: b@c;",
        b'Content-Type: text/plain; charset="\0"',
    ]
)


@settings(max_examples=300)
@given(st.lists(_ATOMS, max_size=25), st.sampled_from([b"\r\n", b"\n", b"\r"]))
def test_any_bytes_are_a_message_or_unreadable(lines: list[bytes], end: bytes) -> None:
    """No other exception; the text can be stored; segments lie where they say."""
    try:
        message = parse(end.join(lines))
    except UnreadableMessage:
        return
    parts: dict[int, str] = {}
    for segment in message.segments:
        parts[segment.part] = parts.get(segment.part, "") + segment.text
        assert parts[segment.part][segment.start :] == segment.text
    assert (message.subject + message.text).encode() is not None
