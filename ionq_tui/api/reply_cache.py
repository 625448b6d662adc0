"""Cache of decoded replies: a list that is polled again and again is decoded only if its bytes have changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

import httpx

from ionq_tui.api.operations import Operation
from ionq_tui.api.reply import value_of

T = TypeVar("T")

_MIN_BYTES = 4096
"""Shorter replies are not cached.

They decode quickly, and would displace longer ones: job costs come at eight a second.
"""
_MAX_BYTES = 4 * 1024 * 1024
_MAX_ENTRIES = 6
"""Maximum number of cached replies.

Entries no longer requested, such as the jobs of an ended session, are displaced by newer ones.
"""
_Asked = tuple[str, tuple[tuple[str, str], ...], Callable[[object], object]]


class _Read(NamedTuple):
    body: bytes
    value: object


class ReplyCache:
    """Cache of a few long replies with their decoded values.

    Equal bytes decode to equal values, which are immutable.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._held: dict[_Asked, _Read] = {}
        self._size = 0
        self._lock = threading.Lock()

    def value_of(self, operation: Operation[T], response: httpx.Response) -> T:
        """Return the decoded value of a 2xx reply. Raises UnusableReplyError if it cannot be decoded.

        Text is not polled, and would only displace what is.
        """
        body = response.content
        if operation.changes or operation.as_text or response.status_code != httpx.codes.OK or len(body) < _MIN_BYTES:
            return value_of(operation, response)
        asked = operation.path, operation.query, operation.read
        held = self._held.get(asked)
        read = held if held is not None and held.body == body else _Read(body, value_of(operation, response))
        self._keep(asked, read)
        return cast("T", read.value)

    def _keep(self, asked: _Asked, read: _Read) -> None:
        """Store an entry as the newest one."""
        with self._lock:
            self._forget(asked)
            if len(read.body) > _MAX_BYTES:
                return
            self._held[asked] = read
            self._size += len(read.body)
            while self._size > _MAX_BYTES or len(self._held) > _MAX_ENTRIES:
                self._forget(next(iter(self._held)))

    def _forget(self, asked: _Asked) -> None:
        if (gone := self._held.pop(asked, None)) is not None:
            self._size -= len(gone.body)
