"""A server on real sockets that carries requests out properly and then answers as badly as it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum
from functools import partial
from http import HTTPStatus
from types import TracebackType
from urllib.parse import parse_qsl

from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import PREFIX, Reply, Request, respond
from tests.unit.api.lines import Line, Listener


class Endpoint(Enum):
    """What was asked for."""

    LIST = "list"
    STATUS = "status"
    JOBS = "jobs"
    CREATE = "create"
    END = "end"
    WHOAMI = "whoami"
    BACKENDS = "backends"
    MEASURED = "measured"
    COST = "cost"
    OTHER = "other"

    @classmethod
    def of(cls, method: str, path: str) -> Endpoint:
        """Tell it from a request line."""
        match method, path.strip("/").split("/")[1:]:
            case "GET", ["sessions"]:
                return cls.LIST
            case "GET", ["sessions", _]:
                return cls.STATUS
            case "GET", ["sessions", _, "jobs"]:
                return cls.JOBS
            case "POST", ["sessions"]:
                return cls.CREATE
            case "POST", ["sessions", _, "end"]:
                return cls.END
            case "GET", ["whoami"]:
                return cls.WHOAMI
            case "GET", ["backends"]:
                return cls.BACKENDS
            case "GET", ["backends", _, "characterizations"]:
                return cls.MEASURED
            case "GET", ["jobs", _, "cost"]:
                return cls.COST
        return cls.OTHER


Write = Callable[[Line, Reply], bool]
"""Writes a reply in its own way; returns whether the connection may be used again."""
Edit = Callable[[Endpoint, Request, Reply], Reply]
"""Turns the cloud's good reply into the one that is sent."""


class HostileServer:
    """A simulated cloud behind a server whose replies can be spoiled, for each endpoint in its own way."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        """Listen at once, and behave until told otherwise."""
        self.cloud = cloud
        self.edit: Edit = _unchanged
        self.deaf: frozenset[Endpoint] = frozenset()
        """What is answered without being carried out."""
        self.seen: list[tuple[str, str]] = []
        """Method and target of every request."""
        self._spoiled: dict[Endpoint, Write] = {}
        self._lock = threading.Lock()
        self._listener = Listener(self._serve)

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"{self._listener.url}/{PREFIX}"

    def __enter__(self) -> HostileServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.__exit__(kind, error, at)

    def spoil(self, endpoint: Endpoint, write: Write) -> None:
        """From now on answer so."""
        self._spoiled[endpoint] = write

    def behave(self) -> None:
        """Answer properly again."""
        self._spoiled.clear()
        self.edit = _unchanged
        self.deaf = frozenset()

    def count(self, endpoint: Endpoint) -> int:
        """Tell how often that was asked for."""
        with self._lock:
            return sum(Endpoint.of(method, target.partition("?")[0]) is endpoint for method, target in self.seen)

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The requests that were not only reading."""
        with self._lock:
            return [one for one in self.seen if one[0] != "GET"]

    def _serve(self, line: Line) -> None:
        while raw := line.request():
            request = _parsed(raw)
            target = raw.split(b" ", 2)[1].decode("latin-1")
            with self._lock:
                self.seen.append((request.method, target))
            endpoint = Endpoint.of(request.method, request.path)
            asked = Request("GET", f"/{PREFIX}/backends") if endpoint in self.deaf else request
            reply = self.edit(endpoint, request, respond(self.cloud, asked))
            if not self._spoiled.get(endpoint, _properly)(line, reply):
                return


def _unchanged(endpoint: Endpoint, request: Request, reply: Reply) -> Reply:
    return reply


def _parsed(raw: bytes) -> Request:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    headers = {name.strip().lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
    return Request(method, path, tuple(parse_qsl(query, keep_blank_values=True)), headers, body)


def head_of(reply: Reply, *more: str, status: int | None = None) -> bytes:
    """Return the head of a reply, without a length unless it is among `more`."""
    code = reply.status if status is None else status
    known = code in HTTPStatus.__members__.values()
    lines = [f"HTTP/1.1 {code} {HTTPStatus(code).phrase if known else 'Strange'}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    return "\r\n".join([*lines, *more, "", ""]).encode("latin-1")


def _properly(line: Line, reply: Reply) -> bool:
    return line.say(head_of(reply, f"Content-Length: {len(reply.body)}") + reply.body)


def with_body(change: Callable[[bytes], bytes], *more: str, status: int | None = None) -> Write:
    """Answer properly, but with another body."""
    return partial(_with_body, change, more, status)


def _with_body(
    change: Callable[[bytes], bytes], more: tuple[str, ...], status: int | None, line: Line, reply: Reply
) -> bool:
    body = change(reply.body)
    return line.say(head_of(reply, f"Content-Length: {len(body)}", *more, status=status) + body)
