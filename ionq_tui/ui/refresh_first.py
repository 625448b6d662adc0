"""Refresh outdated data before a session is opened or jobs are canceled."""

from __future__ import annotations

from ionq_tui.engine.ports import Clock
from ionq_tui.engine.session_list import SessionList
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.link_state import Fresh
from ionq_tui.view import screen_text

PATIENCE = 15.0
"""Seconds to wait for a refresh."""
NOT_FRESH = screen_text.NOT_REFRESHED


def is_fresh(source: SessionList | SessionPoller) -> bool:
    """Return whether the data is as recent as its poll schedule promises, and the last poll succeeded."""
    told = source.poller.freshness()
    return told.age is not None and not told.late and isinstance(source.link, Fresh)


async def made_fresh(clock: Clock, source: SessionList | SessionPoller) -> bool:
    """Refresh the data if it is outdated, for up to `PATIENCE` seconds; return whether it is fresh now."""
    if not is_fresh(source):
        await clock.wait(source.poller.asked(), PATIENCE)
    return is_fresh(source)
