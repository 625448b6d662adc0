"""Every command once: footer, help, palette, remapping and the README's key table are made from these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True)
class Command:
    """Something a key does; `id` is also the name of the action and what the key is remapped by."""

    id: str
    keys: str
    """Textual's names of the keys, comma separated; the first is the one that is shown."""
    label: str
    """The footer's word."""
    help: str
    """One sentence; tooltip, help and palette."""
    shown: bool = True
    """True where it stands in the footer."""
    urgent: str = ""
    """Those of the keys that act before the focused field hears them: what is typed behind goes to the next field."""


Commands = tuple[Command, ...]

HELP = Command("help", "?", "help", "Show the keys of this screen.")
QUIT = Command("quit", "ctrl+c,ctrl+q", "quit", "Quit; twice within 2 s at once, sessions are left running.", False)

REDRAW = Command("redraw", "ctrl+l", "redraw", "Paint the whole screen again.", False)

KEY = Command("key", "", "API key", "Give another API key, for as long as this window is open.", False)

EVERYWHERE: Commands = (
    Command("palette", ":,ctrl+p", "palette", "Find a command by its name.", False),
    Command("refresh", "r", "refresh", "Ask IonQ now instead of later.", False),
    REDRAW,
    Command("back", "escape", "back", "Close the dialog, else clear the filter, else go back."),
    Command("leave", "q", "back/quit", "Go back; on the first screen quit.", False),
    HELP,
)

TABLE: Commands = (
    Command("look", "enter", "view", "Look at the selected row."),
    Command("filter", "/", "find", "Show only the rows that hold a text.", True, "/"),
    Command("sort", "s", "sort", "Sort by the next column.", False),
    Command("reverse", "S", "reverse", "Turn the order round.", False),
    Command("cursor_up", "up,k", "up", "Go to the row above.", False),
    Command("cursor_down", "down,j", "down", "Go to the row below.", False),
    Command("first", "home,g", "first", "Go to the first row.", False),
    Command("last", "end,G", "last", "Go to the last row.", False),
    Command("page_up", "pageup", "page up", "Go up by a screenful.", False),
    Command("page_down", "pagedown", "page down", "Go down by a screenful.", False),
    Command("half_up", "ctrl+u", "half page up", "Go up by half a screenful.", False),
    Command("half_down", "ctrl+d", "half page down", "Go down by half a screenful.", False),
)

SESSIONS: Commands = (
    Command("new", "n", "new", "Choose a backend for a new session; nothing is sent yet."),
    Command("new_like", "N", "like this", "Fill the form for a new session like the selected one."),
    Command("end", "e", "end", "End the selected session, or all that are marked; asks first."),
    Command("mark", "space", "mark", "Mark the selected session for ending, or take the mark away."),
    Command("ended", "a", "ended too", "Show ended sessions too, or no more."),
    Command("backends", "b", "backends", "Look at the backends.", False),
    Command(
        "answer", "w", "which", "Answer an open question: which session came of a request whose reply was lost.", False
    ),
    Command("attach", "o", "attach", "Look at a session by its id; any unique beginning or end of it will do.", False),
    Command("copy", "c,y", "copy", "Copy the id, the export line or the attach command.", False),
)

CHOOSE = Command("look", "enter", "new session", "Fill the form for a new session on it; nothing is sent yet.")
"""What enter means in the table of backends."""

CIRCUIT = Command("circuit", "i", "estimate", "Choose the kind of job whose cost is estimated; asking costs nothing.")

BACKENDS: Commands = (
    Command("copy", "c,y", "copy", "Copy the backend's name."),
    CIRCUIT,
    Command("more", "space", "more", "Scroll on what is told of the backend; after its end from the beginning."),
)

_PAGES: Commands = (
    Command("page_back", "pageup", "page back", "Scroll back what is told here.", False),
    Command("page_on", "pagedown", "page on", "Scroll on what is told here.", False),
)
NEW_SESSION: Commands = (
    Command("next_field", "tab", "next field", "Go to the next field; after the last to Back.", False, "tab"),
    Command("previous_field", "shift+tab", "field before", "Go to the field before.", False, "shift+tab"),
    Command("leave_field", "enter", "next field", "Go on from a field; on a button, press it.", False, "enter"),
    *_PAGES,
)

LIVE: Commands = (
    Command("end", "e", "end", "End this session; asks first."),
    Command("cancel", "x", "cancel job", "Cancel the selected job; asks first."),
    Command("cancel_waiting", "X", "cancel waiting", "Cancel all jobs not yet started; asks first."),
    Command("copy", "c,y", "copy", "Copy the session's id, the export line or the attach command."),
    Command("events", "v", "events", "Show what happened in this session."),
    Command("curves", "p", "curves", "Plot spend and jobs over time, against their limits.", False),
)

JOB: Commands = (
    Command("cancel", "x", "cancel job", "Cancel this job; asks first."),
    Command("export", "w", "save result", "Save the result in a new file, as CSV or JSON; asks which."),
    Command("copy", "c,y", "copy", "Copy the job's id."),
)

DIALOG: Commands = (
    Command("dismiss", "escape", "back", "The safe answer: nothing is sent."),
    Command("focus_next", "tab,down,right", "next", "Go to the next field or button.", False, "tab"),
    Command("focus_previous", "shift+tab,up,left", "previous", "Go to the field or button before.", False, "shift+tab"),
    *_PAGES,
)

GROUPS: tuple[tuple[str, Commands], ...] = (
    ("everywhere", (*EVERYWHERE, QUIT, KEY)),
    ("tables", TABLE),
    ("Sessions", SESSIONS),
    ("Backends", (CHOOSE, *BACKENDS)),
    ("New session", NEW_SESSION),
    ("Session", LIVE),
    ("Job", JOB),
    ("dialogs", DIALOG),
)
"""All commands by where they work, in the order of the key table."""

_SIGNS = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
}


def bindings(commands: Iterable[Command], *, priority: bool = False) -> list[Binding]:
    """Return Textual's bindings for the commands; the action is named as the command."""
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
    """Return the keys that the focused field hears first."""
    return ",".join(key for key in command.keys.split(",") if key not in command.urgent.split(","))


def refusals(commands: Iterable[Command]) -> list[Binding]:
    """Return what the same keys do where their commands cannot be given: say why, instead of nothing."""
    return [
        Binding(command.keys, f"refuse('{command.id}')", command.label, show=False, tooltip=command.help, id=command.id)
        for command in commands
        if command.keys and not command.urgent
    ]


def key_id(name: str) -> str:
    """Return Textual's name of a key as it is written for people."""
    return next((key for key, sign in _SIGNS.items() if sign == name), name)


def key_name(key: str) -> str:
    """Return how a key is written for people: "esc", "?", "ctrl+p"."""
    return _SIGNS.get(key, key)
