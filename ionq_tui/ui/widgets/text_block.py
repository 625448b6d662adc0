"""Text that is repainted only if it has changed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import Static

from ionq_tui.ui.content import pages
from ionq_tui.ui.textual_internals import measure_again
from ionq_tui.view.style import Line, line, width_of


class TextBlock(Static):
    """Lines from `view`, never parsed as markup; showing the same lines again paints nothing."""

    def __init__(self, *lines: Line | str, id: str | None = None, classes: str | None = None) -> None:
        """Start with some lines."""
        self.told: tuple[Line | str, ...] = lines
        super().__init__(pages(lines), id=id, classes=classes, markup=False)

    def tell(self, *lines: Line | str) -> bool:
        """Show these lines, and return whether they differ from those shown before."""
        if self.told == lines:
            return False
        wrapped = self._wraps(self.told)
        self.told = lines
        layout = wrapped or len(lines) != self.content_size.height or self._wraps(lines)
        self.update(pages(lines), layout=layout)
        if layout:
            measure_again(self)
        return True

    @property
    def text(self) -> str:
        """The text that is shown, without its tones."""
        return pages(self.told).plain

    def _wraps(self, lines: Sequence[Line | str]) -> bool:
        """Return whether a line is longer than the widget is wide, so that its height may change."""
        width = self.content_size.width
        return any(width_of(line(one) if isinstance(one, str) else one) > width for one in lines)
