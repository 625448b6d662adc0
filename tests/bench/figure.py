"""A measured figure, its target, and the table of all."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEADS = ("", "measure", "ours", "beside", "ratio", "target", "verdict")


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    number: str
    measure: str
    ours: str
    beside: str
    ratio: float | None
    target: str
    holds: bool

    @property
    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return (
            self.number,
            self.measure,
            self.ours,
            self.beside,
            ratio,
            self.target,
            "holds" if self.holds else "MISSED",
        )


def against(number: str, measure: str, ours: float, beside: float, most: float, form: str) -> Figure:
    """Return a figure whose target is a ratio to what stands beside it; `form` is a format such as "{:.0f} ms"."""
    ratio = ours / beside if beside else 0.0
    return Figure(number, measure, form.format(ours), form.format(beside), ratio, f"≤ {most:.2f} x", ratio <= most)


def within(number: str, measure: str, ours: float, most: float, form: str, beside: float | None = None) -> Figure:
    """Return a figure whose target is a number."""
    shown = "" if beside is None else form.format(beside)
    return Figure(number, measure, form.format(ours), shown, None, f"≤ {form.format(most)}", ours <= most)


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def p95(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table."""
    rows = [HEADS, *(figure.cells for figure in figures)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(HEADS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])
