"""`IonQClient`, the sync and async client of the IonQ API. It can also run ionq_core's generated calls."""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from copy import copy
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Never, NoReturn

import httpx

from ionq_tui.api import operations
from ionq_tui.api.auth import KeyAuth
from ionq_tui.api.client_settings import (
    DEFAULT_TIMEOUT,
    Extension,
    check_types,
    checked_extension,
    refusal,
    refuse,
    timeout_of,
    tls_of,
    total_of,
    with_headers,
)
from ionq_tui.api.critical_request import CriticalRequest
from ionq_tui.api.errors import IonQError, MissingKeyError
from ionq_tui.api.event_loop import require_asyncio
from ionq_tui.api.flows import end_confirmed
from ionq_tui.api.job_list import async_job_pages, job_pages
from ionq_tui.api.runner import RETRIES, Runner
from ionq_tui.api.session_outcome import cloned, cloning, ended, opened, opening
from ionq_tui.api.transport import ConnectionConfig, user_agent
from ionq_tui.model.address import checked_url
from ionq_tui.model.backend import Backend
from ionq_tui.model.clone import new_request
from ionq_tui.model.connection import PRODUCTION_URL
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.key import ApiKey, KeyIdentity
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.session import Session

if TYPE_CHECKING:
    # ionq_core's generated calls name this class, so a type checker accepts only its subclasses. At run time they use
    # no more of it than this client has.
    from ionq_core.client import AuthenticatedClient as GeneratedCallsClient
else:
    GeneratedCallsClient = object


class IonQClient(GeneratedCallsClient):
    """Client of the IonQ Cloud API v0.4, sync and async.

    `api_key` and `base_url` default to the environment variables IONQ_API_KEY and IONQ_API_URL. `timeout` is an
    httpx.Timeout or a number of seconds. `max_retries` is the number of retries of a request that is safe to repeat; a
    POST is never retried. `additional_user_agent` is added to the User-Agent header, and `headers` to each request.
    `verify_ssl` is the path of a certificate authority, or an ssl.SSLContext, in place of what the environment names.
    With `follow_redirects`, a read follows redirects on the same server. `extension` is a ClientExtension of ionq_core
    without hooks, wrappers and error mapper. With `raise_on_unexpected_status`, ionq_core's generated calls raise for a
    status that IonQ does not document. If a reply contains an API key, it is replaced by "••••" and its last
    characters: in values, in errors, and in what the httpx clients return. Raises MissingKeyError if there is no key,
    IonQError for another value that is not accepted, and TypeError for a keyword that is not supported.

    Lists are tuples, except those of jobs, which are iterators. Every method that sends a request raises an IonQError
    that says what was attempted: APIConnectionError without a reply, APIError for HTTP status 400 and higher, and
    IonQError itself for a reply that cannot be used.
    """

    raise_on_unexpected_status: bool
    """Read by ionq_core's generated calls: whether a 2xx status that IonQ does not document is an error."""

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        max_retries: int | None = None,
        timeout: httpx.Timeout | float | None = None,
        additional_user_agent: str | None = None,
        extension: Extension | None = None,
        headers: Mapping[str, str] | None = None,
        verify_ssl: ssl.SSLContext | str | bool = True,
        follow_redirects: bool = False,
        raise_on_unexpected_status: bool = False,
        **refused: Never,
    ) -> None:
        """Read missing settings from the environment. Sends nothing."""
        refuse(refused)
        check_types(api_key, base_url, max_retries, headers)
        given = checked_extension(extension)
        try:
            url = checked_url((base_url or os.environ.get("IONQ_API_URL") or PRODUCTION_URL).strip())
        except ValueError as error:
            raise IonQError(str(error)) from None
        key = _key_of(api_key)
        limits = timeout_of(timeout if timeout is not None else given.timeout or DEFAULT_TIMEOUT)
        config = ConnectionConfig(
            url,
            KeyAuth(key, url),
            user_agent(additional_user_agent, given.user_agent_token),
            limits,
            total_of(limits),
            headers=with_headers(with_headers((), given.default_headers), headers or {}),
            tls=tls_of(verify_ssl),
            follow_redirects=follow_redirects,
        )
        retries = next(number for number in (max_retries, given.max_retries, RETRIES) if number is not None)
        self.runner = Runner(config, retries)
        self.raise_on_unexpected_status = raise_on_unexpected_status

    def with_headers(self, headers: Mapping[str, str]) -> IonQClient:
        """Return a client that sends these headers too, with connections of its own. This one does not change."""
        return self._like(replace(self.runner.config, headers=with_headers(self.runner.config.headers, headers)))

    def with_timeout(self, timeout: httpx.Timeout | float) -> IonQClient:
        """Return a client with another time-out, with connections of its own. This one does not change."""
        limits = timeout_of(timeout)
        return self._like(replace(self.runner.config, timeout=limits, deadline=total_of(limits)))

    def _like(self, config: ConnectionConfig) -> IonQClient:
        made = copy(self)
        made.runner = self.runner.with_config(config)
        return made

    def with_cookies(self, cookies: object) -> NoReturn:
        """Raise TypeError: ionq_core's clients can do this, this one cannot."""
        raise refusal("with_cookies()", "cookies")

    def set_httpx_client(self, client: object) -> NoReturn:
        """Raise TypeError: ionq_core's clients can do this, this one cannot."""
        raise refusal("set_httpx_client()", "httpx_client")

    def set_async_httpx_client(self, async_client: object) -> NoReturn:
        """Raise TypeError: ionq_core's clients can do this, this one cannot."""
        raise refusal("set_async_httpx_client()", "httpx_client")

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
        """Return the client. Raises IonQError under an event loop other than asyncio's."""
        require_asyncio()
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
        return job_pages(self.runner, partial(operations.session_jobs, session_id))

    def job(self, job_id: str) -> Job:
        """Get one job."""
        return self.runner.run(operations.get_job(job_id))

    def job_cost(self, job_id: str) -> JobCost:
        """Get the cost of one job."""
        return self.runner.run(operations.job_cost(job_id))

    def cancel_job(self, job_id: str) -> None:
        """Request the cancellation of one job."""
        self.runner.run(operations.cancel_job(job_id))

    def clone_job(self, job_id: str, session_id: str) -> str:
        """Clone a job into a session with exactly one POST request, and return the id of the clone.

        The clone is a new job, which may be charged. It has the circuit, backend, shots, settings, name and metadata
        of the original, and in its metadata a random mark, by which it is found if the reply is lost. Raises
        CloneUncertain if it may exist and was not found, or if IonQ did not confirm that it is in the session.
        """
        request = new_request(job_id, session_id, self.runner.run(operations.job_metadata(job_id)))
        return cloned(request, self.runner.run_critical(cloning(request)))

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

    def async_session_jobs(self, session_id: str) -> AsyncIterator[Job]:
        """Async version of `session_jobs`."""
        return async_job_pages(self.runner, partial(operations.session_jobs, session_id))

    async def async_job(self, job_id: str) -> Job:
        """Async version of `job`."""
        return await self.runner.arun(operations.get_job(job_id))

    async def async_job_cost(self, job_id: str) -> JobCost:
        """Async version of `job_cost`."""
        return await self.runner.arun(operations.job_cost(job_id))

    async def async_cancel_job(self, job_id: str) -> None:
        """Async version of `cancel_job`."""
        await self.runner.arun(operations.cancel_job(job_id))

    async def async_clone_job(self, job_id: str, session_id: str) -> str:
        """Async version of `clone_job`."""
        request = new_request(job_id, session_id, await self.runner.arun(operations.job_metadata(job_id)))
        return cloned(request, await self.runner.arun_critical(cloning(request)))


def _key_of(given: str | None) -> ApiKey:
    text = given or os.environ.get("IONQ_API_KEY")
    if not text:
        raise MissingKeyError("no API key: pass api_key=… or set the environment variable IONQ_API_KEY")
    try:
        return ApiKey(text)
    except ValueError as error:
        raise MissingKeyError(str(error)) from None


def require_own(client: object, what: str) -> None:
    """Raise TypeError if `what` was given a client of another library."""
    if not isinstance(client, IonQClient):
        raise TypeError(
            f"{what} of ionq_tui needs a client of ionq_tui, not {type(client).__module__}."
            f"{type(client).__name__}: write `from ionq_tui import IonQClient, {what}`; calls such as"
            " ionq_core's create_job run on that client too"
        )
