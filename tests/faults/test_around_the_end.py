"""The last jobs and costs of a session are read until they were read, and until then every sum says so.

The whole product is played on a clock of the test's own, through the real client, engine, words and commands: each
request that fails, how and when, what the session held, and who looks.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import asdict
from functools import partial
from typing import TypeVar

import pytest

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.journal.journal import Journal
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.live_session import outcome_lines
from ionq_tui.view.meter import meters
from ionq_tui.view.receipt import receipt_lines
from ionq_tui.view.session_card import jobs_line
from ionq_tui.view.style import words
from ionq_tui.view.usage import used_cells
from tests.faults.around_the_end import Command, Kind, Routed, Scene, When, every_case, show, watching
from tests.faults.bill import Bill, Cell, Reader, fault_words, read
from tests.unit.engine.clock import NOON, running

Record = Callable[[str, object], None]
Result = TypeVar("Result")
PARTS = 10
"""So that both of two workers have their share."""
CASES = tuple(every_case())
_WHOLE_WITHIN = 700.0
"""Seconds: a cost that was missing is asked for after 10 s, a minute and ten minutes."""
_COMMAND_WITHIN = 200
"""Seconds after which a command must be over."""
ARMED = {When.BEFORE: 0, When.ACROSS: 0, When.AFTER: 4}
"""Seconds at which requests begin to fail."""
MORE = {When.BEFORE: 3, When.ACROSS: 3, When.AFTER: 4}
"""Seconds at which further jobs finish; where it is the moment of the end, nobody has read them before."""
CLEARED = {When.BEFORE: 20, When.ACROSS: 40, When.AFTER: 30}
ENDED = {When.BEFORE: 21, When.ACROSS: 10, When.AFTER: 4}
LOOKED = {When.BEFORE: 22, When.ACROSS: 30, When.AFTER: 15}
"""Seconds at which the program is started again, and `show` is asked."""
LISTED_WITHIN = 9
"""Seconds for which a list lacks the last jobs at most: one that does so for longer is taken for whole."""
LIVE, HOME, AGAIN, WATCH, SHOW, LATER = "dashboard", "home", "after a restart", "watch", "show", "show, later"


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_face(part: int, record_property: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdout", "stderr"):  # here, for pytest puts its own in place after the fixtures
        monkeypatch.setattr(sys, name, Routed())
    cells: list[Cell] = []
    for case in CASES[part::PARTS]:
        async with AsyncExitStack() as stack:
            cells += await _Course(Scene(case), stack).run()
    for cell in cells:
        record_property("around", asdict(cell))
    bad = [cell.line() for cell in cells if not cell.good]
    assert not bad, "\n".join(["", *bad])


class _Course:
    """One case from before the end until all is told, and everybody who looks."""

    def __init__(self, scene: Scene, stack: AsyncExitStack) -> None:
        self.scene = scene
        self.stack = stack
        self.readers = {name: Reader(name) for name in (LIVE, HOME, AGAIN, WATCH, SHOW, LATER)}
        self.session_pollers: dict[str, SessionPoller] = {}
        self.over_at = 0.0
        """When the fault was over and the session too, by the clock."""

    async def run(self) -> list[Cell]:
        """Play it, and judge what everybody was told."""
        kept = Journal(":memory:")
        """The one that the program finds when it is started again."""
        await self._begin(kept)
        watched = watching(self.scene, await self._engine())
        asked = await self._go_through(kept)
        await self._all_told()
        await self._finished(watched, asked)
        later = show(self.scene, await self._engine())
        await self._finished(later)
        self._printed(WATCH, watched.text.splitlines()[-1], r" ((?:≥ )?[\d,]+) jobs?,", r"charged (.*)")
        self._printed(SHOW, asked.text, r"\n  jobs +([^,(]*)", r"\n  spent +charged (.*)")
        self._printed(LATER, later.text, r"\n  jobs +([^,(]*)", r"\n  spent +charged (.*)")
        self.scene.world.counted()
        await self.scene.clock.forward(61)
        asked_on = sum(one.endswith(("/jobs", "/cost")) for one in self.scene.world.counted())
        return [self._cell(reader, asked_on, later.text) for reader in self.readers.values()]

    async def _begin(self, kept: Journal) -> None:
        """Open the session from home, look at it from another window, and let all be told of its first jobs."""
        scene, home = self.scene, self.scene.engine(Journal(":memory:"))
        await self._done(home.session_list.refresh())
        await self._done(scene.begin(home))
        await self._done(scene.keep_costs(home))
        self._follow(HOME, home, _home)
        await self.stack.enter_async_context(running(home.session_list.run()))
        self._follow(LIVE, await self._engine(kept), _live)
        await self.stack.enter_async_context(running(self.session_pollers[LIVE].run()))
        await self.scene.clock.forward(20)
        assert (
            self.session_pollers[LIVE].store.value.charges_complete
            and self.session_pollers[HOME].store.value.charges_complete
        )

    async def _go_through(self, kept: Journal) -> Command:
        """Let things go wrong, and the session end; returns the report that was asked for meanwhile."""
        scene, when = self.scene, self.scene.case.when
        cleared = CLEARED[when] if scene.case.kind is not Kind.LATE else min(CLEARED[when], ENDED[when] + LISTED_WITHIN)
        moments = sorted({0, ARMED[when], MORE[when], cleared, ENDED[when], LOOKED[when]})
        for second, following in zip(moments, [*moments[1:], moments[-1] + 1], strict=True):
            scene.armed = ARMED[when] <= second < cleared
            if second == MORE[when]:
                scene.more_jobs()
            if second == ENDED[when]:
                scene.end()
            if second == max(cleared, ENDED[when]):
                self.over_at = scene.clock.monotonic()
            if second == LOOKED[when]:
                self._follow(AGAIN, await self._engine(kept), _live)
                await self.stack.enter_async_context(running(self.session_pollers[AGAIN].run()))
                asked = show(scene, await self._engine())
            await scene.clock.forward(following - second)
        return asked

    async def _engine(self, journal: Journal | None = None) -> Engine:
        """Return one that knows where it is, and what the first jobs cost."""
        engine = self.scene.engine(journal or Journal(":memory:"))
        await self._done(engine.session_list.refresh())
        await self._done(self.scene.keep_costs(engine))
        return engine

    async def _done(self, work: Coroutine[None, None, Result]) -> Result:
        """Do what needs the journal's thread, and next to no time."""
        task = asyncio.create_task(work)
        while not task.done():
            await self.scene.clock.forward(0.001)
            await asyncio.sleep(0.0005)
        return task.result()

    async def _finished(self, *commands: Command) -> None:
        for _ in range(_COMMAND_WITHIN):
            if all(one.task.done() for one in commands):
                break
            await self.scene.clock.forward(1)
            await asyncio.sleep(0.0005)
        for one in commands:
            one.task.result()

    async def _all_told(self) -> None:
        """Let time pass until everybody has the whole sum, or has had time enough for it."""
        for _ in range(int(_WHOLE_WITHIN / 5)):
            if all(session_poller.complete for session_poller in self.session_pollers.values()):
                return
            await self.scene.clock.forward(5)
            await asyncio.sleep(0)

    def _follow(self, name: str, engine: Engine, bill_of: Callable[[SessionSnapshot], Bill]) -> None:
        session_poller = self.session_pollers[name] = engine.session_poller(self.scene.entry.id)
        session_poller.store.subscribe(partial(self._look, name, bill_of))

    def _look(self, name: str, bill_of: Callable[[SessionSnapshot], Bill], watch: SessionSnapshot) -> None:
        if watch.ended:
            self._read(name, bill_of(watch))

    def _read(self, name: str, bill: Bill) -> None:
        scene = self.scene
        self.readers[name].look(bill, scene.books, over=scene.over, now=scene.clock.monotonic())

    def _printed(self, name: str, text: str, jobs: str, charged: str) -> None:
        """Read what a command printed; where it printed no sum, it said why."""
        number, cost = re.search(jobs, text), re.search(charged, text)
        if number is None or cost is None:
            assert fault_words(text), text
        elif "  ended " in text or name == WATCH:
            self._read(name, read(number[1], cost[1]))

    def _cell(self, reader: Reader, asked_on: int, later: str) -> Cell:
        name, told = reader.face, reader.whole_at is not None
        session_poller = self.session_pollers.get(name)
        text = later if name == LATER else "" if session_poller is None else self._words(session_poller.store.value)
        final = told and (session_poller is None or session_poller.complete)
        return Cell(
            case=self.scene.case.name,
            face=name,
            too_low=reader.too_low,
            never_whole=int(name not in (WATCH, SHOW) and not final),  # those two are asked while requests fail
            stale_words=len(fault_words(text)),
            asked_on=0 if session_poller is None else asked_on,
            marked=reader.marked,
            seconds=0.0 if reader.whole_at is None else max(0.0, reader.whole_at - self.over_at),
            detail=reader.detail,
        )

    def _words(self, watch: SessionSnapshot) -> str:
        """Return all that the live screen says of the session, its jobs and its money."""
        now = self.scene.clock.now()
        lines = (*outcome_lines(watch, None, now, None), *receipt_lines(watch, now, None), jobs_line(watch))
        told = [words(one) for one in lines]
        told += [f"{one.words} {one.note}" for one in meters(watch, now)]
        return "\n".join(told)


def _live(watch: SessionSnapshot) -> Bill:
    """Read the receipt, which tells the last numbers."""
    text = "\n".join(words(one) for one in receipt_lines(watch, NOON, None))
    jobs = re.search(r"^jobs +(.*?) jobs?\b", text, re.MULTILINE)
    paid = re.search(r"^cost +charged ([^,(\n]*)(, reserved [^(\n]*)?", text, re.MULTILINE)
    assert jobs is not None and paid is not None, text
    number = "0" if jobs[1] == "no" else jobs[1]
    return read(number, paid[1].strip() + ("" if paid[2] is None else " —"))  # what is reserved is no final sum


def _home(watch: SessionSnapshot) -> Bill:
    """Read the columns of the list."""
    jobs, spent = (cell.text for cell in used_cells(watch))
    return read(jobs.split("/")[0], spent)
