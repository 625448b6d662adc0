"""Runs ours with a heartbeat in its event loop, which writes down each time it came late."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

BEAT = 0.005
"""Seconds between two beats."""
_WORTH_TELLING = 0.01


def watch(report: Path) -> None:
    """Let every loop that runs from now on have a heartbeat."""
    out = report.open("w", buffering=1)
    run = asyncio.Runner.run

    async def beating(work: Coroutine[None, None, T]) -> T:
        loop = asyncio.get_running_loop()

        def beat(due: float) -> None:
            late = time.monotonic() - due
            if late > _WORTH_TELLING:
                out.write(f"{due:.6f} {late:.6f}\n")
            loop.call_later(BEAT, beat, time.monotonic() + BEAT)

        beat(time.monotonic())
        return await work

    def watched(self: asyncio.Runner, work: Coroutine[None, None, T]) -> T:
        return run(self, beating(work))

    asyncio.Runner.run = watched  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
    from ionq_tui.cli.main import main

    raise SystemExit(main(sys.argv[2:]))
