"""One job: status, times, cost, a failure in full, how it was set, and its result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.poller import Freshness
from ionq_tui.model.job import Job
from ionq_tui.model.watch import Watch
from ionq_tui.ui.commands import JOB, Commands
from ionq_tui.ui.dialogs.cancel import ask_to_cancel
from ionq_tui.ui.dialogs.copy import CopyText
from ionq_tui.ui.dialogs.export import ask_to_export
from ionq_tui.ui.screens.cockpit import Cockpit
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view import reason
from ionq_tui.view.fault import About
from ionq_tui.view.fold import all_folded
from ionq_tui.view.job_card import detail_facts, job_facts
from ionq_tui.view.outcome_chart import result_lines
from ionq_tui.view.plain import pad, plain
from ionq_tui.view.tone import Cell, Fact, Line, Tone, line

_NAME = 12


class JobScreen(Cockpit):
    """Shows one job of a session that the screen below goes on watching."""

    CSS_PATH = "../styles/session.tcss"
    OFFERS: ClassVar[Commands] = JOB
    ABOUT: ClassVar[About] = "job"
    AUTO_FOCUS = "#facts-scroll"

    facts = query_one("#job-facts", Words)

    def __init__(self, engine: Engine, session_id: str, job_id: str) -> None:
        """Take the engine, the session, and the whole id of the job."""
        super().__init__(engine)
        self.job_id = job_id
        self._watcher = engine.watcher(session_id)
        self._inquiry = engine.inquiry(job_id)
        self._asked = ""
        """The state of the job in which more was asked."""

    def compose_body(self) -> Iterable[Widget]:
        """The facts, which may be longer than the screen."""
        with VerticalScroll(id="facts-scroll"):
            yield Words(id="job-facts")

    def on_mount(self) -> None:
        """Follow the session's picture."""
        self.listen(self._watcher.store, lambda _: self._show())
        self.listen(self._inquiry.findings, lambda _: self._show())

    def freshness(self) -> Freshness:
        """Return how old the picture of the session is."""
        return self._watcher.poller.freshness()

    def tick(self) -> None:
        """Tell anew what the time has changed."""
        super().tick()
        self._show()

    def _show(self) -> None:
        watch: Watch = self._watcher.store.value
        job = watch.jobs.get(self.job_id)
        self._inquire()
        if job is None:
            self.facts.tell(f"job {plain(self.job_id, 80)} is not in this session's list")
            return
        found = self._inquiry.findings.value
        facts = job_facts(job, watch.costs.get(job.id), self.engine.clock.now(), None, self.engine.people)
        told: list[Line] = [_fact(one, failed=job.failed) for one in facts]
        if found.known is not None:
            told += [_fact(one, failed=False) for one in detail_facts(found.known)]
        width = (self.facts.content_size.width or self.app.size.width - 5) - 1
        shown = all_folded(told, width, _NAME)
        if result := result_lines(job, found.known, found.shares, width):
            shown += [(), *all_folded(result, width)]
        self.facts.tell(*shown)

    def _inquire(self) -> None:
        """Ask what can be known of the job in its present state, once a state."""
        job = self._job
        if job is not None and job.status != self._asked:
            self._asked = job.status
            self.run_worker(self._inquiry.ask(job), group="inquiry", description=f"more of job {job.id}")

    @property
    def _job(self) -> Job | None:
        return self._watcher.store.value.jobs.get(self.job_id)

    def why_not(self, command: str) -> str:
        """Return why the command cannot be given now."""
        job = self._job
        if command == "cancel" and self.engine.connection.read_only:
            return reason.READ_ONLY
        if command == "cancel":
            return reason.NO_JOB if job is None else reason.job_finished(job) if job.finished else ""
        return reason.NO_RESULT if command == "export" and not self._shares else ""

    @property
    def _shares(self) -> dict[str, float]:
        shares = self._inquiry.findings.value.shares
        return dict(shares) if isinstance(shares, Mapping) else {}

    def action_cancel(self) -> None:
        """Ask, then cancel this job."""
        if job := self._job:
            ask_to_cancel(self.app, self.engine, self._watcher, (job,))

    def action_export(self) -> None:
        """Ask in which form, then save the result."""
        if job := self._job:
            ask_to_export(self.app, job, self._inquiry.findings.value.known, self._shares)

    def action_copy(self) -> None:
        """Copy the job's id."""
        self.app.push_screen(CopyText((("id", self.job_id),)))

    def action_refresh(self) -> None:
        """Ask for the session now, and again for what could not be told of the job."""
        self._watcher.poller.nudge()
        self._inquiry.forget_faults()
        self._asked = ""
        self._inquire()


def _fact(fact: Fact, *, failed: bool) -> Line:
    name, said = fact
    loud = failed and name in {"status", "failure", ""}
    return line(Cell(pad(name, _NAME), Tone.DIM), Cell(said, Tone.BAD if loud else Tone.PLAIN))
