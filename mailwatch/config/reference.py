"""The reference of all keys, made from the model: ``python -m mailwatch.config.reference``.

It prints docs/configuration.md; a test holds the file to what is printed here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import time, timedelta
from enum import Enum
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mailwatch.config.explain import section_of
from mailwatch.config.model import Config
from mailwatch.config.values import spell

_TOP = """\
# Configuration

This page is made from the model by `python -m mailwatch.config.reference`; change the model, not the page.

The file is YAML 1.2: `18:00` is a time, `NO` is a word, and a number with a leading zero stays as it is
written. It is looked for at `--config FILE`, `$MAILWATCH_CONFIG`, `~/.config/mailwatch/config.yaml`
(`$XDG_CONFIG_HOME`), `/etc/mailwatch/config.yaml`, in this order. Whatever is wrong is told at once, with
line and column; an unknown key is an error. `mailwatch check` tries it all out.

The smallest file that works:

```yaml
data: /var/lib/mailwatch
timezone: Asia/Seoul
language: ko
mailboxes:
  - name: support
    address: support@contoso.example
    imap: {host: mail.contoso.example}
    password: {credential: support-imap}
```

`config.example.yaml` shows every key in use.

**Lengths of time** are a number and a unit: `60 s`, `5 min`, `8 h`, `30 d`, `2 w`, `2 y` (365 days each).
**Paths** may begin with `~`; a relative path starts at the folder of the configuration file.
**Secrets** never stand in the file. `{credential: NAME}` is looked for in systemd's credentials folder, then
in `/etc/mailwatch/credentials/`; `{file: PATH}` must not be readable by everybody; `{env: NAME}` is an
environment variable; `{command: [PROGRAM, …]}` runs a program without a shell and takes what it prints (30 s
at most). A secret is fetched when it is needed and is never shown.
"""


def reference() -> str:
    """The whole page."""
    return "\n".join([_TOP, *_section("Top level", "", Config)]) + "\n"


def _section(title: str, prefix: str, section: type[BaseModel]) -> Iterator[str]:
    yield f"## {title}\n"
    inner: list[tuple[str, type[BaseModel]]] = []
    for key, field in section.model_fields.items():
        yield from _key(prefix + key, key, field)
        below = section_of(field.annotation)
        if below is not None:
            inner.append((prefix + key + ("[]." if _is_list(field.annotation) else "."), below))
    for path, below in inner:
        yield from _section(f"`{path.rstrip('.')}`", path, below)


def _key(path: str, key: str, field: FieldInfo) -> Iterator[str]:
    facts = "required" if field.is_required() else _default(field.get_default(call_default_factory=True))
    yield f"### `{path}`\n"
    yield f"{field.description}\n"
    if facts:
        yield f"*{facts}*\n"
    if field.examples:
        yield f"```yaml\n{key}: {_yaml(field.examples[0])}\n```\n"


def _default(value: Any) -> str:
    """The default in words; nothing where the description tells it."""
    if value is None or isinstance(value, BaseModel):
        return ""
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        return f"default: `[{', '.join(str(v.name) for v in value)}]`"
    return f"default: `{_yaml(value)}`"


def _yaml(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_yaml(v) for v in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_yaml(v)}" for k, v in value.items()) + "}"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, timedelta):
        return spell(value)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Enum):
        return str(value.value)
    plain = isinstance(value, str) and _is_plain(value)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def _is_plain(text: str) -> bool:
    """Whether YAML reads an unquoted text as it stands, also inside brackets."""
    return not (set(text) & set("{}[],#&*!|>'\"%@`\\")) and not text.startswith("-") and ": " not in text


def _is_list(annotation: Any) -> bool:
    waiting = [annotation]
    while waiting:
        candidate = waiting.pop()
        if getattr(candidate, "__origin__", None) is tuple:
            return True
        waiting.extend(get_args(candidate))
    return False


if __name__ == "__main__":
    sys.stdout.write(reference())
