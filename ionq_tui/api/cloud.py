"""The API as the engine wants it: async, with failures as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

from ionq_tui.api import operations
from ionq_tui.api.channel import Channel
from ionq_tui.api.errors import IonQError, fault_of
from ionq_tui.api.flows import ABOUT_ANOTHER, end_proved, open_once
from ionq_tui.api.operations import Operation
from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.board import SessionList
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.job import Job, JobCost, JobPage
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.key import KeyIdentity
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.model.outcome import EndOutcome, EndUnknown, Known, OpenOutcome, OpenRequest
from ionq_tui.model.session import Session

P = ParamSpec("P")
T = TypeVar("T")


class HttpCloud:
    """One server of the API behind one channel."""

    def __init__(self, channel: Channel) -> None:
        """Take the channel."""
        self._channel = channel

    async def _ask(self, call: Callable[P, Operation[T]], *args: P.args, **kwargs: P.kwargs) -> T | Fault:
        try:
            return await self._channel.arun(call(*args, **kwargs))
        except IonQError as error:
            return fault_of(error)

    async def whoami(self) -> KeyIdentity | Fault:
        """Ask who the key is."""
        return await self._ask(operations.whoami)

    async def backends(self) -> tuple[Backend, ...] | Fault:
        """List the backends."""
        return await self._ask(operations.list_backends)

    async def characterization(self, backend: str) -> Characterization | Fault:
        """Read the newest characterization of a backend."""
        return await self._ask(operations.newest_characterization, backend)

    async def sessions(self, active: bool) -> SessionList | Fault:
        """List the organisation's sessions."""
        return await self._ask(operations.list_sessions, active)

    async def session(self, session_id: str) -> Session | Fault:
        """Read one session."""
        heard = await self._ask(operations.get_session, session_id)
        if isinstance(heard, Session) and not heard.called(session_id):
            return Fault(FaultKind.GARBLED, ABOUT_ANOTHER)
        return heard

    async def session_jobs(
        self, session_id: str, *, after: str | None = None, ids: tuple[str, ...] = (), limit: int = 100
    ) -> JobPage | Fault:
        """Read one page of a session's jobs."""
        return await self._ask(operations.session_jobs, session_id, after=after, ids=ids, limit=limit)

    async def job(self, job_id: str) -> Job | Fault:
        """Read one job."""
        return await self._ask(operations.get_job, job_id)

    async def job_detail(self, job_id: str) -> JobDetail | Fault:
        """Read how one job was set and what it consists of."""
        return await self._ask(operations.job_detail, job_id)

    async def job_cost(self, job_id: str) -> JobCost | Fault:
        """Read what one job cost."""
        return await self._ask(operations.job_cost, job_id)

    async def probabilities(self, job_id: str) -> Mapping[str, float] | Fault:
        """Read how often each outcome was measured."""
        return await self._ask(operations.probabilities, job_id)

    async def estimate(self, backend: str, circuit: Circuit) -> Estimate | Fault:
        """Ask what one job of that kind would cost."""
        return await self._ask(operations.estimate, backend, circuit)

    async def cancel_jobs(self, job_ids: tuple[str, ...]) -> frozenset[str] | Fault:
        """Cancel one job or many."""
        if len(job_ids) == 1:
            return await self._ask(operations.cancel_job, job_ids[0])
        return await self._ask(operations.cancel_jobs, job_ids)

    async def open_once(self, request: OpenRequest, known: Known, seen: dict[str, Session]) -> OpenOutcome:
        """Open a session with one request, and find out what became of it."""
        return await self._channel.adrive(open_once(request, known, seen))

    async def end_proved(self, session_id: str, seen_active: bool) -> EndOutcome:
        """End a session, and find out whether it ended."""
        try:
            return await self._channel.adrive(end_proved(session_id, seen_active))
        except IonQError as error:
            return EndUnknown(fault_of(error))

    async def close(self) -> None:
        """Close the connections."""
        await self._channel.aclose()
