"""Where the database is: said without a password in it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, ValidationInfo

from mailwatch.config.secret import Secret, SecretField, configured
from mailwatch.config.values import Wrong

_KINDS = ("sqlite", "postgresql")


def _database(value: object, info: ValidationInfo) -> str | Secret | None:
    """An SQLAlchemy URL without a password in it, or where the whole URL lies."""
    if value is None or isinstance(value, Secret):
        return value
    if isinstance(value, dict):
        return configured(value, info)
    if not isinstance(value, str) or "://" not in value:
        raise Wrong("expected a database URL such as sqlite:////var/lib/mailwatch/mailwatch.db")
    scheme, rest = value.split("://", 1)
    _refuse_unknown(scheme)
    authority = rest.split("/", 1)[0]
    if "@" in authority and ":" in authority.rsplit("@", 1)[0]:
        raise Wrong("the database URL holds a password; put the whole URL elsewhere, e.g. {file: PATH}")
    if scheme == "sqlite":
        _refuse_unclear(rest)
    else:
        _refuse_odd_port(value)
    return value


def _refuse_unknown(scheme: str) -> None:
    kind = scheme.partition("+")[0]
    if kind in _KINDS:
        return
    near = get_close_matches(kind.lower(), _KINDS, n=1)
    if near:
        raise Wrong("mailwatch knows no database {kind} (did you mean {near}?)", kind=kind[:40], near=near[0])
    raise Wrong("mailwatch keeps its data in sqlite or postgresql, not in {kind}", kind=kind[:40])


def _refuse_unclear(rest: str) -> None:
    """With three slashes a path is taken from wherever the command is started."""
    if not rest.startswith("//") or not rest.strip("/"):
        raise Wrong("an SQLite database is named by its whole path, behind four slashes: sqlite:////srv/x.db")


def _refuse_odd_port(value: str) -> None:
    try:
        _ = urlsplit(value).port
    except ValueError:
        raise Wrong("the port in the database URL is none: postgresql://user@host:5432/name") from None


Database = Annotated[str | SecretField | None, BeforeValidator(_database)]
