"""The source as the rules of the house see it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "ionq_tui"


def modules() -> list[Path]:
    """Every module of the package, as paths relative to the tree."""
    return sorted(path.relative_to(ROOT) for path in PACKAGE.rglob("*.py"))


def modules_of_tests() -> list[Path]:
    """Every module of the tests, as paths relative to the tree."""
    return sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))


def room(path: Path) -> str:
    """Return the room a module is in: "api", "ui", or its own name for those that stand in no room."""
    return path.parts[1].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Yield the dotted names a module imports anywhere in it, those for type checkers too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
