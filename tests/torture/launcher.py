"""A program that has imported all of mailwatch, and forks a process for each command that it is asked to run.

One line of JSON asks: ``argv``, ``out`` and ``err`` (files), ``points`` (a file for the steps), ``stop`` (the
moment of death, null for none), ``later`` (seconds by which the clock is ahead). One line answers:
``status``, as of ``os.waitstatus_to_exitcode``. The process is what ``python -m mailwatch`` would be after
half a second of imports, with one difference: workers start as forks of a helper that runs already.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from multiprocessing import forkserver, get_context
from types import ModuleType
from typing import Any

import time_machine
from torture.points import Points

import mailwatch
from mailwatch.adapters import worker_pools
from mailwatch.cli.chassis import main as command

_ensure_helper = forkserver.ensure_running

PATIENCE = 120.0
"""Seconds for one command; more is a hang."""


_NOT = (".demo", "__main__", ".migrations")
"""What no command imports, or what alembic runs by itself."""


def load() -> None:
    """Everything that a command may import."""
    for module in pkgutil.walk_packages(mailwatch.__path__, "mailwatch."):
        if not any(part in module.name for part in _NOT):
            importlib.import_module(module.name)
    for name in (
        "alembic.command",
        "sqlalchemy.dialects.sqlite.pysqlite",
        "sqlalchemy.dialects.postgresql.psycopg",
    ):
        importlib.import_module(name)


def serve() -> None:
    """Answer until standard input ends."""
    for line in sys.stdin:
        order = json.loads(line)
        # A command that was killed while it asked for a worker may have taken the helper along.
        _ensure_helper()
        child = os.fork()
        if child == 0:
            forkserver._forkserver.ensure_running = lambda: None
            become(order)
        print(json.dumps({"status": waited(child)}), flush=True)  # noqa: T201 - this is how a program answers


def waited(child: int) -> int | str:
    """How it ended; ``hung`` where it did not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "hung"


def become(order: dict[str, Any]) -> None:
    """The command, to its end."""
    os.setsid()
    for path, number in ((os.devnull, 0), (order["out"], 1), (order["err"], 2)):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, number)
        os.close(handle)
    random.seed()
    # Workers load the main module again; this one would cost each of them half a second.
    sys.modules["__main__"] = ModuleType("__main__")
    sys.argv = ["mailwatch", *order["argv"]]
    if order["later"]:
        time_machine.travel(datetime.now(UTC) + timedelta(seconds=order["later"]), tick=True).start()
    if order["points"]:
        report = os.open(order["points"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        Points(order["stop"], report).watch()
    os._exit(ended())


def ended() -> int:
    """Run it and take leave as the interpreter would; the exit code."""
    try:
        command()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def prepare_workers() -> None:
    """One helper for all commands to come; it is not their child, and they cannot ask whether it lives."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["mailwatch.adapters.worker"])
    worker_pools.get_context = lambda _method: context


if __name__ == "__main__":
    load()
    prepare_workers()
    serve()
