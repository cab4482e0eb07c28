"""What people read about older mail that is still to come."""

from __future__ import annotations

import pytest

from mailwatch.adapters.catalog import say
from mailwatch.cli.commands.health import older_mail
from mailwatch.cli.output import how_far
from mailwatch.core.digest_facts import FolderFacts


@pytest.mark.parametrize(
    ("left", "seconds", "english", "korean"),
    [
        (None, None, "support/INBOX: 250 mails", "support/INBOX: 메일 250통"),
        (1200, None, "support/INBOX: 250 mails, 1200 left", "support/INBOX: 메일 250통, 남은 메일 1200통"),
        (0, 0, "support/INBOX: 250 mails, 0 left", "support/INBOX: 메일 250통, 남은 메일 0통"),
        (
            1200,
            720,
            "support/INBOX: 250 mails, 1200 left (about 12 minutes)",
            "support/INBOX: 메일 250통, 남은 메일 1200통(약 12분)",
        ),
    ],
)
def test_the_progress_line_tells_time_once_it_is_known(
    left: int | None, seconds: int | None, english: str, korean: str
) -> None:
    """New mail has no end that one could count to; older mail has, and soon a time, too."""
    words = how_far("support/INBOX", 250, left, seconds)
    assert (english, korean) == (say(words, "en"), say(words, "ko"))


@pytest.mark.parametrize(
    ("folder", "english", "korean"),
    [
        (FolderFacts("a", "b", None, backfilled=True), "all read", "모두 읽음"),
        (FolderFacts("a", "b", None, backfilled=False), "still reading", "읽는 중"),
        (FolderFacts("a", "b", None, backfilled=False, older=12345), "12345 mails left", "12345통 남음"),
        (
            FolderFacts("a", "b", None, backfilled=False, older=12345, older_seconds=9000),
            "12345 mails left, about 2 hours",
            "12345통 남음, 약 2시간",
        ),
    ],
)
def test_status_tells_how_much_is_left(folder: FolderFacts, english: str, korean: str) -> None:
    """A time that was not measured is not told."""
    words = older_mail(folder)
    assert (english, korean) == (say(words, "en"), say(words, "ko"))
