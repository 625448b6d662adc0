"""Fixtures for the client's tests: replies as the API writes them, and an in-process runner."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import httpx

from ionq_tui.api.auth import KeyAuth
from ionq_tui.api.runner import Runner
from ionq_tui.api.transport import ConnectionConfig
from ionq_tui.model.key import ApiKey

KEY: Final = "canary-key-0123456789-wxyz"
URL: Final = "http://127.0.0.1:9/v0.4"
NOW: Final = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
DATE: Final = "Sun, 22 Nov 2026 14:00:00 GMT"

SESSION: Final[Mapping[str, object]] = {
    "id": "0193-aaaaaa",
    "status": "started",
    "active": True,
    "backend": "qpu.forte-1",
    "created_at": "2026-11-22T14:00:00.000Z",
    "started_at": "2026-11-22T14:01:00.000Z",
    "ended_at": None,
    "organization_id": "org",
    "project_id": "project",
    "creator_id": "me",
    "ender_id": None,
    "settings": {
        "job_count_limit": 10,
        "duration_limit_min": 60,
        "cost_limit": {"value": 30.5, "unit": "usd"},
        "expires_at": "2026-11-22T15:01:00Z",
    },
}
JOB: Final[Mapping[str, object]] = {
    "id": "job-1",
    "status": "failed",
    "type": "ionq.circuit.v1",
    "backend": "qpu.forte-1",
    "name": "bell",
    "session_id": "0193-aaaaaa",
    "submitter_id": "me",
    "parent_job_id": None,
    "project_id": "project",
    "dry_run": False,
    "shots": 100,
    "submitted_at": "2026-11-22T14:00:00Z",
    "started_at": "2026-11-22T14:00:10Z",
    "completed_at": "2026-11-22T14:00:20Z",
    "predicted_wait_time_ms": 1000,
    "predicted_execution_duration_ms": 2000,
    "execution_duration_ms": 3000,
    "failure": {"code": "PreflightError", "message": "calibration drifted"},
}
BACKEND: Final[Mapping[str, object]] = {
    "backend": "qpu.forte-1",
    "status": "available",
    "degraded": False,
    "qubits": 36,
    "average_queue_time": 81_000.5,
    "last_updated": "2026-11-22T13:59:00Z",
    "location": "College Park",
    "characterization_id": "c-1",
    "kw": 4.5,
}


def error_body(status: int, message: str = "no") -> dict[str, object]:
    return {"statusCode": status, "error": "Refused", "message": message}


def wiring(
    respond: Callable[[httpx.Request], httpx.Response] | None = None,
    *,
    url: str = URL,
    deadline: float = 20.0,
    read_only: bool = False,
    timeout: float = 10.0,
) -> ConnectionConfig:
    return ConnectionConfig(
        url, KeyAuth(ApiKey(KEY), url), "tests", httpx.Timeout(timeout), deadline, read_only=read_only, respond=respond
    )


def runner(respond: Callable[[httpx.Request], httpx.Response], retries: int = 2) -> Runner:
    """Return a runner whose pauses take no time."""
    return Runner(wiring(respond), retries, patience=0.0)


def raw(
    status: int, body: bytes, headers: Mapping[str, str] | list[tuple[bytes, bytes]] | None = None
) -> httpx.Response:
    """Return a reply that is still to be read, as one from a network is."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


def reply(status: int, shown: object, **headers: str) -> httpx.Response:
    return raw(status, json.dumps(shown).encode(), {name.replace("_", "-"): value for name, value in headers.items()})
