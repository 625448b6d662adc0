from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ionq_tui.cli.main import main
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from tests.cli.site import KEY, Site, Told

Shell = Callable[..., Told]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    monkeypatch.setenv("IONQ_TUI_PATIENCE", "0.15")
    return tmp_path


@pytest.fixture
def site(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with Site() as made:
        monkeypatch.setenv("IONQ_API_URL", made.server.url)
        monkeypatch.setenv("IONQ_API_KEY", KEY)
        yield made


@pytest.fixture
def clock(site: Site) -> StoppedClock:
    """The clock of the simulated cloud, which stands still."""
    made = StoppedClock()
    site.cloud = SimulatedCloud(made, workload=False, colleagues=False)
    return made


@pytest.fixture
def shell(home: Path, capfd: pytest.CaptureFixture[str]) -> Shell:
    """Run the command line in this process; argparse leaves by SystemExit, as it does at the shell."""

    def run(*argv: str) -> Told:
        capfd.readouterr()
        try:
            code: object = main(argv)
        except SystemExit as leaving:
            code = leaving.code
        assert isinstance(code, int)
        told = capfd.readouterr()
        assert KEY not in told.out + told.err
        assert "\x1b" not in told.out + told.err
        return Told(code, told.out, told.err)

    return run
