"""Who is measured: the two programs, the environment they run in, and the server that ours talks to."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench.program import Program
from tests.terminal.kit import ROOT, clean_environment

JOB = "sweep-"
"""What every job's name begins with."""


class Cloud:
    """A server process with a world of so many sessions, one of which has so many jobs."""

    def __init__(self, sessions: int = 20, jobs: int = 20, module: str = "tests.bench.server") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, str(sessions), str(jobs)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self.url, self.session_id = self._line().split()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)

    def tell(self, line: str) -> str:
        """Tell the server something, and return what it answers."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        return self._line()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@dataclass
class Rig:
    """The environment of the programs, and a folder for their homes."""

    python: Path
    folder: Path
    rounds: int
    long_rounds: int
    """Of what takes long."""
    made: int = 0

    def bare(self) -> Program:
        """Start the bare app."""
        return Program(self.bare_argv, clean_environment(self.home()), self.folder)

    def ours(self, cloud: Cloud, *arguments: str, interval: float | None = None) -> Program:
        """Start ours, with the key in the environment."""
        return Program([*self.argv, *arguments], self.environment(cloud, interval), self.folder)

    def watched(self, cloud: Cloud, report: Path, *arguments: str) -> Program:
        """Start ours with a heartbeat that reports when it is late, a reading each second."""
        script = str(Path(__file__).with_name("heartbeat.py"))
        return Program([str(self.python), script, str(report), *arguments], self.environment(cloud, 1.0), self.folder)

    @property
    def bare_argv(self) -> list[str]:
        """Return how the bare app is started: compiled, as ours is."""
        start = f"import sys; sys.path.append({str(ROOT)!r}); from tests.bench.bare import Bare; Bare().run()"
        return [str(self.python), "-c", start]

    @property
    def argv(self) -> list[str]:
        """Return how ours is started, as its user starts it."""
        return [str(self.python.with_name("ionq-tui"))]

    def home(self) -> Path:
        """Make a new home, so that no run finds what an earlier one left."""
        self.made += 1
        home = self.folder / f"home-{self.made}"
        home.mkdir()
        return home

    def environment(self, cloud: Cloud, interval: float | None = None) -> dict[str, str]:
        """Return the environment of ours."""
        home = self.home()
        variables = clean_environment(home, IONQ_API_KEY="key-of-the-bench", IONQ_API_URL=cloud.url)
        if interval is not None:
            config = Path(variables["XDG_CONFIG_HOME"]) / "ionq-tui" / "config.toml"
            config.parent.mkdir(parents=True)
            config.write_text(f"poll_interval = {interval}\n")
        return variables


def compile_all(python: Path) -> None:
    """Compile what is measured, as an installer does; an uncompiled start measures the compiler."""
    done = subprocess.run(
        [str(python), "-m", "compileall", "-q", str(ROOT / "ionq_tui"), str(Path(__file__).parent)],
        check=False,
        capture_output=True,
        env={**os.environ},
    )
    if done.returncode:
        raise SystemExit(f"{python} cannot compile: {done.stderr.decode()}")
