"""Notifications about the outcome of an action."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Literal

from ionq_tui.model.outcome import (
    AdoptDone,
    Done,
    EndDone,
    Ended,
    NotOpened,
    OpenDone,
    Opened,
    UnconfirmedClosed,
)
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.view.result import closed_words, end_result, open_result
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import NOBODY

LONG, _SHORT = 60.0, 10.0
"""Display times in seconds for failures and for successes."""


@quick_dataclass(frozen=True, slots=True)
class Notice:
    """The text of a notification, its severity, and its display time in seconds."""

    text: str
    severity: Literal["information", "warning", "error"]
    seconds: float


def notice_of(done: Done, now: datetime, tz: tzinfo | None, people: Mapping[str, str] = NOBODY) -> Notice | None:
    """Return the notification, or None if a screen or dialog shows the outcome."""
    if isinstance(done, OpenDone):
        return _opened(done, now, tz)
    if isinstance(done, EndDone):
        return _ended(done, now, tz, people)
    if isinstance(done, AdoptDone):
        return Notice(f"{plain(done.session_id[-6:], 6)}: accepted as the session you opened", "information", 20.0)
    if isinstance(done, UnconfirmedClosed):
        return Notice(closed_words(done), "information", 30.0)
    return None


def _opened(done: OpenDone, now: datetime, tz: tzinfo | None) -> Notice:
    outcome = done.outcome
    said = open_result(outcome, now, tz).text
    if isinstance(outcome, Opened):
        if outcome.adopted:
            return Notice(said, "warning", 20.0)
        return Notice(f"opened: {plain(outcome.session.id, 64)}", "information", 30.0)
    what = f"{plain(done.request.backend, 60)}: {said}"
    return Notice(what, "error" if isinstance(outcome, NotOpened) else "warning", LONG)


def _ended(done: EndDone, now: datetime, tz: tzinfo | None, people: Mapping[str, str]) -> Notice | None:
    ended = isinstance(done.outcome, Ended)
    if done.repeated and not ended:
        return None  # shown once; the banner says that it is retried
    said = end_result(done.outcome, now, tz, people, done.session_id).text
    return Notice(said, "information" if ended else "error", _SHORT if ended else LONG)
