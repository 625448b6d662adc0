"""doctor in a real terminal, and in tmux, where it tells what tmux would spoil."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.terminal.kit import Terminal, command
from tests.terminal.tmux import Tmux

DOCTOR = command("--demo", "doctor")


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [(24, 80, "compact layout"), (30, 100, "roomy layout"), (36, 140, "wide layout"), (14, 60, "too small")],
)
def test_the_size(environment: dict[str, str], rows: int, columns: int, words: str) -> None:
    with Terminal(DOCTOR, environment, rows=rows, columns=columns) as terminal:
        assert terminal.wait_exit() == 0
        told = " ".join(terminal.raw.decode().split())
    assert f"{columns}\u00d7{rows}" in told and words in told
    assert "TERM=xterm-256color" in told and "16 million colors" in told


def test_no_word_is_broken_at_80_columns(environment: dict[str, str]) -> None:
    folder = f"{environment['HOME']}/folder/{'with-a-long-name/' * 5}"
    with Terminal(DOCTOR, {**environment, "XDG_CONFIG_HOME": folder}, rows=60, columns=80) as terminal:
        assert terminal.wait_exit() == 0
        lines = terminal.raw.decode().splitlines()
    told = " ".join(" ".join(lines).split())
    assert "with-a-long-name/ionq-tui/config.toml does not exist: defaults, profile default" in told
    assert all(len(line) <= 80 or len(line.split()) == 1 for line in lines), lines
    assert any(line.startswith(" " * 25) for line in lines), "what goes on stands below what it belongs to"


def test_a_terminal_that_cannot_show_it(environment: dict[str, str]) -> None:
    with Terminal(DOCTOR, {**environment, "TERM": "dumb"}) as terminal:
        assert terminal.wait_exit() == 1
        assert "cannot show the dashboard" in terminal.raw.decode()


def test_in_tmux(tmux: Callable[[], Tmux]) -> None:
    server = tmux().start(["sh", "-c", "sleep 600"], rows=60, columns=160)
    server.run("set", "-s", "escape-time", "500", ";", "set", "-s", "set-clipboard", "off")
    server.run("set", "-g", "default-terminal", "screen", ";", "set", "-g", "allow-passthrough", "off")
    server.run("respawn-window", "-k", *DOCTOR)
    server.wait_for(lambda now: "problems" in now.text or "to repair" in now.text)
    for words in (
        "set-clipboard off, default-terminal screen, escape-time 500 ms",
        "tmux set -s escape-time 10",
        "tmux set -g default-terminal tmux-256color",
        "tmux set -s set-clipboard on",
    ):
        assert words in server.text
