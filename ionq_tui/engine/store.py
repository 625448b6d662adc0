"""An observable value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Store(Generic[T]):
    """Hold an immutable value and notify listeners when it is replaced by a different one."""

    def __init__(self, value: T) -> None:
        """Take the initial value."""
        self._value = value
        self._listeners: list[Callable[[T], None]] = []

    @property
    def value(self) -> T:
        """The current value."""
        return self._value

    def apply(self, step: Callable[[T], T]) -> bool:
        """Replace the value with `step(value)`; if it differs, notify the listeners and return True."""
        after = step(self._value)
        if after is self._value or after == self._value:
            return False
        self._value = after
        for listener in tuple(self._listeners):
            listener(after)
        return True

    def subscribe(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Call `listener` with each new value; return a function that unsubscribes it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None
