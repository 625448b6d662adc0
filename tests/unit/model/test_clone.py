from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ionq_tui.model.clone import (
    APPEARS_WITHIN,
    CloneRequest,
    awaited_clones,
    clone_of,
    clone_words,
    cloned_event,
    clones_of,
    new_request,
    not_cloned_event,
    requested_event,
    unconfirmed_clones,
)
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import Job
from ionq_tui.model.outcome import NewJob
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import (
    EMPTY_SNAPSHOT,
    EVENTS_KEPT,
    SessionSnapshot,
    apply_jobs,
    apply_session,
    noted,
    recalled,
)
from ionq_tui.view.event_line import event_words

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
LATE = NOON + APPEARS_WITHIN + timedelta(seconds=1)
REQUEST = CloneRequest("old", "s", "mark-1")
ASKED = requested_event(REQUEST, NOON)
OLD = Job("old", "failed", session_id="s", submitted_at=NOON - timedelta(minutes=5), clone_mark="")
CLONE = Job("new", "ready", session_id="s", submitted_at=NOON, clone_mark="mark-1")


def watch(*jobs: Job, complete: bool = True) -> SessionSnapshot:
    begun = apply_session(EMPTY_SNAPSHOT, Session("s", "started", active=True, created_at=NOON), NOON)
    return apply_jobs(begun, jobs, NOON, complete=complete)


def kinds(snapshot: SessionSnapshot) -> list[EventKind]:
    about = (EventKind.CLONE_REQUESTED, EventKind.CLONED, EventKind.NOT_CLONED)
    return [event.kind for event in snapshot.events if event.kind in about]


def test_each_request_has_a_mark_of_its_own_within_the_limits_of_metadata() -> None:
    marks = {new_request("old", "s", {}).mark for _ in range(100)}
    assert len(marks) == 100 and {len(mark) for mark in marks} == {32}


def test_a_request_is_unconfirmed_until_an_event_tells_its_outcome() -> None:
    other = requested_event(CloneRequest("old", "s", "mark-2"), NOON)
    assert unconfirmed_clones((ASKED, other)) == (ASKED, other)
    assert unconfirmed_clones((ASKED, other, cloned_event(ASKED, NewJob("new", "s"), NOON))) == (other,)
    assert unconfirmed_clones((ASKED, other, not_cloned_event(other, "no: credit", NOON))) == (ASKED,)
    assert clone_words(not_cloned_event(other, "no: credit", NOON)) == "no: credit"


def test_a_clone_in_the_list_settles_its_request_once() -> None:
    found = apply_jobs(noted(watch(OLD), ASKED), [CLONE], NOON)
    assert kinds(found) == [EventKind.CLONE_REQUESTED, EventKind.CLONED] and not unconfirmed_clones(found.events)
    running = apply_jobs(found, [Job("new", "started", session_id="s", submitted_at=NOON, clone_mark="mark-1")], LATE)
    assert kinds(running) == kinds(found)
    # The reply that comes after the list tells the same.
    assert kinds(noted(found, cloned_event(ASKED, NewJob("new", "s"), LATE))) == kinds(found)


def test_a_request_that_an_earlier_process_left_is_settled_by_what_is_listed_already() -> None:
    assert kinds(recalled(watch(OLD, CLONE), [ASKED])) == [EventKind.CLONE_REQUESTED, EventKind.CLONED]
    assert kinds(recalled(watch(OLD), [ASKED])) == [EventKind.CLONE_REQUESTED]


def test_a_clone_that_is_not_listed_is_never_called_not_cloned() -> None:
    asked = noted(watch(OLD), ASKED)
    settled = apply_jobs(asked, [OLD], LATE, complete=True)
    assert kinds(settled) == [EventKind.CLONE_REQUESTED] and unconfirmed_clones(settled.events) == (ASKED,)
    # However late it comes, it is recognized.
    assert kinds(apply_jobs(settled, [CLONE], LATE))[-1] is EventKind.CLONED


def test_a_clone_is_awaited_for_a_while_after_its_request() -> None:
    assert awaited_clones((ASKED,), NOON + APPEARS_WITHIN) == (ASKED,)
    assert awaited_clones((ASKED,), LATE) == ()
    assert awaited_clones((ASKED, cloned_event(ASKED, NewJob("new", "s"), NOON)), NOON) == ()


def test_an_event_tells_where_a_clone_is() -> None:
    for job in (NewJob("new", "s"), NewJob("new", "other"), NewJob("new")):
        event = cloned_event(ASKED, job, NOON)
        assert clone_of(event) == job and clones_of((ASKED, event), "old") == (job,)
        assert clones_of((event,), "another") == ()
    assert [event_words(cloned_event(ASKED, one, NOON)) for one in (NewJob("new", "S"), NewJob("new", "s-2"))] == [
        "job old was cloned: the new job is new",
        "job old was cloned: the new job is new; IonQ put it into another session, s-2",
    ]
    assert event_words(cloned_event(ASKED, NewJob("new"), NOON)).endswith("it may wait in the public queue")


def test_later_events_push_out_no_event_about_clones() -> None:
    other = requested_event(CloneRequest("old", "s", "mark-2"), NOON)
    snapshot = noted(noted(watch(OLD), ASKED), other)
    for number in range(EVENTS_KEPT):
        snapshot = noted(snapshot, Event(LATE, EventKind.NOTE, "s", words=str(number)))
    assert unconfirmed_clones(snapshot.events) == (ASKED, other) and len(snapshot.events) == EVENTS_KEPT + 2
    found = apply_jobs(snapshot, [CLONE], LATE)  # its event is as old as the clone
    assert unconfirmed_clones(found.events) == (other,) and kinds(found).count(EventKind.CLONED) == 1


def test_several_requests_for_one_job_are_told_apart() -> None:
    again = requested_event(CloneRequest("old", "s", "mark-2"), NOON)
    snapshot = noted(noted(watch(OLD), ASKED), again)
    assert kinds(snapshot) == [EventKind.CLONE_REQUESTED] * 2
    assert unconfirmed_clones(apply_jobs(snapshot, [CLONE], NOON).events) == (again,)


def test_an_event_bears_what_it_is_about() -> None:
    assert Event(NOON, EventKind.CLONE_REQUESTED, "s", "old", "mark-1") == ASKED
