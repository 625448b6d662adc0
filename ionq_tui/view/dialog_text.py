"""Titles, labels and hints of the dialogs."""

from __future__ import annotations

VIEW_BUTTON = "View"
VIEW_HINT = "a unique beginning or end · tab: next · enter: view · esc: back"
VIEW_TITLE = "View a session by its id"
ATTENTION_TITLE = "What needs a decision"
MAY_BE_CHARGED = "a job that is already running may still be charged"
MISSED_TITLE = "Failed and canceled jobs of yours that missed this session"
MISSED_HINT = "enter: clone it into this session; asks first · esc: close"
CANDIDATE_TITLE = "Is this the session you just opened?"
CANDIDATES_TITLE = "Which of these is the session you just opened?"
IT_IS_MINE = "Yes, it is mine"
LEAVE_IT_OPEN = "No, leave it open"
LEAVE_THEM_OPEN = "None, leave them open"
UNCONFIRMED_TITLE = "Was a session opened?"
STOP_CHECKING = "None, stop checking"
MORE_HINT = "pgup pgdn: more"
ESTIMATE_BUTTON = "Estimate (free)"
ESTIMATE_HINT = "tab moves · enter estimates · esc: cancel"
ESTIMATE_TITLE = "Estimate the cost of a job"
MITIGATION_BOX = "with error mitigation (space ticks)"
COPY_HINT = "enter copies · or select the text above by hand · esc closes"
FORMATS = "CSV: one line per outcome · JSON: with the job's details"
SAVE_TITLE = "Save the result of this job?"
SAVE_FILE_TITLE = "Save this file?"
SHOT_FORMATS = "CSV: one line per shot · JSON: as IonQ has it"
AS_IONQ_HAS_IT = "as IonQ has it"
FILES_TITLE = "Which file of this job?"
FILES_WORDS = "IonQ keeps these files. One is read only when you choose it."
READING_FILE = "reading it from IonQ…"
FILE_HINT = "s sort · w save · c copy · esc close"
NO_LIMIT_WARNING = "Nothing will end this session until you end it: no job, time or cost limit."
BACK_TO_LIMITS = "Back to the limits"
OPEN_WITHOUT_LIMITS = "Open without limits"
IDLE_COST_UNKNOWN = "IonQ does not publish what an idle hour costs."
PALETTE_HINT = "type a command · enter runs it · esc closes"
LEFT_RUNNING = "Sessions left running are billed until they end; the shell shows the commands to return."
QUIT_LEAVE_RUNNING = "Quit, leave running"
END_THEN_QUIT = "End it, then quit"
KEEP_RUNNING = "Keep running"


def end_title(number: int) -> str:
    """Ask whether to end so many sessions."""
    return "End this session?" if number == 1 else f"End {number:,} sessions?"


def end_label(number: int) -> str:
    """Return the label of the button that ends so many sessions."""
    return "End session" if number == 1 else f"End {number:,} sessions"


def several_ids(number: int, typed: str) -> str:
    """Say that an abbreviation of an id is not unique."""
    return f"{number} sessions begin or end with {typed}: enter more of the id"


def no_such_id(typed: str, reason: str) -> str:
    """Say that no known id matches, and why the list could not help."""
    return f"no known session begins or ends with {typed}; enter the whole id. {reason}"


def stop_tracking(short: str) -> str:
    """Return the label of the button that stops tracking a session."""
    return f"Stop tracking {short}"


def end_again(short: str) -> str:
    """Return the label of the button that retries the end of a session."""
    return f"End {short} again"


def canceled_title(number: int, total: int) -> str:
    """Return the title of the results of canceling jobs."""
    return f"Canceled {number:,} of {total:,} jobs"


def not_canceled(reason: str) -> str:
    """Say that it is not confirmed that a job was canceled."""
    return f"not confirmed canceled: {reason}"


def may_be_yours(which: str) -> str:
    """Say that a session may be the one whose reply was lost."""
    return f"The reply was lost. {which} may be your session:"


def it_is(short: str) -> str:
    """Return the label of the button that names one session."""
    return f"It is {short}"


COLUMNS_HINT = "enter or space: show or hide · s: sort by it, again: reverse · esc: close"
THEMES_HINT = "up and down: preview · enter: keep it · esc: back to the one before"


def no_command(text: str) -> str:
    """Return what the palette says where no command matches."""
    return f'no command matches "{text}" · backspace or esc'


def choice_hint(safe: str) -> str:
    """Return the hint of a dialog with buttons alone."""
    return f"esc: {safe} · tab and arrows move · enter confirms"


def typed_hint(wanted: str, safe: str) -> str:
    """Return the hint of a dialog where an id is typed first."""
    return f"type {wanted} first · tab moves · enter confirms · esc: {safe}"


def unlocked_hint(label: str, safe: str) -> str:
    """Return the hint once the right id is typed."""
    return f"tab to {label}, then enter · esc: {safe}"


def mistyped_hint(wanted: str, safe: str) -> str:
    """Return the hint once something else than the id was typed."""
    return f"not {wanted}: nothing was sent · esc: {safe}"


def saved_in(folder: str) -> str:
    """Say in which folder a result is saved."""
    return f"in {folder}; no file is ever overwritten"


def too_many_files(number: int) -> str:
    """Say that no further name for a file is free."""
    return f"there are {number} files with that name already"


def no_limit_title(backend: str) -> str:
    """Return the title of the dialog that asks before a session without limits is opened."""
    return f"Open a session on {backend} without limits?"


def may_be_running(sessions: str) -> str:
    """Say that sessions of this machine may still be running."""
    return f"{sessions} of this machine may still be running"


def opening_on(backend: str) -> str:
    """Say that a request to open is in progress."""
    return f"in progress: opening a session on {backend}"
