"""Answer HTTP requests for the simulated cloud, without sockets.

The path prefix /v0.4 is optional. IonQ does not document the following replies; here, ending an ended session returns
200 with the session, canceling a canceled job returns 200, and a job that a session cannot accept returns 400.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from email.utils import format_datetime
from http import HTTPStatus
from urllib.parse import unquote

from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.random_stream import hashed_id
from ionq_tui.simulator.request import ApiReply, ApiRequest
from ionq_tui.simulator.route import OPEN, find
from ionq_tui.simulator.store import Refusal
from ionq_tui.simulator.validation import Query

PREFIX = "v0.4"
REVOKED = "revoked"
"""The only key that is refused."""
LARGEST_BODY = 10_000_000
SPEED = "X-Simulated-Speed"
"""The header that says that the clock is a simulated one, so that no other clock is blamed for the difference."""


@quick_dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request."""

    method: str
    path: str
    """Percent-encoded, without the query."""
    query: tuple[tuple[str, str], ...] = ()
    """Decoded name-value pairs."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By lowercase name; includes the API key."""
    body: bytes = b""


@quick_dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP reply."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def respond(cloud: SimulatedCloud, request: Request) -> Reply:
    """Answer a request at the cloud's current time; thread-safe."""
    with cloud.lock:
        now = cloud.advance()
        cloud.answered += 1
        headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            ("Date", format_datetime(now, usegmt=True)),
            ("x-request-id", hashed_id("request", f"{cloud.seed} {cloud.answered}")),
        ]
        if cloud.speed != 1:  # `Date` is simulated time too, as all times in replies are
            headers.append((SPEED, f"{cloud.speed:g}"))
        try:
            status, shown = _answer(cloud, request, headers)
        except Refusal as refusal:
            status, shown = refusal.status, _refused(refusal)
    return Reply(status, tuple(headers), json.dumps(shown, separators=(",", ":")).encode())


def _answer(cloud: SimulatedCloud, request: Request, headers: list[tuple[str, str]]) -> ApiReply:
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
    return handler(ApiRequest(cloud, caller, names, Query(request.query), request.body))


def _caller(request: Request) -> str:
    """Return the id derived from the API key; the key itself is not passed on."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "apikey" or not key:
        raise Refusal(401, "An API key is needed")
    if key == REVOKED:
        raise Refusal(401, "The API key is not valid")
    return creator_id(key)


def creator_id(key: str) -> str:
    """Return the creator id of the sessions that this key opens."""
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
