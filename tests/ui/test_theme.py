from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from ionq_tui.ui.theme import OURS, theme_name

TEXTS = ("text-muted", "text-success", "text-warning", "text-error", "text-primary")


@pytest.mark.parametrize("theme", OURS, ids=lambda theme: theme.name)
def test_every_text_stands_at_four_and_a_half_to_one(theme: Theme) -> None:
    grounds = [theme.background, theme.surface, theme.panel]
    texts = [theme.foreground, *(theme.variables[name] for name in TEXTS)]
    for ground in grounds:
        for text in texts:
            assert ground is not None
            assert text is not None
            assert contrast(text, ground) >= 4.5, (text, ground)
    cursor = theme.variables["block-cursor-foreground"], theme.variables["block-cursor-background"]
    assert contrast(*cursor) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2: relative luminances, the lighter over the darker."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(name: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in Color.parse(name).normalized
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_short_names() -> None:
    assert [theme_name(name) for name in ("", "dark", "light", "ansi", "nord")] == [
        "ionq-dark",
        "ionq-dark",
        "ionq-light",
        "ansi-dark",
        "nord",
    ]
