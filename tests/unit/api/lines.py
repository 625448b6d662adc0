"""Small servers on real sockets that misbehave as requested."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import TracebackType

Serve = Callable[["Line"], None]


class Line:
    """One connection, seen from the server."""

    def __init__(self, end: socket.socket, number: int, closing: threading.Event) -> None:
        """Take the socket, its place among all connections, and what tells that the test is over."""
        self._end = end
        self.number = number
        self.closing = closing

    def request(self) -> bytes:
        """Read one request, headers and body; empty where the client hung up."""
        got = b""
        while b"\r\n\r\n" not in got:
            part = self._receive()
            if not part:
                return b""
            got += part
        head, _, body = got.partition(b"\r\n\r\n")
        lengths = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        while len(body) < int(lengths[0] if lengths else 0):
            body += self._receive()
        return head + b"\r\n\r\n" + body

    def _receive(self) -> bytes:
        try:
            return self._end.recv(65536)
        except OSError:
            return b""

    def say(self, text: bytes) -> bool:
        """Write, and tell whether the client was still there."""
        try:
            self._end.sendall(text)
        except OSError:
            return False
        return True

    def drip(self, text: bytes) -> None:
        """Write again and again, a hundred times a second, until the client hangs up or the test is over."""
        while self.say(text) and not self.closing.wait(0.01):
            pass

    def reply(self, body: bytes = b"{}", head: bytes = b"HTTP/1.1 200 OK") -> bool:
        """Answer, and leave the connection open."""
        return self.say(head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


class Listener:
    """Serves every connection in a thread of its own with the same function, and keeps what it was sent."""

    def __init__(self, serve: Serve, wrap: Callable[[socket.socket], socket.socket] | None = None) -> None:
        """Listen at once; `wrap` may put TLS around a connection."""
        self._serve = serve
        self._wrap = wrap
        self._closing = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listening.getsockname()[1])

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many there have been."""
        return len(self._ends)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                end, _ = self._listening.accept()
            except OSError:
                return
            if self._closing.is_set():
                end.close()
                return
            self._ends.append(end)
            thread = threading.Thread(target=self._run, args=(end, len(self._ends)), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _run(self, end: socket.socket, number: int) -> None:
        try:
            wrapped = end if self._wrap is None else self._wrap(end)
        except OSError:
            end.close()
            return
        with wrapped:
            self._serve(Line(wrapped, number, self._closing))

    def __enter__(self) -> Listener:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Cut everything and wait for every thread."""
        self._closing.set()
        with socket.socket() as knock:
            knock.connect_ex(("127.0.0.1", self.port))
        for end in self._ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for thread in self._threads:
            thread.join(10)
        self._listening.close()
