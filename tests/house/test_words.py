"""Texts that users read use one vocabulary: one word for one thing on screens, in help, errors, reports and README."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import ROOT, modules, room, tree

INSTEAD = {
    r"cockpits?": "dashboard",
    r"prove[sdn]?|proofs?|proving": "confirmed ended, or not confirmed",
    r"open questions?": "unconfirmed session",
    r"orphan(s|ed)?": "unattended session",
    r"whose": "owner",
    r"opened here|started here": "you, or opened on this machine",
    r"somebody else'?s?": "another user",
    r"money": "cost",
    r"heard": "updated",
    r"cancelled|cancelling|cancelation": "canceled, canceling, cancellation",
    r"organisations?": "organization",
    r"colou?red|colours?": "color",
    r"curves?": "charts",
    r"create a( new)? session|creating a session|start a( new)? session": "open a session",
    r"kill(s|ed)? (the|a) session": "end a session",
    r"cancell?ed (the|a) session": "end a session",
    r"for ever|all the same|what became of|came of it|is being awaited": "a plain modern phrase",
}
"""What is not said, as a regular expression, and what is said instead."""

ALLOWED = {
    (Path("ionq_tui/ui/commands.py"), "curves"): "the id of the command, by which users remap its key",
    (Path("ionq_tui/cli/totals.py"), "money"): "a field of the JSON output",
    (Path("ionq_tui/cli/json_schema.py"), "money"): "a field of the JSON output",
    (Path("ionq_tui/cli/open.py"), "money"): "the field of a limit in the model, mapped to --max-cost",
    (Path("ionq_tui/view/amount.py"), "money"): "the field of a limit in the model, mapped to the cost limit",
    (Path("ionq_tui/view/meter.py"), "money"): "the field of a limit in the model",
}
"""Strings that nobody reads as a text, each with the reason; they must equal the whole literal."""

_CODE = re.compile(r"^```.*?^```|`[^`\n]*`|\]\([^)]*\)", re.MULTILINE | re.DOTALL)
"""Code blocks, code spans and link targets of the README: names and commands are not texts."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of every string literal of a module that is no docstring."""
    docstrings = {id(node.value) for node in ast.walk(tree(path)) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def banned(text: str) -> Iterator[tuple[str, str]]:
    """Yield each banned word of a text with what to use instead."""
    for pattern, instead in INSTEAD.items():
        yield from ((found[0], instead) for found in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE))


def found(path: Path) -> list[str]:
    """Return a line for each banned word in a module's texts."""
    return [
        f'{path}:{line}: "{word}": use "{instead}"'
        for line, text in texts(path)
        if (path, text) not in ALLOWED
        for word, instead in banned(text)
    ]


def test_texts_of_screens_and_commands_use_the_vocabulary() -> None:
    paths = [path for path in modules() if room(path) in {"view", "ui", "cli"}]
    assert len(paths) > 100
    assert not (wrong := "\n".join(line for path in paths for line in found(path))), wrong


def test_the_readme_uses_the_vocabulary() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    prose = _CODE.sub(lambda code: "\n" * code[0].count("\n"), text)
    lines = enumerate(prose.splitlines(), start=1)
    wrong = [f'README.md:{at}: "{word}": use "{use}"' for at, line in lines for word, use in banned(line)]
    assert not wrong, "\n".join(wrong)


def test_each_exception_is_still_needed() -> None:
    assert [key for key in ALLOWED if key[1] not in {text for _, text in texts(key[0])}] == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("The Cockpit", "Cockpit"),
        ("no limit of money", "money"),
        ("proved ended", "proved"),
        ("whose is unknown", "whose"),
        ("2 opened here", "opened here"),
        ("heard 5 s ago", "heard"),
        ("Cancelled 3 jobs", "Cancelled"),
        ("this organisation", "organisation"),
    ],
)
def test_a_banned_word_is_found_in_any_case(text: str, word: str) -> None:
    assert [held for held, _ in banned(text)] == [word]


@pytest.mark.parametrize(
    "text", ["approved", "reproof", "2 opened on this machine", "canceled", "the end is confirmed"]
)
def test_other_words_are_not_found(text: str) -> None:
    assert list(banned(text)) == []
