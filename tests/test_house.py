"""The shape of the house, beyond what ruff and import-linter hold: what a reader can take in at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "mailwatch"

LONGEST_MODULE = 250
LONGEST_FUNCTION = 40

# What a migration made is never made otherwise again, so it cannot be split once a user has run it.
FROZEN = PACKAGE / "adapters" / "sql" / "migrations" / "versions"

# A daemon that shows no figures to Prometheus shall not carry the library that shows them.
# One that counts in no calendar with public holidays shall not carry those of the whole world.
LATE = {Path("adapters/exporter.py"), Path("config/public_holidays.py")}


def _modules() -> list[Path]:
    found = [path for path in sorted(PACKAGE.rglob("*.py")) if FROZEN not in path.parents]
    assert len(found) > 200
    return found


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end; a docstring that names every argument makes no function longer."""
    first = function.body[0]
    text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    told = first.end_lineno - first.lineno + 1 if text and first.end_lineno else 0
    return (function.end_lineno or 0) - function.lineno + 1 - told


def test_a_module_answers_one_question() -> None:
    """None is longer than 250 lines; one that grows beyond holds a second question."""
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in _modules()}
    assert {} == {path.name: count for path, count in lines.items() if count > LONGEST_MODULE}


def test_a_function_is_a_screen_at_most() -> None:
    """None has more than 40 lines beside its docstring."""
    found = {
        f"{path.relative_to(ROOT)}: {function.name}": _length(function)
        for path in _modules()
        for function in _functions(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert {} == {name: length for name, length in found.items() if length > LONGEST_FUNCTION}


def test_imports_stand_at_the_top() -> None:
    """No import hides in a function: a cycle or a slow start is mended, not put off."""
    assert [] == [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for function in _functions(ast.parse(path.read_text(encoding="utf-8")))
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def test_only_the_command_line_loads_modules_late() -> None:
    """What a command does not need it does not wait for; no room below decides that for it."""
    late = {
        path.relative_to(PACKAGE)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr == "import_module")
        or (isinstance(node, ast.Name) and node.id in {"import_module", "__import__"})
    }
    assert set() == {path for path in late if path.parts[0] != "cli"} - LATE


def test_what_tests_need_is_not_needed_to_run() -> None:
    """The catalogue is collected with Babel and read without it: users do not install that."""
    named = {
        name.split(".")[0]
        for path in _modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
    }
    assert {"jinja2", "sqlalchemy"} <= named
    assert named & {"babel", "hypothesis", "pytest", "psutil", "trustme"} == set()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
