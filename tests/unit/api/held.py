"""A server that can be held up while it opens a session, and session managers connected to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import TypeVar

import pytest

from ionq_tui import IonQClient, SessionManager
from tests.unit.api.given import KEY
from tests.unit.api.lines import Line

T = TypeVar("T")


class HeldActions:
    """A server that opens and ends one session, and can be held up in the middle of either."""

    def __init__(self, held: str = "/sessions") -> None:
        self.held = held
        self.asked: list[str] = []
        self.heard = threading.Event()
        self.release = threading.Event()

    def __call__(self, line: Line) -> None:
        while request := line.request():
            method, path, _ = request.split(b"\r\n")[0].decode().split(" ")
            self.asked.append(f"{method} {path}")
            if path == self.held:
                self.heard.set()
                self.release.wait(10)
            if path == "/sessions":
                line.reply(b'{"id": "s-1", "status": "created", "active": true}', b"HTTP/1.1 201 Created")
            else:
                line.reply(b'{"id": "s-1", "status": "ended", "active": false}')


def manager_on(url: str, *, end_on_signals: bool = False) -> SessionManager:
    client = IonQClient(api_key=KEY, base_url=url)
    return SessionManager(client, "qpu.forte-1", end_on_signals=end_on_signals, journal=False)


async def cancelled(actions: HeldActions, work: Coroutine[None, None, T]) -> asyncio.Task[T]:
    """Cancel some work once its request has reached the server."""
    task = asyncio.create_task(work)
    await asyncio.to_thread(actions.heard.wait, 10)
    task.cancel()
    return task


async def never_entered(manager: SessionManager) -> None:
    """Try a block that must not be entered, since its opening is interrupted."""
    async with manager:
        pytest.fail("the block must not be entered")
