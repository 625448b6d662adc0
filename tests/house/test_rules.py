"""Rules of the house that no tool checks."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, imported, modules, modules_of_tests, room, tree

EVERYTHING = [*modules(), *modules_of_tests()]

OWNERS = {
    "httpx": {"api"},
    "textual": {"ui"},
    "rich": {"ui"},
    "keyring": {"credentials"},
    "sqlite3": {"journal"},
    "ionq_core": {"api"},  # for type checkers alone: test_floors sees that it is never loaded
}


@pytest.mark.parametrize("outsider", OWNERS)
def test_an_outsider_is_known_to_one_room(outsider: str) -> None:
    found = {path for path in modules() for name in imported(path) if name.partition(".")[0] == outsider}
    assert [path for path in sorted(found) if room(path) not in OWNERS[outsider]] == []


def test_only_the_stair_meets_the_app() -> None:
    found = {path for path in modules() if "ionq_tui.ui.app" in set(imported(path))}
    assert {room(path) for path in found} <= {"cli", "wiring", "__main__"}


def test_the_key_is_revealed_in_two_rooms_only() -> None:
    def reveals(path: Path) -> bool:
        return any(isinstance(node, ast.Attribute) and node.attr == "reveal" for node in ast.walk(tree(path)))

    assert {room(path) for path in modules() if reveals(path)} <= {"api", "credentials"}
    assert [path.name for path in modules() if room(path) == "api" and reveals(path)] in ([], ["auth.py"])


def test_anything_goes_only_where_json_comes_in() -> None:
    found = {path for path in modules() if "typing.Any" in set(imported(path))}
    assert found <= {Path("ionq_tui/api/decode.py")}


def test_the_screens_cast_nothing() -> None:
    assert [path for path in modules() if room(path) == "ui" and "typing.cast" in set(imported(path))] == []


def test_files_for_the_user_are_written_in_one_place() -> None:
    def writes(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call):
            return False
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if node.args and isinstance(node.args[0], ast.Attribute) and node.args[0].attr == "devnull":
            return False
        modes = [
            one.value for one in (*node.args, *(key.value for key in node.keywords)) if isinstance(one, ast.Constant)
        ]
        opens = name == "open" and any(
            isinstance(mode, str) and re.fullmatch(r"[rb+t]*[wax+][rb+t]*", mode) for mode in modes
        )
        return opens or name in {"write_text", "write_bytes", "fdopen", "NamedTemporaryFile", "mkstemp"}

    found = {path for path in modules() if any(writes(node) for node in ast.walk(tree(path)))}
    assert found == {Path("ionq_tui/new_file.py"), Path("ionq_tui/ui/driver.py")}  # the second writes to the terminal


@pytest.mark.parametrize("limit", [500])
def test_no_file_grows_into_a_god(limit: int) -> None:
    lengths = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: length for path, length in lengths.items() if length > limit} == {}


def test_an_ignored_type_error_is_named() -> None:
    bare = re.compile(r"#\s*type:\s*ignore(?!\[)")
    here = Path(__file__).relative_to(ROOT)
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in EVERYTHING if path != here}
    assert [path for path, text in texts.items() if bare.search(text)] == []


def test_annotations_are_never_evaluated() -> None:
    def postponed(path: Path) -> bool:
        return any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree(path).body)

    def annotates(path: Path) -> bool:
        return any(
            isinstance(node, ast.AnnAssign | ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree(path))
        )

    assert [path for path in EVERYTHING if annotates(path) and not postponed(path)] == []


def test_every_folder_of_tests_is_a_package() -> None:
    assert {path.parent for path in modules_of_tests() if not (ROOT / path.parent / "__init__.py").exists()} == set()
