"""The loopback server: keep-alive, a single write per reply, dropped connections, prompt shutdown."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from ionq_tui.simulator.http import Reply, Request
from ionq_tui.simulator.server import Server

Seen = list[Request]


def echo(request: Request) -> Reply:
    """Reply with the request."""
    if request.path.endswith("/cut"):
        raise ConnectionResetError
    shown = [request.method, request.path, request.query, request.headers.get("x-one"), request.body.decode()]
    return Reply(418, (("Date", "simulated"), ("x-two", "2")), json.dumps(shown).encode())


@pytest.fixture
def seen() -> Seen:
    return []


@pytest.fixture
def server(seen: Seen) -> Iterator[Server]:
    with Server(echo, on_request=lambda request, reply: seen.append(request)) as server:
        yield server


def connect(server: Server) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20))


def test_requests_arrive_whole_over_one_connection(server: Server, seen: Seen) -> None:
    assert urlsplit(server.url)._replace(netloc="") == urlsplit("http:/v0.4")
    with connect(server) as line:
        for _ in range(3):
            line.request("PUT", "/v0.4/a%20b?x=1&x=%26&y=", body="hello", headers={"X-One": "1"})
            reply = line.getresponse()
            shown = json.loads(reply.read())
            assert shown == ["PUT", "/v0.4/a%20b", [["x", "1"], ["x", "&"], ["y", ""]], "1", "hello"]
            assert (reply.status, reply.getheader("Date"), reply.getheader("Server")) == (418, "simulated", None)
            assert line.sock is not None, "the connection is kept"
    assert len(seen) == 3


def test_a_reply_is_one_write(server: Server) -> None:
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=20)) as line:
        line.sendall(b"GET /v0.4/x HTTP/1.1\r\nHost: x\r\n\r\n")
        packet = line.recv(65536)
    assert packet.startswith(b"HTTP/1.1 418 ") and packet.endswith(b"]")


def test_a_connection_error_cuts_the_line_without_a_reply(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    with connect(server) as line:
        line.request("GET", "/v0.4/cut")
        with pytest.raises(http.client.RemoteDisconnected):
            line.getresponse()
    with connect(server) as line:
        line.request("GET", "/v0.4/still-there")
        assert line.getresponse().status == 418
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("header", "status"),
    [("Content-Length: 999999999", 413), ("Content-Length: -1", 411), ("Transfer-Encoding: chunked", 411)],
)
def test_bodies_it_cannot_take_are_refused(server: Server, seen: Seen, header: str, status: int) -> None:
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=20)) as line:
        line.sendall(f"POST /v0.4/x HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n".encode())
        assert line.recv(65536).startswith(f"HTTP/1.1 {status} ".encode())
        assert line.recv(1) == b""
    assert not seen


def test_stopping_cuts_idle_connections_and_frees_the_port() -> None:
    server = Server(echo)
    server.start()
    with connect(server) as line:
        line.request("GET", "/v0.4/x")
        line.getresponse().read()
        server.stop()
        server.stop()
        assert line.sock.recv(1) == b""
    with Server(echo, port=server.port) as again:
        assert again.port == server.port


def test_stopping_does_not_wait_for_a_request_that_hangs() -> None:
    asked, release = threading.Event(), threading.Event()

    def hang(request: Request) -> Reply:
        asked.set()
        release.wait(20)
        return Reply(200, (), b"")

    with Server(hang) as server, connect(server) as line:
        line.request("GET", "/v0.4/x")
        assert asked.wait(20)
        server.stop()
        with pytest.raises(OSError):
            line.getresponse()
    release.set()
