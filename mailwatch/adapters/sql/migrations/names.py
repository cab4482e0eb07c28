"""Which tables alembic looks at."""

from __future__ import annotations

import re

_PROJECTION = re.compile(r"p[0-9]+_")


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Projections are no part of the migrations."""
    return kind != "table" or name is None or not _PROJECTION.match(name)
