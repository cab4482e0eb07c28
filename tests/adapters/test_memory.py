"""Memory that was freed goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from mailwatch.adapters import memory

HOLDER = """
import threading
from mailwatch.adapters import memory

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

def work():
    # Above 512 bytes Python asks the C library; what is kept lies behind all that is given back.
    heap = [bytes(1000) for _ in range(60_000)]
    kept.append(heap[-1])

kept = []
memory.share_one_heap()
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
before = resident()
memory.give_back()
print(before - resident())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what was freed like this")
def test_what_threads_have_freed_is_given_back() -> None:
    """60 MB were taken by each and freed again, below something that is kept: half of one comes back."""
    done = subprocess.run(
        [sys.executable, "-c", HOLDER], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) > 30_000_000, done.stdout


def test_a_c_library_without_such_functions_is_left_alone() -> None:
    """As musl, which has neither: nothing happens."""
    assert memory._c_function("no_such_function")(1, 2) is None
