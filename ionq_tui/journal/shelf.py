"""Two books that are kept as one: this process's own in memory, which never fails, and everybody's on disk."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from ionq_tui.journal.book import Book
from ionq_tui.journal.file import File, damaged, reason
from ionq_tui.journal.schema import NewerFile, migrate
from ionq_tui.journal.worker import Answer, Worker

R = TypeVar("R")
T = TypeVar("T")
Change = Callable[[Book], None]
Claim = Callable[[Book], bool]

_MOST_OWED = 5_000
"""Events, costs and samples that wait for the disk; intents, openings and ends always do."""

_log = logging.getLogger(__name__)

_parents: list[object] = []
"""What a fork left us of the parent's: never used, and never closed, for closing takes part in its transactions."""


class Source(Generic[R]):
    """Something to be read from both books, and what the one on disk last answered."""

    def __init__(self, ask: Callable[[Book], R], none: R) -> None:
        """Take how to read it, and what to answer where it was never read."""
        self.ask = ask
        self.last = none
        self.none = none

    def load(self, book: Book) -> None:
        """Read it from the book on disk, and keep the answer for when the disk gives none."""
        self.last = self.ask(book)


class Shelf:
    """Writes to memory at once and to disk in a thread; what the disk refuses is owed to it and tried again."""

    def __init__(self, path: Path | None, patience: float, now: Callable[[], datetime]) -> None:
        """Take the file (None for memory alone) and how long anybody waits for it, in seconds."""
        self._path = path
        self._patience = patience
        self._now = now
        self._done_here: list[Change] = []
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        migrate(self._memory)
        self._file = File(self._path) if self._path is not None else None
        self._worker = Worker("ionq-tui journal")
        self._times_opened = 0
        self._owed: list[Change] = []
        self._owed_less: deque[Change] = deque(maxlen=_MOST_OWED)
        self._stuck = False
        self._closed = False
        self._trouble: str | None = None
        self._set_aside: str | None = None

    def _here(self) -> None:
        """Begin anew after a fork: threads, locks and connections are the parent's."""
        if self._pid != os.getpid():
            _parents.append((self._memory, self._file, self._worker))
            self._begin()

    @property
    def trouble(self) -> str | None:
        """Why the file cannot be used, or what was done to it, in words; None where all is well."""
        return self._trouble or self._set_aside

    def write(self, change: Change, *, vital: bool) -> Answer[bool]:
        """Make a change; the answer is True once it is on disk.

        What is `vital` stands in memory before this returns; the rest goes there only where the disk refuses it.
        """
        self._here()
        if vital or self._file is None:
            self._remember(change)
        if self._file is None or self._closed:
            return self._ready(not self._closed)
        return self._answer(lambda: self._written(change, vital), lambda: False)

    def claim(self, change: Claim) -> Answer[bool]:
        """Make a change that tells whether it is the first of its kind; without the disk it is this process's first."""
        self._here()
        if self._file is None or self._closed:
            return self._ready(self._claimed_here(change))

        def work() -> bool:
            told: list[bool] = []

            def attempt(book: Book) -> None:
                with book.change():
                    first = change(book)
                told.append(first)

            self._try(attempt)
            return told[-1] if told else self._claimed_here(change)

        return self._answer(work, lambda: self._claimed_here(change))

    def _claimed_here(self, change: Claim) -> bool:
        told: list[bool] = []
        self._remember(lambda book: told.append(change(book)))
        return told[-1] if told else True

    def read(self, source: Source[R], join: Callable[[R, R], T]) -> Answer[T]:
        """Read from both books and put it together: first the disk's, then the memory's."""
        self._here()
        if self._file is None or self._closed:
            return self._ready(join(source.none, self._recall(source)))

        def work() -> T:
            self._try(source.load)
            return join(source.last, self._recall(source))

        return self._answer(work, lambda: join(source.last, self._recall(source)))

    def flush(self, timeout: float) -> bool:
        """Wait until everything is on disk, at most so long; True where it is."""
        self._here()
        if self._file is None or self._closed or not self._worker.began:
            return True
        done = self._worker.do(lambda: self._try(lambda book: None))
        try:
            return done.result(timeout)
        except TimeoutError:
            return False

    def close(self, timeout: float) -> bool:
        """Flush, and let go of the file; nothing is kept afterwards."""
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

    def _answer(self, work: Callable[[], T], otherwise: Callable[[], T]) -> Answer[T]:
        def late() -> T:
            self._stuck = True
            self._say("does not answer")
            return otherwise()

        # who was kept waiting once is not kept waiting again for each question
        return Answer(self._worker.do(work), self._patience / 10 if self._stuck else self._patience, late)

    def _ready(self, value: T) -> Answer[T]:
        future: Future[T] = Future()
        future.set_result(value)
        return Answer(future, self._patience, lambda: value)

    def _remember(self, change: Change) -> None:
        """Make the change in memory."""
        if self._closed:
            return
        try:
            with self._lock:
                book = Book(self._memory)
                with book.change():
                    change(book)
        except Exception as error:  # whatever it is, it must not stand between a user and a running session
            self._say(reason(error))

    def _recall(self, source: Source[R]) -> R:
        """Read it from memory."""
        try:
            with self._lock:
                return source.ask(Book(self._memory))
        except Exception as error:  # as above
            if not self._closed:
                self._say(reason(error))
            return source.none

    def _written(self, change: Change, vital: bool) -> bool:
        """Make the change on disk, in the thread; where that fails, owe it."""
        if vital:
            self._owed.append(change)
            self._done_here.append(change)
        else:
            self._owed_less.append(change)
        done = self._try(lambda book: None)
        if not done and not vital:
            self._remember(change)
        return done

    def _try(self, work: Change) -> bool:
        """Pay what is owed, then do the work with the book on disk, in the thread; a damaged file is replaced once."""
        for _ in range(2):
            try:
                self._pay_and(work)
            except NewerFile as error:
                self._say(reason(error))
                break
            except Exception as error:  # as in _remember
                if not (damaged(error) and self._replaced()):
                    self._say(reason(error))
                    break
            else:
                self._trouble = None
                self._stuck = False
                return True
        self._stuck = False
        return False

    def _pay_and(self, work: Change) -> None:
        assert self._file is not None
        # several locks may be waited for within one patience; where it failed before, nobody is held up long again
        book = self._file.book(self._patience * (0.1 if self._trouble else 0.6))
        if self._file.opened != self._times_opened:
            if self._times_opened:  # another file than before: it knows nothing of what was done here
                self._owed = [*self._done_here, *self._owed]
            self._times_opened = self._file.opened
        try:
            if self._owed or self._owed_less:
                self._pay(book)
        finally:
            work(book)  # what can be read is read, though nothing can be written

    def _pay(self, book: Book) -> None:
        with book.change():
            for change in (*self._owed, *self._owed_less):
                try:
                    with book.part():
                        change(book)
                except Exception as error:
                    if isinstance(error, sqlite3.OperationalError) or damaged(error):
                        raise
                    # the change itself cannot be written: owing it would hold up all others for ever
                    _log.warning("Something could not be written to the journal: %s", type(error).__name__)
        self._owed.clear()
        self._owed_less.clear()

    def _replaced(self) -> bool:
        """Set the damaged file aside; True where it may be tried again."""
        assert self._file is not None
        try:
            aside = self._file.set_aside(self._now())
        except OSError as error:
            self._say(reason(error))
            return False
        if aside is not None:
            self._set_aside = f"The journal was damaged. It is kept as {aside}, and a new one was begun."
            _log.warning("%s", self._set_aside)
        return True

    def _say(self, why: str) -> None:
        words = f"The journal {self._path or 'in memory'} {why}. What is done here is kept in memory only."
        if words != self._trouble:
            _log.warning("%s", words)
        self._trouble = words
