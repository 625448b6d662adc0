"""Equal replies are decoded only once."""

from __future__ import annotations

import json

import httpx
import pytest

from ionq_tui.api import reply_cache
from ionq_tui.api.errors import UnusableReplyError
from ionq_tui.api.operations import create_session, get_session, list_sessions
from ionq_tui.api.reply_cache import ReplyCache
from ionq_tui.model.limits import Limits
from ionq_tui.model.outcome import OpenRequest


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the short replies of these tests be kept, as long ones are."""
    monkeypatch.setattr(reply_cache, "_MIN_BYTES", 0)


def reply(*ids: str, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"sessions": [{"id": one} for one in ids]})


def test_the_same_text_is_the_same_value_and_another_is_read() -> None:
    cache = ReplyCache()
    first = cache.value_of(list_sessions(True), reply("a", "b"))
    assert cache.value_of(list_sessions(True), reply("a", "b")) is first
    other = cache.value_of(list_sessions(True), reply("a"))
    assert [one.id for one in other.sessions] == ["a"]
    assert cache.value_of(list_sessions(True), reply("a")) is other


def test_another_question_is_another_value() -> None:
    cache, same = ReplyCache(), httpx.Response(200, json={"id": "a", "status": "ended"})
    first = cache.value_of(get_session("a"), same)
    assert cache.value_of(get_session("b"), same) is not first
    assert cache.value_of(list_sessions(True), reply("a")) is not cache.value_of(list_sessions(), reply("a"))


def test_what_changes_something_is_read_each_time() -> None:
    cache, same = ReplyCache(), httpx.Response(200, json={"id": "a", "status": "created"})
    opening = create_session(OpenRequest("qpu.forte-1", Limits(jobs=1)))
    assert cache.value_of(opening, same) is not cache.value_of(opening, same)


def test_what_cannot_be_read_is_said_each_time() -> None:
    cache = ReplyCache()
    for _ in range(2):
        with pytest.raises(UnusableReplyError):
            cache.value_of(list_sessions(True), httpx.Response(200, content=b"<html>"))


def test_few_replies_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_cache, "_MAX_ENTRIES", 3)
    cache = ReplyCache()
    for number in range(5):
        cache.value_of(get_session(f"s{number}"), httpx.Response(200, json={"id": f"s{number}"}))
    assert len(cache._held) == 3
    size = len(json.dumps({"sessions": [{"id": "a"}]}, separators=(",", ":")))
    monkeypatch.setattr(reply_cache, "_MAX_BYTES", size + 5)
    cache.value_of(list_sessions(True), reply("a"))
    assert len(cache._held) == 1 and cache._size == len(reply("a").content)
    cache.value_of(list_sessions(True), reply("a", "long" * 20))
    assert not cache._held and cache._size == 0


def test_short_replies_take_no_place_of_long_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    long = reply(*(f"session-{number}" for number in range(300)))
    monkeypatch.setattr(reply_cache, "_MIN_BYTES", len(long.content))
    cache = ReplyCache()
    first = cache.value_of(list_sessions(True), long)
    for number in range(100):
        cache.value_of(get_session(f"s{number}"), httpx.Response(200, json={"id": f"s{number}"}))
    assert cache.value_of(list_sessions(True), long) is first
