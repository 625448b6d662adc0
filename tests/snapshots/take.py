"""`python -m tests.snapshots.take FOLDER`: the pictures of every screen."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from tests.snapshots.otherwise import walk_otherwise
from tests.snapshots.scene import Scene, demo_cloud, stop_the_zone
from tests.snapshots.tour import tour

TOUR = ("sessions", "backends", "new-session", "session-empty", "session", "end", "session-ended")
"""What the animated picture of the README shows."""
LARGE = ("sessions", "backends", "new-session", "session", "charts", "job", "end", "session-ended", "usage")
"""Also taken on a large terminal."""
TEXTS = Path(__file__).parent / "screens"
"""Every screen at every size, as text."""


async def walk(take: Callable[[str, str], None]) -> None:
    """Take a picture of every screen, and the animated one."""
    taken: dict[str, str] = {}

    def also_kept(name: str, svg: str) -> None:
        taken[name] = svg
        take(name, svg)

    await _through_a_session(also_kept)
    await walk_otherwise(also_kept)
    take("tour", tour([taken[name] for name in TOUR]))


async def walk_at_every_size(sizes: Callable[[str, str], None]) -> None:
    """Give `sizes` each screen at every size and in every theme, as text."""
    await _through_a_session(lambda _name, _svg: None, sizes)


async def _through_a_session(take: Callable[[str, str], None], sizes: Callable[[str, str], None] | None = None) -> None:
    """From the key screen through every screen to the end of a session."""
    async with Scene(take, cloud=demo_cloud, sizes=sizes, large=LARGE if sizes is None else ()).running() as scene:
        await scene.until("ionq-tui auth login")
        await scene.settle()
        await scene.picture("key")
        await scene.keys("enter")
        await scene.until("qpu.forte-1")
        await scene.forward(20)
        await scene.until("usd so far")
        await scene.picture("sessions")
        await scene.keys("enter")
        await scene.until("finished priced")
        await scene.picture("demo-session")
        await scene.keys("escape", "u")
        await scene.until("last read")
        await scene.picture("usage")
        await scene.keys("escape")
        await scene.remember("qpu.forte-1", hours=6)
        await scene.keys("b")
        await scene.until("College Park")
        await scene.until("observed")
        await scene.until("about 0.71 usd")
        await scene.picture("backends")
        await scene.keys("i")
        await scene.until("Estimate the cost of a job")
        await scene.picture("estimate")
        await scene.keys("escape", "enter")
        await scene.fill_form()
        await scene.until("usd is about")
        await scene.picture("new-session")
        await scene.keys("tab", "tab", "tab", "enter")
        await scene.until("export IONQ_SESSION_ID")
        await scene.picture("session-empty")
        await scene.forward(8 * 60)
        await scene.picture("session")
        await scene.keys("v")
        await scene.until("v: jobs")
        await scene.picture("events")
        await scene.keys("escape", "p")
        await scene.until("at this rate")
        await scene.picture("charts")
        await scene.keys("escape")
        await scene.keys("question_mark")
        await scene.picture("help")
        await scene.keys("escape", *"/completed", "enter", "enter")
        await scene.until("most likely")
        await scene.picture("job")
        await scene.keys("end")
        await scene.until("gates")
        await scene.picture("job-result")
        await scene.keys("escape", "escape", "e")
        await scene.until("Keep running")
        await scene.picture("end")
        await scene.keys("tab", "enter")
        await scene.until("not all jobs read")
        await scene.forward(20)
        await scene.until_gone("not finished")
        await scene.picture("session-ended")


def main(folder: str) -> None:
    """Write the pictures."""
    stop_the_zone()
    place = Path(folder)
    place.mkdir(exist_ok=True)
    TEXTS.mkdir(exist_ok=True)
    asyncio.run(walk(lambda name, svg: _keep(place / f"{name}.svg", svg)))
    asyncio.run(walk_at_every_size(lambda name, text: _keep(TEXTS / f"{name}.txt", text)))


def _keep(path: Path, svg: str) -> None:
    path.write_text(svg, encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main(sys.argv[1])
