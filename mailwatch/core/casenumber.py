"""Case numbers and the schemes they come in.

Facts behind the built-in schemes: what Microsoft's own mails and documentation
show of each form. A scheme answers two questions: is this run of digits a valid
number of mine, and how is it written.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class CaseNumber:
    """A case: the scheme's name and the canonical form. Two spellings of one case are equal.

    ``canonical`` is what people type and what the database keys on, e.g.
    ``2402220010002574`` (tracking-id), ``SRX1318598611`` (srx).
    """

    scheme: str
    canonical: str

    def __str__(self) -> str:
        return self.canonical
