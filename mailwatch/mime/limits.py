"""How much of one mail is read. All mail is hostile; every loop over it ends here."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of ``parse``; sizes are in bytes unless said otherwise.

    Over ``parts`` or ``depth`` a mail is unreadable (``too-many-parts``,
    ``too-deep``): what is left out could hold anything. Over the others it is
    read up to the limit, and ``Message.defects`` says so. The largest honest
    mail of the test corpus has 3,043 parts, 127 KiB in one field, and 65 KiB of
    addresses.
    """

    parts: int = 5_000
    depth: int = 100
    header: int = 1 * MIB
    fields: int = 5_000
    field: int = 256 * KIB
    addresses: int = 2_000
    references: int = 500
    text: int = 5 * MIB  # code points of one decoded text part
    html: int = 5 * MIB
    html_depth: int = 2_000
    cut: int = 32 * KIB  # bodies of parts that are not text are cut out of the working copy above this size


DEFAULT = Limits()
