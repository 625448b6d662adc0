"""Ends that nobody watches: what is said when, and who else may confirm one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from ionq_tui.cli.unattended_end import UnattendedEnd
from ionq_tui.engine.engine import Engine
from ionq_tui.journal.journal import Journal
from ionq_tui.model.connection import Connection
from ionq_tui.model.outcome import Ended, EndOutcome, EndUnknown, StillOpen
from ionq_tui.model.session import Session
from ionq_tui.settings import Settings
from tests.unit.engine.clock import ManualClock
from tests.unit.engine.cloud import BROKEN, OFFLINE, ScriptedCloud, ended, session

OURS = session("the-session-5299b2")
UNKNOWN = EndUnknown(OFFLINE)
OVER = Ended(ended(OURS))


class EndingCloud(ScriptedCloud):
    """Answers requests to end one after the other, the last answer for ever."""

    answers: tuple[EndOutcome, ...] = (UNKNOWN,)

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.seen: list[bool] = []
        self.tries: asyncio.Queue[None] = asyncio.Queue()

    async def end_confirmed(self, session_id: str, seen_active: bool, again: bool = False) -> EndOutcome:
        assert session_id == OURS.id and again
        self.seen.append(seen_active)
        self.tries.put_nowait(None)
        answer, self.answers = self.answers[0], self.answers[1:] or self.answers
        return answer


class Scene:
    """One end on a clock that stands still."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.cloud = EndingCloud(self.clock)
        connection = Connection("default", "http://localhost/v0.4")
        self.engine = Engine(connection, self.cloud, self.clock, Journal(":memory:"), 5.0)

    def ending(self, one: Session = OURS, within: float | None = None) -> UnattendedEnd:
        return UnattendedEnd(self.engine, Settings(), one, within=within)

    async def tried(self) -> None:
        """Wait for one more try, which the journal's thread lets pass, and for all that follows at once."""
        await self.cloud.tries.get()
        await self.clock.settle()


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    made = Scene()
    yield made
    await made.engine.close()


Said = Callable[[], list[str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    return lambda: capsys.readouterr().err.splitlines()


async def test_it_says_at_once_why_and_then_each_minute_what_it_waits_for(scene: Scene, said: Said) -> None:
    scene.cloud.answers = (*[UNKNOWN] * 5, *[StillOpen(OURS, BROKEN)] * 3, OVER)
    work = asyncio.create_task(scene.ending(within=600).run())
    await scene.tried()
    first = said()
    assert len(first) == 2
    assert "whether 5299b2 ended is not confirmed: IonQ cannot be reached" in first[0] and "no route" in first[0]
    assert first[1].endswith("retrying for up to 10 min until the end is confirmed; ctrl+c stops")
    for pause in (1, 2, 4, 8, 15):
        await scene.clock.forward(pause)
        await scene.tried()
    await scene.clock.forward(29)
    assert said() == []
    for _ in range(2):
        await scene.clock.forward(30)
        await scene.tried()
    minute = said()
    assert len(minute) == 1
    assert "waiting for IonQ to confirm the end of 5299b2 (1 min, " in minute[0]
    assert "5299b2 is STILL OPEN" in minute[0] and "oops" in minute[0] and "HTTP 500" in minute[0]
    await scene.clock.forward(30)
    assert await work == OVER


async def test_an_end_that_is_confirmed_at_once_says_nothing(scene: Scene, said: Said) -> None:
    scene.cloud.answers = (OVER,)
    assert await scene.ending().run() == OVER
    assert said() == [] and len(scene.cloud.seen) == 1


async def test_an_end_that_another_reading_confirms_is_tried_once_more_and_taken(scene: Scene) -> None:
    ending = scene.ending()
    work = asyncio.create_task(ending.run())
    await scene.tried()
    ending.seen_ended(ended(OURS))
    assert await work == OVER
    assert len(scene.cloud.seen) == 2


async def test_an_interruption_in_a_pause_ends_it_at_once_with_the_last_outcome(scene: Scene) -> None:
    work = asyncio.create_task(scene.ending().run())
    await scene.tried()
    work.cancel()
    assert await work == UNKNOWN
    await scene.clock.forward(100)
    assert len(scene.cloud.seen) == 1


async def test_what_was_seen_active_is_remembered_from_try_to_try(scene: Scene) -> None:
    quiet = session(OURS.id, active=None)
    scene.cloud.answers = (StillOpen(quiet), StillOpen(OURS), UNKNOWN, OVER)
    work = asyncio.create_task(scene.ending(quiet).run())
    for pause in (1, 2, 4):
        await scene.tried()
        await scene.clock.forward(pause)
    assert await work == OVER
    assert scene.cloud.seen == [False, False, True, True]
