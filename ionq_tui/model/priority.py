"""Priorities of requests when not all can be sent at once."""

from __future__ import annotations

from enum import IntEnum


class Priority(IntEnum):
    """The priority of a request, most urgent first."""

    CHANGE = 0
    """Opens, ends or cancels something."""
    CONFIRM = 1
    """Determines the outcome of a change."""
    POLL = 2
    """Updates a list, one session or the identity of the key."""
    PAGE = 3
    """Reads jobs, backends, or data for the job or form that the user is viewing."""
    DETAIL = 4
    """Reads one of many items that nobody waits for, such as costs."""
