"""Old data is refreshed before anything is opened or cancelled."""

from __future__ import annotations

from ionq_tui.engine.poller import Poller
from ionq_tui.engine.ports import Clock
from ionq_tui.model.link import Fresh

PATIENCE = 15.0
"""Seconds waited for the refreshing."""
NOT_FRESH = "what is shown is old and could not be refreshed: nothing was sent, try again"


def is_fresh(poller: Poller) -> bool:
    """Tell whether the picture is as young as it should be."""
    told = poller.freshness()
    return told.age is not None and not told.late and isinstance(told.link, Fresh)


async def made_fresh(clock: Clock, poller: Poller) -> bool:
    """Refresh the picture where it is old; returns whether it is fresh now."""
    if not is_fresh(poller):
        await clock.wait(poller.asked(), PATIENCE)
    return is_fresh(poller)
