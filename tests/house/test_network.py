"""Where the key travels, on real sockets: proxies, certificates, redirects, and hosts it was not given for."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import httpx
import pytest
from httpx._client import UseClientDefault

from ionq_tui import IonQClient, IonQError
from ionq_tui.model.key import ApiKey, FoundKey
from ionq_tui.model.key_source import KeySource
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault
from tests.house.listener import Listener, certified, reply
from tests.terminal.kit import clean_environment, command

KEY = "the-key-that-stays-on-its-way-2468"
WHO = reply("200 OK", b'{"key_id": "k1", "key_name": "lab key"}', "Content-Type: application/json")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
Ask = Callable[[str], str]
"""Asks a server who the key is; returns the key's name, or the words of what went wrong."""


def by_library(url: str) -> str:
    with IonQClient(api_key=KEY, base_url=url, max_retries=0, timeout=10) as client:
        try:
            return client.whoami().key_name
        except IonQError as error:
            return str(error)


def by_async_library(url: str) -> str:
    async def ask() -> str:
        async with IonQClient(api_key=KEY, base_url=url, max_retries=0, timeout=10) as client:
            try:
                return (await client.async_whoami()).key_name
            except IonQError as error:
                return str(error)

    return asyncio.run(ask())


def by_dashboard(url: str) -> str:
    from ionq_tui.settings import Settings
    from ionq_tui.wiring import Wiring

    async def ask() -> str:
        engine = await Wiring(Settings(base_url=url)).connect(FoundKey(ApiKey(KEY), KeySource.TYPED))
        try:
            who = await engine.cloud.whoami()
        finally:
            await engine.close()
        return who.words if isinstance(who, Fault) else who.key_name

    return asyncio.run(ask())


every_way = pytest.mark.parametrize("ask", [by_library, by_async_library, by_dashboard])


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def proxy() -> Iterator[Listener]:
    with Listener(reply("502 Bad Gateway")) as listener:
        yield listener


def through(proxy: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")


@every_way
def test_loopback_is_reached_directly(ask: Ask, proxy: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    through(proxy, monkeypatch)
    with Listener(WHO) as server:
        assert ask(server.url) == "lab key"
        assert f"apiKey {KEY}".encode() in server.heard
    assert proxy.called == 0


@every_way
def test_a_proxy_is_honoured_for_other_hosts_and_never_sees_the_key(
    ask: Ask, proxy: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    through(proxy, monkeypatch)
    assert "502" in ask("https://api.ionq.invalid/v0.4")
    assert proxy.heard.startswith(b"CONNECT api.ionq.invalid:443 ")
    assert KEY.encode() not in proxy.heard
    assert b"uthorization" not in proxy.heard


@every_way
def test_a_certificate_that_nobody_vouches_for_is_refused(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, authority = certified(tmp_path / "tls", "127.0.0.1")
    with Listener(WHO, tls) as server:
        assert "certificate" in ask(server.url).lower()
        assert server.heard == b""
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert ask(server.url) == "lab key"
        assert f"apiKey {KEY}".encode() in server.heard


@every_way
def test_a_certificate_for_another_name_is_refused(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, authority = certified(tmp_path / "tls", "elsewhere.example", "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with Listener(WHO, tls) as server:
        assert "certificate" in ask(server.url).lower()
        assert server.heard == b""


@every_way
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_to_another_host(ask: Ask, status: int) -> None:
    with Listener(WHO) as other, Listener(reply(f"{status} Away", b"", f"Location: {other.url}/whoami")) as server:
        assert "redirect" in ask(server.url)
    assert other.called == 0


@every_way
@pytest.mark.parametrize("status", [301, 308])
def test_no_redirect_is_followed_from_https_to_http(
    ask: Ask, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls, authority = certified(tmp_path / "tls", "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with Listener(WHO) as plain, Listener(reply(f"{status} Away", b"", f"Location: {plain.url}/whoami"), tls) as server:
        assert "redirect" in ask(server.url)
    assert plain.called == 0


@pytest.mark.parametrize("status", [302, 307, 308])
def test_an_opening_is_not_sent_on(status: int) -> None:
    with Listener(WHO) as other, Listener(reply(f"{status} Away", b"", f"Location: {other.url}/sessions")) as server:
        with (
            IonQClient(api_key=KEY, base_url=server.url, max_retries=0, timeout=2) as client,
            pytest.raises(IonQError),
        ):
            client.runner._patience = 0.01
            client.create_session("qpu.forte-1", Limits(jobs=1))
        assert server.heard.count(b"POST /v0.4/sessions ") == 1
    assert other.called == 0


def test_the_key_is_not_sent_to_a_host_it_was_not_given_for() -> None:
    with Listener(WHO) as own, Listener(WHO) as other:
        with IonQClient(api_key=KEY, base_url=own.url) as client:
            http = client.get_httpx_client()
            assert http.get("/whoami").status_code == 200
            assert http.get(f"{other.url}/whoami").status_code == 200
            asked = http.get(f"{other.url}/whoami", follow_redirects=True)
            assert asked.status_code == 200
        assert KEY.encode() in own.heard
    assert other.called == 2
    assert KEY.encode() not in other.heard


@dataclass(frozen=True)
class Follow:
    """One way to want redirects followed: for the client or for one call, sync or async, read whole or in pieces."""

    by_client: bool
    is_async: bool
    streamed: bool

    def ask(self, url: str, method: str, path: str) -> int:
        """Send one request that bears a header of the caller; return the status. Raises IonQError."""
        client = IonQClient(
            api_key=KEY, base_url=url, timeout=10, headers={"X-Gateway": SECRET}, follow_redirects=self.by_client
        )
        if self.is_async:
            return asyncio.run(self._aask(client, method, path))
        with client:
            http = client.get_httpx_client()
            asked = http.build_request(method, path, headers={"X-Call": SECRET})
            response = http.send(asked, stream=self.streamed, follow_redirects=self._by_call)
            response.close()
            return response.status_code

    async def _aask(self, client: IonQClient, method: str, path: str) -> int:
        async with client:
            http = client.get_async_httpx_client()
            asked = http.build_request(method, path, headers={"X-Call": SECRET})
            response = await http.send(asked, stream=self.streamed, follow_redirects=self._by_call)
            await response.aclose()
            return response.status_code

    @property
    def _by_call(self) -> bool | UseClientDefault:
        return httpx.USE_CLIENT_DEFAULT if self.by_client else True


SECRET = "what-a-gateway-is-told-1357"
FOLLOWS = [Follow(*flags) for flags in product((False, True), repeat=3)]
followed = pytest.mark.parametrize("follow", FOLLOWS, ids=str)


@followed
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_that_the_caller_wants_followed_tells_another_server_nothing(follow: Follow, status: int) -> None:
    with Listener(WHO) as other, Listener(reply(f"{status} Away", b"", f"Location: {other.url}/whoami")) as own:
        for method in ("GET", "POST"):
            with pytest.raises(IonQError, match=rf"redirects .*{other.url}/whoami.*not followed"):
                follow.ask(own.url, method, "/whoami")
        assert own.heard.count(f"apiKey {KEY}".encode()) == 2 and own.heard.count(SECRET.encode()) == 4
    assert other.called == 0


@followed
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_post_is_sent_once_even_if_its_own_server_redirects_it(follow: Follow, status: int) -> None:
    with Listener(reply(f"{status} There", b"", "Location: /v0.4/sessions/again")) as own:
        with pytest.raises(IonQError, match=r"redirects .*/v0.4/sessions/again.*not followed"):
            follow.ask(own.url, "POST", "/sessions")
        assert own.called == 1


@followed
def test_a_read_is_led_on_within_its_server_and_not_for_ever(follow: Follow) -> None:
    with Listener(WHO) as own:
        own.answers["GET /v0.4/old "] = reply("307 There", b"", "Location: whoami")
        own.answers["GET /v0.4/circle "] = reply("302 There", b"", "Location: circle")
        assert follow.ask(own.url, "GET", "/old") == 200
        assert own.heard.count(f"apiKey {KEY}".encode()) == own.called == 2
        with pytest.raises(IonQError, match=r"'circle', which is not followed"):
            follow.ask(own.url, "GET", "/circle")
        assert own.called == 2 + 6


@followed
def test_a_redirect_s_place_is_told_without_control_characters_or_the_key(follow: Follow) -> None:
    place = f"http://other.example/%1B]52;{KEY}%E2%80%AE"
    with Listener(reply("302 There", b"", f"Location: {place}")) as own, pytest.raises(IonQError) as caught:
        follow.ask(own.url, "GET", "/whoami")
    assert str(caught.value).isprintable() and "other.example" in str(caught.value) and KEY not in str(caught.value)


def test_a_command_says_why_a_certificate_is_refused(tmp_path: Path, proxy: Listener) -> None:
    tls, authority = certified(tmp_path / "tls", "127.0.0.1")
    with Listener(reply("200 OK", b'{"sessions": []}'), tls) as server:
        environment = clean_environment(
            tmp_path / "home",
            IONQ_API_URL=server.url,
            IONQ_API_KEY=KEY,
            **dict.fromkeys(PROXIES, f"http://127.0.0.1:{proxy.port}"),
        )

        def ls(**more: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                command("ls"), env={**environment, **more}, capture_output=True, text=True, timeout=60, check=False
            )

        refused = ls()
        assert refused.returncode == 1
        assert "certificate" in refused.stderr.lower()
        assert server.heard == b""
        assert ls(SSL_CERT_FILE=str(authority)).returncode == 0
        assert KEY.encode() in server.heard
    assert proxy.called == 0
