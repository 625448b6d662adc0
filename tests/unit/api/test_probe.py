"""Which machine a request meets first, and what is said of each step on the way there."""

from __future__ import annotations

from pathlib import Path

import pytest

from ionq_tui.api.network import network_of
from ionq_tui.api.probe import Handshake, Hop, connect, first_hop, look_up, shake_hands
from ionq_tui.model.link_state import Fault, FaultKind
from tests.house.held_port import held_port
from tests.house.listener import Listener, certified, reply
from tests.house.network_settings import FAR, VARIABLES


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("url", "variables", "host", "port"),
    [
        (FAR, {}, "api.ionq.invalid", 443),
        ("https://api.ionq.invalid:8443/v0.4", {}, "api.ionq.invalid", 8443),
        (FAR, {"HTTPS_PROXY": "http://me:secret@proxy.example:3128"}, "proxy.example", 3128),
        (FAR, {"HTTPS_PROXY": "proxy.example:80"}, "proxy.example", 80),
        (FAR, {"HTTPS_PROXY": "https://proxy.example"}, "proxy.example", 443),
        (FAR, {"ALL_PROXY": "socks5h://[fd00::1]"}, "fd00::1", 1080),
        (FAR, {"HTTP_PROXY": "http://proxy.example:3128"}, "api.ionq.invalid", 443),
        (FAR, {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "ionq.invalid"}, "api.ionq.invalid", 443),
        (FAR, {"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "*"}, "api.ionq.invalid", 443),
        ("http://127.0.0.1:9/v0.4", {"ALL_PROXY": "http://proxy.example:3128"}, "127.0.0.1", 9),
    ],
)
def test_the_first_machine(
    url: str, variables: dict[str, str], host: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    hop = first_hop(url, network_of(url))
    assert (hop.host, hop.port, hop.proxy is not None) == (host, port, "proxy" in host or host == "fd00::1")
    assert hop.encrypted is (hop.proxy is None and url.startswith("https"))
    assert hop.is_address is (host in ("fd00::1", "127.0.0.1"))
    assert "secret" not in repr(hop)


def test_each_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, authority = certified(tmp_path / "tls", "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with Listener(reply("200 OK"), tls) as server:
        network = network_of(server.url)
        hop = first_hop(server.url, network)
        assert look_up(hop) == 1 and network.tls is not None
        opened = connect(hop, 5)
        assert not isinstance(opened, Fault)
        shaken = shake_hands(hop, opened, network.tls, 5)
        assert isinstance(shaken, Handshake) and opened.fileno() == -1
        assert shaken.version.startswith("TLSv1.") and shaken.issuer == "An Authority Of Nobody" and shaken.valid_until


def test_a_port_where_nobody_listens() -> None:
    with held_port() as held:
        told = connect(Hop("127.0.0.1", held.getsockname()[1], None, False), 5)
    assert told == Fault(FaultKind.OFFLINE, "Connection refused")


def test_a_server_that_speaks_no_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    with Listener(reply("200 OK")) as server:
        hop = Hop("127.0.0.1", server.port, None, True)
        network = network_of(server.url.replace("http:", "https:"))
        opened = connect(hop, 5)
        assert not isinstance(opened, Fault) and network.tls is not None
        told = shake_hands(hop, opened, network.tls, 0.3)
    assert isinstance(told, Fault) and told.kind in (FaultKind.OFFLINE, FaultKind.TIMEOUT)
    assert opened.fileno() == -1


def test_a_host_that_is_no_name() -> None:
    told = look_up(Hop("x" * 70 + ".example", 1, None, False))
    assert isinstance(told, Fault) and told.kind is FaultKind.OFFLINE
