"""Where the database is: said without a password in it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo

from mailwatch.config.secret import Secret, SecretField, configured
from mailwatch.config.values import Wrong


def _database(value: object, info: ValidationInfo) -> str | Secret | None:
    """An SQLAlchemy URL without a password in it, or where the whole URL lies."""
    if value is None or isinstance(value, Secret):
        return value
    if isinstance(value, dict):
        return configured(value, info)
    if not isinstance(value, str) or "://" not in value:
        raise Wrong("expected a database URL such as sqlite:////var/lib/mailwatch/mailwatch.db")
    authority = value.split("://", 1)[1].split("/", 1)[0]
    if "@" in authority and ":" in authority.rsplit("@", 1)[0]:
        raise Wrong("the database URL holds a password; put the whole URL elsewhere, e.g. {file: PATH}")
    return value


Database = Annotated[str | SecretField | None, BeforeValidator(_database)]
