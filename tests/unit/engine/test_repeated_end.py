"""The engine retries an unconfirmed end automatically until it is confirmed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ionq_tui.engine.engine import Engine
from ionq_tui.journal.journal import Journal
from ionq_tui.model.connection import Connection
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.outcome import EndDone, Ended, StillOpen
from tests.unit.engine.clock import NOON, ManualClock
from tests.unit.engine.cloud import BROKEN, PLACE, ScriptedCloud, session


class Scene:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.cloud = ScriptedCloud(self.clock)
        self.cloud.active["s"] = session("s")
        self.engine = Engine(
            Connection("default", PLACE.base_url),
            self.cloud,
            self.clock,
            Journal(":memory:", now=lambda: NOON),
            5.0,
        )

    @property
    def posted(self) -> int:
        return self.cloud.asked.count("end s")


@pytest.fixture
async def scene() -> Scene:
    return Scene()


async def test_it_goes_on_until_the_end_is_confirmed(scene: Scene) -> None:
    scene.engine.repeats_ends = True
    scene.cloud.end_outcome = StillOpen(session("s"), BROKEN)
    assert isinstance(await scene.engine.end("s"), StillOpen)
    await scene.clock.settle()
    assert scene.posted == 1
    assert scene.engine.actions.activity.value.retries["s"] == scene.clock.now() + timedelta(seconds=1)
    await scene.clock.forward(1)
    await scene.clock.settle()
    assert scene.posted == 2 and "s" in scene.engine.actions.activity.value.retries
    scene.cloud.end_outcome = None
    await scene.clock.forward(2)
    await scene.clock.settle()
    assert scene.posted == 3 and not scene.engine.actions.activity.value.retries
    assert scene.engine.over("s") and scene.engine.unconfirmed == ()
    told = [one for one in scene.engine.actions.done.value if isinstance(one, EndDone)]
    assert [one.repeated for one in told] == [False, True, True] and isinstance(told[-1].outcome, Ended)
    await scene.engine.close()


async def test_a_key_tries_at_once_and_the_pauses_begin_anew(scene: Scene) -> None:
    scene.engine.repeats_ends = True
    scene.cloud.end_outcome = StillOpen(session("s"), BROKEN)
    await scene.engine.end("s")
    for seconds in (1, 2, 4):
        await scene.clock.settle()
        await scene.clock.forward(seconds)
    await scene.clock.settle()
    posted = scene.posted
    await scene.engine.end("s")
    await scene.clock.settle()
    assert scene.posted == posted + 1
    assert scene.engine.actions.activity.value.retries["s"] == scene.clock.now() + timedelta(seconds=1)
    await scene.engine.close()
    posted = scene.posted
    await scene.clock.forward(600)
    assert scene.posted == posted, "nothing is asked for once the window has closed"


async def test_what_cannot_be_sent_is_not_asked_for_again(scene: Scene) -> None:
    scene.engine.repeats_ends = True
    scene.cloud.faults["end"] = Fault(FaultKind.READ_ONLY, "read-only")
    await scene.engine.end("s")
    await scene.clock.settle()
    await scene.clock.forward(600)
    assert scene.posted == 1 and not scene.engine.actions.activity.value.retries
    await scene.engine.close()


async def test_a_command_asks_once(scene: Scene) -> None:
    scene.cloud.end_outcome = StillOpen(session("s"), BROKEN)
    await scene.engine.end("s")
    await scene.clock.forward(600)
    assert scene.posted == 1
    await scene.engine.close()
