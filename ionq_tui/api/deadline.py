"""Total time-outs for requests, enforced by one thread for all of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_CUT_INTERVAL = 0.1
"""Seconds between attempts to cut off a request that has no connection yet."""


class DeadlineWatcher:
    """Call `cut` repeatedly with the token of each request that exceeds the time limit, until the request ends.

    All requests have the same limit, so a later request is due later, and the sleeping thread need not be woken for it.
    """

    def __init__(self, seconds: float, cut: Callable[[object], None]) -> None:
        """Take the time limit in seconds and the function that cuts off a request."""
        self._seconds = seconds
        self._cut = cut
        self._due: dict[object, float] = {}
        self._late: set[object] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self) -> object:
        """Start watching a request and return its token."""
        token = object()
        with self._lock:
            self._due[token] = time.monotonic() + self._seconds
            # Threads do not survive a fork, so in a child process this one may be dead.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="ionq-tui watchdog", daemon=True)
                self._thread.start()
        return token

    def late(self, token: object) -> bool:
        """Return True if the request was cut off."""
        return token in self._late

    def end(self, token: object) -> None:
        """Stop watching a request."""
        with self._lock:
            self._due.pop(token, None)
            self._late.discard(token)

    def _watch(self) -> None:
        """Sleep until the next deadline. Exit when no request is in progress."""
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
                left = min(self._due.values(), default=now + _CUT_INTERVAL) - now
            for token in late:
                self._cut(token)
            time.sleep(min(left, _CUT_INTERVAL) if late else left)
