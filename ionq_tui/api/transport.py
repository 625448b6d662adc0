"""httpx clients that keep our promises whoever calls them: one cap, one total time-out, our errors, no redirects.

ionq_core's generated calls run on these clients too.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from ionq_tui.api.auth import KeyAuth
from ionq_tui.api.errors import IonQError, ReadOnlyError
from ionq_tui.api.reply import Body, broken, refusal, whole

_EXPECTED = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError)

Respond = Callable[[httpx.Request], httpx.Response]
"""A server inside this process: the simulated cloud of the demo and of tests."""


@dataclass(frozen=True)
class Wiring:
    """How to reach the server."""

    base_url: str
    auth: KeyAuth | None
    user_agent: str
    timeout: httpx.Timeout
    deadline: float
    """Seconds from the first byte sent to the last byte read, at most."""
    read_only: bool = False
    respond: Respond | None = None
    """Answers instead of a network, where set."""
    tls: ssl.SSLContext | None = None
    """A ready TLS context; where None, httpx builds one, which takes a while."""

    def options(self) -> dict[str, Any]:
        """Return what both kinds of httpx clients are built with."""
        return {
            "base_url": self.base_url,
            "auth": self.auth,
            "headers": {"User-Agent": self.user_agent, "Accept-Encoding": "gzip, deflate"},
            "timeout": self.timeout,
            "follow_redirects": False,
        }

    @property
    def direct(self) -> bool:
        """True where the host is this machine, which no proxy may see."""
        return is_loopback(httpx.URL(self.base_url).host)

    def verify(self) -> ssl.SSLContext | bool:
        """Return the TLS context to use; certificates are always verified."""
        return self.tls if self.tls is not None else self.base_url.startswith("https://")

    def guard(self, request: httpx.Request) -> None:
        """Refuse a change in read-only mode before anything is sent."""
        if self.read_only and request.method not in ("GET", "HEAD"):
            raise ReadOnlyError(f"read-only: {request.method} {request.url.path} was not sent")


def is_loopback(host: str) -> bool:
    """True for localhost, 127/8 and ::1."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


class Client(httpx.Client):
    """The sync client."""

    def __init__(self, wiring: Wiring) -> None:
        """Wire it."""
        self._wiring = wiring
        if wiring.respond is not None:
            super().__init__(**wiring.options(), transport=httpx.MockTransport(wiring.respond))
        elif wiring.direct:
            direct = httpx.HTTPTransport(verify=wiring.verify())
            super().__init__(**wiring.options(), transport=direct, trust_env=False)
        else:
            super().__init__(**wiring.options(), verify=wiring.verify())

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Send one request, read its reply whole under cap and deadline, and raise our errors."""
        self._wiring.guard(request)
        if stream:
            return super().send(request, stream=True, **options)
        cut = threading.Event()
        watchdog = threading.Timer(self._wiring.deadline, self._cut, [cut])
        watchdog.daemon = True
        watchdog.start()
        try:
            response = super().send(request, stream=True, **options)
            try:
                return _checked(response, self._read(response))
            finally:
                response.close()
        except IonQError:
            raise
        except Exception as error:
            # A socket closed under a read fails in more ways than httpx maps.
            late = httpx.ReadTimeout("", request=request) if cut.is_set() else None
            if late is None and not isinstance(error, _EXPECTED):
                raise
            raise broken(late or error) from error
        finally:
            watchdog.cancel()

    def _read(self, response: httpx.Response) -> bytes:
        body = Body(response)
        for chunk in response.iter_raw():
            body.add(chunk)
        return body.decoded

    def _cut(self, cut: threading.Event) -> None:
        """Close the sockets under a request that takes too long in all: httpx counts each read by itself."""
        cut.set()
        for transport in (self._transport, *self._mounts.values()):
            if transport is not None:
                with suppress(Exception):
                    transport.close()


class AsyncClient(httpx.AsyncClient):
    """The async client."""

    def __init__(self, wiring: Wiring) -> None:
        """Wire it."""
        self._wiring = wiring
        if wiring.respond is not None:
            super().__init__(**wiring.options(), transport=httpx.MockTransport(wiring.respond))
        elif wiring.direct:
            direct = httpx.AsyncHTTPTransport(verify=wiring.verify())
            super().__init__(**wiring.options(), transport=direct, trust_env=False)
        else:
            super().__init__(**wiring.options(), verify=wiring.verify())

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Send one request, read its reply whole under cap and deadline, and raise our errors."""
        self._wiring.guard(request)
        if stream:
            return await super().send(request, stream=True, **options)
        try:
            async with asyncio.timeout(self._wiring.deadline):
                response = await super().send(request, stream=True, **options)
                try:
                    return _checked(response, await self._read(response))
                finally:
                    await response.aclose()
        except _EXPECTED as error:
            raise broken(error) from error

    async def _read(self, response: httpx.Response) -> bytes:
        body = Body(response)
        async for chunk in response.aiter_raw():
            body.add(chunk)
        return body.decoded


def _checked(response: httpx.Response, body: bytes) -> httpx.Response:
    read = whole(response, body)
    error: IonQError | None = refusal(read)
    if error is not None:
        raise error
    return read
