"""A simulated cloud on a real loopback socket, and the command line in front of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.server import Server
from ionq_tui.simulator.store import Order, SessionEntry, Terms
from tests.house.held_port import held_port

ROOT = Path(__file__).resolve().parents[2]
KEY = "canary-key-of-the-tests-0001"
FORTE = "qpu.forte-1"
PATIENCE = 20.0
"""Seconds after which a wait is given up; it ends as soon as its condition holds."""


@dataclass(frozen=True)
class Told:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON is any of it
        return json.loads(self.out)


@dataclass
class Site:
    """One organisation's cloud; what came in is recorded, and any request can be answered otherwise."""

    start: str = "first-job"
    asked: list[str] = field(default_factory=list)
    instead: Callable[[Request], Reply | None] = lambda _: None
    after: Callable[[Request, Reply], Reply] = lambda _, reply: reply

    def __post_init__(self) -> None:
        self.cloud = SimulatedCloud(
            FastClock(), workload=False, colleagues=False, start="at-once" if self.start == "at-once" else "first-job"
        )
        self.server = Server(self._respond)
        self._heard = threading.Condition()
        self._placeholder: socket.socket | None = None
        self._returning: threading.Timer | None = None

    def __enter__(self) -> Self:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._returning is not None:
            self._returning.cancel()
            self._returning.join()
        if self._placeholder is not None:
            self._placeholder.close()
        self.server.stop()

    def go_away(self, seconds: float | None = None) -> None:
        """Cut every connection and make none any more, until `come_back` or for so many seconds."""
        port = self.server.port
        self.server.stop()
        self._placeholder = held_port(port)
        if seconds is not None:
            self._returning = threading.Timer(seconds, self.come_back)
            self._returning.start()

    def come_back(self) -> None:
        """Listen again, on the same port."""
        assert self._placeholder is not None
        port = int(self._placeholder.getsockname()[1])
        self._placeholder.close()
        self._placeholder = None
        self.server = Server(self._respond, port)
        self.server.start()

    def _respond(self, request: Request) -> Reply:
        with self._heard:
            self.asked.append(f"{request.method} {request.path.removeprefix('/v0.4')}")
            self._heard.notify_all()
        other = self.instead(request)
        return self.after(request, respond(self.cloud, request)) if other is None else other

    @property
    def changing(self) -> list[str]:
        """The requests that were more than a look."""
        return [one for one in self.asked if not one.startswith("GET ")]

    def wait_asked(self, text: str) -> None:
        """Wait until a request whose line begins so has come in."""
        with self._heard:
            came = self._heard.wait_for(lambda: any(one.startswith(text) for one in self.asked), PATIENCE)
        assert came, f"{text} was never asked: {self.asked}"

    def wait_looked(self) -> None:
        """Wait until it was looked, after an opening, what came of it."""
        self.wait_asked("POST /sessions")
        wait_until(lambda: "GET /sessions" in self.asked[self.asked.index("POST /sessions") :], "a look")

    def colleague(self, backend: str = FORTE, minutes: int | None = 60) -> SessionEntry:
        """A session that somebody else opened."""
        with self.cloud.lock:
            self.cloud.advance()
            return self.cloud.open_session("somebody-else", backend, Terms(minutes=minutes, given=True))

    def job(self, session: SessionEntry, failure: tuple[str, str] | None = None, name: str | None = None) -> None:
        with self.cloud.lock:
            self.cloud.advance()
            self.cloud.submit("somebody", Order(session.backend, session_id=session.id, name=name), failure)

    @property
    def running(self) -> list[str]:
        """The ids of the sessions that nobody ended."""
        with self.cloud.lock:
            return list(self.cloud.active)


@dataclass
class Process:
    """A command as a process of its own."""

    popen: subprocess.Popen[str]
    finished: bool = False

    def finish(self, timeout: float = PATIENCE) -> Told:
        out, err = self.popen.communicate(timeout=timeout)
        self.finished = True
        return Told(self.popen.returncode, out, err)

    def read_line(self) -> str:
        assert self.popen.stdout is not None
        return self.popen.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.finished:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)  # its own group: a command that `run` left behind goes too
        self.popen.communicate()


def process(*argv: str, stdin: int | None = subprocess.DEVNULL, stdout: int = subprocess.PIPE, **more: str) -> Process:
    """Start `ionq-tui` with this test's environment, away from any terminal."""
    return Process(
        subprocess.Popen(
            [sys.executable, "-m", "ionq_tui", *argv],
            cwd=ROOT, env={**os.environ, **more}, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )
    )  # fmt: skip


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something outside this process."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.01)
