"""Saves the result of a job in a new file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TypeVar

from textual.app import App

from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.ui.dialogs.ask import Ask, Choice
from ionq_tui.view.outcome_chart import file_name, result_csv, result_json
from ionq_tui.view.plain import plain

Result = TypeVar("Result")
_MOST_ALIKE = 1_000
_WRITERS = {"csv": result_csv, "json": result_json}


def ask_to_export(app: App[Result], job: Job, detail: JobDetail | None, shares: dict[str, float]) -> None:
    """Ask in which form, then write a file in the folder that the program was started in."""
    told = (
        "CSV: a line for each outcome · JSON: the job too",
        f"named {file_name(job)}",
        f"in {plain(_folder() or 'a folder that is gone', 400)}; no file is ever overwritten",
    )
    choices = (Choice("Back", ""), Choice("Save CSV", "csv"), Choice("Save JSON", "json"))

    async def save(kind: str) -> None:
        try:
            written = await asyncio.to_thread(write_new, file_name(job), kind, _WRITERS[kind](job, detail, shares))
        except OSError as error:
            app.notify(f"not saved: {plain(error.strerror or error, 200)}", severity="error", markup=False)
        else:
            app.notify(f"saved: {plain(written, 400)}", timeout=20, markup=False)

    def answered(kind: str | None) -> None:
        if kind:
            app.run_worker(save(kind), group="export", description=f"save job {job.id}")

    app.push_screen(Ask("Save the result of this job?", told, choices, "", id="export"), answered)


def write_new(stem: str, suffix: str, text: str) -> Path:
    """Write a file of a name that was free until now, and return its path. Raises OSError."""
    folder = Path.cwd()
    for number in range(1, _MOST_ALIKE):
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}.{suffix}"
        try:
            file = path.open("x", encoding="utf-8", newline="")
        except FileExistsError:
            continue
        try:
            with file:
                file.write(text)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path
    raise FileExistsError(0, f"there are {_MOST_ALIKE - 1} files of that name already")


def _folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:
        return None
