"""A grid of dots, two by four in a cell, as every terminal with Unicode shows them."""

from __future__ import annotations

_BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""By column, then from below."""
_EMPTY = 0x2800


class Dots:
    """Dots counted from the lower left; those outside are left out."""

    def __init__(self, width: int, height: int) -> None:
        """Take the size in cells."""
        self.across, self.up = 2 * width, 4 * height
        self._cells = [[_EMPTY] * width for _ in range(height)]

    def put(self, x: int, y: int) -> None:
        """Make a dot."""
        if 0 <= x < self.across and 0 <= y < self.up:
            self._cells[len(self._cells) - 1 - y // 4][x // 2] |= _BITS[x % 2][y % 4]

    def line(self, start: tuple[int, int], end: tuple[int, int], every: int = 1) -> None:
        """Make a straight line; of its dots only every so manieth, and of those far to the right none."""
        (x, y), (to_x, to_y) = start, end
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        inside = min(1.0, (self.across - x) / (to_x - x)) if to_x > x else 1.0
        for step in range(0, int(steps * inside) + 1, every):
            self.put(round(x + (to_x - x) * step / steps), round(y + (to_y - y) * step / steps))

    def rows(self) -> list[str]:
        """Return the grid from above."""
        return ["".join(map(chr, row)) for row in self._cells]
