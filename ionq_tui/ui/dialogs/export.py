"""The dialog that saves the result of a job in a new file."""

from __future__ import annotations

import asyncio
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
_MOST_ALIKE = 1_000
_WRITERS = {"csv": result_csv, "json": result_json}


def ask_to_export(app: App[Result], job: Job, detail: JobDetail | None, shares: dict[str, float]) -> None:
    """Ask for a format, then write a file in the current directory."""
    told = (
        dialog_text.FORMATS,
        f"named {file_name(job)}",
        dialog_text.saved_in(plain(_folder() or "a folder that no longer exists", 400)),
    )
    choices = (Choice("Back", ""), Choice("Save CSV", "csv"), Choice("Save JSON", "json"))

    def answered(kind: str | None) -> None:
        if kind:
            saving = _save(app, file_name(job), kind, _WRITERS[kind](job, detail, shares))
            app.run_worker(saving, group="export", description=f"save job {job.id}")

    app.push_screen(ChoiceDialog(dialog_text.SAVE_TITLE, told, choices, "", id="export"), answered)


def save_report(app: App[Result], session_id: str, text: str) -> None:
    """Save the report on a session as Markdown in the current directory."""
    saving = _save(app, f"ionq-session-{safe_name(session_id)}", "md", text)
    app.run_worker(saving, group="export", description=f"save the report on {session_id}")


async def _save(app: App[Result], stem: str, suffix: str, text: str) -> None:
    try:
        written = await asyncio.to_thread(save_new, stem, suffix, text)
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
