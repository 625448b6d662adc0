"""The handlers of the simulated API that are about jobs."""

from __future__ import annotations

from dataclasses import replace

from ionq_tui.simulator import serialize, validation
from ionq_tui.simulator.backend import MACHINES
from ionq_tui.simulator.paging import child_page, job_page
from ionq_tui.simulator.request import ApiReply, ApiRequest
from ionq_tui.simulator.result import by_id, by_route, format_schema
from ionq_tui.simulator.store import JobEntry, Order, Refusal


def jobs(call: ApiRequest) -> ApiReply:
    """Return a page of all jobs, of one session's jobs, or of the circuits of one job."""
    wanted, parent = call.query.text("session_id"), call.query.text("parent_job_id")
    if parent is not None:
        return 200, child_page(call.cloud, parent, call.query)
    if wanted is None:
        return 200, job_page(call.cloud, call.cloud.log, call.query, lambda job: job.number)
    found = call.cloud.sessions.get(wanted)
    return 200, job_page(call.cloud, found.jobs if found else [], call.query, lambda job: job.place)


def submit(call: ApiRequest) -> ApiReply:
    """Submit a job."""
    return _submitted(call, *validation.order(call.members()))


def clone(call: ApiRequest) -> ApiReply:
    """Submit a job again, with changes."""
    return _submitted(call, *validation.clone(call.members(), call.cloud.job(call.names[0]).order))


def move(call: ApiRequest) -> ApiReply:
    """Submit a waiting job again, with changes, and cancel the original, whose id stands in the new one's metadata."""
    original = call.cloud.job(call.names[0])
    order, failure = validation.clone(call.members(), original.order)
    if original.finished:
        raise Refusal(409, f"The job is {original.status} and cannot be moved")
    order = replace(order, metadata={**(order.metadata or {}), "original_job_id": original.id})
    reply = _submitted(call, order, failure)
    call.cloud.cancel(original)
    return reply


def _submitted(call: ApiRequest, order: Order, failure: tuple[str, str] | None) -> ApiReply:
    entry = call.cloud.submit(call.caller, order, failure)
    return 201, {"id": entry.id, "status": entry.status, "session_id": entry.session_id}


def job(call: ApiRequest) -> ApiReply:
    """Return one job, or one circuit of a job."""
    part = call.cloud.part(call.names[0])
    children = list(part.job.child_ids) if part.aggregated else None
    return 200, {**serialize.job(part, call.cloud.now), "child_job_ids": children}


def job_cost(call: ApiRequest) -> ApiReply:
    """Return the cost of a job."""
    return 200, serialize.cost(call.cloud.part(call.names[0]), call.cloud.unit)


def probabilities(call: ApiRequest) -> ApiReply:
    """Return the probabilities of a job."""
    call.query.truth("sharpen")
    return 200, by_route(call.cloud.part(call.names[0]), "results", "probabilities")


def aggregated(call: ApiRequest) -> ApiReply:
    """Return the probabilities of each circuit of a job that has several."""
    call.query.truth("sharpen")
    return 200, by_route(call.cloud.part(call.names[0]), "results", "probabilities", "aggregated")


def counts(call: ApiRequest) -> ApiReply:
    """Return how many shots of a job had each outcome."""
    return 200, by_route(call.cloud.part(call.names[0]), "results", "histogram")


def shots(call: ApiRequest) -> ApiReply:
    """Return the outcome of each shot of a job."""
    return 200, by_route(call.cloud.part(call.names[0]), "results", "shots")


def artifact(call: ApiRequest) -> ApiReply:
    """Return a result of a job by its id."""
    return 200, by_id(call.cloud.part(call.names[0]), call.names[1])


def result_format(call: ApiRequest) -> ApiReply:
    """Return the JSON Schema of a format of results."""
    return 200, format_schema(call.names[0])


def delete(call: ApiRequest) -> ApiReply:
    """Delete one job."""
    entry = call.cloud.job(call.names[0])
    call.cloud.delete(entry)
    return 200, {"id": entry.id, "status": "deleted"}


def delete_many(call: ApiRequest) -> ApiReply:
    """Delete several jobs, and return the ids of those that there were."""
    known = _known(call)
    for entry in sorted(known, key=lambda entry: entry.status == "started"):
        call.cloud.delete(entry)
    return 200, {"ids": [entry.id for entry in known], "status": "deleted"}


def cancel(call: ApiRequest) -> ApiReply:
    """Cancel one job."""
    entry = call.cloud.cancel(call.cloud.job(call.names[0]))
    return 200, {"id": entry.id, "status": entry.status}


def cancel_many(call: ApiRequest) -> ApiReply:
    """Cancel the unfinished ones of several jobs, and return the ids of those that are canceled."""
    known = _known(call)
    # Cancel waiting jobs first: canceling the running one would start the next.
    for entry in sorted(known, key=lambda entry: entry.status == "started"):
        if not entry.finished:
            call.cloud.cancel(entry)
    return 200, {"ids": [entry.id for entry in known if entry.status == "canceled"], "status": "canceled"}


def _known(call: ApiRequest) -> list[JobEntry]:
    """Return the jobs among the ids in the body."""
    jobs = call.cloud.jobs
    asked = dict.fromkeys(validation.ids(call.members()))
    return [jobs[one] for one in asked if one in jobs and not jobs[one].deleted]


def estimate(call: ApiRequest) -> ApiReply:
    """Return the estimated cost of a job."""
    query, cloud = call.query, call.cloud
    name = query.choice("backend", tuple(MACHINES), needed=True) or ""
    kind = query.text("type") or "ionq.circuit.v1"
    order = Order(name, kind, query.whole("shots", 1000, most=1_000_000), query.whole("qubits", 25))
    context: serialize.Json = {
        "backend": name,
        "type": kind,
        "qubits": order.qubits,
        "shots": order.shots,
        "1q_gates": query.whole("1q_gates", 0, least=0),
        "2q_gates": query.whole("2q_gates", 0, least=0),
        "error_mitigation": query.truth("error_mitigation") or False,
        "organization": cloud.organization_id,
        "project": cloud.project_id,
    }
    return 200, serialize.estimate(MACHINES[name], context, order, cloud.unit, cloud.now)
