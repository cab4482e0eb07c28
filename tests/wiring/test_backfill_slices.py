"""The daemon reads older mail in slices, and knows all the while how much is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from servers.dovecot import DovecotServer
from servers.house import over

from mailwatch.adapters.archive import FileArchive
from mailwatch.adapters.sql.migrate import upgrade
from mailwatch.adapters.worker import InlineParser
from mailwatch.config import load
from mailwatch.wiring import assemble, one_mailbox
from mailwatch.wiring.app import utc_now
from mailwatch.wiring.one_mailbox import OneMailbox, Pass

pytestmark = pytest.mark.server

BATCH = 250


def letters(count: int) -> list[bytes]:
    return [
        f"From: news@weekly.example\r\nSubject: News {n}\r\nMessage-ID: <n{n}@example>\r\n"
        f"Date: Mon, 2 Nov 2026 09:00:00 +0000\r\n\r\nx\r\n".encode()
        for n in range(count)
    ]


@pytest.fixture
def box(tmp_path: Path, dovecot: DovecotServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[OneMailbox]:
    """A mailbox with 1,100 mails, read in slices as short as can be: two batches each."""
    monkeypatch.setattr(one_mailbox, "SLICE", 0.0)
    user = dovecot.new_user()
    user.deliver_many(letters(4 * BATCH + 100))
    user.deliver_many(letters(10), folder="Sent")
    config = load(over(tmp_path, user).config)
    with ExitStack() as stack:
        archive = FileArchive(config.archive_folder)
        store = assemble.open_store(config, utc_now, upgrade)
        stack.callback(store.close)
        box = OneMailbox(
            config,
            config.mailboxes[0],
            store=store,
            archive=archive,
            parser=InlineParser(),
            clock=utc_now,
            alive=lambda: None,
        )
        stack.callback(box.close)
        yield box


def test_what_is_left_shrinks_from_slice_to_slice(box: OneMailbox) -> None:
    """All folders count from the first slice on; at the end nothing is left, and no time."""
    passes: list[Pass] = [box.look(older=False)]
    assert (True, False, 0) == (passes[0].behind, passes[0].more, passes[0].left.mails)
    while passes[-1].behind:
        passes.append(box.look(older=True))
    left = [done.left.mails for done in passes[1:]]
    assert 4 * BATCH + 110 == left[0]
    assert sorted(left, reverse=True) == left
    assert len(set(left)) > 3
    assert (0, 0) == (passes[-1].left.mails, passes[-1].left.seconds)
    assert all(done.good or done.more for done in passes)
