"""Tab in the line editors of bash, zsh, and fish, as a user presses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.completed import BACKEND, LABEL, OTHER, RUNNING, Desk, desk, needs, record
from tests.cli.test_completion import STRANGE
from tests.terminal.kit import Terminal, command

__all__ = ["desk"]
pytestmark = pytest.mark.xdist_group("terminal")

_READY = "ready to complete"
_START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(ionq-tui completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -Uz compinit; compinit -D -u; eval "$(ionq-tui completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "ionq-tui completion fish | source"),
}
EACH = pytest.mark.parametrize("shell", [pytest.param(one, marks=needs(one)) for one in _START])


def _started(desk: Desk, shell: str, setup: str = "", **more: str) -> Terminal:
    """A shell whose screen is empty but for its prompt."""
    argv, usual = _START[shell]
    terminal = Terminal(argv, {**desk.environment, "PS1": "> ", **more}, rows=30, columns=120, directory=desk.home)
    # Written apart, so that the typed line is not taken for its output; the shell may still be starting.
    terminal.wait_quiet().type(f"{setup or usual}; clear; printf '%s to %s\\n' ready complete\r").wait_for(_READY)
    terminal.wait_quiet()
    return terminal


@EACH
def test_a_tab_completes_a_command_a_value_and_a_session(desk: Desk, shell: str) -> None:
    with _started(desk, shell) as terminal:
        terminal.type("ionq-tui sho\t").wait_for("ionq-tui show")
        terminal.type(f"{RUNNING[:4]}\t").wait_for(f"ionq-tui show {RUNNING}")
        terminal.type("--read-only --log-level=w\t").wait_for("--log-level=warning")
    with _started(desk, shell) as terminal:
        terminal.type(f"ionq-tui end {RUNNING[-6:]}\t").wait_for(f"ionq-tui end {RUNNING}")
    with _started(desk, shell) as terminal:
        terminal.type("ionq-tui ls --columns id,lab\t").wait_for("--columns id,label")
        terminal.type(" --status created,st\t").wait_for("--status created,started")
        terminal.type(" --sort=-lim\t").wait_for("--sort=-limits")


@EACH
def test_a_tab_completes_a_path_with_a_space(desk: Desk, shell: str) -> None:
    (desk.home / "settings of mine.toml").touch()
    with _started(desk, shell) as terminal:
        terminal.type("ionq-tui ls --config sett\t").wait_for("settings\\ of\\ mine.toml")


@EACH
def test_a_tab_completes_the_command_that_run_runs(desk: Desk, shell: str) -> None:
    (desk.home / "scan of mine.py").touch()
    with _started(desk, shell) as terminal:
        terminal.type("ionq-tui run qpu.forte-1 --yes -- ionq-tu\t").wait_for("-- ionq-tui")
    with _started(desk, shell) as terminal:
        terminal.type("ionq-tui run qpu.forte-1 --yes -- cat sca\t").wait_for("cat scan\\ of\\ mine.py")


@EACH
def test_the_command_line_before_the_cursor_is_not_run(desk: Desk, shell: str) -> None:
    (desk.home / "scan of mine.py").touch()
    with _started(desk, shell) as terminal:
        terminal.type("ionq-tui run qpu.forte-1 --yes -- cat $(touch OWNED) sca\t").wait_for("scan\\ of\\ mine.py")
        assert not _made(desk.home)


@pytest.mark.parametrize("shell", [pytest.param(one, marks=needs(one)) for one in ("zsh", "fish")])
def test_a_session_is_listed_with_its_backend_and_label(desk: Desk, shell: str) -> None:
    with _started(desk, shell) as terminal:
        terminal.type("ionq-tui end 1\t").wait_for("end 11").type("\t").wait_for(f"{BACKEND} · {LABEL}").wait_quiet()
        assert terminal.text.index(RUNNING) < terminal.text.rindex(OTHER), "newest first"


@needs("zsh")
def test_zsh_finds_it_in_a_directory_of_functions(desk: Desk) -> None:
    folder = desk.home / "functions"
    folder.mkdir()
    script = "\n".join(desk.ask(*command("completion", "zsh")).lines)
    (folder / "_ionq-tui").write_text(script, encoding="utf-8")
    with _started(desk, "zsh", "fpath=(~/functions $fpath); autoload -Uz compinit; compinit -D -u") as terminal:
        terminal.type("ionq-tui watc\t").wait_for("ionq-tui watch")


@EACH
def test_strange_records_run_and_paint_nothing(desk: Desk, shell: str) -> None:
    journal = desk.open_journal()
    for number, text in enumerate(STRANGE):
        record(journal, text)
        record(journal, f"66{number:02}", text, text)
    journal.close()
    with _started(desk, shell) as terminal:
        terminal.type("ionq-tui end 66\t\t").wait_for(f"66{len(STRANGE) - 1:02}").wait_quiet()
        assert terminal.copied == [], "no escape sequence of a label reaches the terminal"
        terminal.type("\t\t").wait_quiet()
        assert "\u202e" not in terminal.text
        assert not _made(desk.home)
        terminal.keys("ctrl+c").wait_quiet().type("ionq-tui open '$(touch OWNED)\t").wait_quiet()
        assert not _made(desk.home)


@EACH
def test_the_line_editor_expands_nothing_whatever_the_program_offers(desk: Desk, shell: str) -> None:
    path = desk.with_program_that_offers(text for text in STRANGE if text.isprintable())
    with _started(desk, shell, PATH=path) as terminal:
        terminal.type("ionq-tui end \t\t").wait_for("a\\nb").wait_quiet().keys("ctrl+c").wait_quiet()
        assert not _made(desk.home)


def _made(home: Path) -> list[Path]:
    return list(home.rglob("OWNED"))
