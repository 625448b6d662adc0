"""An event command that runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class KeptEvents:
    """Collect what the user's event command would receive."""

    trouble = ""

    def __init__(self) -> None:
        self.told: list[Mapping[str, object]] = []

    def tell(self, facts: Mapping[str, object], told: Callable[[], object]) -> bool:
        self.told.append(facts)
        told()
        return True

    def settle(self, seconds: float) -> bool:
        return True
