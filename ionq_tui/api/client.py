"""`IonQClient`, the sync and async client of the IonQ API. It can also run ionq_core's generated calls."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from types import TracebackType

import httpx

from ionq_tui.api import operations
from ionq_tui.api.auth import KeyAuth
from ionq_tui.api.critical_request import CriticalRequest, logger
from ionq_tui.api.errors import IonQError, MissingKeyError, SessionUncertain, fault_text, with_context
from ionq_tui.api.flows import end_confirmed, open_once
from ionq_tui.api.runner import RETRIES, Runner
from ionq_tui.api.transport import ConnectionConfig, user_agent
from ionq_tui.model.address import checked_url
from ionq_tui.model.backend import Backend
from ionq_tui.model.connection import PRODUCTION_URL
from ionq_tui.model.cursor_guard import CursorGuard
from ionq_tui.model.job import Job, JobCost, JobPage
from ionq_tui.model.key import ApiKey, KeyIdentity
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.outcome import Ended, EndOutcome, NotOpened, Opened, OpenOutcome, OpenRequest, StillOpen
from ionq_tui.model.session import Session

DEFAULT_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_PAGE = 100
_MAX_JOBS = 10_000_000


class IonQClient:
    """Client of the IonQ Cloud API v0.4.

    `api_key` and `base_url` default to the environment variables IONQ_API_KEY and IONQ_API_URL. `timeout` is an
    httpx.Timeout or a number of seconds. `max_retries` is the number of retries of a request that is safe to repeat; a
    POST is never retried. If a reply contains an API key, it is replaced by "••••" and its last characters: in values,
    in errors, and in what the httpx clients return. Raises MissingKeyError if there is no key, and IonQError if the URL
    must not be sent a key.
    """

    raise_on_unexpected_status = False
    """Read by ionq_core's generated calls."""

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        max_retries: int | None = None,
        timeout: httpx.Timeout | float | None = None,
        additional_user_agent: str | None = None,
    ) -> None:
        """Read missing settings from the environment. Sends nothing."""
        try:
            url = checked_url((base_url or os.environ.get("IONQ_API_URL") or PRODUCTION_URL).strip())
        except ValueError as error:
            raise IonQError(str(error)) from None
        given = api_key or os.environ.get("IONQ_API_KEY")
        if not given:
            raise MissingKeyError("no API key: pass api_key=… or set the environment variable IONQ_API_KEY")
        try:
            key = ApiKey(given)
        except ValueError as error:
            raise MissingKeyError(str(error)) from None
        limits = DEFAULT_TIMEOUT if timeout is None else httpx.Timeout(timeout)
        self.runner = Runner(
            ConnectionConfig(url, KeyAuth(key, url), user_agent(additional_user_agent), limits, total_of(limits)),
            RETRIES if max_retries is None else max_retries,
        )

    def __repr__(self) -> str:
        """Show the server, never the key."""
        return f"IonQClient({self.runner.config.base_url!r})"

    def get_httpx_client(self) -> httpx.Client:
        """Return the sync httpx client. The key is added to each request and is not part of the client's headers."""
        return self.runner.sync_client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the async httpx client of the running event loop."""
        return self.runner.async_client

    def close(self) -> None:
        """Close the sync connections."""
        self.runner.close()

    async def aclose(self) -> None:
        """Close all connections."""
        await self.runner.aclose()

    def __enter__(self) -> IonQClient:
        """Return the client."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the sync connections."""
        self.close()

    async def __aenter__(self) -> IonQClient:
        """Return the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self.aclose()

    def whoami(self) -> KeyIdentity:
        """Return the identity of the API key. Raises IonQError, as do all methods of this class."""
        return self.runner.run(operations.whoami())

    def backends(self) -> tuple[Backend, ...]:
        """List all backends."""
        return self.runner.run(operations.list_backends())

    def backend(self, name: str) -> Backend:
        """Get one backend."""
        return self.runner.run(operations.get_backend(name))

    def sessions(self, active: bool | None = None) -> tuple[Session, ...]:
        """List the organization's sessions, including those of other users. `active=None` lists all of them."""
        return self.runner.run(operations.list_sessions(active)).sessions

    def session(self, session_id: str) -> Session:
        """Get one session."""
        return self.runner.run(operations.get_session(session_id))

    def create_session(self, backend: str, limits: Limits = NO_LIMITS) -> Session:
        """Open a session with exactly one POST request. Raises SessionUncertain if the session may have been opened."""
        return opened(self.runner.run_critical(opening(OpenRequest(backend, limits))))

    def end_session(self, session_id: str) -> Session:
        """End a session. Raises IonQError unless it is confirmed ended."""
        return ended(
            session_id, self.runner.run_critical(CriticalRequest(f"end of {session_id}", end_confirmed(session_id)))
        )

    def session_jobs(self, session_id: str) -> Iterator[Job]:
        """Iterate over a session's jobs. Pages are requested as needed."""
        after: str | None = None
        cursor_guard = CursorGuard(_MAX_JOBS)
        while True:
            asked = operations.session_jobs(session_id, after=after, limit=_PAGE)
            page = self.runner.run(asked)
            yield from page.jobs
            after = _next_cursor(page, cursor_guard, asked.attempt)
            if after is None:
                return

    def job(self, job_id: str) -> Job:
        """Get one job."""
        return self.runner.run(operations.get_job(job_id))

    def job_cost(self, job_id: str) -> JobCost:
        """Get the cost of one job."""
        return self.runner.run(operations.job_cost(job_id))

    def cancel_job(self, job_id: str) -> None:
        """Request the cancellation of one job."""
        self.runner.run(operations.cancel_job(job_id))

    async def async_whoami(self) -> KeyIdentity:
        """Async version of `whoami`."""
        return await self.runner.arun(operations.whoami())

    async def async_backends(self) -> tuple[Backend, ...]:
        """Async version of `backends`."""
        return await self.runner.arun(operations.list_backends())

    async def async_backend(self, name: str) -> Backend:
        """Async version of `backend`."""
        return await self.runner.arun(operations.get_backend(name))

    async def async_sessions(self, active: bool | None = None) -> tuple[Session, ...]:
        """Async version of `sessions`."""
        return (await self.runner.arun(operations.list_sessions(active))).sessions

    async def async_session(self, session_id: str) -> Session:
        """Async version of `session`."""
        return await self.runner.arun(operations.get_session(session_id))

    async def async_create_session(self, backend: str, limits: Limits = NO_LIMITS) -> Session:
        """Async version of `create_session`."""
        return opened(await self.runner.arun_critical(opening(OpenRequest(backend, limits))))

    async def async_end_session(self, session_id: str) -> Session:
        """Async version of `end_session`."""
        return ended(
            session_id,
            await self.runner.arun_critical(CriticalRequest(f"end of {session_id}", end_confirmed(session_id))),
        )

    async def async_session_jobs(self, session_id: str) -> AsyncIterator[Job]:
        """Async version of `session_jobs`."""
        after: str | None = None
        cursor_guard = CursorGuard(_MAX_JOBS)
        while True:
            asked = operations.session_jobs(session_id, after=after, limit=_PAGE)
            page = await self.runner.arun(asked)
            for job in page.jobs:
                yield job
            after = _next_cursor(page, cursor_guard, asked.attempt)
            if after is None:
                return

    async def async_job(self, job_id: str) -> Job:
        """Async version of `job`."""
        return await self.runner.arun(operations.get_job(job_id))

    async def async_job_cost(self, job_id: str) -> JobCost:
        """Async version of `job_cost`."""
        return await self.runner.arun(operations.job_cost(job_id))

    async def async_cancel_job(self, job_id: str) -> None:
        """Async version of `cancel_job`."""
        await self.runner.arun(operations.cancel_job(job_id))


def total_of(timeout: httpx.Timeout) -> float:
    """Return the maximum time in seconds for one request: connecting plus reading."""
    return (timeout.connect or 10.0) + (timeout.read or 60.0)


def opened(outcome: OpenOutcome) -> Session:
    """Return the opened session. Raises IonQError if there is none, and SessionUncertain if there may be one."""
    if isinstance(outcome, Opened):
        return outcome.session
    if isinstance(outcome, NotOpened):
        cause = outcome.cause if isinstance(outcome.cause, IonQError) else IonQError(outcome.fault.words)
        raise with_context("Failed to create session", cause)
    found = ", ".join(one.id for one in outcome.candidates)
    look = "check the active sessions before opening another"
    none = "it is not in IonQ's list so far" if outcome.looked_at is not None else "IonQ could not be asked since"
    seen = f"these may be it: {found}" if found else none
    raise SessionUncertain(
        f"Failed to create session: {fault_text(outcome.fault)}; it may exist anyway: {seen}; {look}",
        outcome.candidates,
    ) from outcome.cause


def ended(session_id: str, outcome: EndOutcome) -> Session:
    """Return the ended session. Raises IonQError if it is not confirmed ended."""
    if isinstance(outcome, Ended):
        return outcome.session
    if isinstance(outcome, StillOpen):
        why = f" ({fault_text(outcome.fault)})" if outcome.fault else ""
        raise IonQError(f"Failed to end session {session_id}: it is STILL OPEN, status {outcome.session.status}{why}")
    raise IonQError(f"Failed to end session {session_id}: the end is not confirmed ({fault_text(outcome.fault)})")


def _next_cursor(page: JobPage, cursor_guard: CursorGuard, attempt: str) -> str | None:
    """Return the next page's cursor. Raises IonQError if the pages would never end."""
    if lost := cursor_guard.lost(page):
        raise IonQError(f"{attempt}: {lost}")
    return page.next


def opening(request: OpenRequest) -> CriticalRequest[OpenOutcome]:
    """Return the critical request that opens a session.

    If its caller is gone before the outcome is known, an opened session is at least logged.
    """
    seen: dict[str, Session] = {}
    outcomes: list[OpenOutcome] = []

    def log_outcome() -> None:
        logger.warning("opened after the caller stopped waiting: %s; end it if it is not wanted", outcomes[0])

    async def alog_outcome() -> None:
        log_outcome()

    name = f"opening a session on {request.backend}"
    flow = open_once(request, seen=seen)
    return CriticalRequest(
        name, flow, on_outcome=outcomes.append, seen=seen, on_abandoned=log_outcome, on_abandoned_async=alog_outcome
    )
