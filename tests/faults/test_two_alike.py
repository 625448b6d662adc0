"""Two decisions alike whose replies are both lost: each session answers one of them, and none answers both."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ionq_tui.engine.engine import Engine
from tests.faults.face import with_engine
from tests.faults.fault import Fault, Operation, Stage
from tests.faults.world import REQUEST, world_at

FAR = Fault("closed after reading, visible much later", Stage.NO_REPLY, late=600.0)


def test_each_session_settles_one_question(tmp_path: Path) -> None:
    with world_at(tmp_path) as world:

        async def play(engine: Engine) -> None:
            world.server.arm(Operation.OPEN, FAR)
            await asyncio.gather(*(engine.actions.open(token, REQUEST) for token in ("first", "second")))
            activity = engine.actions.activity
            assert [one.token for one in activity.value.unconfirmed] == ["first", "second"]
            for left in (1, 0):
                world.server.settle(1)
                assert await engine.session_list.refresh() is None
                (found,) = activity.value.unconfirmed[0].outcome.running
                await engine.actions.adopt(activity.value.unconfirmed[0], found)
                assert await engine.session_list.refresh() is None
                assert len(activity.value.unconfirmed) == left
                assert all(found not in one.outcome.running for one in activity.value.unconfirmed)
            assert activity.value.here >= set(world.server.committed)
            assert len(world.server.committed) == 2

        asyncio.run(with_engine(world, play))


def test_one_waits_for_the_other(tmp_path: Path) -> None:
    """Otherwise the first could take for its own what the second one opened."""
    with world_at(tmp_path, scale=1.0) as world:

        async def play(engine: Engine) -> None:
            world.server.arm(Operation.OPEN, Fault("held", Stage.HELD, answers_when_released=True))
            opens = asyncio.gather(*(engine.actions.open(token, REQUEST) for token in ("first", "second")))
            assert await asyncio.to_thread(world.server.held.wait, 20)
            for _ in range(20):  # time enough for the other, did it not wait
                assert await engine.session_list.refresh() is None
            assert world.server.reached[Operation.OPEN] == 1
            assert len(engine.actions.activity.value.opening) == 2
            world.server.release.set()
            await opens
            assert world.server.reached[Operation.OPEN] == 2
            assert engine.actions.activity.value.here >= set(world.server.committed)

        asyncio.run(with_engine(world, play))
