"""View's lines as Textual's content: tones become variables of the theme, and no text is ever read as markup."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from ionq_tui.view.tone import Line, Tone, line

_STYLES = {
    Tone.PLAIN: "",
    Tone.DIM: "$text-muted",
    Tone.STRONG: "bold",
    Tone.GOOD: "$text-success",
    Tone.WARN: "bold $text-warning",
    Tone.BAD: "bold $text-error",
}


def painted(shown: Line | str) -> Content:
    """Return one line."""
    cells = line(shown) if isinstance(shown, str) else shown
    return Content.assemble(*((cell.text, _STYLES[cell.tone]) for cell in cells))


def pages(lines: Iterable[Line | str]) -> Content:
    """Return several lines."""
    return Content("\n").join([painted(one) for one in lines])
