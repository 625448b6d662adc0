from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ionq_tui.engine.spending_reader import EVERY
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.spending import OrganizationUsage, UsageDay, UsageGroup
from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.ui.screens.usage import UsageScreen
from tests.support.amounts import credit, usd
from tests.ui.fake import NOW, FakeConnector, session
from tests.ui.stage import Stage, shows, until
from tests.unit.model.test_spending import charged

DAY = NOW.date()
USAGE = OrganizationUsage(
    (
        UsageDay(DAY, 10, (usd("300"),), (UsageGroup("me", "", 8, (usd("250"),)), UsageGroup("u-2", "Bo", 2, ()))),
        UsageDay(DAY - timedelta(days=4), 3, (usd("100"),)),
    ),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2026, 11, 22, 23, 59, tzinfo=UTC),
)
SIZES = [(60, 16), (80, 24), (120, 40), (200, 55)]
FORBIDDEN = Fault(FaultKind.FORBIDDEN, "owners only", 403, well_formed=True)


def prepared(connector: FakeConnector) -> FakeConnector:
    connector.cloud.used = USAGE
    connector.cloud.active = {session(1).id: session(1)}
    connector.journal.charged = (charged("session-000001", (DAY, (usd("120"),)), label="H2 scan"),)
    return connector


def asked(connector: FakeConnector) -> list[str]:
    return [one for one in connector.cloud.asked if one.startswith("usage")]


@pytest.mark.parametrize("size", SIZES)
async def test_it_opens_with_u_and_shows_both_accounts_at_every_size(
    connector: FakeConnector, size: tuple[int, int]
) -> None:
    connector.budget = Money(Decimal(500), "usd")
    app = Stage(prepared(connector), SessionsScreen)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "forte-1" in app.text())
        await pilot.press("u")
        await until(pilot, lambda: shows(app, UsageScreen) and "organization 400.00 usd" in app.text())
        text = app.text()
        assert "this machine 120.00 usd" in text and "400.00 of 500.00" in text and "80%" in text
        assert "By day, usd" in text and "▒" in text and "█" in text and "22 Nov" in text
        assert "qpu.forte-1" in text and max(len(line) for line in text.splitlines()) <= size[0]
        assert asked(connector) == ["usage org 2026-10-24 2026-11-22 user"]
        for _ in range(9):
            await pilot.press("space")
            if "opened with its journal" in app.text():
                break
        assert "opened with its journal" in app.text(), "what the numbers do not say can be reached"
        await pilot.press("q")
        await until(pilot, lambda: shows(app, SessionsScreen))


async def test_it_opens_from_a_session_too(connector: FakeConnector) -> None:
    app = Stage(prepared(connector), lambda engine: SessionScreen(engine, session(1).id))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "forte-1" in app.text())
        await pilot.press("u")
        await until(pilot, lambda: shows(app, UsageScreen))


async def test_nothing_is_asked_until_it_is_opened_and_then_once_a_minute(connector: FakeConnector) -> None:
    app = Stage(prepared(connector), SessionsScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "forte-1" in app.text())
        assert asked(connector) == []
        for _ in range(3):
            await pilot.press("u")
            await until(pilot, lambda: shows(app, UsageScreen) and "organization 400.00 usd" in app.text())
            await pilot.press("r")
            await until(pilot, lambda: "at most once a minute, next in 60 s" in app.text())
            await pilot.press("escape")
            await until(pilot, lambda: shows(app, SessionsScreen))
        assert len(asked(connector)) == 1
        connector.clock.forward(EVERY)
        await pilot.press("u")
        await until(pilot, lambda: len(asked(connector)) == 2)


async def test_groupings_follow_each_other(connector: FakeConnector) -> None:
    connector.people = {"me": "Ada"}
    app = Stage(prepared(connector), UsageScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "H2 scan" in app.text())
        assert "by person" in app.text()
        await pilot.press("b")
        await until(pilot, lambda: "By person · as IonQ reports" in app.text())
        assert "Ada" in app.text() and "Bo" in app.text() and "not named by IonQ" in app.text()
        assert "H2 scan" not in app.text() and "by project" in app.text()
        await pilot.press("b")
        await until(pilot, lambda: len(asked(connector)) == 2 and "By project · as IonQ reports" in app.text())
        await pilot.press("b")
        await until(pilot, lambda: "H2 scan" in app.text())
        assert [one.split()[-1] for one in asked(connector)] == ["user", "project"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "fault",
    [
        FORBIDDEN,
        Fault(FaultKind.NOT_FOUND, "no such thing", 404, well_formed=True),
        Fault(FaultKind.SERVER, "try later", 503),
        Fault(FaultKind.GARBLED, "the reply is not JSON"),
    ],
)
async def test_a_failure_is_told_and_hides_nothing_of_the_journal(
    connector: FakeConnector, fault: Fault, size: tuple[int, int]
) -> None:
    prepared(connector).cloud.used = fault
    app = Stage(connector, UsageScreen)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: fault.words[:7] in app.text())
        text = app.text()
        assert "organization —" in text and "this machine 120.00 usd" in text and "█" in text and "▒" not in text
        assert "live" not in text.splitlines()[0], "the header"


async def test_the_last_answer_stays_where_the_next_one_fails(connector: FakeConnector) -> None:
    app = Stage(prepared(connector), UsageScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "organization 400.00 usd" in app.text())
        connector.cloud.used = FORBIDDEN
        connector.clock.forward(EVERY)
        await pilot.press("r")
        await until(pilot, lambda: "owners only" in app.text())
        assert "organization 400.00 usd" in app.text() and "may be out of date" in app.text()


async def test_units_are_never_added(connector: FakeConnector) -> None:
    mixed = UsageDay(DAY, 2, (credit("7"), usd("5")))
    prepared(connector).cloud.used = replace(USAGE, days=(mixed,))
    app = Stage(connector, UsageScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "organization 7.00 credit + 5.00 usd" in app.text())
        assert "By day, credit and usd" in app.text()


@pytest.mark.parametrize(("budget", "said"), [("500", "80 % of the monthly budget used"), ("400", "budget reached")])
async def test_the_alarm_rings_once_while_another_screen_is_shown(
    connector: FakeConnector, budget: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ionq_tui.ui.budget_alarm import watch_budget

    connector.budget = Money(Decimal(budget), "usd")
    app = Stage(prepared(connector), SessionsScreen)
    rung: list[str] = []
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(app, "bell", lambda: rung.append("bell"))
        await until(pilot, lambda: "forte-1" in app.text())
        for _ in range(2):
            watch_budget(app, app.engine)
        await until(pilot, lambda: any(said in one.message for one in app._notifications))
        assert len(asked(connector)) == 1 and rung == ["bell"]
        connector.cloud.used = replace(USAGE, unreadable=1)
        connector.clock.forward(EVERY)
        app.engine.spending.poller.nudge()
        await until(pilot, lambda: len(asked(connector)) == 2)
        await pilot.pause()
        assert rung == ["bell"], "the same alarm"


async def test_an_alarm_of_a_budget_that_the_screen_shows_rings_without_a_notification(
    connector: FakeConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector.budget = Money(Decimal(400), "usd")
    app = Stage(prepared(connector), UsageScreen)
    rung: list[str] = []
    monkeypatch.setattr(app, "bell", lambda: rung.append("bell"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: rung == ["bell"])
        assert not list(app._notifications) and "100%" in app.text()


async def test_another_window_of_this_machine_does_not_ring_again(
    connector: FakeConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def taken(*_: object) -> bool:
        claims.append("asked")
        return False

    claims: list[str] = []
    connector.budget = Money(Decimal(400), "usd")
    monkeypatch.setattr(connector.journal, "claim_event", taken)
    app = Stage(prepared(connector), UsageScreen)
    monkeypatch.setattr(app, "bell", lambda: claims.append("bell"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: claims)
        await pilot.pause()
        assert claims == ["asked"]


@pytest.mark.parametrize("budget", [None, Money(Decimal(400), "usd")])
async def test_only_with_a_budget_the_app_asks_while_no_screen_shows_it_and_not_before_the_first_list(
    connector: FakeConnector, monkeypatch: pytest.MonkeyPatch, budget: Money | None
) -> None:
    connector.budget = budget
    app = DashboardApp(prepared(connector))
    monkeypatch.setattr(app, "set_timer", lambda _seconds, callback: app.call_later(callback))
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(60):  # as long with a budget as without one
            await pilot.pause()
        assert isinstance(app.screen, SessionsScreen)
        assert len(asked(connector)) == (budget is not None)
        if budget is not None:
            first = connector.cloud.asked.index(asked(connector)[0])
            assert "sessions active" in connector.cloud.asked[:first]
            assert app.engine is not None and not app.engine.spending.shown
