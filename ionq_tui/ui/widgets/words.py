"""Lines of text that are painted anew only where they differ."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import Static

from ionq_tui.ui.paint import pages
from ionq_tui.view.tone import Line, line, width_of


class Words(Static):
    """Text from `view`, never read as markup; telling it the same again paints nothing."""

    def __init__(self, *lines: Line | str, id: str | None = None, classes: str | None = None) -> None:
        """Begin with some lines."""
        self.told: tuple[Line | str, ...] = lines
        super().__init__(pages(lines), id=id, classes=classes, markup=False)

    def tell(self, *lines: Line | str) -> bool:
        """Show these lines; returns whether they differ from those shown."""
        if self.told == lines:
            return False
        folded = self._folds(self.told)
        self.told = lines
        layout = folded or len(lines) != self.content_size.height or self._folds(lines)
        self.update(pages(lines), layout=layout)
        if layout:
            self._layout_updates += 1  # of two in a row Textual counts one, though it may have measured in between
        return True

    @property
    def text(self) -> str:
        """What is shown, without its tones."""
        return pages(self.told).plain

    def _folds(self, lines: Sequence[Line | str]) -> bool:
        """Tell whether a line is longer than the widget is wide, so that its height may differ."""
        width = self.content_size.width
        return any(width_of(line(one) if isinstance(one, str) else one) > width for one in lines)
