"""A blocking call that may hang for ever, awaited for a bounded time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


async def bounded(call: Callable[[], Answer], seconds: float, name: str) -> Answer:
    """Run the call in a daemon thread of its own; raises TimeoutError where it has not answered by then.

    An executor's thread would be joined at exit, and so hold it up; this one is left behind.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Answer] = loop.create_future()

    def settle(set_it: Callable[[], None]) -> None:
        if not answer.done():
            set_it()

    def run() -> None:
        try:
            value = call()
        except BaseException as caught:  # whatever a foreign backend raises must not pass for silence
            error = caught if isinstance(caught, Exception) else RuntimeError(type(caught).__name__)
            tell(lambda: answer.set_exception(error))
        else:
            tell(lambda: answer.set_result(value))

    def tell(set_it: Callable[[], None]) -> None:
        try:
            loop.call_soon_threadsafe(settle, set_it)
        except RuntimeError:
            return  # the loop is closed: nobody waits any more

    threading.Thread(target=run, name=name, daemon=True).start()
    async with asyncio.timeout(seconds):
        return await answer
