"""A loopback HTTP server that connects real clients to the simulated cloud."""

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
"""Seconds between two checks for shutdown."""

_Line = socket.socket | tuple[bytes, socket.socket]
"""A connection as typed by socketserver; with TCP it is always a socket."""


class Server:
    """An HTTP/1.1 server on 127.0.0.1 with keep-alive and without logging.

    If `respond` raises ConnectionError, the connection is closed without a reply, as by a network failure.
    """

    def __init__(
        self,
        respond: Callable[[Request], Reply],
        port: int = 0,
        on_request: Callable[[Request, Reply], None] | None = None,
    ) -> None:
        """Bind the port at once (0 is any free one); `on_request` is called before a reply is written."""
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
        """Start serving in a daemon thread."""
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._http.serve_forever, args=(_SHUTDOWN_LOOK,), name="simulated cloud", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Stop listening and close all connections; calling it again has no effect."""
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._thread = None
        self._http.server_close()
        self._http.cut()

    def __enter__(self) -> Server:
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
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
        """Bind without resolving this machine's host name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def process_request(self, request: _Line, client_address: object) -> None:
        """Remember the connection while it is served, so that `stop` can close it."""
        if isinstance(request, socket.socket):
            with self._lines_lock:
                self._lines.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: _Line) -> None:
        """Forget the connection."""
        if isinstance(request, socket.socket):
            with self._lines_lock:
                self._lines.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        """Shut down the open connections."""
        with self._lines_lock:
            for line in self._lines:
                try:
                    line.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # closed already

    def handle_error(self, request: _Line, client_address: object) -> None:
        """Ignore connection errors; report anything else, since it is a bug."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def log_message(self, format: str, *args: object) -> None:
        """Do not log."""

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Handle every HTTP method (`do_GET`, `do_POST` and so on) in the same way."""
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
        """Read the body; on failure, send an error reply and return None."""
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
        """Write head and body together, since two writes would be two packets."""
        try:
            phrase = HTTPStatus(reply.status).phrase
        except ValueError:
            phrase = ""
        lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in reply.headers)]
        if not any(name.lower() == "content-length" for name, _ in reply.headers):
            lines.append(f"Content-Length: {len(reply.body)}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + reply.body)
