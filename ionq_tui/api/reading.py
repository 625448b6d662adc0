"""What the newest replies were read as: a list that is asked for again and again is read where it differs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

import httpx

from ionq_tui.api.operations import Operation
from ionq_tui.api.reply import value_of

T = TypeVar("T")

_LEAST_BYTES = 4096
"""Shorter replies are read at once, and would only take the place of longer ones: costs come ten a second."""
_MOST_BYTES = 4 * 1024 * 1024
_MOST = 6
"""What nobody asks for any more, such as the jobs of a session that has ended, is pushed out by what is."""
_Asked = tuple[str, tuple[tuple[str, str], ...], Callable[[object], object]]


class _Read(NamedTuple):
    body: bytes
    value: object


class Readings:
    """Keeps a few long replies beside what they said; one and the same text says the same, and values never change."""

    def __init__(self) -> None:
        """Begin with none."""
        self._held: dict[_Asked, _Read] = {}
        self._size = 0
        self._lock = threading.Lock()

    def value_of(self, operation: Operation[T], response: httpx.Response) -> T:
        """Return what a 2xx reply says. Raises UnusableReplyError where it cannot be read."""
        body = response.content
        if operation.changes or response.status_code != httpx.codes.OK or len(body) < _LEAST_BYTES:
            return value_of(operation, response)
        asked = operation.path, operation.query, operation.read
        held = self._held.get(asked)
        read = held if held is not None and held.body == body else _Read(body, value_of(operation, response))
        self._keep(asked, read)
        return cast("T", read.value)

    def _keep(self, asked: _Asked, read: _Read) -> None:
        """Keep it as the newest of all."""
        with self._lock:
            self._forget(asked)
            if len(read.body) > _MOST_BYTES:
                return
            self._held[asked] = read
            self._size += len(read.body)
            while self._size > _MOST_BYTES or len(self._held) > _MOST:
                self._forget(next(iter(self._held)))

    def _forget(self, asked: _Asked) -> None:
        if (gone := self._held.pop(asked, None)) is not None:
            self._size -= len(gone.body)
