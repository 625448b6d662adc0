"""An API request after authentication and routing."""

from __future__ import annotations

from collections.abc import Callable

from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.validation import Members, Query, members


@quick_dataclass(frozen=True, slots=True)
class ApiRequest:
    """The parts of a request that a handler needs."""

    cloud: SimulatedCloud
    caller: str
    """The id derived from the API key; empty on routes without authentication."""
    names: tuple[str, ...]
    """The values of the path's variable segments."""
    query: Query
    body: bytes

    def members(self) -> Members:
        """Parse the body as a JSON object, or raise Refusal."""
        return members(self.body)


ApiReply = tuple[int, object]
Handler = Callable[[ApiRequest], ApiReply]
