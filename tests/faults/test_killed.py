"""`kill -9` at every step of opening and ending; what is started next shows the session or the open question."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ionq_tui.engine.engine import Engine
from ionq_tui.model.activity import Activity
from ionq_tui.model.exit_code import DONE
from ionq_tui.model.key import FoundKey
from ionq_tui.model.record import SessionRecord
from tests.faults.fault import Fault, Operation, Stage
from tests.faults.victim import VICTIMS, Command, Dashboard, Kill, Victim, dashboard
from tests.faults.world import World, world_at

PATIENCE = 20.0
ASKED = "SELECT count(*) FROM intent WHERE state = 'asked'"
ANSWERED = Fault("held", Stage.HELD, answers_when_released=True)

victims = pytest.mark.parametrize("victim", VICTIMS, ids=lambda one: one.name)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, scale=1.0) as made:
        yield made


def _until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"gave up waiting: {what}"
        time.sleep(0.01)


def _intents(world: World) -> int:
    """How many decisions of which nothing more is known are on disk."""
    with closing(sqlite3.connect(world.journal_path)) as journal:
        return int(journal.execute(ASKED).fetchone()[0])


def _kept(world: World) -> SessionRecord:
    """What is on disk of the newest session opened here."""
    kept = world.newest_here()
    assert kept is not None
    return kept


@contextmanager
def _journal_locked(world: World) -> Iterator[None]:
    """Somebody else holds the journal, so that nothing can be noted."""
    with closing(sqlite3.connect(world.journal_path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


def _kill_before_the_note(world: World, kill: Kill) -> None:
    """Let the reply come and kill at once, while the journal is locked by somebody else."""
    assert world.server.held.wait(PATIENCE)
    with _journal_locked(world):
        world.server.release.set()
        _until(lambda: world.server.taken, "the reply to be taken")
        kill()


def _told(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        world.command(*arguments), env=world.environment(), capture_output=True, text=True, timeout=60, check=False
    )


def _restarted(world: World) -> tuple[Activity, list[dict[str, object]]]:
    """What an engine knows after its first list, and what `ionq-tui ls --json` prints; both tell of questions."""
    world.server.release.set()
    world.server.disarm()

    async def recalled() -> Activity:
        connector = world.connector()
        found = await connector.find_key()
        assert isinstance(found, FoundKey)
        engine: Engine = await connector.connect(found)
        try:
            assert await engine.session_list.refresh() is None
            return engine.actions.activity.value
        finally:
            await engine.close()

    done = _told(world, "ls", "--json")
    assert done.returncode == DONE, done.stderr
    activity = asyncio.run(recalled())
    assert ("may have been opened" in done.stderr) == bool(activity.unconfirmed)
    return activity, json.loads(done.stdout)["sessions"]


def _dashboard_shows(world: World, *words: str) -> None:
    """Start the dashboard anew; what it shows first has these words."""
    with dashboard(world) as terminal:
        for one in ("in the organization", *words):
            terminal.wait_for(one)


@victims
def test_before_the_intent(world: World, victim: Victim) -> None:
    """The decision was not written down yet, and nothing was sent: nothing is to be known."""
    with victim.opening(world, goes_on=False) as kill:
        kill()
    assert not _intents(world)
    activity, listed = _restarted(world)
    assert not world.server.reached[Operation.OPEN]
    assert not activity.unconfirmed
    assert not listed


@victims
@pytest.mark.parametrize("carried_out", [False, True], ids=["before it is carried out", "before the reply"])
def test_after_the_intent(world: World, victim: Victim, carried_out: bool) -> None:
    """The decision is on disk, the request is with the server: it stays a question, and the session stands beside."""
    world.server.arm(Operation.OPEN, Fault("held", Stage.HELD, carried_out=carried_out))
    with victim.opening(world) as kill:
        assert world.server.held.wait(PATIENCE)
        assert _intents(world) == 1, "the intent must be on disk before the request is sent"
        kill()
    activity, listed = _restarted(world)
    assert world.server.reached[Operation.OPEN] == 1
    (question,) = activity.unconfirmed
    assert [one.id for one in question.outcome.candidates] == world.server.committed
    assert [one["id"] for one in listed] == world.server.committed
    assert len(listed) == carried_out
    if isinstance(victim, Dashboard):
        _dashboard_shows(world, "may have been opened", *(one[-6:] for one in world.server.committed))


@victims
def test_after_the_reply_before_the_note(world: World, victim: Victim) -> None:
    """The session is open and the process knows it, but it cannot be written down."""
    world.server.arm(Operation.OPEN, ANSWERED)
    with victim.opening(world) as kill:
        _kill_before_the_note(world, kill)
    assert _intents(world) == 1, "the note must not have been written"
    activity, listed = _restarted(world)
    (question,) = activity.unconfirmed
    assert [one.id for one in question.outcome.candidates] == world.server.committed
    assert [one["id"] for one in listed] == world.server.committed
    if isinstance(victim, Dashboard):
        _dashboard_shows(world, "may have been opened", world.server.committed[0][-6:])


@victims
def test_after_the_note(world: World, victim: Victim) -> None:
    """The note is on disk before anything is told; whoever starts next knows that it was opened here."""
    with victim.opening(world) as kill:
        _until(lambda: world.server.committed and not _intents(world), "the note")
        kill()
    activity, listed = _restarted(world)
    assert not activity.unconfirmed
    assert activity.here >= set(world.server.committed)
    (session,) = listed
    short = world.server.committed[0][-6:]
    assert session["id"] == world.server.committed[0]
    told = session["ionq_tui"]
    assert isinstance(told, dict)
    assert (told["owner"], told["opened_on_this_machine"], told["label"], told["short_id"]) == ("you", True, "", short)
    if isinstance(victim, Dashboard):
        _dashboard_shows(world, "1 yours", short)


def test_a_question_ends_when_it_is_answered(world: World) -> None:
    """Who says which session it was, or that it was none, is not asked again."""
    world.server.arm(Operation.OPEN, Fault("held", Stage.HELD))
    with Command().opening(world) as kill:
        assert world.server.held.wait(PATIENCE)
        kill()
    world.server.release.set()
    world.server.disarm()

    async def answer() -> None:
        connector = world.connector()
        found = await connector.find_key()
        assert isinstance(found, FoundKey)
        engine = await connector.connect(found)
        try:
            assert await engine.session_list.refresh() is None
            (question,) = engine.actions.activity.value.unconfirmed
            await engine.actions.adopt(question, question.outcome.candidates[0])
        finally:
            await engine.close()

    asyncio.run(answer())
    activity, listed = _restarted(world)
    assert not activity.unconfirmed
    assert activity.here >= set(world.server.committed)
    assert [one["ionq_tui"]["opened_on_this_machine"] for one in listed] == [True]  # type: ignore[index]


@victims
def test_an_end_that_was_asked_for_and_not_carried_out(world: World, victim: Victim) -> None:
    """It is on disk that the end was asked for, and the session still runs: it stands there as opened here."""
    session_id = world.opened_here()
    world.server.arm(Operation.END, Fault("held", Stage.HELD, carried_out=False))
    with victim.ending(world, session_id) as kill:
        assert world.server.held.wait(PATIENCE)
        assert _kept(world).end_asked_at is not None, "it must be on disk before the request is sent"
        kill()
    _, listed = _restarted(world)
    assert [one["id"] for one in listed] == [session_id]
    assert _kept(world).ended_at is None
    if isinstance(victim, Dashboard):
        _dashboard_shows(world, "1 yours", session_id[-6:])
    again = _told(world, "end", session_id, "--yes")
    assert again.returncode == DONE, again.stderr
    assert world.server.reached[Operation.END] == 2
    assert _kept(world).ended_at is not None
    assert not world.server.cloud.active


def _assert_over(world: World, session_id: str) -> None:
    """Whoever starts next shows it no more, says that it had ended, and asks for no end."""
    _, listed = _restarted(world)
    assert not listed
    again = _told(world, "end", session_id, "--yes")
    assert again.returncode == DONE
    assert "had already ended" in again.stderr
    assert world.server.reached[Operation.END] == 1


@victims
def test_an_end_that_was_carried_out_and_not_heard_of(world: World, victim: Victim) -> None:
    session_id = world.opened_here()
    world.server.arm(Operation.END, Fault("held", Stage.HELD))
    with victim.ending(world, session_id) as kill:
        assert world.server.held.wait(PATIENCE)
        kill()
    assert _kept(world).end_asked_at is not None
    assert _kept(world).ended_at is None
    if isinstance(victim, Dashboard):
        world.server.disarm()
        _dashboard_shows(world, session_id[-6:], "ended")
    _assert_over(world, session_id)


@victims
def test_an_end_that_was_proved_and_not_noted(world: World, victim: Victim) -> None:
    session_id = world.opened_here()
    world.server.arm(Operation.END, ANSWERED)
    with victim.ending(world, session_id) as kill:
        _kill_before_the_note(world, kill)
    assert _kept(world).ended_at is None
    _assert_over(world, session_id)


@victims
def test_an_end_that_was_proved_and_noted(world: World, victim: Victim) -> None:
    session_id = world.opened_here()
    with victim.ending(world, session_id) as kill:
        _until(lambda: _kept(world).ended_at, "the note")
        kill()
    _assert_over(world, session_id)
