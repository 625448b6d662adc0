"""Reasons why a command is not available now, and what to do about it, one line each."""

from __future__ import annotations

from ionq_tui.model.job import Job
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import job_status

READ_ONLY = "read-only: start ionq-tui with --write to do this"
NO_SESSION = "no session is selected: press n for a new one"
NOTHING_TO_DECIDE = "nothing needs a decision"
NO_SUCH_SESSION = "no such session at IonQ: nothing to end"
ENDING = "the end was requested and is not confirmed yet"
NO_JOB = "no job is selected: no jobs are listed"
JOBS_HIDDEN = "the job list is hidden: press v to show it"
NONE_WAITS = "no job is waiting: press x to cancel a running one"
NO_BACKEND = "no backend is selected: press r to load them again"
NO_KEY = 'this needs an API key: press : and choose "API key"'
HAS_JOBS = "the session has jobs: c offers the programs to copy"
NOT_RUNNING = "the session is not running: nothing to clone into"
NOTHING_TO_CLONE = "no job is selected that failed or was canceled"
CLONING = "a clone of this job is being requested"
NO_RESULT = "there is no result to save"
FILES_UNKNOWN = "its files are not known yet: press r to ask again"
FILE_NOT_READ = "the file has not been read"
TOO_LONG_TO_COPY = "too long for a terminal's clipboard: press w to save it"


def session_ended(session: Session) -> str:
    """Say that a session that has ended cannot be ended."""
    return f"{plain(session.short, 6)} has already ended"


def backend_unknown(session: Session) -> str:
    """Say that a session whose backend is unknown cannot be copied."""
    return f"the backend of {plain(session.short, 6)} is unknown: press n to choose one"


def job_finished(job: Job) -> str:
    """Say that a finished job cannot be canceled."""
    return f"job {plain(job.short, 6)} has finished ({job_status(job.status).text}): nothing to cancel"


def not_to_be_cloned(job: Job, watch: SessionSnapshot) -> str:
    """Say why a job cannot be cloned into a session; empty if it can."""
    session, name = watch.session, f"job {plain(job.short, 6)}"
    if session is None or watch.ended:
        return NOT_RUNNING
    if not job.missing_result:
        return f"{name} is {job_status(job.status).text}: not failed or canceled"
    if job.parent_job_id is not None:
        return f"{name} is a part of job {plain(job.parent_job_id[-6:], 6)}: clone that one"
    if job.backend is None or job.backend != session.backend:
        theirs, ours = (plain(one.backend, 40) or "an unknown backend" for one in (job, session))
        return f"{name} is for {theirs}, not {ours}"
    return ""


def not_yours(session: Session) -> str:
    """Say that nothing is cloned from here into a session of another user."""
    short = plain(session.short, 6)
    return f"not yours: ionq-tui clone JOB {short} --not-mine"
