"""The demo's folder: its configuration, and one to start with for the reader's own mailbox."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from mailwatch.demo.letter import MX
from mailwatch.demo.people import MINA, TEAM
from mailwatch.errors import ConfigError

_DEMO = """\
# The demo's configuration. Its mail server lived only while the demo ran.
data: {data}
timezone: Asia/Seoul
language: {language}
own_domains: [hanbit.example]
rename: {{settle: 0 s}}
mailboxes:
  - name: support
    address: {team}
    imap: {{host: 127.0.0.1, port: {imap}, tls: none}}
    username: support
    password: {{file: {secret}}}
    trust_anchor: {mx}
    folders:
      - {{name: INBOX, rename: replace}}
      - {{name: Sent, outgoing: true}}
  - name: mina
    address: {mina}
    imap: {{host: 127.0.0.1, port: {imap}, tls: none}}
    username: mina
    password: {{file: {secret}}}
    trust_anchor: {mx}
    outgoing: none
digests:
  - {{name: daily, to: [{team}]}}
smtp: {{host: 127.0.0.1, port: {smtp}, tls: none, sender: {team}}}
"""

_OWN = """\
# mailwatch for your own mailbox. Put in what stands in capitals; the rest is right for most.
data: {data}
timezone: Asia/Seoul
language: {language}
mailboxes:
  - name: support
    address: YOU@YOUR-DOMAIN
    imap: {{host: YOUR-IMAP-SERVER, port: 993}}
    password: {{file: {secret}}}   # a file with the password alone, chmod 600
    folders: [INBOX]
"""


def make_folder(wanted: Path | None, now: datetime) -> Path:
    """The folder for one run, empty: ``wanted``, or a fresh one below ``demo/``.

    Raises:
        ConfigError: it cannot be made, or something lies in it.
    """
    folder = wanted or Path("demo") / now.astimezone().strftime("%Y%m%d-%H%M%S-%f")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise ConfigError(
                "the folder {path} is not empty", mend="name a folder that does not exist yet", path=folder
            )
    except OSError as error:
        raise ConfigError(
            "the folder {path} cannot be used: {reason}",
            mend="name a new folder in one that you may write to: mailwatch demo --folder DIR",
            path=folder,
            reason=error.strerror or error,
        ) from None
    return folder.absolute()


def write_configuration(folder: Path, language: str, *, imap: int, smtp: int, password: str) -> Path:
    """Write the demo's configuration and the password beside it; the configuration's path."""
    secret = folder / "imap-password"
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="ascii")
    config = folder / "config.yaml"
    text = _DEMO.format(
        data=_quoted(folder / "data"),
        secret=_quoted(secret),
        language=language,
        team=TEAM.addr,
        mina=MINA.addr,
        imap=imap,
        smtp=smtp,
        mx=MX,
    )
    config.write_text(text, encoding="utf-8")
    return config


def write_own(folder: Path, language: str) -> Path:
    """Write a configuration for the reader to fill in; its path."""
    path = folder / "my-mailbox.yaml"
    data = folder / "my-data"
    text = _OWN.format(data=_quoted(data), secret=_quoted(folder / "my-password"), language=language)
    path.write_text(text, encoding="utf-8")
    return path


def _quoted(path: Path) -> str:
    """A path as a YAML string: any JSON string is one (YAML 1.2 section 1.3)."""
    return json.dumps(str(path), ensure_ascii=False)
