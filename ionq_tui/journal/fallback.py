"""Journal storage on disk, with an in-memory database that takes over when the disk fails."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from ionq_tui.journal.database import Database
from ionq_tui.journal.file import File, damaged, reason
from ionq_tui.journal.schema import NewerFile, migrate
from ionq_tui.journal.worker import Pending, Worker

R = TypeVar("R")
T = TypeVar("T")
Change = Callable[[Database], None]
Claim = Callable[[Database], bool]

_MAX_PENDING = 5_000
"""Maximum number of events, costs and samples that wait to be written to disk.

Intents, opened sessions and ends are never dropped.
"""

_log = logging.getLogger(__name__)

_parents: list[object] = []
"""Connections inherited from the parent process by a fork.

They are kept referenced but never used or closed: closing one would take part in the parent's transactions.
"""


class Source(Generic[R]):
    """A query that is run against both databases, and its latest result from disk."""

    def __init__(self, query: Callable[[Database], R], default: R) -> None:
        """Take the query and the result to use before the disk was ever read."""
        self.query = query
        self.last = default
        self.default = default

    def load(self, database: Database) -> None:
        """Run the query on disk and keep the result for when the disk does not answer."""
        self.last = self.query(database)


class FallbackDatabase:
    """Write to memory at once and to disk in a background thread.

    Changes that cannot be written to disk stay pending and are retried with the next access.
    """

    def __init__(self, path: Path | None, patience: float, now: Callable[[], datetime]) -> None:
        """Take the file (None keeps everything in memory) and the maximum time in seconds a caller waits for it."""
        self._path = path
        self._patience = patience
        self._now = now
        self._vital_changes: list[Change] = []
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        # Nothing in memory outlives this object: whoever drops it unclosed leaves no connection to be warned of.
        self._dropped = weakref.finalize(self, self._memory.close)
        self._dropped.atexit = False
        migrate(self._memory)
        self._file = File(self._path) if self._path is not None else None
        self._worker = Worker("ionq-tui journal")
        self._times_opened = 0
        self._pending: list[Change] = []
        self._pending_optional: deque[Change] = deque(maxlen=_MAX_PENDING)
        self._stuck = False
        self._closed = False
        self._trouble: str | None = None
        self._set_aside: str | None = None

    def _reset_after_fork(self) -> None:
        """Start over in a forked child: the threads, locks and connections belong to the parent."""
        if self._pid != os.getpid():
            _parents.append((self._memory, self._file, self._worker))
            self._dropped.detach()
            self._start()

    @property
    def trouble(self) -> str | None:
        """Why the file cannot be used, or that it was replaced, as a message. None if there is no problem."""
        return self._trouble or self._set_aside

    def write(self, change: Change, *, vital: bool) -> Pending[bool]:
        """Apply a change.

        The result is True once it is on disk. A `vital` change is in memory before this method returns; other changes
        go to memory only if the disk rejects them.
        """
        self._reset_after_fork()
        if vital or self._file is None:
            self._write_memory(change)
        if self._file is None or self._closed:
            return self._ready(not self._closed)
        return self._answer(lambda: self._write_disk(change, vital), lambda: False)

    def claim(self, change: Claim) -> Pending[bool]:
        """Apply a change that returns True if it is the first of its kind.

        Without the disk, only this process is considered.
        """
        self._reset_after_fork()
        if self._file is None or self._closed:
            return self._ready(self._claim_in_memory(change))
        return self._changed(change, lambda: self._claim_in_memory(change))

    def take(self, change: Callable[[Database], T], nothing: T) -> Pending[T]:
        """Apply a change that returns what it found on disk, or `nothing` if the disk is not available."""
        self._reset_after_fork()
        if self._file is None or self._closed:
            return self._ready(nothing)
        return self._changed(change, lambda: nothing)

    def _changed(self, change: Callable[[Database], T], otherwise: Callable[[], T]) -> Pending[T]:
        """Apply a change to the disk, in the thread, and return its result."""

        def work() -> T:
            results: list[T] = []

            def attempt(database: Database) -> None:
                with database.change():
                    found = change(database)
                results.append(found)

            self._try(attempt)
            return results[-1] if results else otherwise()

        return self._answer(work, otherwise)

    def _claim_in_memory(self, change: Claim) -> bool:
        results: list[bool] = []
        self._write_memory(lambda database: results.append(change(database)))
        return results[-1] if results else True

    def read(self, source: Source[R], join: Callable[[R, R], T]) -> Pending[T]:
        """Query both databases and combine the results with `join(disk, memory)`."""
        self._reset_after_fork()
        if self._file is None or self._closed:
            return self._ready(join(source.default, self._read_memory(source)))

        def work() -> T:
            self._try(source.load)
            return join(source.last, self._read_memory(source))

        return self._answer(work, lambda: join(source.last, self._read_memory(source)))

    def flush(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds until everything is on disk. Return True if it is."""
        self._reset_after_fork()
        if self._file is None or self._closed or not self._worker.began:
            return True
        done = self._worker.do(lambda: self._try(lambda database: None))
        try:
            return done.result(timeout)
        except TimeoutError:
            return False

    def close(self, timeout: float) -> bool:
        """Flush and close the file. Later changes are discarded."""
        until = time.monotonic() + timeout
        flushed = self.flush(timeout)
        if self._closed:
            return flushed
        self._closed = True
        if self._file is not None and self._worker.began:
            gone = self._worker.do(self._file.close)
            self._worker.stop()
            with suppress(TimeoutError):
                gone.result(max(until - time.monotonic(), 0))
        with self._lock:
            self._memory.close()
        return flushed

    def _answer(self, work: Callable[[], T], otherwise: Callable[[], T]) -> Pending[T]:
        def late() -> T:
            self._stuck = True
            self._report("does not answer")
            return otherwise()

        # after one time-out, later calls wait only a tenth as long
        return Pending(self._worker.do(work), self._patience / 10 if self._stuck else self._patience, late)

    def _ready(self, value: T) -> Pending[T]:
        future: Future[T] = Future()
        future.set_result(value)
        return Pending(future, self._patience, lambda: value)

    def _write_memory(self, change: Change) -> None:
        """Apply a change to the in-memory database."""
        if self._closed:
            return
        try:
            with self._lock:
                database = Database(self._memory)
                with database.change():
                    change(database)
        except Exception as error:  # no journal error may keep a user from a running session
            self._report(reason(error))

    def _read_memory(self, source: Source[R]) -> R:
        """Run a query on the in-memory database."""
        try:
            with self._lock:
                return source.query(Database(self._memory))
        except Exception as error:  # see _write_memory
            if not self._closed:
                self._report(reason(error))
            return source.default

    def _write_disk(self, change: Change, vital: bool) -> bool:
        """Apply a change to the disk, in the thread. If that fails, keep it pending."""
        if vital:
            self._pending.append(change)
            self._vital_changes.append(change)
        else:
            self._pending_optional.append(change)
        done = self._try(lambda database: None)
        if not done and not vital:
            self._write_memory(change)
        return done

    def _try(self, work: Change) -> bool:
        """Write pending changes, then run `work` on the disk database, in the thread.

        A damaged file is replaced once.
        """
        for _ in range(2):
            try:
                self._write_pending_and(work)
            except NewerFile as error:
                self._report(reason(error))
                break
            except Exception as error:  # see _write_memory
                if not (damaged(error) and self._set_damaged_aside()):
                    self._report(reason(error))
                    break
            else:
                self._trouble = None
                self._stuck = False
                return True
        self._stuck = False
        return False

    def _write_pending_and(self, work: Change) -> None:
        assert self._file is not None
        # one call may wait for several locks; after a failure, wait only briefly
        database = self._file.database(self._patience * (0.1 if self._trouble else 0.6))
        if self._file.opened != self._times_opened:
            if self._times_opened:  # the file was replaced: write this process's vital changes again
                self._pending = [*self._vital_changes, *self._pending]
            self._times_opened = self._file.opened
        try:
            if self._pending or self._pending_optional:
                self._write_pending(database)
        finally:
            work(database)  # reading may work even where writing does not

    def _write_pending(self, database: Database) -> None:
        with database.change():
            for change in (*self._pending, *self._pending_optional):
                try:
                    with database.part():
                        change(database)
                except Exception as error:
                    if isinstance(error, sqlite3.OperationalError) or damaged(error):
                        raise
                    # the change itself is invalid: keeping it pending would block all others forever
                    _log.warning("Something could not be written to the journal: %s", type(error).__name__)
        self._pending.clear()
        self._pending_optional.clear()

    def _set_damaged_aside(self) -> bool:
        """Set the damaged file aside. Return True if the operation may be retried."""
        assert self._file is not None
        try:
            aside = self._file.set_aside(self._now())
        except OSError as error:
            self._report(reason(error))
            return False
        if aside is not None:
            self._set_aside = f"The journal was damaged. It was moved to {aside}, and a new one was created."
            _log.warning("%s", self._set_aside)
        return True

    def _report(self, why: str) -> None:
        words = f"The journal {why}: actions are kept in memory only ({self._path or 'in memory'})."
        if words != self._trouble:
            _log.warning("%s", words)
        self._trouble = words
