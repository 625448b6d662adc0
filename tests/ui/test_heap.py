"""What the collector of garbage looks past."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from ionq_tui.ui.heap import Heap, start_collecting


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


def passed(heap: Heap, count: int) -> bool:
    gc.unfreeze()
    heap.holds(count)
    return gc.get_freeze_count() > 0


def test_much_is_looked_past_each_time_it_has_grown_by_a_quarter() -> None:
    heap = Heap()
    assert [passed(heap, count) for count in (900, 1100, 1300, 1400, 1400, 20_000, 900)] == [
        *(False, True, False, True, False, True, False),
    ]


def test_a_collector_that_was_put_off_begins_past_what_a_start_has_made() -> None:
    gc.disable()
    start_collecting()
    assert gc.isenabled() and gc.get_freeze_count() > 0
    gc.unfreeze()
    start_collecting()
    assert gc.get_freeze_count() == 0
