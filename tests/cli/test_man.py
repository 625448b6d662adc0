"""The manual page: made from the parser, complete, and printed by man as it was meant."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from ionq_tui.cli.arguments import parsed
from ionq_tui.cli.command_tree import command_tree
from ionq_tui.cli.man import page
from ionq_tui.model import exit_code
from ionq_tui.model.exit_code import MEANINGS
from ionq_tui.view import manual
from ionq_tui.view.roff import bold, entry, escaped, prose, section, title
from ionq_tui.view.sanitize import plain
from tests.cli.completed import needs
from tests.cli.conftest import Shell
from tests.cli.site import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTIONS = ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES")
RENDERERS = pytest.mark.parametrize("program", [pytest.param(one, marks=needs(one)) for one in ("groff", "mandoc")])
_ARGUMENTS = {
    "groff": ("groff", "-man", "-Tutf8", "-rLL=400n", "-P-cbou"),
    "mandoc": ("mandoc", "-Tutf8", "-Owidth=400"),
}


def printed(program: str, source: str, *more: str) -> str:
    """What a reader sees, without bold and underlined characters being struck over, and with single spaces."""
    done = subprocess.run(
        [*_ARGUMENTS[program], *more], input=source, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stderr == ""
    return " ".join(re.sub(r".\x08", "", done.stdout).split())


def without_markup(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def test_it_is_printed_whatever_the_configuration_says(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_TUI_CONFIG", "/no/such/file")
    told = shell("man")
    assert (told.code, told.err) == (0, "") and told.out == page(command_tree()) + "\n"
    assert told.out.isascii()
    assert tuple(re.findall(r'^\.SH "(.*)"$', told.out, re.MULTILINE)) == SECTIONS


@RENDERERS
def test_every_command_and_option_is_in_it_with_its_help(program: str) -> None:
    shown, tree = printed(program, page(command_tree())), command_tree()
    assert tree.commands is not None
    for command in (tree, *tree.commands.values()):
        assert command.usage in shown
        for option in command.options:
            if "--help" not in option.names:
                words = " ".join(option.words.split())
                assert f"{option.names[-1]}" in shown and words[1:] in shown, option
        for argument in command.arguments:
            assert argument.words[1:] in shown
    assert "--log-level debug|info|warning|error" in shown and "simulate [options]" in shown


@RENDERERS
def test_what_the_parser_does_not_know_is_in_it(program: str) -> None:
    shown = printed(program, page(command_tree()))
    for rows in (manual.ENVIRONMENT, manual.FILES, manual.EXAMPLES):
        for name, words in rows:
            assert f"{without_markup(name)} {without_markup(words)}" in shown
    for code, words in MEANINGS:
        assert f"{code} {without_markup(words)}" in shown
    for words in (*manual.DESCRIPTION, manual.EXIT_CODE_OF_RUN, manual.NAME):
        assert without_markup(words) in shown


def test_every_exit_code_is_explained() -> None:
    codes = {value for name, value in vars(exit_code).items() if name.isupper() and isinstance(value, int)}
    assert {code for code, _ in MEANINGS} == codes


def table(heading: str) -> list[tuple[str, str]]:
    """The rows of a table of the README."""
    section = README.partition(f"\n### {heading}\n")[2].partition("\n### ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    cells = [re.split(r"(?<!\\)\|", row.strip("|")) for row in rows]
    return [(name.strip(), words.strip()) for name, words in cells]


@pytest.mark.parametrize(
    ("heading", "rows"),
    [
        ("Exit codes", [(str(code), words) for code, words in MEANINGS]),
        ("Environment variables", list(manual.ENVIRONMENT)),
        ("Files", list(manual.FILES)),
    ],
)
def test_the_readme_says_the_same(heading: str, rows: list[tuple[str, str]]) -> None:
    assert table(heading) == rows, "correct the README, or ionq_tui/view/manual.py"


def test_the_readme_says_the_same_of_the_exit_code_of_run() -> None:
    assert manual.EXIT_CODE_OF_RUN in " ".join(README.split())


@pytest.mark.parametrize("line", [line for line, _ in manual.EXAMPLES])
def test_an_example_is_a_command(line: str) -> None:
    parsed(line.removeprefix("ionq-tui").split())


@needs("mandoc")
def test_mandoc_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    path = tmp_path / "ionq-tui.1"
    path.write_text(page(command_tree()) + "\n", encoding="ascii")
    done = subprocess.run(["mandoc", "-T", "lint", str(path)], capture_output=True, text=True, timeout=30)
    # There is no date on purpose: the same program prints the same page.
    found = [line for line in done.stdout.splitlines() if 'missing date, using "": TH' not in line]
    assert (found, done.stderr) == ([], "")


@needs("groff")
def test_groff_warns_of_nothing() -> None:
    assert printed("groff", page(command_tree()), "-ww")


@needs("man")
def test_man_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "ionq-tui.1"
    path.write_text(page(command_tree()) + "\n", encoding="ascii")
    done = subprocess.run(
        ["man", "--warnings", "-l", str(path)], env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MANPAGER": "cat"},
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "IONQ-TUI(1)" in done.stdout and "ionq-tui - dashboard" in done.stdout


STRANGE = (
    ".so /etc/passwd",
    ".TP",
    "'br",
    "\\fBbold\\fR \\n(yr \\*(lq \\(bu \\[u0041]",
    "a\\",
    "--option-name -x",
    '"quoted" words',
    "it's `so` ^ ~ $HOME #{} %s",
    "\x1b[31mred\x07",
    "first\n.second",
    "· — … é 量子",
    "… .dots ...",
)


@RENDERERS
@pytest.mark.parametrize("text", STRANGE)
def test_roff_prints_a_text_as_it_is(program: str, text: str) -> None:
    expected = " ".join(plain(text).split())
    source = "\n".join((title("x", text), section("BODY"), prose(text), entry(bold(text), "words"), section("END")))
    found = printed(program, source).replace("——", "—")  # groff 1.24 draws an em dash in two cells
    assert f"BODY {without_markup(expected)} {expected} words END" in found
    assert found.endswith(f"END {expected} X(1)"), "the foot of the page"
    assert escaped(text).isascii() and "\n" not in escaped(text)


@RENDERERS
def test_options_can_be_searched_for_and_copied(program: str) -> None:
    assert escaped("--read-only") == "\\-\\-read\\-only"
    narrow = {"groff": "-rLL=50n", "mandoc": "-Owidth=50"}
    shown = printed(program, page(command_tree()), narrow[program])
    assert "\u2010" not in shown and "\u2212" not in shown, "no hyphen and no minus, only what is typed"


def test_a_line_of_the_source_is_short_where_it_can_be() -> None:
    lines = [line for line in page(command_tree()).splitlines() if not line.startswith((".", "\\fB"))]
    assert max(map(len, lines)) <= 80
