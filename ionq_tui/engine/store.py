"""One value, and those who want to hear when it changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Store(Generic[T]):
    """Holds a frozen value; equal values stop here."""

    def __init__(self, value: T) -> None:
        """Begin with a value."""
        self._value = value
        self._listeners: list[Callable[[T], None]] = []

    @property
    def value(self) -> T:
        """The value as of now."""
        return self._value

    def apply(self, step: Callable[[T], T]) -> bool:
        """Take a step to the next value; tell the listeners, and return True, only where it differs."""
        after = step(self._value)
        if after is self._value or after == self._value:
            return False
        self._value = after
        for listener in tuple(self._listeners):
            listener(after)
        return True

    def subscribe(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Call `listener` with each new value; returns the way to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None
