"""The API as the engine uses it: async, with failures returned as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from ionq_tui.api import operations
from ionq_tui.api.clone_flow import clone_once
from ionq_tui.api.errors import IonQError, MalformedIdError, fault_of_error
from ionq_tui.api.flows import WRONG_SESSION, end_confirmed, open_once
from ionq_tui.api.operations import Operation
from ionq_tui.api.runner import Runner
from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.job import Job, JobCost, JobPage
from ionq_tui.model.key import KeyIdentity
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import (
    CloneOutcome,
    CloneUnconfirmed,
    EndOutcome,
    EndUnknown,
    Known,
    NotCloned,
    OpenOutcome,
    OpenRequest,
)
from ionq_tui.model.overview import ListedSessions
from ionq_tui.model.session import Session

if TYPE_CHECKING:
    from ionq_tui.model.artifact import Artifact, ArtifactContent
    from ionq_tui.model.clone import CloneRequest
    from ionq_tui.model.estimate import Circuit, Estimate
    from ionq_tui.model.job_detail import JobDetail
    from ionq_tui.model.spending import Grouping, OrganizationUsage, Period

P = ParamSpec("P")
T = TypeVar("T")


class HttpCloud:
    """One API server, reached through one runner."""

    def __init__(self, runner: Runner) -> None:
        """Take the runner that sends the requests."""
        self._runner = runner

    async def _ask(self, call: Callable[P, Operation[T]], *args: P.args, **kwargs: P.kwargs) -> T | Fault:
        try:
            answer = await self._runner.ask(call(*args, **kwargs))
        except IonQError as error:
            return fault_of_error(error)
        return fault_of_error(answer.error or IonQError("no reply")) if answer.value is None else answer.value

    async def whoami(self) -> KeyIdentity | Fault:
        """Return the identity of the API key."""
        return await self._ask(operations.whoami)

    async def backends(self) -> tuple[Backend, ...] | Fault:
        """List the backends."""
        return await self._ask(operations.list_backends)

    async def characterization(self, backend: str) -> Characterization | Fault:
        """Get the newest characterization of a backend."""
        return await self._ask(operations.newest_characterization, backend)

    async def sessions(self, active: bool) -> ListedSessions | Fault:
        """List the organization's sessions."""
        return await self._ask(operations.list_sessions, active)

    async def session(self, session_id: str) -> Session | Fault:
        """Get one session."""
        session = await self._ask(operations.get_session, session_id)
        if isinstance(session, Session) and not session.called(session_id):
            return Fault(FaultKind.GARBLED, WRONG_SESSION)
        return session

    async def session_jobs(
        self, session_id: str, *, after: str | None = None, ids: tuple[str, ...] = (), limit: int = 100
    ) -> JobPage | Fault:
        """Get one page of a session's jobs."""
        return await self._ask(operations.session_jobs, session_id, after=after, ids=ids, limit=limit)

    async def user_jobs(
        self, *, submitter_id: str, backend: str, status: str | None, after: str | None, limit: int
    ) -> JobPage | Fault:
        """Get one page of a user's jobs on a backend."""
        return await self._ask(
            operations.list_jobs, after=after, limit=limit, submitter_id=submitter_id, target=backend, status=status
        )

    async def job(self, job_id: str) -> Job | Fault:
        """Get one job."""
        return await self._ask(operations.get_job, job_id)

    async def job_detail(self, job_id: str) -> JobDetail | Fault:
        """Get the settings and circuit statistics of one job."""
        return await self._ask(operations.job_detail, job_id)

    async def job_cost(self, job_id: str) -> JobCost | Fault:
        """Get the cost of one job."""
        return await self._ask(operations.job_cost, job_id)

    async def probabilities(self, job_id: str) -> Mapping[str, float] | Fault:
        """Get the measured probability of each outcome."""
        return await self._ask(operations.probabilities, job_id)

    async def artifact(self, job_id: str, artifact: Artifact) -> ArtifactContent | Fault:
        """Get the content of a file that IonQ keeps for a job."""
        return await self._ask(operations.artifact, job_id, artifact)

    async def estimate(self, backend: str, circuit: Circuit) -> Estimate | Fault:
        """Get the estimated cost of one such job."""
        return await self._ask(operations.estimate, backend, circuit)

    async def usage(self, organization_id: str, period: Period, grouping: Grouping) -> OrganizationUsage | Fault:
        """Get what an organization used on each day of a period."""
        return await self._ask(operations.organization_usage, organization_id, period, grouping)

    async def cancel_jobs(self, job_ids: tuple[str, ...]) -> frozenset[str] | Fault:
        """Cancel one or several jobs."""
        if len(job_ids) == 1:
            return await self._ask(operations.cancel_job, job_ids[0])
        return await self._ask(operations.cancel_jobs, job_ids)

    async def job_metadata(self, job_id: str) -> Mapping[str, str] | Fault:
        """Get the metadata of one job."""
        return await self._ask(operations.job_metadata, job_id)

    async def clone_once(self, request: CloneRequest) -> CloneOutcome:
        """Clone a job with exactly one POST request and determine the outcome."""
        try:
            return await self._runner.arun_flow(clone_once(request))
        except MalformedIdError as error:  # it is raised before anything is sent
            return NotCloned(fault_of_error(error), error)
        except IonQError as error:
            return CloneUnconfirmed(fault_of_error(error), cause=error)

    async def open_once(
        self, request: OpenRequest, known: Known, seen: dict[str, Session], lost: Callable[[Fault], None]
    ) -> OpenOutcome:
        """Open a session with exactly one POST request and determine the outcome."""
        return await self._runner.arun_flow(open_once(request, known, seen, lost))

    async def end_confirmed(self, session_id: str, seen_active: bool, again: bool = False) -> EndOutcome:
        """End a session and check that it ended.

        `again` shortens the check after a failed request, for callers that retry.
        """
        try:
            return await self._runner.arun_flow(end_confirmed(session_id, seen_active, again))
        except IonQError as error:
            return EndUnknown(fault_of_error(error))

    async def close(self) -> None:
        """Close the connections."""
        await self._runner.aclose()
