from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.model.job import Job, JobCost
from ionq_tui.view.job_list import JobItems, JobList
from ionq_tui.view.live_session import newest_first
from ionq_tui.view.row import JobItem
from tests.support.amounts import usd
from tests.unit.view.scene import NOW

IDS = st.integers(0, 8)
JOBS = st.builds(
    lambda number, minute, status, parent: Job(
        f"{number}",
        status,
        submitted_at=None if minute is None else NOW + timedelta(minutes=minute),
        parent_job_id=None if parent is None else f"{parent}",
    ),
    IDS,
    st.none() | st.integers(0, 9),
    st.sampled_from(["ready", "completed"]),
    st.sampled_from([None] * 9 + [0, 1]),
)


@given(st.lists(st.lists(JOBS, max_size=4), max_size=8))
def test_the_order_that_is_kept_is_the_order_made_anew(steps: list[list[Job]]) -> None:
    order, jobs = JobList(), dict[str, Job]()
    for step in steps:
        jobs = {**jobs, **{job.id: job for job in step}}
        assert order.order(jobs) == [job.id for job in newest_first(jobs)]


def test_a_job_that_changes_moves_nothing_and_one_that_is_new_comes_first() -> None:
    jobs = {
        f"{number}": Job(f"{number}", "ready", submitted_at=NOW + timedelta(seconds=number)) for number in range(50)
    }
    order = JobList()
    before = order.order(jobs)
    jobs = {**jobs, "7": replace(jobs["7"], status="failed")}
    assert order.order(jobs) is before
    jobs = {**jobs, "new": Job("new", submitted_at=NOW + timedelta(days=1))}
    assert order.order(jobs) == ["new", *before]


def test_items_are_made_where_they_are_looked_at() -> None:
    one, cost = Job("a"), JobCost(cost=usd("1"))
    items = JobItems(["b", "a"], {"a": one, "b": Job("b")}, {"a": cost})
    assert list(items) == ["b", "a"] and len(items) == 2 and "a" in items and "c" not in items
    assert items["a"] == JobItem(one, cost) and items["b"].cost is None
