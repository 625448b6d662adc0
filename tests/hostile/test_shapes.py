"""Any one field dropped, nulled, retyped or enlarged: its item reads as far as it can, its neighbours are untouched."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from ionq_tui.simulator.http import Reply, Request
from tests.hostile.server import Endpoint, HostileServer
from tests.hostile.world import connected, hostile_server

DROPPED = object()
VALUES: tuple[object, ...] = (
    DROPPED,
    None,
    True,
    -1,
    10**40,
    1e308,
    "",
    "x" * 100_000,
    "\u202e\x1b[31m",
    [],
    {},
    [[{}]],
)
Place = tuple[str, ...]
READ_AS = {
    "job_count_limit": "limits",
    "duration_limit_min": "limits",
    "cost_limit": "limits",
    "value": "limits",
    "unit": "limits",
    "expires_at": "expires_at",
}
"""What a setting is read as; all of them where the settings themselves are spoiled."""


def places(item: object, above: Place = ()) -> Iterator[Place]:
    """Yield where each field of an item stands."""
    for name, value in item.items() if isinstance(item, dict) else ():
        yield (*above, name)
        yield from places(value, (*above, name))


def spoiled(body: bytes, place: Place, value: object) -> bytes:
    """Return the list with that field of its second item changed."""
    told = json.loads(body)
    inner = told["sessions"][1]
    for name in place[:-1]:
        inner = inner[name]
    if value is DROPPED:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return json.dumps(told).encode()


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        yield running


async def test_one_field_of_one_session(
    server: HostileServer, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    good: list[bytes] = []

    def keep(endpoint: Endpoint, request: Request, reply: Reply) -> Reply:
        good.extend([reply.body] if endpoint is Endpoint.LIST else [])
        return reply

    server.edit = keep
    bad, cells = [], 0
    async with connected(server, tmp_path) as engine:
        assert await engine.home.refresh() is None
        before = engine.home.board.value.sessions
        item = json.loads(good[0])["sessions"][1]
        for place in places(item):
            for value in VALUES:
                body = spoiled(good[0], place, value)
                server.edit = lambda endpoint, _, reply, body=body: (  # type: ignore[misc]
                    Reply(200, reply.headers, body) if endpoint is Endpoint.LIST else reply
                )
                assert await engine.home.refresh() is None
                after = engine.home.board.value.sessions
                hit = {READ_AS.get(place[-1], place[-1])} if place != ("settings",) else {"limits", "expires_at"}
                others = [key for key in before if key != item["id"]]
                same = all(after.get(key) == before[key] for key in others)
                if place != ("id",):
                    kept = [one.name for one in fields(before[item["id"]]) if one.name not in hit]
                    same &= all(getattr(after[item["id"]], name) == getattr(before[item["id"]], name) for name in kept)
                cells += 1
                bad += [] if same else [f"{'.'.join(place)} = {value!r}"[:80]]
    record_property("total", ("hostile replies", cells - len(bad), cells))
    assert cells > 150
    assert not bad, "\n".join(bad)
