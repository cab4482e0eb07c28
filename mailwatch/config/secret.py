"""Secrets: the configuration says where one lies; it is fetched when it is needed and never shown."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, InstanceOf, PlainSerializer, ValidationInfo

from mailwatch.config.values import Wrong, path
from mailwatch.errors import ConfigError, TemporaryError

_log = logging.getLogger(__name__)

KINDS = ("credential", "file", "env", "command")
CREDENTIALS = Path("/etc/mailwatch/credentials")
COMMAND_SECONDS = 30
_MAX_BYTES = 64 * 1024
_WRITE = "write the password there, on one line, or correct in the configuration where it lies"
_READABLE = "put the password there, readable by the user that mailwatch runs as and by nobody else"


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret lies. ``kind`` is one of ``KINDS``, ``source`` a name, a path, or a command's words.

    The secret itself is no part of this value, so no log line or traceback can hold it.
    """

    kind: str
    source: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Secret({self})"

    def __str__(self) -> str:
        """Where it lies, for a sentence."""
        # A command's words may themselves be confidential.
        where = "…" if self.kind == "command" else self.source[0]
        return f"{self.kind}: {where}"

    def reveal(self) -> str:
        """Fetch the secret now. One line break at its end is cut off.

        Raises:
            ConfigError: it is not there, may not be read, or lies open to other users.
            TemporaryError: its command took longer than ``COMMAND_SECONDS``.
        """
        raw = _FETCH[self.kind](self.source)
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise ConfigError("the secret {secret} is not UTF-8 text", mend=_WRITE, secret=self) from None
        text = text.removesuffix("\n").removesuffix("\r")
        if not text:
            raise ConfigError("the secret {secret} is empty", mend=_WRITE, secret=self)
        return text


def parse_secret(value: object) -> Secret:
    """Read ``{credential: NAME}``, ``{file: PATH}``, ``{env: NAME}`` or ``{command: [WORD, …]}``."""
    if isinstance(value, Secret):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise Wrong(
            "a secret does not stand in the configuration; say where it lies: "
            "{credential: NAME}, {file: PATH}, {env: NAME} or {command: [PROGRAM, …]}"
        )
    kind, source = next(iter(value.items()))
    if kind not in KINDS:
        near = get_close_matches(str(kind), KINDS, n=1)
        if near:
            raise Wrong("unknown kind of secret {kind} (did you mean {near}?)", kind=kind, near=near[0])
        raise Wrong("unknown kind of secret; there are credential, file, env and command")
    return Secret(kind, _command(source) if kind == "command" else _place(kind, source))


def configured(value: object, info: ValidationInfo) -> Secret:
    """``parse_secret``; the path of a file starts, like any other path, at the configuration's folder."""
    secret = parse_secret(value)
    if secret.kind != "file":
        return secret
    return Secret("file", (str(path(secret.source[0], info)),))


def _place(kind: str, source: object) -> tuple[str, ...]:
    if not isinstance(source, str) or not source or "\0" in source:
        raise Wrong("{kind}: expected a text", kind=kind)
    if kind == "credential" and ("/" in source or source in {".", ".."}):
        raise Wrong("a credential is named by its file name alone, without a folder")
    return (source,)


def _command(source: object) -> tuple[str, ...]:
    if not isinstance(source, list) or not source or not all(isinstance(word, str) for word in source):
        raise Wrong("a command is a list of words, for example [pass, show, mail]; no shell reads it")
    return tuple(source)


# ── fetching ──────────────────────────────────────────────────────────────────


def _from_env(source: tuple[str, ...]) -> bytes:
    value = os.environb.get(os.fsencode(source[0]))
    if value is None:
        raise ConfigError(
            "the environment variable {name}, which holds a secret, is not set",
            mend="set it for mailwatch, or correct its name in the configuration",
            name=source[0],
        )
    return value


def _from_file(source: tuple[str, ...]) -> bytes:
    try:
        return _read(Path(source[0]).expanduser())
    except OSError as error:
        raise _unreadable(source[0], error) from None


def _unreadable(path: object, error: OSError) -> ConfigError:
    return ConfigError(
        "the secret in {path} cannot be read: {reason}",
        mend=_READABLE,
        path=path,
        reason=error.strerror or error,
    )


def _whole(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_BYTES)
    except OSError as error:
        raise _unreadable(path, error) from None


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        # The mode is asked of the open file, so that it is the one that is read.
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o007:
            raise ConfigError(
                "the secret in {path} can be read by every user of this machine",
                mend="run: chmod 600 {path}",
                path=path,
            )
        if mode & 0o070:
            _log.warning("the secret in %s can be read by its group; chmod 600 would close it", path)
        return file.read(_MAX_BYTES)


def _from_credential(source: tuple[str, ...]) -> bytes:
    for place in _given(source[0]):
        if place.exists():
            # Its mode is systemd's affair: an access list for our user looks like a right of the group.
            return _whole(place)
    place = CREDENTIALS / source[0]
    if _is_there(place):
        return _from_file((str(place),))
    raise ConfigError(
        "the credential {name} is neither in systemd's credentials folder nor in {folder}",
        mend="put the secret into {folder}/{name} with mode 600, or name it in the unit by LoadCredential=",
        name=source[0],
        folder=CREDENTIALS,
    )


def _given(name: str) -> tuple[Path, ...]:
    """Where systemd may have put it: by its own name, or as a file of the folder that our unit names.

    ``LoadCredential=mailwatch:FOLDER`` calls the file NAME in it ``mailwatch_NAME`` (systemd.exec(5)).
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return (Path(folder) / name, Path(folder) / f"mailwatch_{name}") if folder else ()


def _is_there(path: Path) -> bool:
    """A folder that we may not enter counts: reading then says why not."""
    try:
        return path.exists()
    except PermissionError:
        return True


def _from_command(source: tuple[str, ...]) -> bytes:
    try:
        # What the command writes to either stream may be the secret, so none of it is ever repeated.
        done = subprocess.run(  # noqa: S603 - the owner of the configuration chose the words, and no shell reads them
            source, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise TemporaryError(
            "the command {program}, which fetches a secret, took longer than {seconds} seconds",
            mend="run it by hand to see why",
            program=source[0],
            seconds=COMMAND_SECONDS,
        ) from None
    except OSError as error:
        raise ConfigError(
            "the command {program}, which fetches a secret, cannot be run: {reason}",
            mend="install it, or correct the command in the configuration",
            program=source[0],
            reason=error.strerror or error,
        ) from None
    if done.returncode != 0:
        raise ConfigError(
            "the command {program}, which fetches a secret, failed with exit code {code}",
            mend="run it by hand to see why",
            program=source[0],
            code=done.returncode,
        )
    return done.stdout[:_MAX_BYTES]


_FETCH = {"env": _from_env, "file": _from_file, "credential": _from_credential, "command": _from_command}


def _public(secret: Secret) -> dict[str, str]:
    return {secret.kind: "" if secret.kind == "command" else secret.source[0]}


SecretField = Annotated[InstanceOf[Secret], BeforeValidator(configured), PlainSerializer(_public)]
