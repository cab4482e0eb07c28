"""The look at the certificates of all servers."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.house import build
from servers.ports import free_ports

from mailwatch.config import load
from mailwatch.wiring.certificates import certificates


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A server that takes lines and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


def lines_to(server: socket.socket) -> int:
    """How many lines were opened to it; they are closed."""
    for count in itertools.count():
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
    raise AssertionError


def entry(name: str, port: int, secret: Path) -> str:
    return (
        f"  - name: {name}\n    address: {name}@contoso.example\n"
        f"    imap: {{host: 127.0.0.1, port: {port}, timeout: 1 s}}\n    password: {{file: {secret}}}\n"
    )


@pytest.mark.parametrize(("answers", "asked"), [([True, False], False), ([True, True], True)])
def test_a_look_whose_time_is_over_asks_no_other_server(
    tmp_path: Path, listening: socket.socket, answers: list[bool], *, asked: bool
) -> None:
    """Each server may wait for a resolver that is away; all together must not wait for hours."""
    secret = tmp_path / "password"
    boxes = entry("one", free_ports(1)[0], secret) + entry("two", listening.getsockname()[1], secret)
    config = load(build(tmp_path, boxes, "pa55").config)
    assert [] == list(certificates(config, iter(answers).__next__))
    # A server that says nothing is asked once more, whether it waits for us to speak first.
    assert asked == bool(lines_to(listening))
