"""The installed versions of httpx and httpcore have the private parts that the client needs."""

from __future__ import annotations

from importlib.metadata import version

import httpcore
import httpx
import pytest

from ionq_tui.api.httpx_internals import set_content, shut, under_way, use_async_backend, use_backend

OURS = "asked of our own backend"
INSTALLED = f"with httpx {version('httpx')} and httpcore {version('httpcore')}"


class Backend(httpcore.NetworkBackend):
    """Makes no connection, and says that it was asked to."""

    def connect_tcp(self, *args: object, **kwargs: object) -> httpcore.NetworkStream:
        raise httpcore.ConnectError(OURS)


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """The same, async."""

    async def connect_tcp(self, *args: object, **kwargs: object) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError(OURS)


def test_a_transport_connects_by_the_backend_that_it_was_given() -> None:
    transport = httpx.HTTPTransport()
    use_backend(transport, Backend())
    with httpx.Client(transport=transport) as client, pytest.raises(httpx.ConnectError, match=OURS):
        client.get("http://127.0.0.1:9/")


async def test_an_async_transport_connects_by_the_backend_that_it_was_given() -> None:
    transport = httpx.AsyncHTTPTransport()
    use_async_backend(transport, AsyncBackend())
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(httpx.ConnectError, match=OURS):
            await client.get("http://127.0.0.1:9/")


def test_a_response_takes_a_body_that_was_read_elsewhere() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(b"raw"))

    with httpx.Client(transport=httpx.MockTransport(respond)) as client, client.stream("GET", "http://here/") as reply:
        set_content(reply, b"decoded")
        assert (reply.content, reply.text, b"".join(reply.iter_bytes())) == (b"decoded", "decoded", b"decoded"), (
            INSTALLED
        )


def test_what_a_transport_carries_out_can_be_found_and_shut() -> None:
    with httpx.HTTPTransport() as transport:
        requests = under_way(transport)
        assert requests is not None and list(requests) == [], INSTALLED
    assert under_way(object()) is None
    shut(None)
    shut(object())
