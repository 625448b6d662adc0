"""How long the event loop is held up while thousands of sessions or jobs arrive (P7)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.figure import Figure, median, within
from tests.bench.program import ALL_CAME, pump_all
from tests.bench.rig import Cloud, Rig


def measure(rig: Rig, crowded: Cloud, ticks: int) -> Iterator[Figure]:
    """Let data arrive for a few ticks and take the longest stall of each run."""
    for told, arguments, text in (
        ("5,000 sessions", (), "of 5,000"),
        ("20,000 jobs", ("attach", crowded.session_id), "of 20,000"),
    ):
        longest = []
        for _ in range(max(1, rig.rounds // 3)):
            crowded.tell("forget")
            report = rig.folder / f"stalls-{rig.made}"
            with rig.watched(crowded, report, *arguments) as ours:
                ours.wait_for(text, ALL_CAME)
                pump_all([ours], ticks * 1.0)
                first = float(crowded.tell("first"))
            longest.append(1000 * max(_stalls(report.read_text(), first), default=0.0))
        yield within("P7", f"longest stall while {told} arrive", median(longest), 50, "{:.0f} ms")


def _stalls(report: str, since: float) -> Iterator[float]:
    """Yield the stalls from the first list of sessions on."""
    for line in report.splitlines(keepends=True):
        at, _, late = line.partition(" ")
        if late.endswith("\n") and float(at) >= since:
            yield float(late)
