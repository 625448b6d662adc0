"""The session of the demo's user: in the middle of its life, with one job that failed and one that runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from ionq_tui.simulator.ports import Cloud
from ionq_tui.simulator.store import Order, SessionEntry, Terms

LABEL = "H2 scan"
"""What the user calls it; labels stay on the user's machine."""
_BACKEND = "qpu.forte-1"
_TERMS = Terms(40, 90, Decimal("30.00"), given=True)
_AGE = timedelta(minutes=38)
_FIRST, _APART = timedelta(seconds=5), timedelta(seconds=80)
_JOBS = 27
_FAILED = 9
_LAST = timedelta(seconds=4)
"""Time before the origin at which the job is submitted that runs then."""
_NEXT = 40.0
"""Seconds after the origin until the user's program submits its next job."""
_PACE = (70.0, 95.0)


class DemoSession:
    """A session with jobs that were submitted before the origin."""

    def __init__(self, cloud: Cloud, origin: datetime, creator_id: str) -> None:
        """Schedule the session and its jobs."""
        self._cloud = cloud
        self._origin = origin
        self._creator_id = creator_id
        self.session: SessionEntry | None = None
        cloud.scheduler.at(origin - _AGE, self._open)

    def _open(self) -> None:
        cloud, begin = self._cloud, self._origin - _AGE
        follow_in = _AGE.total_seconds() + _NEXT
        self.session = session = cloud.open_session(self._creator_id, _BACKEND, _TERMS, first_job_in=follow_in)
        session.pace = _PACE
        moments = [begin + _FIRST + number * _APART for number in range(_JOBS)]
        for number, moment in enumerate([*moments, self._origin - _LAST], 1):
            cloud.scheduler.at(moment, partial(self._submit, session, number))

    def _submit(self, session: SessionEntry, number: int) -> None:
        failure = ("QuantumComputerError", "The ion chain was lost during the run; the shots taken are discarded")
        order = Order(
            backend=session.backend,
            shots=1000,
            qubits=12,
            name=f"h2-{0.4 + number * 0.05:.2f}A",
            session_id=session.id,
            settings={"compilation": {"opt": 1.0, "gate_basis": "ZZ"}, "error_mitigation": {"debiasing": False}},
        )
        self._cloud.submit(session.creator_id, order, failure if number == _FAILED else None)
