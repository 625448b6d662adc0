"""What the README tells a user to type is what the program takes, and what it links to is there."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ionq_tui.cli.arguments import main_parser, parsed, parsers
from ionq_tui.cli.help_text import EXAMPLES
from ionq_tui.model.exit_code import MEANINGS
from ionq_tui.view.environment import ENVIRONMENT
from ionq_tui.view.listing import backend_columns, job_columns, session_columns
from tests.cli.site import ROOT, Site

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "tests/bench/README.md")
COMMANDS = ("attach", "auth", "backends", "ls", "show", "jobs", "open", "end", "answer", "run", "watch", "id")
OWN = (
    *COMMANDS, "usage", "config", "doctor", "simulate", "completion", "man",
    "events", "job", "results", "cancel", "clone", "help",
)  # fmt: skip
_ID = "a1b2c3"


def written() -> Iterator[str]:
    """Every command line in the README: in blocks a description follows after two spaces, in a sentence a backtick."""
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        lines = [] if language else block.splitlines()
        yield from (line.partition("  ")[0] for line in lines if line.startswith("ionq-tui"))
    for span in re.findall(r"`(ionq-tui(?: [^`]+)?)`", README):
        yield span.partition(" \\| ")[0].partition(" | man")[0]  # what reads the output is no part of it


def forms(command: str) -> Iterator[list[str]]:
    """What may be typed for it: with and without what stands in brackets, and each of what stands between bars."""
    pieces = re.split(r"(\[[^]]*\])", command.removeprefix("ionq-tui").replace("ID", _ID).replace("JOB", _ID))
    ways = [("", *piece[1:-1].split(" | ")) if piece.startswith("[") else (piece,) for piece in pieces]
    for chosen in itertools.product(*ways):
        yield " ".join(chosen).split()


@pytest.mark.parametrize("command", sorted(set(written())))
def test_a_command_of_the_readme_is_understood(command: str) -> None:
    # `run` and `watch --end-when-idle` also stand alone, as names of what a sentence is about.
    named = {"ionq-tui run", "ionq-tui end", "ionq-tui auth", "ionq-tui completion"}
    for argv in forms(command):
        if command not in named:
            parsed(argv)


def test_every_command_is_in_the_readme() -> None:
    told = " ".join(written())
    assert [name for name in OWN if not re.search(rf"ionq-tui {name}\b", told)] == []


def test_every_option_of_the_readme_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    offered = set[str]()
    for name in ("", *OWN):
        with pytest.raises(SystemExit):
            parsed([*name.split(), "--help"])
        offered |= set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
    others = {"--compile-bytecode"}
    assert set(re.findall(r"(?<![\w|-])--[a-z][a-z-]+", README)) - offered - others == set()


def test_every_variable_that_a_user_can_set_is_in_the_readme() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "ionq_tui").rglob("*.py"))
    read = set(re.findall(r"\bIONQ_[A-Z_]+", sources)) - {"IONQ_TUI_PATIENCE"}
    assert {name for name in read if f"`{name}`" not in README} == set()


def test_every_command_is_known_here_and_has_examples_that_are_understood() -> None:
    assert set(parsers()[1]) == set(OWN) == set(EXAMPLES)
    for example in itertools.chain(*EXAMPLES.values()):
        argv = shlex.split(re.search(r"ionq-tui (.*?)\)?$", example)[1])  # type: ignore[index]
        parsed(argv)


def test_exit_codes_variables_and_columns_are_those_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    told = dict(re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE))
    assert told == {str(code): meaning for code, meaning in MEANINGS}
    _, _, table = README.partition("### Environment variables")
    rows = re.findall(r"^\| (`.*?) \|", table.partition("\n#")[0], re.MULTILINE)
    assert re.findall(r"[A-Z_]{5,}", " ".join(rows)) == [name for one in ENVIRONMENT for name in one.names]
    help_text = main_parser().format_help()
    assert all(f"  {code}" in help_text for code in told)
    flat = " ".join(help_text.split())
    assert all(f"{', '.join(one.names)} {one.brief}" in flat for one in ENVIRONMENT)
    now = datetime(2026, 11, 27, tzinfo=UTC)
    for command, columns in (
        ("ls", session_columns(now, None)),
        ("jobs", job_columns(now, None)),
        ("backends", backend_columns(now, None)),
    ):
        names = re.search(rf"^- Columns of `{command}`: `([^`]*)`", README, re.MULTILINE)
        assert names is not None and names[1].split() == [one.name for one in columns]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_linked_is_there(name: str) -> None:
    document = ROOT / name
    text = document.read_text(encoding="utf-8")
    headings = {anchor(line) for line in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("https://")]
    assert [one for one in links if one.startswith("#") and one[1:] not in headings] == []
    assert [one for one in links if not one.startswith("#") and not (document.parent / one).exists()] == []


def anchor(heading: str) -> str:
    """The name under which a heading can be linked to."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_what_comes_before_the_reference_is_short() -> None:
    before, _, _ = README.partition("\n## Reference\n")
    assert len(before.splitlines()) <= 150


def test_the_example_of_the_library_runs(site: Site, home: Path) -> None:
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    example = next(one for one in examples if "with SessionManager(" in one)
    path = home / "example.py"
    path.write_text(example)
    done = subprocess.run([sys.executable, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    (session,) = site.cloud.sessions.values()
    assert done.stdout.split()[0] == session.id
    assert session.ended_at is not None
    assert (session.terms.jobs, session.terms.minutes) == (10, 60)
