"""Which proxy a URL is reached through, according to httpx and the proxies read from the environment."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from ionq_tui.api.errors import NetworkSettingError
from ionq_tui.api.network import network_of
from ionq_tui.api.transport import AsyncClient, Client
from tests.house.network_settings import FAR, VARIABLES
from tests.house.tunnel import NO_SOCKS
from tests.unit.api.given import wiring

PROXY = "http://proxy.example:3128"
SIX, FOUR = "https://[fd00::12]:9/v0.4", "https://198.51.100.7/v0.4"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def through(url: str, other: str = "") -> str | None:
    """The proxy that both kinds of clients of `url` take to it, or to another URL; None where they take none."""
    told = replace(wiring(url=url), network=network_of(url))
    found = set()
    for client in (Client(told), AsyncClient(told)):
        proxy = client._routes.proxy(client._transport_for_url(httpx.URL(other or url)))
        found.add(None if proxy is None else proxy.named)
    (only,) = found
    return only


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        ("fd00::/8", SIX),
        ("FD00::/8", SIX),
        ("[fd00::]/8", SIX),
        ("[fd00::/8]", SIX),
        ("[fd00::12]", SIX),
        ("fd00:0:0::12", SIX),
        ("[fd00::12]:9", SIX),
        ("198.51.100.0/24", FOUR),
        ("198.51.100.9/24", FOUR),
        ("other.example, 198.51.100.7", FOUR),
        ("other.example 198.51.100.7:443", FOUR),
        ("ionq.invalid", FAR),
        (".ionq.invalid", FAR),
        ("*.ionq.invalid", FAR),
        ("API.IONQ.INVALID", FAR),
        ("https://api.ionq.invalid/", FAR),
        ("[::1] *", FAR),
        ("*", SIX),
    ],
)
@pytest.mark.parametrize("proxy", [PROXY, "bogus://half-of", "socks4://x:1"])
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_what_is_listed_is_reached_directly(
    no_proxy: str, url: str, proxy: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.setenv(name, no_proxy)
    assert through(url) is None


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        ("fd01::/16", SIX),
        ("[fd00::12]:8", SIX),
        ("198.51.101.0/24", FOUR),
        ("198.51.100", FOUR),
        ("198.51.100.7/33", FOUR),
        ("onq.invalid", FAR),
        ("api.ionq.invalid.example", FAR),
        ("http://api.ionq.invalid", FAR),
        ("ftp://api.ionq.invalid", FAR),
        ("[", FAR),
        ("[]", FAR),
        (":::", FAR),
        ("**", FAR),
        (".", FAR),
        ("http://", FAR),
        ("api.ionq.invalid:99999999", FAR),
        ("\u00e9\u0301..example", FAR),
        ("%zz", FAR),
        ("x" * 5000, FAR),
    ],
)
def test_what_is_not_listed_or_cannot_be_understood_is_reached_through_the_proxy(
    no_proxy: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert through(url) == f"the proxy {PROXY} of HTTPS_PROXY"


def test_without_a_proxy_nothing_of_it_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "fd00::/8,[::1],[")
    assert through(FAR) is None and through(SIX) is None


@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_variable_is_none(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    assert through(FAR) is None
    monkeypatch.setenv("ALL_PROXY", PROXY)
    assert through(FAR) == f"the proxy {PROXY} of ALL_PROXY"


def test_the_lower_case_name_comes_first_as_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://other.example")
    monkeypatch.setenv("https_proxy", PROXY)
    monkeypatch.setenv("ALL_PROXY", "bogus://half-of")
    assert through(FAR) == f"the proxy {PROXY} of https_proxy"


def test_other_urls_are_reached_as_their_own_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", "files.example")
    assert through(FAR) is None
    assert through(FAR, "http://somewhere.example") == f"the proxy {PROXY} of HTTP_PROXY"
    assert through(FAR, "http://files.example") is None
    monkeypatch.setenv("HTTP_PROXY", "bogus://half-of")
    with Client(wiring(url=FAR)) as client, pytest.raises(NetworkSettingError, match="HTTP_PROXY"):
        client.get("http://somewhere.example")


def test_this_machine_is_reached_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "bogus://half-of")
    assert through("http://127.0.0.1:9/v0.4") is None
    assert through("https://[::1]/v0.4", "https://far.example") is None


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("proxy.example", "http://proxy.example"),
        (" proxy.example:3128/ ", "http://proxy.example:3128"),
        ("http://proxy.example:03128//", "http://proxy.example:3128"),
        ("http://proxy.example:", "http://proxy.example"),
        ("HTTPS://Proxy.Example:65535", "https://Proxy.Example:65535"),
        ("http://[::1]:3128", "http://[::1]:3128"),
        ("http://[fe80::1%25eth0]:3128", "http://[fe80::1%25eth0]:3128"),
        ("http://@proxy.example:1", "http://proxy.example:1"),
        ("http://me@proxy.example:1", "http://proxy.example:1"),
        ("http://me:a@half-of:b@proxy.example:1", "http://proxy.example:1"),
        ("socks5h://proxy.example:1080", "socks5h://proxy.example:1080"),
        ("socks://proxy.example:1080/", "socks5://proxy.example:1080"),
    ],
)
def test_what_is_understood(value: str, named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    if named.startswith("socks"):
        pytest.importorskip("socksio", reason=NO_SOCKS)
    assert through(FAR) == f"the proxy {named} of HTTPS_PROXY"


@pytest.mark.parametrize("url", ["http://me:half-of%2Fth1s@proxy.example:3128", "me:half-of%2Fth1s@proxy.example:3128"])
def test_user_and_password_are_in_no_text_of_it(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)
    network = network_of(FAR)
    assert through(FAR) == f"the proxy {PROXY} of HTTPS_PROXY"
    assert "half-of" not in repr(network) and "half-of" not in repr(Client(wiring(url=FAR))._routes)
    proxy = next(iter(network.mounts.values()))
    assert getattr(proxy, "auth", None) == ("me", "half-of/th1s")
