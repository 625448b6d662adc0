"""The simulated cloud in a process of its own, with a world in it; told what to do by lines on its standard input."""

from __future__ import annotations

import sys
import time
from decimal import Decimal
from functools import partial

from ionq_tui.simulator.bulk_data import many_jobs, many_sessions
from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.server import Server
from ionq_tui.simulator.store import Order, SessionEntry, Terms

BACKEND = "qpu.forte-1"


def world(sessions: int, jobs: int) -> tuple[SimulatedCloud, SessionEntry]:
    """Build an organisation in which nothing happens by itself, and the one session that is looked at."""
    cloud = SimulatedCloud(FastClock(), workload=False, colleagues=False)
    many_sessions(cloud, sessions - 1)
    terms = Terms(jobs=jobs + 1000, minutes=600, money=Decimal(10_000_000), given=True)
    watched = cloud.open_session("watched", BACKEND, terms)
    many_jobs(cloud, watched, jobs)
    return cloud, watched


def main(sessions: int, jobs: int) -> None:
    """Serve until the standard input ends."""
    cloud, watched = world(sessions, jobs)
    heard: list[tuple[float, str]] = []

    def note(request: Request, _: Reply) -> None:
        heard.append((time.monotonic(), f"{request.method} {request.path}"))

    with Server(partial(respond, cloud), on_request=note) as server:
        print(server.url, watched.id, flush=True)
        for line in sys.stdin:
            told, _, name = line.strip().partition(" ")
            if told == "count":
                print(len(heard), flush=True)
            elif told == "first":
                print(next((at for at, what in heard if what.endswith("/sessions")), 0.0), flush=True)
            elif told == "forget":
                heard.clear()
                print("forgotten", flush=True)
            elif told == "submit":
                with cloud.lock:
                    cloud.advance()
                    cloud.submit(
                        watched.creator_id, Order(BACKEND, shots=100, qubits=4, name=name, session_id=watched.id)
                    )
                print("submitted", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
