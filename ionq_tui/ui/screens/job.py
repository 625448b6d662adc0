"""One job: status, times, cost, and a failure in full."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.poller import Freshness
from ionq_tui.model.watch import Watch
from ionq_tui.ui.commands import JOB, Commands
from ionq_tui.ui.dialogs.cancel import ask_to_cancel
from ionq_tui.ui.dialogs.copy import CopyText
from ionq_tui.ui.screens.cockpit import Cockpit
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.fault import About
from ionq_tui.view.job_card import job_facts
from ionq_tui.view.plain import pad, plain
from ionq_tui.view.tone import Cell, Fact, Line, Tone, line


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

    def compose_body(self) -> Iterable[Widget]:
        """The facts, which may be longer than the screen."""
        with VerticalScroll(id="facts-scroll"):
            yield Words(id="job-facts")

    def on_mount(self) -> None:
        """Follow the session's picture."""
        self.listen(self._watcher.store, lambda _: self._show())

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
        if job is None:
            self.facts.tell(f"job {plain(self.job_id, 80)} is not in this session's list")
            return
        facts = job_facts(job, watch.costs.get(job.id), self.engine.clock.now(), None)
        self.facts.tell(*(_fact(one, failed=job.failed) for one in facts))

    def when(self, command: str) -> bool:
        """Tell whether the command can be given now."""
        job = self._watcher.store.value.jobs.get(self.job_id)
        if command == "cancel":
            return not self.engine.connection.read_only and job is not None and not job.finished
        return True

    def action_cancel(self) -> None:
        """Ask, then cancel this job."""
        if job := self._watcher.store.value.jobs.get(self.job_id):
            ask_to_cancel(self.app, self.engine, self._watcher, (job,))

    def action_copy(self) -> None:
        """Copy the job's id."""
        self.app.push_screen(CopyText((("id", self.job_id),)))

    def action_refresh(self) -> None:
        """Ask for the session now."""
        self._watcher.poller.nudge()


def _fact(fact: Fact, *, failed: bool) -> Line:
    name, said = fact
    loud = failed and name in {"status", "failure", ""}
    return line(Cell(pad(name, 12), Tone.DIM), Cell(said, Tone.BAD if loud else Tone.PLAIN))
