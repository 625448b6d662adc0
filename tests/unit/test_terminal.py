from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from ptyprocess.ptyprocess import _setwinsize

from ionq_tui.terminal import can_place_text, shows_unicode
from ionq_tui.ui.terminal_size import terminal_size


@pytest.fixture
def tty() -> Iterator[int]:
    near, far = os.openpty()
    with closing(os.fdopen(near)), closing(os.fdopen(far)):
        yield far


@pytest.mark.parametrize("name", ["dumb", "Dumb", " dumb", "UNKNOWN", "emacs", "network", "lpr"])
def test_terminals_that_only_print_lines(name: str) -> None:
    assert not can_place_text(name)


@pytest.mark.parametrize(
    "name", ["", "xterm-256color", "tmux", "screen.xterm", "linux", "vt220", "ansi", "nobody-knows"]
)
def test_terminals_that_place_text_or_may(name: str) -> None:
    assert can_place_text(name)


@pytest.mark.parametrize(
    ("variables", "unicode"),
    [
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "C.utf8"}, True),
        ({"LC_ALL": "", "LC_CTYPE": "UTF-8", "LANG": "C"}, True),
        ({"LC_CTYPE": "sv_SE.UTF-8"}, True),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, False),
        ({"LC_CTYPE": "POSIX", "LANG": "en_US.UTF-8"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LANG": "ja_JP.eucJP"}, False),
        ({"LANG": "C"}, False),
        ({}, False),
    ],
)
def test_a_locale_by_its_variables(variables: dict[str, str], unicode: bool) -> None:
    """In a process of its own: Python changes LC_CTYPE where it finds the locale "C", or one that is not installed."""
    program = "import os; from ionq_tui.terminal import shows_unicode; print(shows_unicode(os.environ))"
    told = subprocess.run(
        [sys.executable, "-c", program], env=variables, cwd=Path(__file__).parents[2], capture_output=True, text=True
    )
    assert told.stdout.strip() == str(unicode), told.stderr


def test_a_name_without_a_charset_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for charset, unicode in (("UTF-8", True), ("ISO-8859-15", False)):
        monkeypatch.setattr("locale.getencoding", lambda charset=charset: charset)
        assert shows_unicode({"LANG": "de_DE@euro"}) is unicode


def test_the_size_is_the_terminal_s(tty: int) -> None:
    _setwinsize(tty, 31, 97)
    assert terminal_size([tty], {"COLUMNS": "80", "LINES": "24"}) == (97, 31)


@pytest.mark.parametrize(
    ("variables", "size"),
    [
        ({}, (80, 24)),
        ({"COLUMNS": "100", "LINES": "30"}, (100, 30)),
        ({"COLUMNS": "0", "LINES": "-3"}, (80, 24)),
        ({"COLUMNS": "x", "LINES": ""}, (80, 24)),
        ({"COLUMNS": "9" * 5000, "LINES": "٣"}, (80, 24)),
    ],
)
def test_where_no_terminal_tells_one_it_is_that_of_the_variables(
    variables: dict[str, str], size: tuple[int, int], tty: int
) -> None:
    _setwinsize(tty, 0, 0)
    read, write = os.pipe()
    with closing(os.fdopen(read)), closing(os.fdopen(write, "w")):
        assert terminal_size([write, tty], variables) == size
