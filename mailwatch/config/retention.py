"""How long what only helps the work is kept."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from mailwatch.config.section import Section
from mailwatch.config.values import Duration


class RetentionConfig(Section):
    """How long rows stay that only help the work; mail, ledger and texts stay for good."""

    sightings: Duration = Field(
        default=timedelta(days=400),
        description="Traces of mail that was not kept: without one, a case that turns up later cannot find "
        "its first mail.",
        examples=["400 d"],
    )
    plans: Duration = Field(
        default=timedelta(days=400),
        description="Renames that came to their end; they can be taken back all the same.",
        examples=["400 d"],
    )
    digests: Duration = Field(
        default=timedelta(days=400),
        description="Digests that were sent, word for word; the newest one stays.",
        examples=["400 d"],
    )
