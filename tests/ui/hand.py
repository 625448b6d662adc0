"""A clock moved by hand."""

from __future__ import annotations


class Hand:
    """Quiet time passes only where a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def rest(self) -> None:
        self.now += 0.5
