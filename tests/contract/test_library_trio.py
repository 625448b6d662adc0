"""Under an event loop other than asyncio's, the async side says so at once, and sends nothing."""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
import trio
from ionq_core.api.whoami import get_whoami

import ionq_tui
from ionq_tui import IonQClient, IonQError, SessionManager
from tests.contract.both import BACKEND, world_of

ASYNCIO_ONLY = "work with asyncio only"
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "async_whoami": (),
    "async_backends": (),
    "async_sessions": (),
    "async_clone_job": ("id", "s"),
}
"""Arguments of the client's methods that do not take one id."""


async def entered(thing: IonQClient | SessionManager) -> None:
    async with thing:
        raise AssertionError("it was entered")


def first(jobs: AsyncIterator[object]) -> Awaitable[object]:
    return anext(jobs)


def method(name: str) -> Callable[[IonQClient], Awaitable[object]]:
    def call(client: IonQClient) -> Awaitable[object]:
        made = getattr(client, name)(*ARGUMENTS.get(name, ("id",)))
        return first(made) if inspect.isasyncgen(made) else made

    return call


METHODS = [name for name in vars(IonQClient) if name.startswith("async_")]
USES: dict[str, Callable[[IonQClient], Awaitable[object]]] = {
    **{f"client.{name}": method(name) for name in METHODS},
    "async with client": entered,
    "client.aclose": lambda client: client.aclose(),
    "async with manager": lambda client: entered(SessionManager(client, BACKEND)),
    "async with manager, signals": lambda client: entered(SessionManager(client, BACKEND, end_on_signals=True)),
    "manager.async_open": lambda client: SessionManager(client, BACKEND).async_open(),
    "manager.async_status": lambda client: SessionManager.from_id(client, "s").async_status(),
    "manager.async_details": lambda client: SessionManager.from_id(client, "s").async_details(),
    "manager.async_remaining": lambda client: SessionManager.from_id(client, "s").async_remaining(),
    "manager.async_end": lambda client: SessionManager.from_id(client, "s").async_end(),
    "manager.async_jobs": lambda client: first(SessionManager.from_id(client, "s").async_jobs()),
    "async_wait_for_job": lambda client: ionq_tui.async_wait_for_job(client, "j"),
    "aiter_jobs": lambda client: first(ionq_tui.aiter_jobs(client)),
    "aiter_session_jobs": lambda client: first(ionq_tui.aiter_session_jobs(client, "s")),
    "a generated call": lambda client: get_whoami.asyncio(client=client),
    "httpx": lambda client: client.get_async_httpx_client().get("/whoami"),
}


def test_every_async_method_of_the_manager_is_used_here() -> None:
    methods = {name for name in vars(SessionManager) if name.startswith("async_")}
    assert {f"manager.{name}" for name in methods - {"async_close"}} <= USES.keys()
    assert len(METHODS) >= 11


@pytest.mark.parametrize("use", USES)
def test_it_is_an_ionq_error_that_names_asyncio(use: str) -> None:
    caught: list[BaseException] = []

    async def main() -> None:
        try:
            await USES[use](client)
        except BaseException as error:
            caught.append(error)

    with world_of() as world, world.ours() as client:
        trio.run(main)
        assert world.asked() == [] and not world.cloud.sessions
    (error,) = caught
    assert isinstance(error, IonQError) and ASYNCIO_ONLY in str(error) and "nothing was sent" in str(error)
    assert error.__suppress_context__


def test_a_stream_too() -> None:
    async def main(client: IonQClient) -> None:
        async with client.get_async_httpx_client().stream("GET", "/whoami"):
            raise AssertionError("it was sent")

    with world_of() as world, world.ours() as client:
        with pytest.raises(IonQError, match=ASYNCIO_ONLY):
            trio.run(main, client)
        assert world.asked() == []


def test_closing_a_session_is_logged_and_raises_nothing_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    with world_of() as world, world.ours() as client, caplog.at_level(logging.WARNING, "ionq_tui.session"):
        trio.run(SessionManager.from_id(client, "s-1").async_close)
        assert world.asked() == []
    assert "Failed to end session s-1" in caplog.text and ASYNCIO_ONLY in caplog.text


def test_what_failed_under_trio_works_in_a_thread_of_it() -> None:
    async def failed(manager: SessionManager) -> None:
        with pytest.raises(IonQError, match=ASYNCIO_ONLY):
            await manager.async_open()
        await trio.to_thread.run_sync(manager.open)

    with world_of() as world, world.ours() as client:
        manager = SessionManager(client, BACKEND)
        trio.run(failed, manager)
        assert list(world.cloud.sessions) == [manager.session_id]
        manager.end()


async def test_asyncio_is_not_refused() -> None:
    with world_of() as world:
        async with world.ours() as client, SessionManager(client, BACKEND) as session:
            assert await session.async_status() == "created"
            assert isinstance(client.get_async_httpx_client(), httpx.AsyncClient)
    assert len(world.cloud.sessions) == 1
