"""A Python without termios, as on Windows: the package, the command line, and the dashboard on another driver."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.cli.site import ROOT, Site

WITHOUT = """
import os, signal, subprocess, sys
import asyncio, httpx, httpcore, keyring.core, platformdirs, selectors, sqlite3, ssl  # which know Windows themselves

for name in ("termios", "fcntl", "tty", "pty", "pwd", "grp", "resource"):
    sys.modules[name] = None
for name in ("SIGHUP", "SIGQUIT", "SIGKILL", "SIGSTOP", "SIGCONT", "SIGTSTP", "SIGWINCH", "SIGTTOU", "SIGTTIN",
             "SIGCHLD", "SIGPIPE", "SIGALRM", "pthread_sigmask"):
    if hasattr(signal, name):
        delattr(signal, name)
for name in ("fork", "getuid", "geteuid", "getpgrp", "getpgid", "tcgetpgrp", "killpg", "setsid", "getsid", "uname",
             "mkfifo", "register_at_fork", "set_blocking", "pidfd_open", "fchmod", "O_NOCTTY", "O_CLOEXEC",
             "O_NONBLOCK", "O_NOFOLLOW", "O_DIRECTORY"):
    if hasattr(os, name):
        delattr(os, name)
"""
COMMAND = WITHOUT + "from ionq_tui.cli.main import main\nsys.exit(main())"
LIBRARY = (
    WITHOUT
    + """
from ionq_tui import IonQClient, SessionManager
with IonQClient() as client, SessionManager(client, "qpu.forte-1", max_jobs=1, end_on_signals=True) as session:
    print(session.status())
"""
)
DASHBOARD = (
    WITHOUT
    + """
os.environ["TEXTUAL_DRIVER"] = "textual.drivers.headless_driver:HeadlessDriver"
from ionq_tui.wiring import Wiring
from ionq_tui.settings import Settings
from ionq_tui.ui.app import DashboardApp

async def played():
    app = DashboardApp(Wiring(Settings()), start_demo=True)
    app.hangup.watch()
    async with app.run_test() as pilot:
        for _ in range(400):
            text = "\\n".join(strip.text for strip in app.screen._compositor.render_strips())
            if "qpu.forte-1" in text:
                break
            await pilot.pause(0.05)
        assert "qpu.forte-1" in text, text
        await pilot.press("question_mark", "q", "ctrl+l", "b")
        await pilot.pause()
    print(type(app._driver).__name__ if app._driver else "left")

asyncio.run(played())
"""
)


def played(program: str, site: Site, *argv: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "IONQ_API_URL": site.server.url}
    return subprocess.run(
        [sys.executable, "-c", program, *argv], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120
    )


def test_the_command_line_works(site: Site) -> None:
    opened = played(COMMAND, site, "open", "qpu.forte-1", "--max-jobs", "3", "--yes")
    assert opened.returncode == 0, opened.stderr
    assert opened.stdout.split() == site.running
    for argv in (["ls"], ["backends"], ["id"], ["config"], ["auth", "status"], ["show", opened.stdout.strip()]):
        told = played(COMMAND, site, *argv)
        assert told.returncode == 0 and "Traceback" not in told.stderr, (argv, told.stderr)
    ended = played(COMMAND, site, "end", "--all-here", "--yes")
    assert ended.returncode == 0 and site.running == [], ended.stderr


def test_run_opens_and_ends(site: Site) -> None:
    code = "import os; print(os.environ['IONQ_SESSION_ID'])"
    told = played(COMMAND, site, "run", "qpu.forte-1", "--max-jobs", "3", "--yes", "--", sys.executable, "-c", code)
    assert told.returncode == 0 and list(site.cloud.sessions) == told.stdout.split(), told.stderr
    assert site.running == []


def test_a_key_command_gives_the_key(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    key = os.environ["IONQ_API_KEY"]
    monkeypatch.delenv("IONQ_API_KEY")
    folder = os.path.join(os.environ["XDG_CONFIG_HOME"], "ionq-tui")
    os.makedirs(folder)
    with open(os.path.join(folder, "config.toml"), "w", encoding="utf-8") as file:
        file.write(f'[profiles.default]\nurl = "{site.server.url}"\nkey_command = "echo {key}"\n')
    told = played(COMMAND, site, "ls")
    assert told.returncode == 0, told.stderr
    assert "GET /sessions" in site.asked


def test_the_library_works(site: Site) -> None:
    told = played(LIBRARY, site)
    assert told.returncode == 0 and told.stdout.strip() == "created", told.stderr
    assert site.running == []


def test_the_dashboard_runs_on_another_driver(site: Site) -> None:
    told = played(DASHBOARD, site)
    assert told.returncode == 0, told.stderr[-2000:]
