"""Waiting for a job: how often it is asked, for how long, and how it ends."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import httpx
import pytest

from ionq_tui import JobFailedError, JobTimeoutError
from ionq_tui.api.errors import InvalidLimitError, NotFoundError, ServerError
from ionq_tui.api.flows import Result, Send, Sleep
from ionq_tui.api.job_wait import LEAST_INTERVAL, MOST_INTERVAL, finished
from ionq_tui.api.reply import status_error, value_of
from ionq_tui.api.runner import Runner
from ionq_tui.model.job import Job
from tests.unit.api.given import reply, wiring


@dataclass
class Waited:
    """One wait on a clock of its own, which only pauses and slow replies advance."""

    statuses: list[httpx.Response]
    slow: float = 0.0
    """Seconds that each reply takes."""
    now: float = 1000.0
    asked_at: list[float] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def run(self, interval: float = 1.0, timeout: float = 300.0, raise_on_failure: bool = True) -> Job:
        flow = finished(Runner(wiring(), retries=1), "j-1", interval, timeout, raise_on_failure, lambda: self.now)
        answer: Result[object] = Result(None, None, 0.0, 0.0)
        try:
            step = next(flow)
            while len(self.asked_at) + len(self.pauses) < 10_000:
                if isinstance(step, Sleep):
                    self.pauses.append(step.seconds)
                    self.now += step.seconds
                else:
                    answer = self._answer(step)
                step = flow.send(answer)
        except StopIteration as end:
            assert isinstance(end.value, Job)
            return end.value
        raise AssertionError("it never ends")

    def _answer(self, step: Send[object]) -> Result[object]:
        assert step.operation.path == "/jobs/j-1"
        self.asked_at.append(self.now - 1000.0)
        self.now += self.slow
        response = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        response.read()
        if (error := status_error(response)) is not None:
            return Result(None, error, 0.0, 0.0)
        return Result(value_of(step.operation, response), None, 0.0, 0.0)


def job(status: str, **more: object) -> httpx.Response:
    return reply(200, {"id": "j-1", "status": status, **more})


def refused(status: int) -> httpx.Response:
    return reply(status, {"statusCode": status, "error": "e", "message": "the reason"})


def test_it_is_asked_less_and_less_often_until_it_is_done() -> None:
    waited = Waited([job("submitted"), job("ready"), job("started"), job("started"), job("completed")])
    assert waited.run().completed
    assert waited.pauses == [1.0, 1.5, 2.25, 3.375]


def test_the_interval_does_not_grow_without_end_and_the_last_request_is_at_the_end_of_the_time() -> None:
    waited = Waited([job("started")])
    with pytest.raises(
        JobTimeoutError, match=r"Job j-1 did not complete within 300\.0s \(last status: started\)"
    ) as late:
        waited.run()
    assert (late.value.job_id, late.value.timeout, late.value.last_status) == ("j-1", 300.0, "started")
    assert max(waited.pauses) == MOST_INTERVAL and waited.asked_at[-1] == pytest.approx(300.0)
    assert len(waited.asked_at) < 25


def test_no_interval_asks_without_a_pause() -> None:
    waited = Waited([job("started")])
    with pytest.raises(JobTimeoutError):
        waited.run(interval=0.0, timeout=2.0)
    assert waited.pauses[0] == LEAST_INTERVAL and len(waited.asked_at) < 10


def test_an_interval_longer_than_the_longest_is_shortened() -> None:
    waited = Waited([job("started"), job("completed")])
    waited.run(interval=1e9, timeout=math.inf)
    assert waited.pauses == [MOST_INTERVAL]


def test_no_time_is_one_look() -> None:
    waited = Waited([job("started")])
    with pytest.raises(JobTimeoutError):
        waited.run(timeout=0)
    assert waited.asked_at == [0.0] and waited.pauses == []


def test_a_slow_server_counts_against_the_time() -> None:
    waited = Waited([job("started")], slow=40.0)
    with pytest.raises(JobTimeoutError):
        waited.run(timeout=100.0)
    assert waited.asked_at[-1] <= 100.0 and len(waited.asked_at) == 3


def test_a_job_that_failed_says_why() -> None:
    failure = {"failure": {"code": "NotEnoughQubits", "error": "needs 99 qubits"}}
    with pytest.raises(JobFailedError, match="Job j-1 failed: NotEnoughQubits: needs 99 qubits") as failed:
        Waited([job("failed", **failure)]).run()
    assert failed.value.failure is not None and failed.value.failure.code == "NotEnoughQubits"
    with pytest.raises(JobFailedError, match=r"^Job j-1 failed$"):
        Waited([job("failed")]).run()
    assert Waited([job("failed", **failure)]).run(raise_on_failure=False).failed


def test_a_canceled_job_is_returned() -> None:
    assert Waited([job("canceled")]).run().status == "canceled"


def test_an_outage_that_passes_is_waited_out_and_one_that_stays_is_told() -> None:
    waited = Waited([job("started"), refused(503), job("completed")])
    assert waited.run().completed
    with pytest.raises(ServerError, match="Failed to fetch job j-1: HTTP 503: the reason"):
        Waited([job("started"), refused(503)]).run()
    with pytest.raises(NotFoundError, match="Failed to fetch job j-1"):
        Waited([refused(404)]).run()


@pytest.mark.parametrize(("name", "value"), [("interval", -1.0), ("timeout", -0.1), ("timeout", math.nan)])
def test_what_is_no_number_of_seconds_is_refused_before_anything_is_sent(name: str, value: float) -> None:
    waited = Waited([job("completed")])
    with pytest.raises(InvalidLimitError, match=name):
        waited.run(**{name: value})  # type: ignore[arg-type]
    assert not waited.asked_at
