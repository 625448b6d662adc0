"""Cloning a job on a bad line: one request, and never a claim that the cloud's books do not bear out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ionq_tui.api.errors import CloneUncertain, IonQError
from ionq_tui.engine.engine import Engine
from ionq_tui.model.clone import CloneRequest, unconfirmed_clones
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN
from ionq_tui.model.outcome import Cloned, CloneOutcome, NotCloned
from ionq_tui.simulator.store import Order
from ionq_tui.view.clone import clone_result
from tests.faults.face import with_engine
from tests.faults.fault import CERTAIN, Fault, Operation, Stage
from tests.faults.faults import CUTS, LATE, REPLIES, SOUND, STRANGE, by_status
from tests.faults.forked import command
from tests.faults.test_matrix import UNHURRIED
from tests.faults.world import BACKEND, SCALE, World, world_at

AT_ONCE = 6
NEVER_FOUND = 60.0
"""Seconds, before the scale, after which a clone appears too late for the search."""
Claim = tuple[str, str]
"""A word (cloned, found, refused, uncertain), and the id that was told."""
Face = Callable[[World, Fault, str, str], Claim]


def prepared(world: World) -> tuple[str, str]:
    """Return the ids of a canceled job and of its session."""
    session_id = world.running_session()
    with world.server.cloud.lock:
        cloud = world.server.cloud
        entry = cloud.sessions[session_id]
        job = cloud.cancel(cloud.submit(entry.creator_id, Order(BACKEND, session_id=session_id)))
    return job.id, session_id


def by_engine(world: World, fault: Fault, job_id: str, session_id: str) -> Claim:
    """Clone as the dashboard does; what is said of it has the server's words, and its events tell the same."""

    async def work(engine: Engine) -> Claim:
        world.server.arm(Operation.CLONE, fault)
        request = await engine.actions.clone_request(job_id, session_id)
        outcome: CloneOutcome = (
            await engine.actions.clone(request) if isinstance(request, CloneRequest) else NotCloned(request)
        )
        events = await engine.journal.events(engine.place(), session_id)
        word = "uncertain"
        if isinstance(outcome, Cloned):
            word = "found" if outcome.adopted else "cloned"
        elif isinstance(outcome, NotCloned):
            word = "refused"
        assert len(unconfirmed_clones(events)) == int(word == "uncertain" and world.server.reached[Operation.CLONE] > 0)
        if not isinstance(outcome, Cloned) and world.server.reached[Operation.CLONE]:
            said = clone_result(job_id, session_id, outcome, engine.clock.now(), None).text
            # A reply may come after the short time-outs of these tests where the machine is busy.
            assert fault.words in " ".join(said.split()) or "did not answer in time" in said, said
        return word, outcome.job.id if isinstance(outcome, Cloned) else ""

    return asyncio.run(with_engine(world, work))


def by_library(world: World, fault: Fault, job_id: str, session_id: str) -> Claim:
    with world.client() as client:
        client.whoami()
        world.server.arm(Operation.CLONE, fault)
        try:
            made = client.clone_job(job_id, session_id)
        except CloneUncertain:
            return "uncertain", ""
        except IonQError:
            return "refused", ""
        return "found" if _lost(fault) else "cloned", made


def _lost(fault: Fault) -> bool:
    return fault is not SOUND


def by_command(world: World, fault: Fault, job_id: str, session_id: str) -> Claim:
    world.server.arm(Operation.CLONE, fault)
    done = command(("clone", job_id, session_id, "--yes", "--not-mine"), world.environment(), world.home)
    assert "Traceback" not in done.err, done.err
    if done.code == DONE:
        return "found" if "found after the reply was lost" in done.err else "cloned", done.out.strip()
    assert not done.out
    return {REFUSED: "refused", UNCERTAIN: "uncertain"}.get(done.code, f"exit {done.code}"), ""


def expected(fault: Fault) -> str:
    """Return what is to be claimed: with a mark in the clone, no doubt is left where it can be seen in time."""
    if fault is SOUND:
        return "cloned"
    if fault.status in CERTAIN and not fault.carried_out and fault.words:
        return "refused"
    return "found" if fault.carried_out and fault.late < NEVER_FOUND else "uncertain"


_TRIES = 3
"""On a busy machine the short time-outs may be met by accident, before or after the request in question."""


def played(face: Face, fault: Fault, home: Path, scale: float) -> str:
    """Play one fault; return what is wrong, empty if nothing is."""
    wrong = ""
    for attempt in range(_TRIES):
        with world_at(home / str(attempt), scale=scale) as world:
            job_id, session_id = prepared(world)
            word, made = face(world, fault, job_id, session_id)
            sent = world.server.reached[Operation.CLONE]
            assert sent <= 1, f"{fault.name}: {sent} requests"
            assert len(world.server.cloned) <= 1
            world.server.settle()
            assert made in {*world.server.cloned, ""}, f"{fault.name}: claimed {made}"
            assert word != "refused" or not world.server.cloned, f"{fault.name}: refused, and it exists"
            assert word not in {"cloned", "found"} or made, f"{fault.name}: {word}, and no id"
            if sent == 1 and word == expected(fault) and not world.server.unplanned:
                return ""
            wrong = f"{fault.name}: claimed {word}, not {expected(fault)} ({sent} sent)"
    return wrong


def play(face: Face, faults: tuple[Fault, ...], home: Path, *, scale: float = SCALE, at_once: int = AT_ONCE) -> None:
    """Play faults, and fail where one is told wrongly."""
    with ThreadPoolExecutor(at_once) as pool:
        told = pool.map(lambda one: played(face, one[1], home / str(one[0]), scale), enumerate(faults))
        assert not (bad := [one for one in told if one]), "\n".join(["", *bad])


def reached(faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """Return those in which somebody listens: where nobody does, the original cannot be read either."""
    return tuple(one for one in faults if one.stage is not Stage.GONE)


STATUSES = tuple(by_status(409, 422, 429, 500))


def test_the_dashboard(tmp_path: Path) -> None:
    play(by_engine, (SOUND, *reached(CUTS), *REPLIES, *STRANGE[:3], *STATUSES, *LATE), tmp_path)


def test_the_library(tmp_path: Path) -> None:
    play(by_library, (SOUND, *reached(CUTS), *by_status(409, 422, 429, 503)), tmp_path)


@pytest.mark.parametrize("name", ["all is well", "closed after reading, carried out", "never a reply, not carried out"])
def test_the_command(name: str, tmp_path: Path) -> None:
    fault = next(one for one in (SOUND, *CUTS) if one.name == name)
    play(by_command, (fault,), tmp_path, scale=UNHURRIED)
