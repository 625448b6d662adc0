from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ionq_tui.engine.queue_history import QueueHistory
from ionq_tui.engine.session_list import BackendList
from ionq_tui.journal.journal import Journal
from ionq_tui.model.backend import Backend
from tests.unit.engine.clock import NOON, ManualClock, running
from tests.unit.engine.cloud import ScriptedCloud

URL = "https://api.example/v0.4"
NAME = "qpu.forte-1"


def backend(queue: float | None, name: str = NAME) -> Backend:
    return Backend(name, "available", average_queue_time=queue)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    kept = Journal(tmp_path / "journal", patience=30)
    yield kept
    kept.close()


@pytest.fixture
def history(journal: Journal, clock: ManualClock) -> QueueHistory:
    return QueueHistory(journal, clock, URL)


def values(history: QueueHistory, name: str = NAME) -> list[float]:
    return [value for _, value in history.store.value.get(name, ())]


async def test_what_changed_is_kept_and_what_stands_still_only_now_and_then(
    history: QueueHistory, clock: ManualClock
) -> None:
    for _ in range(41):
        history.note([backend(5.0)])
        await clock.forward(30)
    assert values(history) == [5.0, 5.0, 5.0]
    await clock.forward(30)
    history.note([backend(6.0)])
    history.note([backend(7.0)])
    await clock.forward(60)
    history.note([backend(8.0), backend(None, "qpu.aria-1"), backend(-1.0, "qpu.aria-2")])
    assert values(history) == [5.0, 5.0, 5.0, 6.0, 8.0]
    assert set(history.store.value) == {NAME}


async def test_it_is_there_the_next_time_for_the_same_server_alone(
    history: QueueHistory, journal: Journal, clock: ManualClock
) -> None:
    history.note([backend(5.0), backend(1.0, "simulator")])
    async with running(history.run()):
        await clock.settle()
    journal.flush()
    await clock.forward(120)
    again = QueueHistory(journal, clock, URL)
    again.note([backend(6.0)])
    await again.recall(NAME)
    assert again.store.value == {NAME: ((NOON, 5.0), (NOON + timedelta(seconds=120), 6.0))}
    elsewhere = QueueHistory(journal, clock, "https://elsewhere.example/v0.4")
    await elsewhere.recall(NAME)
    assert values(elsewhere) == []


async def test_yesterday_is_forgotten(history: QueueHistory, clock: ManualClock) -> None:
    history.note([backend(5.0)])
    clock.seconds += 25 * 3600
    history.note([backend(6.0)])
    assert values(history) == [6.0]


async def test_the_yard_notes_each_list(journal: Journal, clock: ManualClock) -> None:
    backend_list = BackendList(ScriptedCloud(clock), clock, journal, URL)
    async with running(backend_list.run()):
        await clock.settle()
        assert backend_list.fleet.value.loaded
        assert backend_list.queues.store.value == {}
