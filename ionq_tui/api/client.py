"""IonQClient: the library's way to the API, sync and async; ionq_core's generated calls run on it too."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from types import TracebackType

import httpx

from ionq_tui.api import operations
from ionq_tui.api.auth import KeyAuth
from ionq_tui.api.channel import RETRIES, Channel
from ionq_tui.api.errand import Errand, logger
from ionq_tui.api.errors import IonQError, MissingKeyError, SessionUncertain
from ionq_tui.api.flows import end_proved, open_once
from ionq_tui.api.transport import Wiring, user_agent
from ionq_tui.model.address import checked_url
from ionq_tui.model.backend import Backend
from ionq_tui.model.connection import PRODUCTION_URL
from ionq_tui.model.job import Job, JobCost, JobPage
from ionq_tui.model.key import ApiKey, KeyIdentity
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.outcome import Ended, EndOutcome, NotOpened, Opened, OpenOutcome, OpenRequest, StillOpen
from ionq_tui.model.session import Session
from ionq_tui.model.trail import Trail

DEFAULT_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_PAGE = 100
_MOST_JOBS = 10_000_000


class IonQClient:
    """A client of the IonQ Cloud API v0.4.

    `api_key` and `base_url` default to IONQ_API_KEY and IONQ_API_URL; `timeout` is an httpx.Timeout or seconds;
    `max_retries` is how often a request that may be repeated is repeated (a POST never is).
    Raises MissingKeyError where there is no key, IonQError where the URL must not be given one.
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
        """Read what is not given from the environment; nothing is sent."""
        try:
            url = checked_url((base_url or os.environ.get("IONQ_API_URL") or PRODUCTION_URL).strip())
        except ValueError as error:
            raise IonQError(str(error)) from None
        given = api_key or os.environ.get("IONQ_API_KEY")
        if not given:
            raise MissingKeyError("no API key: give api_key=… or set the environment variable IONQ_API_KEY")
        try:
            key = ApiKey(given)
        except ValueError as error:
            raise MissingKeyError(str(error)) from None
        limits = DEFAULT_TIMEOUT if timeout is None else httpx.Timeout(timeout)
        self.channel = Channel(
            Wiring(url, KeyAuth(key, url), user_agent(additional_user_agent), limits, total_of(limits)),
            RETRIES if max_retries is None else max_retries,
        )

    def __repr__(self) -> str:
        """Name the server, never the key."""
        return f"IonQClient({self.channel.wiring.base_url!r})"

    def get_httpx_client(self) -> httpx.Client:
        """Return the sync httpx client; the key is added to each request, not kept in its headers."""
        return self.channel.sync_client

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the async httpx client of the running loop."""
        return self.channel.async_client

    def close(self) -> None:
        """Close the sync connections."""
        self.channel.close()

    async def aclose(self) -> None:
        """Close all connections."""
        await self.channel.aclose()

    def __enter__(self) -> IonQClient:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close."""
        self.close()

    async def __aenter__(self) -> IonQClient:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Close."""
        await self.aclose()

    def whoami(self) -> KeyIdentity:
        """Ask who the key is. Raises IonQError, as every call here."""
        return self.channel.run(operations.whoami())

    def backends(self) -> tuple[Backend, ...]:
        """List the backends."""
        return self.channel.run(operations.list_backends())

    def backend(self, name: str) -> Backend:
        """Read one backend."""
        return self.channel.run(operations.get_backend(name))

    def sessions(self, active: bool | None = None) -> tuple[Session, ...]:
        """List the organisation's sessions, colleagues' too; all of them where `active` is None."""
        return self.channel.run(operations.list_sessions(active)).sessions

    def session(self, session_id: str) -> Session:
        """Read one session."""
        return self.channel.run(operations.get_session(session_id))

    def create_session(self, backend: str, limits: Limits = NO_LIMITS) -> Session:
        """Open a session with one request. Raises SessionUncertain where it may have been opened."""
        return opened(self.channel.carry(opening(OpenRequest(backend, limits))))

    def end_session(self, session_id: str) -> Session:
        """End a session. Raises IonQError unless the end was proved."""
        return ended(session_id, self.channel.carry(Errand(f"end of {session_id}", end_proved(session_id))))

    def session_jobs(self, session_id: str) -> Iterator[Job]:
        """Iterate over a session's jobs, page by page as they are wanted."""
        after: str | None = None
        trail = Trail(_MOST_JOBS)
        while True:
            page = self.channel.run(operations.session_jobs(session_id, after=after, limit=_PAGE))
            yield from page.jobs
            after = _onwards(page, trail)
            if after is None:
                return

    def job(self, job_id: str) -> Job:
        """Read one job."""
        return self.channel.run(operations.get_job(job_id))

    def job_cost(self, job_id: str) -> JobCost:
        """Read what one job cost."""
        return self.channel.run(operations.job_cost(job_id))

    def cancel_job(self, job_id: str) -> None:
        """Ask that one job be cancelled."""
        self.channel.run(operations.cancel_job(job_id))

    async def async_whoami(self) -> KeyIdentity:
        """Async version of `whoami`."""
        return await self.channel.arun(operations.whoami())

    async def async_backends(self) -> tuple[Backend, ...]:
        """Async version of `backends`."""
        return await self.channel.arun(operations.list_backends())

    async def async_backend(self, name: str) -> Backend:
        """Async version of `backend`."""
        return await self.channel.arun(operations.get_backend(name))

    async def async_sessions(self, active: bool | None = None) -> tuple[Session, ...]:
        """Async version of `sessions`."""
        return (await self.channel.arun(operations.list_sessions(active))).sessions

    async def async_session(self, session_id: str) -> Session:
        """Async version of `session`."""
        return await self.channel.arun(operations.get_session(session_id))

    async def async_create_session(self, backend: str, limits: Limits = NO_LIMITS) -> Session:
        """Async version of `create_session`."""
        return opened(await self.channel.acarry(opening(OpenRequest(backend, limits))))

    async def async_end_session(self, session_id: str) -> Session:
        """Async version of `end_session`."""
        return ended(session_id, await self.channel.acarry(Errand(f"end of {session_id}", end_proved(session_id))))

    async def async_session_jobs(self, session_id: str) -> AsyncIterator[Job]:
        """Async version of `session_jobs`."""
        after: str | None = None
        trail = Trail(_MOST_JOBS)
        while True:
            page = await self.channel.arun(operations.session_jobs(session_id, after=after, limit=_PAGE))
            for job in page.jobs:
                yield job
            after = _onwards(page, trail)
            if after is None:
                return

    async def async_job(self, job_id: str) -> Job:
        """Async version of `job`."""
        return await self.channel.arun(operations.get_job(job_id))

    async def async_job_cost(self, job_id: str) -> JobCost:
        """Async version of `job_cost`."""
        return await self.channel.arun(operations.job_cost(job_id))

    async def async_cancel_job(self, job_id: str) -> None:
        """Async version of `cancel_job`."""
        await self.channel.arun(operations.cancel_job(job_id))


def total_of(timeout: httpx.Timeout) -> float:
    """Return the seconds one request may take in all: connecting plus reading."""
    return (timeout.connect or 10.0) + (timeout.read or 60.0)


def opened(outcome: OpenOutcome) -> Session:
    """Return the session, or raise what describes why there is none for certain."""
    if isinstance(outcome, Opened):
        return outcome.session
    if isinstance(outcome, NotOpened):
        raise outcome.cause or IonQError(f"Failed to create session: {outcome.fault.words}")
    found = ", ".join(one.id for one in outcome.candidates)
    look = "look at the active sessions before opening another"
    seen = f"these may be it: {found}" if found else "no trace of it was found so far"
    raise SessionUncertain(
        f"Failed to create session: {outcome.fault.words}; it may exist all the same: {seen}; {look}",
        outcome.candidates,
    ) from outcome.cause


def ended(session_id: str, outcome: EndOutcome) -> Session:
    """Return the ended session, or raise why its end is not proved."""
    if isinstance(outcome, Ended):
        return outcome.session
    if isinstance(outcome, StillOpen):
        why = f" ({outcome.fault.words})" if outcome.fault else ""
        raise IonQError(f"Failed to end session {session_id}: it is STILL OPEN, status {outcome.session.status}{why}")
    raise IonQError(f"Failed to end session {session_id}: whether it ended is not known ({outcome.fault.words})")


def _onwards(page: JobPage, trail: Trail) -> str | None:
    """Return the next cursor. Raises IonQError where the list would never end."""
    if lost := trail.lost(page):
        raise IonQError(lost)
    return page.next


def opening(request: OpenRequest) -> Errand[OpenOutcome]:
    """Return the errand of opening a session; one that came of it after its asker had left is at least logged."""
    seen: dict[str, Session] = {}
    came: list[OpenOutcome] = []

    def tell() -> None:
        logger.warning("opened after nobody waited any more: %s; end it if it is not wanted", came[0])

    async def atell() -> None:
        tell()

    name = f"opening a session on {request.backend}"
    flow = open_once(request, seen=seen)
    return Errand(name, flow, landed=came.append, seen=seen, orphaned=tell, aorphaned=atell)
