"""Proxies named by the environment. No invalid value may crash the program, and no password is ever shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import unquote
from urllib.request import getproxies

import httpx

from ionq_tui.api.errors import NetworkSettingError

_SCHEMES = {
    "http": "http",
    "https": "https",
    "socks5": "socks5",
    "socks5h": "socks5h",
    "socks": "socks5",  # GNOME's spelling
}
"""Accepted proxy URL schemes, and httpx's name for each."""
_URL = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?(.*)", re.DOTALL)
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%A-Za-z_-]+\]|[^\s:@/?#\[\]\\]+)(?::([0-9]*))?")
_ENTRY = re.compile(r"(?:(all|https?)://)?(\[[^\[\]]+\]|[^\s:\[\]/]+)(?::([0-9]{1,5}))?/*", re.IGNORECASE)
_HIGHEST_PORT = 65535
_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network
_INSTALL_COMMAND = "pip install 'ionq-tui[socks]'"


@dataclass(frozen=True)
class Proxy:
    """One proxy. Its user name and password do not appear in its repr or in messages."""

    variable: str
    """The environment variable that names it; empty if it comes from the system's settings."""
    scheme: str
    address: str
    """Host and port."""
    auth: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def is_socks(self) -> bool:
        """True for a SOCKS proxy."""
        return self.scheme.startswith("socks")

    @property
    def named(self) -> str:
        """Description with address and source, such as "the proxy http://proxy:3128 of HTTPS_PROXY"."""
        return f"the proxy {self.scheme}://{self.address} of {self.variable or _SYSTEM}"


_SYSTEM = "the system's proxy settings"

Mounts = Mapping[str, Proxy | NetworkSettingError | None]
"""Maps httpx URL patterns to the proxy to use, an error if that proxy is invalid, or None to connect directly."""


def mounts(base_url: str) -> Mounts:
    """Return the proxy for each URL pattern.

    Raises NetworkSettingError if the proxy for `base_url` is invalid. An invalid proxy for other URLs only does not
    raise.
    """
    environment = {scheme: value.strip() for scheme, value in getproxies().items()}
    url = httpx.URL(base_url)
    bypass = _bypass_patterns(environment.get("no", ""), url)
    if bypass is None:
        return {}
    found: dict[str, Proxy | NetworkSettingError | None] = {}
    for scheme in ("http", "https"):
        name = scheme if environment.get(scheme) else "all"
        if not (value := environment.get(name, "")):
            continue
        try:
            found[f"{scheme}://"] = _read(_variable(name, value), value)
        except NetworkSettingError as error:
            found[f"{scheme}://"] = error
    wanted = found.get(f"{url.scheme}://")
    if isinstance(wanted, NetworkSettingError) and not any(_covers(pattern, url) for pattern in bypass):
        raise wanted
    return {**found, **dict.fromkeys(bypass)}


def proxy_for(base_url: str, chosen: Mounts) -> Proxy | None:
    """Return the proxy through which these mounts lead to a URL; None if it is reached directly."""
    url = httpx.URL(base_url)
    if any(target is None and _covers(pattern, url) for pattern, target in chosen.items()):
        return None
    target = chosen.get(f"{url.scheme}://")
    return target if isinstance(target, Proxy) else None


def _variable(name: str, value: str) -> str:
    """Return the environment variable, as spelled, that holds this value. Python's `getproxies` does not tell."""
    wanted = f"{name}_proxy"
    names = sorted((one for one in os.environ if one.lower() == wanted), key=lambda one: one != wanted)
    return next((one for one in names if os.environ[one].strip() == value), "")


def _read(variable: str, value: str) -> Proxy:
    """Parse a proxy URL. Raises NetworkSettingError, whose message contains nothing that may be part of a password."""
    match = _URL.fullmatch(value)
    scheme, rest = (match[1] or "http", match[2]) if match else ("", "")
    scheme = scheme.lower()
    if scheme not in _SCHEMES:
        raise _unusable(variable, "its scheme is not one of http, https, socks5, socks5h, socks")
    user, at, place = rest.rpartition("@")
    if re.search(r"[/?#]", user) or re.search(r"[/?#\\]", place.rstrip("/")):
        raise _unusable(
            variable, "there is text after the port; in a password write / ? # and @ as %2F %3F %23 and %40"
        )
    host = _HOST.fullmatch(place.rstrip("/"))
    if host is None:
        raise _unusable(variable, f"it has no usable host and port; expected {_EXPECTED_FORM}")
    if host[2] and not 0 < int(host[2][:6]) <= _HIGHEST_PORT:
        raise _unusable(variable, f"its port is not from 1 to {_HIGHEST_PORT}")
    address = host[1] + (f":{int(host[2])}" if host[2] else "")
    try:
        httpx.URL(f"{_SCHEMES[scheme]}://{address}")
    except (httpx.InvalidURL, ValueError):
        raise _unusable(variable, f"it has no usable host and port; expected {_EXPECTED_FORM}") from None
    name, _, password = user.partition(":")
    proxy = Proxy(variable, _SCHEMES[scheme], address, (unquote(name), unquote(password)) if at else None)
    if proxy.is_socks and find_spec("socksio") is None:
        raise _unusable(variable, f"it is a SOCKS proxy, and support for those is not installed: {_INSTALL_COMMAND}")
    return proxy


_EXPECTED_FORM = "SCHEME://USER:PASSWORD@HOST:PORT, all but the host optional"


def _unusable(variable: str, why: str) -> NetworkSettingError:
    return NetworkSettingError(f"{variable or _SYSTEM}: the proxy cannot be used: {why}", variable)


def _bypass_patterns(value: str, url: httpx.URL) -> tuple[str, ...] | None:
    """Convert NO_PROXY to httpx URL patterns; None means all hosts.

    Invalid entries are ignored. httpx does not support networks, so a network that contains the server's address is
    replaced by that address.
    """
    patterns: list[str] = []
    for entry in re.split(r"[\s,;]+", value):
        if entry == "*":
            return None
        network, own = _network(entry), _address(url.host)
        if network is not None and own is not None and own in network:
            patterns.append(f"all://{_bracketed(url.host)}")  # in the form that httpx compares
        elif pattern := _pattern(entry):
            patterns.append(pattern)
    return tuple(patterns)


_DEFAULT_PORTS = {"80": "http", "443": "https"}
"""Schemes by their default port."""


def _pattern(entry: str) -> str:
    """Convert one NO_PROXY entry to an httpx URL pattern; empty if it is invalid."""
    if (alone := _address(entry)) is not None:  # without brackets, the colons of an IPv6 address would mark a port
        return f"all://{_bracketed(str(alone))}"
    match = _ENTRY.fullmatch(entry)
    if match is None:
        return ""
    scheme, host, port = (match[1] or "all").lower(), match[2], match[3]
    if (bracketed := _address(host.strip("[]"))) is not None:
        host = _bracketed(str(bracketed))
    elif host.lower() != "localhost":
        host = "*" + host.lstrip("*").lstrip(".")
    if port and scheme in (
        "all",
        _DEFAULT_PORTS.get(port),
    ):  # httpx removes a default port from URLs, so the pattern must not have it
        scheme, port = _DEFAULT_PORTS.get(port, scheme), "" if port in _DEFAULT_PORTS else port
    pattern = f"{scheme}://{host}" + (f":{port}" if port else "")
    try:
        return pattern if httpx.URL(pattern).host not in ("", "*") else ""
    except (httpx.InvalidURL, ValueError):
        return ""


def _covers(pattern: str, url: httpx.URL) -> bool:
    """Return True if httpx would match the pattern to the URL."""
    parsed = httpx.URL(pattern)
    if parsed.scheme not in ("all", url.scheme) or parsed.port not in (None, url.port):
        return False
    if parsed.host.startswith("*"):
        return url.host == parsed.host[1:] or url.host.endswith(f".{parsed.host[1:]}")
    return url.host == parsed.host


def _network(entry: str) -> _Network | None:
    """Parse a network such as fd00::/8, or a single address as a network, with or without brackets."""
    try:
        return ip_network(entry.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return None


def _address(text: str) -> _Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
