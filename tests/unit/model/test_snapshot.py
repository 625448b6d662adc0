from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import Failure, Job, JobCost
from ionq_tui.model.link_state import FRESH, Fault, FaultKind, Refused, Stale
from ionq_tui.model.money import Money
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import (
    EMPTY_SNAPSHOT,
    EVENTS_KEPT,
    SessionSnapshot,
    apply_costs,
    apply_jobs,
    apply_session,
    confirmed_end,
    noted,
    with_jobs_fault,
    with_link_fault,
)
from tests.support.amounts import usd

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CREATED = Session("s", status="created", active=True, created_at=NOON)
STARTED = replace(CREATED, status="started", started_at=NOON + timedelta(minutes=1))
ENDED = replace(STARTED, status="ended", active=False, ended_at=NOON + timedelta(minutes=2), ender_id="ada")
OFFLINE = Fault(FaultKind.OFFLINE, "no route")


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def through(*sessions: Session) -> SessionSnapshot:
    watch = EMPTY_SNAPSHOT
    for minute, session in enumerate(sessions, 10):
        watch = apply_session(watch, session, at(minute))
    return watch


def kinds(watch: SessionSnapshot) -> list[EventKind]:
    return [event.kind for event in watch.events]


LIFE = [EventKind.OPENED, EventKind.STARTED, EventKind.ENDED]


def test_each_transition_is_told_once_at_the_server_s_time() -> None:
    watch = through(CREATED, CREATED, STARTED, STARTED, ENDED, ENDED)
    assert watch.events == (
        Event(at(0), EventKind.OPENED, "s"),
        Event(at(1), EventKind.STARTED, "s"),
        Event(at(2), EventKind.ENDED, "s", words="ada"),
    )


def test_who_comes_late_is_told_the_whole_life() -> None:
    assert kinds(through(ENDED)) == LIFE


def test_a_server_that_wavers_makes_nothing_happen_twice() -> None:
    forgetful = replace(STARTED, started_at=None)
    assert kinds(through(CREATED, STARTED, forgetful, STARTED, ENDED, STARTED, ENDED)) == LIFE


@given(
    st.lists(st.sampled_from([CREATED, STARTED, ENDED, replace(STARTED, started_at=None, active=False)]), max_size=8)
)
def test_whatever_is_heard_no_transition_is_told_twice(sessions: list[Session]) -> None:
    told = kinds(through(*sessions))
    assert len(told) == len(set(told))


def test_an_end_without_a_time_is_told_when_it_was_heard() -> None:
    watch = through(STARTED, replace(STARTED, status="ended"))
    assert watch.events[-1] == Event(at(11), EventKind.ENDED, "s")


def test_an_end_proved_by_active_alone_is_told_too_and_once() -> None:
    gone = replace(STARTED, active=False)
    watch = through(STARTED, gone)
    assert watch.ended
    assert kinds(watch) == LIFE
    assert kinds(apply_session(watch, ENDED, at(20))) == LIFE


def test_active_false_proves_nothing_before_active_true_was_seen() -> None:
    watch = through(replace(STARTED, active=False))
    assert not watch.ended
    assert EventKind.ENDED not in kinds(watch)


def test_hearing_the_same_again_changes_nothing() -> None:
    watch = apply_jobs(through(STARTED), [Job("a"), Job("b")], NOON, complete=True)
    watch = apply_costs(watch, {"a": JobCost(cost=usd("1"))})
    assert apply_session(watch, replace(STARTED), at(59)) == watch
    assert apply_jobs(watch, [Job("a"), Job("b")], at(59)) is watch
    assert apply_jobs(watch, [Job("b")], at(59), complete=True) is watch
    assert apply_costs(watch, {"a": JobCost(cost=usd("1"))}) is watch
    assert apply_costs(watch, {}) is watch


def test_a_lost_reply_keeps_the_picture_and_the_next_one_heals_it() -> None:
    watch = through(STARTED)
    stale = with_link_fault(watch, OFFLINE)
    assert stale == replace(watch, link=Stale(OFFLINE))
    assert with_link_fault(stale, OFFLINE) == stale
    assert apply_session(stale, STARTED, at(59)) == watch
    refused = with_link_fault(watch, Fault(FaultKind.KEY_REFUSED, "no"))
    assert isinstance(refused.link, Refused)


def test_jobs_not_to_be_seen_leave_the_session_as_it_is() -> None:
    fault = Fault(FaultKind.FORBIDDEN, "not yours")
    watch = with_jobs_fault(through(STARTED), fault)
    assert watch.jobs_fault == fault
    assert watch.link == FRESH
    assert apply_jobs(watch, [], NOON).jobs_fault is None


def test_an_end_that_was_confirmed_is_one_also_where_the_status_does_not_say_so() -> None:
    inactive = replace(STARTED, active=False)
    assert not apply_session(EMPTY_SNAPSHOT, inactive, NOON).ended
    assert confirmed_end(EMPTY_SNAPSHOT, inactive, NOON).ended
    assert EventKind.ENDED in {event.kind for event in confirmed_end(through(STARTED), inactive, NOON).events}


# Jobs

WAITS = Job("a", status="ready", session_id="s")
RUNS = replace(WAITS, status="started")
DONE = replace(WAITS, status="completed", completed_at=at(5))
FAILED = replace(WAITS, status="failed", completed_at=at(5), failure=Failure("SystemError", "ions lost"))
CANCELED = replace(WAITS, status="canceled")


@pytest.mark.parametrize(
    ("last", "event"),
    [
        (DONE, Event(at(5), EventKind.JOB_COMPLETED, "s", subject="a")),
        (FAILED, Event(at(5), EventKind.JOB_FAILED, "s", subject="a", words="SystemError, ions lost")),
        (CANCELED, Event(at(9), EventKind.JOB_CANCELED, "s", subject="a")),
    ],
)
def test_the_end_of_a_job_is_told_once(last: Job, event: Event) -> None:
    watch = EMPTY_SNAPSHOT
    for job in (WAITS, RUNS, last, last, RUNS, last):
        watch = apply_jobs(watch, [job], at(9))
    assert watch.events == (event,)


def test_of_what_was_over_before_our_time_only_failures_are_told() -> None:
    old = [DONE, replace(FAILED, id="b"), replace(CANCELED, id="c")]
    watch = apply_jobs(EMPTY_SNAPSHOT, old, NOON, complete=True)
    assert [event.subject for event in watch.events] == ["b"]
    watch = apply_jobs(watch, [replace(DONE, id="d")], NOON)
    assert [event.subject for event in watch.events] == ["b", "d"]


def test_jobs_keep_the_order_in_which_they_were_first_heard_of() -> None:
    watch = apply_jobs(EMPTY_SNAPSHOT, [Job("b"), Job("a")], NOON)
    watch = apply_jobs(watch, [Job("c"), Job("b", status="started")], NOON)
    assert list(watch.jobs) == ["b", "a", "c"]
    assert watch.jobs["b"].running


def test_a_page_that_comes_twice_counts_once() -> None:
    watch = apply_jobs(EMPTY_SNAPSHOT, [RUNS, RUNS, FAILED, FAILED], NOON)
    assert len(watch.jobs) == 1
    assert len(watch.events) == 1


def test_parts_of_a_job_are_not_counted() -> None:
    watch = apply_jobs(
        EMPTY_SNAPSHOT, [RUNS, replace(RUNS, id="part", parent_job_id="a"), replace(WAITS, id="w")], NOON
    )
    assert watch.by_status == {"started": 1, "ready": 1}
    assert [job.id for job in watch.unfinished] == ["a", "w"]


def test_a_status_nobody_knows_is_unfinished_and_shown_as_written() -> None:
    watch = apply_jobs(EMPTY_SNAPSHOT, [Job("a", status="simmering")], NOON)
    assert watch.by_status == {"simmering": 1}
    assert len(watch.unfinished) == 1


def test_the_empty_watch_stays_empty() -> None:
    apply_costs(apply_jobs(through(STARTED), [RUNS], NOON), {"a": JobCost()})
    assert SessionSnapshot() == EMPTY_SNAPSHOT
    assert not EMPTY_SNAPSHOT.jobs
    with pytest.raises(TypeError):
        EMPTY_SNAPSHOT.jobs["x"] = RUNS  # type: ignore[index]


# Costs

PRICED = JobCost(cost=usd("0.10"), estimate=usd("0.50"))
RESERVED = JobCost(estimate=usd("0.50"))


def with_costs(jobs: list[Job], costs: dict[str, JobCost]) -> SessionSnapshot:
    return apply_costs(apply_jobs(EMPTY_SNAPSHOT, jobs, NOON), costs)


def test_charged_and_reserved_are_apart_and_per_unit() -> None:
    jobs = [DONE, replace(DONE, id="b"), replace(DONE, id="c"), replace(RUNS, id="d"), replace(WAITS, id="e")]
    watch = with_costs(
        jobs, {"a": PRICED, "b": PRICED, "c": JobCost(cost=Money(Decimal(7), "credit")), "d": RESERVED, "e": RESERVED}
    )
    assert watch.charged == (Money(Decimal(7), "credit"), usd("0.20"))
    assert watch.reserved == (usd("1.00"),)


def test_a_finished_job_releases_what_was_reserved() -> None:
    assert with_costs([FAILED], {"a": RESERVED}).reserved == ()
    assert with_costs([RUNS], {"a": RESERVED}).reserved == (usd("0.50"),)


@pytest.mark.parametrize("job", [replace(DONE, dry_run=True), DONE])
def test_a_dry_run_is_no_spend(job: Job) -> None:
    watch = with_costs([job], {"a": replace(PRICED, dry_run=not job.dry_run)})
    assert watch.charged == ()
    assert watch.reserved == ()


def test_the_cost_of_a_job_nobody_knows_is_not_counted() -> None:
    assert with_costs([], {"stranger": PRICED}).charged == ()


def test_a_missing_cost_is_unknown_and_not_final() -> None:
    watch = with_costs(
        [DONE, replace(DONE, id="b"), replace(DONE, id="c", dry_run=True), replace(RUNS, id="d")], {"a": PRICED}
    )
    assert (watch.finished_count, watch.priced_count) == (2, 1)
    assert watch.cost_is_final(DONE)
    assert not watch.cost_is_final(replace(DONE, id="b"))
    assert not with_costs([DONE], {"a": RESERVED}).cost_is_final(DONE)
    assert with_costs([DONE], {"a": JobCost(dry_run=True)}).cost_is_final(DONE)


def test_a_final_cost_that_is_told_otherwise_later_is_replaced_and_that_is_an_event() -> None:
    watch = with_costs([DONE], {"a": PRICED})
    other = JobCost(cost=Money(Decimal("0.5"), "usd"))
    for _ in range(2):
        watch = apply_costs(watch, {"a": other}, at(3))
        watch = apply_costs(watch, {"a": PRICED}, at(4))
    watch = apply_costs(watch, {"a": other}, at(5))
    assert (watch.costs["a"], watch.charged) == (other, (other.cost,))
    told = [(one.at, one.subject, one.words) for one in watch.events if one.kind is EventKind.COST_CHANGED]
    assert told == [(at(3), "a", f"0.50 usd, was {PRICED.cost}"), (at(4), "a", f"{PRICED.cost}, was 0.50 usd")]


def test_a_cost_that_is_told_for_the_first_time_or_at_the_end_is_no_event() -> None:
    early = replace(PRICED, early=True, cost=Money(Decimal("0.25"), "usd"))
    watch = apply_costs(with_costs([DONE], {}), {"a": RESERVED}, at(3))
    for cost in (early, PRICED, PRICED, JobCost(dry_run=True), RESERVED, early):
        watch = apply_costs(watch, {"a": cost}, at(4))
    assert watch.costs["a"] == PRICED
    assert EventKind.COST_CHANGED not in [one.kind for one in watch.events]


def test_a_known_cost_is_not_replaced_by_a_missing_one_but_by_a_later_one() -> None:
    watch = with_costs([DONE], {"a": PRICED})
    assert apply_costs(watch, {"a": RESERVED}) is watch
    assert apply_costs(watch, {"a": JobCost(cost=usd("0.30"))}).charged == (usd("0.30"),)


# Events


def test_events_stand_in_the_order_of_their_time() -> None:
    watch = apply_jobs(EMPTY_SNAPSHOT, [replace(FAILED, completed_at=at(5))], at(9))
    watch = apply_jobs(watch, [replace(FAILED, id="b", completed_at=at(3))], at(9))
    assert [event.subject for event in watch.events] == ["b", "a"]


def test_an_event_that_happened_before_it_was_noticed_is_not_dated_with_now() -> None:
    timeless = replace(FAILED, completed_at=None)
    nowhere = replace(timeless, id="b", submitted_at=None)
    watch = apply_jobs(EMPTY_SNAPSHOT, [DONE, replace(timeless, submitted_at=at(2)), nowhere], at(9), complete=True)
    assert [(one.subject, one.dated) for one in watch.events] == [("b", False), ("a", False)]
    assert watch.events[1].at == at(2), "the earliest that it can have been"
    watch = apply_jobs(watch, [replace(timeless, id="c")], at(9))
    assert watch.events[-1] == replace(watch.events[-1], subject="c", at=at(9), dated=True), "between two readings"
    over = replace(CREATED, status="ended", active=False)
    assert not apply_session(EMPTY_SNAPSHOT, over, at(9)).events[-1].dated
    assert apply_session(apply_session(EMPTY_SNAPSHOT, CREATED, at(8)), over, at(9)).events[-1].dated


def test_notes_may_repeat_and_the_oldest_fall_away() -> None:
    watch = EMPTY_SNAPSHOT
    for minute in range(EVENTS_KEPT + 2):
        watch = noted(watch, Event(at(minute), EventKind.NOTE, "s", words="looked again"))
    assert len(watch.events) == EVENTS_KEPT
    assert watch.events[0].at == at(2)


def test_what_was_done_here_is_not_told_again_when_it_is_seen() -> None:
    watch = noted(EMPTY_SNAPSHOT, Event(at(0), EventKind.OPENED, "s", words="from this window"))
    watch = apply_session(watch, CREATED, at(1))
    assert [event.words for event in watch.events] == ["from this window"]
