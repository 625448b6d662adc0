"""Requests that cost something or end a session.

They continue if their caller is interrupted, and their outcome is always reported.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ionq_tui.api.flows import Flow
from ionq_tui.model.session import Session

T = TypeVar("T")

RESOLVE_WITHIN = 5.0
"""Seconds that an interrupted caller waits for the outcome of a request that was sent."""

_WAIT_SLICE = 0.2
"""Seconds of one wait. A signal that arrives just before it, or in another thread, is handled when it ends."""

logger = logging.getLogger("ionq_tui.session")


async def _ignore_outcome() -> None:
    """Ignore an outcome that nobody waits for."""


@dataclass(eq=False)
class CriticalRequest(Generic[T]):
    """A flow and its callbacks: before the first request, on its outcome, and on an outcome nobody waits for."""

    name: str
    """What the request does, for the log and the exception note."""
    flow: Flow[T]
    before: Callable[[], None] = lambda: None
    """Called first, in the flow's thread or task, so that an interruption cannot separate it from the request."""
    on_outcome: Callable[[T], None] = lambda _: None
    """Called with the outcome, whether or not anybody still waits for it."""
    seen: dict[str, Session] = field(default_factory=dict)
    """Sessions found so far that this request may have opened, by id. Filled by the flow."""
    on_abandoned: Callable[[], None] = lambda: None
    """Called if the outcome arrives after the caller was interrupted."""
    on_abandoned_async: Callable[[], Awaitable[None]] = _ignore_outcome
    abandoned: bool = False
    """True once the caller was interrupted and stopped waiting for the outcome."""

    def note(self, interruption: BaseException, outcome: T | None) -> None:
        """Add a note to the exception, and log it, since a task group may swallow the exception."""
        self.abandoned = outcome is None
        if outcome is not None:
            words = f"{self.name}: a request was sent before this: {outcome}"
        else:
            found = f"; these may be it: {', '.join(self.seen)}" if self.seen else ""
            words = f"{self.name}: a request was sent and its outcome is not known{found}: check the active sessions"
        interruption.add_note(words)
        logger.warning("interrupted, %s", words)


def run_critical(critical_request: CriticalRequest[T], run_flow: Callable[[Flow[T]], T]) -> T:
    """Run a critical request in its own thread, so that Ctrl+C interrupts the caller but not the request.

    An interrupted caller waits up to RESOLVE_WITHIN seconds for the outcome. Further interruptions do not shorten that.
    """
    outcomes: list[T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            critical_request.before()
            outcomes.append(run_flow(critical_request.flow))
            critical_request.on_outcome(outcomes[0])
            if critical_request.abandoned:
                critical_request.on_abandoned()
        except BaseException as error:  # re-raised in the caller's thread
            errors.append(error)
        finally:
            done.set()

    try:
        # Started inside the `try`, since an interruption may come as soon as the thread runs. Waiting on an event
        # instead of joining, since `join` requires that `start` has returned.
        threading.Thread(target=work, name="ionq-tui request", daemon=True).start()
        while not done.wait(_WAIT_SLICE):
            pass
    except BaseException as interruption:
        until = time.monotonic() + RESOLVE_WITHIN
        while not done.is_set() and (left := until - time.monotonic()) > 0:
            with suppress(BaseException):
                done.wait(min(left, _WAIT_SLICE))
        critical_request.note(interruption, outcomes[0] if outcomes else None)
        raise
    if errors:
        raise errors[0]
    return outcomes[0]


async def arun_critical(critical_request: CriticalRequest[T], arun_flow: Callable[[Flow[T]], Awaitable[T]]) -> T:
    """Run a critical request as its own task. A canceled caller waits for the outcome as in `run_critical`."""

    async def work() -> T:
        await asyncio.to_thread(critical_request.before)
        outcome = await arun_flow(critical_request.flow)
        await asyncio.to_thread(critical_request.on_outcome, outcome)
        if critical_request.abandoned:
            await critical_request.on_abandoned_async()
        return outcome

    task = asyncio.create_task(work(), name=critical_request.name)
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)
    interruption: asyncio.CancelledError | None = None
    until = 0.0
    while not task.done() and (interruption is None or time.monotonic() < until):
        try:
            # Unlike `wait_for`, `wait` does not cancel the task when it is canceled itself.
            await asyncio.wait([task], timeout=None if interruption is None else until - time.monotonic())
        except asyncio.CancelledError as canceled:
            if interruption is None:
                interruption, until = canceled, time.monotonic() + RESOLVE_WITHIN
    if interruption is None:
        return await task
    over = task.done() and not task.cancelled() and task.exception() is None
    critical_request.note(interruption, task.result() if over else None)
    raise interruption


_TASKS: set[asyncio.Task[object]] = set()
"""Strong references to running tasks. The event loop itself keeps only weak ones."""
