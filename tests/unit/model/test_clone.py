from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ionq_tui.model.clone import (
    APPEARS_WITHIN,
    NOT_LISTED,
    CloneRequest,
    clone_words,
    cloned_event,
    new_request,
    not_cloned_event,
    requested_event,
    unconfirmed_clones,
)
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import Job
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import (
    EMPTY_SNAPSHOT,
    SessionSnapshot,
    apply_jobs,
    apply_session,
    noted,
    recalled,
    with_unreadable_count,
)

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
    assert unconfirmed_clones((ASKED, other, cloned_event(ASKED, "new", NOON))) == (other,)
    assert unconfirmed_clones((ASKED, other, not_cloned_event(other, "no: credit", NOON))) == (ASKED,)
    assert clone_words(cloned_event(ASKED, "new", NOON)) == "new"
    assert clone_words(not_cloned_event(other, "no: credit", NOON)) == "no: credit" and clone_words(ASKED) == ""


def test_a_clone_in_the_list_settles_its_request_once() -> None:
    found = apply_jobs(noted(watch(OLD), ASKED), [CLONE], NOON)
    assert kinds(found) == [EventKind.CLONE_REQUESTED, EventKind.CLONED] and not unconfirmed_clones(found.events)
    running = apply_jobs(found, [Job("new", "started", session_id="s", submitted_at=NOON, clone_mark="mark-1")], LATE)
    assert kinds(running) == kinds(found)
    # The reply that comes after the list tells the same.
    assert kinds(noted(found, cloned_event(ASKED, "new", LATE))) == kinds(found)


def test_a_request_that_an_earlier_process_left_is_settled_by_what_is_listed_already() -> None:
    assert kinds(recalled(watch(OLD, CLONE), [ASKED])) == [EventKind.CLONE_REQUESTED, EventKind.CLONED]
    assert kinds(recalled(watch(OLD), [ASKED])) == [EventKind.CLONE_REQUESTED]


def test_a_request_without_a_clone_is_settled_once_it_is_late_and_all_jobs_are_listed() -> None:
    asked = noted(watch(OLD), ASKED)
    assert kinds(apply_jobs(asked, [OLD], NOON + APPEARS_WITHIN)) == [EventKind.CLONE_REQUESTED]
    settled = apply_jobs(asked, [OLD], LATE)
    assert kinds(settled) == [EventKind.CLONE_REQUESTED, EventKind.NOT_CLONED]
    assert clone_words(settled.events[-1]) == NOT_LISTED
    assert apply_jobs(settled, [OLD], LATE) is settled
    # Whatever comes even later is still recognized.
    assert kinds(apply_jobs(settled, [CLONE], LATE))[-1] is EventKind.CLONED


def test_nothing_is_ruled_out_where_a_job_may_be_missing() -> None:
    part = noted(watch(OLD, complete=False), ASKED)
    unread = with_unreadable_count(noted(watch(OLD), ASKED), 1)
    untold = noted(watch(OLD, Job("new", "ready", session_id="s", submitted_at=NOON)), ASKED)
    for snapshot in (part, unread, untold):
        assert kinds(apply_jobs(snapshot, [OLD], LATE)) == [EventKind.CLONE_REQUESTED]
    earlier = Job("x", "failed", session_id="s", submitted_at=NOON - timedelta(hours=1))  # from before: not the clone
    assert EventKind.NOT_CLONED in kinds(apply_jobs(noted(watch(OLD, earlier), ASKED), [OLD], LATE))


def test_several_requests_for_one_job_are_told_apart() -> None:
    again = requested_event(CloneRequest("old", "s", "mark-2"), NOON)
    snapshot = noted(noted(watch(OLD), ASKED), again)
    assert kinds(snapshot) == [EventKind.CLONE_REQUESTED] * 2
    assert unconfirmed_clones(apply_jobs(snapshot, [CLONE], NOON).events) == (again,)


def test_an_event_bears_what_it_is_about() -> None:
    assert Event(NOON, EventKind.CLONE_REQUESTED, "s", "old", "mark-1") == ASKED
