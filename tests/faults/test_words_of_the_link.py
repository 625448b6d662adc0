"""What a screen says of the link follows the link: judged by all words on it, on every screen, and around the end."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from ionq_tui.engine.engine import Engine
from ionq_tui.journal.journal import Journal
from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.ui.screens.charts import ChartsScreen
from ionq_tui.ui.screens.job import JobScreen
from ionq_tui.ui.screens.new_session import NewSessionScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from tests.faults.around_the_end import BACKEND, KINDS, Case, Hit, Jobs, Kind, Scene, When
from tests.faults.bill import fault_words

Made = Callable[[Engine, Scene], Screen[None]]
OUTAGES = (7, 45)
"""Seconds: so long that one reading fails, and so long that one that hangs is given up."""
HEALED_WITHIN = 130
"""Seconds: of backoff a minute, a quarter more where nothing shortens it, and what a request that hangs still takes."""
SCREENS: dict[str, Made | None] = {
    "home": None,
    "session": lambda engine, scene: SessionScreen(engine, scene.entry.id),
    "job": lambda engine, scene: JobScreen(engine, scene.entry.id, scene.entry.jobs[0].id),
    "curves": lambda engine, scene: ChartsScreen(engine, scene.entry.id),
    "backends": lambda engine, scene: BackendsScreen(engine),
    "new session": lambda engine, scene: NewSessionScreen(engine, BACKEND),
}


class Window(App[None]):
    """Home, and what is to be seen above it."""

    CSS_PATH = DashboardApp.CSS_PATH

    def __init__(self, engine: Engine, scene: Scene, made: Made | None) -> None:
        super().__init__()
        self.animation_level = "none"
        self.engine = engine
        self._scene = scene
        self._made = made

    def on_mount(self) -> None:
        self.run_worker(self.engine.session_list.run(), group="poll", description="the sessions")
        self.run_worker(self.engine.backend_list.run(), group="poll", description="the backends")
        self.push_screen(SessionsScreen(self.engine))
        if self._made in (SCREENS["job"], SCREENS["curves"]):
            self.push_screen(SessionScreen(self.engine, self._scene.entry.id))
        if self._made is not None:
            self.push_screen(self._made(self.engine, self._scene))

    @property
    def text(self) -> str:
        """All words on the screen."""
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())


class Eyes:
    """Somebody who looks at the window once time has passed."""

    def __init__(self, app: Window, scene: Scene, pilot: Pilot[None]) -> None:
        self.app = app
        self.scene = scene
        self.pilot = pilot

    async def after(self, seconds: float) -> str:
        """Let time pass, with a beat of the window at its end, and read it."""
        await self.scene.clock.forward(seconds)
        for _ in range(3):
            await self.pilot.pause()
        if isinstance(self.app.screen, BaseScreen):
            self.app.screen.each_second()
        await self.pilot.pause()
        return self.app.text


@asynccontextmanager
async def window(scene: Scene, made: Made | None) -> AsyncIterator[Eyes]:
    """A window on a session with three jobs that are finished and priced."""
    engine = scene.engine(Journal(":memory:"))
    await engine.session_list.refresh()
    await scene.begin(engine)
    scene.takes = 0.05
    async with AsyncExitStack() as stack:
        app = Window(engine, scene, made)
        pilot = await stack.enter_async_context(app.run_test(size=(160, 48)))
        eyes = Eyes(app, scene, pilot)
        for _ in range(40):
            await eyes.after(1)
            if engine.session_poller(scene.entry.id).store.value.charges_complete:
                break
        yield eyes


@pytest.mark.parametrize("name", SCREENS)
async def test_no_word_of_a_fault_outlives_it(name: str) -> None:
    scene = Scene(Case(Hit.ALL, Kind.SERVER, When.BEFORE, Jobs.FINISHED))
    async with window(scene, SCREENS[name]) as eyes:
        for kind in KINDS:
            for seconds in OUTAGES:
                assert fault_words(await eyes.after(1)) == [], eyes.app.text
                scene.case, scene.armed = Case(Hit.ALL, kind, When.BEFORE, Jobs.FINISHED), True
                if name == "backends":
                    eyes.app.engine.backend_list.poller.nudge()
                told = await eyes.after(seconds)
                if not (kind is Kind.HANGING and seconds < min(OUTAGES[1:])):
                    assert fault_words(told), f"{kind}: {told}"
                scene.armed = False
                for _ in range(HEALED_WITHIN // 10):
                    told = await eyes.after(10)
                    if not fault_words(told):
                        break
                assert fault_words(told) == [], f"{kind} for {seconds} s: {told}"


ENDS = [
    *(Case(Hit.JOBS, kind, When.BEFORE, Jobs.FINISHED) for kind in KINDS),
    Case(Hit.JOBS, Kind.SERVER, When.ACROSS, Jobs.RUNNING),
    Case(Hit.JOBS, Kind.SECOND_PAGE, When.AFTER, Jobs.PAGES),
    Case(Hit.COST, Kind.UNREADABLE, When.ACROSS, Jobs.FINISHED),
    Case(Hit.COST, Kind.HANGING, When.AFTER, Jobs.FINISHED),
    Case(Hit.SESSION, Kind.CUT, When.ACROSS, Jobs.RUNNING),
    Case(Hit.SESSION, Kind.LIMITED, When.AFTER, Jobs.FINISHED),
]
"""So that each request, kind, time and sort of jobs is played on the screen itself at least once."""


@pytest.mark.parametrize("case", ENDS, ids=lambda one: " ".join(one.name.split()))
async def test_the_last_numbers_are_the_books_own_and_marked_until_then(case: Case) -> None:
    scene = Scene(case)
    async with window(scene, SCREENS["session"]) as eyes:
        scene.armed = case.when is not When.AFTER
        await eyes.after(1)
        scene.more_jobs()
        if case.when is When.BEFORE:
            await eyes.after(20)
            scene.armed = False
            await eyes.after(1)
        scene.end()
        scene.armed = case.when is not When.BEFORE
        for _ in range(4):
            _never_too_low(await eyes.after(5), scene)
        scene.armed = False
        for _ in range(30):
            told = await eyes.after(5)
            if _never_too_low(told, scene):
                break
        assert _never_too_low(told, scene) and fault_words(told) == [], told


def _never_too_low(told: str, scene: Scene) -> bool:
    """Return whether the books' own sum stands there as the last one; fail where a lower one does so."""
    if re.search(r"^[│ ]*ended +(at|\d\d:\d\d)", told, re.MULTILINE) is None:
        return False
    found = re.search(r"^[│ ]*cost +charged (≥ )?([\d.]+|—)[^,(│]*(, reserved|\()?", told, re.MULTILINE)
    number = re.search(r"^[│ ]*jobs +(≥ )?(\d+) jobs?\b", told, re.MULTILINE)
    assert found is not None and number is not None, told
    jobs, charged = scene.books
    last = not (number[1] or found[1] or found[3]) and scene.over
    assert not last or (number[2], found[2]) == (str(jobs), str(charged)), f"{jobs} jobs, {charged}\n{told}"
    return last


async def test_asking_again_is_always_heeded() -> None:
    """Jobs that are listed long after the end are found by `r`."""
    scene = Scene(Case(Hit.JOBS, Kind.LATE, When.AFTER, Jobs.FINISHED))
    async with window(scene, SCREENS["session"]) as eyes:
        scene.armed = True
        scene.more_jobs()
        scene.end()
        assert re.search(r"^[│ ]*jobs +3 jobs: ", await eyes.after(60), re.MULTILINE)
        scene.armed = False
        scene.world.counted()
        assert "3 jobs: " in await eyes.after(60) and not _jobs_asked(scene)
        await eyes.pilot.press("r")
        told = await eyes.after(20)
        assert _jobs_asked(scene) == 1 and _never_too_low(told, scene), told


def _jobs_asked(scene: Scene) -> int:
    return sum(one.endswith("/jobs") for one in scene.world.counted())
