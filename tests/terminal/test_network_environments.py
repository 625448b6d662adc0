"""The dashboard in odd network environments: each costs a line of words, never the program, and no CPU."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cli.site import Site
from tests.house.listener import Listener, certified, reply
from tests.house.network_settings import FAR, PARTS, SETTINGS
from tests.house.tunnel import HttpTunnel, SocksTunnel
from tests.terminal.conftest import OpenTerminal
from tests.terminal.kit import Terminal, command

KEY = "the-key-of-odd-networks-2468"
LIVE = "active in the organization"
IDLE, CPU, LEFT_WITHIN = 5.0, 1.0, 1.0
"""Seconds watched, CPU seconds that may pass in them, and seconds in which `q` must be obeyed."""
KNOWN = reply("200 OK", b'{"sessions": [], "key_id": "k1", "key_name": "lab key"}', "Content-Type: application/json")


@dataclass
class Place:
    """What an environment is made of, all on this machine; ended with the test."""

    folder: Path
    stack: ExitStack
    site: Site
    _tls: tuple[Listener, Path] | None = field(default=None)

    @property
    def tls(self) -> tuple[Listener, Path]:
        """A server of a far host behind TLS, and the file of its company's authority."""
        if self._tls is None:
            context, authority = certified(self.folder / "tls", "api.ionq.invalid", "127.0.0.1")
            self._tls = self.stack.enter_context(Listener(KNOWN, context)), authority
        return self._tls

    def proxied(self, kind: type[HttpTunnel] | type[SocksTunnel], variable: str, url: str) -> dict[str, str]:
        """Reach the far host through a proxy that wants a user and a password."""
        listener, authority = self.tls
        tunnel = self.stack.enter_context(kind(listener.port, "me", "half-of/th1s"))
        return {"IONQ_API_URL": FAR, "SSL_CERT_FILE": str(authority), variable: url.format(tunnel.port)}

    def stuck_pipe(self) -> str:
        """A pipe that is full, and whose reader reads nothing."""
        path = self.folder / "pipe"
        os.mkfifo(path)
        self.stack.callback(os.close, os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        filler = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(filler, b"x" * 4096)
        os.close(filler)
        return str(path)


@dataclass(frozen=True)
class Environment:
    """One environment, and what is wanted of the dashboard in it."""

    name: str
    variables: Callable[[Place], Mapping[str, str]]
    wanted: tuple[str, ...]
    """What must come to be read."""
    absent: tuple[str, ...] = ()
    """What must not stand beside it."""
    argv: Callable[[Place], tuple[str, ...]] = lambda _: ()


def _setting(name: str) -> Environment:
    """One that cannot be used at all: said where the API key screen stands."""
    setting = next(one for one in SETTINGS if one.name == name)

    def variables(place: Place) -> Mapping[str, str]:
        return {"IONQ_API_URL": FAR, **setting.environment(place.folder / "made")}

    wanted = ("API KEY", "a network setting cannot be used", setting.variable, setting.words)
    return Environment(name, variables, wanted, (LIVE, "this is a bug"))


ENVIRONMENTS = [
    *map(
        _setting,
        [
            "certificates: no such file",
            "certificates: a directory",
            "certificates: DER",
            "certificates: a pipe that nobody fills",
            "directory: a file",
            "key log: no folder",
            "HTTPS_PROXY: / in the password",
            "proxy http://me:half-of@[::1",
            "proxy socks4://me:half-of@127.0.0.1:1",
        ],
    ),
    Environment(
        "a company's authority, not named",
        lambda place: {"IONQ_API_URL": place.tls[0].url},
        ("cannot be trusted", "SSL_CERT_FILE"),
        ("cannot be reached",),
    ),
    Environment(
        "a company's authority, named",
        lambda place: {"IONQ_API_URL": place.tls[0].url, "SSL_CERT_FILE": str(place.tls[1])},
        (LIVE,),
    ),
    Environment(
        "this machine, whatever the variables say",
        lambda place: {
            "IONQ_API_URL": place.site.server.url,
            "SSL_CERT_FILE": "/no/such.pem",
            "SSL_CERT_DIR": "/no/such",
            "ALL_PROXY": "bogus://x",
            "https_proxy": "http://[",
            "NO_PROXY": "fd00::/8,[::1],[",
        },
        (LIVE,),
    ),
    Environment(
        "NO_PROXY with IPv6, and a proxy",
        lambda place: {
            **place.proxied(HttpTunnel, "HTTPS_PROXY", "http://me:half-of%2Fth1s@127.0.0.1:{}"),
            "NO_PROXY": "localhost,127.0.0.0/8,::1,[::1],fd00::/8,[",
        },
        (LIVE,),
    ),
    Environment(
        "a SOCKS proxy as GNOME spells it",
        lambda place: place.proxied(SocksTunnel, "ALL_PROXY", "socks://me:half-of%2Fth1s@127.0.0.1:{}/"),
        (LIVE,),
    ),
    Environment(
        "a proxy that wants another password",
        lambda place: place.proxied(HttpTunnel, "https_proxy", "http://me:half-of-it@127.0.0.1:{}"),
        ("through the proxy", "https_proxy", "407"),
    ),
    Environment(
        "a SOCKS proxy that wants another password",
        lambda place: place.proxied(SocksTunnel, "all_proxy", "socks5://me:half-of-it@127.0.0.1:{}"),
        ("through the proxy", "all_proxy"),
    ),
    Environment(
        "a log that nobody reads",
        lambda place: {"IONQ_API_URL": place.site.server.url},
        (LIVE,),
        argv=lambda place: ("--log", place.stuck_pipe()),
    ),
]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        folder = tmp_path / "place"
        folder.mkdir()
        yield Place(folder, stack, stack.enter_context(Site()))


def one_line(terminal: Terminal) -> str:
    return " ".join(terminal.text.split())


def cpu_seconds(pid: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("odd", ENVIRONMENTS, ids=lambda one: one.name)
def test_an_odd_network_costs_a_line(
    odd: Environment, place: Place, environment: dict[str, str], open_terminal: OpenTerminal
) -> None:
    variables = {**environment, "IONQ_API_KEY": KEY, **odd.variables(place)}
    terminal = open_terminal(command(*odd.argv(place)), variables, rows=30, columns=120)
    terminal.wait_for(lambda now: all(words in one_line(now) for words in odd.wanted))
    assert not any(words in one_line(terminal) for words in odd.absent), terminal.text
    terminal.wait_quiet(0.3)
    before = cpu_seconds(terminal.pid)
    time.sleep(IDLE)
    assert cpu_seconds(terminal.pid) - before < CPU
    asked = time.monotonic()
    terminal.keys("q")
    assert terminal.wait_exit() == 0
    assert time.monotonic() - asked < LEFT_WITHIN
    written = terminal.raw.decode(errors="replace")
    assert not any(part in written for part in PARTS) and "Traceback" not in written
