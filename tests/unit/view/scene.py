"""A session on a summer afternoon in Berlin, as the drawings show it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from ionq_tui.model.job import Failure, Job, JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.session import Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_costs, apply_jobs, apply_session
from tests.support.amounts import usd

TZ = timezone(timedelta(hours=2), "CEST")
NOW = datetime(2026, 7, 22, 12, 2, 10, tzinfo=UTC)
ID = "0192c4d8-77aa-7c31-b1f0-6d41aa9fe21c"
LIMITS = Limits(40, 90, Money(Decimal("30"), "usd"))


def at(hour: int, minute: int, second: int = 0) -> datetime:
    """Return a local time of the day."""
    return datetime(2026, 7, 22, hour, minute, second, tzinfo=TZ)


def session(limits: Limits = LIMITS, **changes: object) -> Session:
    facts: dict[str, object] = {
        "id": ID,
        "status": "started",
        "active": True,
        "backend": "qpu.forte-1",
        "created_at": at(13, 10),
        "started_at": at(13, 22),
        "expires_at": at(14, 40),
        "limits": limits,
    }
    return Session(**{**facts, **changes})  # type: ignore[arg-type]


def jobs() -> list[Job]:
    done = [
        Job(
            f"job-{number:06}",
            "completed",
            name=f"vqe-{number}",
            submitted_at=at(13, 20),
            started_at=at(13, 23),
            completed_at=at(13, 24),
            shots=1000,
            run_ms=14_000,
        )
        for number in range(28)
    ]
    told = [
        *done,
        Job("job-b81d3c", "failed", failure=Failure("QuotaExhaustedError", "project budget reached")),
        Job("job-7c20fe", "started", submitted_at=at(14, 0), started_at=at(14, 1, 56), submitter_id="ann"),
        Job("job-41ba07", "ready", predicted_wait_ms=130_000, submitter_id="bob"),
    ]
    return [replace(one, type="ionq.circuit.v1", cost_model="QCT") for one in told]


def costs() -> dict[str, JobCost]:
    return {
        **{f"job-{number:06}": JobCost(cost=usd("0.65")) for number in range(28)},
        "job-b81d3c": JobCost(cost=usd("0")),
        "job-7c20fe": JobCost(estimate=usd("2.05")),
        "job-41ba07": JobCost(estimate=usd("2.05")),
    }


def watch(held: Session | None = None, *, complete: bool = True) -> SessionSnapshot:
    told = apply_session(EMPTY_SNAPSHOT, held or session(), NOW)
    return apply_costs(apply_jobs(told, jobs(), NOW, complete=complete, began=NOW), costs())
