"""ISO-2022-JP and ISO-2022-KR as they are mailed, not as they are standardised.

Python's ``iso2022_jp`` knows no NEC row 13 (①, ㈱), which Japanese mailers have
always sent under this label, and ``iso2022_kr`` refuses text whose designator
is missing, as it is in header words (RFC 1557 puts it on the first line only).
"""

from __future__ import annotations

import re

_JP_ESCAPE = re.compile(rb"\x1b(\$[@B]|\([BJI])")
_SPACE = 0x20
_KR_SHIFT = re.compile(rb"([\x0e\x0f])")


_LAST_LOW_ROW = 0x5E  # rows 1 to 62 of JIS X 0208 go to lead bytes 0x81 to 0x9F, the others to 0xE0 on
_BEFORE_DEL = 0x60  # Shift_JIS leaves 0x7F out of the trail bytes


def _to_shift_jis(pairs: bytes) -> bytes:
    """JIS X 0208 pairs (7 bit) in the arithmetic of Shift_JIS, which reaches NEC's rows in cp932."""
    out = bytearray()
    for row, cell in zip(pairs[::2], pairs[1::2], strict=False):
        lead = (row + 1) // 2 + (0x70 if row <= _LAST_LOW_ROW else 0xB0)
        odd = cell + 0x1F + (cell >= _BEFORE_DEL)
        out += bytes((lead & 0xFF, (odd if row % 2 else cell + 0x7E) & 0xFF))
    return bytes(out)


def decode_jp(data: bytes, errors: str = "strict") -> str:
    """Text of ISO-2022-JP (RFC 1468), NEC rows and half-width katakana included.

    UnicodeDecodeError where ``errors`` is ``strict``.
    """
    pieces = _JP_ESCAPE.split(data)
    text = [pieces[0].decode("ascii", errors)]
    for escape, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        text.append(_decode_jp_piece(escape, piece, errors))
    return "".join(text)


def _decode_jp_piece(escape: bytes, piece: bytes, errors: str) -> str:
    if escape in {b"(B", b"(J"}:
        return piece.decode("ascii", errors)
    if escape == b"(I":
        return bytes(b | 0x80 for b in piece).decode("cp932", errors)
    # A line break ends no two-byte mode in practice: the pairs stop there and go on after it.
    lines = re.split(rb"([\x00-\x20]+)", piece)
    return "".join(
        _to_shift_jis(line).decode("cp932", errors) if n % 2 == 0 else line.decode("ascii")
        for n, line in enumerate(lines)
    )


def decode_kr(data: bytes, errors: str = "strict") -> str:
    """Text of ISO-2022-KR (RFC 1557), with or without its designator.

    UnicodeDecodeError where ``errors`` is ``strict``.
    """
    shifted = False
    text: list[str] = []
    for piece in _KR_SHIFT.split(data.replace(b"\x1b$)C", b"")):
        if piece in {b"\x0e", b"\x0f"}:
            shifted = piece == b"\x0e"
        elif shifted:
            # Only graphic bytes are shifted; line breaks and spaces stay as they are.
            text.append(bytes(b | 0x80 if b > _SPACE else b for b in piece).decode("cp949", errors))
        else:
            text.append(piece.decode("ascii", errors))
    return "".join(text)
