"""Memory use depends on the amount of data, not on how long the program runs."""

from __future__ import annotations

from dataclasses import replace

from ionq_tui.engine.actions import Actions
from ionq_tui.journal.journal import Journal
from ionq_tui.model.outcome import NOTHING_KNOWN, EndUnknown
from ionq_tui.model.overview import EMPTY_OVERVIEW, ENDED_KEPT, ListedSessions, apply_list
from tests.unit.engine.clock import NOON, ManualClock
from tests.unit.engine.cloud import BROKEN, PLACE, ScriptedCloud, ended, session


def test_of_many_ended_sessions_the_newest_are_kept() -> None:
    many = tuple(ended(session(f"s{number:05}")) for number in range(ENDED_KEPT + 5))
    last = replace(many[0], id="last", ended_at=NOON.replace(hour=13))
    overview = apply_list(replace(EMPTY_OVERVIEW, sessions={one.id: one for one in (last, *many)}), ListedSessions(()))
    assert len(overview.sessions) == ENDED_KEPT and "last" in overview.sessions


async def test_an_end_that_is_tried_for_days_leaves_a_bounded_trail() -> None:
    clock = ManualClock()
    cloud = ScriptedCloud(clock)
    cloud.end_outcome = EndUnknown(BROKEN)
    actions = Actions(cloud, clock, Journal(":memory:"), lambda: PLACE, lambda _: NOTHING_KNOWN)
    for number in range(400):
        await actions.end("stuck")
        await actions.cancel("stuck", (f"job-{number}",))
    assert len(actions.done.value) <= 100
    assert not actions._ends and not actions._cancels
