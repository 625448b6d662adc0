from __future__ import annotations

from datetime import datetime, timedelta

from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import Failure, Job
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_jobs, apply_session, recalled
from ionq_tui.model.timeline import timeline
from tests.unit.engine.clock import NOON
from tests.unit.engine.cloud import session

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def told(watch: SessionSnapshot) -> list[tuple[datetime, str, str, int]]:
    return [(one.event.at, one.event.kind.value, one.event.subject, len(one.jobs)) for one in timeline(watch)]


def past(*jobs: Job) -> SessionSnapshot:
    over = session(
        "s", status="ended", active=False, created_at=NOON, started_at=NOON + MINUTE, ended_at=NOON + 9 * MINUTE,
        ender_id="u-7",
    )  # fmt: skip
    later = NOON + timedelta(hours=1)
    return apply_jobs(apply_session(EMPTY_SNAPSHOT, over, later), jobs, later, complete=True)


def test_what_was_before_anybody_looked_is_told_from_the_server_s_own_times() -> None:
    jobs = [
        Job(f"j{n}", "completed", submitted_at=NOON + MINUTE + n * SECOND, completed_at=NOON + 2 * MINUTE + n * SECOND)
        for n in range(3)
    ]
    late = Job("late", "canceled", submitted_at=NOON + 3 * MINUTE, completed_at=NOON + 9 * MINUTE)
    assert told(past(*jobs, late)) == [
        (NOON, "opened", "", 0),
        (NOON + MINUTE, "started", "", 0),
        (NOON + MINUTE, "job submitted", "", 3),
        (NOON + 2 * MINUTE + 2 * SECOND, "job completed", "", 3),
        (NOON + 3 * MINUTE, "job submitted", "late", 1),
        (NOON + 9 * MINUTE, "job canceled", "late", 1),
        (NOON + 9 * MINUTE, "ended", "", 0),
    ]
    assert timeline(past())[-1].event.words == "u-7"


def test_jobs_of_one_minute_do_not_end_before_they_are_submitted() -> None:
    times = ((-20, 5), (10, 50))  # of the first minute and of the second one
    jobs = [
        Job(
            f"j{n}",
            "completed",
            submitted_at=NOON + 2 * MINUTE + a * SECOND,
            completed_at=NOON + 2 * MINUTE + b * SECOND,
        )
        for n, (a, b) in enumerate(times)
    ]
    kinds = [row[1:] for row in told(past(*jobs))]
    assert kinds[2:5] == [("job submitted", "j0", 1), ("job submitted", "j1", 1), ("job completed", "", 2)]


def test_within_a_second_of_the_server_s_clock_an_end_is_told_after_it_was_asked_for() -> None:
    asked = Event(NOON + 9 * MINUTE + timedelta(milliseconds=700), EventKind.NOTE, "s", words="end requested by you")
    kinds = [one.event.kind for one in timeline(recalled(past(), [asked]))]
    assert kinds[-2:] == [EventKind.NOTE, EventKind.ENDED]


def test_failures_stand_together_only_with_the_same_reason() -> None:
    why = [Failure("A", "first"), Failure("A", "first"), Failure("B", "second")]
    jobs = [Job(f"j{n}", "failed", completed_at=NOON + 2 * MINUTE, failure=one) for n, one in enumerate(why)]
    failed = [one for one in timeline(past(*jobs)) if one.event.kind is EventKind.JOB_FAILED]
    assert [(one.event.words, len(one.jobs)) for one in failed] == [("A, first", 2), ("B, second", 1)]


def test_what_the_journal_saw_of_the_same_is_told_once() -> None:
    done = Job("j1", "completed", completed_at=NOON + 2 * MINUTE)
    kept = [
        Event(NOON + SECOND, EventKind.OPENED, "s"),
        Event(NOON + 2 * MINUTE, EventKind.JOB_COMPLETED, "s", "j1"),
        Event(NOON + 3 * MINUTE, EventKind.JOB_FAILED, "s", "unlisted", "why"),
        Event(NOON + 4 * MINUTE, EventKind.ALARM, "s", "jobs 80 %", "80 % used"),
        Event(NOON + 5 * MINUTE, EventKind.NOTE, "s", words="end asked for"),
        Event(NOON + 10 * MINUTE, EventKind.ENDED, "s"),
    ]
    assert told(recalled(past(done), kept)) == [
        (NOON, "opened", "", 0),
        (NOON + MINUTE, "started", "", 0),
        (NOON + 2 * MINUTE, "job completed", "j1", 1),
        (NOON + 3 * MINUTE, "job failed", "unlisted", 0),
        (NOON + 4 * MINUTE, "limit near", "jobs 80 %", 0),
        (NOON + 5 * MINUTE, "note", "", 0),
        (NOON + 9 * MINUTE, "ended", "", 0),
    ]


def test_parts_are_not_told_and_naive_times_stop_nothing() -> None:
    naive = (NOON + MINUTE).replace(tzinfo=None)
    jobs = [Job("j1", "completed", submitted_at=naive), Job("part", "completed", submitted_at=NOON, parent_job_id="j1")]
    assert [row[1:] for row in told(past(*jobs))] == [
        ("opened", "", 0),
        ("started", "", 0),
        ("job submitted", "j1", 1),
        ("ended", "", 0),
    ]
    assert timeline(EMPTY_SNAPSHOT) == ()
