"""The private parts of httpx and httpcore that the client needs, each wrapped in a function.

`tests/unit/api/test_httpx_internals.py` fails if a newer version no longer has one of them. pyproject.toml restricts
both packages to tested versions.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:  # httpx loads httpcore with its first client
    import httpcore


def use_backend(transport: httpx.HTTPTransport, backend: httpcore.NetworkBackend) -> None:
    """Replace the network backend of a transport. httpx has no parameter for it."""
    transport._pool._network_backend = backend


def use_async_backend(transport: httpx.AsyncHTTPTransport, backend: httpcore.AsyncNetworkBackend) -> None:
    """Replace the network backend of a transport. httpx has no parameter for it."""
    transport._pool._network_backend = backend


def set_content(response: httpx.Response, body: bytes) -> None:
    """Set the content of a response to a decoded body.

    Building a new Response instead would take a tenth of the time of a poll.
    """
    response.stream, response._content = httpx.ByteStream(body), body


def under_way(transport: object) -> Iterator[tuple[dict[str, object], object]] | None:
    """Return the extensions and the connection of each request that a sync transport is executing.

    None if the transport's internals are not as expected.
    """
    requests = getattr(getattr(transport, "_pool", None), "_requests", None)
    return None if requests is None else ((one.request.extensions, one.connection) for one in tuple(requests))


def shut(connection: object) -> None:
    """Shut down the socket of a pooled connection, if it has one yet.

    Closing the socket would not wake a thread that is reading from it.
    """
    while connection is not None and not hasattr(connection, "_network_stream"):
        connection = getattr(connection, "_connection", None)
    with suppress(Exception):
        stream: httpcore.NetworkStream | None = getattr(connection, "_network_stream", None)
        if stream is not None:
            stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
