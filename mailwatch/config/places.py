"""Where the configuration is looked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mailwatch.errors import ConfigError

SYSTEM = Path("/etc/mailwatch/config.yaml")


def find_config(option: Path | None, env: Mapping[str, str]) -> Path:
    """The file to read: the option, ``MAILWATCH_CONFIG``, the user's folder, ``/etc/mailwatch``.

    A file named by option or variable is taken as it is, present or not: to
    fall back in silence would run with another configuration than the one asked for.

    Raises:
        ConfigError: none was named, and there is none at the usual places.
    """
    if option is not None:
        return option
    named = env.get("MAILWATCH_CONFIG")
    if named:
        return Path(named)
    places = [*_of_user(env), SYSTEM]
    for place in places:
        if place.is_file():
            return place
    raise ConfigError(
        "there is no configuration at {places}",
        mend="write one (docs/configuration.md shows the smallest) or name it: mailwatch --config FILE",
        places=", ".join(str(place) for place in places),
    )


def is_there(option: Path | None, env: Mapping[str, str]) -> bool:
    """Whether a file is named, or stands at one of the usual places."""
    named = option is not None or bool(env.get("MAILWATCH_CONFIG"))
    return named or any(place.is_file() for place in (*_of_user(env), SYSTEM))


def _of_user(env: Mapping[str, str]) -> list[Path]:
    base = env.get("XDG_CONFIG_HOME")
    if base and Path(base).is_absolute():
        return [Path(base) / "mailwatch/config.yaml"]
    home = env.get("HOME")
    return [Path(home) / ".config/mailwatch/config.yaml"] if home else []
