"""What the live screen says of jobs that were sent to the backend of a session without its id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from ionq_tui.model.job import Job
from ionq_tui.view.amount import counted
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import clock
from ionq_tui.view.wrap import fitting

_TWO_LINES = 100
"""Cells from which on there is room for two lines."""


def missed_jobs_line(jobs: Sequence[Job], most: int, now: datetime, tz: tzinfo | None, width: int = 160) -> Line:
    """Return "! 3 jobs of yours went to the public queue …"; empty if there are none, shorter where there is less room.

    From `most` jobs on there may be more of them than are known.
    """
    if not jobs:
        return ()
    last = max(job.submitted_at for job in jobs if job.submitted_at is not None)
    number = f"{'≥ ' if len(jobs) >= most else ''}{counted(len(jobs), 'job')}"
    at = clock(last, now, tz)
    forms = (
        f"! {number} of yours went to the public queue instead of this session, the last at {at}: "
        "send jobs with the id of the session (c copies it)",
        f"! {number} of yours missed this session (public queue): send its id with them (c copies it)",
        f"! {number} of yours missed this session: send its id too (c)",
    )
    return line(Cell(fitting(forms, 2 * width if width >= _TWO_LINES else width), Tone.WARN))
