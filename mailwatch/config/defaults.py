"""Whose mail is support mail, unless the configuration says more.

From the senders seen in real case mail, 2008 to 2026. Patterns are mail
addresses in which ``*`` stands for any run of characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

DESKS = (
    "support@mail.support.microsoft.com",
    "supportmail@microsoft.com",
    "supportmail@techsupport.microsoft.com",
    "casemail@microsoft.com",
    "compmail@microsoft.com",
    "*@css.one.microsoft.com",
)
"""Addresses that send case mail and nothing else: a mail from one of them without a number is Unnumbered."""

NOTICES = (
    "azure-noreply@microsoft.com",
    "microsoft-noreply@microsoft.com",
    "msonlineservicesteam@microsoftonline.com",
    "no-reply@sharepointonline.com",
    "o365mc@microsoft.com",
)
"""Addresses that send automatic notices, which are no case mail; subtracted from the senders."""

SENDERS = (
    *DESKS,
    "*@microsoft.com",
    "*@*.microsoft.com",
    "*@21vianet.com",
    "*@*.21vianet.com",
)
"""Addresses that engineers write from."""


def amended(defaults: Sequence[str], changes: Iterable[str]) -> tuple[str, ...]:
    """The defaults with what the user adds; an entry ``-ADDRESS`` removes."""
    result = dict.fromkeys(defaults)
    for change in changes:
        if change.startswith("-"):
            result.pop(change[1:], None)
        else:
            result[change] = None
    return tuple(result)


def notices(changes: Iterable[str]) -> tuple[str, ...]:
    """The notice addresses, without those that the user names as senders in so many words."""
    named = set(changes)
    return tuple(address for address in NOTICES if address not in named)
