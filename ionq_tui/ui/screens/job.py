"""The screen of one job: its status, times, cost, failure, settings, and result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.getters import query_one
from textual.widget import Widget

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import Findings
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.ui.cloning import CloneOffer, clone_offer
from ionq_tui.ui.commands import JOB, Command, Commands
from ionq_tui.ui.dialogs.cancel import ask_to_cancel
from ionq_tui.ui.dialogs.copy import CopyText
from ionq_tui.ui.dialogs.export import ask_to_export
from ionq_tui.ui.dialogs.job_file import show_file
from ionq_tui.ui.screens.live_base import LiveBase
from ionq_tui.ui.widgets.blank import BlankContainer
from ionq_tui.ui.widgets.card import Card
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import disabled_reason, screen_text
from ionq_tui.view.artifact_text import no_files
from ionq_tui.view.fault import About
from ionq_tui.view.job_card import detail_facts, job_facts, run_facts, timeline
from ionq_tui.view.outcome_chart import qubit_lines, result_lines
from ionq_tui.view.sanitize import pad, plain
from ionq_tui.view.style import Cell, Fact, Line, Tone, line
from ionq_tui.view.wrap import all_folded

_NAME = 12
_SPAN = 8
"""Cells of a duration before its bar."""
_TALL = 30
"""Lines from which the qubits have room below the facts."""
_BESIDE = 100
"""Columns from which the result stands beside the facts."""

_BRIEF = {"job", "name", "status", "failure", "", "cost"}
"""The facts that stand above the result on a low terminal, so that its first bars are seen without scrolling."""


class JobScreen(LiveBase):
    """Show one job of a session, which the screen below continues to poll."""

    CSS_PATH = "../styles/session.tcss"
    OFFERS: ClassVar[Commands] = JOB
    ABOUT: ClassVar[About] = "job"
    AUTO_FOCUS = "#facts-scroll"

    facts = query_one("#job-facts", TextBlock)
    outcome = query_one("#job-result", TextBlock)
    details = query_one("#job-details", TextBlock)
    qubits = query_one("#job-qubits", TextBlock)

    def __init__(self, engine: Engine, session_id: str, job_id: str) -> None:
        """Store the engine, and the complete ids of the session and the job."""
        super().__init__(engine)
        self.job_id = job_id
        self._session_poller = engine.session_poller(session_id)
        self._job_details = engine.job_details(job_id)
        self._status_asked = ""
        """The job's status at the last request for its details."""
        self._drawn: tuple[Job, Findings, int, int] | None = None
        """What the result was drawn from last: it depends on nothing else, and may have many outcomes."""

    def compose_body(self) -> Iterable[Widget]:
        """Compose the facts, the result and the details, which scroll if they do not fit."""
        with VerticalScroll(id="facts-scroll"), BlankContainer(id="parts"):
            yield Card(TextBlock(id="job-facts"), title=screen_text.JOB, rule=False, id="facts-card")
            yield Card(TextBlock(id="job-result"), title=screen_text.RESULT, rule=False, id="result-card")
            yield Card(TextBlock(id="job-details"), title=screen_text.SENT, rule=False, id="details-card")
            yield Card(TextBlock(id="job-qubits"), title=screen_text.QUBITS, rule=False, id="qubits-card")

    def on_mount(self) -> None:
        """Subscribe to the session and the job's details."""
        self.listen(self._session_poller.store, lambda _: self._show())
        self.listen(self._job_details.findings, lambda _: self._show())

    def on_resize(self) -> None:
        """Show the result beside the facts if there is room."""
        self.set_class(self.app.size.width >= _BESIDE, "-beside")
        self.call_after_refresh(self._show)

    @property
    def source(self) -> SessionPoller:
        """The poller of the job's session."""
        return self._session_poller

    def tick(self) -> None:
        """Update what depends on the time."""
        super().tick()
        self._show()

    def _show(self) -> None:
        watch: SessionSnapshot = self._session_poller.store.value
        job = watch.jobs.get(self.job_id)
        self._request_details()
        if job is None:
            self.facts.tell(screen_text.no_such_job(plain(self.job_id, 80)))
            return
        found = self._job_details.findings.value
        facts = job_facts(job, watch.costs.get(job.id), self.engine.clock.now(), None, self.engine.people)
        ran, details = run_facts(job, found.known), detail_facts(found.known) if found.known is not None else []
        if self.has_class("-beside"):
            facts += ran
        else:  # the result comes first
            details = ran + details
            if self.has_class("-low") and found.shares is not None:
                details = [one for one in facts if one[0] not in _BRIEF] + details
                facts = [one for one in facts if one[0] in _BRIEF]
        self._tell_facts(self.facts, facts, job)
        self._tell_facts(self.details, details, job)
        self.query_one("#details-card").display = bool(details)
        self._draw(job, found)

    def _tell_facts(self, block: TextBlock, facts: Iterable[Fact], job: Job) -> None:
        width = _width(block)
        bars = timeline(job, width - _NAME - _SPAN)
        block.tell(*all_folded([_fact(one, bars, failed=job.failed) for one in facts], width, _NAME))

    def _draw(self, job: Job, found: Findings) -> None:
        """Draw the result, and beside the facts that of each qubit, if anything has changed."""
        width, beside = _width(self.outcome), self.has_class("-beside")
        height = self.query_one("#facts-scroll").size.height - 2 if beside else 0
        if self._drawn == (drawn := (job, found, width, height)):
            return
        self._drawn = drawn
        result = result_lines(job, found.known, found.shares, width, height)
        self.outcome.tell(*all_folded(result, width))
        self.query_one("#result-card").display = bool(result)
        qubits = qubit_lines(found.known, found.shares, width) if height >= _TALL else []
        self.qubits.tell(*qubits)
        self.query_one("#qubits-card").display = bool(qubits)

    def _request_details(self) -> None:
        """Request the job's details, once for each status."""
        job = self._job
        if job is not None and job.status != self._status_asked:
            self._status_asked = job.status
            self.run_worker(self._job_details.ask(job), group="job details", description=f"more of job {job.id}")

    @property
    def _job(self) -> Job | None:
        return self._session_poller.store.value.jobs.get(self.job_id)

    def why_not(self, command: str) -> str:
        """Return why the command is disabled, or an empty string."""
        job = self._job
        if command in {"cancel", "clone"} and self.engine.connection.read_only:
            return disabled_reason.READ_ONLY
        if command == "cancel":
            return disabled_reason.NO_JOB if job is None else disabled_reason.job_finished(job) if job.finished else ""
        if command == "files":
            known = self._job_details.findings.value.known
            return disabled_reason.FILES_UNKNOWN if job is None or known is None else no_files(job, known)
        if command == "clone":
            return self._clone_offer.why_not
        return disabled_reason.NO_RESULT if command == "export" and not self._shares else ""

    @property
    def _shares(self) -> dict[str, float]:
        shares = self._job_details.findings.value.shares
        return dict(shares) if isinstance(shares, Mapping) else {}

    def action_cancel(self) -> None:
        """Cancel this job after a confirmation."""
        if job := self._job:
            ask_to_cancel(self.app, self.engine, self._session_poller, (job,))

    def action_clone(self) -> None:
        """Clone this job after a confirmation."""
        from ionq_tui.ui.dialogs.clone import ask_which_to_clone

        ask_which_to_clone(self.app, self.engine, self._session_poller, self._clone_offer.jobs)

    @property
    def _clone_offer(self) -> CloneOffer:
        return clone_offer(self.engine, self._session_poller.store.value, self._job)

    def label(self, command: Command) -> str:
        """Return the label of a command: a job that failed can be cloned, and one that has not finished canceled."""
        over = self._clone_offer.relevant or (self._job is not None and self._job.finished)
        idle = {"cancel"} if over else set()
        idle |= set() if self._clone_offer.relevant else {"clone"}
        return "" if command.id in idle else super().label(command)

    def action_export(self) -> None:
        """Save the result in a format that the user chooses."""
        if job := self._job:
            ask_to_export(self.app, job, self._job_details.findings.value.known, self._shares)

    def action_files(self) -> None:
        """Show the shots or the compiled circuit, which are requested only now."""
        known = self._job_details.findings.value.known
        if (job := self._job) and known is not None:
            show_file(self.app, job, known, self._job_details)

    def action_copy(self) -> None:
        """Offer the job's id for copying."""
        self.app.push_screen(CopyText((("id", self.job_id),)))

    def action_refresh(self) -> None:
        """Poll the session now, and request again those details that failed."""
        self._session_poller.refresh()
        self._job_details.forget_faults()
        self._status_asked = ""
        self._request_details()


def _width(block: TextBlock) -> int:
    """Return the width of a line; before the first layout that of a small terminal."""
    return (block.content_size.width or block.app.size.width - 4) - 1


def _fact(fact: Fact, bars: Mapping[str, tuple[str, str]], *, failed: bool) -> Line:
    name, said = fact
    head = Cell(pad(name, _NAME), Tone.DIM)
    if bar := bars.get(name):
        return line(head, pad(said, _SPAN) + bar[0], Cell(bar[1], Tone.ACCENT))
    loud = failed and name in {"status", "failure", ""}
    return line(head, Cell(said, Tone.BAD if loud else Tone.PLAIN))
