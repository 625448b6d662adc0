"""Connection settings for one server: trusted certificates and proxies, read once from the environment."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

import httpx

from ionq_tui.api.certificates import tls_context
from ionq_tui.api.httpx_internals import use_async_backend, use_backend
from ionq_tui.api.proxies import Mounts, Proxy, mounts
from ionq_tui.model.address import is_loopback


@dataclass(frozen=True)
class Network:
    """Certificates and proxies for connections to one server."""

    tls: ssl.SSLContext | None = None
    """TLS context that verifies certificates; None if the server is this machine over plain http."""
    mounts: Mounts = field(default_factory=lambda: MappingProxyType({}))
    """The proxy for each URL pattern."""

    def sync_transport(self, proxy: Proxy | None, within: float) -> httpx.HTTPTransport:
        """Build a sync transport. `within` is the time-out in seconds of each read in a SOCKS proxy's handshake."""
        made = httpx.HTTPTransport(verify=self._verify, proxy=self._proxy(proxy))
        if proxy is not None and proxy.is_socks:
            from ionq_tui.api.socks import Backend  # imports httpcore, which is not loaded before the first client

            use_backend(made, Backend(within))
        return made

    def async_transport(self, proxy: Proxy | None) -> httpx.AsyncHTTPTransport:
        """Build an async transport, through the proxy if one is given."""
        made = httpx.AsyncHTTPTransport(verify=self._verify, proxy=self._proxy(proxy))
        if proxy is not None and proxy.is_socks:
            from ionq_tui.api.socks import AsyncBackend

            use_async_backend(made, AsyncBackend())
        return made

    @property
    def _verify(self) -> ssl.SSLContext | bool:
        return self.tls if self.tls is not None else False

    def _proxy(self, proxy: Proxy | None) -> httpx.Proxy | None:
        if proxy is None:
            return None
        tls = self.tls if proxy.scheme == "https" else None
        return httpx.Proxy(f"{proxy.scheme}://{proxy.address}", auth=proxy.auth, ssl_context=tls)


NO_NETWORK = Network()


def network_of(base_url: str, tls: ssl.SSLContext | None = None) -> Network:
    """Read the connection settings for a server from the environment; `tls` replaces its certificate authorities.

    A server on this machine is reached without a proxy. Raises NetworkSettingError.
    """
    url = httpx.URL(base_url)
    if tls is None and url.scheme == "https":
        tls = tls_context()
    return Network(tls, {} if is_loopback(url.host) else mounts(base_url))


T = TypeVar("T", httpx.HTTPTransport, httpx.AsyncHTTPTransport)


@dataclass(frozen=True)
class Routes(Generic[T]):
    """The transports of one client, in the form that httpx expects."""

    mounts: Mapping[str, T | httpx.MockTransport | None]
    through: tuple[tuple[T, Proxy], ...]

    def proxy(self, transport: object) -> Proxy | None:
        """Return the proxy that a transport uses, or None."""
        return next((proxy for made, proxy in self.through if made is transport), None)


def routes(network: Network, make: Callable[[Proxy | None], T]) -> Routes[T]:
    """Build a transport for each URL pattern. A transport for an invalid proxy raises its error when it is used."""
    made: dict[str, T | httpx.MockTransport | None] = {}
    through: list[tuple[T, Proxy]] = []
    for pattern, target in network.mounts.items():
        if isinstance(target, Proxy):
            made[pattern] = transport = make(target)
            through.append((transport, target))
        else:
            made[pattern] = None if target is None else httpx.MockTransport(_raising(target))
    return Routes(made, tuple(through))


def _raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise error

    return refuse
