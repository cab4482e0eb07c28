"""What a digest is made from, out of the ledger, the projections and the work tables of one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from mailwatch.adapters.sql.projections import Projections
from mailwatch.adapters.sql.tables import cursors, held, ledger, outbox, texts
from mailwatch.core.canonical import parse_object
from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.digest_facts import FolderFacts, GapFacts, HeldFacts, ReviewFacts, Tally
from mailwatch.core.entries import Watch
from mailwatch.core.entrycodec import decode
from mailwatch.core.renaming import Direction, PlanState
from mailwatch.ports import OutboxItem

_TOLD = 14
_WATCH_LIMIT = 200
_WATCH_MARK = b'"type":"watch"'
