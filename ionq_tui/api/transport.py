"""httpx clients with a response size limit, a total time-out, this library's errors, and redirects only of reads.

httpx's own redirects are never used: it would repeat a POST and send the caller's headers to any server.

ionq_core's generated calls run on these clients too. A streamed reply (`stream=True`) is not subject to the size limit
or the total time-out: its caller reads it piece by piece, however large or slow it is, under httpx's own time-outs and
errors. API keys are masked in every reply that is read whole, and in the headers of streamed ones.
"""

from __future__ import annotations

import asyncio
import platform
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, TypedDict
from weakref import WeakSet

import httpx

from ionq_tui.api.auth import KeyAuth, origin
from ionq_tui.api.deadline import DeadlineWatcher
from ionq_tui.api.errors import IonQError, ReadOnlyError
from ionq_tui.api.event_loop import require_asyncio
from ionq_tui.api.httpx_internals import shut, under_way
from ionq_tui.api.network import NO_NETWORK, Network, network_of, routes
from ionq_tui.api.reply import Body, connection_error, mask_head, redirect_error, status_error, with_body
from ionq_tui.api.request_log import LoggedRequest
from ionq_tui.model.version import __version__

if TYPE_CHECKING:
    from httpcore import AsyncNetworkStream
    from httpx._client import UseClientDefault
    from httpx._types import AuthTypes

    Auth = AuthTypes | UseClientDefault | None
    Follow = bool | UseClientDefault

_EXPECTED = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError, LookupError)
"""Exceptions that httpx can raise because of a reply.

The last two come from malformed hosts, codecs and header characters.
"""

_CHUNKS_PER_TURN = 250
"""Chunks of a reply that are read before control returns to the event loop."""
LARGE = 200_000
"""Size in bytes above which a reply is searched and decoded in a thread, to keep the event loop responsive."""
_TOKEN = "ionq_tui.watched"
"""Request extension that holds the request's deadline token."""

_READS = ("GET", "HEAD")
_MOST_REDIRECTS = 5
_REDIRECTS = "ionq_tui.redirects"
"""Request extension that holds the number of redirects that led to the request."""

Respond = Callable[[httpx.Request], httpx.Response]
"""A server inside this process, such as the simulated cloud of the demo and of tests."""


class Options(TypedDict):
    """Constructor arguments shared by the sync and the async httpx client."""

    base_url: str
    auth: KeyAuth | None
    headers: httpx.Headers
    timeout: httpx.Timeout
    cookies: CookieJar
    follow_redirects: bool


@dataclass(frozen=True)
class ConnectionConfig:
    """How to reach the server."""

    base_url: str
    auth: KeyAuth | None
    user_agent: str
    timeout: httpx.Timeout
    deadline: float
    """Maximum time in seconds from the first byte sent to the last byte read."""
    read_only: bool = False
    respond: Respond | None = None
    """If set, answers requests in place of the network."""
    network: Network | None = None
    """Certificates and proxies to use. If None, each client reads them from the environment, which is slow."""
    tls: ssl.SSLContext | None = None
    """Verifies the server in place of what the environment names."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Further headers of each request."""
    follow_redirects: bool = False
    """Whether redirects are followed where a call does not say. Only a read is ever sent on, on the same server."""

    def options(self) -> Options:
        """Return the constructor arguments shared by the sync and the async httpx client."""
        headers = httpx.Headers({"User-Agent": self.user_agent, "Accept-Encoding": "gzip, deflate"})
        headers.update(self.headers)
        return {
            "base_url": self.base_url,
            "auth": self.auth,
            "headers": headers,
            "timeout": self.timeout,
            # The API sets no cookies. Any that a proxy sets would be sent back, however malformed or numerous.
            "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            "follow_redirects": False,
        }

    def connection_network(self) -> Network:
        """Return the certificates and proxies to use. Certificates are always verified. Raises NetworkSettingError."""
        return self.network if self.network is not None else network_of(self.base_url, self.tls)

    @property
    def trusted(self) -> str:
        """The setting that replaces the certificate authorities of the environment; empty if none does."""
        return "verify_ssl" if self.tls is not None else ""

    def follows(self, response: httpx.Response, asked: Follow) -> bool:
        """Return whether the reply is a redirect that the caller, or this client, wants to be followed."""
        wanted = self.follow_redirects if asked is httpx.USE_CLIENT_DEFAULT else bool(asked)
        return wanted and response.next_request is not None

    def next_request(self, response: httpx.Response) -> httpx.Request:
        """Return the request that a redirect leads to.

        Raises UnusableReplyError, which says where it leads, unless it is a read on the same server: a POST is sent
        once, and another server is given neither the key nor the caller's headers.
        """
        asked, onward = response.request, response.next_request
        if onward is not None and asked.method in _READS and origin(onward.url) == origin(asked.url):
            followed = asked.extensions.get(_REDIRECTS, 0)
            if followed < _MOST_REDIRECTS:
                onward.extensions = {**onward.extensions, _REDIRECTS: followed + 1}
                return onward
        raise redirect_error(mask_head(response))

    def guard(self, request: httpx.Request) -> None:
        """Raise ReadOnlyError for a changing request in read-only mode, before anything is sent."""
        if self.read_only and request.method not in _READS:
            raise ReadOnlyError(f"read-only: {request.method} {request.url.path} was not sent")


def user_agent(*additional: str | None) -> str:
    """Return the User-Agent header, in the format of the official client."""
    parts = (f"ionq-tui/{__version__}", f"python/{platform.python_version()}", f"httpx/{httpx.__version__}")
    return " ".join((*parts, f"os/{platform.system().lower()}", *filter(None, additional)))


class Client(httpx.Client):
    """Sync httpx client."""

    def __init__(self, config: ConnectionConfig) -> None:
        """Build the transports for the given configuration."""
        self._config = config
        self._deadline_watcher = DeadlineWatcher(config.deadline, self._cut)
        network = NO_NETWORK if config.respond is not None else config.connection_network()
        make = partial(network.sync_transport, within=config.deadline)
        direct = httpx.MockTransport(config.respond) if config.respond is not None else make(None)
        self._routes = routes(network, make)
        super().__init__(**config.options(), transport=direct, mounts=self._routes.mounts, trust_env=False)

    def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,
        auth: Auth = httpx.USE_CLIENT_DEFAULT,
        follow_redirects: Follow = httpx.USE_CLIENT_DEFAULT,
    ) -> httpx.Response:
        """Send a request and read the reply under the size limit and the deadline.

        Raises IonQError. A streamed reply is returned unread, without either limit.
        """
        with LoggedRequest(request) as logged:
            self._config.guard(request)
            if stream:
                logged.response = mask_head(self._unread(request, auth, follow_redirects))
            else:
                logged.response = self._whole(request, auth, follow_redirects)
            return logged.response

    def _unread(self, request: httpx.Request, auth: Auth, follow: Follow) -> httpx.Response:
        response = super().send(request, stream=True, auth=auth, follow_redirects=False)
        while self._config.follows(response, follow):
            response.close()
            onward = self._config.next_request(response)
            response = super().send(onward, stream=True, auth=auth, follow_redirects=False)
        return response

    def _whole(self, request: httpx.Request, auth: Auth, follow: Follow) -> httpx.Response:
        token = self._deadline_watcher.begin()
        request.extensions = {**request.extensions, _TOKEN: token}
        try:
            response = self._unread(request, auth, follow)
            try:
                mask_head(response)
                return _checked(response, self._read(response))
            finally:
                response.close()
        except IonQError:
            raise
        except Exception as error:
            # A socket that is shut during a read fails in more ways than httpx maps to its own exceptions.
            late = httpx.ReadTimeout("", request=request) if self._deadline_watcher.late(token) else None
            proxy = self._routes.proxy(self._transport_for_url(request.url))
            if proxy is not None and proxy.is_socks:
                from ionq_tui.api.socks import close_last_connection  # already loaded at this point

                close_last_connection()
            if late is None and not isinstance(error, _EXPECTED) and not (proxy and proxy.is_socks):
                raise
            raise connection_error(late or error, proxy, self._config.trusted) from error
        finally:
            self._deadline_watcher.end(token)

    def _read(self, response: httpx.Response) -> bytes:
        body = Body(response)
        for chunk in response.iter_raw():
            body.add(chunk)
        return body.decoded()

    def _cut(self, token: object) -> None:
        """Shut the connection of the request with this token, and no other one.

        Needed because httpx applies its time-out to each read separately, not to the whole request.
        """
        for transport in (self._transport, *self._mounts.values()):
            requests = under_way(transport)
            if requests is not None:
                for extensions, connection in requests:
                    if extensions.get(_TOKEN) is token:
                        shut(connection)
            elif transport is not None:  # unknown internals: close all of its connections
                with suppress(Exception):
                    transport.close()


class AsyncClient(httpx.AsyncClient):
    """Async httpx client."""

    def __init__(self, config: ConnectionConfig) -> None:
        """Build the transports for the given configuration."""
        self._config = config
        self._streams: WeakSet[AsyncNetworkStream] = WeakSet()
        network = NO_NETWORK if config.respond is not None else config.connection_network()
        direct = httpx.MockTransport(config.respond) if config.respond is not None else network.async_transport(None)
        self._routes = routes(network, network.async_transport)
        super().__init__(**config.options(), transport=direct, mounts=self._routes.mounts, trust_env=False)

    async def send(
        self,
        request: httpx.Request,
        *,
        stream: bool = False,
        auth: Auth = httpx.USE_CLIENT_DEFAULT,
        follow_redirects: Follow = httpx.USE_CLIENT_DEFAULT,
    ) -> httpx.Response:
        """Send a request and read the reply under the size limit and the deadline.

        Raises IonQError. A streamed reply is returned unread, without either limit.
        """
        require_asyncio()
        with LoggedRequest(request) as logged:
            self._config.guard(request)
            if stream:
                logged.response = mask_head(await self._unread(request, auth, follow_redirects))
            else:
                logged.response = await self._whole(request, auth, follow_redirects)
            return logged.response

    async def _unread(self, request: httpx.Request, auth: Auth, follow: Follow) -> httpx.Response:
        response = await super().send(request, stream=True, auth=auth, follow_redirects=False)
        while self._config.follows(response, follow):
            await response.aclose()
            onward = self._config.next_request(response)
            response = await super().send(onward, stream=True, auth=auth, follow_redirects=False)
        return response

    async def _whole(self, request: httpx.Request, auth: Auth, follow: Follow) -> httpx.Response:
        try:
            async with asyncio.timeout(self._config.deadline):
                response = await self._unread(request, auth, follow)
                stream: AsyncNetworkStream | None = response.extensions.get("network_stream")
                if stream is not None:
                    self._streams.add(stream)
                try:
                    mask_head(response)
                    return _checked(response, await self._read(response))
                finally:
                    await response.aclose()
        except IonQError:
            raise
        except Exception as error:
            proxy = self._routes.proxy(self._transport_for_url(request.url))
            if proxy is not None and proxy.is_socks:
                from ionq_tui.api.socks import aclose_last_connection  # already loaded at this point

                await aclose_last_connection()
            if not isinstance(error, _EXPECTED) and not (proxy and proxy.is_socks):
                raise
            raise connection_error(error, proxy, self._config.trusted) from error

    async def _read(self, response: httpx.Response) -> bytes:
        body = Body(response)
        async for chunk in response.aiter_raw():
            body.add(chunk)
            if body.chunks % _CHUNKS_PER_TURN == 0:
                await asyncio.sleep(0)  # thousands of tiny chunks may arrive at once and would block key presses
        return body.decoded() if body.size < LARGE else await asyncio.to_thread(body.decoded)

    def abandon(self) -> None:
        """Shut the sockets of an event loop that is gone. Closing them properly would need that loop."""
        for stream in self._streams:
            with suppress(Exception):
                stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def _checked(response: httpx.Response, body: bytes) -> httpx.Response:
    read = with_body(response, body)
    error: IonQError | None = status_error(read)
    if error is not None:
        raise error
    return read
