"""PostgreSQL without privileges: a cluster of its own on a free port, gone with the tests.

PostgreSQL refuses to run as root, so a root test run starts it as ``postgres``
(else ``nobody``); any other user starts it as himself. Its words are sorted as
Korean dictionaries do, so that no test leans on the order of bytes.
"""

from __future__ import annotations

import getpass
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from servers.ports import free_ports

PASSWORD = "s3cret-pass"
USER = "mailwatch"

_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
max_connections = 60
shared_buffers = 32MB
lc_messages = 'C'
"""
_ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"


def find_postgresql() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, version 15 or later, or None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"), key=lambda p: int(p.parent.name))
    for folder in reversed(debian):
        if int(folder.parent.name) >= 15 and (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return None if found is None else Path(found).parent


def _runs_as() -> str:
    if os.getuid():
        return getpass.getuser()
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class PostgresqlServer:
    """A running server. Make a database for each test with ``new_database``."""

    def __init__(self) -> None:
        # A folder of our own under /tmp: pytest's are closed to the user that PostgreSQL runs as.
        self.base = Path(tempfile.mkdtemp(prefix="mwpg", dir="/tmp"))
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        found = find_postgresql()
        assert found is not None
        self._bin = found
        self._user = pwd.getpwnam(_runs_as())
        (self.base / "password").write_text(PASSWORD)
        self._own()
        self._make_cluster()

    def start(self) -> PostgresqlServer:
        """Start on a fresh port; another program may take it in between, so try again."""
        for _ in range(3):
            (self.port,) = free_ports(1)
            if self._launch():
                return self
        raise RuntimeError(f"PostgreSQL does not start: {self.log()[-2000:]}")

    def restart(self) -> None:
        """Come back on the same port after ``kill``."""
        if not self._launch():
            raise RuntimeError(f"PostgreSQL does not come back: {self.log()[-2000:]}")

    def kill(self) -> None:
        """End it and every connection at once (SIGQUIT), as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=20)
            self._process = None

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.base, ignore_errors=True)

    def log(self) -> str:
        path = self.base / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def url(self, database: str, *, user: str = USER, password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, options: str = "") -> str:
        """The URL of an empty database that nobody else knows."""
        name = f"d{secrets.token_hex(6)}"
        self.run("postgres", f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def run(self, database: str, statement: str) -> str:
        """What psql prints for ``statement``."""
        return subprocess.run(
            [self._bin / "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", statement, self.url(database)],
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout

    def _own(self) -> None:
        for path in (self.base, *self.base.iterdir()):
            if os.getuid() == 0:
                os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _make_cluster(self) -> None:
        data = self.base / "data"
        made = self._spawn(
            *("initdb", "-D", str(data), "-U", USER, "-A", "scram-sha-256", "--no-sync", "-E", "UTF8"),
            *("--pwfile", str(self.base / "password"), "--locale", "C.UTF-8"),
            *("--locale-provider", "icu", "--icu-locale", "ko-KR"),
        )
        if made.wait(timeout=60):
            raise RuntimeError(f"initdb failed: {self.log()[-2000:]}")
        with (data / "postgresql.conf").open("a") as file:
            file.write(_SETTINGS)
        (data / "pg_hba.conf").write_text(_ACCESS)

    def _launch(self) -> bool:
        self._process = self._spawn("postgres", "-D", str(self.base / "data"), "-p", str(self.port))
        end = time.monotonic() + 30
        while time.monotonic() < end and self._process.poll() is None:
            ready = [self._bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
            if subprocess.run(ready, check=False).returncode == 0:
                return True
            time.sleep(0.05)
        self.kill()
        return False

    def _spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        root = os.getuid() == 0
        with (self.base / "log").open("ab") as log:
            return subprocess.Popen(
                [self._bin / program, *arguments],
                user=self._user.pw_uid if root else None,
                group=self._user.pw_gid if root else None,
                extra_groups=[] if root else None,
                start_new_session=True,
                cwd="/tmp",
                stdout=log,
                stderr=log,
            )
