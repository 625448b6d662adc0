"""What the help says below the options: examples, exit codes and environment variables."""

from __future__ import annotations

from textwrap import wrap

from ionq_tui.model.exit_code import MEANINGS
from ionq_tui.view.environment import ENVIRONMENT

_WIDTH = 80
EXAMPLES: dict[str, tuple[str, ...]] = {
    "attach": ("ionq-tui attach b07e44",),
    "backends": ("ionq-tui backends", "ionq-tui backends --sort=-2q-fid --columns name,queue,2q-fid"),
    "ls": ("ionq-tui ls --mine --sort left", "ionq-tui ls --all --csv", "ionq-tui ls --status started --quiet"),
    "show": ("ionq-tui show b07e44", "ionq-tui show b07e44 --markdown"),
    "jobs": ("ionq-tui jobs b07e44 --status failed --limit 20", "ionq-tui jobs b07e44 --sort=-cost"),
    "events": ("ionq-tui events b07e44",),
    "job": (
        "ionq-tui job 0190c2f4-3f0e-7000-8000-a1b2c3d4e5f6",
        "ionq-tui job d4e5f6 --session b07e44 --json",
        "ionq-tui job d4e5f6 --session b07e44 --circuit",
    ),
    "results": (
        "ionq-tui results d4e5f6 --session b07e44",
        "ionq-tui results d4e5f6 --session b07e44 --csv",
        "ionq-tui results d4e5f6 --session b07e44 --shots --csv",
    ),
    "cancel": ("ionq-tui cancel d4e5f6 --session b07e44", "ionq-tui cancel d4e5f6 a7b8c9 --session b07e44 --yes"),
    "clone": ("ionq-tui clone d4e5f6 b07e44", "ionq-tui clone d4e5f6 b07e44 --dry-run"),
    "open": (
        "ionq-tui open qpu.forte-1 --max-jobs 40 --max-time 1h30m --max-cost 30 --yes",
        "ionq-tui open qpu.forte-1 --max-jobs 40 --dry-run",
    ),
    "end": ("ionq-tui end b07e44 --yes", "ionq-tui end --all-here --yes"),
    "answer": ("ionq-tui answer", "ionq-tui answer b07e44 --yes", "ionq-tui answer --none --yes"),
    "run": ("ionq-tui run qpu.forte-1 --max-jobs 40 --yes -- python scan.py",),
    "watch": ("ionq-tui watch b07e44", "ionq-tui watch b07e44 --end-when-idle 15m --yes"),
    "auth": ("ionq-tui auth login", "pass show ionq | ionq-tui auth login", "ionq-tui auth status --json"),
    "id": ("export IONQ_SESSION_ID=$(ionq-tui id)",),
    "config": ("ionq-tui config --init",),
    "simulate": ("ionq-tui simulate --port 8080 --speed 10",),
    "usage": ("ionq-tui usage", "ionq-tui usage --days 7 --by person"),
    "doctor": ("ionq-tui doctor", "ionq-tui doctor --json"),
    "completion": ("ionq-tui completion zsh",),
    "man": ("ionq-tui man",),
    "help": ("ionq-tui help open", "ionq-tui help ls --schema"),
}
"""Command lines that show what each command is for."""


def examples_of(command: str) -> str:
    """Return the examples of a command."""
    return "\n".join(["examples:", *(f"  {one}" for one in EXAMPLES.get(command, ()))])


def main_epilog() -> str:
    """Return the exit codes and the environment variables."""
    codes = [_entry(str(code), meaning.replace("`", ""), 5) for code, meaning in MEANINGS]
    variables = [_entry(", ".join(one.names), one.brief, 29) for one in ENVIRONMENT]
    return "\n".join(["exit codes:", *codes, "", "environment variables:", *variables])


def _entry(name: str, meaning: str, indent: int) -> str:
    lines = wrap(meaning, _WIDTH - indent - 2)
    return f"  {name:<{indent}}" + ("\n" + " " * (indent + 2)).join(lines)
