"""The banners where IonQ set different limits than were asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ionq_tui.model.limits import Limits
from ionq_tui.model.outcome import Opened, OpenRequest
from ionq_tui.model.record import Place, SessionRecord
from ionq_tui.model.session import Session
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.widgets.text_block import TextBlock
from tests.ui.cast import Cast, active, at_home, until
from tests.ui.fake import NOW, FakeConnector, session

ASKED = OpenRequest("qpu.forte-1", Limits(40, 90))
ADDED = OpenRequest("qpu.forte-1", Limits(40))
GIVEN = session(1, limits=Limits(None, 480))
FACTS = "jobs 40 asked, NO LIMIT given; time 90 min asked, 480 min given"


def kept(one: Session, asked: OpenRequest) -> SessionRecord:
    """What the journal holds of a session that an earlier process opened."""
    place = Place("https://api.ionq.co/v0.4")
    return SessionRecord(one.id, place, here=True, backend=one.backend, limits=one.limits, opened_at=NOW, asked=asked)


def painted(app: Cast, words: str, widget: str) -> set[str]:
    """The colors of a text on the screen, by where it stands."""
    shown = app.screen.query_one(widget, TextBlock)
    found = set()
    for strip in app.screen._compositor.render_strips()[shown.region.y : shown.region.bottom]:
        for segment in strip:
            if words in segment.text and segment.style is not None and segment.style.color is not None:
                found.add(segment.style.color.name)
    return found


async def test_a_session_that_was_just_opened_tells_it_while_it_runs(connector: FakeConnector) -> None:
    connector.cloud.open_outcome = Opened(GIVEN)
    active(connector, GIVEN)
    app = Cast(connector)
    async with at_home(app) as pilot:
        await app.running.actions.open("t", ASKED)
        app.running.session_list.poller.nudge()
        await until(pilot, lambda: "! 000001: IonQ set different limits: jobs 40 asked, NO LIMIT given" in app.text())
        assert "e end it" in app.text()
        app.push_screen(SessionScreen(app.running, GIVEN.id))
        await until(pilot, lambda: "! IonQ set different limits than requested:" in app.text())
        lines = app.text().splitlines()
        assert max(map(len, lines)) <= 80
        (at,) = [number for number, text in enumerate(lines) if "IonQ set different limits" in text]
        assert " ".join(f"{lines[at]} {lines[at + 1]}".split()).endswith(FACTS)
        assert any("cost" in text for text in lines[:at])
        assert "session limits differ: jobs 40 asked" in app.text()
        gone = replace(GIVEN, status="ended", active=False, ended_at=NOW)
        connector.cloud.active, connector.cloud.over = {}, {gone.id: gone}
        app.running.session_poller(GIVEN.id).poller.nudge()
        await until(pilot, lambda: "ENDED" in app.text())
        assert "IonQ set different limits" not in app.text()


@pytest.mark.parametrize(
    ("asked", "given"), [(ASKED, GIVEN), (ADDED, session(1, limits=Limits(40, 480)))], ids=["absent", "added"]
)
async def test_a_dashboard_that_was_started_again_tells_it_red_where_a_limit_is_missing(
    connector: FakeConnector, asked: OpenRequest, given: Session
) -> None:
    connector.journal.noted = (kept(given, asked),)
    active(connector, given)
    app = Cast(connector)
    async with at_home(app) as pilot:
        await until(pilot, lambda: "! 000001: IonQ set different limits:" in app.text())
        app.push_screen(SessionScreen(app.running, given.id))
        await until(pilot, lambda: "! IonQ set different limits than requested:" in app.text())
        await pilot.pause()
        colors = painted(app, "IonQ set different limits", "#outcome")
        mismatch = app.running.actions.activity.value.mismatch(given)
        assert mismatch is not None and mismatch.absent == (asked is ASKED)
        bad, warn = (app.current_theme.error or "").lower(), (app.current_theme.warning or "").lower()
        assert colors == {bad if mismatch.absent else warn}


async def test_where_all_is_as_asked_there_is_no_banner(connector: FakeConnector) -> None:
    given = session(1)
    connector.journal.noted = (kept(given, OpenRequest("qpu.forte-1", given.limits)),)
    active(connector, given)
    app = Cast(connector)
    async with at_home(app) as pilot:
        await until(pilot, lambda: "000001" in app.text())
        assert "different limits" not in app.text()
        app.push_screen(SessionScreen(app.running, given.id))
        await until(pilot, lambda: "STARTED" in app.text())
        assert "different limits" not in app.text()
