"""The demo with its clock stopped, walked through by keys; each screen on the way becomes a picture."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from textual.pilot import Pilot

from ionq_tui.engine.engine import Engine
from ionq_tui.model.key import FoundKey, NoKey
from ionq_tui.model.key_source import KeyWays
from ionq_tui.settings import Settings
from ionq_tui.simulator.backend import MACHINES
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import creator_id
from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.exit_summary import ExitSummary
from ionq_tui.ui.key_guard import KeyGuard
from ionq_tui.ui.screens.base import BaseScreen
from ionq_tui.wiring import DEMO_KEY, PATIENCE, Wiring
from tests.snapshots.sizes import every_size

SIZE = (80, 24)
"""That of the pictures."""
LARGE = (160, 45)
"""That of the pictures of the main screens on a large terminal."""
_START = datetime(2026, 11, 22, 12, 14, tzinfo=UTC)
_PAUSES = 400


def stop_the_zone() -> None:
    """Show times as in one place, wherever the pictures are taken."""
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()


class StillClock:
    """Engine time that stands with the simulated cloud's; short pauses pass at once, long ones never."""

    def __init__(self, cloud: StoppedClock) -> None:
        self._cloud = cloud
        self._began = cloud()

    def now(self) -> datetime:
        return self._cloud()

    def monotonic(self) -> float:
        return 1000.0 + (self._cloud() - self._began).total_seconds()

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        await (asyncio.sleep(0) if seconds < 1.5 else event.wait())

    def jitter(self) -> float:
        return 0.0


class StillWiring(Wiring):
    """Hands out the demo on a stopped cloud."""

    def __init__(self, cloud: SimulatedCloud, clock: StoppedClock) -> None:
        super().__init__(Settings(), {PATIENCE: "0.001"})
        self._cloud = cloud
        self._clock = clock

    async def find_key(self) -> FoundKey | NoKey:
        return NoKey(ways=KeyWays(keyring_usable=True))

    async def demo(self) -> Engine:
        return await self.demo_on(self._cloud, StillClock(self._clock))


def demo_cloud(clock: StoppedClock) -> SimulatedCloud:
    """Return the cloud of the demo, whose user has a session from the start."""
    return SimulatedCloud(clock, user=creator_id(DEMO_KEY))


class Scene:
    """One run of the app; `take` receives a name and an SVG, `sizes` a name and the screen at every size and theme."""

    def __init__(
        self,
        take: Callable[[str, str], None],
        size: tuple[int, int] = SIZE,
        cloud: Callable[[StoppedClock], SimulatedCloud] = SimulatedCloud,
        *,
        sizes: Callable[[str, str], None] | None = None,
        large: Collection[str] = (),
    ) -> None:
        self._take = take
        self._sizes = sizes
        self._large = large
        self._size = size
        self.clock = StoppedClock(_START)
        self.cloud = cloud(self.clock)
        self.quiet = 0.0
        self.app = DashboardApp(StillWiring(self.cloud, self.clock))
        self.pilot: Pilot[ExitSummary]

    def _rested(self) -> float:
        """Time for the buttons: every look at it is long after the one before."""
        self.quiet += 1.0
        return self.quiet

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Scene]:
        KeyGuard.clock = self._rested
        try:
            async with self.app.run_test(size=self._size) as self.pilot:
                yield self
        finally:
            KeyGuard.clock = None

    async def settle(self) -> None:
        """Let everything happen that can happen without time."""
        for _ in range(12):
            await asyncio.sleep(0.01)
            await self.pilot.pause()

    async def until(self, text: str) -> None:
        """Wait until a text is on the screen."""
        for _ in range(_PAUSES):
            if text in self.text():
                return
            await asyncio.sleep(0.01)
            await self.pilot.pause()
        raise AssertionError(f"{text!r} never came; the screen shows:\n{self.text()}")

    async def until_gone(self, text: str) -> None:
        """Wait until a text is no longer on the screen."""
        for _ in range(_PAUSES):
            if text not in self.text():
                return
            await asyncio.sleep(0.01)
            await self.pilot.pause()
        raise AssertionError(f"{text!r} stays; the screen shows:\n{self.text()}")

    def styled(self) -> str:
        """Return the text with the style of every piece."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(f"{part.text}\x1f{part.style}" for strip in strips for part in strip)

    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.app.screen._compositor.render_strips())

    async def keys(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def open_form(self) -> None:
        """Go from the first screen to the filled form of a new session, its button to open focused."""
        await self.until("enter start the demo")
        await self.keys("enter")
        await self.until("qpu.forte-1")
        await self.keys("b")
        await self.until("College Park")
        await self.keys("enter")
        await self.fill_form()
        await self.keys("tab", "tab", "tab")

    async def fill_form(self) -> None:
        """Type three limits and a label into the form of a new session."""
        await self.until("NEW SESSION")
        await self.keys("4", "0", "tab", *"1h30m", "tab", *"30.00", "tab", *"H2 scan")

    async def remember(self, backend: str, hours: float) -> None:
        """Let this machine have seen the backend's queue before."""
        engine, now = self.app.engine, self.clock()
        assert engine is not None
        for minutes in range(int(hours * 60), 0, -5):
            at = now - timedelta(minutes=minutes)
            value = float(MACHINES[backend].queue_at(at))
            await engine.journal.queue_sample(backend, at, value, engine.connection.base_url)

    async def forward(self, seconds: float, step: float = 10.0) -> None:
        """Let simulated time pass, with a reading after each step."""
        for _ in range(int(seconds / step)):
            self.clock.advance(step)
            engine = self.app.engine
            assert engine is not None
            engine.session_list.poller.nudge()
            for session_poller in list(engine._session_pollers.values()):
                session_poller.poller.nudge()
            await asyncio.sleep(0.005)
            await self.pilot.pause()
        await self.settle()

    async def picture(self, name: str) -> None:
        """Take it once it stands still: a loaded machine paints late."""
        await self.settle()
        if self._sizes is not None:
            self._sizes(name, await every_size(self))
        else:
            self._take(name, await self.still(self._svg))
        if name in self._large:
            await self.pilot.resize_terminal(*LARGE)
            self._take(f"{name}-large", await self.still(self._svg))
        if name in self._large or self._sizes is not None:
            await self.pilot.resize_terminal(*self._size)
            await self.settle()

    def _svg(self) -> str:
        # Without it librsvg leaves out the spaces at both ends of each piece of text.
        return self.app.export_screenshot(title="ionq-tui").replace("<svg ", '<svg xml:space="preserve" ', 1)

    async def still(self, look: Callable[[], str]) -> str:
        """Return what is seen once it stands still, with what a second would bring."""
        before = ""
        for turn in range(40):
            await asyncio.sleep(0.05)
            await self.pilot.pause()
            if turn < 2:
                for screen in self.app.screen_stack:
                    if isinstance(screen, BaseScreen) and screen.is_mounted:
                        screen.each_second()
                continue
            if (seen := look()) == before:
                break
            before = seen
        return before
