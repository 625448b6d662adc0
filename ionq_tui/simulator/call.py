"""One question to the cloud, after the key and the path were understood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ionq_tui.simulator.check import Members, Query, members
from ionq_tui.simulator.cloud import SimulatedCloud


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks what."""

    cloud: SimulatedCloud
    caller: str
    """The id that always belongs to this key; empty where no key was given."""
    names: tuple[str, ...]
    """What stood in the variable places of the path."""
    query: Query
    body: bytes

    def members(self) -> Members:
        """Read the body as a JSON object, or refuse."""
        return members(self.body)


Answer = tuple[int, object]
Handler = Callable[[Call], Answer]
