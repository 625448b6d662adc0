"""Random sequences of decisions, faults, restarts and answers: what must hold after every step holds."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ionq_tui.engine.engine import Engine
from ionq_tui.model.key import FoundKey
from ionq_tui.model.limits import Limits
from ionq_tui.model.outcome import Ended, OpenRequest
from ionq_tui.simulator.random_stream import hashed_id
from ionq_tui.simulator.store import SessionEntry, Terms
from tests.faults.fault import Fault, Operation, Stage
from tests.faults.faults import TO_END, TO_OPEN
from tests.faults.forked import forked
from tests.faults.world import BACKEND, World, world_at

T = TypeVar("T")

SCALE = 0.01
REQUESTS = (OpenRequest(BACKEND, Limits(jobs=3)), OpenRequest(BACKEND, Limits(jobs=3, minutes=30)))
_REACHED = [fault for fault in TO_OPEN if fault.stage is not Stage.GONE]
requests = st.sampled_from(REQUESTS)
openings = st.sampled_from(_REACHED)
endings = st.sampled_from([fault for fault in TO_END if fault.stage is not Stage.GONE])


def _limits(entry: SessionEntry) -> Limits:
    return Limits(entry.terms.jobs, entry.terms.minutes)


class Sequences(RuleBasedStateMachine):
    """One person at one machine, a colleague with another key, and a bad line."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = ExitStack()
        self.home = Path(tempfile.mkdtemp(prefix="ionq-tui-sequences-"))
        self.decisions = 0
        self.world: World
        self.engine: Engine

    @initialize()
    def begin(self) -> None:
        self.world = self.stack.enter_context(world_at(self.home, scale=SCALE))
        self._start()

    def _do(self, work: Awaitable[T]) -> T:
        async def done() -> T:
            return await work

        return self.loop.run_until_complete(done())

    def _start(self) -> None:
        connector = self.world.connector()
        found = self._do(connector.find_key())
        assert isinstance(found, FoundKey)
        self.engine = self._do(connector.connect(found))
        self.look()

    @rule()
    def look(self) -> None:
        """The list is read again, and this time nothing goes wrong."""
        self.world.server.disarm()
        for _ in range(20):
            if self._do(self.engine.session_list.refresh()) is None:
                return
        raise AssertionError("the list could not be read")

    @rule(request=requests, fault=openings)
    def open(self, request: OpenRequest, fault: Fault) -> None:
        self.world.server.arm(Operation.OPEN, fault)
        self.decisions += 1
        token = uuid4().hex
        outcome = self._do(self.engine.actions.open(token, request))
        assert self._do(self.engine.actions.open(token, request)) is outcome

    @rule(request=requests, fault=openings)
    def open_twice_at_once(self, request: OpenRequest, fault: Fault) -> None:
        """Two forms, two decisions, alike."""
        self.world.server.arm(Operation.OPEN, fault)
        self.decisions += 2

        async def both() -> None:
            await asyncio.gather(*(self.engine.actions.open(uuid4().hex, request) for _ in range(2)))

        self._do(both())

    @rule(request=requests)
    def colleague_opens(self, request: OpenRequest) -> None:
        with self.world.server.cloud.lock:
            terms = Terms(request.limits.jobs, request.limits.minutes, given=True)
            self.world.server.cloud.open_session(hashed_id("creator", "a-colleague's-key"), BACKEND, terms)

    @rule(fault=endings)
    def end(self, fault: Fault) -> None:
        held = sorted(self.engine.actions.activity.value.here & self.world.server.cloud.active.keys())
        if held:
            self.world.server.arm(Operation.END, fault)
            outcome = self._do(self.engine.actions.end(held[0], True))
            assert not isinstance(outcome, Ended) or held[0] not in self.world.server.cloud.active

    @rule()
    def what_is_late_appears(self) -> None:
        self.world.server.settle()
        self.look()

    @rule()
    def start_anew(self) -> None:
        self._do(self.engine.close())
        self._start()

    @rule()
    def answer_truly(self) -> None:
        """Every question whose session was found is answered by somebody who knows."""
        self.look()
        for question in self.engine.actions.activity.value.unconfirmed:
            here = self.engine.actions.activity.value.here
            true = [one for one in question.outcome.candidates if one.id in self.world.server.committed]
            if fresh := [one for one in true if one.id not in here]:
                self._do(self.engine.actions.adopt(question, fresh[0]))

    @invariant()
    def nothing_was_sent_twice(self) -> None:
        if self.decisions:
            server = self.world.server
            assert server.reached[Operation.OPEN] == self.decisions
            assert len(server.committed) <= self.decisions

    @invariant()
    def nothing_is_forgotten(self) -> None:
        """Of sessions that nobody holds there are never more than questions about such sessions.

        Where one of somebody with the same key was taken for ours, ours may be left.
        """
        if self.decisions:
            activity, server = self.engine.actions.activity.value, self.world.server
            entries = [self._entry(one) for one in server.committed]
            unheld = Counter(_limits(one) for one in entries if one.active and one.id not in activity.here)
            asked = Counter(one.request.limits for one in activity.unconfirmed)
            taken = Counter(_limits(self._entry(one)) for one in server.alike if one in activity.here)
            assert not unheld - asked - taken

    @invariant()
    def nothing_of_others_is_claimed(self) -> None:
        if self.decisions:
            held = self.engine.actions.activity.value.here - {"earlier-session-0001"}
            assert held <= {*self.world.server.committed, *self.world.server.alike}

    def _entry(self, session_id: str) -> SessionEntry:
        return self.world.server.made[session_id]

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self._do(self.engine.close())
        self.stack.close()
        self.loop.close()
        shutil.rmtree(self.home)


PARTS = 5
"""Processes beside each other: what a step costs is mostly waiting."""


def _played(part: int) -> bool:
    machine = seed(part)(type(f"Sequences{part}", (Sequences,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=8,
            phases=[Phase.generate],  # real sockets and clocks: shrinking would take minutes
            suppress_health_check=[HealthCheck.too_slow],
            deadline=None,
            database=None,
        ),
    )
    return True


def test_random_sequences() -> None:
    with ThreadPoolExecutor(PARTS) as pool:
        assert all(pool.map(lambda part: forked(_played, part), range(PARTS)))
