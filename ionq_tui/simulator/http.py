"""The simulated cloud's face: plain requests in, plain replies out, no sockets.

A path may begin with /v0.4 or not. Ending an ended session answers 200 with it, cancelling a cancelled job 200, and a
job that a session cannot take 400: what IonQ answers there is not public.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from http import HTTPStatus
from urllib.parse import unquote

from ionq_tui.simulator.book import Refusal
from ionq_tui.simulator.call import Answer, Call
from ionq_tui.simulator.chance import hashed_id
from ionq_tui.simulator.check import Query
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.route import OPEN, find

PREFIX = "v0.4"
REVOKED = "revoked"
"""The one key that is refused."""
LARGEST_BODY = 10_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in."""

    method: str
    path: str
    """Still percent-encoded, without the query."""
    query: tuple[tuple[str, str], ...] = ()
    """Decoded pairs."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By lower-case name; the key is among them."""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it goes out."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def respond(cloud: SimulatedCloud, request: Request) -> Reply:
    """Answer one request at the cloud's present time; safe to call from several threads."""
    with cloud.lock:
        now = cloud.advance()
        cloud.answered += 1
        headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            ("Date", format_datetime(now, usegmt=True)),
            ("x-request-id", hashed_id("request", f"{cloud.seed} {cloud.answered}")),
        ]
        try:
            status, shown = _answer(cloud, request, headers)
        except Refusal as refusal:
            status, shown = refusal.status, _refused(refusal)
    return Reply(status, tuple(headers), json.dumps(shown, separators=(",", ":")).encode())


def _answer(cloud: SimulatedCloud, request: Request, headers: list[tuple[str, str]]) -> Answer:
    segments = tuple(unquote(segment, errors="replace") for segment in request.path.removeprefix("/").split("/"))
    found = find(segments[1:] if segments[0] == PREFIX else segments)
    if found is None:
        raise Refusal(404, "There is no such route")
    handlers, names = found
    handler = handlers.get(request.method)
    if handler is None:
        headers.append(("Allow", ", ".join(handlers)))
        raise Refusal(405, f"Only {', '.join(handlers)} is allowed here")
    caller = "" if handler in OPEN else _caller(request)
    if len(request.body) > LARGEST_BODY:
        raise Refusal(413, "The body is too large")
    return handler(Call(cloud, caller, names, Query(request.query), request.body))


def _caller(request: Request) -> str:
    """Return the id that always belongs to the key; the key itself goes no further."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "apikey" or not key:
        raise Refusal(401, "An API key is needed")
    if key == REVOKED:
        raise Refusal(401, "The API key is not valid")
    return hashed_id("creator", key)


def _refused(refusal: Refusal) -> dict[str, object]:
    shown: dict[str, object] = {
        "statusCode": refusal.status,
        "error": HTTPStatus(refusal.status).phrase,
        "message": refusal.message,
    }
    if refusal.status == 400:
        shown["validation"] = {"source": refusal.source, "keys": list(refusal.keys)}
    return shown
