"""The question before jobs are cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from textual.app import App

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.watcher import Watcher
from ionq_tui.model.job import Job
from ionq_tui.model.link import Fault
from ionq_tui.ui.dialogs.ask import Ask, Choice
from ionq_tui.ui.fresh import NOT_FRESH, made_fresh
from ionq_tui.view.amount import counted
from ionq_tui.view.fault import fault_words
from ionq_tui.view.plain import plain
from ionq_tui.view.status import job_status
from ionq_tui.view.tone import Cell, Line, Tone, line, words

Result = TypeVar("Result")
_LISTED = 10
_NAMED = 60
"""Jobs with the same result that are named one by one."""
NONE: tuple[str, ...] = ()
"""The answer that cancels nothing."""


class CancelJobs(Ask[tuple[str, ...]]):
    """Shows which jobs will be cancelled and answers with their ids, or with none."""

    def __init__(self, jobs: tuple[Job, ...]) -> None:
        """Take the jobs as they are shown now."""
        what = counted(len(jobs), "job")
        told: list[Line | str] = [_job(job) for job in jobs[:_LISTED]]
        if len(jobs) > _LISTED:
            told.append(f"and {len(jobs) - _LISTED:,} more")
        if any(job.running for job in jobs):
            told.append(line(Cell("a job that runs already may be charged all the same", Tone.WARN)))
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


def ask_to_cancel(app: App[Result], engine: Engine, watcher: Watcher, jobs: tuple[Job, ...]) -> None:
    """Ask, and cancel what was shown where that is the answer; old data is refreshed first."""

    def answered(ids: tuple[str, ...] | None) -> None:
        if ids:
            app.run_worker(_cancel(app, engine, watcher, ids), group="cancel", description=f"cancel {len(ids)} jobs")

    app.push_screen(CancelJobs(jobs), answered)


async def _cancel(app: App[Result], engine: Engine, watcher: Watcher, ids: tuple[str, ...]) -> None:
    if not await made_fresh(engine.clock, watcher.poller):
        app.notify(NOT_FRESH, severity="error", markup=False)
        return
    results = await engine.desk.cancel(ids)
    watcher.poller.nudge()
    if len(results) == 1:
        app.notify(
            words(_result(*next(iter(results.items())))),
            severity="information" if set(results.values()) == {"canceled"} else "warning",
            markup=False,
        )
    else:
        number = sum(result == "canceled" for result in results.values())
        title = f"Canceled {number:,} of {len(results):,} jobs"
        app.push_screen(Ask(title, cancel_results(results), [Choice("Close", None)], None, id="cancelled"))


def cancel_results(results: Mapping[str, str | Fault]) -> list[Line]:
    """Return what became of the jobs: each result once with the jobs that had it, those not canceled first."""
    alike: dict[Line, list[str]] = {}
    for job_id, result in results.items():
        alike.setdefault(_became(result), []).append(plain(job_id[-6:]))
    told: list[Line] = []
    for became, ids in sorted(alike.items(), key=lambda one: one[0] == _became("canceled")):
        more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
        told += [line(f"{counted(len(ids), 'job')}: ", *became), line(f"  {' '.join(ids[:_NAMED])}{more}")]
    return told


def _result(job_id: str, result: str | Fault) -> Line:
    return line(f"job {plain(job_id[-6:])}: ", *_became(result))


def _became(result: str | Fault) -> Line:
    if isinstance(result, Fault):
        return line(Cell(f"not known to be canceled, {fault_words(result, 'job')}", Tone.BAD))
    status = job_status(result)
    return line(status if result == "canceled" else Cell(f"not canceled, it is {status.text}", Tone.WARN))
