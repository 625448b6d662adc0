"""Why a command cannot be given now, and what to do about it: one line each."""

from __future__ import annotations

from ionq_tui.model.job import Job
from ionq_tui.model.session import Session
from ionq_tui.view.plain import plain
from ionq_tui.view.status import job_status

READ_ONLY = "this window is read-only: start it with --write for that"
NO_SESSION = "no session is selected: n opens the way to a new one"
NO_QUESTION = "no question is open: every request was answered"
NO_SUCH_SESSION = "IonQ knows no such session: nothing to end"
ENDING = "the end was asked for: its proof is being waited for"
NO_JOB = "no job is selected: this session shows none"
JOBS_HIDDEN = "the jobs are not shown: v shows them"
NONE_WAITS = "no job waits to be started: x cancels one that runs"
NO_BACKEND = "no backend is selected: r asks for them again"
NO_KEY = 'that needs an API key: the palette (:) has "API key"'
NO_RESULT = "there is no result to save"


def session_ended(session: Session) -> str:
    """Say that a session that has ended cannot be ended."""
    return f"{plain(session.short, 6)} has ended: nothing more to end"


def backend_unknown(session: Session) -> str:
    """Say that a session of no known backend is no pattern for another."""
    return f"IonQ names no backend of {plain(session.short, 6)}: n chooses one"


def job_finished(job: Job) -> str:
    """Say that a job that is over cannot be cancelled."""
    return f"job {plain(job.short, 6)} is over ({job_status(job.status).text}): nothing to cancel"
