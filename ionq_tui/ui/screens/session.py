"""The screen of one session: its status, limits, jobs, and events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from textual import on
from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.missed_jobs import MOST
from ionq_tui.engine.session_facts import session_facts
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.clone import unconfirmed_clones
from ionq_tui.model.job import Job
from ionq_tui.model.link_state import FaultKind, Refused
from ionq_tui.model.outcome import Done, EndDone
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot
from ionq_tui.ui.alarms import ring
from ionq_tui.ui.cloning import CloneOffer, clone_offer
from ionq_tui.ui.commands import LIVE, Command, Commands
from ionq_tui.ui.first_ends import MANY, hold, moment_of
from ionq_tui.ui.running_notes import RunningNotes
from ionq_tui.ui.screens.base import is_home
from ionq_tui.ui.screens.live_base import LiveBase
from ionq_tui.ui.terminal_size import Density
from ionq_tui.ui.widgets.blank import BlankContainer
from ionq_tui.ui.widgets.card import Card
from ionq_tui.ui.widgets.event_list import EventList
from ionq_tui.ui.widgets.how_to_send import HowToSend
from ionq_tui.ui.widgets.meters import Meters
from ionq_tui.ui.widgets.table import Table
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import disabled_reason, screen_text
from ionq_tui.view.alarm import alarms
from ionq_tui.view.clock_skew import skew_line
from ionq_tui.view.column import Row
from ionq_tui.view.fault import About
from ionq_tui.view.forecast import Forecast, forecasts
from ionq_tui.view.job_list import JobList
from ionq_tui.view.live_session import outcome_lines, status_line
from ionq_tui.view.mismatch import mismatch_line
from ionq_tui.view.row import JobItem, job_columns_at, job_moment, job_row, job_text
from ionq_tui.view.session_card import jobs_title, title
from ionq_tui.view.style import Cell, Line, Tone, joined, line
from ionq_tui.view.usage import window_title
from ionq_tui.view.wrap import all_folded

_RECEIPT_NAME = 8
_TOGETHER = 5.0
"""Seconds over which new costs of so many jobs are collected, since they arrive a few at a time for a long time."""


class SessionScreen(LiveBase):
    """Show one session and poll it while the screen is open."""

    CSS_PATH = "../styles/session.tcss"
    OFFERS: ClassVar[Commands] = LIVE
    ABOUT: ClassVar[About] = "session"
    AUTO_FOCUS = "#jobs"

    heading_line = query_one("#title", TextBlock)
    status = query_one("#status", TextBlock)
    meters = query_one("#meters", Meters)
    outcome = query_one("#outcome", TextBlock)
    receipt = query_one("#receipt", TextBlock)
    empty = query_one("#no-jobs", HowToSend)
    history = query_one("#history", EventList)
    state = query_one("#state", Card)

    def __init__(self, engine: Engine, session_id: str, *, leads_home: bool = False) -> None:
        """Store the engine, the complete id of the session, and whether the way back is the session list."""
        super().__init__(engine)
        self.session_id = session_id
        self._leads_home = leads_home
        self._session_poller = engine.session_poller(session_id)
        self._missed = engine.missed_jobs(session_id)
        self._listed: SessionSnapshot | None = None
        self._shown = EMPTY_SNAPSHOT, 0.0
        """The snapshot that is shown, and the monotonic time from which it is shown."""
        self._jobs = JobList()
        self._forecast_of: tuple[SessionSnapshot, int] | None = None
        self._coming: tuple[Forecast, ...] = ()
        self._alarm: list[Line] = []

    @cached_property
    def running_notes(self) -> RunningNotes:
        """What the header tells of the user's other sessions."""
        return RunningNotes(self.engine, apart_from=self.session_id)

    def compose_body(self) -> Iterable[Widget]:
        """Compose status and meters, the charts of a wide layout, jobs, and events."""
        table = Table[JobItem](
            job_columns_at(self.engine.clock.now),
            self._cells,
            moment_of=lambda item: job_moment(item.job, self.engine.clock.now()),
            arranged=self._arranged,
            text_of=job_text,
            dispensable=("WAIT", "SHOTS", "RUN"),
            follows_top=True,
            id="jobs",
        )
        with BlankContainer(id="cards"):
            yield Card(
                TextBlock(id="title", classes="one-line"),
                TextBlock(id="status", classes="one-line"),
                Meters(id="meters"),
                TextBlock(id="receipt"),
                TextBlock(id="outcome"),
                rule=False,
                id="state",
            )
            yield Card(id="charts")
            yield Card(HowToSend(id="no-jobs"), table, id="jobs-card")
            yield Card(EventList(id="history"), id="events")

    def on_mount(self) -> None:
        """Subscribe first, then start to poll."""
        self.listen(self._session_poller.store, lambda _: self._show())
        self.listen(self.engine.actions.activity, lambda _: self._show())
        self.listen(self._missed.store, lambda _: self._show_state())
        self.run_worker(self._missed.run(), group="watch", description="jobs that missed the session")
        self.run_worker(self._session_poller.run(), group="watch", description=f"session {self.session_id}")

    @property
    def source(self) -> SessionPoller:
        """The poller of this session."""
        return self._session_poller

    def tick_always(self) -> None:
        """Ring for new alarms."""
        self._forecast(self.known, self.engine.clock.now())

    def tick(self) -> None:
        """Update what depends on the time."""
        super().tick()
        self._show_state()
        if self._listed is not self._snapshot():
            self._list_jobs()

    def on_resize(self) -> None:
        """Fit the text into the new size."""
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        self._show_state()
        if self.empty.display:
            self._tell_how_to_send()

    def shows_outcome(self, done: Done) -> bool:
        """Return true for the end of this session, confirmed or not: its screen tells it."""
        return isinstance(done, EndDone) and done.session_id == self.session_id

    def answered_at(self) -> datetime | None:
        """Return the server's time of the last answer about the session, from a list too."""
        session = self.known.session
        return session_facts(self.engine, session).received_at if session is not None else None

    def shows_alarms(self, session_id: str) -> bool:
        """Return true for this session."""
        return session_id == self.session_id

    def window_title(self) -> str:
        """Return the terminal's title, which names this session."""
        session = self.known.session
        return window_title([session], self.engine.clock.now()) if session is not None else ""

    # State

    @property
    def known(self) -> SessionSnapshot:
        """The snapshot; before the first poll, with the session as the session list or the journal knows it."""
        watch = self._session_poller.store.value
        known = None if watch.session is not None else self.engine.known(self.session_id)
        return watch if known is None else replace(watch, session=known)

    @property
    def missing(self) -> bool:
        """Whether IonQ answers that there is no such session."""
        link = self._session_poller.store.value.link
        return isinstance(link, Refused) and link.fault.kind is FaultKind.NOT_FOUND

    @property
    def ending(self) -> bool:
        """Whether the end was requested and is not confirmed."""
        activity = self.engine.actions.activity.value
        return not self.known.ended and self.session_id in activity.ending

    @property
    def selected(self) -> Job | None:
        """The job at the cursor."""
        item = self._table.item
        return item.job if item is not None else None

    @property
    def _table(self) -> Table[JobItem]:
        return self.query_one("#jobs", Table)

    # Display

    def _snapshot(self) -> SessionSnapshot:
        """Return the latest snapshot, or the previous one while only costs of many jobs have changed."""
        watch, now, (held, at) = self.known, self.engine.clock.monotonic(), self._shown
        if watch is held:
            return held
        if len(watch.jobs) > MANY and now - at < _TOGETHER and held == replace(watch, costs=held.costs):
            return held
        self._shown = watch, now
        return watch

    def _show(self) -> None:
        self._show_state()
        if len(self.known.jobs) <= MANY or not self._table.keys:
            self._list_jobs()

    def _show_state(self) -> None:
        watch, now, activity = self._snapshot(), self.engine.clock.now(), self.engine.actions.activity.value
        session, people = watch.session, self.engine.people
        if session is None:
            said = screen_text.no_such_session(self.session_id) if self.missing else f"loading {self.session_id}…"
            self.heading_line.tell(said)
            self.state.tell(said)
            return
        room = self.state.room
        named = title(session, activity.owner(session), activity.label(session.id), people, width=room)
        self.heading_line.tell(named)
        self.state.tell(named)
        self._forecast(watch, now)
        again = activity.retries.get(session.id)
        ending = self.ending or (again is not None and not watch.ended)  # also between two attempts
        self.status.tell(
            status_line(watch, self._coming, now, None, people, width=room, ending=ending, with_receipt=True)
        )
        roomy, as_of = self.density >= Density.ROOMY, self._session_poller.jobs_as_of
        self.meters.measure(watch, now, self._coming, notes=not self.has_class("-low"), gaps=roomy, jobs_as_of=as_of)
        receipt = self._receipt_lines(watch, now)
        self.receipt.tell(*all_folded(receipt, room, _RECEIPT_NAME))
        self.receipt.display = bool(receipt)
        self.meters.display = not receipt
        outcome = activity.ends.get(session.id)
        differs = None if watch.ended else activity.mismatch(session)
        lines = [mismatch_line(differs)] if differs is not None else []
        if not watch.ended and self._missed.store.value:
            from ionq_tui.view.missed_jobs import missed_jobs_line

            lines.append(missed_jobs_line(self._missed.store.value, MOST, now, None, room))
        if unconfirmed_clones(watch.events):
            from ionq_tui.view.clone import clone_lines

            lines += clone_lines(watch, activity.cloning, now, None)
        lines += [*self._alarm, *outcome_lines(watch, outcome, now, None, people, ending=self.ending, again=again)]
        if not self.engine.user_activity.clock_seen and (skew := skew_line(self.engine.clock_error())):
            lines.append(skew)
        self.outcome.tell(*all_folded(lines, room))
        self.outcome.display = bool(lines)
        self.history.show(watch, now, people)
        self._draw(watch, now)
        self.query_one("#events", Card).tell(screen_text.EVENTS_HINT if self.history.whole else screen_text.EVENTS)

    def _receipt_lines(self, watch: SessionSnapshot, now: datetime) -> list[Line]:
        if watch.session is None or not (watch.session.ended or watch.ended):
            return []
        from ionq_tui.view.receipt import receipt_lines

        return receipt_lines(watch, now, None, self.engine.people)

    def _draw(self, watch: SessionSnapshot, now: datetime) -> None:
        """Draw the charts beside the jobs in a wide layout."""
        if self.density < Density.WIDE:
            return
        from ionq_tui.ui.widgets.charts import Charts

        card = self.query_one("#charts", Card)
        if not card.query(Charts):
            card.tell(screen_text.CHARTS)
            card.mount(Charts())
        for charts in card.query(Charts):
            charts.show(watch, now, self._session_poller.jobs_as_of)

    def _forecast(self, watch: SessionSnapshot, now: datetime) -> None:
        """Compute the forecasts for a new snapshot or every ten seconds, and ring for new alarms."""
        moment = moment_of(now)
        if hold(self._forecast_of, watch, moment):
            return
        self._forecast_of = watch, moment
        self._coming = forecasts(watch, now, self._session_poller.jobs_as_of)
        ours = self.engine.actions.activity.value.ours(watch.session)
        told = alarms(watch, now, self._session_poller.jobs_as_of, ours=ours)
        self._alarm = [line(Cell(f"! {words}", Tone.WARN)) for words in [*told.values()][-1:]]
        ring(self.app, self.engine, self._session_poller, told)

    def _list_jobs(self) -> None:
        self._listed = watch = self._snapshot()
        bare = not watch.jobs
        heard = watch.all_listed or watch.jobs_fault is not None or isinstance(self._session_poller.link, Refused)
        self.empty.display = bare and heard and watch.session is not None and not watch.ended
        if self.empty.display:
            self._tell_how_to_send()
        items = self._jobs.items(watch.jobs, watch.costs)
        self._table.update_rows(items, self._jobs.parents)
        # Until the jobs are heard, the parts of the screen stand where they will be if there are some: over a slow link
        # nothing is sent twice because it moves.
        self.history.await_more(not (heard or watch.ended))
        shown = not (bare and heard) and not self.history.whole
        if self._table.display != shown:
            if self.focused is self._table:
                self.set_focus(None)  # at once, so that no key of a table that is not shown is named
            self._table.display = shown
            self.refresh_bindings()
        if self._table.display and self.focused is None:
            self.set_focus(self._table)
        self._arranged()

    def _tell_how_to_send(self) -> None:
        card = self.query_one("#jobs-card", Card)
        height = card.content_size.height - (0 if self.density >= Density.ROOMY else 1)  # below the rule
        self.empty.show_for(*self._sent_to, width=card.room, height=max(0, height - 1))

    @property
    def _sent_to(self) -> tuple[str, str, str]:
        """The session and backend that a program sends its jobs to, and the URL; no program reaches the demo."""
        session, connection = self.known.session, self.engine.connection
        backend = session.backend if session is not None else None
        return self.session_id, backend or "BACKEND", "" if connection.demo else connection.base_url

    def _cells(self, item: JobItem) -> Row:
        return job_row(*item, self.engine.clock.now())

    # Commands

    def why_not(self, command: str) -> str:
        """Return why the command is disabled; outdated data never prevents ending a session."""
        if command in {"end", "cancel", "cancel_waiting", "clone"} and self.engine.connection.read_only:
            return disabled_reason.READ_ONLY
        if command == "end":
            return self._why_no_end()
        if command == "cancel":
            return self._why_no_cancel()
        if command == "clone":
            return disabled_reason.JOBS_HIDDEN if self.history.whole else self._clone_offer.why_not
        if command == "client" and not self.empty.display:
            return disabled_reason.HAS_JOBS
        if command == "cancel_waiting" and not any(job.waiting for job in self.known.unfinished):
            return disabled_reason.NONE_WAITS
        return ""

    def _why_no_end(self) -> str:
        known = self.known
        if known.ended:
            return disabled_reason.session_ended(known.session or Session(self.session_id))
        if self.ending:
            return disabled_reason.ENDING
        # A session opened on this machine can be ended even if a poll says that it does not exist.
        return disabled_reason.NO_SUCH_SESSION if self.missing and known.session is None else ""

    def _why_no_cancel(self) -> str:
        job = self.selected
        if self.history.whole:
            return disabled_reason.JOBS_HIDDEN
        return disabled_reason.NO_JOB if job is None else disabled_reason.job_finished(job) if job.finished else ""

    @property
    def _clone_offer(self) -> CloneOffer:
        return clone_offer(self.engine, self._session_poller.store.value, self.selected, self._missed.store.value)

    def action_end(self) -> None:
        """End the session after a confirmation."""
        from ionq_tui.ui.dialogs.end import ask_to_end

        shown = self.known.session or Session(self.session_id)
        ask_to_end(self.app, self.engine, (shown,))

    def action_cancel(self) -> None:
        """Cancel the selected job after a confirmation."""
        from ionq_tui.ui.dialogs.cancel import ask_to_cancel

        if job := self.selected:
            ask_to_cancel(self.app, self.engine, self._session_poller, (job,))

    def action_clone(self) -> None:
        """Clone the selected job, or one that missed the session, after a confirmation."""
        from ionq_tui.ui.dialogs.clone import ask_which_to_clone

        ask_which_to_clone(self.app, self.engine, self._session_poller, self._clone_offer.jobs)

    def action_cancel_waiting(self) -> None:
        """Cancel all jobs that have not started, after a confirmation."""
        from ionq_tui.ui.dialogs.cancel import ask_to_cancel

        waiting = tuple(job for job in self.known.unfinished if job.waiting)
        ask_to_cancel(self.app, self.engine, self._session_poller, waiting)

    def label(self, command: Command) -> str:
        """Return the label of a command; one that does nothing in this state has none."""
        if command.id in self._idle:
            return ""
        if not self.history.whole:
            return super().label(command)
        return {"events": "jobs", "cancel": "", "cancel_waiting": "", "clone": ""}.get(
            command.id, super().label(command)
        )

    @property
    def _idle(self) -> set[str]:
        """The commands that do nothing in this state of the session."""
        if self.known.ended:
            return {"end", "cancel", "cancel_waiting", "client", "clone"}
        idle = {"save", "cancel", "cancel_waiting"} if self.empty.display else {"save", "client"}
        if not self._clone_offer.relevant:
            return idle | {"clone"}
        return idle | {"cancel"} if self.selected is not None and self.selected.missing_result else idle

    def go_back(self) -> None:
        """Return from the events to the jobs, or from the jobs to the previous screen."""
        if self.history.whole:
            self.action_events()
        elif self._leads_home and any(is_home(one) for one in self.app.screen_stack):
            self.go_home()
        else:
            super().go_back()

    def action_events(self) -> None:
        """Switch between the jobs and all events."""
        self.history.toggle()
        self.set_class(self.history.whole, "-events")
        self._show()
        self._list_jobs()
        if not self.history.whole and self._table.display:
            self.set_focus(self._table)  # at once: the next key may be waiting already
        self.refresh_bindings()

    def action_usage(self) -> None:
        """Show what was charged by day."""
        from ionq_tui.ui.screens.usage import UsageScreen

        self.open_screen(UsageScreen(self.engine))

    def action_curves(self) -> None:
        """Open the charts of cost and jobs over time."""
        from ionq_tui.ui.screens.charts import ChartsScreen

        self.open_screen(ChartsScreen(self.engine, self.session_id))

    def action_client(self) -> None:
        """Show how to submit jobs with the next client."""
        self.empty.go_on()
        self._tell_how_to_send()

    def action_copy(self) -> None:
        """Offer the session's id, the export line, the attach command and programs of clients for copying."""
        from ionq_tui.ui.dialogs.copy import CopyText, session_texts

        texts = session_texts(self.session_id)
        if self.known.ended:
            texts = (("receipt", self._report(markdown=False)), *texts)
        else:
            texts = self.empty.after(texts, *self._sent_to)
        self.app.push_screen(CopyText(texts))

    def _report(self, *, markdown: bool) -> str:
        from ionq_tui.view.report import report

        watch, activity = self.known, self.engine.actions.activity.value
        owner = activity.owner(watch.session) if watch.session is not None else Owner.UNKNOWN
        label, now = activity.label(self.session_id), self.engine.clock.now()
        return report(watch, owner, label, now, None, self.engine.people, markdown=markdown)

    def action_save(self) -> None:
        """Save the session's report as Markdown, under a name that is not in use."""
        from ionq_tui.ui.dialogs.export import save_report

        save_report(self.app, self.session_id, self._report(markdown=True) + "\n")

    def action_refresh(self) -> None:
        """Poll the session now."""
        self._session_poller.refresh()

    @on(Table.Chosen, "#jobs")
    def look(self, event: Table.Chosen) -> None:
        """Open the screen of a job."""
        from ionq_tui.ui.screens.job import JobScreen

        self.open_screen(JobScreen(self.engine, self.session_id, event.key))

    def _arranged(self) -> None:
        """Update the caption after the filter, order or cursor has changed."""
        told = self._table.caption if self._table.display else ""
        self.query_one("#jobs-card", Card).tell(joined([jobs_title(self._shown[0]), line(Cell(told, Tone.DIM))]))
        self.renew_commands()
