"""The environments in which the dashboard looks for a key; each yields the environment it gets."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from ionq_tui.model.address import host_of
from tests.terminal.kit import ROOT, command
from tests.terminal.secret_session import daemon, until
from tests.terminal.strange_ring import NOTE

KEY = "the-key-of-the-keyring-matrix-4321"
SERVICE = ("gnome-keyring-daemon", "dbus-run-session", "dbus-send")
_BUS_ALONE = """<busconfig><type>session</type><listen>unix:dir={folder}</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""
_OF_ASYNCIO = 2
"""Sockets that every event loop holds."""
_TELL_ADDRESS = "import os, sys; print(os.environ['DBUS_SESSION_BUS_ADDRESS'], flush=True); sys.stdin.read()"


@dataclass
class Spot:
    """Where one case plays."""

    home: Path
    environment: Mapping[str, str]
    """What its programs get."""
    url: str
    """The server's."""
    pid: Callable[[], int] = os.getpid
    """The dashboard's process, once it runs."""
    begun: Callable[[], None] = lambda: None
    """To be called when the dashboard was started."""


Place = Callable[[Spot], AbstractContextManager[Mapping[str, str]]]


def variables(**more: str) -> Place:
    @contextmanager
    def place(spot: Spot) -> Iterator[Mapping[str, str]]:
        yield {**spot.environment, **more}

    return place


def strange(name: str, **more: str) -> Place:
    """One of the backends that misbehave; what it is asked is noted in the file `touched` in the home."""
    backend = f"tests.terminal.strange_ring.{name}"

    @contextmanager
    def place(spot: Spot) -> Iterator[Mapping[str, str]]:
        yield {
            **spot.environment,
            "PYTHON_KEYRING_BACKEND": backend,
            "PYTHONPATH": str(ROOT),
            NOTE: str(spot.home / "touched"),
            "STRANGE_RING_KEY": KEY,
            "STRANGE_RING_HOST": host_of(spot.url),
            **more,
        }

    return place


def key_command(script: str) -> Place:
    """A profile with a key command, beside a keyring that must not be asked."""

    @contextmanager
    def place(spot: Spot) -> Iterator[Mapping[str, str]]:
        program = spot.home / "give"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o700)
        folder = spot.home / ".config" / "ionq-tui"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(
            f'[profiles.default]\nurl = "{spot.url}"\nkey_command = "{program} {spot.home}"\n'
        )
        with strange("Strange")(spot) as more:
            yield more

    return place


@contextmanager
def bus(spot: Spot, *, activates: bool) -> Iterator[dict[str, str]]:
    """A D-Bus of its own; yields the environment of its clients, in which keyring looks for what the system has."""
    for program in SERVICE:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    runtime = spot.home / "run"
    runtime.mkdir(mode=0o700)
    (spot.home / "bus.xml").write_text(_BUS_ALONE.format(folder=runtime))
    config = [] if activates else [f"--config-file={spot.home / 'bus.xml'}"]
    environment = {**spot.environment, "XDG_RUNTIME_DIR": str(runtime)}
    del environment["PYTHON_KEYRING_BACKEND"]
    with subprocess.Popen(
        ["dbus-run-session", *config, "--", sys.executable, "-c", _TELL_ADDRESS],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as session:
        assert session.stdout is not None
        environment["DBUS_SESSION_BUS_ADDRESS"] = session.stdout.readline().strip()
        yield environment


def keep(environment: Mapping[str, str], url: str, key: str = KEY) -> None:
    """Keep the key as a user would."""
    done = subprocess.run(
        command("auth", "login"),
        env={**environment, "IONQ_API_URL": url},
        input=f"{key}\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert key not in done.stdout + done.stderr


@contextmanager
def unlocked(spot: Spot) -> Iterator[Mapping[str, str]]:
    with bus(spot, activates=True) as environment, daemon("--unlock", environment=environment):
        keep(environment, spot.url)
        yield environment


@contextmanager
def unlocked_and_empty(spot: Spot) -> Iterator[Mapping[str, str]]:
    with bus(spot, activates=True) as environment, daemon("--unlock", environment=environment):
        yield environment


@contextmanager
def locked(spot: Spot) -> Iterator[Mapping[str, str]]:
    with bus(spot, activates=True) as environment:
        with daemon("--unlock", environment=environment):
            keep(environment, spot.url)
        with daemon("--start", environment=environment):
            yield environment


@contextmanager
def frozen(spot: Spot) -> Iterator[Mapping[str, str]]:
    """A daemon that is there and never answers."""
    with bus(spot, activates=False) as environment, daemon("--unlock", environment=environment) as service:
        service.send_signal(signal.SIGSTOP)
        yield environment


_ASKED_AFTER = 0.5
"""Seconds after connecting to D-Bus within which the program has found the service there, and asks it."""


@contextmanager
def killed(spot: Spot) -> Iterator[Mapping[str, str]]:
    """A daemon that dies while it is being asked."""
    with bus(spot, activates=False) as environment, daemon("--unlock", environment=environment) as service:
        service.send_signal(signal.SIGSTOP)

        def kill() -> None:
            until(lambda: _sockets(spot.pid()) > _OF_ASYNCIO)
            time.sleep(_ASKED_AFTER)
            service.kill()

        spot.begun = kill
        yield environment


@contextmanager
def no_service(spot: Spot) -> Iterator[Mapping[str, str]]:
    with bus(spot, activates=False) as environment:
        yield environment


@contextmanager
def no_bus(spot: Spot) -> Iterator[Mapping[str, str]]:
    yield {name: value for name, value in spot.environment.items() if name != "PYTHON_KEYRING_BACKEND"}


@contextmanager
def dead_bus(spot: Spot) -> Iterator[Mapping[str, str]]:
    """The address of a bus that is gone, as in a tmux that outlived its login."""
    with no_bus(spot) as environment:
        yield {**environment, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={spot.home}/gone"}


def _sockets(pid: int) -> int:
    """How many sockets a process has open."""
    found = 0
    with suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found += os.readlink(descriptor).startswith("socket:")
    return found
