from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.money import Money, totals
from ionq_tui.model.watch import EMPTY_WATCH, Watch, heard_costs, heard_jobs

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
IDS = st.sampled_from([f"job-{number}" for number in range(6)])
JOBS = st.builds(
    Job,
    IDS,
    st.sampled_from(["submitted", "ready", "started", "completed", "failed", "canceled", "odd"]),
    parent_job_id=st.sampled_from([None, None, "job-0"]),
    dry_run=st.booleans(),
)
MONEY = st.builds(Money, st.decimals(0, 1000, places=2), st.sampled_from(["usd", "credit"]))
COSTS = st.builds(JobCost, st.booleans(), st.none() | MONEY, st.none() | MONEY)
STEPS = st.lists(st.lists(JOBS, max_size=3) | st.dictionaries(IDS, COSTS, max_size=3), max_size=12)


def counted_anew(watch: Watch) -> dict[str, object]:
    """What the properties tell, from the jobs and costs themselves."""
    counted = [job for job in watch.jobs.values() if job.parent_job_id is None]
    final = [job for job in counted if job.finished and not job.dry_run]
    real = [
        (watch.jobs[job_id], cost)
        for job_id, cost in watch.costs.items()
        if job_id in watch.jobs and not cost.dry_run and not watch.jobs[job_id].dry_run
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


def told(watch: Watch) -> dict[str, object]:
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
    watch = EMPTY_WATCH
    for step in steps:
        watch = heard_costs(watch, step) if isinstance(step, dict) else heard_jobs(watch, step, NOW)
        assert told(watch) == counted_anew(watch)
        assert list(watch.by_status.values()) == sorted(watch.by_status.values(), reverse=True)


def test_a_picture_that_was_not_made_step_by_step_is_counted() -> None:
    job = Job("a", "ready")
    watch = heard_jobs(EMPTY_WATCH, [job, Job("b", "completed")], NOW)
    made = replace(watch, jobs={"a": replace(job, status="failed")})
    assert told(made) == counted_anew(made)
    assert told(Watch(jobs={"a": job}))["count"] == 1


def test_an_update_counts_no_more_than_what_changed() -> None:
    watch = heard_jobs(EMPTY_WATCH, [Job(f"job-{number}", "completed") for number in range(1_000)], NOW)

    class Loud(dict[str, Job]):
        def values(self) -> None:  # type: ignore[override]
            raise AssertionError("all jobs were looked at")

    loud = Loud(watch.jobs)
    after = watch.tally.carried(loud, watch.costs, ["job-7"])
    assert after.by_status == {"completed": 1_000} and after.jobs is loud


def test_money_stays_exact_however_often_it_changes() -> None:
    watch = heard_jobs(EMPTY_WATCH, [Job("a", "completed"), Job("b", "completed")], NOW)
    for cents in range(200):
        watch = heard_costs(watch, {"a": JobCost(cost=Money(Decimal(cents) / 100, "usd"))})
    assert watch.charged == (Money(Decimal("1.99"), "usd"),)
    watch = heard_costs(watch, {"a": JobCost(cost=Money(Decimal(3), "credit"))})
    assert watch.charged == (Money(Decimal(3), "credit"),)
