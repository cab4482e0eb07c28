"""The vendors by name, as their addresses tell them."""

from __future__ import annotations

from collections.abc import Iterable

from mailwatch.core.addresses import fits

MICROSOFT = "Microsoft"
TWENTY_ONE_VIANET = "21Vianet"
_BY_ADDRESS = (
    (TWENTY_ONE_VIANET, ("*@21vianet.com", "*@*.21vianet.com")),
    (MICROSOFT, ("*@microsoft.com", "*@*.microsoft.com")),
)


def vendor(addresses: Iterable[str]) -> str | None:
    """The vendor whom one of ``addresses`` belongs to, 21Vianet before Microsoft; None where none does.

    21Vianet's mails carry addresses of Microsoft beside its own, never the other way round.
    """
    known = tuple(addresses)
    return next((name for name, whose in _BY_ADDRESS if any(fits(a, whose) for a in known)), None)
