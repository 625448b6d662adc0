"""Encode model objects as JSON with the API's field names, as printed by `--json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.job import Job
from ionq_tui.model.money import Money
from ionq_tui.model.session import Session
from ionq_tui.model.timestamp import timestamp

_SESSION = (
    *("id", "status", "active", "backend", "created_at", "started_at", "ended_at"),
    *("organization_id", "project_id", "creator_id", "ender_id"),
)
_BACKEND = (
    *("status", "degraded", "qubits", "average_queue_time", "last_updated", "location"),
    *("characterization_id", "kw", "supported_gates", "supported_native_gates", "supported_error_mitigations"),
)
_JOB = (
    *("id", "status", "type", "cost_model", "backend", "name", "session_id", "submitter_id", "parent_job_id"),
    *("project_id", "dry_run", "shots", "submitted_at", "started_at", "completed_at"),
)
"""Fields that have the same name in the model and in the API."""


def _written(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: timestamp(value) if isinstance(value, datetime) else value for name, value in fields.items()}


def money_json(money: Money | None) -> dict[str, object] | None:
    """Encode an amount as the API does."""
    return None if money is None else {"unit": money.unit, "value": float(money.value)}


def session_json(session: Session) -> dict[str, object]:
    """Encode a session with the API's field names."""
    limits = session.limits
    settings = {
        "job_count_limit": limits.jobs,
        "duration_limit_min": limits.minutes,
        "cost_limit": money_json(limits.money),
        "expires_at": session.expires_at,
    }
    encoded = _written({name: getattr(session, name) for name in _SESSION})
    return {**encoded, "settings": {name: value for name, value in _written(settings).items() if value is not None}}


def ends_json(session: Session, now: datetime) -> dict[str, object]:
    """Encode when the session will end, and which limit decides that.

    Both are null if unknown, or once the session has ended. Before the session has started, a time limit has no end
    yet: if that limit is the shorter one, only `ends_at_source` is known.
    """
    end, source = (None, None) if session.ended else session.end_seen(now)
    return {**_written({"ends_at": end}), "ends_at_source": None if source is None else source.value}


def backend_json(backend: Backend) -> dict[str, object]:
    """Encode a backend with the API's field names."""
    return {"backend": backend.name, **_written({name: getattr(backend, name) for name in _BACKEND})}


def characterization_json(measured: Characterization | None) -> dict[str, object] | None:
    """Encode a characterization with the API's field names, without the connectivity; null if it was not read."""
    if measured is None:
        return None
    fidelity = {name: {"median": one.median, "stderr": one.stderr} for name, one in measured.fidelity.items()}
    facts = _written({"id": measured.id, "date": measured.date, "qubits": measured.qubits})
    return {**facts, "fidelity": fidelity, "timing": dict(measured.timing)}


def job_json(job: Job) -> dict[str, object]:
    """Encode a job with the API's field names."""
    failure = None if job.failure is None else {"code": job.failure.code, "message": job.failure.message}
    return {
        **_written({name: getattr(job, name) for name in _JOB}),
        "predicted_wait_time_ms": job.predicted_wait_ms,
        "predicted_execution_duration_ms": job.predicted_run_ms,
        "execution_duration_ms": job.run_ms,
        "failure": failure,
    }
