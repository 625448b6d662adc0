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


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Use one worker for each processor for what keeps it busy, and more for the tests that wait.

    Those wait for a terminal, a process or a time, and would leave the processors idle for half of the run.
    """
    return 2 * _processors() + 1


_BUSY = (
    "ui/test_long_run.py",
    "faults/test_screens.py",
    "faults/test_never_forgotten.py",
    "faults/test_matrix.py",
    "faults/test_around_the_end.py",
    "faults/test_killed.py",
    "faults/test_words_of_the_link.py",
    "house/test_canary.py",
    "hostile/test_replies.py",
    "hostile/test_texts.py",
)
"""What keeps a processor busy, or is held against short time-outs: no more of them at once than there are processors.

With more, time-outs of what is tested are met by accident.
"""
_LONGEST = ("snapshots/test_pictures.py", "terminal/test_environments.py", "terminal/test_network_environments.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Share out what keeps the processors busy, and begin with what takes longest: last, it would be waited for."""
    tests = Path(__file__).parent
    busy = {tests / name: rank for rank, name in enumerate(_BUSY)}
    longest = {tests / name: rank for rank, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: (item.path not in busy, busy.get(item.path, longest.get(item.path, len(longest)))))
    for number, item in enumerate(item for item in items if item.path in busy):
        item.add_marker(pytest.mark.xdist_group(f"busy-{number % _processors()}"))


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
