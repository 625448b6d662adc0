"""Proxies on loopback that do their work: HTTP with CONNECT and SOCKS5, with or without a user and a password."""

from __future__ import annotations

import base64
import select
import socket
import ssl
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import pytest

NO_SOCKS = "the package socksio, of the extra `socks`, is not installed"


class Tunnel:
    """A proxy that leads every connection to one port of this machine, whatever host was asked for."""

    def __init__(self, target: int, user: str = "", password: str = "", tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[str] = []
        """Hosts and ports that were asked for."""
        self._target = target
        self._user, self._password = user, password
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._lines: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name=f"tunnel {self.port}", daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for one in (self._socket, *self._lines):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            line.settimeout(10)
            if self._tls is not None:
                line = self._tls.wrap_socket(line, server_side=True, do_handshake_on_connect=False)
            self._lines.append(line)
            self._threads.append(threading.Thread(target=self._serve, args=[line], name="tunnel", daemon=True))
            self._threads[-1].start()

    def _serve(self, line: socket.socket) -> None:
        with line, suppress(OSError, ValueError):  # a TLS socket closed meanwhile by another thread raises ValueError
            if not self._greet(line):
                return
            with socket.create_connection(("127.0.0.1", self._target), 10) as far:
                self._lines.append(far)
                _pump(line, far)

    def _greet(self, line: socket.socket) -> bool:
        """Do what comes before the tunnel; False where there will be none."""
        raise NotImplementedError


class HttpTunnel(Tunnel):
    """Speaks HTTP's CONNECT; refuses with 407, repeating what it was told, as no proxy should."""

    def _greet(self, line: socket.socket) -> bool:
        told = b""
        while b"\r\n\r\n" not in told:
            told += _some(line)
        self.asked.append(told.split(b" ")[1].decode())
        wanted = b"Basic " + base64.b64encode(f"{self._user}:{self._password}".encode())
        if self._user and wanted not in told:
            given = told.partition(b"Authorization: Basic ")[2].partition(b"\r\n")[0]
            line.sendall(b"HTTP/1.1 407 Not with %s\r\nContent-Length: 0\r\n\r\n" % base64.b64decode(given))
            return False
        line.sendall(b"HTTP/1.1 200 Go on\r\n\r\n")
        return True


class SocksTunnel(Tunnel):
    """Speaks SOCKS5 (RFC 1928, RFC 1929)."""

    def __init__(self, target: int, user: str = "", password: str = "") -> None:
        pytest.importorskip("socksio", reason=NO_SOCKS)
        super().__init__(target, user, password)

    def _greet(self, line: socket.socket) -> bool:
        methods = _exactly(line, _exactly(line, 2)[1])
        method = 2 if self._user else 0
        line.sendall(bytes([5, method if method in methods else 0xFF]))
        if method not in methods:
            return False
        if self._user:
            user = _exactly(line, _exactly(line, 2)[1]).decode()
            password = _exactly(line, _exactly(line, 1)[0]).decode()
            good = (user, password) == (self._user, self._password)
            line.sendall(bytes([1, 0 if good else 1]))
            if not good:
                return False
        kind = _exactly(line, 4)[3]
        size = {1: 4, 4: 16}.get(kind) or _exactly(line, 1)[0]
        host = _exactly(line, size)
        named = socket.inet_ntop(socket.AF_INET if kind == 1 else socket.AF_INET6, host) if kind != 3 else host.decode()
        self.asked.append(f"{named}:{int.from_bytes(_exactly(line, 2), 'big')}")
        line.sendall(bytes([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
        return True


def _some(line: socket.socket, most: int = 65536) -> bytes:
    told = line.recv(most)
    if not told:
        raise OSError("the client has left")
    return told


def _exactly(line: socket.socket, size: int) -> bytes:
    told = b""
    while len(told) < size:
        told += _some(line, size - len(told))
    return told


def _pump(line: socket.socket, far: socket.socket) -> None:
    """Carry both ways in one thread, since two must not use one TLS socket; until either side has nothing more."""
    with suppress(OSError, ValueError):  # what is closed meanwhile has no descriptor to wait for
        while True:
            waiting = isinstance(line, ssl.SSLSocket) and line.pending() > 0
            ready = [line] if waiting else select.select([line, far], [], [], 10)[0]
            for source, sink in ((line, far), (far, line)):
                if source in ready:
                    data = source.recv(65536)
                    if not data:
                        return
                    sink.sendall(data)
            if not ready:
                return
