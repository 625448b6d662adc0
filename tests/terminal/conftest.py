from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from tests.terminal.kit import Terminal, clean_environment
from tests.terminal.tmux import Tmux


class OpenTerminal(Protocol):
    def __call__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str] | None = None,
        *,
        rows: int = 24,
        columns: int = 80,
        sized: bool = True,
        directory: Path | None = None,
        answers: Mapping[bytes, bytes] | None = None,
    ) -> Terminal: ...


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home directory for the programs under test."""
    return tmp_path / "home"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    """An environment with nothing of the user's in it; tests add to it before they start something."""
    return clean_environment(home)


@pytest.fixture
def open_terminal(environment: dict[str, str]) -> Iterator[OpenTerminal]:
    """Start programs in terminals of their own, all of which end with the test."""
    clean = environment
    with ExitStack() as stack:

        def start(
            argv: Sequence[str],
            environment: Mapping[str, str] | None = None,
            *,
            rows: int = 24,
            columns: int = 80,
            sized: bool = True,
            directory: Path | None = None,
            answers: Mapping[bytes, bytes] | None = None,
        ) -> Terminal:
            given = environment or clean
            return stack.enter_context(
                Terminal(argv, given, rows=rows, columns=columns, sized=sized, directory=directory, answers=answers)
            )

        yield start


@pytest.fixture
def tmux(environment: dict[str, str]) -> Iterator[Callable[[], Tmux]]:
    """Start tmux servers of their own, all of which end with the test."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Tmux(environment))
