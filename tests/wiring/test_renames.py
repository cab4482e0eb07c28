"""What keeps renames waiting, as a command tells it: whose mailbox, what, and whether waiting helps."""

from __future__ import annotations

import pytest

from mailwatch.jobs.rename import RenameRow
from mailwatch.wiring.renames import hints, troubles


def row(why: str | None, state: str = "planned") -> RenameRow:
    return RenameRow("0" * 64, "1", "before", "after", state, why)


@pytest.mark.parametrize(
    ("rows", "told", "temporary"),
    [
        ([], [], False),
        ([row(None), row("altered", "review"), row(None, "done")], [], False),
        ([row("refused"), row("refused")], ["box: not renamed yet: 2 mails (refused)"], True),
        ([row("own-folder")], ["box: not renamed yet: 1 mail (own-folder)"], False),
        (
            [row("consent-withdrawn", "appended")],
            ["box: renamed half, and not taken back yet: 1 mail"],
            False,
        ),
        ([row("over-quota")], ["box: not renamed yet: 1 mail (over-quota)"], False),
        (
            [row("refused"), row("read-only")],
            ["box: not renamed yet: 1 mail (read-only)", "box: not renamed yet: 1 mail (refused)"],
            False,
        ),
    ],
)
def test_one_line_for_each_cause(rows: list[RenameRow], told: list[str], *, temporary: bool) -> None:
    """A server's passing no may be tried later; what a person must mend outweighs it; each has a way out."""
    report = troubles("box", rows)
    lines = [str(error).split(" → ") for error in report.errors]
    assert told == [what for what, _mend in lines]
    assert temporary is report.temporary
    poll = hints("box", rows)
    assert (report.errors, (), False) == (poll.waiting, poll.errors, poll.temporary)
