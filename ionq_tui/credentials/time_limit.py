"""Await a blocking call that may hang forever, with a time limit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def bounded(call: Callable[[], T], seconds: float, name: str) -> T:
    """Run the call in its own daemon thread.

    Raises TimeoutError after `seconds`. An executor's threads are joined at exit and would delay it; a daemon thread is
    left behind.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(set_it: Callable[[], None]) -> None:
        if not answer.done():
            set_it()

    def run() -> None:
        try:
            value = call()
        except BaseException as caught:  # any exception of a third-party backend must not look like a time-out
            error = caught if isinstance(caught, Exception) else RuntimeError(type(caught).__name__)
            settle_in_loop(lambda: answer.set_exception(error))
        else:
            settle_in_loop(lambda: answer.set_result(value))

    def settle_in_loop(set_it: Callable[[], None]) -> None:
        try:
            loop.call_soon_threadsafe(settle, set_it)
        except RuntimeError:
            return  # the loop is closed, so nobody is waiting

    threading.Thread(target=run, name=name, daemon=True).start()
    async with asyncio.timeout(seconds):
        return await answer
