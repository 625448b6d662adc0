"""Each way in which a dashboard loses its terminal or is exit signal received, with a session that it opened itself."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from ionq_tui.journal.journal import Journal
from ionq_tui.model.record import Place, SessionRecord, UnconfirmedIntent
from ionq_tui.model.session import Session
from ionq_tui.simulator.http import Reply, Request
from tests.cli.site import Site
from tests.terminal.conftest import OpenTerminal
from tests.terminal.kit import PATIENCE, Terminal, command, on_live_screen
from tests.terminal.sshd import Sshd
from tests.terminal.tmux import Tmux
from tests.terminal.touch import REST, focus_by_tab, rested_press

KEY = "the-key-of-the-hang-ups-2468"
GONE_WITHIN = 2.0
GONE_WITHIN_ENDING = 7.0
ENDING = pytest.mark.parametrize("ending", [False, True], ids=["left", "ended"])
OPEN = "Open session (billable)"
TABS = 5
"""From the first field to the button that opens: time, money, label, Back, Open."""
MODES = (1000, 1003, 1004, 1049, 2004)
"""What the dashboard switches on in the terminal: mouse, focus, the other screen, bracketed paste."""


@dataclass
class Stage:
    """One server, one home, and the dashboards that play there."""

    site: Site
    home: Path
    environment: dict[str, str]
    open_terminal: OpenTerminal

    def ends_on_hangup(self, ending: bool) -> None:
        folder = self.home / ".config" / "ionq-tui"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(f"poll_interval = 1\nend_on_hangup = {str(ending).lower()}\n")

    def start(self, *argv: str) -> Terminal:
        return self.open_terminal(argv or command(), self.environment)

    def opened(self, *argv: str) -> tuple[Terminal, str]:
        """A dashboard on the live screen of a session that it opened, and the session's id."""
        terminal = at_form(self.start(*argv))
        open_by_key(terminal)
        terminal.wait_for(on_live_screen)
        (session_id,) = self.site.running
        return terminal, session_id

    def kept(self) -> SessionRecord:
        """What the journal keeps of the newest session opened here."""
        with closing(self.journal()) as journal:
            kept = journal.newest_here(Place(self.site.server.url)).now()
        assert kept is not None
        return kept

    def unconfirmed_intents(self) -> tuple[UnconfirmedIntent, ...]:
        with closing(self.journal()) as journal:
            return journal.unconfirmed_intents(Place(self.site.server.url)).now()

    @property
    def journal_path(self) -> Path:
        return self.home / ".local" / "state" / "ionq-tui" / "journal.sqlite3"

    def journal(self) -> Journal:
        return Journal(self.journal_path)

    def assert_became(self, session_id: str, ending: bool) -> None:
        """The session was ended or left, on the server and in the journal."""
        assert self.site.running == ([] if ending else [session_id])
        kept = self.kept()
        assert kept.id == session_id
        assert (kept.ended_at is not None) is ending
        assert sum(one.startswith("POST /sessions/") for one in self.site.changing) == ending


@pytest.fixture
def stage(home: Path, environment: dict[str, str], open_terminal: OpenTerminal) -> Iterator[Stage]:
    with Site() as site:
        environment |= {"IONQ_API_URL": site.server.url, "IONQ_API_KEY": KEY}
        yield Stage(site, home, environment, open_terminal)


def at_form(terminal: Terminal) -> Terminal:
    """Go to the form, and there to the button that opens."""
    terminal.wait_for("active in the organization")
    terminal.keys("b").wait_for("> qpu.forte-1")
    terminal.keys("enter").wait_for("NEW SESSION on qpu.forte-1")
    terminal.type("10").wait_for('"job_count_limit": 10')
    return focus_by_tab(terminal, OPEN)


def open_by_key(terminal: Terminal) -> None:
    rested_press(terminal, "enter")


def state_of(pid: int) -> str:
    """The kernel's letter for what a process does; empty where there is none."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return ""


def wait_gone(pid: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (state := state_of(pid)) not in ("", "Z"):  # one that nobody buries is gone all the same
        assert time.monotonic() < deadline, f"process {pid} lives on, in state {state}"
        time.sleep(0.01)


def dashboard_under(pid: int) -> int:
    """The process of the dashboard that another one started."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError):
            for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                if b"ionq" in Path(f"/proc/{word}/cmdline").read_bytes():
                    return dashboard_under(int(word)) if _children(int(word)) else int(word)
        assert time.monotonic() < deadline, f"process {pid} started no dashboard"
        time.sleep(0.01)


def _children(pid: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return []


def gone_within(ending: bool) -> float:
    return GONE_WITHIN_ENDING if ending else GONE_WITHIN


def attributes(terminal: Terminal) -> list[object]:
    """What `stty -a` would tell."""
    return list(termios.tcgetattr(terminal._descriptor))


def assert_as_before(terminal: Terminal, before: list[object]) -> None:
    assert attributes(terminal) == before
    assert not terminal.alternate
    for mode in MODES:
        assert terminal.raw.rfind(b"\x1b[?%dl" % mode) > terminal.raw.rfind(b"\x1b[?%dh" % mode), mode
    assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")
    assert terminal.raw.rfind(b"\x1b[<u") > terminal.raw.rfind(b"\x1b[>")


def assert_told(terminal: Terminal, session_id: str, ended: bool = False) -> None:
    if ended:
        assert f"ended: {session_id}" in terminal.text
    else:
        assert f"left running: {session_id}" in terminal.text
        assert f"  ionq-tui attach {session_id}" in terminal.lines


@ENDING
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_told_to_leave_it_leaves_the_terminal_as_it_was(number: signal.Signals, ending: bool, stage: Stage) -> None:
    stage.ends_on_hangup(ending)
    terminal = at_form(stage.start())
    before = attributes(stage.start("/bin/sleep", "60"))
    open_by_key(terminal)
    terminal.wait_for(on_live_screen)
    (session_id,) = stage.site.running
    assert attributes(terminal) != before
    assert terminal.signal(number).wait_exit(gone_within(ending)) == 128 + number
    assert_as_before(terminal, before)
    assert_told(terminal, session_id, ending)
    stage.assert_became(session_id, ending)


@ENDING
def test_a_closed_window_takes_it_along(ending: bool, stage: Stage) -> None:
    stage.ends_on_hangup(ending)
    terminal, session_id = stage.opened()
    terminal.hang_up()
    assert terminal.wait_exit(gone_within(ending)) == 128 + signal.SIGHUP
    stage.assert_became(session_id, ending)


def test_a_closed_window_is_noticed_without_any_signal(stage: Stage) -> None:
    # In a session of its own it has no controlling terminal, and so nobody tells it.
    stage.ends_on_hangup(False)
    terminal, session_id = stage.opened("/usr/bin/setsid", "--fork", "--wait", *command())
    pid = dashboard_under(terminal.pid)
    terminal.hang_up()
    wait_gone(pid, GONE_WITHIN)
    stage.assert_became(session_id, False)


@ENDING
def test_it_goes_with_its_shell(ending: bool, stage: Stage) -> None:
    stage.ends_on_hangup(ending)
    terminal, session_id = stage.opened("/bin/sh", "-c", '"$@"; exit', "sh", *command())
    pid = dashboard_under(terminal.pid)
    terminal.signal(signal.SIGKILL)
    wait_gone(pid, gone_within(ending))
    stage.assert_became(session_id, ending)


def test_it_goes_with_the_program_that_started_it_when_the_shell_takes_the_terminal_back(stage: Stage) -> None:
    stage.ends_on_hangup(False)
    terminal = stage.start("/bin/bash", "--norc", "--noprofile", "-i")
    terminal.wait_for("bash-")
    script = stage.home / "wrapper"
    script.write_text("#!/bin/sh\n" + " ".join(command()) + "\nexit\n")
    script.chmod(0o700)
    terminal.type(f"{script}\r")
    at_form(terminal)
    open_by_key(terminal)
    terminal.wait_for(on_live_screen)
    (session_id,) = stage.site.running
    (wrapper,) = map(int, _children(terminal.pid))
    pid = dashboard_under(wrapper)
    os.kill(wrapper, signal.SIGKILL)
    wait_gone(pid, GONE_WITHIN)
    terminal.wait_for(lambda now: not now.alternate)
    terminal.type("echo al''ive\r").wait_for("alive")
    assert_told(terminal, session_id)
    stage.assert_became(session_id, False)


@ENDING
def test_it_goes_with_its_pane(ending: bool, stage: Stage, tmux: Callable[[], Tmux]) -> None:
    stage.ends_on_hangup(ending)
    server = tmux().start(command())
    server.wait_for("active in the organization").keys("b").wait_for("> qpu.forte-1")
    server.keys("Enter").wait_for("NEW SESSION on qpu.forte-1").type("10").wait_for('"job_count_limit": 10')
    server.keys(*["Tab"] * TABS)
    time.sleep(3 * REST)  # tmux passes the keys on one by one
    server.keys("Enter").wait_for("v events")
    (session_id,) = stage.site.running
    pid = int(server.show("#{pane_pid}"))
    server.run("kill-pane")
    wait_gone(pid, gone_within(ending))
    stage.assert_became(session_id, ending)


@pytest.fixture(scope="module")
def sshd() -> Iterator[Sshd]:
    with Sshd() as running:
        yield running


@pytest.mark.parametrize(
    ("cut", "ending"), [(signal.SIGKILL, False), (signal.SIGKILL, True), (signal.SIGHUP, True)]
)  # fmt: skip
def test_it_goes_with_a_line_that_is_cut(cut: signal.Signals, ending: bool, stage: Stage, sshd: Sshd) -> None:
    stage.ends_on_hangup(ending)
    terminal, session_id = stage.opened(*sshd.login(command(), stage.environment))
    pid = int(sshd.pid_file.read_text())
    terminal.signal(cut)
    wait_gone(pid, gone_within(ending))
    stage.assert_became(session_id, ending)


@pytest.mark.parametrize(
    ("leave", "code"),
    [
        (lambda terminal: terminal.keys("ctrl+c", "ctrl+c"), 0),
        (lambda terminal: terminal.signal(signal.SIGINT), 130),
        (lambda terminal: terminal.signal(signal.SIGQUIT), 131),
    ],
    ids=["ctrl+c twice", "SIGINT", "SIGQUIT"],
)
def test_whoever_leaves_by_hand_leaves_sessions_running(
    leave: Callable[[Terminal], Terminal], code: int, stage: Stage
) -> None:
    stage.ends_on_hangup(True)
    before = attributes(stage.start("/bin/sleep", "60"))
    terminal, session_id = stage.opened()
    assert leave(terminal).wait_exit(GONE_WITHIN) == code
    assert_as_before(terminal, before)
    assert_told(terminal, session_id)
    stage.assert_became(session_id, False)


def test_what_was_only_looked_at_is_not_ended(stage: Stage) -> None:
    stage.ends_on_hangup(True)
    theirs = stage.site.colleague().id
    terminal = stage.start(*command("attach", theirs)).wait_for(on_live_screen)
    assert terminal.signal(signal.SIGTERM).wait_exit(GONE_WITHIN) == 128 + signal.SIGTERM
    assert stage.site.running == [theirs]
    assert stage.site.changing == []
    assert theirs not in terminal.text


@pytest.fixture
def free(stage: Stage) -> Iterator[threading.Event]:
    """Lets what is held back go on; at the latest when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def hold_openings(stage: Stage, free: threading.Event) -> None:
    """Open what is asked for, but let the answer wait."""

    def late(request: Request, reply: Reply) -> Reply:
        if request.method == "POST" and request.path.endswith("/sessions"):
            free.wait(PATIENCE)
        return reply

    stage.site.after = late


def hold_ends(stage: Stage, free: threading.Event) -> None:
    """Neither end what is to be ended, nor answer."""

    def silent(request: Request) -> Reply | None:
        if not request.path.endswith("/end"):
            return None
        free.wait(PATIENCE)
        return Reply(500, (), b"")

    stage.site.instead = silent


def test_an_opening_whose_answer_is_still_to_come_is_an_open_question_afterwards(
    stage: Stage, free: threading.Event
) -> None:
    stage.ends_on_hangup(False)
    terminal = at_form(stage.start())
    hold_openings(stage, free)
    open_by_key(terminal)
    stage.site.wait_asked("POST /sessions")
    assert terminal.signal(signal.SIGTERM).wait_exit(GONE_WITHIN) == 128 + signal.SIGTERM
    assert "a session may be open" in terminal.text
    assert stage.site.changing == ["POST /sessions"]
    (question,) = stage.unconfirmed_intents()
    assert question.backend == "qpu.forte-1"


def test_an_end_that_is_not_proved_in_time_is_said_and_noted(stage: Stage, free: threading.Event) -> None:
    stage.ends_on_hangup(True)
    terminal, session_id = stage.opened()
    hold_ends(stage, free)
    assert terminal.signal(signal.SIGTERM).wait_exit(GONE_WITHIN_ENDING) == 128 + signal.SIGTERM
    assert f"end requested, not confirmed: {session_id}" in terminal.text
    assert f"  ionq-tui attach {session_id}" in terminal.lines
    kept = stage.kept()
    assert kept.end_asked_at is not None
    assert kept.ended_at is None


def test_an_opening_under_way_is_ended_too(stage: Stage, free: threading.Event) -> None:
    stage.ends_on_hangup(True)
    terminal = at_form(stage.start())
    hold_openings(stage, free)
    open_by_key(terminal)
    stage.site.wait_asked("POST /sessions")
    (session_id,) = stage.site.running
    terminal.signal(signal.SIGTERM).wait_for("exit signal received")
    free.set()
    assert terminal.wait_exit(GONE_WITHIN_ENDING) == 128 + signal.SIGTERM
    stage.assert_became(session_id, True)
    assert_told(terminal, session_id, ended=True)


def test_a_terminal_that_reads_nothing_holds_nobody_up(stage: Stage) -> None:
    stage.ends_on_hangup(True)
    terminal, session_id = stage.opened()
    with other_side(terminal) as side:
        termios.tcflow(side, termios.TCOOFF)
        for row in range(40):  # so much to paint that whoever paints waits for the terminal
            terminal.resize(24 + row % 2 * 8, 80)
            time.sleep(0.02)
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit(GONE_WITHIN_ENDING) == 128 + signal.SIGTERM
    stage.assert_became(session_id, True)


@contextmanager
def other_side(terminal: Terminal) -> Iterator[int]:
    """The terminal as the program has it."""
    descriptor = os.open(f"/proc/{terminal.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def test_a_locked_journal_holds_nobody_up(stage: Stage) -> None:
    stage.ends_on_hangup(False)
    terminal, session_id = stage.opened()
    with closing(sqlite3.connect(stage.journal_path, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        assert terminal.signal(signal.SIGTERM).wait_exit(GONE_WITHIN) == 128 + signal.SIGTERM
    assert_told(terminal, session_id)
    stage.assert_became(session_id, False)


@pytest.mark.parametrize("way", [signal.SIGTERM, "ctrl+c"])
def test_a_slow_command_of_the_user_holds_nobody_up_and_is_told(way: signal.Signals | str, stage: Stage) -> None:
    stage.ends_on_hangup(False)
    told, script = stage.home / "told", stage.home / "hook.py"
    script.write_text(f"import sys, time\nopen({str(told)!r}, 'a').write(sys.stdin.read())\ntime.sleep(8)\n")
    config = stage.home / ".config" / "ionq-tui" / "config.toml"
    config.write_text(config.read_text() + f'on_event = "{sys.executable} {script}"\n')
    terminal, session_id = stage.opened()
    deadline = time.monotonic() + PATIENCE
    while not told.exists() or "opened" not in told.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    with closing(stage.journal()) as journal:  # so that something waits behind the command that still runs
        journal.ended(Place(stage.site.server.url), Session(session_id)).now()
    with stage.site.cloud.lock:
        stage.site.cloud.advance()
        stage.site.cloud.end(stage.site.cloud.sessions[session_id], "somebody-else")
    terminal.wait_for("ENDED")
    leaving = terminal.keys(way, way) if isinstance(way, str) else terminal.signal(way)
    assert leaving.wait_exit(GONE_WITHIN) == (0 if isinstance(way, str) else 128 + way)
    with closing(sqlite3.connect(stage.journal_path)) as journal_file:
        rows = dict(journal_file.execute("SELECT kind, done FROM told").fetchall())
    assert rows["opened"] == 1 and rows["ended"] == 0, "what was not told is left to the next start"


def test_a_keyring_that_never_answers_holds_nobody_up(stage: Stage) -> None:
    del stage.environment["IONQ_API_KEY"]
    stage.environment |= {
        "PYTHON_KEYRING_BACKEND": "tests.terminal.strange_ring.Sleeping",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    terminal = stage.start().wait_for("ionq-tui")
    assert terminal.signal(signal.SIGTERM).wait_exit(GONE_WITHIN) == 128 + signal.SIGTERM
    assert not terminal.alternate


def test_after_a_suspend_it_asks_once_and_not_for_all_it_missed(stage: Stage) -> None:
    stage.ends_on_hangup(False)
    terminal = stage.start().wait_for("active in the organization")

    def lists() -> int:
        return sum(one.startswith("GET /sessions") for one in stage.site.asked)

    terminal.signal(signal.SIGSTOP)
    terminal.wait_for(lambda _: state_of(terminal.pid) == "T")
    time.sleep(4)  # four times the interval, by the wall clock of a machine that goes on
    before = lists()
    terminal.signal(signal.SIGCONT)
    terminal.wait_for(lambda _: lists() > before)
    seen_at = time.monotonic()
    while time.monotonic() - seen_at < 0.5:
        assert lists() == before + 1
        time.sleep(0.02)


def test_a_ctrl_c_too_many_interrupts_nothing(environment: dict[str, str], open_terminal: OpenTerminal) -> None:
    program = """
import signal, sys
from ionq_tui.cli.main import main
code = main(["--demo"])
print(signal.getsignal(signal.SIGINT).name)
sys.exit(code)
"""
    terminal = open_terminal([sys.executable, "-c", program], environment).wait_for("DEMO")
    terminal.keys("ctrl+c", "ctrl+c")
    assert terminal.wait_exit() == 0
    assert "SIG_IGN" in terminal.text


def test_a_key_while_leaving_is_not_echoed_amid_what_is_still_written(
    environment: dict[str, str], open_terminal: OpenTerminal
) -> None:
    program = """
import time
from textual.drivers._writer_thread import WriterThread
from ionq_tui.cli.main import main

class Slow(WriterThread):
    def run(self):
        write = self._file.write
        def later(text):
            if "1004l" in text:
                self._file.flush()
                time.sleep(0.3)
            write(text)
        self._file.write = later
        super().run()

from textual.drivers import linux_driver
linux_driver.WriterThread = Slow
main(["--demo"])
"""
    terminal = open_terminal([sys.executable, "-c", program], environment).wait_for("DEMO")
    terminal.keys("q")
    for _ in range(60):
        if b"\x1b[?1004l" in terminal.raw or terminal.exit_code is not None:
            break
        with suppress(OSError):
            terminal.type("y")
        time.sleep(0.01)
    terminal.wait_exit()
    written, last, _ = terminal.raw.partition(b"\x1b[?1004l")
    assert last, written[-200:]
    assert b"y" not in written.rpartition(b"\x1b[<u")[2], written[-200:]
