"""Bytes to text, by what mailers mean rather than by what their labels say.

A label is promoted to the superset its senders really use: Outlook writes
``ks_c_5601-1987`` over cp949, ``gb2312`` over GBK (the WHATWG Encoding Standard
maps them alike). Undeclared bytes are UTF-8 if they can be, else the mail's own
charset, else what charset-normalizer thinks.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from charset_normalizer import from_bytes

from mailwatch.mime.iso2022 import decode_jp, decode_kr

_FAMILIES = {
    "cp949": "ks_c_5601-1987 ks_c_5601-1989 ks_c_5601 ksc_5601 ksc5601 ks_c-5601-1987 ks-c-5601-1987 korean "
    "iso-ir-149 csksc56011987 euc-kr euckr cseuckr cp949 ms949 uhc windows-949 x-windows-949 x-euc-kr",
    "gb18030": "gb2312 gb_2312-80 gb_2312 gb2312-80 csgb2312 iso-ir-58 chinese csiso58gb231280 gbk x-gbk "
    "cp936 ms936 windows-936 euc-cn x-euc-cn gb18030 gb-18030",
    "cp932": "shift_jis shift-jis shiftjis sjis x-sjis ms_kanji csshiftjis windows-31j cp932 ms932",
    "cp950": "big5 big-5 cn-big5 csbig5 x-x-big5 cp950 windows-950",
    "cp874": "windows-874 x-windows-874 cp874 tis-620 tis620 iso-8859-11 dos-874",
    "iso-2022-jp": "iso-2022-jp iso2022-jp iso-2022-jp-ms csiso2022jp iso-2022-jp-1 iso-2022-jp-2 "
    "cp50220 cp50221",
    "iso-2022-kr": "iso-2022-kr iso2022-kr csiso2022kr",
    "hz": "hz hz-gb-2312 hz-gb2312",
    "utf-7": "utf-7 utf7 unicode-1-1-utf-7 x-unicode-2-0-utf-7",
    "utf-8": "utf-8 utf8 uft-8 uft8 utf_8 utf-8mb4 utf8mb4 unicode-1-1-utf-8 x-utf-8 cp65001 unicode",
    "cp1252": "iso-8859-1 iso8859-1 iso_8859-1 iso_8859-1:1987 latin1 latin-1 l1 windows-1252 "
    "cp1252 x-ansi ansi",
    "cp1254": "iso-8859-9 iso8859-9 latin5 windows-1254 cp1254",
    "iso8859-8": "iso-8859-8 iso-8859-8-i iso-8859-8-e logical visual",
}
_PROMOTED = {label: codec for codec, labels in _FAMILIES.items() for label in labels.split()}

# What remains to be tried where the superset fails: NEC rows in EUC-JP, Hong Kong's characters in Big5.
_SECOND = {"euc_jp": "euc_jis_2004", "cp950": "big5hkscs"}

# Labels that say nothing. Plain ASCII is among them: bytes above 0x7F prove such a label wrong.
_EMPTY = frozenset(
    {
        "us-ascii",
        "ascii",
        "ansi_x3.4-1968",
        "646",
        "x-unknown",
        "unknown",
        "unknown-8bit",
        "8bit",
        "7bit",
        "binary",
        "default",
    }
)

# Python has codecs of these names that decode no mail: they are transformations or defined by the machine.
_NO_CHARSET = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "charmap"}
)

_GUESSABLE = ("cp949", "gb18030", "cp932", "euc_jp", "big5", "koi8_r", "cp1251", "cp1252", "cp874")
_GUESS_BYTES = 16_384
_LABEL_SHAPE = re.compile(r"[a-z0-9][a-z0-9_:.+-]{0,39}", re.ASCII)
_STATEFUL: dict[str, Callable[[bytes, str], str]] = {"iso-2022-jp": decode_jp, "iso-2022-kr": decode_kr}
_UNWANTED = re.compile("[\x00\ud800-\udfff]")


class Decoded(NamedTuple):
    """Text, and whether it is what the bytes said: ``sure`` is false where we guessed or replaced."""

    text: str
    sure: bool


@lru_cache(maxsize=512)
def promote(label: str) -> str | None:
    """The codec to read ``label`` with, or None where the label says nothing or is unknown.

    An RFC 2231 language suffix (``iso-8859-2*sl``), quotes and blanks are cut off first.
    """
    name = label.split("*", 1)[0].strip(" \t\r\n\"'").lower()
    if name in _EMPTY or not _LABEL_SHAPE.fullmatch(name):
        return None
    if name in _PROMOTED:
        return _PROMOTED[name]
    return _python_codec(name)


def _python_codec(name: str) -> str | None:
    try:
        # ``bytes.decode`` refuses codecs that are no text encodings (hex, rot13, zlib) by this LookupError.
        b"a".decode(name, "ignore")
        found = codecs.lookup(name).name
    except (LookupError, UnicodeError, ValueError):
        return None
    if found.replace("-", "_") in _NO_CHARSET:
        return None
    return _PROMOTED.get(found, found)


def _read(data: bytes, codec: str, errors: str) -> str:
    stateful = _STATEFUL.get(codec)
    if stateful is not None:
        return stateful(data, errors)
    if codec == "cp1252":
        return _read_cp1252(data)
    return data.decode(codec, errors)


_CP1252 = {n: bytes((n,)).decode("cp1252", "ignore") or chr(n) for n in range(0x80, 0xA0)}


def _read_cp1252(data: bytes) -> str:
    """Windows-1252 with its five holes read as the C1 controls, as browsers do; it never fails."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_CP1252)


def _strict(data: bytes, codec: str | None) -> str | None:
    """The text if every byte of it is good in ``codec``."""
    if codec is None:
        return None
    try:
        return _read(data, codec, "strict")
    except (UnicodeError, ValueError):
        second = _SECOND.get(codec)
    try:
        return data.decode(second) if second else None
    except UnicodeError:
        return None


def decode(data: bytes, label: str | None = None, hint: str | None = None) -> Decoded:
    """Text of ``data`` whose charset is said to be ``label``. Never raises.

    ``hint`` is another label of the same mail, used where ``label`` says nothing.
    NUL and lone surrogates become U+FFFD, so that the text can be stored anywhere.
    """
    text, sure = _decode(data, promote(label) if label else None, promote(hint) if hint else None)
    # Plain ASCII, most of all mail, is checked many times faster than the expression would.
    clean = text.isascii() and "\0" not in text
    return Decoded(text if clean else _UNWANTED.sub("\ufffd", text), sure)


def _decode(data: bytes, codec: str | None, hint: str | None) -> tuple[str, bool]:
    text = _strict(data, codec)
    if text is not None:
        return text, True
    text = _undeclared(data)
    if text is not None:
        return text, codec is None
    if codec is not None:
        return _damaged(data, codec), False
    text = _strict(data, hint)
    return (text, True) if text is not None else (_guessed(data), False)


def _undeclared(data: bytes) -> str | None:
    """Forms that prove themselves: ISO-2022 by its escapes, UTF-8 by its structure."""
    if b"\x1b$)C" in data:
        text = _strict(data, "iso-2022-kr")
    elif b"\x1b$" in data:
        text = _strict(data, "iso-2022-jp")
    else:
        text = None
    return text if text is not None else _strict(data, "utf-8")


def _damaged(data: bytes, codec: str) -> str:
    """A declared charset that does not fit: kept where the damage is small, else guessed."""
    text = _read(data, codec, "replace")
    damage = text.count("\ufffd")
    return text if damage * 20 <= len(text) else _guessed(data, default=text)


def _guessed(data: bytes, default: str | None = None) -> str:
    best = from_bytes(data[:_GUESS_BYTES], cp_isolation=list(_GUESSABLE), enable_fallback=False).best()
    if best is not None:
        return data.decode(best.encoding, "replace")
    return default if default is not None else _read_cp1252(data)
