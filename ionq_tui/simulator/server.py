"""A small loopback server, so that real clients can talk to the simulated cloud."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl

from ionq_tui.simulator.http import LARGEST_BODY, PREFIX, Reply, Request

_SHUTDOWN_LOOK = 0.02
"""Seconds between two looks whether the server shall stop."""

_Line = socket.socket | tuple[bytes, socket.socket]
"""A connection as socketserver types it; over TCP it is always the first."""


class Server:
    """An HTTP/1.1 server on 127.0.0.1 that keeps connections alive and records nothing.

    Where `respond` raises a ConnectionError the connection is cut without a reply, as a bad line would do it.
    """

    def __init__(
        self,
        respond: Callable[[Request], Reply],
        port: int = 0,
        on_request: Callable[[Request, Reply], None] | None = None,
    ) -> None:
        """Take the port at once (0 is any free one); `on_request` is told before a reply is written."""
        self._http = _Listener(respond, port, on_request)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self.port}/{PREFIX}"

    def start(self) -> None:
        """Serve in a daemon thread."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._http.serve_forever, args=(_SHUTDOWN_LOOK,), name="simulated cloud", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Stop listening and cut every connection; stopping again does nothing."""
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._thread = None
        self._http.server_close()
        self._http.cut()

    def __enter__(self) -> Server:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        respond: Callable[[Request], Reply],
        port: int,
        on_request: Callable[[Request, Reply], None] | None,
    ) -> None:
        self.respond = respond
        self.on_request = on_request
        self._lines: set[socket.socket] = set()
        self._lines_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        """Bind without asking the resolver for this machine's name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def process_request(self, request: _Line, client_address: object) -> None:
        """Hold the connection while it is served, so that stopping can cut it."""
        if isinstance(request, socket.socket):
            with self._lines_lock:
                self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Line) -> None:
        """Let the connection go."""
        if isinstance(request, socket.socket):
            with self._lines_lock:
                self._lines.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        """Cut the connections that are still held."""
        with self._lines_lock:
            for line in self._lines:
                try:
                    line.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it is gone already

    def handle_error(self, request: _Line, client_address: object) -> None:
        """Say nothing of lines that broke; report anything else, for it is a bug."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def log_message(self, format: str, *args: object) -> None:
        """Record nothing."""

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Serve every method alike: `do_GET`, `do_POST` and so on are one."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        path, _, query = self.path.partition("?")
        request = Request(
            method=self.command,
            path=path,
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        reply = self.server.respond(request)
        if self.server.on_request is not None:
            self.server.on_request(request, reply)
        self._write(reply)

    def _body(self) -> bytes | None:
        """Read the body; None where it cannot be, after the client was told."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > LARGEST_BODY:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            return self.rfile.read(int(length))
        return None

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self._write(Reply(status, (("Connection", "close"),), b""))

    def _write(self, reply: Reply) -> None:
        """Write head and body in one go: two writes would be two packets."""
        try:
            phrase = HTTPStatus(reply.status).phrase
        except ValueError:
            phrase = ""
        lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in reply.headers)]
        if not any(name.lower() == "content-length" for name, _ in reply.headers):
            lines.append(f"Content-Length: {len(reply.body)}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + reply.body)
