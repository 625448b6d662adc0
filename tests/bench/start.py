"""From exec to the first word, to the list of sessions, and what the live screen holds (P1, P2, P3)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.figure import Figure, against, median
from tests.bench.program import ENTER
from tests.bench.rig import JOB, Cloud, Rig

QUIET = 0.3
"""Seconds without a byte after which a start is over."""


def measure(rig: Rig) -> Iterator[Figure]:
    """Start both in turn."""
    first: dict[str, list[float]] = {"bare": [], "ours": []}
    stable: dict[str, list[float]] = {"bare": [], "ours": []}
    held: dict[str, list[float]] = {"bare": [], "ours": []}
    with Cloud() as cloud:
        for turn in range(rig.rounds + 1):
            with rig.bare() as bare:
                seen = bare.first_text(), bare.wait_for("row-0000"), bare.settle(QUIET)
                _note(turn, first["bare"], stable["bare"], seen)
                held["bare"].append(bare.usage().pss)
            with rig.ours(cloud) as ours:
                seen = ours.first_text(), ours.wait_for(cloud.session_id[-6:]), ours.settle(QUIET)
                _note(turn, first["ours"], stable["ours"], seen)
                ours.forget()
                ours.send(b"g" + ENTER)
                ours.wait_for(JOB)
                ours.settle(QUIET)
                held["ours"].append(ours.usage().pss)
    yield against("P1", "cold start to first text", median(first["ours"]), median(first["bare"]), 1.10, "{:.0f} ms")
    yield against("P2", "… to the list, stable", median(stable["ours"]), median(stable["bare"]), 1.35, "{:.0f} ms")
    yield against("P3", "memory (PSS), live screen", median(held["ours"]), median(held["bare"]), 1.45, "{:.1f} MB")


def _note(turn: int, first: list[float], stable: list[float], seen: tuple[float, float, float]) -> None:
    """Keep a start in milliseconds; the very first of all warms the caches and does not count."""
    if turn:
        first.append(seen[0] * 1000)
        stable.append(seen[2] * 1000)
