"""One session, live: its status, what is left of it, its jobs, and what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.poller import Freshness
from ionq_tui.model.job import Job
from ionq_tui.model.link import FaultKind, Refused
from ionq_tui.model.session import Session
from ionq_tui.model.watch import EMPTY_WATCH, Watch
from ionq_tui.ui.bell import ring
from ionq_tui.ui.commands import LIVE, Command, Commands
from ionq_tui.ui.screens.cockpit import Cockpit
from ionq_tui.ui.widgets.caption import Caption
from ionq_tui.ui.widgets.gauges import Gauges
from ionq_tui.ui.widgets.history import History
from ionq_tui.ui.widgets.table import Table
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view import reason
from ionq_tui.view.alarm import alarms
from ionq_tui.view.column import Row
from ionq_tui.view.fault import About
from ionq_tui.view.fold import all_folded
from ionq_tui.view.forecast import Forecast, first_line, forecasts, unrated
from ionq_tui.view.job_list import JobList
from ionq_tui.view.live import outcome_lines
from ionq_tui.view.row import JOB_COLUMNS, JobItem, job_moment, job_row, job_text
from ionq_tui.view.session_card import how_to_send, jobs_line, timeline, title
from ionq_tui.view.skew import skew_line
from ionq_tui.view.tone import Cell, Line, Tone, line
from ionq_tui.view.used import window_title

_MANY = 500
"""Jobs beyond which the table is made anew at most once a second, and what is to come estimated less often."""

_TOGETHER = 5.0
"""Seconds in which new costs of so many jobs are gathered: they come a few at a time, for very long."""

_OUTLOOK = 10
"""Seconds between two estimates from the same picture."""


class SessionScreen(Cockpit):
    """Watches one session for as long as it is looked at."""

    CSS_PATH = "../styles/session.tcss"
    OFFERS: ClassVar[Commands] = LIVE
    ABOUT: ClassVar[About] = "session"
    AUTO_FOCUS = "#jobs"

    heading_line = query_one("#title", Words)
    steps_line = query_one("#timeline", Words)
    gauges = query_one("#gauges", Gauges)
    outcome = query_one("#outcome", Words)
    summary = query_one("#summary", Words)
    empty = query_one("#no-jobs", Words)
    history = query_one("#history", History)

    def __init__(self, engine: Engine, session_id: str) -> None:
        """Take the engine and the whole id of the session."""
        super().__init__(engine)
        self.session_id = session_id
        self._watcher = engine.watcher(session_id)
        self._listed: Watch | None = None
        self._held = EMPTY_WATCH, 0.0
        """The picture that is shown, and when it was taken."""
        self._jobs = JobList()
        self._looked: tuple[Watch, int] | None = None
        self._coming: tuple[Forecast, ...] = ()
        self._alarm: list[Line] = []

    def compose_body(self) -> Iterable[Widget]:
        """Status and meters, jobs, events."""
        yield Words(id="title", classes="one-line")
        yield Words(id="timeline", classes="one-line")
        yield Gauges(id="gauges")
        yield Words(id="outcome")
        yield Caption(id="rule")
        yield Words(id="summary", classes="one-line")
        yield Words(id="no-jobs")
        table = Table[JobItem](
            JOB_COLUMNS,
            self._cells,
            moment_of=lambda item: job_moment(item.job, self.engine.clock.now()),
            arranged=self._arranged,
            text_of=job_text,
            dispensable=("WAIT", "SHOTS", "RUN"),
            follows_top=True,
            id="jobs",
        )
        table.display = False  # until there are jobs
        yield table
        yield Caption(id="events-rule")
        yield History(id="history")

    def on_mount(self) -> None:
        """Listen first, then ask."""
        self.listen(self._watcher.store, lambda _: self._show())
        self.listen(self.engine.desk.ledger, lambda _: self._show())
        self.run_worker(self._watcher.run(), group="watch", description=f"session {self.session_id}")

    def freshness(self) -> Freshness:
        """Return how old the picture of the session is."""
        return self._watcher.poller.freshness()

    def heed(self) -> None:
        """Ring for what is new."""
        self._look_ahead(self.known, self.engine.clock.now())

    def tick(self) -> None:
        """Tell anew what the time has changed."""
        super().tick()
        self._show_state()
        if self._listed is not self._picture():
            self._list_jobs()

    def on_resize(self) -> None:
        """Fit the words into the new width."""
        self.call_after_refresh(self._show_state)

    def window_title(self) -> str:
        """Return the terminal's title: this session."""
        session = self.known.session
        return window_title([session], self.engine.clock.now()) if session is not None else ""

    # What is known

    @property
    def known(self) -> Watch:
        """The picture; before the first reading with the session as it stood in the list."""
        watch = self._watcher.store.value
        listed = self.engine.home.board.value.sessions.get(self.session_id)
        return watch if watch.session is not None or listed is None else replace(watch, session=listed)

    @property
    def missing(self) -> bool:
        """True where IonQ knows no such session."""
        link = self._watcher.store.value.link
        return isinstance(link, Refused) and link.fault.kind is FaultKind.NOT_FOUND

    @property
    def ending(self) -> bool:
        """True while the end was asked for and is not proved."""
        ledger = self.engine.desk.ledger.value
        return not self.known.ended and self.session_id in ledger.ending

    @property
    def selected(self) -> Job | None:
        """The job under the cursor."""
        item = self._table.item
        return item.job if item is not None else None

    @property
    def _table(self) -> Table[JobItem]:
        return self.query_one("#jobs", Table)

    # What is shown

    def _picture(self) -> Watch:
        """Return what is to be shown: the newest, unless of many jobs a few more costs are all that is new."""
        watch, now, (held, at) = self.known, self.engine.clock.monotonic(), self._held
        if watch is held:
            return held
        if len(watch.jobs) > _MANY and now - at < _TOGETHER and held == replace(watch, costs=held.costs):
            return held
        self._held = watch, now
        return watch

    def _show(self) -> None:
        self._show_state()
        if len(self.known.jobs) <= _MANY or not self._table.keys:
            self._list_jobs()

    def _show_state(self) -> None:
        watch, now, ledger = self._picture(), self.engine.clock.now(), self.engine.desk.ledger.value
        session, people = watch.session, self.engine.people
        if session is None:
            said = f"no such session: {self.session_id}" if self.missing else f"{self.session_id}: being read…"
            self.heading_line.tell(said)
            return
        self.heading_line.tell(title(session, ledger.owner(session), ledger.label(session.id), people, width=self.room))
        told = timeline(session, now, None, people, ending=self.ending, seen_active=watch.seen_active)
        self.steps_line.tell(told)
        self._look_ahead(watch, now)
        self.gauges.measure(watch, now, self._coming, notes=not self.has_class("-low"))
        outcome = ledger.ends.get(session.id)
        lines = [*self._alarm, *outcome_lines(watch, outcome, now, None, people, ending=self.ending)]
        if first := first_line(self._coming, now, None, self.room, unrated(watch, self._coming)):
            lines.append(first)
        if not self.engine.presence.clock_seen and (skew := skew_line(self.engine.ahead())):
            lines.append(skew)
        self.outcome.tell(*all_folded(lines, self.room))
        self.outcome.display = bool(lines)
        self.history.show(watch, now, people)
        whole = self.history.whole
        self.query_one("#events-rule", Caption).tell("all that happened, newest first · v: the jobs" if whole else "")

    def _look_ahead(self, watch: Watch, now: datetime) -> None:
        """Estimate anew for a new picture, else every ten seconds; ring once for each alarm that is new."""
        moment = int(now.timestamp()) // _OUTLOOK
        looked, at = self._looked or (None, 0)
        if at == moment and (looked is watch or len(watch.jobs) > _MANY):
            return
        self._looked = watch, moment
        self._coming = forecasts(watch, now)
        ours = self.engine.desk.ledger.value.ours(watch.session)
        told = alarms(watch, now, self._watcher.jobs_as_of, ours=ours)
        self._alarm = [line(Cell(f"! {words}", Tone.WARN)) for words in [*told.values()][-1:]]
        ring(self.app, self.engine, self._watcher, told)

    def _list_jobs(self) -> None:
        self._listed = watch = self._picture()
        self.summary.tell(jobs_line(watch))
        bare = not watch.jobs
        self.empty.display = bare and watch.session is not None and not watch.ended
        self.summary.display = not self.empty.display
        if self.empty.display:
            self.empty.tell(*how_to_send(self.session_id, self.room))
        self._table.update_rows(self._jobs.items(watch.jobs, watch.costs))
        self._table.display = not bare and not self.history.whole
        if self._table.display and self.focused is None:
            self._table.focus()

    def _cells(self, item: JobItem) -> Row:
        return job_row(*item, self.engine.clock.now())

    # Commands

    def why_not(self, command: str) -> str:
        """Return why the command cannot be given now; old data never holds up an end."""
        if command in {"end", "cancel", "cancel_waiting"} and self.engine.connection.read_only:
            return reason.READ_ONLY
        if command == "end":
            return self._why_no_end()
        if command == "cancel":
            return self._why_no_cancel()
        if command == "cancel_waiting" and not any(job.waiting for job in self.known.unfinished):
            return reason.NONE_WAITS
        return ""

    def _why_no_end(self) -> str:
        known = self.known
        if known.ended:
            return reason.session_ended(known.session or Session(self.session_id))
        return reason.NO_SUCH_SESSION if self.missing else reason.ENDING if self.ending else ""

    def _why_no_cancel(self) -> str:
        job = self.selected
        if self.history.whole:
            return reason.JOBS_HIDDEN
        return reason.NO_JOB if job is None else reason.job_finished(job) if job.finished else ""

    def action_end(self) -> None:
        """Ask, then end the session that was shown."""
        from ionq_tui.ui.dialogs.end import ask_to_end

        shown = self.known.session or Session(self.session_id)
        ask_to_end(self.app, self.engine, (shown,), tell_ended=False)

    def action_cancel(self) -> None:
        """Ask, then cancel the selected job."""
        from ionq_tui.ui.dialogs.cancel import ask_to_cancel

        if job := self.selected:
            ask_to_cancel(self.app, self.engine, self._watcher, (job,))

    def action_cancel_waiting(self) -> None:
        """Ask, then cancel all jobs that were not started."""
        from ionq_tui.ui.dialogs.cancel import ask_to_cancel

        waiting = tuple(job for job in self.known.unfinished if job.waiting)
        ask_to_cancel(self.app, self.engine, self._watcher, waiting)

    def label(self, command: Command) -> str:
        """Name what leads from the events back to the jobs; what is about a job is not told beside them."""
        if not self.history.whole:
            return super().label(command)
        return {"events": "jobs", "cancel": "", "cancel_waiting": ""}.get(command.id, super().label(command))

    def go_back(self) -> None:
        """Go from the events back to the jobs, from the jobs to the screen before."""
        if self.history.whole:
            self.action_events()
        else:
            super().go_back()

    def action_events(self) -> None:
        """Show all events in the place of the jobs, or the jobs again."""
        self.history.toggle()
        self.set_class(self.history.whole, "-events")
        self._show()
        self._list_jobs()
        if not self.history.whole and self._table.display:
            self._table.focus()
        self.refresh_bindings()

    def action_curves(self) -> None:
        """Plot spend and jobs over time."""
        from ionq_tui.ui.screens.curves import CurvesScreen

        self.app.push_screen(CurvesScreen(self.engine, self.session_id))

    def action_copy(self) -> None:
        """Offer the session's id, the export line and the attach command."""
        from ionq_tui.ui.dialogs.copy import CopyText, session_texts

        self.app.push_screen(CopyText(session_texts(self.session_id)))

    def action_refresh(self) -> None:
        """Ask for the session now."""
        self._watcher.poller.nudge()

    @on(Table.Chosen, "#jobs")
    def look(self, event: Table.Chosen) -> None:
        """Show the job."""
        from ionq_tui.ui.screens.job import JobScreen

        self.app.push_screen(JobScreen(self.engine, self.session_id, event.key))

    def _arranged(self) -> None:
        """Say which of the jobs are shown, in which order."""
        self.query_one("#rule", Caption).tell(self._table.caption)
        self.renew_commands()
