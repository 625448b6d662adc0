"""Any one field dropped, nulled, retyped or enlarged: its item reads as far as it can, its neighbours are untouched."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from ionq_tui import IonQClient, IonQError
from ionq_tui.model.backend import Backend
from ionq_tui.model.job import Job
from ionq_tui.model.session import Session
from ionq_tui.simulator.http import Reply, Request
from tests.hostile.server import Endpoint, HostileServer
from tests.hostile.world import BACKEND, KEY, connected, hostile_server

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
    "predicted_wait_time_ms": "predicted_wait_ms",
    "predicted_execution_duration_ms": "predicted_run_ms",
    "execution_duration_ms": "run_ms",
    "code": "failure",
    "message": "failure",
    "metadata": "clone_mark",
}
"""What a field is read as where that has another name."""


def places(item: object, above: Place = ()) -> Iterator[Place]:
    """Yield where each field of an item stands."""
    for name, value in item.items() if isinstance(item, dict) else ():
        yield (*above, name)
        yield from places(value, (*above, name))


def hit_by(place: Place) -> set[str]:
    """Return what a spoiled field may change; all of the settings where they are spoiled themselves."""
    return {"limits", "expires_at"} if place == ("settings",) else {READ_AS.get(place[-1], place[-1])}


def the_second(told: object) -> object:
    """Return the item of a list of sessions that is spoiled."""
    return told["sessions"][1] if isinstance(told, dict) else None


def spoiled(body: bytes, place: Place, value: object, item_of: Callable[[object], object] = the_second) -> bytes:
    """Return the reply with that field of one item changed."""
    told = json.loads(body)
    inner = item_of(told)
    assert isinstance(inner, dict)
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
        assert await engine.session_list.refresh() is None
        before = engine.session_list.overview.value.sessions
        item = json.loads(good[0])["sessions"][1]
        for place in places(item):
            for value in VALUES:
                body = spoiled(good[0], place, value)
                server.edit = lambda endpoint, _, reply, body=body: (  # type: ignore[misc]
                    Reply(200, reply.headers, body) if endpoint is Endpoint.LIST else reply
                )
                assert await engine.session_list.refresh() is None
                after = engine.session_list.overview.value.sessions
                hit = hit_by(place)
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


Thing = Session | Job | Backend


@dataclass(frozen=True)
class Question:
    """Something to ask that server, and which item of the reply is spoiled."""

    name: str
    ask: Callable[[IonQClient, str, str], Awaitable[Sequence[Thing]]]
    """Of a client, with a session's id and a job's."""
    item_of: Callable[[object], object]
    """Finds the item in the JSON."""
    key: str = "id"
    """The field without which it is none."""


async def one_session(client: IonQClient, session_id: str, job_id: str) -> Sequence[Thing]:
    return [await client.async_session(session_id)]


async def its_jobs(client: IonQClient, session_id: str, job_id: str) -> Sequence[Thing]:
    return [job async for job in client.async_session_jobs(session_id)]


async def one_job(client: IonQClient, session_id: str, job_id: str) -> Sequence[Thing]:
    return [await client.async_job(job_id)]


async def all_backends(client: IonQClient, session_id: str, job_id: str) -> Sequence[Thing]:
    return await client.async_backends()


async def one_backend(client: IonQClient, session_id: str, job_id: str) -> Sequence[Thing]:
    return [await client.async_backend(BACKEND)]


def the_failed(told: object) -> object:
    assert isinstance(told, dict)
    return next(job for job in told["jobs"] if job["status"] == "failed")


QUESTIONS = (
    Question("session", one_session, lambda told: told),
    Question("jobs", its_jobs, the_failed),
    Question("job", one_job, lambda told: told),
    Question("backends", all_backends, lambda told: told[1] if isinstance(told, list) else None, "backend"),
    Question("backend", one_backend, lambda told: told, "backend"),
)


def touched(before: Sequence[Thing], after: Sequence[Thing], named: str, place: Place, key: str) -> list[str]:
    """Tell what else changed than the one field of the one that was named so."""
    now = {name_of(one): one for one in after}
    wrong = [name_of(one) for one in before if name_of(one) != named and now.get(name_of(one)) != one]
    if place == (key,):
        return wrong
    (one,) = (one for one in before if name_of(one) == named)
    kept = [field.name for field in fields(one) if field.name not in hit_by(place)]
    same = [name for name in kept if named in now and getattr(now[named], name) == getattr(one, name)]
    return wrong + [name for name in kept if name not in same]


def name_of(thing: Thing) -> str:
    return thing.name if isinstance(thing, Backend) else thing.id


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
async def test_one_field_of_one_of_them(
    server: HostileServer, question: Question, record_property: Callable[[str, object], None]
) -> None:
    session_id = next(iter(server.cloud.active))
    async with IonQClient(api_key=KEY, base_url=server.url, max_retries=0) as client:
        job_id = [job.id async for job in client.async_session_jobs(session_id) if job.failed][0]  # noqa: RUF015
        good: list[bytes] = []

        def keep(endpoint: Endpoint, request: Request, reply: Reply) -> Reply:
            good.append(reply.body)
            return reply

        server.edit = keep
        before = await question.ask(client, session_id, job_id)
        item = question.item_of(json.loads(good[0]))
        assert isinstance(item, dict)
        bad, cells = [], 0
        for place in places(item):
            for value in VALUES:
                body = spoiled(good[0], place, value, question.item_of)
                server.edit = lambda _, __, reply, body=body: Reply(200, reply.headers, body)  # type: ignore[misc]
                try:
                    wrong = touched(
                        before,
                        await question.ask(client, session_id, job_id),
                        str(item[question.key]),
                        place,
                        question.key,
                    )
                except IonQError as error:  # without its name nothing of it can be read, where it is all that there is
                    wrong = [] if place == (question.key,) and len(before) == 1 else [str(error)]
                cells += 1
                bad += [f"{'.'.join(place)} = {value!r}: {wrong}"[:120]] if wrong else []
    record_property("total", ("hostile replies", cells - len(bad), cells))
    assert cells >= 9 * len(VALUES)
    assert not bad, "\n".join(bad)
