"""All API calls, each defined once: method, path, body, decoder, and whether it is safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import quote

from ionq_tui.api import decode, decode_job
from ionq_tui.api.errors import MalformedIdError
from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.job import Job, JobCost, JobPage
from ionq_tui.model.key import KeyIdentity
from ionq_tui.model.outcome import NewJob, OpenRequest
from ionq_tui.model.overview import ListedSessions
from ionq_tui.model.priority import Priority
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import Session

if TYPE_CHECKING:
    from ionq_tui.model.artifact import Artifact, ArtifactContent
    from ionq_tui.model.clone import CloneRequest
    from ionq_tui.model.estimate import Circuit, Estimate
    from ionq_tui.model.job_detail import JobDetail
    from ionq_tui.model.spending import Grouping, OrganizationUsage, Period

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@quick_dataclass(frozen=True, slots=True)
class Operation(Generic[T_co]):
    """One call of the API."""

    attempt: str
    """Start of its error messages, such as "Failed to fetch session ID"."""
    method: str
    path: str
    read: Callable[[object], T_co]
    """Decodes the parsed JSON of a 2xx reply. Raises decode.Unreadable."""
    query: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, object] | None = None
    repeatable: bool = False
    """True if sending it twice has the same effect as sending it once."""
    listing: bool = False
    """True if a 404 concerns the whole collection and not one id."""
    priority: Priority = Priority.CHANGE
    """Priority over other requests of the same process."""
    as_text: bool = False
    """True if `read` takes the reply as text, whether it is JSON or not."""

    @property
    def changes(self) -> bool:
        """True if it changes something. Such a call is never sent in read-only mode."""
        return self.method != "GET"


def _path(*segments: str) -> str:
    """Join path segments, quoted so that no id can change the path. Raises MalformedIdError."""
    for segment in segments:
        if segment in ("", ".", "..") or len(segment) > 256 or any(map(_forbidden, segment)):
            raise MalformedIdError(f"malformed id {segment[:64]!r}")
    return "/" + "/".join(quote(segment, safe="") for segment in segments)


def _forbidden(character: str) -> bool:
    """Return True for whitespace, control characters and lone surrogates, which cannot be encoded."""
    return character <= " " or character == "\x7f" or "\ud800" <= character <= "\udfff"


def _get(
    what: str, path: str, read: Callable[[object], T], priority: Priority, *, listing: bool = False, **query: str | None
) -> Operation[T]:
    given = tuple((name, value) for name, value in query.items() if value is not None)
    return Operation(
        f"Failed to fetch {what}", "GET", path, read, query=given, repeatable=True, listing=listing, priority=priority
    )


def whoami() -> Operation[KeyIdentity]:
    """Get the identity of the API key."""
    return _get("who the key is", "/whoami", decode.read_identity, Priority.POLL)


def list_backends() -> Operation[tuple[Backend, ...]]:
    """List the backends. Needs no API key."""
    return _get("the list of backends", "/backends", decode.read_backends, Priority.PAGE, listing=True)


def get_backend(name: str) -> Operation[Backend]:
    """Get one backend. Needs no API key."""
    return _get(f"backend {name}", _path("backends", name), decode.read_backend, Priority.PAGE)


def newest_characterization(name: str) -> Operation[Characterization]:
    """Get the newest characterization of a backend. Needs no API key."""
    return _get(
        f"the newest characterization of {name}",
        _path("backends", name, "characterizations"),
        decode.read_newest_characterization,
        Priority.DETAIL,
        limit="1",
    )


def list_sessions(active: bool | None = None) -> Operation[ListedSessions]:
    """List the organization's sessions; all of them if `active` is None."""
    flag = None if active is None else str(active).lower()
    return _get("the list of sessions", "/sessions", decode.read_sessions, Priority.POLL, listing=True, active=flag)


def get_session(session_id: str) -> Operation[Session]:
    """Get one session."""
    return _get(f"session {session_id}", _path("sessions", session_id), decode.read_session, Priority.POLL)


def create_session(request: OpenRequest) -> Operation[Session]:
    """Open a session. It may incur cost, so it is sent only once."""
    return Operation(
        "Failed to create session", "POST", "/sessions", decode.read_session, body=request.body, listing=True
    )


def end_session(session_id: str) -> Operation[Session]:
    """Request the end of a session. Read the session afterwards to find out whether it ended."""
    return Operation(
        f"Failed to end session {session_id}", "POST", _path("sessions", session_id, "end"), decode.read_session
    )


def session_jobs(
    session_id: str,
    *,
    after: str | None = None,
    ids: tuple[str, ...] = (),
    limit: int | None = None,
    **filters: str | None,
) -> Operation[JobPage]:
    """Get one page of a session's jobs, or the jobs with the given ids. A filter that is None is not sent."""
    path = _path("sessions", session_id, "jobs")
    return _job_page(f"the jobs of session {session_id}", path, after, limit, filters, ids)


def list_jobs(*, after: str | None = None, limit: int | None = None, **filters: str | None) -> Operation[JobPage]:
    """Get one page of the jobs that the key may see. A filter that is None is not sent."""
    return _job_page("the list of jobs", "/jobs", after, limit, filters)


def _job_page(
    what: str,
    path: str,
    after: str | None,
    limit: int | None,
    filters: Mapping[str, str | None],
    ids: tuple[str, ...] = (),
) -> Operation[JobPage]:
    named = tuple(("ids", one) for one in ids)
    given = tuple((name, value) for name, value in filters.items() if value is not None)
    size = () if limit is None else (("limit", str(limit)),)
    cursor = () if after is None else (("next", after),)
    return Operation(
        f"Failed to fetch {what}",
        "GET",
        path,
        decode_job.read_job_page,
        query=(*named, *given, *size, *cursor),
        repeatable=True,
        priority=Priority.PAGE,
    )


def get_job(job_id: str) -> Operation[Job]:
    """Get one job."""
    return _get(f"job {job_id}", _path("jobs", job_id), decode_job.read_job, Priority.PAGE)


def job_detail(job_id: str) -> Operation[JobDetail]:
    """Get the settings and circuit statistics of one job."""
    from ionq_tui.api import decode_job_detail  # needed only by who asks for it

    return _get(f"job {job_id}", _path("jobs", job_id), decode_job_detail.read_job_detail, Priority.PAGE)


def job_cost(job_id: str) -> Operation[JobCost]:
    """Get the cost of one job."""
    return _get(f"the cost of job {job_id}", _path("jobs", job_id, "cost"), decode_job.read_cost, Priority.DETAIL)


def probabilities(job_id: str) -> Operation[Mapping[str, float]]:
    """Get the measured probabilities, from 0 to 1, by outcome number."""
    from ionq_tui.api import decode_job_detail  # needed only by who asks for it

    return _get(
        f"the result of job {job_id}",
        _path("jobs", job_id, "results", "probabilities"),
        decode_job_detail.read_probabilities,
        Priority.PAGE,
    )


def artifact(job_id: str, artifact: Artifact) -> Operation[ArtifactContent]:
    """Get the content of a file that IonQ keeps for a job.

    The path is made from ids alone. A job may also name a URL for a result; none is followed, since it could lead to
    another host. Shots without an id have a route of their own, which qiskit-ionq uses.
    """
    from ionq_tui.api.artifact_reply import read_artifact  # needed only by who asks for it

    below = ("artifacts", artifact.id) if artifact.id else ("results", "shots")
    operation = _get(
        f"the {artifact.kind} of job {job_id}",
        _path("jobs", job_id, *below),
        partial(read_artifact, artifact=artifact),
        Priority.PAGE,
    )
    return replace(operation, as_text=True)


def estimate(backend: str, circuit: Circuit) -> Operation[Estimate]:
    """Get the estimated cost of one such job. The request itself is free."""
    from ionq_tui.api import decode_job_detail  # needed only by who asks for it

    query = (
        ("backend", backend),
        ("qubits", str(circuit.qubits)),
        ("shots", str(circuit.shots)),
        ("1q_gates", str(circuit.one_qubit_gates)),
        ("2q_gates", str(circuit.two_qubit_gates)),
        ("error_mitigation", str(circuit.error_mitigation).lower()),
    )
    read = partial(decode_job_detail.read_estimate, backend=backend, circuit=circuit)
    return Operation(
        "Failed to fetch an estimate", "GET", "/jobs/estimate", read, query, repeatable=True, priority=Priority.PAGE
    )


def organization_usage(organization_id: str, period: Period, grouping: Grouping) -> Operation[OrganizationUsage]:
    """Get what an organization used on each day of a period."""
    from ionq_tui.api.usage_reply import read_usage  # needed only by who asks for it

    return _get(
        "the usage of the organization",
        _path("organizations", organization_id, "usage"),
        read_usage,
        Priority.DETAIL,
        start_date=period.first.isoformat(),
        end_date=period.last.isoformat(),
        group_by=grouping.value,
        modality="daily",
    )


def job_metadata(job_id: str) -> Operation[Mapping[str, str]]:
    """Get the metadata of one job, whole."""
    return _get(f"the metadata of job {job_id}", _path("jobs", job_id), decode_job.read_metadata, Priority.CONFIRM)


def clone_job(request: CloneRequest) -> Operation[NewJob]:
    """Clone a job into a session. Each request makes a job that may cost something, so it is never repeated."""
    return Operation(
        f"Failed to clone job {request.job_id}",
        "POST",
        _path("jobs", request.job_id, "clone"),
        decode_job.read_new_job,
        body=request.body,
    )


def cancel_job(job_id: str) -> Operation[frozenset[str]]:
    """Cancel one job. Canceling it twice has the same effect as once."""
    return Operation(
        f"Failed to cancel job {job_id}",
        "PUT",
        _path("jobs", job_id, "status", "cancel"),
        decode_job.read_canceled,
        repeatable=True,
    )


def cancel_jobs(job_ids: tuple[str, ...]) -> Operation[frozenset[str]]:
    """Cancel several jobs. Canceling them twice has the same effect as once."""
    body = {"ids": list(job_ids)}
    return Operation(
        "Failed to cancel jobs", "PUT", "/jobs/status/cancel", decode_job.read_canceled, body=body, repeatable=True
    )
