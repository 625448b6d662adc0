"""Cloning a job into a session: the request, its outcomes, and what the events of a session tell about it.

Facts about `POST /jobs/{UUID}/clone` are from https://docs.ionq.com/api-reference/v0.4/jobs/clone-job (June 2026): the
body may set `name`, `shots`, `backend`, `session_id`, `settings`, `metadata` and more; what it omits is inherited; the
reply has the id of the new job and its session. What a repeated request does is not documented, and there is no
idempotency key, so the request is sent once.

The new job gets a random mark in its metadata, by which it can be recognized for certain if the reply is lost. It is
not documented whether `metadata` replaces what is inherited or is added to it, so that of the original is sent with it.
Metadata are strings by name. Version 0.3 of the documentation (core concepts) allows 10 names of up to 40 characters
and values of up to 40,000 (its example says 400); version 0.4 states no limits. If the mark is one name too many, IonQ
refuses the request and says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from types import MappingProxyType

from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import CLONE_MARK, Job
from ionq_tui.model.outcome import NewJob
from ionq_tui.model.quick_dataclass import quick_dataclass

APPEARS_WITHIN = timedelta(minutes=10)
"""Time after which a clone whose reply was lost is not expected to appear any more.

That it did not appear is never a proof: IonQ may have put it elsewhere, or listed it incompletely.
"""
_NO_METADATA: Mapping[str, str] = MappingProxyType({})


@quick_dataclass(frozen=True, slots=True)
class CloneRequest:
    """A request to clone a job into a session. The clone has the backend, shots, circuit and settings of the job."""

    job_id: str
    session_id: str
    mark: str
    """Random text that identifies the clone."""
    metadata: Mapping[str, str] = field(default_factory=lambda: _NO_METADATA)
    """The metadata of the original."""

    @property
    def body(self) -> dict[str, object]:
        """The body of `POST /jobs/{UUID}/clone`."""
        return {"session_id": self.session_id, "metadata": {**self.metadata, CLONE_MARK: self.mark}}


def new_request(job_id: str, session_id: str, metadata: Mapping[str, str]) -> CloneRequest:
    """Return a request with a mark of its own; `metadata` are those of the original."""
    return CloneRequest(job_id, session_id, os.urandom(16).hex(), metadata)


def requested_event(request: CloneRequest, at: datetime) -> Event:
    """Return the event that a clone is about to be requested. It is on disk before the request is sent."""
    return Event(at, EventKind.CLONE_REQUESTED, request.session_id, request.job_id, request.mark)


def cloned_event(request: Event, job: NewJob, at: datetime) -> Event:
    """Return the event that the clone of a request exists; it tells the clone's session if that is another one."""
    where = "" if job.is_in(request.session_id) else f": {job.session_id or ''}"
    return Event(at, EventKind.CLONED, request.session_id, request.subject, f"{request.words}: {job.id}{where}")


def not_cloned_event(request: Event, why: str, at: datetime) -> Event:
    """Return the event that a request made no clone, and why."""
    return Event(at, EventKind.NOT_CLONED, request.session_id, request.subject, f"{request.words}: {why}")


def clone_words(event: Event) -> str:
    """Return why there is no clone, from the event that there is none."""
    return event.words.partition(": ")[2]


def clone_of(event: Event) -> NewJob:
    """Return the clone, from the event that it exists."""
    new_id, elsewhere, session_id = event.words.partition(": ")[2].partition(": ")
    return NewJob(new_id, (session_id or None) if elsewhere else event.session_id)


def clones_of(events: Iterable[Event], job_id: str) -> tuple[NewJob, ...]:
    """Return the known clones of a job, oldest first."""
    return tuple(clone_of(event) for event in clone_events(events, job_id))


def clone_events(events: Iterable[Event], job_id: str) -> tuple[Event, ...]:
    """Return the events that clones of a job exist, oldest first."""
    return tuple(event for event in events if event.kind is EventKind.CLONED and event.subject == job_id)


def unconfirmed_clones(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the requests to clone whose outcome no event tells, oldest first.

    They are in progress, or their replies were lost, or the program stopped before the reply arrived.
    """
    return _without(events, {EventKind.CLONED, EventKind.NOT_CLONED})


def clones_found(events: Iterable[Event], jobs: Iterable[Job]) -> list[Event]:
    """Return an event for each requested clone that is among the jobs and of which no event tells yet."""
    held = tuple(events)
    requests = {one.words: one for one in _without(held, {EventKind.CLONED})}
    if not requests:
        return []
    ruled_out = {_mark(one): one.at for one in held if one.kind is EventKind.NOT_CLONED}
    made = [(requests[job.clone_mark], job) for job in jobs if job.clone_mark in requests]
    return [
        cloned_event(
            one, NewJob(job.id, one.session_id), max(job.submitted_at or one.at, ruled_out.get(one.words, one.at))
        )
        for one, job in made
    ]


def awaited_clones(events: Iterable[Event], now: datetime) -> tuple[Event, ...]:
    """Return the unconfirmed requests that are so recent that their clones may still appear."""
    return tuple(one for one in unconfirmed_clones(events) if now - one.at <= APPEARS_WITHIN)


def _mark(event: Event) -> str:
    return event.words.partition(": ")[0]


def _without(events: Iterable[Event], outcomes: set[EventKind]) -> tuple[Event, ...]:
    """Return the requests to clone that have none of these outcomes."""
    held = tuple(events)
    settled = {_mark(event) for event in held if event.kind in outcomes}
    return tuple(one for one in held if one.kind is EventKind.CLONE_REQUESTED and one.words not in settled)
