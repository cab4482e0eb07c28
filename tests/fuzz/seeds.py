"""Where a fuzzer begins: one honest example of each kind, and the words that open doors."""

from __future__ import annotations

from collections.abc import Mapping

_MAIL = (
    b'From: =?utf-8?B?6rmA?= <kim@contoso.example>\r\nTo: a@b.example, "C" <c@d.example>\r\n'
    b"Subject: RE: =?euc-kr?B?uN7Az8fI?= TrackingID#2402220010002574\r\nMessage-ID: <a@b>\r\n"
    b"Date: Mon, 02 Nov 2026 09:00:00 +0900\r\nReferences: <x@y> <z@w>\r\nMIME-Version: 1.0\r\n"
    b"Authentication-Results: mx.example; dmarc=pass header.from=contoso.example\r\n"
)
_MULTIPART = (
    _MAIL + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    b"Content-Type: text/html; charset=ks_c_5601-1987\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"<div>Case =31=32<blockquote>old</blockquote></div>\r\n--b\r\n"
    b"Content-Type: application/zip; name*0*=utf-8''..%2F; name*1=x\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nUEsDBA==\r\n--b--\r\n"
)
_QUOTED = (
    "hello\n\nOn Mon, 2 Nov 2026 at 09:00, Kim <kim@contoso.example> wrote:\n> old\n> older\n"
    "-----Original Message-----\nFrom: a\nSent: b\nTo: c\nSubject: d\n2026년 11월 2일, 김 <k@c>님이 작성:\n"
).encode()
_CONFIG = b"""data: /nonexistent/mailwatch
timezone: Asia/Seoul
language: ko
mailboxes:
  - name: support
    address: support@contoso.example
    imap: {host: mail.contoso.example, port: 993, tls: implicit}
    password: {credential: support-imap}
    folders: [INBOX, {name: Work, rename: copy}]
schemes:
  - {name: own, pattern: 'OWN-([0-9]{5})', canonical: 'OWN-\\1', matches: OWN-12345, not: OWN-1}
digests: [{name: daily, at: '08:30', to: [kim@contoso.example]}]
since: 2 y
"""
_LISTED = b'* 1 FETCH (UID 1 FLAGS (\\Seen $x) INTERNALDATE "02-Mar-2026 10:00:00 +0900" RFC822.SIZE 10)\r\n'
_BODY = b"* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\n* 2 FETCH (UID 2 BODY[] NIL)\r\n"
_SELECTED = (
    b"* FLAGS (\\Seen \\Deleted)\r\n* 3 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] ok\r\n"
    b"* OK [UIDVALIDITY 77] ok\r\n* OK [UIDNEXT 4] ok\r\nT0 OK [READ-WRITE] done\r\n"
)
_FOLDERS = b'* LIST (\\Sent) "/" "&wMHH-"\r\n* LIST () NIL {5}\r\nINBOX\r\nT0 OK done\r\n'
_DONE = b"T0 OK done\r\nT1 OK done\r\n"

SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "mail": (_MAIL + b"\r\n" + _QUOTED, _MULTIPART, b"", b"\x00\xff"),
    "copy": (
        b"[TrackingID#2402220010002574] \xeb\xa9\x94\xec\x9d\xbc\n" + _MAIL + b"\r\nbody\r\n",
        b"x\r\nBcc: y\nSubject: a\r\n\t=?utf-8?B?7JWI?=\r\n\r\n",
    ),
    "number": (
        "RE: [EXTERNAL] 사례 번호: 2402220010002574 - TrackingID＃2402220010002574 SRX1318598611ID".encode(),
        b"[REG:117030115391423] MSRC Case 122225 VULN-195168 case # 12175139 4111 1111 1111 1111",
    ),
    "quotes": (_QUOTED,),
    "config": (_CONFIG, b"data: /x\ntimezone: UTC\nmailboxes: []\n", b"a: &a [*a]\n"),
    "imap": (
        b"\x00" + _LISTED + _DONE,
        b"\x01" + _BODY + _DONE,
        b"\x02T0 OK x\r\n* SEARCH 1 2 3\r\nT1 OK done\r\n",
        b"\x03" + _SELECTED,
        b"\x04" + _FOLDERS,
        b"\x05* 1 FETCH (UID 1 BODY[HEADER.FIELDS (MESSAGE-ID)] {19}\r\nMessage-ID: <a@b>\r\n)\r\n" + _DONE,
        b"\x00T0 NO [LIMIT] Suggested Backoff Time: 5 milliseconds\r\n",
        b"\x01* BYE [APPENDUID 1 2] [COPYUID 1 1:2 3:4]\r\n",
    ),
}

WORDS = (
    b"boundary=", b"charset=", b"=?utf-8?B?", b"=?euc-kr?Q?", b"?=", b"filename*0*=", b"multipart/",
    b"message/rfc822", b"text/html", b"base64", b"quoted-printable", b"Mailwatch-Original: sha256=",
    b"Original-Subject:", b"iso-2022-kr", b"TrackingID#2402220010002574", b"SRX1318598611ID",
    b"REG:117030115391423", b"VULN-1", b"<!--", b"</div>", b"&#x", b"RFC822.SIZE", b"INTERNALDATE",
    b"{5}\r\n", b"(((((", b"* SEARCH ", b"[UIDVALIDITY ", b"NIL", b"\\Seen", b"\r\n", b"mailboxes:",
    b"password:", b"<<: *a", b"!!python/object", b"pattern:", b"schemes:", b"wrote:", b"> ",
)  # fmt: skip
