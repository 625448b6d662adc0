"""One and the same reply is read once."""

from __future__ import annotations

import json

import httpx
import pytest

from ionq_tui.api import reading
from ionq_tui.api.errors import UnusableReplyError
from ionq_tui.api.operations import create_session, get_session, list_sessions
from ionq_tui.api.reading import Readings
from ionq_tui.model.limits import Limits
from ionq_tui.model.outcome import OpenRequest


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the short replies of these tests be kept, as long ones are."""
    monkeypatch.setattr(reading, "_LEAST_BYTES", 0)


def reply(*ids: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"sessions": [{"id": one} for one in ids]})


def test_the_same_text_is_the_same_value_and_another_is_read() -> None:
    readings = Readings()
    first = readings.value_of(list_sessions(True), reply("a", "b"))
    assert readings.value_of(list_sessions(True), reply("a", "b")) is first
    other = readings.value_of(list_sessions(True), reply("a"))
    assert [one.id for one in other.sessions] == ["a"]
    assert readings.value_of(list_sessions(True), reply("a")) is other


def test_another_question_is_another_value() -> None:
    readings, same = Readings(), httpx.Response(200, json={"id": "a", "status": "ended"})
    first = readings.value_of(get_session("a"), same)
    assert readings.value_of(get_session("b"), same) is not first
    assert readings.value_of(list_sessions(True), reply("a")) is not readings.value_of(list_sessions(), reply("a"))


def test_what_changes_something_is_read_each_time() -> None:
    readings, same = Readings(), httpx.Response(200, json={"id": "a", "status": "created"})
    opening = create_session(OpenRequest("qpu.forte-1", Limits(jobs=1)))
    assert readings.value_of(opening, same) is not readings.value_of(opening, same)


def test_what_cannot_be_read_is_said_each_time() -> None:
    readings = Readings()
    for _ in range(2):
        with pytest.raises(UnusableReplyError):
            readings.value_of(list_sessions(True), httpx.Response(200, content=b"<html>"))


def test_few_replies_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MOST", 3)
    readings = Readings()
    for number in range(5):
        readings.value_of(get_session(f"s{number}"), httpx.Response(200, json={"id": f"s{number}"}))
    assert len(readings._held) == 3
    size = len(json.dumps({"sessions": [{"id": "a"}]}, separators=(",", ":")))
    monkeypatch.setattr(reading, "_MOST_BYTES", size + 5)
    readings.value_of(list_sessions(True), reply("a"))
    assert len(readings._held) == 1 and readings._size == len(reply("a").content)
    readings.value_of(list_sessions(True), reply("a", "long" * 20))
    assert not readings._held and readings._size == 0


def test_short_replies_take_no_place_of_long_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    long = reply(*(f"session-{number}" for number in range(300)))
    monkeypatch.setattr(reading, "_LEAST_BYTES", len(long.content))
    readings = Readings()
    first = readings.value_of(list_sessions(True), long)
    for number in range(100):
        readings.value_of(get_session(f"s{number}"), httpx.Response(200, json={"id": f"s{number}"}))
    assert readings.value_of(list_sessions(True), long) is first
