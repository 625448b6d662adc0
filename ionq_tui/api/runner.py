"""The runner: sends requests to one server, tracks the server's clock, and drives flows, sync or async."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

import httpx

from ionq_tui.api.critical_request import CriticalRequest, arun_critical, run_critical
from ionq_tui.api.errors import AuthenticationError, IonQError, with_context, with_url_hint
from ionq_tui.api.event_loop import require_asyncio
from ionq_tui.api.flows import Flow, Result, Send, Sleep, Step, with_retries
from ionq_tui.api.operations import Operation
from ionq_tui.api.reply import is_simulated_time, server_date
from ionq_tui.api.reply_cache import ReplyCache
from ionq_tui.api.request_log import log_unreadable
from ionq_tui.api.transport import LARGE, AsyncClient, Client, ConnectionConfig
from ionq_tui.model.monotonic import seconds
from ionq_tui.model.priority import Priority

T = TypeVar("T")

RETRIES = 2
_DATE_RESOLUTION = 1.0
"""The `Date` header has a resolution of one second. A smaller difference is not significant."""


class Gate(Protocol):
    """Decides when an async request may be sent. The request's time-out does not run while it waits."""

    def turn(self, priority: Priority) -> AbstractAsyncContextManager[None]:
        """Return a context manager that is entered when the request may be sent and left when its reply was read."""


class Runner:
    """Executes operations and flows, sync or async."""

    def __init__(
        self, config: ConnectionConfig, retries: int = RETRIES, patience: float = 1.0, *, repeats_slow: bool = True
    ) -> None:
        """Take the connection settings, the number of retries, and a factor on the pauses of flows.

        Retries apply to repeatable operations only. With `repeats_slow=False`, time-outs and rate-limit errors are not
        retried.
        """
        self.config = config
        self._retries = retries
        self._patience = patience
        self._repeats_slow = repeats_slow
        self._sync: Client | None = None
        self._async: AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._reply_cache = ReplyCache()
        self.gate: Gate | None = None
        """If set, async requests wait for it."""
        self.ahead = timedelta()
        """How far the server's clock is ahead of the local one, according to the latest reply."""
        self.simulated_time = False
        """Whether that is on purpose: the server simulates, and its clock runs at another speed."""

    @property
    def clock_error(self) -> timedelta:
        """How far the local clock is behind, as far as the server's can tell."""
        return timedelta() if self.simulated_time else self.ahead

    def with_config(self, config: ConnectionConfig) -> Runner:
        """Return a runner with other connection settings, with connections of its own."""
        return Runner(config, self._retries, self._patience, repeats_slow=self._repeats_slow)

    @property
    def sync_client(self) -> httpx.Client:
        """The sync httpx client, created on first use."""
        with self._lock:
            if self._sync is None:
                self._sync = Client(self.config)
            return self._sync

    @property
    def async_client(self) -> httpx.AsyncClient:
        """The async httpx client of the running event loop. A client whose loop is gone is replaced."""
        loop: asyncio.AbstractEventLoop | None = None
        with suppress(RuntimeError):
            loop = asyncio.get_running_loop()
        if self._async is not None and loop is not None and self._loop is not None and self._loop is not loop:
            self._abandon()
        if self._async is None:
            self._async, self._loop = AsyncClient(self.config), loop
        self._loop = self._loop or loop
        return self._async

    def close(self) -> None:
        """Close the sync connections."""
        if self._sync is not None:
            self._sync.close()
            self._sync = None

    async def aclose(self) -> None:
        """Close the async and the sync connections. Raises IonQError without a running asyncio event loop."""
        self.close()
        require_asyncio()
        if self._async is not None and self._loop in (None, asyncio.get_running_loop()):
            await self._async.aclose()
            self._async = None
        self._abandon()

    def _abandon(self) -> None:
        """Drop an async client whose event loop is not the running one."""
        if self._async is not None and (self._loop is None or self._loop.is_closed()):
            self._async.abandon()
        self._async, self._loop = None, None

    def run(self, operation: Operation[T]) -> T:
        """Execute an operation and return its value. Raises IonQError, which says what was attempted."""
        return value_or_raise(operation, self.run_flow(self.repeated(operation)))

    async def arun(self, operation: Operation[T]) -> T:
        """Async version of `run`."""
        return value_or_raise(operation, await self.ask(operation))

    async def ask(self, operation: Operation[T]) -> Result[T]:
        """Execute an operation and return its result. An error is part of the result and is not raised."""
        return await self.arun_flow(self.repeated(operation))

    def repeated(self, operation: Operation[T]) -> Flow[Result[T]]:
        """Return the flow that executes an operation, with the retries of this runner."""
        return with_retries(operation, self._retries, patient=self._repeats_slow)

    def run_flow(self, flow: Flow[T]) -> T:
        """Run a flow to its end and return its outcome."""
        return _run_steps(flow, self._execute)

    def run_critical(self, critical_request: CriticalRequest[T]) -> T:
        """Run a critical request, which continues if the caller is interrupted."""
        return run_critical(critical_request, self.run_flow)

    async def arun_critical(self, critical_request: CriticalRequest[T]) -> T:
        """Async version of `run_critical`."""
        require_asyncio()
        return await arun_critical(critical_request, self.arun_flow)

    async def arun_flow(self, flow: Flow[T]) -> T:
        """Async version of `run_flow`."""
        require_asyncio()
        answer: Result[object] = _NO_RESULT
        try:
            step = next(flow)
            while True:
                answer = await self._aexecute(step)
                step = flow.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    def _execute(self, step: Step) -> Result[object]:
        if isinstance(step, Sleep):
            time.sleep(step.seconds * self._patience)
            return _NO_RESULT
        sent_at = seconds()
        try:
            request = _request(self.sync_client, step.operation)
            return self._received(step, self.sync_client.send(request), sent_at)
        except IonQError as error:
            return self._failure(error, sent_at)

    async def _aexecute(self, step: Step) -> Result[object]:
        if isinstance(step, Sleep):
            await asyncio.sleep(step.seconds * self._patience)
            return _NO_RESULT
        async with self._turn(step.operation.priority):
            sent_at = seconds()
            try:
                client = self.async_client
                response = await client.send(_request(client, step.operation))
            except IonQError as error:
                return self._failure(error, sent_at)
        try:
            if len(response.content) > LARGE:
                return await asyncio.to_thread(self._received, step, response, sent_at)
            return self._received(step, response, sent_at)
        except IonQError as error:
            return self._failure(error, sent_at)

    def _turn(self, priority: Priority) -> AbstractAsyncContextManager[None]:
        return _NO_GATE if self.gate is None else self.gate.turn(priority)

    def _received(self, step: Send[object], response: httpx.Response, sent_at: float) -> Result[object]:
        received_at, date = seconds(), server_date(response)
        if date is not None:
            self._set_clock(date)
            self.simulated_time = is_simulated_time(response)
        try:
            return Result(self._reply_cache.value_of(step.operation, response), None, sent_at, received_at, date)
        except IonQError as error:
            log_unreadable(step.operation.method, step.operation.path, error)
            return Result(None, self._explained(error), sent_at, received_at, date)

    def _explained(self, error: IonQError) -> IonQError:
        """Add what depends on this connection: whether its URL may be wrong, and what to do about a refused key."""
        if isinstance(error, AuthenticationError) and self.config.auth is not None:
            error.advice = self.config.auth.refused_advice()
        return with_url_hint(error, self.config.base_url)

    def _failure(self, error: IonQError, sent_at: float) -> Result[object]:
        return Result(None, self._explained(error), sent_at, seconds())

    def _set_clock(self, date: datetime) -> None:
        """Adopt the server's time. Differences within the resolution of `Date` are ignored."""
        ahead = date + timedelta(seconds=_DATE_RESOLUTION / 2) - datetime.now(UTC)
        if abs((ahead - self.ahead).total_seconds()) > _DATE_RESOLUTION:
            self.ahead = ahead


_NO_RESULT: Result[object] = Result(None, None, 0.0, 0.0)
_NO_GATE = nullcontext()


def _run_steps(flow: Flow[T], perform: Callable[[Step], Result[object]]) -> T:
    try:
        step = next(flow)
        while True:
            step = flow.send(perform(step))
    except StopIteration as end:
        result: T = end.value
        return result


def _request(client: httpx.Client | httpx.AsyncClient, operation: Operation[object]) -> httpx.Request:
    # httpx parses an absolute URL once, but a relative one three times.
    return client.build_request(
        operation.method,
        f"{str(client.base_url).rstrip('/')}{operation.path}",
        params=list(operation.query) or None,
        json=None if operation.body is None else dict(operation.body),
    )


def value_or_raise(operation: Operation[object], answer: Result[T]) -> T:
    """Return the value of a result. Raises IonQError, which says what was attempted."""
    if answer.error is not None:
        raise with_context(operation.attempt, answer.error)
    if answer.value is None:
        raise IonQError(f"{operation.attempt}: no reply")
    return answer.value
