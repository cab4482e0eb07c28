"""The configuration of one run, and whose run it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mailwatch.cli.identity import become_owner as become_owner
from mailwatch.config import Config, find_config, load
from mailwatch.config.places import is_there


def configuration(option: Path | None, env: Mapping[str, str]) -> Config:
    """The configuration of this run."""
    return load(find_config(option, env))


def configuration_or_none(option: Path | None, env: Mapping[str, str]) -> Config | None:
    """The configuration, or None where nobody named one and there is none at the usual places."""
    return configuration(option, env) if is_there(option, env) else None
