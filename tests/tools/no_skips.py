"""A pytest plugin: where all is required, a skipped test that needs a server or shared data is a failure.

Loaded by ``make test`` with ``-p tools.no_skips``; it does nothing unless MAILWATCH_REQUIRE_ALL is set.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest
from servers.shared import require_all

_NEEDED = ("server", "shared")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and require_all() and _is_needed(item):
        report.outcome = "failed"
        report.longrepr = f"skipped where everything is required: {report.longrepr}"
    return report


def _is_needed(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in _NEEDED)
