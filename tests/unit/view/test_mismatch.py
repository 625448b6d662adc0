"""Other limits than asked, in words and at home."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType

import pytest

from ionq_tui.model.activity import EMPTY_ACTIVITY, Activity
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.mismatch import Mismatch, differences
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.session import Owner, Session
from ionq_tui.view.banner import home_lines
from ionq_tui.view.event_line import event_words
from ionq_tui.view.mismatch import mismatch_line
from ionq_tui.view.row import SessionItem
from ionq_tui.view.style import Tone, words
from tests.unit.view.scene import NOW, TZ, session


def found(asked: Limits, given: Limits) -> Mismatch:
    mismatch = differences(OpenRequest("qpu.forte-1", asked), Session("a", limits=given))
    assert mismatch is not None
    return mismatch


@pytest.mark.parametrize(
    ("given", "tone"),
    [(Limits(minutes=480), Tone.BAD), (Limits(80), Tone.WARN), (Limits(40, 480), Tone.WARN)],
)
def test_a_missing_limit_is_red_and_anything_else_a_warning(given: Limits, tone: Tone) -> None:
    (cell,) = mismatch_line(found(Limits(40), given))
    assert cell.tone is tone and cell.text.startswith("! IonQ set different limits than requested: ")


def test_an_event_says_the_values() -> None:
    event = Event(NOW, EventKind.LIMITS_DIFFER, "a", words=found(Limits(40), NO_LIMITS).facts)
    assert event_words(event) == "session limits differ: jobs 40 asked, NO LIMIT given"


def activity(asked: dict[str, Limits], **more: object) -> Activity:
    requests = {key: OpenRequest("qpu.forte-1", one) for key, one in asked.items()}
    return replace(EMPTY_ACTIVITY, asked=MappingProxyType(requests), **more)  # type: ignore[arg-type]


def lines(sessions: Iterable[Session], held: Activity, opened_now: Iterable[str] = ()) -> list[str]:
    items = [SessionItem(one, Owner.HERE) for one in sessions]
    return [words(one) for one in home_lines(items, held, tuple(opened_now), NOW, TZ)]


def test_at_home_it_ranks_with_no_limit_and_before_what_merely_runs() -> None:
    runs, free = session(id="x-000001"), session(NO_LIMITS, id="x-000002", expires_at=None)
    lost, added = session(Limits(minutes=480), id="x-000003"), session(Limits(3, 480), id="x-000004")
    held = activity({"x-000003": Limits(40), "x-000004": Limits(3), "x-000001": runs.limits})
    told = lines([runs, added, lost, free], held)
    assert [one[2:8] for one in told] == ["000003", "000002", "000004", "000001"]
    assert told[0].startswith("! 000003: IonQ set different limits: jobs 40 asked, NO LIMIT given;")
    assert all(one.endswith("   e on its row") for one in told)


def test_at_home_it_is_told_of_what_this_window_opened_too_until_it_is_being_ended() -> None:
    lost = session(Limits(minutes=480), id="x-000003")
    asked = {"x-000003": Limits(40)}
    assert len(lines([lost], activity(asked), ["x-000003"])) == 1
    assert lines([lost], activity(asked, ending=frozenset({"x-000003"})), ["x-000003"]) == []
    assert lines([replace(lost, status="ended")], activity(asked), ["x-000003"]) == []
