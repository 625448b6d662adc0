"""Sentences and hints of the screens, their widgets and the shell after exit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ionq_tui.model.spending import Grouping

FORM_HINT = " · enter opens the form, nothing is sent"
OPENING_NEEDS_KEY = 'opening a session needs an API key: press : and choose "API key"'
LOOKING_FOR_KEY = " looking for the API key…"
NOTHING_STARTED = "nothing has started yet"
NOTHING_CHARGED = "nothing charged so far"
HELP_FIELDS = "Printable keys act only when no field has the focus; every command is in the palette."
HELP_BUTTONS = "A button that is billable or ends something accepts a key only after 300 ms without any key."
HELP_OPENING = "Opening a session is billable; viewing one is free and does not change its owner."
PASTE_OR_DEMO = "paste the key; enter on the empty field starts the demo"
PASTE_KEY = "paste the key; it is used until this window is closed"
KEEP_IN_KEYRING = "keep it in this machine's keyring"
SESSIONS_CHANGED = "the sessions on this backend have changed: check them, then open"
FORM_MORE = "pgdn: more, and the request"
NOTHING_TO_SEND = "nothing can be sent yet"
REFRESHING_FIRST = "the data shown is old: refreshing first, nothing is sent yet…"
ESC_LEAVES = " · esc leaves; the request continues"
REQUEST_CONTINUES = "the request to open continues; you will be notified of its result"
CLOSED_AS_ANSWERED = "closed: according to your answer, no session of this request is running"
OPENING = "opening… request sent once"
NOTHING_SENT = "nothing was sent"
EVENTS = "Events"
BACKENDS = "Backends"
COMPARED = "Compared: the shorter bar is better"
CHARTS = "Charts"
JOB = "Job"
RESULT = "Result"
SENT = "What was sent"
QUBITS = "How often each qubit was 1"
COST = "Cost over time"
JOBS_FINISHED = "Jobs over time"
NOT_POLLED = "its jobs and cost are read once you view it: enter"
EVENTS_HINT = "all events, newest first · v: jobs"
ENDED_SHOWN = "ended sessions shown"
NOT_TOLD = "What the numbers do not say"
NO_EVENTS = "nothing has happened yet"
FILTER_HINT = "filter text; enter keeps it, esc clears it"
LABEL_HINT = "stays on this machine"
WAITING_FOR_ANSWER = "a request is in progress: waiting for its answer"
ENDING_ON_SIGNAL = "exit signal received: ending the sessions opened in this window…"
NOT_REFRESHED = "the data shown is old and could not be refreshed. Nothing was sent. Try again"


def too_small(columns: int, lines: int, width: int, height: int) -> str:
    """Say that the terminal is too small."""
    return f"terminal too small: needs {columns} columns and {lines} lines, has {width} and {height}"


def by_words(grouping: Grouping | None) -> str:
    """Return "by backend", "by person" or "by project"."""
    return f"by {'backend' if grouping is None else grouping.name.lower()}"


def shares_title(grouping: Grouping | None) -> str:
    """Return the title of the costs by that grouping."""
    if grouping is None:
        return "By backend and label · this machine"
    return f"{by_words(grouping).capitalize()} · as IonQ reports"


def asked_again_in(seconds: float) -> str:
    """Say when IonQ is asked for its figures again."""
    return f"the journal is read again; IonQ is asked at most once a minute, next in {math.ceil(seconds)} s"


def no_such_job(job: str) -> str:
    """Say that a job is not in the list of its session."""
    return f"job {job} is not in the list of this session"


def checking_key(masked: str) -> str:
    """Say that a key is being checked."""
    return f"checking {masked} with IonQ…"


def in_memory_only(reason: str) -> str:
    """Say that a key could not be stored."""
    return f"the key is in memory only: {reason}"


def key_arrived(source: str) -> str:
    """Say that a key was found after another one had been entered."""
    return f"a key arrived in the meantime ({source}); it is used at the next start of ionq-tui"


def new_session_on(backend: str) -> str:
    """Return the title of the form before the backend was read."""
    return f"NEW SESSION on {backend}"


def no_such_session(session_id: str) -> str:
    """Say that IonQ knows no such session."""
    return f"no such session: {session_id}"


def exit_may_be_open(backend: str) -> str:
    """Say in the shell that a session may have been opened."""
    return f"{backend}: a session may have been opened; check: ionq-tui ls"


def exit_may_be_running(session_id: str) -> str:
    """Say in the shell that a session may still be running."""
    return f"may still be running: {session_id}"


def exit_not_confirmed(session_id: str) -> str:
    """Say in the shell that an end is not confirmed."""
    return f"end requested, not confirmed: {session_id}"


def another_key(refused: str, label: str) -> str:
    """Say why a key was refused, and where another one is entered."""
    return f'{refused}: press : and choose "{label}"'


DEMO_HINT = (
    "This is a demo: nothing here is real, and nothing costs anything.",
    "enter shows the session at the cursor live: what is left, and what ends it",
    "n opens another one · e ends one, after a question",
    "? shows the keys of every screen · any key hides this hint",
)
"""Four lines below the demo's sessions."""
