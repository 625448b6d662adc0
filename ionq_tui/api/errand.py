"""A request that costs or ends something: it outlives whoever asked for it, and what becomes of it is always told."""

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
"""Seconds for which an interrupted caller waits to learn what became of a sent request."""

_NOTICED_WITHIN = 0.2
"""Seconds of one wait: a signal that comes right before it, or to another thread, is taken in when it is over."""

logger = logging.getLogger("ionq_tui.session")


async def _leave_it() -> None:
    """Do nothing about what came of it after its asker had left."""


@dataclass(eq=False)
class Errand(Generic[T]):
    """One flow, what is noted before and after it, and what is told where its asker leaves before it is done."""

    name: str
    """What it is about, for the note and the log."""
    flow: Flow[T]
    before: Callable[[], None] = lambda: None
    """Runs first, on the flow's side: an interruption does not cut it off from the request."""
    landed: Callable[[T], None] = lambda _: None
    """Is told the outcome, whoever still waits."""
    seen: dict[str, Session] = field(default_factory=dict)
    """What the flow has found so far that may have come of it, by id."""
    orphaned: Callable[[], None] = lambda: None
    """Runs where the outcome came after its asker had left."""
    aorphaned: Callable[[], Awaitable[None]] = _leave_it
    left: bool = False
    """True once the asker has left without an outcome."""

    def note(self, interruption: BaseException, outcome: T | None) -> None:
        """Tell on the exception, and in the log, since a task group may swallow the exception."""
        self.left = outcome is None
        if outcome is not None:
            words = f"{self.name}: a request was sent before this: {outcome}"
        else:
            found = f"; these may be it: {', '.join(self.seen)}" if self.seen else ""
            words = f"{self.name}: a request was sent and its outcome is not known{found}: look at the active sessions"
        interruption.add_note(words)
        logger.warning("interrupted, %s", words)


def carry(errand: Errand[T], drive: Callable[[Flow[T]], T]) -> T:
    """Run an errand in a thread of its own, so that ctrl+c reaches the caller and not the request.

    An interrupted caller waits a little for the outcome; further interruptions do not shorten that.
    """
    kept: list[T] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            errand.before()
            kept.append(drive(errand.flow))
            errand.landed(kept[0])
            if errand.left:
                errand.orphaned()
        except BaseException as error:  # handed over to the caller's thread
            errors.append(error)
        finally:
            done.set()

    try:
        # Within, since an interruption may come as soon as it runs; not joined, since that needs `start` to return.
        threading.Thread(target=work, name="ionq-tui request", daemon=True).start()
        while not done.wait(_NOTICED_WITHIN):
            pass
    except BaseException as interruption:
        until = time.monotonic() + RESOLVE_WITHIN
        while not done.is_set() and (left := until - time.monotonic()) > 0:
            with suppress(BaseException):
                done.wait(min(left, _NOTICED_WITHIN))
        errand.note(interruption, kept[0] if kept else None)
        raise
    if errors:
        raise errors[0]
    return kept[0]


async def acarry(errand: Errand[T], adrive: Callable[[Flow[T]], Awaitable[T]]) -> T:
    """Run an errand as a task of its own; a cancelled caller waits a little for the outcome, as above."""

    async def work() -> T:
        await asyncio.to_thread(errand.before)
        outcome = await adrive(errand.flow)
        await asyncio.to_thread(errand.landed, outcome)
        if errand.left:
            await errand.aorphaned()
        return outcome

    task = asyncio.create_task(work(), name=errand.name)
    _KEPT.add(task)
    task.add_done_callback(_KEPT.discard)
    interruption: asyncio.CancelledError | None = None
    until = 0.0
    while not task.done() and (interruption is None or time.monotonic() < until):
        try:
            # `wait` leaves the task alone when it is cancelled itself.
            await asyncio.wait([task], timeout=None if interruption is None else until - time.monotonic())
        except asyncio.CancelledError as cancelled:
            if interruption is None:
                interruption, until = cancelled, time.monotonic() + RESOLVE_WITHIN
    if interruption is None:
        return await task
    over = task.done() and not task.cancelled() and task.exception() is None
    errand.note(interruption, task.result() if over else None)
    raise interruption


_KEPT: set[asyncio.Task[object]] = set()
"""The loop itself holds tasks only weakly."""
