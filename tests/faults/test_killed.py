"""`kill -9` of `ionq-tui open` at every step; what is started next shows the session or the open question."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ionq_tui.engine.engine import Engine
from ionq_tui.model.key import FoundKey
from ionq_tui.model.ledger import Ledger
from tests.faults.fault import Fault, Operation, Stage
from tests.faults.world import BACKEND, World, world_at

PATIENCE = 20.0
ASKED = "SELECT count(*) FROM intent WHERE state = 'asked'"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, scale=1.0) as made:
        yield made


def _until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"gave up waiting: {what}"
        time.sleep(0.01)


@contextmanager
def _opening(world: World) -> Iterator[subprocess.Popen[str]]:
    """`ionq-tui open`, killed for good at the end."""
    arguments = world.command("open", BACKEND, "--max-jobs", "3", "--yes")
    with subprocess.Popen(
        arguments, env=world.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()
            process.communicate(timeout=PATIENCE)


def _intents(world: World) -> int:
    """How many decisions of which nothing more is known are on disk."""
    with closing(sqlite3.connect(world.journal_path)) as journal:
        return int(journal.execute(ASKED).fetchone()[0])


def _restarted(world: World) -> tuple[Ledger, list[dict[str, object]]]:
    """What an engine knows after its first list, and what `ionq-tui ls --json` prints; both tell of questions."""
    world.server.release.set()
    world.server.disarm()

    async def recalled() -> Ledger:
        stair = world.stair()
        found = await stair.find_key()
        assert isinstance(found, FoundKey)
        engine: Engine = await stair.connect(found)
        try:
            assert await engine.home.refresh() is None
            return engine.desk.ledger.value
        finally:
            await engine.close()

    done = subprocess.run(
        world.command("ls", "--json"), env=world.environment(), capture_output=True, text=True, timeout=60, check=True
    )
    ledger = asyncio.run(recalled())
    assert ("may have been opened" in done.stderr) == bool(ledger.questions)
    return ledger, json.loads(done.stdout)["sessions"]


def test_before_the_intent(world: World) -> None:
    """The decision was not written down yet, and nothing was sent: nothing is to be known."""
    world.server.arm(Operation.BACKENDS, Fault("held", Stage.HELD))
    with _opening(world):
        assert world.server.held.wait(PATIENCE)
    assert not _intents(world)
    ledger, listed = _restarted(world)
    assert not world.server.reached[Operation.OPEN]
    assert not ledger.questions
    assert not listed


@pytest.mark.parametrize("carried_out", [False, True], ids=["before it is carried out", "before the reply"])
def test_after_the_intent(world: World, carried_out: bool) -> None:
    """The decision is on disk, the request is with the server: it stays a question, and the session stands beside."""
    world.server.arm(Operation.OPEN, Fault("held", Stage.HELD, carried_out=carried_out))
    with _opening(world):
        assert world.server.held.wait(PATIENCE)
        assert _intents(world) == 1, "the intent must be on disk before the request is sent"
    ledger, listed = _restarted(world)
    assert world.server.reached[Operation.OPEN] == 1
    (question,) = ledger.questions
    assert [one.id for one in question.outcome.candidates] == world.server.committed
    assert [one["id"] for one in listed] == world.server.committed
    assert len(listed) == carried_out


def test_after_the_reply_before_the_note(world: World) -> None:
    """The session is open and the process knows it, but the journal is locked by somebody else."""
    world.server.arm(Operation.OPEN, Fault("held", Stage.HELD, answers_when_released=True))
    with _opening(world) as process:
        assert world.server.held.wait(PATIENCE)
        with closing(sqlite3.connect(world.journal_path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            world.server.release.set()
            _until(lambda: world.server.taken, "the reply to be taken")
            process.kill()
            process.wait(PATIENCE)
            other.execute("ROLLBACK")
    assert _intents(world) == 1, "the note must not have been written"
    ledger, listed = _restarted(world)
    (question,) = ledger.questions
    assert [one.id for one in question.outcome.candidates] == world.server.committed
    assert [one["id"] for one in listed] == world.server.committed


def test_after_the_note(world: World) -> None:
    """The note is on disk before anything is printed; whoever starts next knows that it was opened here."""
    read, write = os.pipe()
    with os.fdopen(read, "rb"), os.fdopen(write, "wb") as full:
        os.set_blocking(write, False)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(write, b"x" * 4096)
        os.set_blocking(write, True)
        arguments = world.command("open", BACKEND, "--max-jobs", "3", "--yes")
        environment = world.environment()
        with subprocess.Popen(arguments, env=environment, stdout=full, stderr=full, text=True) as process:
            try:
                _until(lambda: bool(world.server.committed) and not _intents(world), "the note")
                assert process.poll() is None, "it must still be there to be killed"
            finally:
                process.kill()
    ledger, listed = _restarted(world)
    assert not ledger.questions
    assert ledger.here >= set(world.server.committed)
    (session,) = listed
    assert session["id"] == world.server.committed[0]
    assert session["ionq_tui"] == {"whose": "here", "label": "", "short_id": world.server.committed[0][-6:]}


def test_a_question_ends_when_it_is_answered(world: World) -> None:
    """Who says which session it was, or that it was none, is not asked again."""
    world.server.arm(Operation.OPEN, Fault("held", Stage.HELD))
    with _opening(world):
        assert world.server.held.wait(PATIENCE)
    world.server.release.set()
    world.server.disarm()

    async def answer() -> None:
        stair = world.stair()
        found = await stair.find_key()
        assert isinstance(found, FoundKey)
        engine = await stair.connect(found)
        try:
            assert await engine.home.refresh() is None
            (question,) = engine.desk.ledger.value.questions
            await engine.desk.adopt(question, question.outcome.candidates[0])
        finally:
            await engine.close()

    asyncio.run(answer())
    ledger, listed = _restarted(world)
    assert not ledger.questions
    assert ledger.here >= set(world.server.committed)
    assert [one["ionq_tui"]["whose"] for one in listed] == ["here"]  # type: ignore[index]
