"""Each floor is entered alone, in a fresh interpreter, to see who comes along."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

import pytest

from tests.house.source import ROOT, modules

OUTSIDERS = {"textual", "rich", "httpx", "keyring", "platformdirs", "click", "ionq_core"}
ROOMS = {"api", "engine", "journal", "simulator", "ui", "credentials", "view"}

# click comes with the tools of the tests alone, and where it is installed httpx loads it, and rich with it.
_PROGRAM = """
import json, sys
sys.modules["click"] = None
before = set(sys.modules)
{}
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@cache
def comes_along(statement: str) -> frozenset[str]:
    """Return the modules that a statement loads in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(statement)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    loaded: list[str] = json.loads(done.stdout.splitlines()[-1])
    return frozenset(loaded)


def packages(statement: str) -> set[str]:
    """Return the packages that come along."""
    return {name.partition(".")[0] for name in comes_along(statement)}


def rooms(statement: str) -> set[str]:
    """Return the rooms of the house that come along."""
    return {name.split(".")[1] for name in comes_along(statement) if name.startswith("ionq_tui.")}


def whole(room: str) -> str:
    """Return a statement that imports every module of a room."""
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in modules()]
    return "import " + ", ".join(name for name in names if f"{name}.".startswith(f"ionq_tui.{room}."))


def test_the_package_itself_loads_nothing() -> None:
    assert rooms("import ionq_tui") == set()
    assert not packages("import ionq_tui") & {*OUTSIDERS, "asyncio", "sqlite3", "ssl"}


@pytest.mark.parametrize("start", [whole("model"), "import ionq_tui.model.snapshot"], ids=["all", "watch"])
def test_the_model_needs_the_standard_library_only_and_little_of_it(start: str) -> None:
    assert packages(start) <= {"ionq_tui", *sys.stdlib_module_names}
    assert not packages(start) & {"asyncio", "sqlite3", "ssl", "socket"}
    assert rooms(start) == {"model"}


@pytest.mark.parametrize(
    ("room", "brings"),
    [
        ("view", set()),
        ("api", {"httpx"}),
        ("credentials", {"keyring"}),
        ("journal", set()),
        ("engine", set()),
        ("simulator", set()),
    ],
)
def test_a_room_on_the_first_floor_knows_the_model_and_no_neighbour(room: str, brings: set[str]) -> None:
    assert rooms(whole(room)) <= {room, "model"}
    assert packages(whole(room)) & OUTSIDERS <= brings


@pytest.mark.parametrize("room", ["view", "api", "credentials", "engine", "simulator", "model"])
def test_only_the_journal_opens_a_database(room: str) -> None:
    assert "sqlite3" not in packages(whole(room))


def test_words_are_made_without_a_loop() -> None:
    assert "asyncio" not in packages(whole("view"))


def test_the_keyring_is_not_loaded_before_it_is_asked() -> None:
    assert "keyring" not in packages(whole("credentials"))


def test_the_library_loads_neither_screens_nor_keyring() -> None:
    for name in ("SessionManager", "IonQClient", "IonQError"):
        statement = f"from ionq_tui import {name}"
        assert not packages(statement) & {"textual", "rich", "keyring", "ionq_core"}
        assert rooms(statement) <= {"api", "model"}


def test_the_screens_meet_neither_network_nor_keyring_nor_database() -> None:
    start = "import ionq_tui.ui.app"
    assert not packages(start) & {"httpx", "keyring", "sqlite3"}
    assert not rooms(start) & {"api", "credentials", "journal", "simulator"}
    assert not rooms(whole("ui")) & {"api", "credentials", "journal", "simulator", "cli", "wiring"}


def test_the_command_line_is_read_before_anything_is_loaded() -> None:
    assert not packages("import ionq_tui.cli.main") & {"textual", "rich", "httpx", "keyring", "sqlite3"}
