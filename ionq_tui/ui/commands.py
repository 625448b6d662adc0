"""The commands. The footer, help, palette, key remapping and the README's key table are generated from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True)
class Command:
    """A command of the dashboard; `id` is also the name of its action, and of its keys in the settings."""

    id: str
    keys: str
    """Textual's names of the keys, separated by commas; the first is the one shown."""
    label: str
    """The text in the footer."""
    help: str
    """One sentence for the tooltip, the help screen and the palette."""
    shown: bool = True
    """Whether the footer shows it."""
    urgent: str = ""
    """Those keys that run before the focused field handles them, so that text typed next goes to the next field."""


Commands = tuple[Command, ...]

HELP = Command("help", "?", "help", "Show the keys of this screen.")
QUIT = Command(
    "quit", "ctrl+c,ctrl+q", "quit", "Quit; press twice within 2 s to quit at once and leave sessions running.", False
)

REDRAW = Command("redraw", "ctrl+l", "redraw", "Redraw the screen.", False)

KEY = Command("key", "", "API key", "Enter another API key, used until this window is closed.", False)

THEME = Command("theme", "", "Theme", "Choose the colors, with a preview.", False)

COLUMNS = Command("columns", "", "Columns", "Choose which columns the table shows, and its order.", False)

EVERYWHERE: Commands = (
    Command("palette", ":,ctrl+p", "palette", "Open the command palette.", False),
    Command("refresh", "r", "refresh", "Refresh now.", False),
    REDRAW,
    Command("back", "escape", "back", "Close the dialog, clear the filter, or go back."),
    Command("leave", "q", "back/quit", "Go back; on the home screen, quit.", False),
    HELP,
)

TABLE: Commands = (
    Command("look", "enter", "view", "View the selected row."),
    Command("filter", "/", "find", "Filter rows by text.", True, "/"),
    Command("sort", "s", "sort", "Sort by the next column.", False),
    Command("reverse", "S", "reverse", "Reverse the sort order.", False),
    Command("cursor_up", "up,k", "up", "Go to the row above.", False),
    Command("cursor_down", "down,j", "down", "Go to the row below.", False),
    Command("first", "home,g", "first", "Go to the first row.", False),
    Command("last", "end,G", "last", "Go to the last row.", False),
    Command("page_up", "pageup", "page up", "Go up one page.", False),
    Command("page_down", "pagedown", "page down", "Go down one page.", False),
    Command("half_up", "ctrl+u", "half page up", "Go up half a page.", False),
    Command("half_down", "ctrl+d", "half page down", "Go down half a page.", False),
)

SPENDING = Command("usage", "u", "usage", "View what was charged by day, and of the monthly budget.", False)

SESSIONS: Commands = (
    Command("new", "n", "new", "Choose a backend for a new session; nothing is sent yet."),
    Command(
        "new_like",
        "N",
        "like this",
        "Fill in the form for a new session with the backend and limits of the selected one.",
    ),
    Command("end", "e", "end", "End the selected session, or all marked sessions; asks first."),
    Command("mark", "space", "mark", "Mark or unmark the selected session for ending."),
    Command("ended", "a", "ended", "Show or hide ended sessions."),
    Command("backends", "b", "backends", "View the backends.", False),
    SPENDING,
    Command("answer", "w", "attention", "Show what needs a decision: unconfirmed sessions and ends.", False),
    Command("attach", "o", "view by id", "View a session by its id, or by a unique beginning or end of it.", False),
    Command("copy", "c,y", "copy", "Copy the id, the export line or the attach command.", False),
)

CHOOSE = Command(
    "look", "enter", "new session", "Fill in the form for a new session on this backend; nothing is sent yet."
)
"""The command of enter in the table of backends."""

CIRCUIT = Command("circuit", "i", "estimate", "Estimate the cost of a job of your choice; the estimate is free.")

BACKENDS: Commands = (
    Command("copy", "c,y", "copy", "Copy the backend's name."),
    CIRCUIT,
    Command("more", "space", "more", "Scroll the backend details; from the end, back to the top."),
)

_PAGES: Commands = (
    Command("page_back", "pageup", "page back", "Scroll this text back.", False),
    Command("page_on", "pagedown", "page on", "Scroll this text on.", False),
)
NEW_SESSION: Commands = (
    Command("next_field", "tab", "next field", "Go to the next field, or from the last one to Back.", True, "tab"),
    Command("previous_field", "shift+tab", "previous field", "Go to the previous field.", False, "shift+tab"),
    Command("leave_field", "enter", "next field", "Go to the next field; on a button, press it.", True, "enter"),
    *_PAGES,
)

API_KEY: Commands = (
    Command("focus_next", "tab,down,right", "next field", "Go to the next field or button.", True, "tab"),
    Command(
        "focus_previous", "shift+tab,up,left", "previous", "Go to the previous field or button.", False, "shift+tab"
    ),
    Command("check_key", "enter", "check", "Check the key; on a button, press it.", True, "enter"),
    *_PAGES,
)

LIVE: Commands = (
    Command("end", "e", "end", "End this session; asks first."),
    Command("cancel", "x", "cancel job", "Cancel the selected job; asks first."),
    Command("cancel_waiting", "X", "cancel waiting", "Cancel all jobs not yet started; asks first."),
    Command(
        "clone",
        "C",
        "clone job",
        "Clone the selected job, or one that missed the session, into this session if it failed or was canceled; asks.",
    ),
    Command("client", "m", "client", "Without jobs: show how to submit some with the next client."),
    Command("copy", "c,y", "copy", "Copy the id, the export line, the attach command, or a program of a client."),
    Command("save", "w", "save receipt", "Save the report on this session as Markdown, in the current folder."),
    Command("events", "v", "events", "Show the events of this session."),
    Command("curves", "p", "charts", "Plot cost and jobs over time against their limits.", False),
    SPENDING,
)

JOB: Commands = (
    Command("cancel", "x", "cancel job", "Cancel this job; asks first."),
    Command("clone", "C", "clone job", "If this job failed or was canceled, clone it into its session; asks first."),
    Command("export", "w", "save result", "Save the result to a new file; asks for CSV or JSON."),
    Command("files", "f", "shots, circuit", "Show the shots or the compiled circuit; they are read only then."),
    Command("copy", "c,y", "copy", "Copy the job's id."),
)

FILE: Commands = (
    Command("save", "w", "save", "Save the file to a new file; asks for the form."),
    Command("copy", "c,y", "copy", "Copy the file, as IonQ has it."),
)

USAGE: Commands = (
    Command("group", "b", "by person", "Show the costs by backend and label, by person, or by project."),
    Command("more", "space", "more", "Scroll the text; from the end, back to the top."),
)

DIALOG: Commands = (
    Command("dismiss", "escape,q", "back", "Close the dialog; nothing is sent."),
    Command("focus_next", "tab,down,right", "next", "Go to the next field or button.", False, "tab"),
    Command(
        "focus_previous", "shift+tab,up,left", "previous", "Go to the previous field or button.", False, "shift+tab"
    ),
    *_PAGES,
)

GROUPS: tuple[tuple[str, Commands], ...] = (
    ("everywhere", (*EVERYWHERE, QUIT, KEY, THEME)),
    ("tables", (*TABLE, COLUMNS)),
    ("API key", API_KEY),
    ("Sessions", SESSIONS),
    ("Backends", (CHOOSE, *BACKENDS)),
    ("New session", NEW_SESSION),
    ("Session", LIVE),
    ("Job", JOB),
    ("Shots, circuit", FILE),
    ("Usage", USAGE),
    ("dialogs", DIALOG),
)
"""All commands by the place where they work, in the order of the key table."""

_SIGNS = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


def bindings(commands: Iterable[Command], *, priority: bool = False) -> list[Binding]:
    """Return Textual's bindings for the commands; each action has the name of its command."""
    return [
        Binding(
            keys,
            command.id,
            command.label,
            show=command.shown,
            tooltip=command.help,
            id=command.id,
            priority=priority or keys == command.urgent,
        )
        for command in commands
        for keys in (command.urgent, _calm(command))
        if keys
    ]


def _calm(command: Command) -> str:
    """Return the keys that the focused field handles first."""
    return ",".join(key for key in command.keys.split(",") if key not in command.urgent.split(","))


def refusals(commands: Iterable[Command]) -> list[Binding]:
    """Return bindings for the same keys that show the reason while their commands are disabled."""
    return [
        Binding(command.keys, f"refuse('{command.id}')", command.label, show=False, tooltip=command.help, id=command.id)
        for command in commands
        if command.keys and not command.urgent
    ]


def key_id(name: str) -> str:
    """Return Textual's name of a key, from the name shown to users."""
    return next((key for key, sign in _SIGNS.items() if sign == name), name)


def key_name(key: str) -> str:
    """Return the name of a key shown to users: "esc", "?", "ctrl+p"."""
    return _SIGNS.get(key, key)
