"""Connections to a SOCKS proxy.

Adds what httpcore lacks: a time-out for the handshake, and closing the connection if it fails.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from contextvars import ContextVar

import httpcore

_last_connection: ContextVar[httpcore.NetworkStream | httpcore.AsyncNetworkStream | None] = ContextVar(
    "greeted", default=None
)
"""Last connection to a SOCKS proxy made by this thread or task. httpcore does not close it if the handshake fails."""


def close_last_connection() -> None:
    """Close the last connection to a SOCKS proxy made by this thread, after an error."""
    connection = _last_connection.get()
    if isinstance(connection, httpcore.NetworkStream):
        with suppress(Exception):
            connection.close()
    _last_connection.set(None)


async def aclose_last_connection() -> None:
    """Async version of `close_last_connection`."""
    connection = _last_connection.get()
    if isinstance(connection, httpcore.AsyncNetworkStream):
        with suppress(Exception):
            await connection.aclose()
    _last_connection.set(None)


class Backend(httpcore.SyncBackend):
    """Sync network backend with a time-out on every read, set on the socket.

    Without it, httpcore waits forever for a SOCKS proxy's handshake replies.
    """

    def __init__(self, within: float) -> None:
        """Take the time-out of one read in seconds."""
        self._options: list[httpcore.SOCKET_OPTION] = []
        if sys.platform != "win32":
            seconds, rest = divmod(max(within, 0.01), 1.0)  # zero would mean no time-out
            timeval = struct.pack("ll", int(seconds), int(rest * 1_000_000))
            self._options.append((socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval))

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect, and remember the connection."""
        options = [*(socket_options or ()), *self._options]
        connection = super().connect_tcp(host, port, timeout, local_address, options)
        _last_connection.set(connection)
        return connection


class AsyncBackend(httpcore.AnyIOBackend):
    """Async network backend that remembers its connections."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect, and remember the connection."""
        connection = await super().connect_tcp(host, port, timeout, local_address, socket_options)
        _last_connection.set(connection)
        return connection
