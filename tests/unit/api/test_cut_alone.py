"""A request that exceeds its deadline is cut off without affecting other threads' requests on the same client."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from ionq_tui.api.errors import APIConnectionError, APITimeoutError
from ionq_tui.api.flows import certainly_not_created, open_once
from ionq_tui.api.runner import Runner
from ionq_tui.api.transport import Client
from ionq_tui.model.outcome import NotOpened, Opened, OpenRequest, Unconfirmed
from tests.unit.api.given import wiring
from tests.unit.api.lines import Line, Listener

pytestmark = pytest.mark.timeout(30)

DEADLINE = 1.0
DRIPS = 50
"""A hundredth of a second each: the second request begins half a deadline after the first."""
OPENED = b'{"id": "s-1", "status": "created", "active": true}'


class ServiceDesk:
    """Drips for ever to one GET; holds a POST until it is let go; lists nothing."""

    def __init__(self) -> None:
        self.dripped = threading.Event()
        self.posted = threading.Event()
        self.release = threading.Event()
        self.posts = 0

    def __call__(self, line: Line) -> None:
        while request := line.request():
            if request.startswith(b"POST"):
                self.posts += 1
                self.posted.set()
                self.release.wait(10)
                line.reply(OPENED, b"HTTP/1.1 201 Created")
            elif b"/slow" in request.split(b"\r\n")[0]:
                line.say(b"HTTP/1.1 200 OK\r\n")
                for number in range(10_000):
                    if not line.say(b"X: y\r\n") or line.closing.wait(0.01):
                        return
                    if number == DRIPS:
                        self.dripped.set()
            else:
                line.reply(b'{"sessions": []}')


Opening = Future[Opened | NotOpened | Unconfirmed]


@contextmanager
def beside_a_slow_one(wrap: Callable[[Client], None]) -> Iterator[tuple[ServiceDesk, Opening]]:
    """An opening under way, after another thread's request on the same client was cut at its deadline."""
    desk = ServiceDesk()
    with Listener(desk) as server, ThreadPoolExecutor(2) as threads:
        runner = Runner(wiring(url=server.url, deadline=DEADLINE), patience=0.0)
        client = runner.sync_client
        assert isinstance(client, Client)
        wrap(client)
        slow = threads.submit(client.get, "/slow")
        assert desk.dripped.wait(10)
        opening: Opening = threads.submit(runner.run_flow, open_once(OpenRequest("qpu.forte-1")))
        assert desk.posted.wait(10)
        with pytest.raises(APITimeoutError):
            slow.result(10)
        try:
            yield desk, opening
        finally:
            desk.release.set()
            runner.close()


def test_another_threads_request_goes_on() -> None:
    with beside_a_slow_one(lambda _: None) as (desk, opening):
        assert not opening.done()
        desk.release.set()
        outcome = opening.result(10)
    assert isinstance(outcome, Opened) and outcome.session.id == "s-1"
    assert desk.posts == 1


class Strange(httpx.BaseTransport):
    """A transport that is not built as the one we know, so that only all of its lines can be cut."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.closed = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._inner.handle_request(request)

    def close(self) -> None:
        self.closed += 1
        self._inner.close()


def test_where_all_lines_are_cut_another_threads_request_is_uncertain() -> None:
    """Never "nothing was created": it had been sent, and the server opened it."""
    strange: list[Strange] = []

    def wrap(client: Client) -> None:
        strange.append(Strange(client._transport))
        client._transport = strange[0]

    with beside_a_slow_one(wrap) as (desk, opening):
        assert strange[0].closed
        desk.release.set()
        outcome = opening.result(10)
    assert isinstance(outcome, Unconfirmed)
    assert isinstance(outcome.cause, APIConnectionError)
    assert not outcome.cause.unsent and not certainly_not_created(outcome.cause)
    assert desk.posts == 1


@pytest.mark.parametrize("cut", [httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError])
def test_however_a_cut_line_fails_it_is_uncertain(cut: type[httpx.TransportError]) -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            raise cut("cut by another thread", request=request)
        return httpx.Response(200, stream=httpx.ByteStream(b'{"sessions": []}'))

    runner = Runner(wiring(respond), patience=0.0)
    assert isinstance(runner.run_flow(open_once(OpenRequest("qpu.forte-1"))), Unconfirmed)


def test_a_silent_server_is_cut_at_the_deadline_and_not_when_a_read_has_lasted_too_long() -> None:
    def silent(line: Line) -> None:
        line.request()
        line.closing.wait(20)

    with Listener(silent) as server, Client(wiring(url=server.url, deadline=0.3, timeout=20.0)) as client:
        with pytest.raises(APITimeoutError) as caught:
            client.post("/sessions")
        assert not caught.value.unsent
