"""Plain containers are drawn as one line and filtered as all others; a screen that loads stands where it will stay."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from textual.events import Key
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

from ionq_tui.model.job import Job
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.ui.first_ends import MANY, FirstEnds
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.help import Help
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.widgets.card import Card
from ionq_tui.ui.widgets.event_list import EventList
from ionq_tui.ui.widgets.table import Table
from ionq_tui.view.forecast import Forecast
from tests.ui.cast import Cast, active, at_home, until
from tests.ui.fake import NOW, OFFLINE, FakeConnector, session


def job(number: int) -> Job:
    return Job(f"0193aaaa-77aa-7c31-b1f0-{number:012}", "completed", submitted_at=NOW, completed_at=NOW)


def drawn(card: Card) -> list[Strip]:
    return card.render_lines(Region(0, 0, *card.outer_size))


async def test_without_colors_every_cell_is_gray(connector: FakeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing stands but a background, which Textual does not filter."""
    monkeypatch.setenv("NO_COLOR", "1")
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app, (120, 40)):
        styles = [segment.style for strip in app.screen._compositor.render_strips() for segment in strip]
    colors = {color.get_truecolor() for style in styles if style for color in (style.color, style.bgcolor) if color}
    assert len(colors) > 2
    assert not [color for color in colors if not color.red == color.green == color.blue]


async def test_the_lines_of_a_card_that_are_the_same_are_one_object_and_follow_its_style(
    connector: FakeConnector,
) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app, (120, 40)) as pilot:
        card = app.screen.query_one("#list", Card)
        height = card.outer_size.height
        lines = drawn(card)
        assert len(lines) == height > 20
        assert len({id(line) for line in lines}) == 3, "the upper border, the sides, and the lower border"
        before = [line.text for line in lines], lines[5]._segments[0].style
        app.theme = "ionq-light"
        await pilot.pause()
        lines = drawn(card)
        assert [line.text for line in lines] == before[0] and lines[5]._segments[0].style != before[1]
        await pilot.resize_terminal(130, 45)
        await until(pilot, lambda: len(app.text().splitlines()) == 45)
        lines = drawn(card)
        assert len(lines) == card.outer_size.height > height and lines[0].cell_length == card.outer_size.width


@pytest.mark.parametrize(("size", "rows"), [((80, 24), 3), ((120, 40), 6)])
async def test_while_jobs_are_read_the_table_and_the_events_have_their_places(
    connector: FakeConnector, size: tuple[int, int], rows: int
) -> None:
    one = session(1)
    active(connector, one)
    app = Cast(connector)
    async with at_home(app, size) as pilot:
        connector.cloud.jobs = {held.id: held for held in map(job, range(12))}
        connector.cloud.gate = asyncio.Event()
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen) and "loading jobs…" in app.text())
        table, events = app.screen.query_one("#jobs", Table), app.screen.query_one(EventList)
        assert table.display and app.focused is table and "STATUS" in app.text()
        assert events.size.height == rows
        await pilot.press("enter", "x", "X", "C")  # no row to do it to
        assert app.shows(SessionScreen)
        connector.cloud.gate.set()
        await until(pilot, lambda: "12 jobs" in app.text())
        assert app.focused is table and "STATUS" in app.text()


async def test_where_the_jobs_turn_out_to_be_none_the_filter_does_not_keep_the_keys(connector: FakeConnector) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        connector.cloud.gate = asyncio.Event()
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen) and "loading jobs…" in app.text())
        await pilot.press("slash", "a", "b")
        connector.cloud.gate.set()
        await until(pilot, lambda: "submit jobs" in app.text())
        await until(
            pilot, lambda: "find" not in app.text().splitlines()[-1] and "view" not in app.text().splitlines()[-1]
        )
        await pilot.press("enter", "question_mark")
        await until(pilot, lambda: not app.shows(SessionScreen))


async def test_a_key_that_waits_behind_the_one_that_brings_the_jobs_back_is_theirs(connector: FakeConnector) -> None:
    active(connector, session(1))
    connector.cloud.jobs = {held.id: held for held in map(job, range(12))}
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen) and "12 jobs" in app.text())
        await pilot.press("v")
        await until(pilot, lambda: "all events" in app.text())
        for key in ("v", "G"):
            app.post_message(Key(key, key))
        await until(pilot, lambda: "row 12 of 12" in app.text())


async def test_the_events_scroll_by_keys_as_soon_as_they_are_shown(connector: FakeConnector) -> None:
    active(connector, session(1))
    completed = [replace(job(number), completed_at=NOW - timedelta(minutes=number)) for number in range(30)]
    connector.cloud.jobs = {held.id: held for held in completed}
    app = Cast(connector)
    async with at_home(app) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen) and "30 jobs" in app.text())
        await pilot.press("v")
        events = app.screen.query_one(EventList)
        assert app.screen.focused is events
        await until(pilot, lambda: "all events" in app.text() and events.max_scroll_y > 0)
        await pilot.press("pagedown")
        await until(pilot, lambda: events.scroll_offset.y > 0)


@pytest.mark.parametrize(("key", "screen"), [("enter", SessionScreen), ("question_mark", Help), ("b", BackendsScreen)])
async def test_a_key_that_is_held_down_opens_one_screen(
    connector: FakeConnector, key: str, screen: type[Screen[None]]
) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        for _ in range(20):
            app.post_message(Key(key, None))
        await until(pilot, lambda: app.shows(screen))
        await pilot.pause(0.1)
        assert sum(isinstance(one, screen) for one in app.screen_stack) == 1


async def test_what_the_list_knows_of_a_session_has_its_age_before_the_session_was_read(
    connector: FakeConnector,
) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        connector.cloud.fault = OFFLINE
        connector.clock.forward(60)
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen) and "STALE 1 min" in app.text())
        assert "no answer yet" not in app.text() and "STARTED" in app.text()


async def test_a_session_opened_while_no_answer_comes_is_not_called_live(connector: FakeConnector) -> None:
    active(connector, session(1))
    app = Cast(connector)
    async with at_home(app) as pilot:
        connector.cloud.gate = asyncio.Event()
        connector.clock.forward(60)
        await pilot.press("enter")
        await until(pilot, lambda: app.shows(SessionScreen) and "1 min" in app.text().splitlines()[0])
        assert "STALE" in app.text().splitlines()[0] and " live " not in app.text().splitlines()[0]
        connector.cloud.gate.set()


async def test_a_session_that_is_not_found_has_no_table(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app) as pilot:
        app.push_screen(SessionScreen(app.running, session(7).id))
        await until(pilot, lambda: "no such session" in app.text())
        await until(pilot, lambda: not app.screen.query_one("#jobs", Table).display)


@pytest.mark.parametrize(("jobs", "anew"), [(3, True), (MANY + 1, False)])
async def test_a_forecast_is_made_anew_for_a_new_snapshot_unless_it_has_many_jobs(
    connector: FakeConnector, jobs: int, anew: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = session(1)
    active(connector, one)
    connector.journal.opened_here = {one.id}
    app = Cast(connector)
    made: list[int] = []

    def forecasts(watch: SessionSnapshot, *_: object) -> tuple[Forecast, ...]:
        made.append(len(watch.jobs))
        return ()

    monkeypatch.setattr("ionq_tui.ui.first_ends.forecasts", forecasts)
    async with at_home(app):
        poller = app.running.session_poller(one.id)
        monkeypatch.setattr(type(app.running.own_sessions), "pollers", property(lambda _: {one.id: poller}))
        ends = FirstEnds(app.running)
        made.clear()
        for number in (jobs, jobs, jobs + 1):
            held = {f"{which}": job(which) for which in range(number)}
            poller.store.apply(partial(replace, jobs=held, session=one))
            ends.of(one)
        assert made == ([jobs, jobs + 1] if anew else [jobs])
