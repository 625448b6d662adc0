"""Every reply of the simulated cloud is valid under the published schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond
from tests.contract import shapes

KEY = {"authorization": "apiKey any-key"}
CIRCUIT = {"qubits": 2, "gateset": "qis", "circuit": [{"gate": "h", "target": 0}]}
JOB = {"backend": "qpu.forte-1", "type": "ionq.circuit.v1", "shots": 500, "input": CIRCUIT}


class World:
    """A cloud in which everything the shapes can show has happened, and what was exercised of it."""

    def __init__(self) -> None:
        self.clock = StoppedClock()
        self.cloud = SimulatedCloud(self.clock)
        self.seen: set[tuple[str, str]] = set()

    def call(
        self, method: str, path: str, status: int = 200, body: object = None, query: Mapping[str, str] | None = None,
        **names: str,
    ) -> dict[str, object]:  # fmt: skip
        """Call a route and hold its reply against the shapes."""
        if body is not None:
            assert shapes.body_errors(method, path, body) == []
        request = Request(
            method,
            path.format_map(names),
            tuple((query or {}).items()),
            KEY,
            json.dumps(body).encode() if body else b"",
        )
        reply = respond(self.cloud, request)
        assert (reply.status, reply.body) == (status, reply.body)
        shown = json.loads(reply.body)
        assert shapes.reply_errors(method, path, status, shown) == []
        self.seen.add((method, path))
        return shown if isinstance(shown, dict) else {"": shown}

    def job(self, **members: object) -> str:
        """Submit a job."""
        return str(self.call("POST", "/jobs", 201, {**JOB, **members})["id"])

    def close_look(self, job: str) -> dict[str, object]:
        """Look at a job and its cost."""
        self.call("GET", "/jobs/{UUID}/cost", UUID=job)
        return self.call("GET", "/jobs/{UUID}", UUID=job)


def test_every_route_answers_in_its_published_shape() -> None:
    world = World()
    world.call("GET", "/whoami")
    world.call("GET", "/backends")
    shown = world.call("GET", "/backends/{backend}", backend="qpu.forte-1")
    latest = str(shown["characterization_id"])
    measured = "/backends/{backend}/characterizations"
    listed = world.call("GET", measured, query={"limit": "3"}, backend="qpu.forte-1")
    one = world.call("GET", measured + "/{UUID}", backend="qpu.forte-1", UUID=latest)
    assert isinstance(listed["characterizations"], list) and listed["characterizations"][0] == one

    plain = world.call("POST", "/sessions", 201, {"backend": "qpu.forte-1"})
    assert "settings" not in plain
    limits = {"job_count_limit": 9, "duration_limit_min": 5, "cost_limit": {"value": 9.5, "unit": "usd"}}
    session = str(world.call("POST", "/sessions", 201, {"backend": "qpu.forte-1", "settings": limits})["id"])
    inside: dict[str, object] = {"session_id": session, "shots": 100}
    jobs = [
        world.job(**inside, name="done", metadata={"purpose": "shapes"}),
        world.job(**inside, metadata={"simulated_failure": "TooManyGates"}),
        world.job(**inside, dry_run=True),
        world.job(**inside),
        world.job(backend="simulator", noise={"model": "aria-1", "seed": 3}),
        world.job(type="ionq.multi-circuit.v1", input={"gateset": "qis", "circuits": [{"circuit": []}]}),
    ]
    for _ in range(8):
        for job in jobs:
            world.close_look(job)
        world.call("GET", "/sessions/{session_id}", session_id=session)
        world.call("GET", "/jobs", query={"limit": "100"})
        world.clock.advance(7.5)
    assert world.close_look(jobs[0])["status"] == "completed"
    assert world.close_look(jobs[1])["failure"] == {"code": "TooManyGates", "message": "The job asked for this failure"}
    result = world.call("GET", "/jobs/{UUID}/results/probabilities", UUID=jobs[0])
    assert sum(float(str(share)) for share in result.values()) == pytest.approx(1)

    world.call("PUT", "/jobs/{UUID}/status/cancel", UUID=jobs[5])
    assert world.close_look(jobs[5])["status"] == "canceled"
    world.call("PUT", "/jobs/status/cancel", body={"ids": [*jobs, "unknown"]})
    world.call("GET", "/sessions", query={"active": "true"})
    assert world.call("POST", "/sessions/{session_id}/end", session_id=session)["status"] == "ended"
    world.call("GET", "/sessions", query={"active": "false"})
    world.call("GET", "/sessions/{session_id}/jobs", session_id=session)
    for backend in ("qpu.aria-1", "simulator"):
        world.call("GET", "/jobs/estimate", query={"backend": backend, "shots": "2000"})
    for group in ("job", "project", "user"):
        query = {"start_date": "2026-11-19", "end_date": "2026-11-22", "group_by": group, "modality": "daily"}
        usage = world.call(
            "GET", "/organizations/{organization_id}/usage", query=query, organization_id=world.cloud.organization_id
        )
        assert isinstance(usage["usage_data"], list) and len(usage["usage_data"]) == 3
    assert world.seen == set(shapes.operations())


@pytest.mark.parametrize(
    ("status", "method", "path", "body"),
    [
        (400, "POST", "/v0.4/sessions", b'{"backend": "qpu.harmony"}'),
        (400, "POST", "/sessions", b"{"),
        (404, "GET", "/v0.4/sessions/unknown", b""),
        (404, "GET", "/nowhere", b""),
        (405, "DELETE", "/sessions", b""),
    ],
)
def test_errors_have_the_published_shape(status: int, method: str, path: str, body: bytes) -> None:
    reply = respond(SimulatedCloud(StoppedClock()), Request(method, path, (), KEY, body))
    _is_error(reply, status)


@pytest.mark.parametrize("headers", [{}, {"authorization": "apiKey revoked"}, {"authorization": "Bearer abc"}])
def test_a_missing_or_refused_key_is_answered_401(headers: dict[str, str]) -> None:
    _is_error(respond(SimulatedCloud(StoppedClock()), Request("GET", "/whoami", (), headers)), 401)


def _is_error(reply: Reply, status: int) -> None:
    shown = json.loads(reply.body)
    assert reply.status == shown["statusCode"] == status
    assert shapes.component_errors("BadRequestError", shown) == []
    assert ("validation" in shown) == (status == 400)
    assert dict(reply.headers)["x-request-id"]
    assert dict(reply.headers)["Date"] == "Sun, 22 Nov 2026 14:00:00 GMT"
