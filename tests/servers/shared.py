"""Where the shared test data lie, and whether a missing piece is a skip or a failure."""

from __future__ import annotations

import os
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]


def shared_folder() -> Path:
    """MAILWATCH_SHARED, else ``../shared`` beside the repository; it need not exist."""
    named = os.environ.get("MAILWATCH_SHARED")
    return Path(named) if named else _REPOSITORY.parent / "shared"


def require_all() -> bool:
    """MAILWATCH_REQUIRE_ALL=1: a test that cannot run fails instead of being skipped."""
    return os.environ.get("MAILWATCH_REQUIRE_ALL", "") not in {"", "0"}
