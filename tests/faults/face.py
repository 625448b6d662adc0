"""The ways in which people reach the API, each asked to do the same and to say what it claims."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol, TypeVar

from ionq_tui.api.errors import IonQError, SessionUncertain
from ionq_tui.api.session_manager import SessionManager
from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN
from ionq_tui.model.key import FoundKey
from ionq_tui.model.link_state import Fault as Failure
from ionq_tui.model.outcome import Ended, NotOpened, Opened
from ionq_tui.view.result import open_result
from tests.faults.fault import BLIND, Fault, Operation, Stage
from tests.faults.forked import Done, command
from tests.faults.verdict import Claim, unsaid
from tests.faults.world import BACKEND, REQUEST, World

T = TypeVar("T")


class Face(Protocol):
    """One way in."""

    name: str
    known_here: bool

    def act(self, world: World, operation: Operation, fault: Fault) -> Claim:
        """Do it while the fault is on, and tell what was claimed."""


def _told(session_id: str, status: str) -> Claim:
    return Claim("told", wrong="" if status == "created" else f"{session_id[-6:]} is {status}")


class EngineFace:
    """What the screens call: the wiring, the engine and its actions, over real sockets."""

    def __init__(self, name: str = "desk", *, known_here: bool = True) -> None:
        self.name = name
        self.known_here = known_here

    def act(self, world: World, operation: Operation, fault: Fault) -> Claim:
        work = {
            Operation.OPEN: self._open,
            Operation.END: self._end,
            Operation.STATUS: self._status,
            Operation.LIST: self._list,
        }[operation]
        return asyncio.run(with_engine(world, lambda engine: work(world, engine, fault)))

    async def _open(self, world: World, engine: Engine, fault: Fault) -> Claim:
        world.server.arm(Operation.OPEN, fault)
        outcome = await engine.actions.open("a decision", REQUEST, "label")
        activity = engine.actions.activity.value
        left = await engine.journal.unconfirmed_intents(engine.place())
        if isinstance(outcome, Opened):
            here = {one.id for one in await engine.journal.sessions(engine.place()) if one.here}
            wrong = "" if outcome.session.id in here else "not in the journal"
            wrong = wrong or _untold(fault, activity.mismatch(outcome.session) is not None)
            return Claim("adopted" if outcome.adopted else "opened", frozenset({outcome.session.id}), wrong=wrong)
        wrong = unsaid(world.server, fault, open_result(outcome, engine.clock.now(), None).text)
        if isinstance(outcome, NotOpened):
            return Claim("refused", wrong="a question is left" if activity.unconfirmed or left else wrong)
        named = frozenset(one.id for one in outcome.candidates)
        return Claim("uncertain", named=named, question=bool(activity.unconfirmed) and bool(left), wrong=wrong)

    async def _end(self, world: World, engine: Engine, fault: Fault) -> Claim:
        session_id = world.server.committed[0]
        listed = engine.session_list.overview.value.sessions[session_id]
        world.server.arm(Operation.END, fault)
        outcome = await engine.actions.end(session_id, listed.active is True)
        return Claim("ended" if isinstance(outcome, Ended) else "not proved", frozenset({session_id}))

    async def _status(self, world: World, engine: Engine, fault: Fault) -> Claim:
        world.server.arm(Operation.STATUS, fault)
        heard = await engine.cloud.session(world.server.committed[0])
        return Claim("not told") if isinstance(heard, Failure) else _told(heard.id, heard.status)

    async def _list(self, world: World, engine: Engine, fault: Fault) -> Claim:
        before = engine.session_list.overview.value.sessions
        world.server.arm(Operation.LIST, fault)
        failed = await engine.session_list.refresh()
        after = engine.session_list.overview.value.sessions
        return Claim("not told" if failed else "told", wrong="" if after == before else "another list than the cloud's")


async def with_engine(world: World, work: Callable[[Engine], Awaitable[T]]) -> T:
    """Do some work with an engine that has read the list once."""
    connector = world.connector()
    found = await connector.find_key()
    assert isinstance(found, FoundKey)
    engine = await connector.connect(found)
    try:
        for _ in range(20):  # on a busy machine the short time-outs of these tests may be met by accident
            if await engine.session_list.refresh() is None:
                break
        return await work(engine)
    finally:
        await engine.close()


class Library:
    """SessionManager and IonQClient, sync or async."""

    known_here = False

    def __init__(self, name: str) -> None:
        self.name = name

    def act(self, world: World, operation: Operation, fault: Fault) -> Claim:
        if self.name == "library async":
            return asyncio.run(self._async(world, operation, fault))
        with world.client() as client:
            if fault.stage is not Stage.GONE:
                client.whoami()
            world.server.arm(operation, fault)
            manager = SessionManager(client, BACKEND, max_jobs=3, max_time=30)
            try:
                if operation is Operation.OPEN:
                    manager.open()
                    return _opened(manager, fault)
                if operation is Operation.LIST:
                    return _listed(world, [one.id for one in client.sessions(active=True)])
                manager = SessionManager.from_id(client, world.server.committed[0])
                if operation is Operation.STATUS:
                    return _told(manager.session_id or "", manager.status())
                manager.end()
                return Claim("ended", frozenset({manager.session_id or ""}))
            except IonQError as error:
                return _failed(world, manager, operation, fault, error)

    async def _async(self, world: World, operation: Operation, fault: Fault) -> Claim:
        async with world.client() as client:
            if fault.stage is not Stage.GONE:
                await client.async_whoami()
            world.server.arm(operation, fault)
            manager = SessionManager(client, BACKEND, max_jobs=3, max_time=30)
            try:
                if operation is Operation.OPEN:
                    await manager.async_open()
                    return _opened(manager, fault)
                if operation is Operation.LIST:
                    return _listed(world, [one.id for one in await client.async_sessions(active=True)])
                manager = SessionManager.from_id(client, world.server.committed[0])
                if operation is Operation.STATUS:
                    return _told(manager.session_id or "", await manager.async_status())
                await manager.async_end()
                return Claim("ended", frozenset({manager.session_id or ""}))
            except IonQError as error:
                return _failed(world, manager, operation, fault, error)


def _opened(manager: SessionManager, fault: Fault) -> Claim:
    assert manager.session_id is not None
    wrong = _untold(fault, manager.limit_mismatch is not None)
    return Claim("opened", frozenset({manager.session_id}), wrong=wrong)


def _untold(fault: Fault, told: bool) -> str:
    """Return what is wrong where it is not told that limits differ, or told and not so; empty where nothing is."""
    if told == bool(fault.other_settings):
        return ""
    return "told of other limits where there are none" if told else "not told that the limits differ"


def _listed(world: World, ids: list[str]) -> Claim:
    return Claim("told", wrong="" if set(ids) == set(world.server.cloud.active) else "another list than the cloud's")


def _failed(world: World, manager: SessionManager, operation: Operation, fault: Fault, error: IonQError) -> Claim:
    if operation is Operation.END:
        return Claim("not proved", frozenset({manager.session_id or ""}))
    if operation is not Operation.OPEN:
        return Claim("not told")
    wrong = unsaid(world.server, fault, str(error))
    if isinstance(error, SessionUncertain):
        return Claim("uncertain", named=frozenset(one.id for one in error.candidates), question=True, wrong=wrong)
    held = frozenset() if manager.session_id is None else frozenset({manager.session_id})
    return Claim("refused", held, wrong=wrong)


_LAST_BEFORE = {
    Operation.OPEN: "/backends",
    Operation.END: "active=true",
    Operation.STATUS: "active=true",
    Operation.LIST: "/whoami",
}
"""The last that a command asks before the request in question."""
_TRIES = 10
"""On a busy machine the short time-outs of these tests may be met by accident, before the request in question."""


class Command:
    """`ionq-tui open`, `end`, `show` and `ls`, each a process of its own."""

    name = "command"
    known_here = True

    def act(self, world: World, operation: Operation, fault: Fault) -> Claim:
        session_id = world.server.committed[0] if world.server.committed else ""
        arguments = {
            Operation.OPEN: ("open", BACKEND, *_LIMITS),
            Operation.END: ("end", session_id, "--not-mine", "--yes"),
            Operation.STATUS: ("show", session_id, "--json"),
            Operation.LIST: ("ls", "--json"),
        }[operation]
        if operation is Operation.STATUS:  # otherwise the list would tell it
            world.server.arm(Operation.LIST, BLIND)
        world.server.arm(operation, fault, after_path=_LAST_BEFORE[operation])
        done = _run(world, operation, *arguments)
        claim = claim_of(operation, session_id, done)
        return _told_by(world, operation, fault, claim, done)


class Run:
    """`ionq-tui run`: opens, runs a command that prints the id, ends."""

    name = "command run"
    known_here = True

    def act(self, world: World, operation: Operation, fault: Fault) -> Claim:
        world.server.arm(operation, fault, after_path="/backends" if operation is Operation.OPEN else "/sessions")
        argv = ("run", BACKEND, *_LIMITS, "--end-within", "1m", "--", "/bin/sh", "-c", "echo $IONQ_SESSION_ID")
        done = _run(world, operation, *argv)
        held = frozenset(done.out.split())
        if operation is Operation.OPEN and not held:
            return _told_by(world, operation, fault, claim_of(operation, "", done), done)
        proved = "ended" if done.code == DONE else "not proved"
        word = _how_opened(done) if operation is Operation.OPEN else proved
        wrong = _unwarned(fault, operation, done) if held else "nothing ran"
        return Claim(word, held, wrong=wrong, ends_again=True)


def _told_by(world: World, operation: Operation, fault: Fault, claim: Claim, done: Done) -> Claim:
    """Add to a claim what the command should have said and did not, or said and should not."""
    if operation is Operation.OPEN and not claim.held:
        return replace(claim, wrong=claim.wrong or unsaid(world.server, fault, done.err))
    return replace(claim, wrong=claim.wrong or _unwarned(fault, operation, done))


def _unwarned(fault: Fault, operation: Operation, done: Done) -> str:
    return _untold(fault, "warning: " in done.err) if operation is Operation.OPEN else ""


_LIMITS = ("--max-jobs", "3", "--max-time", "30", "--yes")


def _run(world: World, operation: Operation, *arguments: str) -> Done:
    for _ in range(_TRIES):
        done = command(arguments, world.environment(), world.home)
        if world.server.reached[operation] or world.server.gone:
            break
    return done


def claim_of(operation: Operation, session_id: str, done: Done) -> Claim:
    """Read what a command claimed from its exit code and what it printed."""
    assert "Traceback" not in done.err, done.err
    code, out = done.code, done.out.strip()
    if operation is Operation.OPEN:
        if code == DONE:
            return Claim(_how_opened(done), frozenset({out}))
        if code == UNCERTAIN:
            named = frozenset(one.split()[-1] for one in done.err.splitlines() if "ionq-tui show " in one)
            return Claim("uncertain", named=named, question="may" in done.err)
        return Claim("refused", wrong="" if code == REFUSED and not out else f"exit {code}: {out}")
    if operation is Operation.END:
        told = {DONE: "ended", UNCERTAIN: "not proved", REFUSED: "refused"}.get(code, f"exit {code}")
        return Claim(told, frozenset({session_id}))
    if code != DONE:
        return Claim("not told", wrong="" if code == REFUSED and not out else f"exit {code}: {out}")
    if operation is Operation.STATUS:
        return _told(session_id, json.loads(out)["status"])
    listed = {one["id"] for one in json.loads(out)["sessions"]}
    return Claim("told", wrong="" if listed == {session_id} else "another list than the cloud's")


def _how_opened(done: Done) -> str:
    return "adopted" if "found after the reply was lost" in done.err else "opened"
