"""Retention for whoever polls by cron, without a daemon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailwatch.config import load
from mailwatch.core.place import Place
from mailwatch.jobs.progress import silent
from mailwatch.jobs.retention import MOST
from mailwatch.ports import Sighting
from mailwatch.wiring.app import open_app
from mailwatch.wiring.migration import upgrade

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def sighting(uid: int, days: int) -> Sighting:
    place = Place("support", "INBOX", 1, uid)
    return Sighting(place, f"{uid:064x}", f"{uid}@x", (), 1, NOW, NOW - timedelta(days=days))


def test_each_poll_forgets_a_slice_of_what_is_too_old(tmp_path: Path) -> None:
    """As the configuration says; the rest goes with the next polls, and what is young stays."""
    (tmp_path / "config.yaml").write_text(
        "data: data\ntimezone: Asia/Seoul\nmailboxes: []\nretention: {sightings: 30 d}\n"
    )
    with open_app(load(tmp_path / "config.yaml"), upgrade, clock=lambda: NOW) as app:
        with app.store.writing() as tx:
            tx.desk.sight([sighting(uid, 31) for uid in range(1, MOST + 3)])
            tx.desk.sight([sighting(MOST + 9, 29)])

        def left() -> int:
            with app.store.writing() as tx:
                return len(tx.desk.seen("support", "INBOX", 1, range(1, MOST + 10)))

        assert left() == MOST + 3
        app.poll(silent)
        assert left() == 3
        app.poll(silent)
        assert left() == 1
