"""What the live screen says of jobs that were sent to the backend of a session without its id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from ionq_tui.model.job import Job
from ionq_tui.view.amount import counted
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import clock


def missed_jobs_line(jobs: Sequence[Job], most: int, now: datetime, tz: tzinfo | None) -> Line:
    """Return "! 3 of your jobs went to the public queue, the last at 14:02: …"; empty if there are none.

    From `most` jobs on there may be more of them than are known.
    """
    if not jobs:
        return ()
    last = max(job.submitted_at for job in jobs if job.submitted_at is not None)
    number = f"{'≥ ' if len(jobs) >= most else ''}{counted(len(jobs), 'job')}"
    went = f"{number} of yours went to the public queue instead of this session, the last at {clock(last, now, tz)}"
    return line(Cell(f"! {went}: send jobs with the id of the session (c copies it)", Tone.WARN))
