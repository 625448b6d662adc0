from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from ionq_tui.model.backend import Characterization
from ionq_tui.model.estimate import Circuit
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.ui.dialogs.circuit import CircuitDialog
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.widgets.table import Table
from tests.ui.fake import BACKENDS, NOW, OFFLINE, FakeConnector
from tests.ui.stage import Stage, shows, until

FORTE = "qpu.forte-1"


def asked(app: Stage) -> list[str]:
    return [one for one in app.connector.cloud.asked if one.startswith("estimate")]


def fidelities(app: Stage) -> dict[str, str]:
    table = app.screen.query_one("#backends", Table)
    return {key: table._cells_of(table._rows.items[key])[4].text for key in table.keys}


async def ready(pilot: Pilot[None], app: Stage) -> None:
    await until(pilot, lambda: app.engine.backend_list.fleet.value.loaded and FORTE in app.text())


async def test_all_that_is_known_of_a_backend_fits_a_small_screen(connector: FakeConnector) -> None:
    connector.journal.samples = tuple((NOW - timedelta(minutes=10 * number), 60_000.0 * number) for number in (6, 4, 2))
    app = Stage(connector, BackendsScreen)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "about 0.65 usd per 1,000 shots of 20 2q + 20 1q gates, 25 qubits" in app.text())
        text = app.text()
        for words in (
            "qpu.forte-1, 36 qubits, College Park",
            "about 14s",
            "SPAM 99.35%, 2q 99.60% ± 0.02",
            "T1 100 s",
            "last 1 h, about 2 min to 6 min",
            "measured  0 s ago",
            "retired",
            "i estimate",
        ):
            assert words in text


async def test_a_large_screen_is_filled_with_what_helps_to_choose(connector: FakeConnector) -> None:
    minutes = range(360, 0, -5)
    connector.journal.samples = tuple((NOW - timedelta(minutes=one), 60_000.0 * (30 + one % 25)) for one in minutes)
    app = Stage(connector, BackendsScreen)
    async with app.run_test(size=(200, 55)) as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "about 0.65 usd" in app.text() and "average queue time, min" in app.text())
        await until(pilot, lambda: "two-qubit gate error" in app.text())
        asked_so_far = list(connector.cloud.asked)
        await pilot.resize_terminal(160, 45)
        await pilot.resize_terminal(200, 55)
        await until(pilot, lambda: "two-qubit gate error" in app.text())
        assert connector.cloud.asked == asked_so_far, "what is compared is known already"
        left = [line[:84] for line in app.text().splitlines()]
        assert any("█" in line for line in left), "bars below the table"
        plotted = [line for line in app.text().splitlines() if "██████████" in line[90:]]
        assert len(plotted) >= 20, "the plot has the height that is there"
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "two-qubit gate error" not in app.text() and "qpu.forte-1" in app.text())


async def test_at_the_smallest_the_backends_are_still_to_be_chosen(connector: FakeConnector) -> None:
    app = Stage(connector, BackendsScreen)
    async with app.run_test(size=(60, 15)) as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "about 0.65 usd" in app.text())
        assert all(f"{name} " in app.text() for name in (FORTE, "qpu.forte-enterprise-1", "qpu.aria-1", "simulator"))


async def test_facts_that_do_not_fit_are_scrolled_by_space_and_the_table_keeps_its_place(
    connector: FakeConnector,
) -> None:
    app = Stage(connector, BackendsScreen)
    async with app.run_test(size=(60, 15)) as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "SPAM" not in app.text() and "lines 1 to 4 of 10" in app.text())
        await until(pilot, lambda: "space more" in app.text())
        before = app.text().splitlines()[:9]
        await pilot.press("space")
        await until(pilot, lambda: "lines 5 to 8 of " in app.text())
        assert app.text().splitlines()[3:8] == before[3:8]
        await pilot.press("space")
        await until(pilot, lambda: "lines 7 to 10 of " in app.text())
        await pilot.press("space")
        await until(pilot, lambda: "lines 1 to 4 of " in app.text())
        await pilot.press("space", "j")
        await until(pilot, lambda: "> qpu.forte-enterprise-1" in app.text() and "lines 1 to 4 of " in app.text())


async def test_where_all_facts_fit_nothing_is_said_of_scrolling(connector: FakeConnector) -> None:
    app = Stage(connector, BackendsScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "about 0.65 usd" in app.text() and "SPAM" in app.text())
        assert "space" not in app.text()


async def test_what_is_not_read_yet_is_told_from_what_there_is_not(connector: FakeConnector) -> None:
    read = asyncio.Event()
    told = connector.cloud.characterization

    async def slowly(backend: str) -> Characterization | Fault:
        await read.wait()
        return await told(backend)

    connector.cloud.characterization = slowly  # type: ignore[method-assign]
    app = Stage(connector, BackendsScreen)
    async with app.run_test(size=(120, 36)) as pilot:
        await ready(pilot, app)
        offered = {one.name: one.characterization_id for one in BACKENDS}
        assert fidelities(app) == {name: "…" if measured else "-" for name, measured in offered.items()}
        read.set()
        await until(pilot, lambda: "…" not in fidelities(app).values())
        assert fidelities(app) == {name: "99.60%" if measured else "-" for name, measured in offered.items()}
        measured = [one for one in connector.cloud.asked if one.startswith("characterization")]
        assert len(measured) == len(set(measured)), "each once"


async def test_each_available_backend_is_asked_about_once_and_no_other(connector: FakeConnector) -> None:
    app = Stage(connector, BackendsScreen)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: asked(app) == [f"estimate {FORTE}"])
        for key in ("j", "j", "j", "k", "k", "k"):
            await pilot.press(key)
            await pilot.pause()
        await until(pilot, lambda: len(asked(app)) == 2)
        await pilot.pause()
        assert asked(app) == [f"estimate {FORTE}", "estimate qpu.forte-enterprise-1"]


async def test_another_kind_of_job_is_another_question(connector: FakeConnector) -> None:
    app = Stage(connector, BackendsScreen)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: asked(app))
        await pilot.press("i")
        await until(pilot, lambda: shows(app, CircuitDialog))
        app.connector.cloud.price = Money(Decimal("1.25"), "usd")
        await pilot.press("end", *["backspace"] * 4, *"500", "tab", "end", "0", "enter")
        await until(pilot, lambda: "about 1.25 usd per 500 shots of 200 2q" in app.text())
        assert app.engine.estimator.circuit.value == Circuit(shots=500, two_qubit_gates=200)
        assert len(asked(app)) == 2


async def test_the_button_estimates_too(connector: FakeConnector) -> None:
    app = Stage(connector, BackendsScreen)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: asked(app))
        await pilot.press("i", "end", *["backspace"] * 4, *"500", *["tab"] * 5)
        assert isinstance(app.focused, Button) and "Estimate (free)" in app.text()
        await pilot.press("enter")
        await until(pilot, lambda: len(asked(app)) == 2)
        assert app.engine.estimator.circuit.value == Circuit(shots=500)


async def test_what_is_no_number_is_said_and_asks_nothing(connector: FakeConnector) -> None:
    app = Stage(connector, BackendsScreen)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: asked(app))
        await pilot.press("i")
        await pilot.press("end", "x", "enter")
        assert shows(app, CircuitDialog) and '"1000x" is not a whole number' in app.text()
        await pilot.press("escape")
        assert shows(app, BackendsScreen) and app.engine.estimator.circuit.value == Circuit()
        assert len(asked(app)) == 1


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_an_estimate_with_error_mitigation_is_another_question(
    connector: FakeConnector, size: tuple[int, int]
) -> None:
    app = Stage(connector, BackendsScreen)
    async with app.run_test(size=size) as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: asked(app))
        await pilot.press("i")
        await until(pilot, lambda: shows(app, CircuitDialog))
        assert "with error mitigation" in app.text() and "esc: cancel" in app.text()
        app.connector.cloud.price = Money(Decimal("2.50"), "usd")
        await pilot.press(*["tab"] * 4, "space", "enter")
        await until(pilot, lambda: shows(app, BackendsScreen) and len(asked(app)) == 2)
        assert app.engine.estimator.circuit.value == Circuit(error_mitigation=True)
        app.connector.cloud.price = Money(Decimal("0.65"), "usd")
        if size == (80, 24):
            await until(pilot, lambda: "about 2.50 usd per 1,000 shots" in app.text())
            assert "errors mitigated" in app.text()
        await pilot.press("i", *["tab"] * 4, "space", "enter")
        await until(pilot, lambda: app.engine.estimator.circuit.value == Circuit())


async def test_without_a_key_nothing_is_asked_that_needs_one(connector: FakeConnector) -> None:
    app = Stage(connector, BackendsScreen)
    app.engine = connector.engine("", "")
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "SPAM" in app.text())
        await pilot.press("i")
        await pilot.pause()
        assert shows(app, BackendsScreen) and not asked(app)


async def test_an_estimate_that_failed_is_said_and_asked_again_by_r(connector: FakeConnector) -> None:
    connector.cloud.price = OFFLINE
    app = Stage(connector, BackendsScreen)
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await until(pilot, lambda: "estimate  none: IonQ cannot be reached" in app.text())
        connector.cloud.price = Fault(FaultKind.FORBIDDEN, "", 403)
        await pilot.press("j", "k")
        await pilot.pause()
        assert asked(app).count(f"estimate {FORTE}") == 1
        connector.cloud.price = Money(Decimal("0.65"), "usd")
        await pilot.press("r")
        await until(pilot, lambda: "about 0.65 usd" in app.text())
