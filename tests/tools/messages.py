"""Collects every sentence that users can read, and brings ``mailwatch/locale/ko.po`` up to date with them.

    python tests/tools/messages.py [TRANSLATIONS.tsv …]

A line of a .tsv file is an English sentence, a tab, and its Korean. Sentences
that nobody says any more leave the file; what ko.po says already is not overwritten.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from mailwatch.cli.help import paragraphs

ROOT = Path(__file__).resolve().parents[2]
PO = ROOT / "mailwatch" / "locale" / "ko.po"

SAYERS = frozenset(
    {
        "ConfigError",
        "TemporaryError",
        "MaybeSent",
        "Refused",
        "Words",
        "Wrong",
        "_",
        "gettext",
        "say",
        "translate",
    }
)
COUNTERS = frozenset({"counted", "ngettext"})
"""What says something of a count: a sentence for one, and one for any other number."""
KEYWORDS = frozenset({"help", "mend", "template"})

Found = tuple[str, int, str | tuple[str, str]]


def found(translated: frozenset[str] = frozenset()) -> Iterator[Found]:
    """Every msgid with its file and line; a pair where it has a plural.

    What stands in a call that says something must be translated. Sentences also
    stand in tables; there, those in ``translated`` are recognised.
    """
    yield from _templates()
    yield from _sources(translated)


def _templates() -> Iterator[Found]:
    for path in sorted((ROOT / "templates").rglob("*.j2")):
        options = {
            "trimmed": "true",
            "trim_blocks": "true",
            "lstrip_blocks": "true",
            "newstyle_gettext": "true",
        }
        with path.open("rb") as file:
            for line, function, message, _ in babel_extract(file, ("_", "gettext", "ngettext"), [], options):
                if function == "ngettext":
                    yield _name(path), line, (message[0], message[1])
                    continue
                text = message[0] if isinstance(message, tuple) else message
                # What is no constant comes from a table; see ``found``.
                if text is not None:
                    yield _name(path), line, text


def _sources(translated: frozenset[str]) -> Iterator[Found]:
    for path in sorted((ROOT / "mailwatch").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                for message in _said(node):
                    yield _name(path), node.lineno, message
            elif isinstance(node, ast.FunctionDef) and _is_command(node):
                for text in paragraphs(ast.get_docstring(node) or ""):
                    yield _name(path), node.lineno, text
            elif isinstance(node, ast.Constant) and node.value in translated:
                yield _name(path), node.lineno, str(node.value)


def _is_command(function: ast.FunctionDef) -> bool:
    """Its docstring is a page of help."""
    calls = [d.func for d in function.decorator_list if isinstance(d, ast.Call)]
    return bool({"command", "group"} & {getattr(call, "attr", getattr(call, "id", "")) for call in calls})


def _said(call: ast.Call) -> Iterator[str | tuple[str, str]]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    texts = [_text(argument) for argument in call.args]
    if name in COUNTERS and len(texts) >= 2 and texts[0] and texts[1]:
        yield texts[0], texts[1]
    elif name == "Item" and len(texts) > 2 and texts[2]:
        # A line of ``mailwatch --help``.
        yield texts[2]
    elif name in SAYERS and texts and texts[0]:
        yield texts[0]
    for keyword in call.keywords:
        text = _text(keyword.value)
        if keyword.arg in KEYWORDS and text:
            yield text


def _text(node: ast.expr) -> str | None:
    """The text of a constant; adjacent literals are one constant already."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def wordless(sentence: str) -> bool:
    """Values alone, with nothing to translate between them."""
    return not re.search(r"[A-Za-z]", re.sub(r"\{[^{}]*\}|%\([^()]*\)s", "", sentence))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def updated(translations: dict[str, str]) -> Catalog:
    """The Korean catalogue with today's sentences; ``translations`` fill what it does not know."""
    old = read_po(io.BytesIO(PO.read_bytes()), locale="ko") if PO.exists() else Catalog(locale="ko")
    # A date of today would make two people's changes collide, whatever they touched.
    fresh = Catalog(
        locale="ko",
        project="mailwatch",
        charset="utf-8",
        fuzzy=False,
        header_comment="# Korean translations of mailwatch, made by tests/tools/messages.py.",
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
    )
    translated = frozenset(translations) | {m.id for m in old if isinstance(m.id, str) and m.id}
    for file, _, msgid in found(translated):
        if wordless(msgid if isinstance(msgid, str) else msgid[0]):
            continue
        key = msgid[0] if isinstance(msgid, tuple) else msgid
        before = old.get(key)
        known = (_singular(before.string) if before else "") or translations.get(key, "")
        known_plural = isinstance(fresh.get(key).id, tuple) if fresh.get(key) else isinstance(msgid, tuple)
        fresh.add(msgid, (known,) if known_plural else known, locations=[(file, None)])
    return fresh


def _singular(string: object) -> str:
    return str(string[0]) if isinstance(string, (tuple, list)) else str(string)


def main(paths: list[str]) -> int:
    """Write the catalogue; the number of sentences without a translation decides the exit code."""
    translations: dict[str, str] = {}
    for path in paths:
        for line in Path(path).read_text("utf-8").splitlines():
            english, tab, korean = line.partition("\t")
            if tab and korean.strip():
                translations[english.replace("\\n", "\n")] = korean.strip().replace("\\n", "\n")
    catalog = updated(translations)
    buffer = io.BytesIO()
    write_po(buffer, catalog, omit_header=False, sort_output=True, include_lineno=False, width=110)
    PO.parent.mkdir(exist_ok=True)
    PO.write_bytes(buffer.getvalue())
    missing = [m.id for m in catalog if m.id and not _singular(m.string)]
    for msgid in missing:
        sys.stdout.write(f"{msgid}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
