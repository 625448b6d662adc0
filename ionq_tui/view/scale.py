"""The vertical axis of a plot: round values whose rows are evenly apart, with zero at the axis itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from ionq_tui.model.quick_dataclass import quick_dataclass

_MOST = 4
"""Labels above zero up to which there cannot be too many; of a high plot one for three rows."""
_ROWS_PER_LABEL = 3
_ENOUGH = 3
"""Labels above zero that a plot should have."""
_LOW = 8
"""Rows below which evenly placed round values may be fewer than that."""
_STEPS = {Decimal(digits): odd for digits, odd in (("1", 0.0), ("2", 0.0), ("5", 0.0), ("2.5", 0.1), ("1.5", 0.2))}
"""The steps between two labels, to be multiplied by a power of ten, and how odd they look."""
_BLIND, _CROWDED, _FEW, _TOO_FEW = 0.3, 0.3, 0.35, 2.0
"""What it costs, as a part of the height left empty, if a limit stands in the row of another value, for each label too
many, and for each label too few in a low and in a high plot."""


@quick_dataclass(frozen=True, slots=True)
class Scale:
    """A plot of some rows, with a label every few rows; a label stands in the row whose upper edge is its value."""

    rows: int
    step: Decimal
    """The difference of two labels."""
    each: int
    """Rows between two labels."""

    @property
    def top(self) -> Decimal:
        """The value at the upper edge of the plot."""
        return self.step * self.rows / self.each

    @property
    def ticks(self) -> dict[int, Decimal]:
        """The values of the labels above zero, by row, which count from the top."""
        return {self.rows - self.each * number: self.step * number for number in range(1, self.rows // self.each + 1)}

    def row(self, value: Decimal) -> int:
        """Return the row in which a value is reached; the first and the last one for what is beyond."""
        if value >= self.top:
            return 0
        return max(0, min(self.rows - 1, self.rows - self._reached(value)))

    def _reached(self, value: Decimal) -> int:
        return int((value * self.each / self.step).to_integral_value(ROUND_CEILING))

    def eighths(self, value: Decimal) -> int:
        """Return the height of a value in eighths of a row; a value above zero is never drawn as nothing."""
        return max(1, round(float(value / self.top) * self.rows * 8)) if value > 0 else 0


def value_scale(highest: Decimal, rows: int, *, limit: Decimal | None = None, whole: bool = False) -> Scale:
    """Return the scale that reaches the highest value and leaves little empty above it.

    It has four labels with zero, or three if it has less than eight rows; a round limit is one of them where that fits.
    """
    most = max(_MOST, rows // _ROWS_PER_LABEL)

    def cost(scale: Scale, odd: float) -> float:
        number = len(scale.ticks)
        few = max(0, min(_ENOUGH, rows) - number) * (_FEW if rows < _LOW else _TOO_FEW)
        empty = float(scale.top / highest) - 1
        blind = limit is not None and scale.ticks.get(scale.row(limit), limit) != limit
        return few + max(0, number - most) * _CROWDED + empty + odd + blind * _BLIND

    found = list(_scales(highest, rows, whole=whole))
    return min(found, key=lambda one: (cost(*one), -len(one[0].ticks)))[0]


def _scales(highest: Decimal, rows: int, *, whole: bool) -> Iterator[tuple[Scale, float]]:
    """Yield every scale that may do, each with how odd its steps look."""
    power = Decimal(1).scaleb(highest.adjusted() - 2)
    for _ in range(5):
        for digits, odd in _STEPS.items():
            step = power * digits
            each = min(rows, int(step * rows / highest))
            if each >= 1 and not (whole and step % 1):
                yield Scale(rows, step, each), odd
        power *= 10
