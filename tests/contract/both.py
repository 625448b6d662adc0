"""The official client and this one on one simulated cloud behind a real socket, with every request recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal

import ionq_core
from ionq_core.client import AuthenticatedClient

from ionq_tui import IonQClient
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.server import Server

BACKEND: Final = "qpu.forte-1"
KEY: Final = "canary-key-0123456789-wxyz"
_MEANT = ("authorization", "content-type", "content-length", "accept")


@dataclass(frozen=True)
class Heard:
    """What a request meant, apart from who sent it."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    body: object


@dataclass
class World:
    """The cloud, where it is, and what it was asked; `bend` may answer in its place."""

    cloud: SimulatedCloud
    clock: StoppedClock
    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    bend: Callable[[Request], Reply | None] | None = None
    _given: list[IonQClient] = field(default_factory=list)

    def respond(self, request: Request) -> Reply:
        """Keep what was asked, also where the answer is a cut line, and answer, bent or straight."""
        self._record(request)
        bent = self.bend(request) if self.bend is not None else None
        return bent if bent is not None else respond(self.cloud, request)

    def _record(self, request: Request) -> None:
        body = json.loads(request.body) if request.body else None
        headers = tuple((name, request.headers[name]) for name in _MEANT if name in request.headers)
        if body is not None:  # the length depends on how JSON is spaced
            headers = tuple(pair for pair in headers if pair[0] != "content-length")
        self.heard.append(Heard(request.method, request.path, request.query, headers, body))

    def taken(self, session_id: str | None = None) -> list[Heard]:
        """Return what was asked since, with the session's id made alike, and forget it."""
        heard, self.heard = self.heard, []
        return [
            Heard(one.method, one.path.replace(session_id or "\0", "ID"), one.query, one.headers, one.body)
            for one in heard
        ]

    def asked(self) -> list[str]:
        """Return method and path of what was asked since, and forget it."""
        return [f"{one.method} {one.path.removeprefix('/v0.4')}" for one in self.taken()]

    def ours(self, key: str = KEY, max_retries: int | None = None) -> IonQClient:
        """Return a client of ours."""
        client = IonQClient(api_key=key, base_url=self.url, max_retries=max_retries)
        self._given.append(client)
        return client

    def close(self) -> None:
        """Close the sync connections of every client that was given: a socket left open fails a later test."""
        for client in self._given:
            client.close()

    def official(self, key: str = KEY) -> AuthenticatedClient:
        """Return a client of theirs."""
        return ionq_core.IonQClient(api_key=key, base_url=self.url, max_retries=0)


@contextmanager
def world_of(start: Literal["first-job", "at-once"] = "first-job") -> Iterator[World]:
    """A quiet cloud without other people's sessions."""
    clock = StoppedClock()
    world = World(SimulatedCloud(clock, start=start, workload=False, colleagues=False), clock)
    with Server(world.respond) as server:
        world.url = server.url
        try:
            yield world
        finally:
            world.close()


def refusal(status: int, message: str = "no", **headers: str) -> Reply:
    """An error as the API writes one."""
    body = {"statusCode": status, "error": "Refused", "message": message}
    named = [("Content-Type", "application/json"), *((name.replace("_", "-"), text) for name, text in headers.items())]
    return Reply(status, tuple(named), json.dumps(body).encode())
