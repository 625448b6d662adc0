"""run at a real terminal: its keys reach the command once, and a closed window ends the session."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.cli.site import FORTE, KEY, Site, wait_until
from tests.terminal.kit import Terminal, clean_environment, command

_COUNTS = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
print("ready", flush=True)
signal.sigwait([signal.SIGINT])
again = signal.sigtimedwait([signal.SIGINT], 0.5)
print("once" if again is None else "twice", flush=True)
"""
_DEAF = """
import signal, time
signal.signal(signal.SIGHUP, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(1)
"""


def _environment(site: Site, home: Path) -> dict[str, str]:
    return clean_environment(home, IONQ_API_URL=site.server.url, IONQ_API_KEY=KEY, IONQ_TUI_PATIENCE="0.4")


def _run(program: str) -> list[str]:
    return command("run", FORTE, "--max-jobs", "3", "--yes", "--", sys.executable, "-c", program)


def test_ctrl_c_reaches_the_command_once(site: Site, home: Path) -> None:
    with Terminal(_run(_COUNTS), _environment(site, home)) as terminal:
        terminal.wait_for("ready").keys("ctrl+c").wait_for("once")
        assert terminal.wait_exit() == 0
    assert site.running == []


def test_a_closed_window_ends_the_session(site: Site, home: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGHUP, signal.SIG_IGN); print('ready', flush=True); time.sleep(3)"
    )
    with Terminal(_run(deaf), _environment(site, home)) as terminal:
        terminal.wait_for("ready")
        assert len(site.running) == 1
        terminal.hang_up()
        wait_until(lambda: site.running == [], "the session is ended")
        assert terminal.wait_exit() in (0, 120)
