"""The backends compared, one measure after the other: bars of which the shorter one is better."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ionq_tui.view.backend_card import seconds
from ionq_tui.view.blocks import filled
from ionq_tui.view.row import BackendItem, fidelity, queue_words
from ionq_tui.view.sanitize import cells, cut, pad, plain
from ionq_tui.view.style import Cell, Line, Tone, line

_NAME = 23
_LEAST_BAR = 8
_Value = Callable[[BackendItem], float | None]


def _error(which: str) -> _Value:
    def of(item: BackendItem) -> float | None:
        found = fidelity(item.measured, which)
        return None if found is None else 1 - found

    return of


def _time(which: str) -> _Value:
    def of(item: BackendItem) -> float | None:
        found = item.measured.timing.get(which) if item.measured is not None else None
        return found if found is not None and found >= 0 else None

    return of


def _queue(item: BackendItem) -> float | None:
    time = item.backend.average_queue_time
    return time if item.backend.available and time is not None and 0 <= time < 1e13 else None


def _percent(value: float) -> str:
    return f"{value * 100:.2f}%" if value >= 0.001 else f"{value * 100:.3f}%"


_MEASURES: tuple[tuple[str, _Value, Callable[[float], str]], ...] = (
    ("two-qubit gate error", _error("2q"), _percent),
    ("SPAM error", _error("spam"), _percent),
    ("one-qubit gate error", _error("1q"), _percent),
    ("two-qubit gate time", _time("2q"), seconds),
    ("readout time", _time("readout"), seconds),
)


def compare_lines(items: Iterable[BackendItem], width: int, height: int) -> list[Line]:
    """Return a block for each measure, the most important first, as many whole ones as have room.

    What is not known of a backend has no line, and a measure that is known of none no block; retired backends are left
    out.
    """
    shown = [item for item in items if item.backend.status != "retired"]
    blocks = [_block(title, [(item, value(item)) for item in shown], words, width) for title, value, words in _MEASURES]
    queues = [(item, _queue(item)) for item in shown]
    blocks.insert(1, _queue_block(queues, width))
    told: list[Line] = []
    for block in filter(None, blocks):
        if len(told) + bool(told) + len(block) <= height:
            told += [(), *block] if told else block
    return told


def _queue_block(values: Sequence[tuple[BackendItem, float | None]], width: int) -> list[Line]:
    known = [(item, value, queue_words(item.backend, short=True)) for item, value in values if value is not None]
    return _drawn("average queue now", known, width)


def _block(
    title: str, values: Sequence[tuple[BackendItem, float | None]], words: Callable[[float], str], width: int
) -> list[Line]:
    return _drawn(title, [(item, value, words(value)) for item, value in values if value is not None], width)


def _drawn(title: str, known: Sequence[tuple[BackendItem, float, str]], width: int) -> list[Line]:
    if not known:
        return []
    most = max(value for _, value, _ in known)
    side = max(cells(text) for _, _, text in known)
    room = width - _NAME - side - 2
    told = [line(Cell(cut(title, width), Tone.STRONG))]
    for item, value, text in known:
        tone = Tone.PLAIN if item.backend.available else Tone.DIM
        drawn = filled(value / most, room) if most > 0 and room >= _LEAST_BAR else ""
        name = pad(cut(plain(item.backend.name, 60), _NAME - 1), _NAME)
        color = Tone.ACCENT if item.backend.available else Tone.DIM
        told.append(line(Cell(name, tone), Cell(pad(text, side, "right"), tone), "  ", Cell(drawn, color)))
    return told
