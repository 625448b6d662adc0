"""Sessions are found from this machine's records; IonQ is asked only if these do not suffice."""

from __future__ import annotations

import pytest

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.resolver import Ambiguous, Meant, NotFound, resolve
from ionq_tui.journal.journal import Journal
from ionq_tui.model.connection import Connection
from ionq_tui.model.outcome import OpenRequest
from tests.unit.engine.clock import NOON, ManualClock
from tests.unit.engine.cloud import MISSING, OFFLINE, PLACE, ScriptedCloud, ended, session

OURS, ENDED = "0192c4d8-77aa-7c31-b1f0-00000000000a", "0192c4d8-77aa-7c31-b1f0-00000000000b"
OTHER = "0192c4d8-0000-7c31-b1f0-0000000000aa"


class Scene:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.cloud = ScriptedCloud(self.clock)
        self.journal = Journal(":memory:", now=lambda: NOON)
        self.engine = Engine(Connection("default", PLACE.base_url), self.cloud, self.clock, self.journal, 5.0)


@pytest.fixture
async def scene() -> Scene:
    made = Scene()
    for name in (OURS, ENDED):
        number = await made.journal.intent(PLACE, OpenRequest("qpu.forte-1"))
        await made.journal.opened(number, session(name))
    await made.journal.ended(PLACE, ended(session(ENDED)))
    return made


async def test_a_whole_id_needs_nobody(scene: Scene) -> None:
    assert await resolve(scene.engine, OTHER) == Meant(OTHER)
    assert scene.cloud.asked == []


@pytest.mark.parametrize("text", [OURS[-6:], OURS[-2:], "0a"])
async def test_what_this_machine_opened_is_found_without_asking(scene: Scene, text: str) -> None:
    assert await resolve(scene.engine, text) == Meant(OURS)
    assert scene.cloud.asked == []


async def test_what_may_still_cost_money_is_meant_before_what_has_ended(scene: Scene) -> None:
    assert await resolve(scene.engine, "0192c4d8-77aa") == Meant(OURS)


async def test_a_unique_beginning_of_an_ended_session_is_enough_however_long(scene: Scene) -> None:
    scene.cloud.over[OTHER] = ended(session(OTHER))
    assert await resolve(scene.engine, OTHER[:20]) == Meant(OTHER)


async def test_where_the_list_fails_the_journal_still_tells_of_ended_ones(scene: Scene) -> None:
    scene.cloud.faults["active"] = OFFLINE
    assert await resolve(scene.engine, "00000b") == Meant(ENDED)


async def test_several_are_named(scene: Scene) -> None:
    scene.cloud.active = {name: session(name) for name in ("xa", "xb")}
    assert await resolve(scene.engine, "x") == Ambiguous(("xa", "xb"))


async def test_that_nothing_is_known_is_told_apart_from_a_list_that_failed(scene: Scene) -> None:
    assert await resolve(scene.engine, "nothing") == NotFound(MISSING, listed=True)
    scene.cloud.faults["active"] = scene.cloud.faults["session nothing"] = OFFLINE
    assert await resolve(scene.engine, "nothing") == NotFound(OFFLINE, listed=False)
