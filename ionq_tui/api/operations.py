"""Every call of the API, written once: method, path, body, how the reply is read, and whether it may be repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar
from urllib.parse import quote

from ionq_tui.api import wire
from ionq_tui.api.errors import MalformedIdError
from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.board import SessionList
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.job import Job, JobCost, JobPage
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.key import KeyIdentity
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.session import Session

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Operation(Generic[T_co]):
    """One call of the API."""

    method: str
    path: str
    read: Callable[[object], T_co]
    """Turns the parsed JSON of a 2xx reply into a value; raises wire.Unreadable."""
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, object] | None = None
    repeatable: bool = False
    """True where sending it twice does no more than sending it once."""
    listing: bool = False
    """True where a 404 is about the whole collection and not about one id."""

    @property
    def changes(self) -> bool:
        """True where it does something; such a call is never sent in read-only mode."""
        return self.method != "GET"


def _path(*segments: str) -> str:
    """Join segments so that none escapes from its place, whatever characters an id holds."""
    for segment in segments:
        if segment in ("", ".", "..") or len(segment) > 256 or any(map(_unfit, segment)):
            raise MalformedIdError(f"malformed id {segment[:64]!r}")
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


def _unfit(character: str) -> bool:
    """True for white space and control characters, and for halves of characters, which cannot be encoded."""
    return character <= " " or character == "\x7f" or "\ud800" <= character <= "\udfff"


def _get(path: str, read: Callable[[object], T], *, listing: bool = False, **query: str | None) -> Operation[T]:
    given = tuple((name, value) for name, value in query.items() if value is not None)
    return Operation("GET", path, read, query=given, repeatable=True, listing=listing)


def whoami() -> Operation[KeyIdentity]:
    """Ask who the key is."""
    return _get("/whoami", wire.read_identity)


def list_backends() -> Operation[tuple[Backend, ...]]:
    """List the backends; needs no key."""
    return _get("/backends", wire.read_backends, listing=True)


def get_backend(name: str) -> Operation[Backend]:
    """Read one backend; needs no key."""
    return _get(_path("backends", name), wire.read_backend)


def newest_characterization(name: str) -> Operation[Characterization]:
    """Read the newest characterization of a backend; needs no key."""
    return _get(_path("backends", name, "characterizations"), wire.read_newest_characterization, limit="1")


def list_sessions(active: bool | None = None) -> Operation[SessionList]:
    """List the organisation's sessions; all of them where `active` is None."""
    flag = None if active is None else str(active).lower()
    return _get("/sessions", wire.read_sessions, listing=True, active=flag)


def get_session(session_id: str) -> Operation[Session]:
    """Read one session."""
    return _get(_path("sessions", session_id), wire.read_session)


def create_session(request: OpenRequest) -> Operation[Session]:
    """Open a session: money may run, so it is sent once."""
    return Operation("POST", "/sessions", wire.read_session, body=request.body, listing=True)


def end_session(session_id: str) -> Operation[Session]:
    """Ask that a session be ended; whether it was is found out by reading it."""
    return Operation("POST", _path("sessions", session_id, "end"), wire.read_session)


def session_jobs(
    session_id: str, *, after: str | None = None, ids: tuple[str, ...] = (), limit: int | None = None
) -> Operation[JobPage]:
    """Read one page of a session's jobs, or those named by id."""
    named = tuple(("ids", one) for one in ids)
    size = () if limit is None else (("limit", str(limit)),)
    cursor = () if after is None else (("next", after),)
    path = _path("sessions", session_id, "jobs")
    return Operation("GET", path, wire.read_job_page, query=(*named, *size, *cursor), repeatable=True)


def get_job(job_id: str) -> Operation[Job]:
    """Read one job."""
    return _get(_path("jobs", job_id), wire.read_job)


def job_detail(job_id: str) -> Operation[JobDetail]:
    """Read how one job was set and what it consists of."""
    return _get(_path("jobs", job_id), wire.read_job_detail)


def job_cost(job_id: str) -> Operation[JobCost]:
    """Read what one job cost."""
    return _get(_path("jobs", job_id, "cost"), wire.read_cost)


def probabilities(job_id: str) -> Operation[Mapping[str, float]]:
    """Read how often each outcome was measured, as fractions of 1 by the outcome's number."""
    return _get(_path("jobs", job_id, "results", "probabilities"), wire.read_probabilities)


def estimate(backend: str, circuit: Circuit) -> Operation[Estimate]:
    """Ask what one job of that kind would cost; nothing is charged for the question."""
    query = (
        ("backend", backend),
        ("qubits", str(circuit.qubits)),
        ("shots", str(circuit.shots)),
        ("1q_gates", str(circuit.one_qubit_gates)),
        ("2q_gates", str(circuit.two_qubit_gates)),
        ("error_mitigation", str(circuit.error_mitigation).lower()),
    )
    read = partial(wire.read_estimate, backend=backend, circuit=circuit)
    return Operation("GET", "/jobs/estimate", read, query=query, repeatable=True)


def cancel_job(job_id: str) -> Operation[frozenset[str]]:
    """Cancel one job; cancelling twice does no more than once."""
    return Operation("PUT", _path("jobs", job_id, "status", "cancel"), wire.read_canceled, repeatable=True)


def cancel_jobs(job_ids: tuple[str, ...]) -> Operation[frozenset[str]]:
    """Cancel several jobs; cancelling twice does no more than once."""
    body = {"ids": list(job_ids)}
    return Operation("PUT", "/jobs/status/cancel", wire.read_canceled, body=body, repeatable=True)
