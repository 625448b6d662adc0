"""One way to one server: the httpx clients, the server's clock, and the two drivers that run flows."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx

from ionq_tui.api.errand import Errand, acarry, carry
from ionq_tui.api.errors import IonQError
from ionq_tui.api.flows import Answer, Flow, Send, Sleep, Step, repeated
from ionq_tui.api.operations import Operation
from ionq_tui.api.reading import Readings
from ionq_tui.api.reply import server_date
from ionq_tui.api.transport import AsyncClient, Client, Wiring
from ionq_tui.model.elapsed import seconds

T = TypeVar("T")

RETRIES = 2
_LARGE = 200_000
"""Bytes of a reply above which it is read beside the event loop, which keys wait for."""
_GRAIN = 1.0
"""`Date` counts whole seconds, so a smaller difference says nothing."""


class Channel:
    """Carries out operations and flows, sync or async."""

    def __init__(self, wiring: Wiring, retries: int = RETRIES, patience: float = 1.0) -> None:
        """Take the wiring, how often a repeatable operation is repeated, and a factor on every pause of a flow."""
        self.wiring = wiring
        self._retries = retries
        self._patience = patience
        self._sync: Client | None = None
        self._async: AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._readings = Readings()
        self.ahead = timedelta()
        """How far the server's clock is ahead of ours, as of the last reply."""

    @property
    def sync_client(self) -> httpx.Client:
        """The sync client, made on first use."""
        with self._lock:
            if self._sync is None:
                self._sync = Client(self.wiring)
            return self._sync

    @property
    def async_client(self) -> httpx.AsyncClient:
        """The async client of the running loop; one whose loop is gone is dropped."""
        loop: asyncio.AbstractEventLoop | None = None
        with suppress(RuntimeError):
            loop = asyncio.get_running_loop()
        if self._async is not None and loop is not None and self._loop is not None and self._loop is not loop:
            self._abandon()
        if self._async is None:
            self._async, self._loop = AsyncClient(self.wiring), loop
        self._loop = self._loop or loop
        return self._async

    def close(self) -> None:
        """Close the sync connections."""
        if self._sync is not None:
            self._sync.close()
            self._sync = None

    async def aclose(self) -> None:
        """Close the async connections, and the sync ones."""
        self.close()
        if self._async is not None and self._loop in (None, asyncio.get_running_loop()):
            await self._async.aclose()
            self._async = None
        self._abandon()

    def _abandon(self) -> None:
        """Let go of an async client whose loop is not the running one."""
        if self._async is not None and (self._loop is None or self._loop.is_closed()):
            self._async.abandon()
        self._async, self._loop = None, None

    def run(self, operation: Operation[T]) -> T:
        """Carry out an operation. Raises IonQError."""
        return _taken(self.drive(repeated(operation, self._retries)))

    async def arun(self, operation: Operation[T]) -> T:
        """Carry out an operation. Raises IonQError."""
        return _taken(await self.adrive(repeated(operation, self._retries)))

    def drive(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        return _play(flow, self._perform)

    def carry(self, errand: Errand[T]) -> T:
        """Run a flow that must not be cut off."""
        return carry(errand, self.drive)

    async def acarry(self, errand: Errand[T]) -> T:
        """Run a flow that must not be cut off."""
        return await acarry(errand, self.adrive)

    async def adrive(self, flow: Flow[T]) -> T:
        """Run a flow to its end."""
        answer: Answer[object] = _NOTHING
        try:
            step = next(flow)
            while True:
                answer = await self._aperform(step)
                step = flow.send(answer)
        except StopIteration as end:
            result: T = end.value
            return result

    def _perform(self, step: Step) -> Answer[object]:
        if isinstance(step, Sleep):
            time.sleep(step.seconds * self._patience)
            return _NOTHING
        sent_at = seconds()
        try:
            request = _request(self.sync_client, step.operation)
            return self._heard(step, self.sync_client.send(request), sent_at)
        except IonQError as error:
            return _failed(error, sent_at)

    async def _aperform(self, step: Step) -> Answer[object]:
        if isinstance(step, Sleep):
            await asyncio.sleep(step.seconds * self._patience)
            return _NOTHING
        sent_at = seconds()
        try:
            client = self.async_client
            response = await client.send(_request(client, step.operation))
            if len(response.content) > _LARGE:
                return await asyncio.to_thread(self._heard, step, response, sent_at)
            return self._heard(step, response, sent_at)
        except IonQError as error:
            return _failed(error, sent_at)

    def _heard(self, step: Send[object], response: httpx.Response, sent_at: float) -> Answer[object]:
        heard_at, date = seconds(), server_date(response)
        if date is not None:
            self._set_clock(date)
        try:
            return Answer(self._readings.value_of(step.operation, response), None, sent_at, heard_at, date)
        except IonQError as error:
            return Answer(None, error, sent_at, heard_at, date)

    def _set_clock(self, date: datetime) -> None:
        """Take over the server's time; differences that its coarse grain explains are none."""
        ahead = date + timedelta(seconds=_GRAIN / 2) - datetime.now(UTC)
        if abs((ahead - self.ahead).total_seconds()) > _GRAIN:
            self.ahead = ahead


_NOTHING: Answer[object] = Answer(None, None, 0.0, 0.0)


def _play(flow: Flow[T], perform: Callable[[Step], Answer[object]]) -> T:
    try:
        step = next(flow)
        while True:
            step = flow.send(perform(step))
    except StopIteration as end:
        result: T = end.value
        return result


def _request(client: httpx.Client | httpx.AsyncClient, operation: Operation[object]) -> httpx.Request:
    # A whole URL is read once, one that is put behind the client's three times.
    return client.build_request(
        operation.method,
        f"{str(client.base_url).rstrip('/')}{operation.path}",
        params=list(operation.query) or None,
        json=None if operation.body is None else dict(operation.body),
    )


def _failed(error: IonQError, sent_at: float) -> Answer[object]:
    return Answer(None, error, sent_at, seconds())


def _taken(answer: Answer[T]) -> T:
    if answer.error is not None:
        raise answer.error
    if answer.value is None:
        raise IonQError("no reply")
    return answer.value
