"""Dovecot 2.3 without privileges: plain, STARTTLS and TLS ports on loopback, certificates of a test CA.

Dovecot refuses to run its login processes as root, so a root test run starts
it as ``nobody``; any other user starts it as himself.
"""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import trustme
from servers.mailuser import MailUser
from servers.ports import free_ports, wait_for_banner

PASSWORD = "s3cret-pass"
KOREAN_SENT = "보낸 편지함"
NAMED_USERS = {"alice": "1G", "bob": "200K", "carol": "100M"}

_CONFIG = """\
protocols = imap
listen = 127.0.0.1, 127.0.0.2
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_process_limit = 500
default_client_limit = 2000
verbose_proctitle = yes
first_valid_uid = 0
first_valid_gid = 0
auth_mechanisms = plain login
auth_failure_delay = 0
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
ssl_dh =
mail_location = maildir:~/Maildir
mail_home = {base}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
mail_plugins = quota
mail_max_userip_connections = 50
mail_fsync = never
protocol imap {{
  mail_plugins = quota imap_quota
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=1G
  quota_grace = 0
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
  }}
  mailbox "{korean_sent}" {{
    special_use = \\Sent
  }}
  mailbox Drafts {{
    special_use = \\Drafts
  }}
  mailbox Trash {{
    special_use = \\Trash
  }}
  mailbox Junk {{
    special_use = \\Junk
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {base}/users/%u
}}
userdb {{
  driver = passwd-file
  args = {base}/users/%u
}}
service anvil {{
  chroot =
  # Without this, one wrong password slows down every later log-in from this address.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""


def find_dovecot() -> str | None:
    """The program, or None where it is not installed."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    return shutil.which("dovecot", path=path)


def _runs_as() -> tuple[str, str]:
    if os.getuid() == 0:
        return "nobody", grp.getgrgid(pwd.getpwnam("nobody").pw_gid).gr_name
    return getpass.getuser(), grp.getgrgid(os.getgid()).gr_name


class DovecotServer:
    """A running server. Make a user for each test with ``new_user``; nothing is shared between users.

    ``not_after`` is when its certificate expires; default: in a long time.
    """

    def __init__(self, *, not_after: datetime | None = None) -> None:
        self._not_after = not_after
        # A folder of our own under /tmp: pytest's are closed to the user that Dovecot runs as.
        self.base = Path(tempfile.mkdtemp(prefix="mwdc", dir="/tmp"))
        self.user, self.group = _runs_as()
        self.port = self.tls_port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._write_certificates()
        (self.base / "users").mkdir()
        for name, quota in NAMED_USERS.items():
            self._add(name, PASSWORD, quota)

    @property
    def ca_file(self) -> Path:
        return self.base / "ca.pem"

    def start(self) -> DovecotServer:
        """Start on fresh ports; another program may take one in between, so try again."""
        for _ in range(3):
            self.port, self.tls_port = free_ports(2)
            if self._launch():
                return self
        raise RuntimeError(f"dovecot does not start: {self.log()[-2000:]}")

    def restart(self) -> None:
        """Come back on the same ports after ``kill``."""
        if not self._launch():
            raise RuntimeError(f"dovecot does not come back: {self.log()[-2000:]}")

    def kill(self) -> None:
        """End the server and every connection at once, as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=10)
            self._process = None

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self.base, ignore_errors=True)

    def log(self) -> str:
        path = self.base / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def new_user(self, name: str | None = None, *, password: str = PASSWORD, quota: str = "1G") -> MailUser:
        """A user with an empty mailbox; ``quota`` as Dovecot writes it, e.g. ``200K``."""
        name = name or f"u{uuid.uuid4().hex[:12]}"
        self._add(name, password, quota)
        return self.account(name, password)

    def account(self, name: str, password: str = PASSWORD) -> MailUser:
        """The account of a user that exists."""
        return MailUser(name, password, "localhost", self.port, self.tls_port, self.ca_file)

    def maildir(self, name: str) -> Path:
        return self.base / "mail" / name / "Maildir"

    def fill(self, name: str, raws: Iterable[bytes]) -> int:
        """Put mails into a user's INBOX past IMAP, for thousands of them; how many. The user exists already.

        Dovecot keeps LF on disk, so bare LF and CRLF in ``raws`` come out as CRLF.
        """
        folder = self.maildir(name)
        entry = pwd.getpwnam(self.user)
        for part in ("", "cur", "new", "tmp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        count = 0
        for count, raw in enumerate(raws, 1):
            path = folder / "new" / f"{1_700_000_000 + count}.M{count}P{uuid.uuid4().hex[:8]}.test"
            path.write_bytes(raw.replace(b"\r\n", b"\n"))
            self._give(path, entry)
        for path in (folder.parent, folder, *(folder / p for p in ("cur", "new", "tmp"))):
            self._give(path, entry)
        return count

    @staticmethod
    def _give(path: Path, entry: pwd.struct_passwd) -> None:
        if os.getuid() == 0:
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def drop_connections(self, name: str) -> int:
        """Kill the processes that serve this user's logged-in connections; how many."""
        end = time.monotonic() + 5
        while not (serving := list(self._serving(name))) and time.monotonic() < end:
            time.sleep(0.02)
        for pid in serving:
            os.kill(pid, signal.SIGKILL)
        return len(serving)

    def _serving(self, name: str) -> Iterator[int]:
        assert self._process is not None
        title = f"dovecot/imap [{name} ".encode()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _runs(entry, self._process.pid, title):
                yield int(entry.name)

    def _add(self, name: str, password: str, quota: str) -> None:
        line = f"{name}:{{PLAIN}}{password}::::::userdb_quota_rule=*:storage={quota}\n"
        # A file for each user, since Dovecot looks at a file's time of change once a second only.
        (self.base / "users" / name).write_text(line)

    def _write_certificates(self) -> None:
        ca = trustme.CA()
        server = ca.issue_cert("localhost", "127.0.0.1", not_after=self._not_after)
        ca.cert_pem.write_to_path(self.base / "ca.pem")
        (self.base / "cert.pem").write_bytes(b"".join(p.bytes() for p in server.cert_chain_pems))
        server.private_key_pem.write_to_path(self.base / "key.pem")

    def _launch(self) -> bool:
        uid, gid = self._own()
        config = self.base / "dovecot.conf"
        config.write_text(
            _CONFIG.format(
                base=self.base,
                user=self.user,
                group=self.group,
                uid=uid,
                gid=gid,
                port=self.port,
                tls_port=self.tls_port,
                korean_sent=KOREAN_SENT,
            ),
            encoding="utf-8",
        )
        self._process = self._spawn(config, uid, gid)
        if wait_for_banner(self.port, lambda: self._process is not None and self._process.poll() is None):
            return True
        self.kill()
        return False

    def _own(self) -> tuple[int, int]:
        """Give the folder to the user that will run; his ids."""
        entry, group = pwd.getpwnam(self.user), grp.getgrnam(self.group)
        for path in (self.base, *self.base.iterdir()):
            if os.getuid() == 0:
                os.chown(path, entry.pw_uid, group.gr_gid)
        return entry.pw_uid, group.gr_gid

    def _spawn(self, config: Path, uid: int, gid: int) -> subprocess.Popen[bytes]:
        program = find_dovecot()
        assert program is not None
        root = os.getuid() == 0
        return subprocess.Popen(
            [program, "-F", "-c", str(config)],
            user=uid if root else None,
            group=gid if root else None,
            extra_groups=[] if root else None,
            start_new_session=True,
            cwd="/tmp",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def _runs(proc: Path, group: int, title: bytes) -> bool:
    """Whether a process belongs to ``group`` and shows ``title``."""
    try:
        return os.getpgid(int(proc.name)) == group and title in (proc / "cmdline").read_bytes()
    except OSError:
        return False
