"""What the collector of garbage looks past, and what is let go of."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import partial

import pytest
from textual._styles_cache import StylesCache

from ionq_tui.ui.gc_tuning import GcTuning, collect_as_usual, collect_later, collect_seldom
from ionq_tui.ui.screens.help import Help
from ionq_tui.ui.screens.sessions import SessionsScreen
from tests.ui.cast import Cast, at_home, until
from tests.ui.fake import FakeConnector


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    usual = gc.get_threshold()
    yield
    gc.set_threshold(*usual)
    gc.enable()
    gc.unfreeze()


def passed(gc_tuning: GcTuning, count: int) -> bool:
    gc.unfreeze()
    gc_tuning.holds(count)
    return gc.get_freeze_count() > 0


def test_much_is_looked_past_each_time_it_has_grown_by_a_quarter() -> None:
    gc_tuning = GcTuning()
    assert [passed(gc_tuning, count) for count in (900, 1100, 1300, 1400, 1400, 20_000, 900)] == [
        *(False, True, False, True, False, True, False),
    ]


def test_a_collector_that_was_put_off_looks_past_what_was_painted_with_and_begins_slowly() -> None:
    usual = gc.get_threshold()
    gc.disable()
    collect_later()
    assert not gc.isenabled() and gc.get_freeze_count() > 0
    gc.unfreeze()
    collect_seldom()
    assert gc.isenabled() and gc.get_freeze_count() == 0 and gc.get_threshold()[0] > usual[0]
    collect_as_usual()
    assert gc.get_threshold() == usual and gc.get_freeze_count() > 0


def test_a_start_without_a_key_ends_too() -> None:
    gc.disable()
    collect_as_usual()
    assert gc.isenabled() and gc.get_freeze_count() > 0
    usual = gc.get_threshold()
    collect_seldom()
    assert gc.get_threshold() == usual


def test_a_collector_that_was_not_put_off_is_left_alone() -> None:
    usual, frozen = gc.get_threshold(), gc.get_freeze_count()  # Python 3.12 freezes some objects itself
    for step in (collect_later, collect_seldom, collect_as_usual):
        step()
    assert gc.get_threshold() == usual and gc.get_freeze_count() == frozen


async def test_nothing_is_collected_before_home_is_painted(
    connector: FakeConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    for step in ("collect_later", "collect_seldom"):
        monkeypatch.setattr(f"ionq_tui.ui.app.{step}", partial(told.append, step))
    app = Cast(connector)
    async with at_home(app) as pilot:
        assert told[0] == "collect_later"
        await until(pilot, lambda: "collect_seldom" in told)


def pictures() -> int:
    """How many widgets' pictures are held."""
    gc.collect()
    return sum(isinstance(one, StylesCache) for one in gc.get_objects())


async def test_what_closed_screens_painted_is_let_go_of(connector: FakeConnector) -> None:
    app, held = Cast(connector), list[int]()
    async with at_home(app) as pilot:
        for _ in range(6):
            await pilot.press("?")
            await until(pilot, lambda: app.shows(Help))
            await pilot.pause()
            await pilot.press("escape")
            await until(pilot, lambda: app.shows(SessionsScreen))
            await pilot.pause()
            held.append(pictures())
        # The one that was closed last may still be on its way out; what is kept grows with each.
        assert min(held[3:]) <= held[1], held
