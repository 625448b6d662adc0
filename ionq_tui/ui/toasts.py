"""Notifications about a session: one at a time, and none about what the screen below says already."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Literal, TypeVar
from weakref import WeakKeyDictionary

from textual.app import App

from ionq_tui.ui.textual_internals import withdraw_notifications

Result = TypeVar("Result")
Severity = Literal["information", "warning", "error"]
ALARM = "alarm "
_shown: MutableMapping[App[object], dict[str, str]] = WeakKeyDictionary()
"""By app, the last words about each subject."""


def alarm_about(session_id: str) -> str:
    """Return the subject of alarms of a session, beside which the outcome of an action may be told."""
    return ALARM + session_id


def toast(app: App[Result], words: str, about: str, severity: Severity, seconds: float) -> None:
    """Notify about a subject, such as the id of a session; what was said of it before is withdrawn."""
    withdraw(app, about)
    _of(app)[about] = words
    app.notify(words, severity=severity, timeout=seconds, markup=False)


def withdraw(app: App[Result], about: str) -> None:
    """Remove the notification about a subject, whose fact is over or shown otherwise."""
    if words := _of(app).pop(about, ""):
        withdraw_notifications(app, words)


def subjects(app: App[Result]) -> tuple[str, ...]:
    """Return what there were notifications about."""
    return tuple(_of(app))


def _of(app: App[Result]) -> dict[str, str]:
    return _shown.setdefault(app, {})  # type: ignore[arg-type]
