"""Over SSH on a long and thin line: a key, and opening the live screen (P11)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.figure import Figure, median, within
from tests.bench.program import DOWN, ENTER, UP, Program
from tests.bench.proxy import Proxy
from tests.bench.rig import JOB, Cloud, Rig
from tests.terminal.kit import clean_environment
from tests.terminal.sshd import Sshd

ROUND_TRIP = 0.2
BYTES_A_SECOND = 64_000 / 8
QUIET = 0.45
"""Seconds without a byte after which the screen is settled: more than a round trip."""


def measure(rig: Rig) -> Iterator[Figure]:
    """Press keys over the line, in both; open the live screen in ours."""
    keys: dict[str, list[float]] = {"bare": [], "ours": []}
    opened: list[float] = []
    with Cloud() as cloud, Sshd() as sshd, Proxy(sshd.port, ROUND_TRIP / 2, BYTES_A_SECOND) as line:
        known = sshd.folder / "known"
        known.write_text(known.read_text().replace(f":{sshd.port} ", f":{line.port} "))
        sshd.port = line.port
        with (
            _login(rig, sshd, rig.bare_argv, clean_environment(rig.home())) as bare,
            _login(rig, sshd, rig.argv, rig.environment(cloud)) as ours,
        ):
            bare.wait_for("row-0019")
            ours.wait_for(cloud.session_id[-6:])
            keys["bare"] = _pressed(bare, rig.long_rounds)
            keys["ours"] = _pressed(ours, rig.long_rounds)
            ours.send(b"g")
            for _ in range(rig.long_rounds):
                ours.settle(QUIET)
                ours.forget()
                pressed = ours.now
                ours.send(ENTER)
                ours.wait_for(JOB)
                opened.append((ours.settle(QUIET) - pressed) * 1000)
                ours.press(b"q", QUIET)
    most = (ROUND_TRIP + 0.1) * 1000
    yield within(
        "P11", "200 ms, 64 kbit/s: key to settled screen", median(keys["ours"]), most, "{:.0f} ms", median(keys["bare"])
    )
    yield within("P11", "… opening the live screen", median(opened), 1500, "{:.0f} ms")


def _login(rig: Rig, sshd: Sshd, argv: list[str], environment: dict[str, str]) -> Program:
    return Program(sshd.login(argv, environment), environment, rig.folder)


def _pressed(program: Program, rounds: int) -> list[float]:
    program.settle(2 * QUIET)
    return [program.press(key, QUIET)[0] * 1000 for key in (DOWN, UP) * (rounds // 2 + 1)]
