"""Whoever is killed while it opens or ends a session: a command, a script that uses the library, the dashboard."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from tests.faults.fault import Fault, Operation, Stage
from tests.faults.world import BACKEND, World
from tests.terminal.kit import PATIENCE, Terminal, clean_environment, command
from tests.terminal.test_hangup import at_form, open_by_key
from tests.terminal.touch import focus_by_tab, rested_press

Kill = Callable[[], None]


class Victim(Protocol):
    """One of them; each lives on after what it was started for, until it is killed."""

    name: str

    def opening(self, world: World, *, goes_on: bool = True) -> AbstractContextManager[Kill]:
        """Start it to open a session; where it does not go on, it stops right before the decision is noted."""

    def ending(self, world: World, session_id: str) -> AbstractContextManager[Kill]:
        """Start it to end a session."""


@contextmanager
def _process(world: World, argv: Sequence[str], stdin: int, stdout: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        argv, env=world.environment(), stdin=stdin, stdout=stdout, stderr=stdout, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _kill(process: subprocess.Popen[str]) -> Kill:
    def kill() -> None:
        assert process.poll() is None, "it must still be there to be killed"
        process.kill()
        process.wait(PATIENCE)

    return kill


class Command:
    """`ionq-tui open` and `ionq-tui end`; nobody reads what it prints, so it waits with its last words."""

    name = "command"

    @contextmanager
    def opening(self, world: World, *, goes_on: bool = True) -> Iterator[Kill]:
        if not goes_on:
            world.server.arm(Operation.BACKENDS, Fault("held", Stage.HELD))
        with self._started(world, "open", BACKEND, "--max-jobs", "3", "--yes") as kill:
            if not goes_on:
                assert world.server.held.wait(PATIENCE)
            yield kill

    @contextmanager
    def ending(self, world: World, session_id: str) -> Iterator[Kill]:
        with self._started(world, "end", session_id, "--yes") as kill:
            yield kill

    @contextmanager
    def _started(self, world: World, *arguments: str) -> Iterator[Kill]:
        read, write = os.pipe()
        with os.fdopen(read, "rb"), os.fdopen(write, "wb", buffering=0) as full:
            os.set_blocking(write, False)
            while full.write(b"x" * 4096):
                pass
            os.set_blocking(write, True)
            with _process(world, world.command(*arguments), subprocess.DEVNULL, write) as process:
                yield _kill(process)


_OPENS = """
import sys
from ionq_tui import IonQClient, SessionManager
manager = SessionManager(IonQClient(), sys.argv[1], max_jobs=3)
print("ready", flush=True)
sys.stdin.readline()
manager.open()
sys.stdin.readline()
"""
_ENDS = """
import sys
from ionq_tui import IonQClient, SessionManager
SessionManager.from_id(IonQClient(), sys.argv[1]).close()
sys.stdin.readline()
"""


class Script:
    """A program with our SessionManager, whose journal is on unless it says otherwise."""

    name = "script"

    @contextmanager
    def opening(self, world: World, *, goes_on: bool = True) -> Iterator[Kill]:
        with _process(world, [sys.executable, "-c", _OPENS, BACKEND], subprocess.PIPE, subprocess.PIPE) as process:
            assert process.stdin is not None and process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            if goes_on:
                process.stdin.write("\n")
                process.stdin.flush()
            yield _kill(process)

    @contextmanager
    def ending(self, world: World, session_id: str) -> Iterator[Kill]:
        argv = [sys.executable, "-c", _ENDS, session_id]
        with _process(world, argv, subprocess.PIPE, subprocess.PIPE) as process:
            yield _kill(process)


class Dashboard:
    """The screens, in a real pseudo-terminal."""

    name = "dashboard"

    @contextmanager
    def opening(self, world: World, *, goes_on: bool = True) -> Iterator[Kill]:
        with dashboard(world) as terminal:
            at_form(terminal)
            if goes_on:
                open_by_key(terminal)
            yield lambda: kill_dashboard(terminal)

    @contextmanager
    def ending(self, world: World, session_id: str) -> Iterator[Kill]:
        with dashboard(world, "attach", session_id) as terminal:
            terminal.wait_for("CREATED").wait_for("owner: you").keys("e").wait_for("Keep running")
            focus_by_tab(terminal, "End session")
            rested_press(terminal, "enter")
            yield lambda: kill_dashboard(terminal)


def dashboard(world: World, *arguments: str) -> Terminal:
    """Start the dashboard in this world."""
    environment = clean_environment(world.home, **world.environment())
    return Terminal(command(*arguments), {**environment, "PATH": os.environ["PATH"]})


def kill_dashboard(terminal: Terminal) -> None:
    """Kill it, as the kernel does when there is no memory left."""
    assert terminal.exit_code is None, terminal.text
    os.kill(terminal.pid, 9)
    terminal.wait_exit()


VICTIMS: tuple[Victim, ...] = (Command(), Script(), Dashboard())
