"""Programs that submit jobs into open sessions, so that a demo lives."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from ionq_tui.simulator.book import Order, Refusal, SessionEntry
from ionq_tui.simulator.chance import stream
from ionq_tui.simulator.machine import MACHINES, SMALLEST_SHOTS

if TYPE_CHECKING:
    from ionq_tui.simulator.cloud import SimulatedCloud

_SHOTS = 1000
_MOST_UNFINISHED = 5
_FAILS_ONE_IN = 12
_FAILURES = (
    ("QuantumComputerError", "The ion chain was lost during the run; the shots taken so far were discarded"),
    ("CompilationError", "Gate 'pauliexp' at position 41 has more terms than the compiler takes"),
    ("TooLongPredictedExecutionTime", "Predicted execution time is 1,284 s, the most for this backend is 900 s"),
    ("PreflightError", "Calibration drifted between submission and run"),
    ("InternalError", "An internal error occurred; support has been told"),
)


class Workload:
    """One unseen program per session, each waiting a while between two jobs."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        """Submit to this cloud."""
        self._cloud = cloud

    def follow(self, session: SessionEntry, seconds: float) -> None:
        """Send the session's next job in so many seconds."""
        self._cloud.timeline.at(self._cloud.now + timedelta(seconds=seconds), partial(self._submit, session))

    def _submit(self, session: SessionEntry) -> None:
        number = len(session.jobs)
        if not session.active or (session.terms.jobs is not None and number >= session.terms.jobs):
            return
        random = stream(self._cloud.seed, "workload", session.id, number)
        if session.lane.unfinished < _MOST_UNFINISHED:
            fate = random.choice(_FAILURES) if random.randrange(_FAILS_ONE_IN) == 0 else None
            order = Order(
                backend=session.backend,
                shots=self._affordable(session),
                qubits=random.randint(8, 20),
                name=f"{session.theme}-iter-{number + 1:03d}",
                session_id=session.id,
                settings={"compilation": {"opt": 1.0, "gate_basis": "ZZ"}, "error_mitigation": {"debiasing": False}},
            )
            with suppress(Refusal):  # what is reserved may be released: the program tries again
                self._cloud.submit(session.creator_id, order, fate)
        self.follow(session, random.uniform(*session.pace))

    def _affordable(self, session: SessionEntry) -> int:
        left, cost = session.left(self._cloud.unit), MACHINES[session.backend].estimate(_SHOTS)
        return SMALLEST_SHOTS if left is not None and cost is not None and cost > left else _SHOTS
