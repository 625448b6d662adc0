"""The library in unusual network environments, sync and async: errors name the variable that is invalid."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from ionq_tui import APIConnectionError, IonQClient, IonQError, SessionManager
from ionq_tui.api.errors import CertificateError, NetworkSettingError, ProxyError
from tests.house.listener import Listener, certified, reply
from tests.house.network_settings import FAR, PARTS, SETTINGS, VARIABLES, Setting
from tests.house.tunnel import NO_SOCKS, HttpTunnel, SocksTunnel, Tunnel

KEY = "the-key-of-odd-networks-2468"
HOST = "api.ionq.invalid"
WHO = reply("200 OK", b'{"key_id": "k1", "key_name": "lab key"}', "Content-Type: application/json")
Ask = Callable[..., str]
"""Asks a server who the key is."""


def by_library(url: str, timeout: float = 10, retries: int = 0) -> str:
    with IonQClient(api_key=KEY, base_url=url, timeout=timeout, max_retries=retries) as client:
        return client.whoami().key_name


def by_async_library(url: str, timeout: float = 10, retries: int = 0) -> str:
    async def ask() -> str:
        async with IonQClient(api_key=KEY, base_url=url, timeout=timeout, max_retries=retries) as client:
            return (await client.async_whoami()).key_name

    return asyncio.run(ask())


both = pytest.mark.parametrize("ask", [by_library, by_async_library], ids=["sync", "async"])


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@both
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_what_cannot_be_used_is_told_by_its_name(
    ask: Ask, setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = setting.put(tmp_path / "made", monkeypatch)
    with pytest.raises(NetworkSettingError) as caught:
        ask(FAR)
    assert isinstance(caught.value, APIConnectionError)
    assert caught.value.unsent
    assert caught.value.variable == setting.variable
    setting.assert_told(str(caught.value), environment)
    chain: BaseException | None = caught.value
    while chain is not None:  # what a traceback would print
        assert not any(part in str(chain) for part in PARTS)
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)


def test_a_manager_says_what_was_attempted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such.pem")
    manager = SessionManager(IonQClient(api_key=KEY, base_url=FAR), "qpu.forte-1", max_jobs=1, journal=False)
    with pytest.raises(IonQError, match=r"Failed to create session: SSL_CERT_FILE=/no/such\.pem: no such file"):
        manager.open()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Listener, Path]]:
    """A TLS server of a far host on loopback, and the file of the authority of its company."""
    tls, authority = certified(tmp_path / "tls", HOST, "127.0.0.1")
    with Listener(WHO, tls) as listener:
        yield listener, authority


@both
def test_a_company_s_authority_is_taken_from_the_variable_and_named_as_the_way_out(
    ask: Ask, server: tuple[Listener, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    listener, authority = server
    with pytest.raises(CertificateError, match=r"certificate of 127\.0\.0\.1 .*SSL_CERT_FILE") as caught:
        ask(listener.url, retries=2)
    assert caught.value.unsent and listener.heard == b"" and listener.called == 1  # it is not tried again
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert ask(listener.url) == "lab key"
    monkeypatch.delenv("SSL_CERT_FILE")
    folder = authority.parent / "hashed"
    folder.mkdir()
    (folder / f"{_hash_of(authority)}.0").write_bytes(authority.read_bytes())
    monkeypatch.setenv("SSL_CERT_DIR", f"/no/such:{folder}")
    assert ask(listener.url) == "lab key"


def _hash_of(certificate: Path) -> str:
    """The name that OpenSSL looks for."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl tells the name of a certificate in a directory")
    told = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", certificate], capture_output=True, check=True)
    return told.stdout.decode().strip()


@both
def test_other_authorities_than_the_servers_are_named_where_they_are_all_that_is_trusted(
    ask: Ask, server: tuple[Listener, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, other = certified(tmp_path / "other", HOST)
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    with pytest.raises(CertificateError, match=f"only the certificates in SSL_CERT_FILE={other} are trusted"):
        ask(server[0].url)


TUNNELS: list[tuple[str, type[Tunnel], str]] = [
    ("HTTPS_PROXY", HttpTunnel, "http://{}127.0.0.1:{}"),
    ("https_proxy", HttpTunnel, "{}127.0.0.1:{}"),
    ("ALL_PROXY", HttpTunnel, "http://{}127.0.0.1:{}/"),
    ("ALL_PROXY", SocksTunnel, "socks://{}127.0.0.1:{}/"),
    ("all_proxy", SocksTunnel, "socks5://{}127.0.0.1:{}"),
    ("https_proxy", SocksTunnel, "socks5h://{}127.0.0.1:{}"),
    ("HTTPS_PROXY", SocksTunnel, "SOCKS5://{}127.0.0.1:{}"),
]
tunnels = pytest.mark.parametrize(("variable", "kind", "url"), TUNNELS)


@both
@tunnels
@pytest.mark.parametrize("secret", ["", "half-of/th1s:l0st@%me"])
def test_a_proxy_that_works_is_gone_through(
    ask: Ask,
    variable: str,
    kind: type[Tunnel],
    url: str,
    secret: str,
    server: tuple[Listener, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listener, authority = server
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with kind(listener.port, "me" if secret else "", secret) as tunnel:
        who = "me:half-of%2Fth1s%3Al0st%40%25me@" if secret else ""
        monkeypatch.setenv(variable, url.format(who, tunnel.port))
        assert ask(FAR) == "lab key"
        assert tunnel.asked == [f"{HOST}:443"]


@both
def test_a_proxy_behind_tls_is_verified_by_the_same_authority(
    ask: Ask, server: tuple[Listener, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener, authority = server
    tls, of_proxy = certified(tmp_path / "proxy", "127.0.0.1")
    bundle = tmp_path / "bundle.pem"
    with HttpTunnel(listener.port, tls=tls) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{tunnel.port}")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        with pytest.raises(CertificateError, match=r"or of the proxy https://.* of HTTPS_PROXY"):
            ask(FAR)
        bundle.write_bytes(authority.read_bytes() + of_proxy.read_bytes())
        monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
        assert ask(FAR) == "lab key"


@both
@tunnels
def test_a_proxy_that_refuses_is_named_by_its_variable_and_no_password_is_told(
    ask: Ask, variable: str, kind: type[Tunnel], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kind(1, "somebody", "else") as tunnel:
        monkeypatch.setenv(variable, url.format("me:half-of@", tunnel.port))
        with pytest.raises(ProxyError) as caught:
            ask(FAR)
    assert caught.value.unsent
    assert f"127.0.0.1:{tunnel.port} of {variable}" in str(caught.value) and "half-of" not in str(caught.value)


@pytest.fixture
def answering() -> Iterator[Callable[[bytes | None], str]]:
    """Starts what answers the first bytes on a port with something, or not at all."""
    with ExitStack() as stack:

        def start(answer: bytes | None) -> str:
            door = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def serve() -> None:
                with suppress(OSError):
                    while True:
                        line, _ = door.accept()
                        stack.callback(line.close)
                        line.recv(100)
                        if answer is not None:
                            line.sendall(answer)
                            line.close()

            thread = threading.Thread(target=serve, name="answers anything", daemon=True)
            thread.start()
            stack.callback(thread.join, 5)
            stack.callback(door.shutdown, socket.SHUT_RDWR)
            return f"127.0.0.1:{door.getsockname()[1]}"

        yield start


@both
@pytest.mark.parametrize("answer", [reply("400 This is HTTP"), b"\x05", b"\x05\x00\x05", b""])
def test_what_does_not_speak_socks_is_told_as_such(
    ask: Ask, answer: bytes, answering: Callable[[bytes | None], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("socksio", reason=NO_SOCKS)
    monkeypatch.setenv("ALL_PROXY", f"socks5://{answering(answer)}")
    with pytest.raises(ProxyError, match="ALL_PROXY"):
        ask(FAR)


@both
@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_is_silent_holds_nobody_up_for_ever(
    ask: Ask, scheme: str, answering: Callable[[bytes | None], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if scheme == "socks5":
        pytest.importorskip("socksio", reason=NO_SOCKS)
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://me:half-of@{answering(None)}")
    with pytest.raises(APIConnectionError, match="of ALL_PROXY") as caught:
        ask(FAR, timeout=0.5)
    assert "half-of" not in str(caught.value)


@both
def test_a_proxy_that_leaves_without_a_word_is_named(
    ask: Ask, answering: Callable[[bytes | None], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", answering(b""))
    with pytest.raises(APIConnectionError, match="of HTTPS_PROXY"):
        ask(FAR)


@both
def test_socks_without_its_package_is_told_with_the_way_to_install_it(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://me:half-of@127.0.0.1:1")
    with pytest.raises(NetworkSettingError, match=r"ALL_PROXY: .*pip install 'ionq-tui\[socks\]'") as caught:
        ask(FAR)
    assert "half-of" not in str(caught.value)


@both
@pytest.mark.parametrize(
    "no_proxy",
    [
        "fd00::/8,2001:db8::/32",
        "[::1],[fe80::1]:8080",
        "[::1/128],::ffff:0:0/96,[",
        ":::,1.2.3.4/99,http://,*.,*,:1,[]:x,%zz,\u00e9\u0301.example,10.0.0.0/8:443",
        "  ,, ;; fd00::/8 ",
    ],
)
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_entries_that_cannot_be_understood_are_passed_over(
    ask: Ask, no_proxy: str, name: str, server: tuple[Listener, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    listener, authority = server
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setenv(name, no_proxy.replace(",*,", ","))
    assert ask(listener.url) == "lab key"
    with HttpTunnel(listener.port) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{tunnel.port}")
        assert ask(FAR) == "lab key"
        assert tunnel.asked == [f"{HOST}:443"]


@both
def test_a_proxy_for_other_urls_does_not_matter(
    ask: Ask, server: tuple[Listener, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    listener, authority = server
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setenv("HTTP_PROXY", "bogus://half-of")
    monkeypatch.setenv("ALL_PROXY", "bogus://half-of")
    with HttpTunnel(listener.port) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{tunnel.port}")
        assert ask(FAR) == "lab key"
