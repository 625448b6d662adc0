"""Nothing of the user's is read or touched by a test, and nothing of the user's gets into a report."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

_OURS = ("IONQ_", "TEXTUAL")
_OTHERS = {
    "PYTHONUNBUFFERED",
    "NO_COLOR",
    "FORCE_COLOR",
    "COLORFGBG",
    "DBUS_SESSION_BUS_ADDRESS",
    "SSH_CONNECTION",
    "TMUX",
    "STY",
    "LC_ALL",
    "LC_CTYPE",
}
_HOME = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Give the tests a home of their own and an environment without keys, all of which the snapshot report prints."""
    for name in [name for name in os.environ if name.startswith(_OURS) or name in _OTHERS]:
        del os.environ[name]
    os.environ["LANG"] = "C.UTF-8"
    # A shell lets what it starts in the background ignore two of these, nohup the third, and all that is started here
    # would ignore them too.
    for number, usual in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGQUIT, signal.SIG_DFL),
        (signal.SIGHUP, signal.SIG_DFL),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)
    home = Path(tempfile.mkdtemp(prefix="ionq-tui-tests-"))
    config.stash[_HOME] = home
    os.environ["HOME"] = str(home)
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(home / name.lower())
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    settings.register_profile("house", derandomize=True, deadline=None, database=None)
    settings.load_profile("house")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Use one worker more than there are processors: many tests wait for a terminal, a process or a time.

    With two for each processor the whole run is a tenth shorter, and time-outs of what is tested are met by accident.
    """
    return (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1) + 1


_LONGEST = (
    "ui/test_long_run.py",
    "hostile/test_replies.py",
    "faults/test_screens.py",
    "faults/test_never_forgotten.py",
    "faults/test_matrix.py",
    "house/test_canary.py",
    "snapshots/test_pictures.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: at the end it would keep one worker busy while the others have nothing to do."""
    tests = Path(__file__).parent
    ranks = {tests / name: rank for rank, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove that home again."""
    if _HOME in config.stash:
        shutil.rmtree(config.stash[_HOME], ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the matrices found: every row where asked for details, the totals always."""
    from tests.faults import bill, naming, verdict
    from tests.hostile import totals
    from tests.house import traces
    from tests.terminal import keyring_total

    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    for wanted, summary in (
        ("cell", verdict.summary),
        ("forgotten", naming.summary),
        ("around", bill.summary),
        ("keyring", keyring_total.summary),
        ("total", totals.summary),
        ("canary", traces.summary),
    ):
        told = [value for report in reports for name, value in report.user_properties if name == wanted]
        for line in summary(told, every=terminalreporter.verbosity > 0):
            terminalreporter.write_line(line)
