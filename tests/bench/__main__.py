"""Measures P1 to P12 in one run and prints the table; a benchmark is no test, so a missed target is no failure."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

from tests.bench import client, idle, keys, news, ssh, stall, start
from tests.bench.figure import Figure, table
from tests.bench.program import Broken
from tests.bench.rig import Cloud, Rig, compile_all

USUAL, QUICK, QUICK_LONG = 12, 2, 1
"""Rounds: usually, in a quick run, and there of what takes long."""


def main() -> None:
    """Run everything, or only what is named."""
    # The bare app does not notice that its terminal is gone, so it is ended whatever ends this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("python", type=Path, help="the interpreter of the environment that a user gets")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} rounds instead of {USUAL}, and a shorter minute")
    parser.add_argument("--only", default="", help="some of: start idle keys stall news client ssh")
    told = parser.parse_args()
    # Not resolved: it is a link, and the environment is where the link is.
    python, began = told.python.absolute(), time.monotonic()
    compile_all(python)
    figures: list[Figure] = []
    broken: list[str] = []
    with tempfile.TemporaryDirectory(prefix="ionq-bench-") as folder, ExitStack() as stack:
        crowd = cache(lambda: stack.enter_context(Cloud(5000, 20_000)))
        rig = Rig(python, Path(folder), *((QUICK, QUICK_LONG) if told.quick else (USUAL, USUAL)))
        for name, measure in measures(rig, crowd, quick=told.quick).items():
            if not told.only or name in told.only.split():
                print(f"{name} …", file=sys.stderr, flush=True)
                try:
                    figures += measure()
                except Broken as error:
                    broken.append(f"{name}: {error}")
    print(table(sorted(figures, key=lambda figure: int(figure.number[1:]))))
    print(f"\n{machine(rig.rounds)}, {time.monotonic() - began:.0f} s")
    if broken:
        sys.exit("\n".join(["could not be measured:", *broken]))


def measures(rig: Rig, crowd: Callable[[], Cloud], *, quick: bool) -> dict[str, Callable[[], Iterator[Figure]]]:
    """Return what is measured by name, each ready to be run; `crowd` has thousands of sessions, and of jobs in one."""
    return {
        "start": lambda: start.measure(rig),
        "idle": lambda: idle.measure(rig, *((7.0, 3.0) if quick else (60.0, 15.0))),
        "keys": lambda: keys.measure(rig, crowd()),
        "stall": lambda: stall.measure(rig, crowd(), 1 if quick else 4),
        "news": lambda: news.measure(rig),
        "client": lambda: client.measure(rig),
        "ssh": lambda: ssh.measure(rig),
    }


def machine(rounds: int) -> str:
    """Say when and where this was measured."""
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores (load {load:.1f}), Python {platform.python_version()},"
        f" Textual {version('textual')}, 120x40, medians of {rounds}"
    )


if __name__ == "__main__":
    main()
