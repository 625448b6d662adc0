"""Check one by one what a request needs before it is sent: name lookup, TCP connection, TLS handshake.

Everything here blocks, a name lookup even without a time limit, so callers run it in a thread that they can give up.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from ipaddress import ip_address

import httpx

from ionq_tui.api.errors import fault_of_error
from ionq_tui.api.network import Network
from ionq_tui.api.proxies import Proxy, proxy_for
from ionq_tui.api.reply import connection_error
from ionq_tui.model.link_state import Fault
from ionq_tui.model.quick_dataclass import quick_dataclass

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""Default port of each scheme of servers and proxies."""


@quick_dataclass(frozen=True, slots=True)
class Handshake:
    """The result of a TLS handshake."""

    version: str
    """Such as "TLSv1.3"."""
    issuer: str
    """The organization that signed the certificate, as the certificate names it; empty if it does not."""
    valid_until: str
    """As the certificate writes it."""


@quick_dataclass(frozen=True, slots=True)
class Hop:
    """The first machine that requests go to: the server, or the proxy in front of it."""

    host: str
    port: int
    proxy: Proxy | None
    """None if it is the server itself."""
    encrypted: bool
    """True if a TLS handshake follows the TCP connection at once."""

    @property
    def is_address(self) -> bool:
        """True if the host is an IP address, which needs no lookup."""
        try:
            ip_address(self.host)
        except ValueError:
            return False
        return True


def first_hop(base_url: str, network: Network) -> Hop:
    """Return the machine that requests for this URL go to."""
    url = httpx.URL(base_url)
    proxy = proxy_for(base_url, network.mounts)
    if proxy is None:
        return Hop(url.host, url.port or _PORTS[url.scheme], None, url.scheme == "https")
    place = httpx.URL(f"http://{proxy.address}")
    # httpx drops the default port of http from the URL
    port = place.port or (80 if proxy.address.endswith(":80") else _PORTS[proxy.scheme])
    return Hop(place.host, port, proxy, False)


def look_up(hop: Hop) -> int | Fault:
    """Return the number of addresses of the first machine."""
    try:
        found = socket.getaddrinfo(hop.host, hop.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return _fault(error)
    return len({address[4][0] for address in found})


def connect(hop: Hop, within: float) -> socket.socket | Fault:
    """Open a connection to the first machine, trying each of its addresses for `within` seconds."""
    try:
        return socket.create_connection((hop.host, hop.port), timeout=within)
    except OSError as error:
        return _fault(error)


def shake_hands(hop: Hop, connection: socket.socket, tls: ssl.SSLContext, within: float) -> Handshake | Fault:
    """Make the TLS handshake on an open connection, and close it."""
    connection.settimeout(within)
    try:
        with tls.wrap_socket(connection, server_hostname=hop.host) as secured:
            certificate = secured.getpeercert() or {}
            version = secured.version() or "TLS"
    except (OSError, ValueError) as error:
        return _fault(error)
    finally:
        connection.close()
    return Handshake(version, _issuer(certificate.get("issuer", ())), str(certificate.get("notAfter", "")))


def _issuer(name: object) -> str:
    """Return the organization in a name as Python's ssl module gives it: a tuple of tuples of pairs."""
    fields: dict[object, object] = {}
    with suppress(TypeError, ValueError):
        fields = {key: value for part in name for key, value in part}  # type: ignore[attr-defined]
    found = fields.get("organizationName") or fields.get("commonName")
    return str(found) if found else ""


def _fault(error: Exception) -> Fault:
    """Describe a failure as requests do, without the error number that Python puts before the reason."""
    fault = fault_of_error(connection_error(error))
    reason = getattr(error, "strerror", None)
    if isinstance(error, ssl.SSLError) or not isinstance(reason, str) or not reason:
        return fault
    return Fault(fault.kind, reason)
