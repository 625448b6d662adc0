"""The async side of this library works with asyncio only."""

from __future__ import annotations

import asyncio

from ionq_tui.api.errors import IonQError


def require_asyncio() -> None:
    """Raise IonQError in a coroutine that another library runs, such as trio, before anything fails obscurely."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        raise IonQError(
            "the async methods of ionq_tui work with asyncio only, and this is not running in an asyncio event loop;"
            " nothing was sent. Under trio, call the sync methods in a thread, as trio.to_thread.run_sync does"
        ) from None
