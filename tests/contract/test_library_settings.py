"""The keywords of the official client's constructor: what each does here, and what is refused, by name."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Mapping
from pathlib import Path

import httpx
import ionq_core
import pytest
from ionq_core.api.default import get_session
from ionq_core.api.whoami import get_whoami
from ionq_core.errors import UnexpectedStatus

import ionq_tui
from ionq_tui import IonQClient, IonQError
from ionq_tui.model.limits import Limits
from ionq_tui.simulator.http import Reply, Request
from tests.contract.both import KEY, World, refusal, world_of
from tests.house.listener import Listener, certified, reply

WHO = reply("200 OK", b'{"key_id": "k1", "key_name": "lab key"}', "Content-Type: application/json")
AWAY = "https://server.invalid"


class Hook:
    def on_request(self, request: httpx.Request) -> None:
        raise AssertionError

    def on_response(self, request: httpx.Request, response: httpx.Response) -> None:
        raise AssertionError


def heard_headers(world: World) -> list[Mapping[str, str]]:
    """Collect the headers of every request from now on."""
    heard: list[Mapping[str, str]] = []

    def note(request: Request) -> None:
        heard.append(request.headers)

    world.bend = note
    return heard


def client_of(url: str, **settings: object) -> IonQClient:
    return IonQClient(api_key=KEY, base_url=url, max_retries=0, **settings)  # type: ignore[arg-type]


async def test_headers_are_sent_with_each_request_sync_and_async() -> None:
    with world_of() as world:
        heard = heard_headers(world)
        client = client_of(world.url, headers={"X-Lab": "trapped", "X-Other": "1"})
        more = client.with_headers({"x-lab": "freed", "User-Agent": "mine/1"})
        for one in (client, more):
            one.whoami()
            get_whoami.sync(client=one)
            await one.async_whoami()
            await get_whoami.asyncio(client=one)
            await one.aclose()
    first, second = heard[:4], heard[4:]
    assert [(sent["x-lab"], sent["x-other"]) for sent in first] == [("trapped", "1")] * 4
    assert [(sent["x-lab"], sent["x-other"]) for sent in second] == [("freed", "1")] * 4
    assert {sent["user-agent"].split()[-1] for sent in second} == {"mine/1"}
    assert all(sent["user-agent"].startswith("ionq-tui/") for sent in first)
    assert {sent["authorization"] for sent in heard} == {f"apiKey {KEY}"}


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("Authorization", "apiKey other", "api_key"),
        ("AUTHORIZATION", "apiKey other", "api_key"),
        ("Host", "other.example", "base_url"),
        ("Accept-Encoding", "br", "decodes"),
        ("Content-Length", "0", "computed"),
        ("X-Key", KEY, "Authorization header and nowhere else"),
        ("X-Key", f"key={KEY.upper()}", "Authorization header and nowhere else"),
        ("X-Bad", "a\r\nX-More: b", "no header can have"),
        ("X Bad", "a", "no header can have"),
        ("X-Bad", "é", "no header can have"),
        ("X-Bad", 7, "texts"),
    ],
)
def test_a_header_that_is_not_the_callers_is_refused(name: str, value: str, why: str) -> None:
    with pytest.raises(IonQError, match=why) as caught:
        client_of(AWAY, headers={name: value})
    assert name in str(caught.value) and KEY not in str(caught.value)
    with client_of(AWAY) as client, pytest.raises(IonQError, match=why):
        client.with_headers({name: value})


def test_a_client_with_other_headers_or_times_leaves_the_first_as_it_was() -> None:
    with client_of(AWAY, timeout=5, raise_on_unexpected_status=True) as client:
        before = dict(client.get_httpx_client().headers)
        with (
            client.with_headers({"X-Lab": "1"}) as headed,
            client.with_timeout(httpx.Timeout(9.0, connect=2.0)) as slow,
        ):
            assert headed.get_httpx_client().headers["x-lab"] == "1"
            assert headed.get_httpx_client().timeout == httpx.Timeout(5)
            assert slow.get_httpx_client().timeout == httpx.Timeout(9.0, connect=2.0)
            assert slow.runner.config.deadline == 11.0
            assert headed.raise_on_unexpected_status and slow.raise_on_unexpected_status
            assert {type(headed), type(slow)} == {IonQClient}
        assert dict(client.get_httpx_client().headers) == before
        assert client.get_httpx_client().timeout == httpx.Timeout(5)
        assert not client.get_httpx_client().is_closed
        for one in (headed, vars(headed), vars(headed.runner), headed.runner.config):
            assert KEY not in repr(one)


def test_what_their_extension_says_counts_where_no_argument_is_given() -> None:
    extension = ionq_core.ClientExtension(
        user_agent_token="my-sdk/1.0",
        default_headers={"X-Sdk": "1", "X-Lab": "0"},
        max_retries=0,
        timeout=httpx.Timeout(3),
    )
    with world_of() as world:
        heard = heard_headers(world)
        with IonQClient(
            api_key=KEY,
            base_url=world.url,
            extension=extension,
            headers={"X-Lab": "1"},
            additional_user_agent="lab/2",
        ) as client:
            client.whoami()
            assert client.get_httpx_client().timeout == httpx.Timeout(3)
            world.bend = lambda _: refusal(503)
            world.taken()
            with pytest.raises(ionq_tui.ServerError):
                client.whoami()
            assert world.asked() == ["GET /whoami"]
        with IonQClient(api_key=KEY, base_url=world.url, extension=extension, timeout=4.0) as client:
            assert client.get_httpx_client().timeout == httpx.Timeout(4)
    assert (heard[0]["x-sdk"], heard[0]["x-lab"]) == ("1", "1")
    assert heard[0]["user-agent"].endswith(" lab/2 my-sdk/1.0")


CANNOT: dict[str, object] = {
    "event_hooks": (Hook(),),
    "async_event_hooks": (Hook(),),
    "debug_hooks": True,
    "transport_wrapper": lambda transport: transport,
    "async_transport_wrapper": lambda transport: transport,
    "retryable_status_codes": frozenset({418}),
    "error_mapper": lambda error: error,
}


@pytest.mark.parametrize("field", CANNOT)
def test_what_an_extension_cannot_do_here_is_refused_by_name(field: str) -> None:
    extension = ionq_core.ClientExtension(**{field: CANNOT[field]})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=rf"extension\.{field}: "):
        client_of(AWAY, extension=extension)


def test_every_field_of_their_extension_is_taken_or_refused() -> None:
    taken = {"user_agent_token", "default_headers", "max_retries", "timeout"}
    assert set(ionq_core.ClientExtension.__annotations__) == taken | set(CANNOT)


@pytest.mark.parametrize(
    ("keyword", "why"),
    [
        ("cookies", "uses no cookies"),
        ("httpx_args", "own transport"),
        ("token", "api_key"),
        ("prefix", "as IonQ expects"),
        ("auth_header_name", "as IonQ expects"),
        ("nonsense", "'nonsense'$"),
    ],
)
def test_other_keywords_are_refused_with_the_reason(keyword: str, why: str) -> None:
    with pytest.raises(TypeError, match=why) as caught:
        client_of(AWAY, **{keyword: {}})
    assert repr(keyword) in str(caught.value)


def test_methods_that_would_replace_the_transport_say_that_they_cannot() -> None:
    with client_of(AWAY) as client, httpx.Client() as other:
        with pytest.raises(TypeError, match=r"set_httpx_client.*own transport"):
            client.set_httpx_client(other)
        with pytest.raises(TypeError, match=r"set_async_httpx_client.*own transport"):
            client.set_async_httpx_client(other)
        with pytest.raises(TypeError, match=r"with_cookies.*no cookies"):
            client.with_cookies({"a": "b"})


def test_an_undocumented_status_is_an_error_where_that_is_asked_for() -> None:
    with world_of() as world:
        world.bend = lambda _: Reply(202, (("Content-Type", "application/json"),), b"{}")
        with client_of(world.url, raise_on_unexpected_status=True) as client, pytest.raises(UnexpectedStatus):
            get_session.sync("s", client=client)
        with client_of(world.url) as client:
            assert get_session.sync("s", client=client) is None


def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def test_verify_ssl_names_whom_to_trust(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxies(monkeypatch)
    tls, authority = certified(tmp_path / "tls", "127.0.0.1")
    _, stranger = certified(tmp_path / "other", "127.0.0.1")
    with Listener(WHO, tls) as server:
        for verify in (str(authority), ssl.create_default_context(cafile=authority)):
            async with client_of(server.url, verify_ssl=verify) as client:
                assert client.whoami().key_name == (await client.async_whoami()).key_name == "lab key"
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        told = len(server.heard)
        async with client_of(server.url, verify_ssl=str(stranger)) as client:
            with pytest.raises(ionq_tui.APIConnectionError, match="only the certificates in verify_ssl are trusted"):
                client.whoami()
            with pytest.raises(ionq_tui.APIConnectionError, match="only the certificates in verify_ssl are trusted"):
                await client.async_whoami()
        assert len(server.heard) == told
        with client_of(server.url, verify_ssl=True) as client:
            assert client.whoami().key_name == "lab key"


def unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    return context


@pytest.mark.parametrize("verify", [False, 0, None, ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), unverified()])
@pytest.mark.parametrize("url", [AWAY, "http://127.0.0.1:9"])
def test_the_server_is_verified_whatever_is_asked_for(verify: object, url: str) -> None:
    with pytest.raises(IonQError, match="verify_ssl must verify the server"):
        client_of(url, verify_ssl=verify)


def test_a_path_that_names_no_authority_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for path in (empty, tmp_path / "missing.pem", tmp_path):
        with pytest.raises(ionq_tui.APIConnectionError, match=r"^verify_ssl="):
            client_of(AWAY, verify_ssl=str(path))


def moved(to: str) -> Reply:
    return Reply(307, (("Location", to),), b"")


async def test_follow_redirects_leads_a_read_on_within_the_server() -> None:
    with world_of() as world:
        world.bend = lambda asked: moved(f"{world.url}/whoami") if asked.path.endswith("/old") else None
        async with client_of(world.url, follow_redirects=True) as client:
            for got in (client.get_httpx_client().get("/old"), await client.get_async_httpx_client().get("/old")):
                assert got.status_code == 200 and "key_id" in got.json()
            assert world.asked() == ["GET /old", "GET /whoami"] * 2
            with pytest.raises(IonQError, match="not followed"):
                client.get_httpx_client().get("/old", follow_redirects=False)
        async with client_of(world.url) as client:
            with pytest.raises(IonQError, match="not followed"):
                client.get_httpx_client().get("/old")


async def test_follow_redirects_sends_nothing_else_on() -> None:
    with Listener(WHO) as other, world_of() as world:
        async with client_of(world.url, follow_redirects=True) as client:
            client.runner._patience = 0.0
            world.bend = lambda _: moved(f"{other.url}/whoami")
            with pytest.raises(IonQError, match="not followed"):
                client.whoami()
            with pytest.raises(IonQError, match="not followed"):
                await client.async_whoami()
            world.taken()
            world.bend = lambda asked: moved(f"{world.url}/sessions") if asked.method == "POST" else None
            with pytest.raises(IonQError):
                client.create_session("qpu.forte-1", Limits(jobs=1))
            assert world.asked().count("POST /sessions") == 1
            with pytest.raises(IonQError, match="not followed"):
                client.get_httpx_client().post("/elsewhere")
            assert world.asked() == ["POST /elsewhere"]
    assert other.called == 0


def test_redirects_in_a_circle_end() -> None:
    with world_of() as world, client_of(world.url, follow_redirects=True) as client:
        world.bend = lambda _: moved(f"{world.url}/whoami")
        with pytest.raises(IonQError, match="not followed"):
            client.whoami()
        assert world.asked() == ["GET /whoami"] * 6


def test_their_keywords_that_are_not_here_fail_there_too_or_are_refused_here_on_purpose() -> None:
    """`headers` and `httpx_args` fail in their constructor: what they would mean here is not compared with anything."""
    for keyword in ("headers", "httpx_args", "token", "prefix", "auth_header_name"):
        with pytest.raises(TypeError, match=keyword):
            ionq_core.IonQClient(api_key=KEY, **{keyword: {}})  # type: ignore[arg-type]
    with warnings.catch_warnings(action="error"):
        ionq_core.IonQClient(api_key=KEY, cookies={}, follow_redirects=True, raise_on_unexpected_status=True)


_INFINITE, _NOT = float("inf"), float("nan")
_TIMEOUTS = [httpx.Timeout(5, read=one) for one in (0, -1, _INFINITE, _NOT, 1e300)]


@pytest.mark.parametrize(
    "timeout",
    [
        0,
        -1,
        _INFINITE,
        _NOT,
        "5",
        True,
        86_401,
        *(httpx.Timeout(5, read=one) for one in (0, -1, _INFINITE, _NOT, 1e300)),
    ],
    ids=str,
)
def test_a_time_out_that_is_no_time_is_refused_before_anything_is_sent(timeout: object) -> None:
    with pytest.raises(IonQError, match=r"timeout.* is not accepted: give seconds, above 0"):
        IonQClient(api_key=KEY, base_url=AWAY, timeout=timeout)  # type: ignore[arg-type]
    with client_of(AWAY) as client, pytest.raises(IonQError, match="is not accepted"):
        client.with_timeout(timeout)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [{"api_key": 3}, {"api_key": b"x"}, {"base_url": 3}, {"headers": 3}, {"headers": [("a", "b")]},
     {"max_retries": "3"}, {"max_retries": -1}, {"max_retries": True}],
    ids=str,
)  # fmt: skip
def test_an_argument_of_another_type_is_refused(given: dict[str, object]) -> None:
    facts: dict[str, object] = {"api_key": KEY, "base_url": AWAY, **given}
    with pytest.raises(IonQError, match=f"{next(iter(given))} is not accepted"):
        IonQClient(**facts)  # type: ignore[arg-type]
