"""The flow that clones a job: one request, and if its reply is lost, a search for the job with its mark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ionq_tui.api import operations
from ionq_tui.api.errors import IonQError, fault_of_error
from ionq_tui.api.flows import OPEN_CHECK_DELAYS, Flow, Sleep, certainly_not_created, sent
from ionq_tui.model.clone import CloneRequest
from ionq_tui.model.cursor_guard import CursorGuard
from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import Cloned, CloneOutcome, CloneUnconfirmed, NewJob, NotCloned
from ionq_tui.model.priority import Priority

PAGES = 10
"""Pages of the session's jobs that one search reads at most. Where there are more, the clone may not be found."""
_PAGE = 100
_ORIGINAL = "IonQ's reply names the original as its own clone"


def clone_once(request: CloneRequest, on_lost: Callable[[Fault], None] = lambda _: None) -> Flow[CloneOutcome]:
    """Clone a job with one POST request.

    If the reply is lost, look for the job with the request's mark in the session; never send the POST again. `on_lost`
    is called with the reason as soon as the search begins. The mark is random, so the job that bears it is the clone.
    Raises MalformedIdError, before anything is sent, if an id cannot be part of an address.
    """
    operations.session_jobs(request.session_id)  # the search needs this address once the request was sent
    posted = yield from sent(operations.clone_job(request))
    if posted.value is not None and posted.value.id.lower() != request.job_id.lower():
        return Cloned(posted.value)
    error = posted.error or IonQError("no reply" if posted.value is None else _ORIGINAL)
    fault = fault_of_error(error)
    if certainly_not_created(error):
        return NotCloned(fault, error)
    on_lost(fault)
    looked_at: datetime | None = None
    for pause in OPEN_CHECK_DELAYS:  # the server may make it late
        yield Sleep(pause)
        found, complete_at = yield from _search(request)
        if found is not None:
            return Cloned(found, adopted=True)
        looked_at = complete_at or looked_at
    return CloneUnconfirmed(fault, looked_at, error)


def _search(request: CloneRequest) -> Flow[tuple[NewJob | None, datetime | None]]:
    """Return the clone, and the server's time of the list if all of it could be read."""
    after: str | None = None
    guard = CursorGuard(PAGES * _PAGE)
    readable = True
    for _ in range(PAGES):
        asked = operations.session_jobs(request.session_id, after=after, limit=_PAGE)
        listed = yield from sent(replace(asked, priority=Priority.CONFIRM))  # a user is waiting
        if listed.value is None:
            return None, None
        for job in listed.value.jobs:
            if job.clone_mark == request.mark:
                return NewJob(job.id, job.session_id or request.session_id), None
        # A job that cannot be read, or whose metadata are not told, may be the clone.
        readable = (
            readable and not listed.value.unreadable and all(one.clone_mark is not None for one in listed.value.jobs)
        )
        after = listed.value.next
        if after is None:
            return None, listed.date if readable else None
        if guard.lost(listed.value):
            break
    return None, None
