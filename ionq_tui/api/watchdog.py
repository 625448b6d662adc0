"""Sees to it that no request takes too long in all, with one thread for many requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_AGAIN = 0.1
"""Seconds between two attempts to cut a request that had no connection yet."""


class Watchdog:
    """Calls `cut` with the token of a request that is not over so many seconds after it was begun, until it is.

    All have the same time, so whoever begins later is due later, and the sleeping thread need not be told of it.
    """

    def __init__(self, seconds: float, cut: Callable[[object], None]) -> None:
        """Take the time that a request has, and what to do where that is over."""
        self._seconds = seconds
        self._cut = cut
        self._due: dict[object, float] = {}
        self._late: set[object] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self) -> object:
        """Watch a request from now on; returns its token."""
        token = object()
        with self._lock:
            self._due[token] = time.monotonic() + self._seconds
            # After a fork there is none in the child, whatever there was before.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="ionq-tui watchdog", daemon=True)
                self._thread.start()
        return token

    def late(self, token: object) -> bool:
        """Tell whether the request was cut."""
        return token in self._late

    def end(self, token: object) -> None:
        """Watch it no more."""
        with self._lock:
            self._due.pop(token, None)
            self._late.discard(token)

    def _watch(self) -> None:
        """Sleep until the first may be late; leave where none is under way any more."""
        while True:
            with self._lock:
                now = time.monotonic()
                self._late.update(token for token, due in self._due.items() if due <= now)
                late = tuple(self._late)
                for token in late:
                    self._due.pop(token, None)
                if not self._due and not late:
                    self._thread = None
                    return
                left = min(self._due.values(), default=now + _AGAIN) - now
            for token in late:
                self._cut(token)
            time.sleep(min(left, _AGAIN) if late else left)
