"""`SessionManager`, a replacement for the official client's class that raises errors where that one hides them."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType

from ionq_tui.api.client import IonQClient, require_own
from ionq_tui.api.critical_request import CriticalRequest
from ionq_tui.api.errors import APIError, InvalidLimitError, IonQError, UnusableReplyError
from ionq_tui.api.event_loop import require_asyncio
from ionq_tui.api.exit_signals import ExitSignals
from ionq_tui.api.flows import end_confirmed, open_once
from ionq_tui.api.journaling import SessionJournaling
from ionq_tui.api.session_outcome import ended, opened
from ionq_tui.model.job import Job
from ionq_tui.model.limits import LimitError, Limits, amount, whole
from ionq_tui.model.mismatch import Mismatch, differences
from ionq_tui.model.outcome import Ended, EndOutcome, Opened, OpenOutcome, OpenRequest
from ionq_tui.model.session import Session

logger = logging.getLogger("ionq_tui.session")


class SessionManager:
    """Open a session, get its status, and end it.

    `client` sends the requests, and `backend` is the name of a backend, such as "qpu.forte-1". As a sync or async
    context manager, it ends the session on exit. `max_jobs` is a number of jobs, `max_time` is in minutes, and
    `max_cost` in USD; None is no limit. With `end_on_signals`, SIGTERM and SIGHUP leave the `with` block and so end the
    session. With `journal`, what was opened and ended is recorded in this machine's journal. Raises InvalidLimitError
    for an invalid limit, and TypeError for a client of another library. Methods raise an IonQError that says what was
    attempted: one of the API's errors, or SessionUncertain from `open` if the session may exist. `close` never raises.
    """

    def __init__(
        self,
        client: IonQClient,
        backend: str,
        *,
        max_jobs: int | None = None,
        max_time: int | None = None,
        max_cost: float | None = None,
        end_on_signals: bool = False,
        journal: bool = True,
    ) -> None:
        """Check the limits. Sends nothing."""
        require_own(client, "SessionManager")
        try:
            limits = Limits(
                None if max_jobs is None else whole("max_jobs", max_jobs),
                None if max_time is None else whole("max_time", max_time),
                None if max_cost is None else amount(max_cost, "usd"),
            )
        except LimitError as error:
            field = "max_cost" if error.field == "money" else error.field
            raise InvalidLimitError(f"{field}: {error.why}") from None
        self._client = client
        self._request = OpenRequest(backend, limits)
        self._session_id: str | None = None
        self._mismatch: Mismatch | None = None
        self._end_confirmed = False
        self._seen_active = False
        """Whether the server has ever reported `active: true` for this session.

        Only then does `active: false` confirm its end.
        """
        self._lock = threading.Lock()
        self._under_way = False
        """True from the first request to open the session until its outcome is known."""
        self._pid = os.getpid()
        self._journaling = SessionJournaling(client.runner.config.base_url, journal)
        self._exit_signals = ExitSignals() if end_on_signals else None

    @classmethod
    def from_id(cls, client: IonQClient, session_id: str) -> SessionManager:
        """Return a manager for an existing session. Sends nothing."""
        manager = cls(client, "")
        manager._session_id = session_id
        return manager

    @property
    def session_id(self) -> str | None:
        """The session's id; None before `open`. It stays set after `close`."""
        return self._session_id

    @property
    def limit_mismatch(self) -> Mismatch | None:
        """What IonQ set differently from the request (limits, their unit, the backend), from the reply to `open`.

        None if nothing differs, before `open`, and for a session from `from_id`, whose request is not known. `absent`
        is True if a requested limit is missing; `differences` has each value.
        """
        return self._mismatch

    def open(self) -> None:
        """Open the session with one request.

        Raises IonQError("Session already open"), the API's own error if nothing was created, and SessionUncertain if
        the session may exist.
        """
        self._opened(self._client.runner.run_critical(self._opening()))

    def close(self) -> None:
        """End the session. Never raises; logs a warning if the session is not confirmed ended."""
        if self._session_id is None or self._end_confirmed or self._forked:
            return
        try:
            self.end()
        except Exception:
            logger.warning("Failed to end session %s", self._session_id, exc_info=True)

    def end(self) -> Session:
        """End the session and return it. Raises IonQError unless it is confirmed ended."""
        session_id = self._require_id()
        return self._ended(session_id, self._client.runner.run_critical(self._ending(session_id)))

    def status(self) -> str:
        """Return the server's status, such as created, started or ended."""
        return self.details().status

    def details(self) -> Session:
        """Get the session."""
        try:
            return self._track(self._client.session(self._require_id()))
        except UnusableReplyError as error:
            raise IonQError(str(error)) from error

    def jobs(self) -> Iterator[Job]:
        """Iterate over the session's jobs."""
        return self._client.session_jobs(self._require_id())

    def remaining(self) -> timedelta | None:
        """Return the time left by the server's clock, never negative; None if no end is known.

        The end is the earlier of IonQ's `expires_at` and the start plus the time limit: IonQ does not document which
        one it enforces.
        """
        return _time_left(self.details(), self._client.runner.ahead)

    async def async_open(self) -> None:
        """Async version of `open`. Raises IonQError under an event loop other than asyncio's, as all async methods."""
        require_asyncio()
        self._opened(await self._client.runner.arun_critical(self._opening()))

    async def async_close(self) -> None:
        """Async version of `close`."""
        if self._session_id is None or self._end_confirmed or self._forked:
            return
        try:
            await self.async_end()
        except Exception:
            logger.warning("Failed to end session %s", self._session_id, exc_info=True)

    async def async_end(self) -> Session:
        """Async version of `end`."""
        session_id = self._require_id()
        return self._ended(session_id, await self._client.runner.arun_critical(self._ending(session_id)))

    async def async_status(self) -> str:
        """Async version of `status`."""
        return (await self.async_details()).status

    async def async_details(self) -> Session:
        """Async version of `details`."""
        try:
            return self._track(await self._client.async_session(self._require_id()))
        except UnusableReplyError as error:
            raise IonQError(str(error)) from error

    def async_jobs(self) -> AsyncIterator[Job]:
        """Async version of `jobs`."""
        return self._client.async_session_jobs(self._require_id())

    async def async_remaining(self) -> timedelta | None:
        """Async version of `remaining`."""
        return _time_left(await self.async_details(), self._client.runner.ahead)

    def __enter__(self) -> SessionManager:
        """Open the session. If this is interrupted, a session opened in the meantime is ended first."""
        if self._exit_signals is not None:
            self._exit_signals.on()
        try:
            self.open()
        except BaseException as error:
            self._leave(error, close=not isinstance(error, IonQError))
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the session."""
        self._leave(error, close=True)

    async def __aenter__(self) -> SessionManager:
        """Open the session. If this is interrupted, a session opened in the meantime is ended first."""
        require_asyncio()
        if self._exit_signals is not None:
            self._exit_signals.on_async()
        try:
            await self.async_open()
        except BaseException as error:
            await self._aleave(error, close=not isinstance(error, IonQError))
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """End the session."""
        await self._aleave(error, close=True)

    def _leave(self, error: BaseException | None, *, close: bool) -> None:
        """End the session if requested, restore the signal handlers, and raise SystemExit if a signal was caught."""
        cut: BaseException | None = None
        try:
            if close:
                self.close()
        except BaseException as interruption:
            cut = interruption
            raise
        finally:
            self._restore_signals(error, cut)

    async def _aleave(self, error: BaseException | None, *, close: bool) -> None:
        cut: BaseException | None = None
        try:
            if close:
                await self.async_close()
        except BaseException as interruption:
            cut = interruption
            raise
        finally:
            self._restore_signals(error, cut)

    def _restore_signals(self, *interruptions: BaseException | None) -> None:
        if self._exit_signals is not None:
            self._exit_signals.off()
            self._exit_signals.exit(*interruptions)

    def _opening(self) -> CriticalRequest[OpenOutcome]:
        """Return the request to open the session.

        Raises IonQError on a second call, even if the first caller was interrupted or another task or thread is opening
        the session.
        """
        with self._lock:
            if self._session_id is not None:
                raise IonQError("Session already open")
            if self._under_way:
                raise IonQError("Session is being opened: a request was sent and its outcome is not known yet")
            self._under_way = True
        seen: dict[str, Session] = {}
        return CriticalRequest(
            f"opening a session on {self._request.backend}",
            open_once(self._request, seen=seen),
            before=lambda: self._journaling.before_open(self._request),
            on_outcome=self._on_open_outcome,
            seen=seen,
            on_abandoned=self.close,
            on_abandoned_async=self.async_close,
        )

    @property
    def _forked(self) -> bool:
        """True in a forked child process.

        The session belongs to the parent, which ends it when it leaves its own `with` block.
        """
        return os.getpid() != self._pid

    def _ending(self, session_id: str) -> CriticalRequest[EndOutcome]:
        flow = end_confirmed(session_id, self._seen_active)
        before = partial(self._journaling.before_end, session_id)
        return CriticalRequest(f"end of session {session_id}", flow, before=before, on_outcome=self._on_end_outcome)

    def _on_open_outcome(self, outcome: OpenOutcome) -> None:
        """Store the id as soon as it is known, even if the caller was interrupted."""
        self._under_way = False
        if isinstance(outcome, Opened):
            self._session_id = self._track(outcome.session).id
            self._mismatch = differences(self._request, outcome.session)
        self._journaling.on_outcome(outcome)

    def _track(self, session: Session) -> Session:
        self._seen_active = self._seen_active or session.active is True
        return session

    def _opened(self, outcome: OpenOutcome) -> None:
        session = _session_or_raise(outcome)
        logger.info("Opened session %s", session.id)
        if self._mismatch is not None:
            logger.warning("Session %s: %s", session.id, self._mismatch.words)

    def _on_end_outcome(self, outcome: EndOutcome) -> None:
        self._end_confirmed = isinstance(outcome, Ended)
        self._journaling.ended(outcome)

    def _ended(self, session_id: str, outcome: EndOutcome) -> Session:
        session = ended(session_id, outcome)
        logger.info("Closed session %s", session_id)
        return session

    def _require_id(self) -> str:
        if self._session_id is None:
            raise IonQError("No session ID; call open() first")
        return self._session_id


def _session_or_raise(outcome: OpenOutcome) -> Session:
    try:
        return opened(outcome)
    except APIError:
        raise
    except UnusableReplyError as error:
        raise IonQError(str(error)) from error


def _time_left(session: Session, ahead: timedelta) -> timedelta | None:
    if session.ended:
        return timedelta()
    left = session.time_left(datetime.now(UTC) + ahead)
    return None if left is None else max(timedelta(), left)
