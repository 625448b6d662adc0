"""SessionManager: stands in for the official client's class of that name, and is strict where that one is silent."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType

from ionq_tui.api.client import IonQClient, ended, opened
from ionq_tui.api.errand import Errand
from ionq_tui.api.errors import APIError, InvalidLimitError, IonQError, UnusableReplyError
from ionq_tui.api.flows import end_proved, open_once
from ionq_tui.api.hangup import HangUp
from ionq_tui.api.notebook import Notebook
from ionq_tui.model.job import Job
from ionq_tui.model.limits import LimitError, Limits, amount, whole
from ionq_tui.model.outcome import Ended, EndOutcome, Opened, OpenOutcome, OpenRequest
from ionq_tui.model.session import Session

logger = logging.getLogger("ionq_tui.session")


class SessionManager:
    """Opens a session, tells its status and ends it; a sync and async context manager that ends it on leaving.

    `max_jobs` counts jobs, `max_time` minutes, `max_cost` USD. With `end_on_signals`, SIGTERM and SIGHUP leave the
    `with` block and so end the session. With `journal`, this machine's journal notes what was opened and ended.
    Raises InvalidLimitError for a limit that cannot be sent, and TypeError for a client of another library.
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
        """Check the limits; nothing is sent."""
        if not isinstance(client, IonQClient):
            raise TypeError(
                f"SessionManager of ionq_tui needs a client of ionq_tui, not {type(client).__module__}."
                f"{type(client).__name__}: write `from ionq_tui import IonQClient, SessionManager`; calls such as"
                " ionq_core's create_job run on that client too"
            )
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
        self._proved = False
        self._seen_active = False
        """Whether the server ever said `active: true` of it: only then does `active: false` prove an end."""
        self._lock = threading.Lock()
        self._under_way = False
        """True from the first request to open until its outcome is known."""
        self._pid = os.getpid()
        self._notes = Notebook(client.channel.wiring.base_url, journal)
        self._hangup = HangUp() if end_on_signals else None

    @classmethod
    def from_id(cls, client: IonQClient, session_id: str) -> SessionManager:
        """Take hold of an existing session; sends nothing."""
        manager = cls(client, "")
        manager._session_id = session_id
        return manager

    @property
    def session_id(self) -> str | None:
        """The session's id, None before `open`; it stays after `close`."""
        return self._session_id

    def open(self) -> None:
        """Open the session with one request.

        Raises IonQError("Session already open"), the API's own error where nothing was created, SessionUncertain where
        the session may exist.
        """
        self._opened(self._client.channel.carry(self._opening()))

    def close(self) -> None:
        """End the session; never raises, and logs a warning where the end was not proved."""
        if self._session_id is None or self._proved or self._forked:
            return
        try:
            self.end()
        except Exception:
            logger.warning("Failed to end session %s", self._session_id, exc_info=True)

    def end(self) -> Session:
        """End the session and return it. Raises IonQError unless the end was proved."""
        session_id = self._id()
        return self._ended(session_id, self._client.channel.carry(self._ending(session_id)))

    def status(self) -> str:
        """Return the status in the server's own word, such as created, started, ended."""
        return self.details().status

    def details(self) -> Session:
        """Read the session."""
        session_id = self._id()
        try:
            return self._seen(self._client.session(session_id))
        except UnusableReplyError as error:
            raise _unread(session_id, error) from error

    def jobs(self) -> Iterator[Job]:
        """Iterate over the session's jobs."""
        return self._client.session_jobs(self._id())

    def remaining(self) -> timedelta | None:
        """Return the time left by the server's clock, None where no limit of time is known; never negative."""
        return _left(self.details(), self._client.channel.ahead)

    async def async_open(self) -> None:
        """Async version of `open`."""
        self._opened(await self._client.channel.acarry(self._opening()))

    async def async_close(self) -> None:
        """Async version of `close`."""
        if self._session_id is None or self._proved or self._forked:
            return
        try:
            await self.async_end()
        except Exception:
            logger.warning("Failed to end session %s", self._session_id, exc_info=True)

    async def async_end(self) -> Session:
        """Async version of `end`."""
        session_id = self._id()
        return self._ended(session_id, await self._client.channel.acarry(self._ending(session_id)))

    async def async_status(self) -> str:
        """Async version of `status`."""
        return (await self.async_details()).status

    async def async_details(self) -> Session:
        """Async version of `details`."""
        session_id = self._id()
        try:
            return self._seen(await self._client.async_session(session_id))
        except UnusableReplyError as error:
            raise _unread(session_id, error) from error

    def async_jobs(self) -> AsyncIterator[Job]:
        """Async version of `jobs`."""
        return self._client.async_session_jobs(self._id())

    async def async_remaining(self) -> timedelta | None:
        """Async version of `remaining`."""
        return _left(await self.async_details(), self._client.channel.ahead)

    def __enter__(self) -> SessionManager:
        """Open; where that is interrupted, what was opened meanwhile is ended before the interruption goes on."""
        if self._hangup is not None:
            self._hangup.on()
        try:
            self.open()
        except BaseException as error:
            self._leave(error, close=not isinstance(error, IonQError))
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close."""
        self._leave(error, close=True)

    async def __aenter__(self) -> SessionManager:
        """Open; where that is interrupted, what was opened meanwhile is ended before the interruption goes on."""
        if self._hangup is not None:
            self._hangup.on_async()
        try:
            await self.async_open()
        except BaseException as error:
            await self._aleave(error, close=not isinstance(error, IonQError))
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Close."""
        await self._aleave(error, close=True)

    def _leave(self, error: BaseException | None, *, close: bool) -> None:
        """Close where asked to, give the signals back, and leave for good where one came."""
        cut: BaseException | None = None
        try:
            if close:
                self.close()
        except BaseException as interruption:
            cut = interruption
            raise
        finally:
            self._left_by(error, cut)

    async def _aleave(self, error: BaseException | None, *, close: bool) -> None:
        cut: BaseException | None = None
        try:
            if close:
                await self.async_close()
        except BaseException as interruption:
            cut = interruption
            raise
        finally:
            self._left_by(error, cut)

    def _left_by(self, *interruptions: BaseException | None) -> None:
        if self._hangup is not None:
            self._hangup.off()
            self._hangup.exit(*interruptions)

    def _opening(self) -> Errand[OpenOutcome]:
        """Begin to open, once: also where the first caller has left, or another task or thread asks meanwhile."""
        with self._lock:
            if self._session_id is not None:
                raise IonQError("Session already open")
            if self._under_way:
                raise IonQError("Session is being opened: a request was sent and its outcome is not known yet")
            self._under_way = True
        seen: dict[str, Session] = {}
        return Errand(
            f"opening a session on {self._request.backend}",
            open_once(self._request, seen=seen),
            before=lambda: self._notes.intends(self._request),
            landed=self._hold,
            seen=seen,
            orphaned=self.close,
            aorphaned=self.async_close,
        )

    @property
    def _forked(self) -> bool:
        """True in a child process: the session is its parent's, which leaves its own `with` block later."""
        return os.getpid() != self._pid

    def _ending(self, session_id: str) -> Errand[EndOutcome]:
        flow = end_proved(session_id, self._seen_active)
        before = partial(self._notes.ends, session_id)
        return Errand(f"end of session {session_id}", flow, before=before, landed=self._note_end)

    def _hold(self, outcome: OpenOutcome) -> None:
        """Keep the id as soon as it is known, even where the caller was interrupted."""
        self._under_way = False
        if isinstance(outcome, Opened):
            self._session_id = self._seen(outcome.session).id
        self._notes.landed(outcome)

    def _seen(self, session: Session) -> Session:
        self._seen_active = self._seen_active or session.active is True
        return session

    def _opened(self, outcome: OpenOutcome) -> None:
        session = _created(outcome)
        logger.info("Opened session %s", session.id)

    def _note_end(self, outcome: EndOutcome) -> None:
        self._proved = isinstance(outcome, Ended)
        self._notes.ended(outcome)

    def _ended(self, session_id: str, outcome: EndOutcome) -> Session:
        session = ended(session_id, outcome)
        logger.info("Closed session %s", session_id)
        return session

    def _id(self) -> str:
        if self._session_id is None:
            raise IonQError("No session ID; call open() first")
        return self._session_id


def _created(outcome: OpenOutcome) -> Session:
    try:
        return opened(outcome)
    except APIError:
        raise
    except UnusableReplyError as error:
        raise IonQError(f"Failed to create session: {error}") from error


def _unread(session_id: str, error: IonQError) -> IonQError:
    return IonQError(f"Failed to fetch session {session_id}: {error}")


def _left(session: Session, ahead: timedelta) -> timedelta | None:
    if session.ended:
        return timedelta()
    ends_at = session.runs_out_at
    return None if ends_at is None else max(timedelta(), ends_at - (datetime.now(UTC) + ahead))
