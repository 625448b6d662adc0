from __future__ import annotations

import pytest
from rich.style import Style

from ionq_tui.model.color import READABLE, contrast
from ionq_tui.model.connection import Connection
from tests.ui.cast import Cast, at_home
from tests.ui.fake import FakeConnector

THEMES = ("ionq-dark", "ionq-light", "ansi-dark", "ansi-light")


def name_style(app: Cast) -> Style:
    """Return how the profile's name in the first line goes to the terminal."""
    first = app.screen._compositor.render_strips()[0]
    (style,) = [segment.style for segment in first if segment.text.strip() == "lab-b"]
    assert style is not None
    return style


def grounds(style: Style) -> tuple[str, str]:
    """Return the colors of the text and behind it."""
    assert style.color is not None and style.bgcolor is not None
    return style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("color", "ground"), [("green", "#00cd00"), ("bright_blue", "#5c5cff"), ("#7D4E00", "#7d4e00")]
)
async def test_the_profile_stands_on_its_color_and_is_readable_on_every_theme(
    connector: FakeConnector, theme: str, color: str, ground: str
) -> None:
    connector.connection = Connection("lab-b", color=color)
    app = Cast(connector)
    async with at_home(app) as pilot:
        app.theme = theme
        await pilot.pause()
        style = name_style(app)
        text, behind = grounds(style)
        assert style.bold and behind == ground
        assert contrast(text, behind) >= READABLE


async def test_a_profile_without_a_color_stands_on_the_ground_of_the_line(connector: FakeConnector) -> None:
    app = Cast(connector)
    async with at_home(app):
        plain = app.screen._compositor.render_strips()[0]
        assert {segment.style.bgcolor for segment in plain if segment.style} == {name_style(app).bgcolor}


async def test_without_colors_the_words_are_kept(connector: FakeConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    connector.connection = Connection("lab-b", color="green")
    app = Cast(connector)
    async with at_home(app):
        text, behind = grounds(name_style(app))
        assert {len({one[1:3], one[3:5], one[5:7]}) for one in (text, behind)} == {1}  # a grey on a grey
        assert contrast(text, behind) >= READABLE
        assert app.text().splitlines()[0].startswith("  lab-b  · key")
