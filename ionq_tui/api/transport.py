"""httpx clients that keep our promises whoever calls them: one cap, one total time-out, our errors, no redirects.

ionq_core's generated calls run on these clients too. Who streams a reply asks for it piece by piece on purpose, be it
large or slow: there httpx's own time-outs and errors hold, without cap and total, and all else stays as it is.
"""

from __future__ import annotations

import asyncio
import platform
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, TypedDict
from weakref import WeakSet

import httpx

from ionq_tui.api.auth import KeyAuth
from ionq_tui.api.errors import APIConnectionError, IonQError, ReadOnlyError
from ionq_tui.api.reply import Body, broken, refusal, whole
from ionq_tui.api.watchdog import Watchdog
from ionq_tui.model.address import is_loopback
from ionq_tui.model.key import without_keys
from ionq_tui.model.version import __version__

if TYPE_CHECKING:
    from httpcore import AsyncNetworkStream, NetworkStream
    from httpx._client import UseClientDefault
    from httpx._types import AuthTypes

_EXPECTED = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError, LookupError)
"""What a reply can make httpx raise; strange hosts, codecs and characters in headers come as the last two."""

_BREATH = 250
"""Pieces of a reply that are read before the event loop has its turn."""
_WATCHED = "ionq_tui.watched"
"""The extension of a request that says by which token it is watched."""

Respond = Callable[[httpx.Request], httpx.Response]
"""A server inside this process: the simulated cloud of the demo and of tests."""


class Options(TypedDict):
    """What both kinds of httpx clients are built with."""

    base_url: str
    auth: KeyAuth | None
    headers: dict[str, str]
    timeout: httpx.Timeout
    cookies: CookieJar
    follow_redirects: bool


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

    def options(self) -> Options:
        """Return what both kinds of httpx clients are built with."""
        return {
            "base_url": self.base_url,
            "auth": self.auth,
            "headers": {"User-Agent": self.user_agent, "Accept-Encoding": "gzip, deflate"},
            "timeout": self.timeout,
            # The API has no cookies: one that is kept would be sent back, however strange or many they are.
            "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
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


def user_agent(additional: str | None = None) -> str:
    """Say who is calling, as the official client does."""
    parts = (f"ionq-tui/{__version__}", f"python/{platform.python_version()}", f"httpx/{httpx.__version__}")
    return " ".join((*parts, f"os/{platform.system().lower()}", *filter(None, (additional,))))


@contextmanager
def _proxies() -> Iterator[None]:
    """Tell of a proxy that the environment names and httpx cannot use as of any that cannot be reached."""
    try:
        yield
    except (httpx.InvalidURL, ValueError, ImportError) as error:
        told = APIConnectionError(f"the proxy that the environment names cannot be used: {without_keys(str(error))}")
        told.unsent = True
        raise told from error


class Client(httpx.Client):
    """The sync client."""

    def __init__(self, wiring: Wiring) -> None:
        """Wire it."""
        self._wiring = wiring
        self._watchdog = Watchdog(wiring.deadline, self._cut)
        if wiring.respond is not None:
            super().__init__(**wiring.options(), transport=httpx.MockTransport(wiring.respond))
        elif wiring.direct:
            direct = httpx.HTTPTransport(verify=wiring.verify())
            super().__init__(**wiring.options(), transport=direct, trust_env=False)
        else:
            with _proxies():
                super().__init__(**wiring.options(), verify=wiring.verify())

    def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,
        auth: AuthTypes | UseClientDefault | None = httpx.USE_CLIENT_DEFAULT,
        follow_redirects: bool | UseClientDefault = httpx.USE_CLIENT_DEFAULT,
    ) -> httpx.Response:
        """Send one request, read its reply whole under cap and deadline (not where streamed), and raise our errors."""
        self._wiring.guard(request)
        if stream:
            return super().send(request, stream=True, auth=auth, follow_redirects=follow_redirects)
        watched = self._watchdog.begin()
        request.extensions = {**request.extensions, _WATCHED: watched}
        try:
            response = super().send(request, stream=True, auth=auth, follow_redirects=follow_redirects)
            try:
                return _checked(response, self._read(response))
            finally:
                response.close()
        except IonQError:
            raise
        except Exception as error:
            # A socket closed under a read fails in more ways than httpx maps.
            late = httpx.ReadTimeout("", request=request) if self._watchdog.late(watched) else None
            if late is None and not isinstance(error, _EXPECTED):
                raise
            raise broken(late or error) from error
        finally:
            self._watchdog.end(watched)

    def _read(self, response: httpx.Response) -> bytes:
        body = Body(response)
        for chunk in response.iter_raw():
            body.add(chunk)
        return body.decoded

    def _cut(self, watched: object) -> None:
        """Cut the line of a request that takes too long in all, and no other: httpx counts each read by itself."""
        for transport in (self._transport, *self._mounts.values()):
            under_way = getattr(getattr(transport, "_pool", None), "_requests", None)
            if under_way is not None:
                for one in tuple(under_way):
                    if one.request.extensions.get(_WATCHED) is watched:
                        _shut(one.connection)
            elif transport is not None:  # not built as we know it: better all of its lines than none
                with suppress(Exception):
                    transport.close()


def _shut(connection: object) -> None:
    """Shut the socket under a connection of the pool, where it has one yet; closed, it would not wake who reads it."""
    while connection is not None and not hasattr(connection, "_network_stream"):
        connection = getattr(connection, "_connection", None)
    with suppress(Exception):
        stream: NetworkStream | None = getattr(connection, "_network_stream", None)
        if stream is not None:
            stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


class AsyncClient(httpx.AsyncClient):
    """The async client."""

    def __init__(self, wiring: Wiring) -> None:
        """Wire it."""
        self._wiring = wiring
        self._lines: WeakSet[AsyncNetworkStream] = WeakSet()
        if wiring.respond is not None:
            super().__init__(**wiring.options(), transport=httpx.MockTransport(wiring.respond))
        elif wiring.direct:
            direct = httpx.AsyncHTTPTransport(verify=wiring.verify())
            super().__init__(**wiring.options(), transport=direct, trust_env=False)
        else:
            with _proxies():
                super().__init__(**wiring.options(), verify=wiring.verify())

    async def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,
        auth: AuthTypes | UseClientDefault | None = httpx.USE_CLIENT_DEFAULT,
        follow_redirects: bool | UseClientDefault = httpx.USE_CLIENT_DEFAULT,
    ) -> httpx.Response:
        """Send one request, read its reply whole under cap and deadline (not where streamed), and raise our errors."""
        self._wiring.guard(request)
        if stream:
            return await super().send(request, stream=True, auth=auth, follow_redirects=follow_redirects)
        try:
            async with asyncio.timeout(self._wiring.deadline):
                response = await super().send(request, stream=True, auth=auth, follow_redirects=follow_redirects)
                line: AsyncNetworkStream | None = response.extensions.get("network_stream")
                if line is not None:
                    self._lines.add(line)
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
            if body.pieces % _BREATH == 0:
                await asyncio.sleep(0)  # thousands of tiny pieces arrive in one go, and keys wait for the loop
        return body.decoded

    def abandon(self) -> None:
        """Cut the connections of a loop that is gone; closing them properly would need that loop."""
        for line in self._lines:
            with suppress(Exception):
                line.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def _checked(response: httpx.Response, body: bytes) -> httpx.Response:
    read = whole(response, body)
    error: IonQError | None = refusal(read)
    if error is not None:
        raise error
    return read
