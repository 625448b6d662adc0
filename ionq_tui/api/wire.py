"""Tolerant JSON to model and back: unknown fields are ignored, a missing or mistyped optional field is unknown.

One bad item never hides its neighbours. What must be there and is not raises Unreadable.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Context, Decimal, InvalidOperation
from sys import intern
from typing import Any, TypeVar

from ionq_tui.api.mould import mould
from ionq_tui.model.backend import Backend, Characterization, Measured
from ionq_tui.model.board import SessionList
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.job import Failure, Job, JobCost, JobPage
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.key import KeyIdentity
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.session import Session
from ionq_tui.model.stamp import stamp

T = TypeVar("T")

_from_iso = datetime.fromisoformat
# What lists hold by the thousand.
_session, _limits, _job = mould(Session), mould(Limits), mould(Job)

_LONGEST_ID = 256
_LONGEST_NUMBER = 40
_LONG = 1024 * 1024
_MOST_PARTS = 200_000
"""Commas and opening brackets in one reply: what they part can take thirty times the room of its bytes."""
_SHORT = 512 * 1024
"""Bytes of a reply whose parts need no counting: however small they are, so many larger ones take more room."""
_LARGEST = Decimal(10) ** 15
_USUAL = 10**15
_SANE = Context(prec=28, Emin=-30, Emax=30, traps=[])
"""Brings numbers of a million digits or an exponent of a billion down to what arithmetic and screens can bear."""


class Unreadable(ValueError):
    """The reply, or one item of it, lacks what it must hold."""


def parse(body: bytes) -> Any:  # noqa: ANN401 - JSON is any of it
    """Read JSON; NaN and infinity become null, floats stay exact. Raises Unreadable."""
    if len(body) > _SHORT and body.count(b",") + body.count(b"[") + body.count(b"{") > _MOST_PARTS:
        raise Unreadable("the reply holds too many values")
    # Where a long reply is no text at all, marks in the place of its bytes would take twice their room.
    text = body.decode("utf-8-sig", errors="replace" if len(body) < _LONG else "ignore")
    try:
        return json.loads(text, parse_float=_exact, parse_constant=_nothing)
    except RecursionError:
        raise Unreadable("the reply is nested too deeply") from None
    except ValueError:
        pass
    try:
        return json.loads(text, parse_float=_exact, parse_constant=_nothing, parse_int=_int)
    except (ValueError, RecursionError):
        raise Unreadable("the reply is empty" if not text.strip() else "the reply is not JSON") from None


def _nothing(_: str) -> None:
    """Stand in for a number that is none."""


def _exact(digits: str) -> Decimal | None:
    """Read a number with a fraction or an exponent exactly, unless its exponent is beyond all measure."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


def _int(digits: str) -> int | None:
    """Read a whole number unless it is absurdly long, which Python refuses with an error."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else None


def _item(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("the reply is not an object")
    return value


def _id(item: Mapping[str, Any], key: str = "id") -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_ID or not value.isprintable():
        raise Unreadable(f"the reply has no usable {key!r}")
    return value


def _part(item: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Read an object within an object; an empty one where there is none."""
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    if type(value) is not str:
        return None
    return value if value.isascii() else _plain(value)


def _shared(value: object) -> str | None:
    """Read what many jobs have in common as one text: half of the room that thousands of jobs take."""
    text = _text(value)
    return None if text is None else intern(text)


def _plain(text: str) -> str:
    """Return text that can be encoded: JSON may hold halves of characters, which no socket, file or terminal takes."""
    return text if text.isascii() else text.encode("utf-8", errors="replace").decode()


def _flag(value: object) -> bool | None:
    return value if value is True or value is False else None


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    exact = _SANE.plus(Decimal(value))
    return exact if exact.is_finite() and abs(exact) <= _LARGEST else None


def _number(value: object) -> float | None:
    exact = _decimal(value)
    return None if exact is None else float(exact)


def _count(value: object) -> int | None:
    """Read a whole number of zero or more."""
    if value is None or (type(value) is int and 0 <= value <= _USUAL):
        return value
    exact = _decimal(value)
    return int(exact) if exact is not None and exact >= 0 and exact == exact.to_integral_value() else None


def moment(value: object) -> datetime | None:
    """Read an RFC 3339 time as UTC; without a zone it is taken as UTC, out of range it is unknown."""
    if type(value) is not str or len(value) > 64:
        return None
    try:
        # Nearly all come as this reads them at once, and lists bear thousands.
        if (usual := _from_iso(value)).tzinfo is UTC:
            return usual
    except ValueError:
        pass
    try:
        read = _from_iso(value.strip().upper())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _money(value: object, default_unit: str | None = None) -> Money | None:
    if not isinstance(value, dict):
        return None
    number, unit = _decimal(value.get("value")), _text(value.get("unit")) or default_unit
    return None if number is None or unit is None else Money(number, unit)


def _items(value: object, read: Callable[[object], T]) -> tuple[tuple[T, ...], int]:
    """Read a list item by item; returns what could be read and how many could not."""
    if not isinstance(value, list):
        raise Unreadable("the reply holds no list where one must be")
    good, bad = [], 0
    for item in value:
        try:
            good.append(read(item))
        except Unreadable:
            bad += 1
    return tuple(good), bad


def read_identity(value: object) -> KeyIdentity:
    """Read `GET /whoami`."""
    item = _item(value)
    return KeyIdentity(_id(item, "key_id"), _text(item.get("key_name")) or "", _text(item.get("project_id")))


def read_session(value: object) -> Session:
    """Read one session."""
    item = _item(value)
    get, limit = item.get, _part(item, "settings").get
    return _session(
        id=_id(item),
        status=_text(get("status")) or "unknown",
        active=_flag(get("active")),
        backend=_text(get("backend")),
        created_at=moment(get("created_at")),
        started_at=moment(get("started_at")),
        ended_at=moment(get("ended_at")),
        expires_at=moment(limit("expires_at")),
        organization_id=_text(get("organization_id")),
        project_id=_text(get("project_id")),
        creator_id=_text(get("creator_id")),
        ender_id=_text(get("ender_id")),
        limits=_limits(
            _count(limit("job_count_limit")),
            _count(limit("duration_limit_min")),
            _money(limit("cost_limit"), "usd"),
        ),
    )


def read_sessions(value: object) -> SessionList:
    """Read `GET /sessions`."""
    item = _item(value)
    sessions, unreadable = _items(item.get("sessions"), read_session)
    return SessionList(sessions, _text(item.get("organization_id")), unreadable)


def read_backend(value: object) -> Backend:
    """Read one backend."""
    item = _item(value)
    return Backend(
        name=_id(item, "backend"),
        status=_text(item.get("status")) or "unknown",
        degraded=_flag(item.get("degraded")),
        qubits=_count(item.get("qubits")),
        average_queue_time=_number(item.get("average_queue_time")),
        last_updated=moment(item.get("last_updated")),
        location=_text(item.get("location")),
        characterization_id=_text(item.get("characterization_id")),
        kw=_number(item.get("kw")),
    )


def read_backends(value: object) -> tuple[Backend, ...]:
    """Read `GET /backends`."""
    backends, unreadable = _items(value, read_backend)
    if unreadable and not backends:
        raise Unreadable("the reply holds no backend that can be read")
    return backends


def read_characterization(value: object) -> Characterization:
    """Read one characterization."""
    item = _item(value)
    return Characterization(
        id=_id(item),
        backend=_text(item.get("backend")) or "",
        date=moment(item.get("date")),
        qubits=_count(item.get("qubits")),
        fidelity={
            _plain(name): Measured(median, _number(of.get("stderr")))
            for name, of in _part(item, "fidelity").items()
            if isinstance(of, dict) and (median := _number(of.get("median"))) is not None
        },
        timing={
            _plain(name): seconds
            for name, value in _part(item, "timing").items()
            if (seconds := _number(value)) is not None
        },
    )


def read_newest_characterization(value: object) -> Characterization:
    """Read the first of `GET /backends/{backend}/characterizations`."""
    found, _ = _items(_item(value).get("characterizations"), read_characterization)
    if not found:
        raise Unreadable("there is no characterization")
    return found[0]


def read_job(value: object) -> Job:
    """Read one job."""
    item = _item(value)
    get, failure = item.get, _part(item, "failure")
    return _job(
        id=_id(item),
        status=_shared(get("status")) or "unknown",
        backend=_shared(get("backend")),
        name=_text(get("name")),
        type=_shared(get("type")),
        cost_model=_shared(get("cost_model")),
        session_id=_shared(get("session_id")),
        submitter_id=_shared(get("submitter_id")),
        parent_job_id=_shared(get("parent_job_id")),
        project_id=_shared(get("project_id")),
        dry_run=_flag(get("dry_run")) or False,
        shots=_count(get("shots")),
        submitted_at=moment(get("submitted_at")),
        started_at=moment(get("started_at")),
        completed_at=moment(get("completed_at")),
        predicted_wait_ms=_count(get("predicted_wait_time_ms")),
        predicted_run_ms=_count(get("predicted_execution_duration_ms")),
        run_ms=_count(get("execution_duration_ms")),
        failure=_failure(failure) if failure else None,
    )


def _failure(item: Mapping[str, Any]) -> Failure:
    return Failure(_text(item.get("code")) or "unknown", _text(item.get("message")) or _text(item.get("error")) or "")


def read_job_page(value: object) -> JobPage:
    """Read one page of jobs."""
    item = _item(value)
    jobs, unreadable = _items(item.get("jobs"), read_job)
    if unreadable and not jobs:
        raise Unreadable("the reply holds no job that can be read")
    return JobPage(jobs, _text(item.get("next")) or None, unreadable)


_MOST_SETTINGS = 64
_LONGEST_SETTING = 1_000


def read_job_detail(value: object) -> JobDetail:
    """Read what lists of jobs leave out of `GET /jobs/{id}`."""
    item = _item(value)
    stats = _part(item, "stats")
    gates = _part(stats, "gate_counts")
    counts = ((name, _number(value)) for name, value in list(gates.items())[:_MOST_SETTINGS])
    return JobDetail(
        id=_id(item),
        qubits=_count(stats.get("qubits")),
        circuits=_count(stats.get("circuits")),
        gates={_plain(name[:_LONGEST_ID]): number for name, number in counts if number is not None and number >= 0},
        settings=_settings(_part(item, "settings")),
        noise=_settings(_part(item, "noise")),
        metadata=_settings(_part(item, "metadata")),
    )


def _settings(item: Mapping[str, Any]) -> dict[str, str]:
    """Read settings of any depth as texts by dotted names."""
    read: dict[str, str] = {}
    waiting: list[tuple[str, object]] = list(item.items())[:_MOST_SETTINGS]
    while waiting and len(read) < _MOST_SETTINGS:
        name, value = waiting.pop(0)
        if isinstance(value, dict):
            inner = [(f"{name}.{key}"[:_LONGEST_ID], held) for key, held in list(value.items())[:_MOST_SETTINGS]]
            waiting[:0] = inner[: 2 * _MOST_SETTINGS]
        elif value is not None:
            several = value[:_MOST_SETTINGS] if isinstance(value, list) else [value]
            read[_plain(name[:_LONGEST_ID])] = _plain(", ".join(map(_setting, several))[:_LONGEST_SETTING])
    return read


def _setting(value: object) -> str:
    """Write one value of the settings as the JSON had it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int | Decimal):
        return f"{_SANE.plus(Decimal(value)).normalize():f}"
    return value[:_LONGEST_SETTING] if isinstance(value, str) else "…"


def read_cost(value: object) -> JobCost:
    """Read `GET /jobs/{id}/cost`."""
    item = _item(value)
    return JobCost(_flag(item.get("dry_run")) or False, _money(item.get("cost")), _money(item.get("estimated_cost")))


def read_estimate(value: object, backend: str, circuit: Circuit) -> Estimate:
    """Read `GET /jobs/estimate`; the live API's reply once had another shape, so nothing in it must be there."""
    item = _item(value)
    return Estimate(
        backend,
        circuit,
        _money({"value": item.get("estimated_total_cost"), "unit": item.get("estimated_unit")}),
        _count(item.get("estimated_execution_time")),
        _count(item.get("current_predicted_queue_time")),
    )


_MOST_OUTCOMES = 65_536


def read_probabilities(value: object) -> Mapping[str, float]:
    """Read `GET /jobs/{id}/results/probabilities`: fractions of 1 by outcome."""
    item = _item(value)
    read = {name: _number(item.get(name)) for name in list(item)[:_MOST_OUTCOMES] if len(name) <= _LONGEST_ID}
    return {name: share for name, share in read.items() if share is not None and 0 <= share <= 1}


def read_canceled(value: object) -> frozenset[str]:
    """Read the ids of a reply to cancelling one job or many."""
    item = _item(value)
    ids = item.get("ids")
    named = ids if isinstance(ids, list) else [item.get("id")]
    return frozenset(_plain(one) for one in named if isinstance(one, str))


_SESSION = (
    *("id", "status", "active", "backend", "created_at", "started_at", "ended_at"),
    *("organization_id", "project_id", "creator_id", "ender_id"),
)
_BACKEND = (
    *("status", "degraded", "qubits", "average_queue_time", "last_updated", "location"),
    *("characterization_id", "kw"),
)
_JOB = (
    *("id", "status", "type", "cost_model", "backend", "name", "session_id", "submitter_id", "parent_job_id"),
    *("project_id", "dry_run", "shots", "submitted_at", "started_at", "completed_at"),
)
"""Fields whose names in the model are the API's own."""


def _written(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: stamp(value) if isinstance(value, datetime) else value for name, value in fields.items()}


def money_json(money: Money | None) -> dict[str, object] | None:
    """Write money as the API does."""
    return None if money is None else {"unit": money.unit, "value": float(money.value)}


def session_json(session: Session) -> dict[str, object]:
    """Write a session in the API's own names."""
    limits = session.limits
    settings = {
        "job_count_limit": limits.jobs,
        "duration_limit_min": limits.minutes,
        "cost_limit": money_json(limits.money),
        "expires_at": session.expires_at,
    }
    told = _written({name: getattr(session, name) for name in _SESSION})
    return {**told, "settings": {name: value for name, value in _written(settings).items() if value is not None}}


def backend_json(backend: Backend) -> dict[str, object]:
    """Write a backend in the API's own names."""
    return {"backend": backend.name, **_written({name: getattr(backend, name) for name in _BACKEND})}


def job_json(job: Job) -> dict[str, object]:
    """Write a job in the API's own names."""
    failure = None if job.failure is None else {"code": job.failure.code, "message": job.failure.message}
    return {
        **_written({name: getattr(job, name) for name in _JOB}),
        "predicted_wait_time_ms": job.predicted_wait_ms,
        "predicted_execution_duration_ms": job.predicted_run_ms,
        "execution_duration_ms": job.run_ms,
        "failure": failure,
    }
