"""The library beside the official client on the same replies: polls, lists, pages, and importing it (P10, P12)."""

from __future__ import annotations

import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator

import ionq_core
from ionq_core.api.default import get_sessions

import ionq_tui
from tests.bench.figure import Figure, against, median
from tests.bench.rig import Cloud, Rig
from tests.terminal.kit import ROOT

POLLS, LISTS = 100, 10
"""Of each round: what is over in milliseconds is asked for more often, or a busy moment would be taken for the rule."""
# click comes with the tools of the tests alone, and where it is installed httpx loads it, and rich with it.
_IMPORT = """
import sys, time
sys.modules["click"] = None
began = time.perf_counter()
from {} import SessionManager
print(time.perf_counter() - began)
"""


def measure(rig: Rig) -> Iterator[Figure]:
    """Run both by turns."""
    with Cloud(module="tests.bench.canned") as cloud:
        ours = ionq_tui.IonQClient(api_key="key-of-the-bench", base_url=cloud.url)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a URL without TLS, which is loopback
            theirs = ionq_core.IonQClient(api_key="key-of-the-bench", base_url=cloud.url)
        our_one = ionq_tui.SessionManager.from_id(ours, cloud.session_id)
        their_one = ionq_core.SessionManager.from_id(theirs, cloud.session_id)
        poll = _beside(our_one.status, their_one.status, POLLS * rig.rounds)

        def list_theirs() -> object:
            return get_sessions.sync(client=theirs, active=True)

        def list_once() -> float:
            """List with a client that has read nothing, over a connection that is there."""
            with ionq_tui.IonQClient(api_key="key-of-the-bench", base_url=cloud.url) as fresh:
                fresh.whoami()
                return _timed(lambda: fresh.sessions(True))

        listed = _beside(lambda: ours.sessions(True), list_theirs, LISTS * rig.rounds)
        listed_once = _beside_told(list_once, lambda: _timed(list_theirs), LISTS * rig.rounds)
        paged = _beside(
            lambda: list(our_one.jobs()),
            lambda: list(ionq_core.iter_session_jobs(theirs, cloud.session_id, limit=100)),
            max(2, rig.rounds // 2),
        )
        ours.close()
        theirs.get_httpx_client().close()
    yield against("P10", "one status poll", *poll, 1.1, "{:.2f} ms")
    yield against("P10", "list of 1,000 sessions, as polled", *listed, 0.6, "{:.1f} ms")
    yield against("P10", "… where it is another than before", *listed_once, 0.6, "{:.1f} ms")
    yield against("P10", "10,000 jobs in pages of 100", *paged, 0.7, "{:.0f} ms")
    loaded = _beside_told(lambda: _import("ionq_tui"), lambda: _import("ionq_core"), rig.rounds)
    yield against("P12", "import of SessionManager", *loaded, 0.75, "{:.0f} ms")


def _beside(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    return _beside_told(lambda: _timed(ours), lambda: _timed(theirs), rounds)


def _beside_told(ours: Callable[[], float], theirs: Callable[[], float], rounds: int) -> tuple[float, float]:
    """Return the medians of both in milliseconds; the first of each warms up."""
    pairs = [(ours(), theirs()) for _ in range(rounds + 1)][1:]
    return median(one[0] for one in pairs) * 1000, median(one[1] for one in pairs) * 1000


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _import(package: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT.format(package)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout)
