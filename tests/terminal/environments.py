"""The environments in which the dashboard starts and can be left: one row each, played by `test_environments.py`."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.terminal.kit import Terminal

HOME = "active in the organization"
"""What the dashboard shows once the sessions are listed."""
LISTED = "qpu.forte-1"
"""What `ionq-tui ls` prints: the backend of the one session there is."""


@dataclass(frozen=True)
class Environment:
    """One environment, and what is wanted of the dashboard and of `ionq-tui ls` in it.

    In each of them an idle dashboard takes less than a second of CPU in five, and is gone a second after `q`.
    """

    name: str
    variables: Mapping[str, str | None] = field(default_factory=dict)
    """Added to the clean environment with its key and URL; None takes a variable away."""
    wanted: tuple[str, ...] = (HOME,)
    """What the dashboard's screen shows."""
    unwanted: tuple[str, ...] = ()
    """What the dashboard's screen does not show."""
    ascii_only: bool = False
    """True where neither the dashboard nor the command line may write anything else."""
    rows: int = 24
    columns: int = 80
    sized: bool = True
    """False where the terminal tells no size."""
    config: str = ""
    """The text of `config.toml`."""
    prepare: Callable[[Path, dict[str, str]], None] | None = None
    """Make what else is needed, in the home directory and in the variables."""
    answers: Mapping[bytes, bytes] = field(default_factory=dict)
    """What the terminal answers otherwise than xterm does."""
    start: tuple[str, ...] = ()
    """A command before the dashboard's, such as `("/bin/sh", "-c", '"$@" 2>/dev/null', "sh")`."""
    refused: bool = False
    """True where the dashboard does not start: it says `wanted`, and its exit code is 2."""
    then: Callable[[Terminal], None] | None = None
    """What else is done with the dashboard, and seen, before it is left."""
    inside: Literal["", "tmux", "screen"] = ""
    """The program that the dashboard runs in; the command line is then not played."""
    inside_config: str = ""
    """The text of that program's configuration."""
    listed: tuple[str, ...] = (LISTED,)
    """What `ionq-tui ls` prints."""
    code: int = 0
    """The exit code of `ionq-tui ls`."""


def fills(rows: int) -> Callable[[Terminal], bool]:
    """Whether the last line of the dashboard stands in this row, counted from 1, and nothing below."""
    return lambda now: "? help" in now.lines[rows - 1] and not any(now.lines[rows:])


def is_as_large_as_the_window(terminal: Terminal) -> None:
    terminal.wait_for(fills(len(terminal.lines)))
    for rows, columns in ((30, 100), (20, 70)):
        terminal.resize(rows, columns).wait_for(fills(rows))
        terminal.wait_for(lambda now, wide=columns: max(map(len, now.lines)) in (wide - 1, wide))  # type: ignore[misc]


def is_as_large_as_told(terminal: Terminal) -> None:
    terminal.wait_for(fills(18))
    assert max(map(len, terminal.lines)) <= 66


def is_dragged_by_its_corner(terminal: Terminal) -> None:
    for step in range(60):
        terminal.resize(20 + step % 17, 70 + step)
        time.sleep(0.003)
    terminal.resize(24, 80).wait_for(fills(24))


def keeps_status_meters_and_end(terminal: Terminal) -> None:
    assert "1 session active" in terminal.lines[1]
    terminal.keys("enter").wait_for("e end")
    for name in ("CREATED", "time ", "jobs ", "cost "):
        terminal.wait_for(name)
    terminal.keys("e").wait_for("End session").wait_for("Keep running")
    terminal.keys("esc").wait_for(lambda now: "Keep running" not in now.text)
    terminal.keys("q").wait_for("1 active")


def shows_each_screen(terminal: Terminal) -> None:
    for keys, words, gone in (
        ("enter", "submit jobs", ""),
        ("e", "Keep running", ""),
        ("esc", "submit jobs", "Keep running"),
        ("p", "jobs finished", ""),
        ("q", "submit jobs", ""),
        ("q", HOME, ""),
        ("b", "College Park", ""),
        ("c", "Copy", ""),
        ("esc", "College Park", "Copy"),
        ("enter", "NEW SESSION", ""),
        ("esc", "BACKENDS", ""),
        ("q", HOME, ""),
        ("?", "Keys", ""),
        ("q", HOME, ""),
        ("ctrl+p", "COMMAND", ""),
        ("esc", HOME, "COMMAND"),
    ):
        terminal.keys(keys).wait_for(words)
        terminal.wait_for(lambda now, gone=gone: not gone or gone not in now.text).wait_quiet(0.1)  # type: ignore[misc]


def asks_a_command(command: str) -> Callable[[Path, dict[str, str]], None]:
    """Let a command give the key for the server that the variables name."""

    def prepare(home: Path, variables: dict[str, str]) -> None:
        folder = home / ".config" / "ionq-tui"
        folder.mkdir(parents=True)
        profile = f'[profiles.default]\nurl = "{variables.pop("IONQ_API_URL")}"\nkey_command = {json.dumps(command)}\n'
        (folder / "config.toml").write_text(profile)

    return prepare


def waits_no_longer(terminal: Terminal) -> None:
    terminal.keys("esc").wait_for("esc stops waiting").keys("esc").wait_for("no answer from")
    terminal.keys("tab", "tab")  # in the field, q is a character of a key


def hints_at_latin_keys(terminal: Terminal) -> None:
    for letter in ("\u0439", "\u03c9"):
        terminal.type(letter).wait_for("keys are Latin letters")
    terminal.keys("b").wait_for("BACKENDS").keys("q").wait_for(HOME)


def copies(*said: str, arrives: bool) -> Callable[[Terminal], None]:
    """Copy a session's id, be told so, and find it in the clipboard or not."""

    def copy(terminal: Terminal) -> None:
        terminal.keys("c").wait_for("attach command").wait_quiet(0.1).keys("enter")
        terminal.wait_for(lambda now: all(words in " ".join(now.text.split()) for words in said))
        if arrives:
            terminal.wait_for(lambda now: bool(now.copied))
            assert re.fullmatch(r"[0-9a-f-]{36}", terminal.copied[-1])
        else:
            assert not terminal.copied
        terminal.keys("esc").wait_for(lambda now: "attach command" not in now.text)

    return copy


NO_SCREEN = ("cannot show the dashboard", "ionq-tui ls", "ionq-tui watch")
NO_LOCALE: Mapping[str, str | None] = {"LANG": None, "LC_ALL": None, "LC_CTYPE": None}

ENVIRONMENTS = (
    Environment("nothing odd", then=shows_each_screen),
    # The terminal's type
    Environment("TERM dumb", {"TERM": "dumb"}, NO_SCREEN, rows=30, columns=100, refused=True),
    Environment("TERM dumb 80x25", {"TERM": "dumb"}, NO_SCREEN, rows=25, refused=True),
    Environment("TERM DUMB", {"TERM": "DUMB"}, NO_SCREEN, rows=30, columns=100, refused=True),
    Environment("TERM Unknown", {"TERM": "Unknown"}, NO_SCREEN, rows=30, columns=100, refused=True),
    Environment("no TERM", {"TERM": None}),
    Environment("TERM nobody knows", {"TERM": "of-my-own"}, rows=30, columns=100),
    Environment("TERM vt100", {"TERM": "vt100", "COLORTERM": None}),
    Environment("TERM linux", {"TERM": "linux", "COLORTERM": None}),
    # Its size
    Environment(
        "size exported", {"COLUMNS": "80", "LINES": "24"}, rows=40, columns=120, then=is_as_large_as_the_window
    ),
    Environment("larger size exported", {"COLUMNS": "200", "LINES": "60"}, then=is_as_large_as_the_window),
    Environment("nonsense exported", {"COLUMNS": "0", "LINES": "\u00b2"}, then=is_as_large_as_the_window),
    Environment("endless size exported", {"COLUMNS": "9" * 5000, "LINES": "-1"}, then=is_as_large_as_the_window),
    Environment(
        "no size but the exported one",
        {"COLUMNS": "66", "LINES": "18"},
        ("1 active",),
        sized=False,
        then=is_as_large_as_told,
    ),
    Environment("dragged window", then=is_dragged_by_its_corner),
    Environment("60x15", wanted=("1 active",), rows=15, columns=60, then=keeps_status_meters_and_end),
    Environment(
        "60x16 in tmux", wanted=("1 active",), rows=16, columns=60, inside="tmux", then=keeps_status_meters_and_end
    ),
    # Where it writes to
    Environment("standard error elsewhere", start=("/bin/sh", "-c", '"$@" 2>/dev/null', "sh")),
    Environment("standard error closed", start=("/bin/sh", "-c", 'exec "$@" 2>&-', "sh")),
    # What Textual reads itself
    Environment("TEXTUAL_COLOR_SYSTEM none", {"TEXTUAL_COLOR_SYSTEM": "none"}),
    Environment("TEXTUAL_DRIVER of another program", {"TEXTUAL_DRIVER": "a:b"}),
    # The locale
    Environment("LC_ALL C", {"LC_ALL": "C"}, ascii_only=True, then=shows_each_screen),
    Environment(
        "LC_ALL POSIX over UTF-8", {"LC_ALL": "POSIX"}, ascii_only=True, rows=15, columns=60, wanted=("1 active",)
    ),
    Environment("LANG C", {**NO_LOCALE, "LANG": "C"}, ascii_only=True),
    Environment("no locale", NO_LOCALE, ascii_only=True),
    Environment("Latin-1", {**NO_LOCALE, "LANG": "de_DE.ISO-8859-1"}, ascii_only=True),
    Environment("streams in ASCII", {"PYTHONIOENCODING": "ascii"}, ascii_only=True),
    Environment("UTF-8 locale that is not installed", {**NO_LOCALE, "LANG": "sv_SE.utf8"}, (HOME, "\u00b7 backends:")),
    Environment("only LC_CTYPE", {**NO_LOCALE, "LC_CTYPE": "UTF-8"}, (HOME, "\u00b7 backends:")),
    # The time zone
    Environment(
        "time zone of 25 hours",
        {"TZ": "UTC+25"},
        (HOME, "TZ=UTC+25 is not a time zone: times are shown in UTC", " UTC"),
        listed=(LISTED, "TZ=UTC+25 is not a time zone: times are shown in UTC"),
    ),
    Environment(
        "time zone nobody knows",
        {"TZ": "Nonsense/Zone"},
        (HOME, "TZ=Nonsense/Zone is not a time zone", " UTC"),
        listed=(LISTED, "is not a time zone"),
    ),
    # The key
    Environment(
        "slow key command",
        {"IONQ_API_KEY": None},
        ("looking for the API key",),
        prepare=asks_a_command("sleep 60"),
        listed=("took longer than 10 s",),
        code=1,
    ),
    Environment(
        "slow key command, given up",
        {"IONQ_API_KEY": None},
        ("looking for the API key",),
        prepare=asks_a_command("sleep 5"),
        then=waits_no_longer,
        listed=("printed nothing",),
        code=1,
    ),
    Environment(
        "key command of several lines",
        {"IONQ_API_KEY": None},
        prepare=asks_a_command("printf '%s\\nurl: ionq\\n' the-key-of-the-environments-1357"),
    ),
    # The keyboard
    Environment("Cyrillic and Greek keys", then=hints_at_latin_keys),
    # The clipboard
    Environment("clipboard", then=copies("id: sent to the terminal's clipboard", arrives=True)),
    Environment(
        "clipboard in tmux",
        inside="tmux",
        then=copies("id: tmux blocked it", "tmux set -s set-clipboard on", arrives=False),
    ),
    Environment(
        "clipboard in tmux that takes it",
        inside="tmux",
        inside_config="set -s set-clipboard on\n",
        then=copies("id: sent to the terminal's clipboard", arrives=True),
    ),
    Environment(
        "clipboard in tmux that passes it on",
        inside="tmux",
        inside_config="set -g allow-passthrough on\n",
        then=copies("id: sent to the terminal's clipboard", arrives=True),
    ),
    Environment(
        "clipboard in tmux that knows of none",
        {"TERM": "linux"},
        answers={query: b"" for query in (b"\x1b[c", b"\x1b[>c", b"\x1b[>q")},
        inside="tmux",
        inside_config="set -s set-clipboard on\n",
        then=copies("id: tmux does not know that your terminal has a clipboard", arrives=False),
    ),
    Environment(
        "clipboard in screen", inside="screen", then=copies("id: sent through screen to the terminal's", arrives=True)
    ),
    # The configuration
    Environment("theme nonsense", config='theme = "nonsense"\n', wanted=('theme "nonsense" is unknown',)),
)
