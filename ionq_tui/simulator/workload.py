"""Simulated programs that submit jobs to open sessions, to animate the demo."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial

from ionq_tui.simulator.backend import MACHINES, SMALLEST_SHOTS
from ionq_tui.simulator.ports import Cloud
from ionq_tui.simulator.random_stream import stream
from ionq_tui.simulator.store import Order, Refusal, SessionEntry

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
    """One simulated program per session, which pauses between two jobs."""

    def __init__(self, cloud: Cloud) -> None:
        """Take the cloud to submit to."""
        self._cloud = cloud

    def follow(self, session: SessionEntry, seconds: float) -> None:
        """Schedule the session's next job in so many seconds."""
        self._cloud.scheduler.at(self._cloud.now + timedelta(seconds=seconds), partial(self._submit, session))

    def _submit(self, session: SessionEntry) -> None:
        number = len(session.jobs)
        if not session.active or (session.terms.jobs is not None and number >= session.terms.jobs):
            return
        random = stream(self._cloud.seed, "workload", session.id, number)
        if session.lane.unfinished < _MOST_UNFINISHED:
            failure = random.choice(_FAILURES) if random.randrange(_FAILS_ONE_IN) == 0 else None
            order = Order(
                backend=session.backend,
                shots=self._affordable(session),
                qubits=random.randint(8, 20),
                name=f"{session.theme}-iter-{number + 1:03d}",
                session_id=session.id,
                settings={"compilation": {"opt": 1.0, "gate_basis": "ZZ"}, "error_mitigation": {"debiasing": False}},
            )
            with suppress(Refusal):  # a reserved amount may be released later: the program tries again
                self._cloud.submit(session.creator_id, order, failure)
        self.follow(session, random.uniform(*session.pace))

    def _affordable(self, session: SessionEntry) -> int:
        left, cost = session.left(self._cloud.unit), MACHINES[session.backend].estimate(_SHOTS)
        return SMALLEST_SHOTS if left is not None and cost is not None and cost > left else _SHOTS
