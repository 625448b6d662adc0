"""Wait for a job to finish, with the names and arguments of the official client."""

from __future__ import annotations

import math
from collections.abc import Callable

from ionq_tui.api import operations
from ionq_tui.api.client import IonQClient, require_own
from ionq_tui.api.errors import InvalidLimitError, JobFailedError, JobTimeoutError
from ionq_tui.api.flows import Flow, Sleep
from ionq_tui.api.runner import Runner, value_or_raise
from ionq_tui.model.job import Job
from ionq_tui.model.monotonic import seconds

LEAST_INTERVAL = 0.1
"""Minimum number of seconds between two requests, however small the given interval is."""
MOST_INTERVAL = 30.0
_GROWTH = 1.5


def wait_for_job(
    client: IonQClient,
    job_id: str,
    *,
    poll_interval: float = 1.0,
    timeout: float = 300.0,
    raise_on_failure: bool = True,
) -> Job:
    """Return the job `job_id`, read with `client`, once it is completed, failed or canceled.

    The interval between requests starts at `poll_interval` seconds, 0.1 at least, and grows to 30. The last request is
    sent `timeout` seconds after the first. Raises JobFailedError if the job failed, unless `raise_on_failure` is False,
    JobTimeoutError if it has not finished in time, InvalidLimitError if a number of seconds is negative, TypeError for
    a client of another library, and another IonQError if the job cannot be read.
    """
    require_own(client, "wait_for_job")
    return client.runner.run_flow(finished(client.runner, job_id, poll_interval, timeout, raise_on_failure))


async def async_wait_for_job(
    client: IonQClient,
    job_id: str,
    *,
    poll_interval: float = 1.0,
    timeout: float = 300.0,  # noqa: ASYNC109  # the official client's name
    raise_on_failure: bool = True,
) -> Job:
    """Async version of `wait_for_job`."""
    require_own(client, "async_wait_for_job")
    return await client.runner.arun_flow(finished(client.runner, job_id, poll_interval, timeout, raise_on_failure))


def finished(
    runner: Runner,
    job_id: str,
    interval: float,
    timeout: float,
    raise_on_failure: bool,
    now: Callable[[], float] = seconds,
) -> Flow[Job]:
    """Return the flow that reads a job until it has finished."""
    for name, value in (("poll_interval", interval), ("timeout", timeout)):
        if math.isnan(value) or value < 0:
            raise InvalidLimitError(f"{name}: {value} is not a number of seconds")
    operation = operations.get_job(job_id)
    deadline = now() + timeout
    while True:
        job = value_or_raise(operation, (yield from runner.repeated(operation)))
        if job.failed and raise_on_failure:
            raise JobFailedError(job_id, job.failure)
        if job.finished:
            return job
        if (left := deadline - now()) <= 0:
            raise JobTimeoutError(job_id, timeout, job.status)
        yield Sleep(min(max(interval, LEAST_INTERVAL), MOST_INTERVAL, left))
        interval = max(interval, LEAST_INTERVAL) * _GROWTH
