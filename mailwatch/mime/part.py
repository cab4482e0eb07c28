"""One node of a MIME tree: the standard library's, without its surprises."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator
from email.message import Message as StdlibMessage
from functools import cached_property
from typing import TypeVar

from mailwatch.mime.charsets import decode
from mailwatch.mime.headers import decode_base64, decode_text, unfold

_T = TypeVar("_T")
_WORD = re.compile(r"[a-z0-9_.+-]{1,100}")


def _lenient(read: Callable[[], _T], default: _T) -> _T:
    try:
        return read()
    except Exception:  # noqa: BLE001 - the standard library raises anything on hostile parameters
        return default


def _octets(text: str) -> bytes:
    """The bytes that the standard library's bytes parser made ``text`` of."""
    return text.encode("utf-8", "surrogateescape")


class Part(StdlibMessage):
    """A part: its type, its name, its bytes. What is added here never raises on hostile input."""

    @cached_property
    def kind(self) -> str:
        """``type/subtype`` in lower case; text/plain where it cannot be read (RFC 2045 5.2)."""
        return _lenient(self.get_content_type, "text/plain")

    @property
    def children(self) -> tuple[Part, ...]:
        """The parts inside, in order. An attached message has none: it is not looked into."""
        payload = self._payload_of_any_kind()
        if not isinstance(payload, list) or self.kind.startswith("message/"):
            return ()
        return tuple(child for child in payload if isinstance(child, Part))

    def leaves(self) -> Iterator[Part]:
        """All parts that hold no parts, in reading order, without recursion."""
        stack: list[Part] = [self]
        while stack:
            part = stack.pop()
            if children := part.children:
                stack.extend(reversed(children))
            else:
                yield part

    @property
    def disposition(self) -> str:
        """``attachment``, ``inline``, another word, or the empty string (RFC 2183)."""
        return _lenient(self.get_content_disposition, None) or ""

    @property
    def file_name(self) -> str:
        """The decoded file name, or the empty string."""
        name = self._parameter("filename", "content-disposition") or self._parameter("name", "content-type")
        return decode_text(name)

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type in lower case, or the empty string."""
        return decode_text(self._parameter(name, "content-type")).lower()

    def _parameter(self, name: str, field: str) -> bytes:
        value = _lenient(lambda: self._readable(field).get_param(name, None, field), None)
        if isinstance(value, tuple):  # RFC 2231: charset, language, and octets in the form of Latin-1
            return decode(value[2].encode("latin-1", "replace"), value[0]).text.encode()
        return _octets(value) if isinstance(value, str) else b""

    def _readable(self, field: str) -> StdlibMessage:
        """A message whose ``field`` holds no raw 8-bit bytes: the standard library would lose them."""
        value = next((str(v) for n, v in self.raw_items() if n.lower() == field), "")
        if value.isascii():
            return self
        view = StdlibMessage()
        view[field] = decode(unfold(_octets(value))).text
        return view

    @property
    def encoding(self) -> str:
        """Content-Transfer-Encoding as one word in lower case (RFC 2045 6.1)."""
        word = _WORD.search(str(self.get("content-transfer-encoding", "")).lower())
        return word[0] if word else ""

    def _payload_of_any_kind(self) -> object:
        # get_payload() would decode 8-bit text by a charset label that may be wrong.
        payload: object = vars(self)["_payload"]
        return payload

    def octets(self) -> bytes:
        """The body as it stands in the mail, transfer encoding and all; empty where it is made of parts."""
        payload = self._payload_of_any_kind()
        return payload.encode("ascii", "surrogateescape") if isinstance(payload, str) else b""

    def content(self) -> bytes:
        """The body with its transfer encoding taken off."""
        data = self.octets()
        if self.encoding == "base64":
            return decode_base64(data)
        if self.encoding == "quoted-printable":
            return binascii.a2b_qp(data)
        return data
