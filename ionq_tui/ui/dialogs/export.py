"""The dialog that saves something of a job in a new file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from textual.app import App

from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.new_file import write_new
from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.ui.toasts import toast
from ionq_tui.view import dialog_text
from ionq_tui.view.outcome_chart import file_name, result_csv, result_json, safe_name
from ionq_tui.view.sanitize import plain

Result = TypeVar("Result")
Forms = Mapping[str, Callable[[], str]]
"""By the ending of the file's name, what makes its text, in a thread."""
_MOST_ALIKE = 1_000


def ask_to_export(app: App[Result], job: Job, detail: JobDetail | None, shares: dict[str, float]) -> None:
    """Ask for a format of the result, then write a file in the current directory."""
    forms: Forms = {
        "csv": lambda: result_csv(job, detail, shares),
        "json": lambda: result_json(job, detail, shares),
    }
    ask_to_save(app, dialog_text.SAVE_TITLE, dialog_text.FORMATS, file_name(job), forms)


def ask_to_save(app: App[Result], title: str, about: str, stem: str, forms: Forms) -> None:
    """Ask for one of the forms, then write a file in the current directory."""
    told = (
        about,
        f"named {stem}",
        dialog_text.saved_in(plain(_folder() or "a folder that no longer exists", 400)),
    )
    choices = (Choice("Back", ""), *(Choice(f"Save {suffix.upper()}", suffix) for suffix in forms))

    def answered(suffix: str | None) -> None:
        if suffix:
            app.run_worker(_save(app, stem, suffix, forms[suffix]), group="export", description=f"save {stem}")

    app.push_screen(ChoiceDialog(title, told, choices, "", id="export"), answered)


def save_report(app: App[Result], session_id: str, text: str) -> None:
    """Save the report on a session as Markdown in the current directory."""
    saving = _save(app, f"ionq-session-{safe_name(session_id)}", "md", lambda: text)
    app.run_worker(saving, group="export", description=f"save the report on {session_id}")


async def _save(app: App[Result], stem: str, suffix: str, made: Callable[[], str]) -> None:
    try:
        written = await asyncio.to_thread(lambda: save_new(stem, suffix, made()))
    except OSError as error:
        toast(app, f"not saved: {plain(error.strerror or error, 200)}", f"{stem}.{suffix}", "error", 10)
    else:
        toast(app, f"saved: {plain(written, 400)}", f"{stem}.{suffix}", "information", 10)


def save_new(stem: str, suffix: str, text: str) -> Path:
    """Write a file under a name that is not in use, and return its path. Raises OSError."""
    folder = Path.cwd()
    for number in range(1, _MOST_ALIKE):
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.{suffix}"
        with suppress(FileExistsError):
            write_new(path, text)
            return path
    raise FileExistsError(0, dialog_text.too_many_files(_MOST_ALIKE - 1))


def _folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:
        return None
