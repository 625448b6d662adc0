"""The routes of the simulated API and their handlers."""

from __future__ import annotations

from datetime import date, timedelta

from ionq_tui.simulator import job_route, serialize, validation
from ionq_tui.simulator.backend import MACHINES
from ionq_tui.simulator.paging import job_page
from ionq_tui.simulator.random_stream import hashed_id
from ionq_tui.simulator.request import ApiReply, ApiRequest, Handler
from ionq_tui.simulator.store import Refusal
from ionq_tui.simulator.usage import UsageTotals

_LARGEST_PAGE = 10


def whoami(call: ApiRequest) -> ApiReply:
    """Return the identity of the key."""
    return 200, {
        "key_id": hashed_id("key", call.caller),
        "key_name": "simulated key",
        "project_id": call.cloud.project_id,
    }


def backends(call: ApiRequest) -> ApiReply:
    """List the backends."""
    return 200, [serialize.backend(machine, call.cloud.now) for machine in MACHINES.values()]


def backend(call: ApiRequest) -> ApiReply:
    """Return one backend."""
    return 200, serialize.backend(call.cloud.machine(call.names[0]), call.cloud.now)


def characterizations(call: ApiRequest) -> ApiReply:
    """List the characterizations of a backend, newest first."""
    machine = call.cloud.machine(call.names[0])
    limit = call.query.whole("limit", _LARGEST_PAGE, most=_LARGEST_PAGE)
    page = call.query.whole("page", 1)
    first, last = call.query.day("start"), call.query.day("end")
    moments = [
        moment
        for moment in (serialize.measured_on(call.cloud.now) if machine.measured else [])
        if (first is None or moment.date() >= first) and (last is None or moment.date() <= last)
    ]
    shown = moments[(page - 1) * limit : page * limit]
    return 200, {
        "characterizations": [serialize.characterization(machine, moment) for moment in shown],
        "pages": -(-len(moments) // limit),
    }


def characterization(call: ApiRequest) -> ApiReply:
    """Return one characterization."""
    machine = call.cloud.machine(call.names[0])
    for moment in serialize.measured_on(call.cloud.now) if machine.measured else []:
        if serialize.characterization_id(machine, moment) == call.names[1]:
            return 200, serialize.characterization(machine, moment)
    raise Refusal(404, "There is no characterization with that id")


def sessions(call: ApiRequest) -> ApiReply:
    """List the organization's sessions, newest first."""
    active, cloud = call.query.truth("active"), call.cloud
    listed = cloud.active if active else cloud.sessions
    shown = [
        serialize.session(entry, cloud.organization_id)
        for entry in reversed(listed.values())
        if active is not False or not entry.active
    ]
    return 200, {"organization_id": cloud.organization_id, "sessions": shown}


def open_session(call: ApiRequest) -> ApiReply:
    """Open a session."""
    backend, terms = validation.terms(call.members(), call.cloud.unit)
    entry = call.cloud.open_session(call.caller, backend, terms)
    return 201, serialize.session(entry, call.cloud.organization_id)


def session(call: ApiRequest) -> ApiReply:
    """Return one session."""
    return 200, serialize.session(call.cloud.session(call.names[0]), call.cloud.organization_id)


def end_session(call: ApiRequest) -> ApiReply:
    """End a session."""
    entry = call.cloud.end(call.cloud.session(call.names[0]), call.caller)
    return 200, serialize.session(entry, call.cloud.organization_id)


def session_jobs(call: ApiRequest) -> ApiReply:
    """Return a page of a session's jobs."""
    entry = call.cloud.session(call.names[0])
    return 200, job_page(call.cloud, entry.jobs, call.query, lambda job: job.place)


def usage(call: ApiRequest) -> ApiReply:
    """Return the usage per day, week or month."""
    query, cloud = call.query, call.cloud
    if call.names[0] != cloud.organization_id:
        raise Refusal(404, "There is no organization with that id")
    start, end = query.day("start_date", needed=True), query.day("end_date", needed=True)
    group = query.choice("group_by", ("job", "project", "user"), needed=True) or ""
    modality = query.choice("modality", ("daily", "weekly", "monthly"), needed=True) or ""
    if start is None or end is None or start > end:
        raise Refusal(400, '"start_date" must not be after "end_date"', "start_date", "end_date", source="query")
    rows: dict[date, dict[str, UsageTotals]] = {}
    whole = UsageTotals()
    for day, groups in cloud.usage_records.days(group, start, end).items():
        row = rows.setdefault(_first_day(day, modality), {})
        for key, usage_totals in groups.items():
            row.setdefault(key, UsageTotals()).add(usage_totals)
            whole.add(usage_totals)
    total = serialize.total_fields(whole, cloud.unit)
    return 200, {
        "organization": cloud.organization_id,
        "start_date": f"{start}",
        "end_date": f"{end}",
        "usage_from": f"{start}T00:00:00.000Z",
        "usage_to": f"{end}T23:59:59.999Z",
        "usage_unit": cloud.unit,
        "group_type": group,
        "modality": modality,
        "job_count": total["job_count"],
        "time_us_total": total["time_us"],
        "amount_total": total["amount"],
        "amount_totals": total["amounts"],
        "usage_data": [serialize.usage_row(day, groups, cloud.unit) for day, groups in rows.items()],
    }


def _first_day(day: date, modality: str) -> date:
    if modality == "weekly":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if modality == "monthly" else day


_ = ""
"""A variable segment of a path."""

OPEN = frozenset({backends, backend, characterizations, characterization})
"""Handlers that need no API key."""

ROUTES: dict[tuple[str, ...], dict[str, Handler]] = {
    ("whoami",): {"GET": whoami},
    ("backends",): {"GET": backends},
    ("backends", _): {"GET": backend},
    ("backends", _, "characterizations"): {"GET": characterizations},
    ("backends", _, "characterizations", _): {"GET": characterization},
    ("sessions",): {"GET": sessions, "POST": open_session},
    ("sessions", _): {"GET": session},
    ("sessions", _, "end"): {"POST": end_session},
    ("sessions", _, "jobs"): {"GET": session_jobs},
    ("schemas", "formats", _): {"GET": job_route.result_format},
    ("jobs",): {"GET": job_route.jobs, "POST": job_route.submit, "DELETE": job_route.delete_many},
    ("jobs", "estimate"): {"GET": job_route.estimate},
    ("jobs", "status", "cancel"): {"PUT": job_route.cancel_many},
    ("jobs", _): {"GET": job_route.job, "DELETE": job_route.delete},
    ("jobs", _, "clone"): {"POST": job_route.clone},
    ("jobs", _, "move"): {"POST": job_route.move},
    ("jobs", _, "cost"): {"GET": job_route.job_cost},
    ("jobs", _, "artifacts", _): {"GET": job_route.artifact},
    ("jobs", _, "results", "probabilities"): {"GET": job_route.probabilities},
    ("jobs", _, "results", "probabilities", "aggregated"): {"GET": job_route.aggregated},
    ("jobs", _, "results", "histogram"): {"GET": job_route.counts},
    ("jobs", _, "results", "shots"): {"GET": job_route.shots},
    ("jobs", _, "status", "cancel"): {"PUT": job_route.cancel},
    ("organizations", _, "usage"): {"GET": usage},
}
"""Handlers by path and method; if two paths match, the first one is used."""


def find(segments: tuple[str, ...]) -> tuple[dict[str, Handler], tuple[str, ...]] | None:
    """Return the handlers of a path and the values of its variable segments, None if there is no such path."""
    for path, handlers in ROUTES.items():
        if len(path) == len(segments) and all(
            known == given if known else bool(given) for known, given in zip(path, segments, strict=True)
        ):
            return handlers, tuple(given for known, given in zip(path, segments, strict=True) if not known)
    return None
