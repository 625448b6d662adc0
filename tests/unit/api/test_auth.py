from __future__ import annotations

import httpx
import pytest

from ionq_tui.api.auth import KeyAuth
from ionq_tui.api.transport import Client, ConnectionConfig
from ionq_tui.model.key import ApiKey
from tests.unit.api.given import KEY, raw, wiring
from tests.unit.api.lines import Line, Listener

BASE = "https://api.ionq.co/v0.4"


def sent(url: str, base: str = BASE) -> str | None:
    request = httpx.Request("GET", url)
    next(KeyAuth(ApiKey(KEY), base).auth_flow(request))
    header: str | None = request.headers.get("authorization")
    return header


@pytest.mark.parametrize("url", [BASE, BASE + "/sessions", "https://api.ionq.co:443/", "https://API.IONQ.CO/x"])
def test_the_key_goes_to_its_own_origin(url: str) -> None:
    assert sent(url) == f"apiKey {KEY}"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.ionq.co/v0.4",
        "https://api.ionq.co:8443/v0.4",
        "https://evil.example/v0.4",
        "https://api.ionq.co.evil.example/",
        "https://api.ionq.co@evil.example/",
        "https://evil.example/?https://api.ionq.co/",
        "https://evil.example#api.ionq.co",
    ],
)
def test_the_key_goes_nowhere_else(url: str) -> None:
    assert sent(url) is None


def test_a_renewed_key_is_sent_from_then_on() -> None:
    auth = KeyAuth(ApiKey(KEY), BASE)
    auth.renew(ApiKey("another-key-0123456789"))
    request = httpx.Request("GET", BASE)
    next(auth.auth_flow(request))
    assert request.headers["authorization"] == "apiKey another-key-0123456789"


@pytest.mark.parametrize("follow", [False, True])
def test_a_redirect_leads_the_key_nowhere(follow: bool) -> None:
    heard: list[bytes] = []

    def listen(line: Line) -> None:
        while request := line.request():
            heard.append(request)
            line.reply()

    with Listener(listen) as other:

        def redirect(line: Line) -> None:
            if line.request():
                line.say(f"HTTP/1.1 307 X\r\nLocation: {other.url}/x\r\nContent-Length: 0\r\n\r\n".encode())

        with (
            Listener(redirect) as own,
            Client(wiring(url=own.url)) as client,
            pytest.raises(Exception, match=r"redirects .*not followed"),
        ):
            client.get("/sessions", follow_redirects=follow)
    assert heard == []


def test_the_key_shows_itself_in_no_text() -> None:
    held = wiring(lambda _: raw(500, b""))
    with Client(held) as client:
        request = client.build_request("GET", "/sessions")
        with pytest.raises(Exception, match="HTTP 500") as caught:
            client.send(request)
    assert request.headers["authorization"].endswith(KEY)
    shown = [held, held.auth, client, request, request.headers, caught.value, caught.value.__dict__, client.headers]
    assert all(KEY not in repr(one) and KEY not in str(one) for one in shown)


def test_without_a_key_nothing_is_added() -> None:
    seen: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return raw(200, b"[]")

    with Client(ConnectionConfig(BASE, None, "tests", httpx.Timeout(1), 2, respond=respond)) as client:
        client.get("/backends")
    assert "authorization" not in seen[0].headers
