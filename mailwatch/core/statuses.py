"""The words for how a case stands, as JSON and ``--status`` know them; kept apart from what decides it."""

STATUSES = (
    "open",
    "new",
    "waiting-us",
    "waiting-vendor",
    "waiting-customer",
    "closing-announced",
    "closed",
    "dormant",
    "unverified",
    "related",
)
"""All that ``CaseState.status`` can be."""
