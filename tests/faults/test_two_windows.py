"""Several processes, homes and machines at once: nothing of another is taken for ours, nothing of ours is lost."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ionq_tui.model.exit_code import DONE, UNCERTAIN
from ionq_tui.ui.dialogs.choice import ChoiceDialog
from ionq_tui.ui.key_guard import KeyGuard
from ionq_tui.ui.screens.new_session import NewSessionScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from tests.faults.fault import Fault, Operation, Stage
from tests.faults.forked import Done, command, forked
from tests.faults.naming import flat
from tests.faults.phrases import UNCONFIRMED
from tests.faults.screens import Hand, dashboard
from tests.faults.world import BACKEND, World, world_at

PATIENCE = 30.0
SCALE = 0.1
"""On every pause and time-out: the 15 s for which a form looks for what became of a lost reply are 1.5 s."""
LIMITS = ("--max-jobs", "3", "--max-time", "30", "--yes")
"""The same that the form of the screens is filled with."""
NOTHING_CAME = Fault("reply lost, nothing created", Stage.NO_REPLY, carried_out=False)
STALLS = Fault("held", Stage.HELD, answers_when_released=True)


@pytest.fixture(autouse=True)
def quiet_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KeyGuard, "clock", lambda: Hand.now)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Somebody at a machine, whose journal knows which creator id is theirs."""
    forked(os.getpid)  # what forks is started before an app takes the standard streams
    with world_at(tmp_path / "home", scale=SCALE) as made:
        yield made


def _do(world: World, *arguments: str) -> Done:
    """Run a command in a home; several may run there at once."""
    folder = world.home / f"said-{time.monotonic_ns()}"
    folder.mkdir()
    return command(arguments, world.environment(), folder)


def _until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"gave up waiting: {what}"
        time.sleep(0.01)


def _asks(text: str) -> bool:
    """True where a text tells of an open whose reply was lost."""
    return any(words in flat(text) for words in UNCONFIRMED)


def _opened_here(world: World) -> dict[str, bool]:
    """Return which of the listed sessions were opened in this home, by what `ls --json` says."""
    told = _do(world, "ls", "--json")
    assert told.code == DONE, told.err
    return {one["id"]: one["ionq_tui"]["opened_on_this_machine"] for one in json.loads(told.out)["sessions"]}


# Two windows, one home


@contextmanager
def _other_window(world: World) -> Iterator[Future[Done]]:
    """Open alike from the command line of the same home; the request stalls until the server lets go."""
    world.server.arm(Operation.OPEN, STALLS)
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(_do, world, "open", BACKEND, *LIMITS)
        try:
            _until(lambda: opening.done() or len(world.server.committed) > 0, "the other POST")
            assert not opening.done(), opening.result()
            yield opening
        finally:
            world.server.release.set()


async def test_a_window_claims_nothing_of_another_that_stalls(world: World) -> None:
    """The other's session is listed before the other knows its id; it is not what came of our lost reply."""
    world.server.arm(Operation.OPEN, NOTHING_CAME)
    async with dashboard(world) as hand:
        await hand.fill_form()
        await hand.press("enter")
        await hand.until(lambda: world.server.reached[Operation.OPEN], "our POST")
        with _other_window(world) as other:
            (theirs,) = world.server.committed
            engine = hand.app.engine
            assert engine is not None
            actions = engine.actions
            await hand.until(lambda: not actions.activity.value.opening, "the end of looking")
            await hand.pilot.pause()
            _nothing_claimed(hand, theirs)
            await _home(hand)
            lists = world.server.reached[Operation.LIST]
            await hand.press("r")
            await hand.until(lambda: world.server.reached[Operation.LIST] > lists, "another list")
            await hand.pilot.pause()
            _nothing_claimed(hand, theirs)
            assert theirs not in actions.activity.value.here
            assert _asks(hand.text()), hand.text()
            world.server.release.set()
            assert other.result(PATIENCE).out.split() == [theirs]
        lists = world.server.reached[Operation.LIST]
        await hand.press("r")
        await hand.until(lambda: world.server.reached[Operation.LIST] > lists, "another list")
        await hand.pilot.pause()
        assert _asks(hand.text()), hand.text()
    assert _opened_here(world) == {theirs: True}  # the other window has opened it, in this very home
    assert _asks(_do(world, "ls").err)


def _nothing_claimed(hand: Hand, theirs: str) -> None:
    """No screen, question or notice says that it is or may be ours."""
    assert not hand.shows(SessionScreen), hand.text()
    assert not (hand.shows(ChoiceDialog) and theirs[-6:] in hand.text()), hand.text()
    told = flat(hand.text())
    for words in (
        f"opened: {theirs}",
        f"may be {theirs[-6:]}",
        "(yours), open for",
        "opened on this machine",
        "found after the reply was lost",
    ):
        assert words not in told, hand.text()


async def _home(hand: Hand) -> None:
    for _ in range(5):
        if not hand.shows(SessionsScreen):
            await hand.press("escape")
    assert hand.shows(SessionsScreen)


@pytest.mark.parametrize("ours_first", [True, False], ids=["ours first", "theirs first"])
def test_a_command_claims_nothing_of_another_that_stalls(world: World, ours_first: bool) -> None:
    with ThreadPoolExecutor(1) as pool:
        if ours_first:
            world.server.arm(Operation.OPEN, NOTHING_CAME)
            opening = pool.submit(_do, world, "open", BACKEND, *LIMITS)
            _until(lambda: world.server.reached[Operation.OPEN], "our POST")
        with _other_window(world) as other:
            (theirs,) = world.server.committed
            if not ours_first:
                world.server.arm(Operation.OPEN, NOTHING_CAME)
                opening = pool.submit(_do, world, "open", BACKEND, *LIMITS)
            ours = opening.result(PATIENCE)
            assert ours.code == UNCERTAIN, ours.out + ours.err
            assert not ours.out
            assert theirs[-6:] not in ours.err
            world.server.release.set()
            assert other.result(PATIENCE).out.split() == [theirs]
    assert _opened_here(world) == {theirs: True}
    assert _asks(_do(world, "ls").err)


# Two homes, one key


def _other_machine(world: World) -> str:
    """Open alike with the same key from another home; returns the id."""
    other = replace(world, home=world.home.with_name("another-machine"))
    other.home.mkdir()
    world.server.disarm()
    opened = _do(other, "open", BACKEND, *LIMITS)
    assert opened.code == DONE, opened.err
    return opened.out.strip()


def _never_adopted(world: World, theirs: str) -> None:
    """Neither a command nor a dashboard that starts takes it for ours, and it is not ended with what is ours."""
    told = _do(world, "ls")
    assert _asks(told.out + told.err), told.err
    assert not _opened_here(world)[theirs]
    ended = _do(world, "end", "--all-here", "--yes")
    assert ended.code == UNCERTAIN, ended.err
    assert _asks(ended.out + ended.err), ended.err
    assert not world.server.reached[Operation.END]
    assert theirs in world.server.cloud.active
    assert not _opened_here(world)[theirs]


def test_after_the_looks_a_command_adopts_nothing_of_another_machine(world: World) -> None:
    world.server.arm(Operation.OPEN, NOTHING_CAME)
    assert _do(world, "open", BACKEND, *LIMITS).code == UNCERTAIN  # it has looked for 15 s, scaled
    _never_adopted(world, _other_machine(world))


async def test_after_the_looks_a_window_that_runs_asks(world: World) -> None:
    """The same window that lost the reply reads the list on and on; what comes later is asked about."""
    world.server.arm(Operation.OPEN, NOTHING_CAME)
    async with dashboard(world) as hand:
        await hand.fill_form()
        await hand.press("enter")
        engine = hand.app.engine
        assert engine is not None
        activity = engine.actions.activity
        await hand.until(lambda: activity.value.unconfirmed and not activity.value.opening, "the end of looking")
        assert hand.shows(NewSessionScreen), hand.text()
        await _home(hand)
        theirs = _other_machine(world)
        for _ in range(3):
            lists = world.server.reached[Operation.LIST]
            await hand.press("r")
            await hand.until(lambda lists=lists: world.server.reached[Operation.LIST] > lists, "another list")  # type: ignore[misc]
            await hand.pilot.pause()
        await hand.until(lambda: theirs[-6:] in hand.text(), "the other session in the list")
        assert theirs not in activity.value.here
        assert _asks(hand.text()), hand.text()
        assert not hand.shows(SessionScreen), hand.text()
    _never_adopted(world, theirs)


async def test_a_window_that_starts_later_asks(world: World) -> None:
    world.server.arm(Operation.OPEN, NOTHING_CAME)
    assert _do(world, "open", BACKEND, *LIMITS).code == UNCERTAIN
    theirs = _other_machine(world)
    async with dashboard(world) as hand:
        await hand.until(lambda: theirs[-6:] in hand.text() and _asks(hand.text()), "the list and the question")
        assert hand.app.engine is not None
        assert theirs not in hand.app.engine.actions.activity.value.here
    _never_adopted(world, theirs)


# A process that nobody reaps


@contextmanager
def _zombie(world: World) -> Iterator[int]:
    """A command that was killed while its POST was with the server, and whose end nobody has asked for."""
    world.server.arm(Operation.OPEN, Fault("held", Stage.HELD))
    argv = world.command("open", BACKEND, *LIMITS)
    with subprocess.Popen(argv, env=world.environment(), stdout=subprocess.DEVNULL) as process:
        try:
            _until(world.server.held.is_set, "the POST")
        finally:
            os.kill(process.pid, 9)
        _until(lambda: _state(process.pid) == "Z", "its death")
        world.server.release.set()
        world.server.disarm()
        yield process.pid
        assert _state(process.pid) == "Z"


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here that tells the state of a process")
async def test_a_killed_process_that_nobody_reaped_leaves_a_question(world: World) -> None:
    with _zombie(world):
        (ours,) = world.server.committed
        told = _do(world, "ls")
        assert _asks(told.out + told.err), told.err
        ended = _do(world, "end", "--all-here", "--yes")
        assert ended.code == UNCERTAIN, ended.err
        assert _asks(ended.out + ended.err), ended.err
        async with dashboard(world) as hand:
            await hand.until(lambda: ours[-6:] in hand.text() and _asks(hand.text()), "the question")
