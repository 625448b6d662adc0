"""HTTP requests and replies: paths, keys, validation and pagination."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionq_tui.simulator.bulk_data import many_jobs
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond

SECRET = "a-key-that-nobody-shall-keep"
BACKEND = "qpu.forte-1"


class World:
    """A cloud without a workload, and a client of it."""

    def __init__(self, newest_first: bool = True) -> None:
        self.clock = StoppedClock()
        self.cloud = SimulatedCloud(self.clock, workload=False, colleagues=False, newest_first=newest_first)

    def ask(self, method: str, path: str, body: object = None, key: str = SECRET) -> Reply:
        path, _, query = path.partition("?")
        pairs = tuple((name, value) for name, _, value in (pair.partition("=") for pair in query.split("&") if pair))
        sent = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        return respond(self.cloud, Request(method, path, pairs, {"authorization": f"apiKey {key}"}, sent))

    def shown(self, path: str) -> dict[str, list[dict[str, str]]]:
        reply = self.ask("GET", path)
        assert reply.status == 200, reply.body
        read: dict[str, list[dict[str, str]]] = json.loads(reply.body)
        return read

    def opened(self) -> str:
        made = json.loads(self.ask("POST", "/sessions", {"backend": BACKEND}).body)
        return str(made["id"])

    def ids(self, path: str) -> list[str]:
        return [job["id"] for job in self.shown(path)["jobs"]]


@pytest.fixture
def world() -> World:
    return World()


LIMITS: list[object] = [
    *({"job_count_limit": value} for value in (0, -1, 2**31, 1.5, "3", True, None)),
    *({"duration_limit_min": value} for value in (0, 2**31, "1h")),
    *({"cost_limit": value} for value in (5, {}, {"value": 0}, {"value": "5"}, {"value": 5, "unit": "eur"})),
    {"cost_limit": {"value": 5, "unit": "usd", "per": "job"}},
    {"expires_at": "2026-11-22T15:00:00Z"},
    "none",
    None,
]


@pytest.mark.parametrize("settings", LIMITS, ids=str)
def test_limits_that_the_shapes_forbid_are_refused(world: World, settings: object) -> None:
    reply = world.ask("POST", "/sessions", {"backend": BACKEND, "settings": settings})
    assert reply.status == 400
    assert json.loads(reply.body)["validation"]["keys"][0].startswith("settings")
    assert not world.cloud.sessions


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"{}", b'{"backend": 3}', b'{"backend": "simulator", "name": "x"}'],
    ids=lambda body: ascii(body[:20]),
)
def test_bodies_that_cannot_be_read_are_refused(world: World, body: bytes) -> None:
    assert world.ask("POST", "/sessions", body).status == 400
    assert world.ask("POST", "/jobs", body).status == 400
    assert not world.cloud.sessions and not world.cloud.jobs


def test_the_largest_limits_of_the_shapes_are_taken(world: World) -> None:
    limits = {"job_count_limit": 2**31 - 1, "duration_limit_min": 2**31 - 1}
    made = json.loads(world.ask("POST", "/sessions", {"backend": BACKEND, "settings": limits}).body)
    job = {"backend": BACKEND, "type": "ionq.circuit.v1", "input": {"qubits": 2}, "session_id": made["id"]}
    assert world.ask("POST", "/jobs", job).status == 201
    assert json.loads(world.ask("GET", f"/sessions/{made['id']}").body)["settings"]["expires_at"] > "6000"


@pytest.mark.parametrize(
    "change",
    [
        {"shots": 0}, {"shots": 1_000_001}, {"type": "ionq.unknown"}, {"input": None}, {"input": "OPENQASM"},
        {"backend": "qpu.harmony"}, {"metadata": {"a": 1}}, {"session_id": "no-such"}, {"priority": "high"},
        {"dry_run": "no"}, {"name": 5}, {"input": {"qubits": 0}},
    ],
    ids=str,
)  # fmt: skip
def test_jobs_that_the_shapes_forbid_are_refused(world: World, change: dict[str, object]) -> None:
    job = {"backend": BACKEND, "type": "ionq.circuit.v1", "input": {"qubits": 2}}
    assert world.ask("POST", "/jobs", {**job, **change}).status == 400
    assert not world.cloud.jobs


def test_a_path_may_bear_the_version_or_not(world: World) -> None:
    assert world.ask("GET", "/v0.4/whoami").body == world.ask("GET", "/whoami").body


@given(st.text(max_size=40), st.sampled_from(["/jobs/{}", "/sessions/{}/jobs", "/v0.4/{}", "/backends/{}", "{}"]))
def test_no_path_breaks_it(text: str, path: str) -> None:
    for segment in (quote(text, safe=""), text):
        reply = World().ask("GET", path.format(segment).partition("?")[0])
        assert reply.status in (200, 400, 404, 405)
        json.loads(reply.body)


def test_an_encoded_slash_stays_within_its_segment(world: World) -> None:
    session = world.opened()
    assert world.ask("GET", f"/sessions%2F{session}").status == 404
    assert world.ask("GET", f"/sessions/{session}%2Fjobs").status == 404
    assert world.ask("GET", f"/%73essions/{session}").status == 200


def test_the_wrong_method_is_told_the_right_one(world: World) -> None:
    reply = world.ask("PATCH", "/sessions")
    assert reply.status == 405 and ("Allow", "GET, POST") in reply.headers


def test_backends_need_no_key_and_everything_else_does(world: World) -> None:
    for path, status in (("/backends", 200), (f"/backends/{BACKEND}/characterizations", 200), ("/sessions", 401)):
        assert respond(world.cloud, Request("GET", path)).status == status


def test_the_key_is_kept_nowhere(world: World) -> None:
    world.opened()
    held = repr((world.cloud.sessions, world.cloud.jobs, vars(world.cloud)))
    assert SECRET not in held
    assert SECRET not in repr(Request("GET", "/", headers={"authorization": SECRET}))


def test_ending_twice_answers_the_ended_session_twice(world: World) -> None:
    session = world.opened()
    first, second = (world.ask("POST", f"/sessions/{session}/end") for _ in range(2))
    assert first.status == second.status == 200 and first.body == second.body
    assert [one["id"] for one in world.shown("/sessions?active=false")["sessions"]] == [session]
    assert world.shown("/sessions?active=true")["sessions"] == []
    assert world.ask("GET", "/sessions?active=maybe").status == 400


def test_the_date_is_the_simulated_clocks(world: World) -> None:
    world.clock.advance(90)
    assert ("Date", "Sun, 22 Nov 2026 14:01:30 GMT") in world.ask("GET", "/backends").headers


@pytest.mark.parametrize("newest_first", [True, False])
def test_pages_hold_every_job_once_though_more_come(newest_first: bool) -> None:
    world = World(newest_first)
    session = world.cloud.sessions[world.opened()]
    made = [job.id for job in many_jobs(world.cloud, session, 57)]
    path, seen = f"/sessions/{session.id}/jobs?limit=10", list[str]()
    cursor: object = ""
    while cursor is not None:
        page = world.shown(path + (f"&next={cursor}" if cursor else ""))
        many_jobs(world.cloud, session, 1)
        seen += [job["id"] for job in page["jobs"]]
        cursor = page["next"]
    assert [one for one in seen if one in made] == (made[::-1] if newest_first else made)
    assert len(seen) == len(set(seen))


def test_pages_are_bounded_and_cursors_checked(world: World) -> None:
    session, other = (world.cloud.sessions[world.opened()] for _ in range(2))
    jobs = many_jobs(world.cloud, session, 130)
    path = f"/sessions/{session.id}/jobs"
    assert len(world.ids(path)) == 25
    assert len(world.ids(f"{path}?limit=1000")) == 100
    for query in ("limit=0", "limit=x", "next=nonsense", "status=done"):
        assert world.ask("GET", f"{path}?{query}").status == 400
    assert world.ask("GET", f"/sessions/{other.id}/jobs?next={jobs[5].id}").status == 400


def test_jobs_are_found_by_id_given_in_either_way(world: World) -> None:
    session = world.cloud.sessions[world.opened()]
    jobs = [job.id for job in many_jobs(world.cloud, session, 40)]
    path = f"/sessions/{session.id}/jobs"
    wanted = [jobs[30], jobs[7]]
    assert world.ids(f"{path}?ids={wanted[1]}&ids={wanted[0]}&ids=unknown") == wanted
    assert world.ids(f"{path}?ids={','.join(wanted)}") == wanted
    assert world.ids(f"/jobs?ids={wanted[0]}&session_id={session.id}") == wanted[:1]
    assert world.ids(f"{path}?status=failed") == []


def test_a_finished_job_is_not_cancelled(world: World) -> None:
    job = many_jobs(world.cloud, world.cloud.sessions[world.opened()], 1)[0]
    assert world.ask("PUT", f"/jobs/{job.id}/status/cancel").status == 400
    assert json.loads(world.ask("PUT", "/jobs/status/cancel", {"ids": [job.id]}).body)["ids"] == []
    assert job.status == "completed"
