from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Button

import ionq_tui.ui
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.ui.dialogs.cancel import cancel_results
from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.view.style import Line, words

LOST = Fault(FaultKind.TIMEOUT, "")


def results(many: int) -> dict[str, str | Fault]:
    """Every tenth ran already, every tenth is unknown, the others are canceled."""
    became: dict[int, str | Fault] = {0: "completed", 1: LOST}
    return {f"job-{number:06}": became.get(number % 10, "canceled") for number in range(many)}


class Stage(App[None]):
    CSS_PATH = Path(ionq_tui.ui.__file__).parent / "styles" / "base.tcss"

    def __init__(self, told: list[Line], choices: int = 1) -> None:
        super().__init__()
        self.told = told
        self.choices = [Choice(f"It is {number:06}", number, grave=number > 0) for number in range(choices)]

    def on_mount(self) -> None:
        self.push_screen(ChoiceDialog("Cancelled", self.told, self.choices, 0))

    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips())


def test_each_result_is_told_once_with_its_jobs_and_failures_come_first() -> None:
    told = [words(one) for one in cancel_results(results(30))]
    assert told[0] == "3 jobs: not canceled: completed"
    assert told[1] == "  000000 000010 000020"
    assert told[2].startswith("3 jobs: not confirmed canceled: ")
    assert told[4] == "24 jobs: canceled"
    assert sum(len(one.split()) for one in told[1::2]) == 30


def test_thousands_are_told_by_their_number() -> None:
    told = [words(one) for one in cancel_results(results(5_000))]
    assert told[4] == "4,000 jobs: canceled"
    assert told[5].endswith(" and 3,940 more")


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
@pytest.mark.parametrize("many", [3, 30, 5_000])
async def test_the_results_fit_with_the_button_that_closes_them(size: tuple[int, int], many: int) -> None:
    app = Stage(cancel_results(results(many)))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "esc: It is 000000" in app.text()
        assert "not canceled: completed" in app.text()
        assert app.text().splitlines()[-1].strip()[:1] in {"", "╰"}
        if "pgup pgdn: more" in app.text():
            await pilot.press(*["pagedown"] * 5)
            await pilot.pause()
        assert "more" in app.text() if many == 5_000 else "canceled" in app.text()


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_choices_that_do_not_fit_beside_each_other_stand_below_each_other(size: tuple[int, int]) -> None:
    app = Stage(cancel_results(results(30)), choices=6)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert all(f"It is {number:06}" in app.text() for number in range(6))
        for number in range(1, 6):
            await pilot.press("down")
            assert isinstance(app.focused, Button)
            assert str(app.focused.label) == f"It is {number:06}"
