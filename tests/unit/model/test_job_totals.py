from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.money import Money, totals
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_costs, apply_jobs

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
IDS = st.sampled_from([f"job-{number}" for number in range(6)])
JOBS = st.builds(
    Job,
    IDS,
    st.sampled_from(["submitted", "ready", "started", "completed", "failed", "canceled", "odd"]),
    parent_job_id=st.sampled_from([None, None, "job-0", "job-1", "job-elsewhere"]),
    dry_run=st.booleans(),
)
MONEY = st.builds(Money, st.decimals(0, 1000, places=2), st.sampled_from(["usd", "credit"]))
COSTS = st.builds(JobCost, st.booleans(), st.none() | MONEY, st.none() | MONEY)
STEPS = st.lists(st.lists(JOBS, max_size=3) | st.dictionaries(IDS, COSTS, max_size=3), max_size=12)


def part_of(job_id: str, jobs: Mapping[str, Job]) -> list[str]:
    """The jobs above it, as far as they are listed; empty where they name each other in a circle."""
    above: list[str] = []
    while (named := jobs[above[-1] if above else job_id].parent_job_id) in jobs and named is not None:
        if named in {job_id, *above}:
            return []
        above.append(named)
    return above


def counted_anew(watch: SessionSnapshot) -> dict[str, object]:
    """Return what the properties should be, computed directly from the jobs and costs."""
    counted = [job for job in watch.jobs.values() if not part_of(job.id, watch.jobs)]
    final = [job for job in counted if job.finished and not job.dry_run]
    real = [
        (watch.jobs[job_id], cost)
        for job_id, cost in watch.costs.items()
        if job_id in watch.jobs
        and not cost.dry_run
        and not watch.jobs[job_id].dry_run
        and watch.jobs[job_id] in counted
    ]
    return {
        "count": len(counted),
        "by_status": dict(Counter(job.status for job in counted)),
        "unfinished": {job.id: job for job in counted if not job.finished},
        "finished": len(final),
        "priced": sum(watch.cost_is_final(job) for job in final),
        "charged": totals(cost.cost for _, cost in real if cost.cost is not None),
        "reserved": totals(
            cost.estimate for job, cost in real if cost.cost is None and cost.estimate is not None and not job.finished
        ),
    }


def told(watch: SessionSnapshot) -> dict[str, object]:
    return {
        "count": watch.count,
        "by_status": dict(watch.by_status),
        "unfinished": {job.id: job for job in watch.unfinished},
        "finished": watch.finished_count,
        "priced": watch.priced_count,
        "charged": watch.charged,
        "reserved": watch.reserved,
    }


@given(STEPS)
def test_what_is_carried_on_is_what_counting_anew_would_tell(steps: list[list[Job] | dict[str, JobCost]]) -> None:
    watch = EMPTY_SNAPSHOT
    for step in steps:
        watch = apply_costs(watch, step) if isinstance(step, dict) else apply_jobs(watch, step, NOW)
        assert told(watch) == counted_anew(watch)
        assert list(watch.by_status.values()) == sorted(watch.by_status.values(), reverse=True)


def test_a_picture_that_was_not_made_step_by_step_is_counted() -> None:
    job = Job("a", "ready")
    watch = apply_jobs(EMPTY_SNAPSHOT, [job, Job("b", "completed")], NOW)
    made = replace(watch, jobs={"a": replace(job, status="failed")})
    assert told(made) == counted_anew(made)
    assert told(SessionSnapshot(jobs={"a": job}))["count"] == 1


def test_an_update_counts_no_more_than_what_changed() -> None:
    watch = apply_jobs(EMPTY_SNAPSHOT, [Job(f"job-{number}", "completed") for number in range(1_000)], NOW)

    class Loud(dict[str, Job]):
        def values(self) -> None:  # type: ignore[override]
            raise AssertionError("all jobs were looked at")

    loud = Loud(watch.jobs)
    after = watch.totals.carried(loud, watch.costs, ["job-7"])
    assert after.by_status == {"completed": 1_000} and after.jobs is loud


def test_money_stays_exact_however_often_it_changes() -> None:
    watch = apply_jobs(EMPTY_SNAPSHOT, [Job("a", "completed"), Job("b", "completed")], NOW)
    for cents in range(200):
        watch = apply_costs(watch, {"a": JobCost(cost=Money(Decimal(cents) / 100, "usd"))})
    assert watch.charged == (Money(Decimal("1.99"), "usd"),)
    watch = apply_costs(watch, {"a": JobCost(cost=Money(Decimal(3), "credit"))})
    assert watch.charged == (Money(Decimal(3), "credit"),)


def test_a_part_is_counted_while_the_job_it_is_a_part_of_is_not_listed() -> None:
    price = JobCost(False, Money(Decimal(3), "usd"))
    alone = apply_costs(
        apply_jobs(EMPTY_SNAPSHOT, [Job("part", "completed", parent_job_id="whole")], NOW), {"part": price}
    )
    assert (alone.count, alone.finished_count, alone.charged) == (1, 1, (Money(Decimal(3), "usd"),))
    both = apply_costs(apply_jobs(alone, [Job("whole", "completed")], NOW), {"whole": price})
    assert (both.count, both.finished_count, both.charged) == (1, 1, (Money(Decimal(3), "usd"),))
    assert [job.id for job in both.counted] == ["whole"]
