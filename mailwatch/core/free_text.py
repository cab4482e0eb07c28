"""Free text within an entry of the ledger."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Free text that an entry refers to by a commitment. Bytes that are no UTF-8 stay bytes."""

    value: str | bytes
