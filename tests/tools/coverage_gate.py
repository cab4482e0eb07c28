"""The coverage gate: every line and branch of the rules and of reading mail is run by tests of their own.

Runs after ``tests/core`` and ``tests/mime``, on the data that they left. ``core/`` and ``mime/`` must be
at 100 %; what is excused stands in EXCUSED with its reason, and an excuse that is no longer needed is an
error, too.
"""

# ruff: noqa: T201 - a tool of the command line speaks by print.
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOMS = ("mailwatch/core/", "mailwatch/mime/")

# (file, "line" or "line->line" as coverage names them): why no test runs it.
EXCUSED: dict[tuple[str, str], str] = {}


def main() -> int:
    missed = [(name, what) for name, entry in sorted(_report().items()) for what in _missed(entry)]
    surplus = [key for key in EXCUSED if key not in missed]
    unexcused = [key for key in missed if key not in EXCUSED]
    for name, what in unexcused:
        print(f"not covered: {name}: {what}")
    for name, what in surplus:
        print(f"excused, but covered: {name}: {what}")
    if unexcused or surplus:
        return 1
    print(f"coverage of {' and '.join(ROOMS)}: every line and branch, {len(EXCUSED)} excused")
    return 0


def _report() -> dict[str, dict[str, list[object]]]:
    """Coverage's own JSON, cut down to the rooms that the gate is about."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coverage.json"
        coverage = [sys.executable, "-m", "coverage"]
        # Worker processes leave files of their own; there may be none to combine.
        subprocess.run([*coverage, "combine", "--append", "--quiet"], check=False, capture_output=True)
        subprocess.run([*coverage, "json", "--quiet", "-o", str(path)], check=True)
        files = json.loads(path.read_text())["files"]
    found = {name: entry for name, entry in files.items() if name.startswith(ROOMS)}
    if not found:
        sys.exit("the coverage data do not speak of mailwatch/core and mailwatch/mime")
    return found


def _missed(entry: dict[str, list[object]]) -> list[str]:
    lines = [str(line) for line in entry["missing_lines"]]
    branches = [f"{a}->{b}" for a, b in entry["missing_branches"]]
    return lines + branches


if __name__ == "__main__":
    sys.exit(main())
