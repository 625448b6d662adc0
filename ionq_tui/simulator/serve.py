"""A command that serves the simulated cloud."""

from __future__ import annotations

import signal
import threading
from functools import partial
from typing import Literal

from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import respond
from ionq_tui.simulator.server import Server

ANY_KEY = "simulated-any-key-will-do"


def main(
    port: int = 0,
    speed: float = 1.0,
    seed: int = 7,
    start: Literal["first-job", "at-once"] = "first-job",
    workload: bool = True,
) -> int:
    """Print the URL and a valid key, then serve until SIGINT or SIGTERM."""
    asked = threading.Event()
    before = {number: signal.signal(number, lambda *_: asked.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        cloud = SimulatedCloud(FastClock(speed), seed=seed, start=start, workload=workload)
        with Server(partial(respond, cloud), port) as server:
            print(f"IONQ_API_URL={server.url}\nIONQ_API_KEY={ANY_KEY}", flush=True)
            asked.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0
