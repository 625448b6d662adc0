"""A grid of braille dots, two by four per cell, for drawing charts."""

from __future__ import annotations

_BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Bits of the dots by column, then from the bottom."""
_EMPTY = 0x2800


class Dots:
    """Dots with the origin at the lower left; dots outside the grid are ignored."""

    def __init__(self, width: int, height: int) -> None:
        """Create an empty grid of the given size in cells."""
        self.across, self.up = 2 * width, 4 * height
        self._cells = [[_EMPTY] * width for _ in range(height)]

    def put(self, x: int, y: int) -> None:
        """Set a dot."""
        if 0 <= x < self.across and 0 <= y < self.up:
            self._cells[len(self._cells) - 1 - y // 4][x // 2] |= _BITS[x % 2][y % 4]

    def line(self, start: tuple[int, int], end: tuple[int, int], every: int = 1) -> None:
        """Draw a straight line, setting only every `every`-th dot, and none beyond the right edge."""
        (x, y), (to_x, to_y) = start, end
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        inside = min(1.0, (self.across - x) / (to_x - x)) if to_x > x else 1.0
        for step in range(0, int(steps * inside) + 1, every):
            self.put(round(x + (to_x - x) * step / steps), round(y + (to_y - y) * step / steps))

    def rows(self) -> list[str]:
        """Return the rows of the grid, top first."""
        return ["".join(map(chr, row)) for row in self._cells]
