from __future__ import annotations

import pytest
from rich.text import Text
from textual.widgets import Input

from ionq_tui.model.job import JobPage
from ionq_tui.model.key import NoKey
from ionq_tui.ui.screens.key import KeyScreen
from tests.ui.cast import Cast, active, at_home, until
from tests.ui.fake import FakeConnector, session

TYPED = "typed-but-not-sent-4242"


class Drawn(RuntimeError):
    """An error that would draw itself."""

    def __rich__(self) -> str:
        return f"a drawing of {TYPED}"


@pytest.mark.parametrize("kind", [RuntimeError, Drawn])
async def test_a_crash_is_told_without_what_was_typed(kind: type[RuntimeError]) -> None:
    app = Cast(FakeConnector(NoKey()))
    printed: list[object] = []
    app._print_error_renderables = lambda: printed.extend(app._exit_renderables)  # type: ignore[method-assign]

    async def crash() -> None:
        local = TYPED
        raise kind(f"with {local}")

    with pytest.raises(Exception, match=r"with typed|Worker raised"):
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.shows(KeyScreen))
            app.screen.query_one("#key", Input).value = TYPED
            app.run_worker(crash(), group="test", description="crash")
            await until(pilot, lambda: not app.is_running)
    assert app.return_code == 1
    [report] = printed
    assert isinstance(report, Text)
    assert f"{kind.__name__}: with ••••" in report.plain
    assert "test_crash.py" in report.plain
    assert TYPED not in report.plain


async def test_a_bug_in_the_round_of_our_sessions_ends_the_program_with_a_report(
    connector: FakeConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def bug(*_: object, **__: object) -> JobPage:
        raise RuntimeError("a bug in the round")

    monkeypatch.setattr(connector.cloud, "session_jobs", bug)
    connector.journal.creator_ids = {"me"}
    active(connector, session(1))
    app = Cast(connector)
    printed: list[object] = []
    app._print_error_renderables = lambda: printed.extend(app._exit_renderables)  # type: ignore[method-assign]
    with pytest.raises(Exception, match=r"a bug in the round|Worker raised"):
        async with at_home(app) as pilot:
            app.running.session_list.poller.nudge()
            await until(pilot, lambda: not app.is_running)
    assert app.return_code == 1
    [report] = printed
    assert isinstance(report, Text) and "RuntimeError: a bug in the round" in report.plain
    assert connector.cloud.closed
