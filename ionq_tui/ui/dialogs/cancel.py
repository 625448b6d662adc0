"""The dialog that confirms canceling jobs, and the report of the results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.job import Job
from ionq_tui.model.link_state import Fault
from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.ui.refresh_first import NOT_FRESH, made_fresh
from ionq_tui.view import dialog_text
from ionq_tui.view.amount import counted
from ionq_tui.view.fault import fault_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import job_status
from ionq_tui.view.style import Cell, Line, Tone, line, words

Result = TypeVar("Result")
_LISTED = 10
_NAMED = 60
"""The most jobs with the same result that are listed individually."""
NONE: tuple[str, ...] = ()
"""The answer that cancels nothing."""


class CancelJobs(ChoiceDialog[tuple[str, ...]]):
    """Show the jobs to be canceled, and answer with their ids, or with none."""

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        """Store the jobs as they are shown now."""
        what = counted(len(jobs), "job")
        told: list[Line | str] = [_job(job) for job in jobs[:_LISTED]]
        if len(jobs) > _LISTED:
            told.append(f"and {len(jobs) - _LISTED:,} more")
        if any(job.running for job in jobs):
            told.append(line(Cell(dialog_text.MAY_BE_CHARGED, Tone.WARN)))
        super().__init__(
            f"Cancel {what}?",
            told,
            (
                Choice("Keep " + ("it" if len(jobs) == 1 else "them"), NONE),
                Choice(f"Cancel {what}", tuple(job.id for job in jobs), grave=True),
            ),
            NONE,
            id="cancel-jobs",
        )


def _job(job: Job) -> Line:
    return line(f"{plain(job.short, 6)}  {plain(job.name, 40)}  ", job_status(job.status))


def ask_to_cancel(app: App[Result], engine: Engine, session_poller: SessionPoller, jobs: tuple[Job, ...]) -> None:
    """Cancel jobs after a confirmation; outdated data is refreshed before the request is sent."""

    def answered(ids: tuple[str, ...] | None) -> None:
        if ids:
            app.run_worker(
                _cancel(app, engine, session_poller, ids), group="cancel", description=f"cancel {len(ids)} jobs"
            )

    app.push_screen(CancelJobs(jobs), answered)


async def _cancel(app: App[Result], engine: Engine, session_poller: SessionPoller, ids: tuple[str, ...]) -> None:
    if not await made_fresh(engine.clock, session_poller):
        app.notify(NOT_FRESH, severity="error", markup=False)
        return
    await engine.actions.cancel(session_poller.session_id, ids)


def show_cancel_results(app: App[Result], results: Mapping[str, str | Fault]) -> None:
    """Show the result for one job as a notification, or for several in a dialog."""
    if len(results) == 1:
        app.notify(
            words(_job_result(*next(iter(results.items())))),
            severity="information" if set(results.values()) == {"canceled"} else "warning",
            markup=False,
        )
    else:
        number = sum(result == "canceled" for result in results.values())
        title = dialog_text.canceled_title(number, len(results))
        app.push_screen(ChoiceDialog(title, cancel_results(results), [Choice("Close", None)], None, id="canceled"))


def cancel_results(results: Mapping[str, str | Fault]) -> list[Line]:
    """Return lines with each result and the jobs that had it, starting with jobs that were not canceled."""
    alike: dict[Line, list[str]] = {}
    for job_id, result in results.items():
        alike.setdefault(_result_line(result), []).append(plain(job_id[-6:]))
    told: list[Line] = []
    for result_line, ids in sorted(alike.items(), key=lambda one: one[0] == _result_line("canceled")):
        more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
        told += [line(f"{counted(len(ids), 'job')}: ", *result_line), line(f"  {' '.join(ids[:_NAMED])}{more}")]
    return told


def _job_result(job_id: str, result: str | Fault) -> Line:
    return line(f"job {plain(job_id[-6:])}: ", *_result_line(result))


def _result_line(result: str | Fault) -> Line:
    if isinstance(result, Fault):
        return line(Cell(dialog_text.not_canceled(fault_words(result, "job")), Tone.BAD))
    status = job_status(result)
    return line(status if result == "canceled" else Cell(f"not canceled: {status.text}", Tone.WARN))
