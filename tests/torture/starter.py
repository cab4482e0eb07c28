"""Runs commands through a launcher, each as a process of its own, and tells how they ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Ended:
    """``status`` is an exit code, ``-9`` where the command was killed, ``hung`` where it did not end.

    ``steps`` are what it did, ``killed`` is the moment of its death, ``strays`` what nobody counted.
    """

    status: int | str
    out: str
    err: str
    steps: tuple[str, ...] = ()
    killed: str | None = None
    strays: tuple[str, ...] = ()

    @property
    def dead(self) -> bool:
        return self.status == -signal.SIGKILL

    def json(self) -> Any:
        assert self.status == 0, (self.status, self.err)
        return json.loads(self.out)


class Starter:
    """One launcher; from ``with`` to its end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        env = {k: v for k, v in os.environ.items() if not k.startswith("MAILWATCH_")}
        env |= {"PYTHONPATH": str(TESTS), "XDG_CONFIG_HOME": "/nonexistent"}
        self._errors = (folder / "launcher.err").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "torture.launcher"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=env,
            cwd=TESTS.parent,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                stream.close()
        self._process.wait(timeout=30)

    def run(self, *argv: str, stop: int | None = None, count: bool = False, later: float = 0) -> Ended:
        """Run ``mailwatch argv``; to be killed at the moment ``stop``, or with its steps counted."""
        out, err, points = (self._folder / name for name in ("out", "err", "points"))
        counted = count or stop is not None
        order = {
            "argv": argv,
            "out": str(out),
            "err": str(err),
            "points": str(points) if counted else None,
            "stop": stop,
            "later": later,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, (self._folder / "launcher.err").read_text()[-2000:]
        lines = [line.split("\t", 1) for line in points.read_text().splitlines()] if counted else []
        return Ended(
            json.loads(answer)["status"],
            out.read_text(errors="replace"),
            err.read_text(errors="replace"),
            tuple(words for name, words in lines if name.isdigit()),
            next((words for name, words in lines if name == "killed"), None),
            tuple(words for name, words in lines if name == "stray"),
        )
