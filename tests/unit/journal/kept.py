"""Queries on the sessions that a journal records."""

from __future__ import annotations

from collections.abc import Iterable

from ionq_tui.model.record import SessionRecord


def here(kept: Iterable[SessionRecord]) -> frozenset[str]:
    """The ids of those opened here."""
    return frozenset(one.id for one in kept if one.here)


def running_here(kept: Iterable[SessionRecord]) -> tuple[SessionRecord, ...]:
    """Those opened here of which no end is known."""
    return tuple(one for one in kept if one.here and one.running)


def labels(kept: Iterable[SessionRecord]) -> dict[str, str]:
    """The names given, by session id."""
    return {one.id: one.label for one in kept if one.label}
