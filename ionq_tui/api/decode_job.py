"""Tolerant decoding of jobs and their costs, by the rules of `decode`."""

from __future__ import annotations

from collections.abc import Mapping

from ionq_tui.api.decode import MAX_ID_LENGTH, Unreadable, id_of, is_id, item_of, items_of
from ionq_tui.api.error_message import code_in, words_in
from ionq_tui.api.fast_dataclass import fast_dataclass
from ionq_tui.api.scalar import as_written, count, duration, encodable, flag, moment, money, shared, text
from ionq_tui.model.job import CLONE_MARK, Failure, Job, JobCost, JobPage
from ionq_tui.model.outcome import NewJob

_job = fast_dataclass(Job)  # pages contain thousands of these


def read_job(value: object) -> Job:
    """Decode one job."""
    item = item_of(value)
    get = item.get
    return _job(
        id=id_of(item),
        status=shared(get("status")) or "unknown",
        backend=shared(get("backend")),
        name=text(get("name")),
        type=shared(get("type")),
        cost_model=shared(get("cost_model")),
        session_id=shared(get("session_id")),
        submitter_id=shared(get("submitter_id")),
        parent_job_id=shared(get("parent_job_id")) or None,
        project_id=shared(get("project_id")),
        dry_run=flag(get("dry_run")) or False,
        shots=count(get("shots")),
        submitted_at=moment(get("submitted_at")),
        started_at=moment(get("started_at")),
        completed_at=moment(get("completed_at")),
        predicted_wait_ms=duration(get("predicted_wait_time_ms")),
        predicted_run_ms=duration(get("predicted_execution_duration_ms")),
        run_ms=duration(get("execution_duration_ms")),
        failure=_failure(get("failure")),
        clone_mark=_clone_mark(item),
    )


def _clone_mark(item: Mapping[str, object]) -> str | None:
    """Decode the mark of a clone of ours: empty if the job's metadata have none, None if they are not told."""
    metadata = item.get("metadata")
    return (text(metadata.get(CLONE_MARK)) or "")[:MAX_ID_LENGTH] if isinstance(metadata, dict) else None


def _failure(value: object) -> Failure | None:
    """Decode why a job failed. Accepts a string, a list, or an object with a code or a message."""
    if value is None:
        return None
    code, words = code_in(value), words_in(value, fields=True)
    return Failure(code, words) if code or words else None


def read_job_page(value: object) -> JobPage:
    """Decode one page of jobs."""
    item = item_of(value)
    jobs, unreadable = items_of(item.get("jobs"), read_job)
    if unreadable and not jobs:
        raise Unreadable("the reply contains no job that can be read")
    after = item.get("next")
    if not (after is None or isinstance(after, str)):
        unreadable += 1  # there may be more, and this does not say where
    return JobPage(jobs, text(after) or None, unreadable)


def read_metadata(value: object) -> Mapping[str, str]:
    """Decode the metadata of `GET /jobs/{id}` whole, to be sent again. Raises Unreadable if they are not all text."""
    metadata = item_of(value).get("metadata")
    if metadata is None:
        return {}
    if not isinstance(metadata, dict):
        raise Unreadable("the job's metadata are not an object")
    kept = {name: held for name, held in metadata.items() if held is not None}
    if not all(isinstance(held, str) for held in kept.values()):
        raise Unreadable("the job's metadata are not all text")
    return {encodable(name): encodable(held) for name, held in kept.items()}


def read_new_job(value: object) -> NewJob:
    """Decode the reply to a request that makes a job."""
    item = item_of(value)
    return NewJob(id_of(item), text(item.get("session_id")) or None)


def read_cost(value: object) -> JobCost:
    """Decode `GET /jobs/{id}/cost`. Raises Unreadable if the cost is present but is not a valid amount."""
    item = item_of(value)
    charged = money(raw := item.get("cost"))
    if raw is not None and charged is None:
        raise Unreadable(f"the reply has an invalid cost: {_amount_text(raw)}")
    return JobCost(flag(item.get("dry_run")) or False, charged, money(item.get("estimated_cost")))


def _amount_text(value: object) -> str:
    """Format an invalid amount in a few characters."""
    parts = (value.get("value"), value.get("unit")) if isinstance(value, dict) else (value,)
    return " ".join(encodable(as_written(one))[:_MAX_SHOWN_LENGTH] for one in parts if one is not None) or "nothing"


_MAX_SHOWN_LENGTH = 24


def read_canceled(value: object) -> frozenset[str]:
    """Decode the job ids in the reply to canceling one or several jobs."""
    item = item_of(value)
    ids = item.get("ids")
    named = ids if isinstance(ids, list) else [item.get("id")]
    return frozenset(one for one in named if is_id(one))
