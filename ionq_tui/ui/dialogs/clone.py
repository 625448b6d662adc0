"""The dialog that confirms cloning a job into a session, and the choice among jobs that missed the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual import on
from textual.app import App
from textual.binding import Binding, BindingType

from ionq_tui.engine.engine import Engine
from ionq_tui.engine.session_poller import SessionPoller
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.link_state import Fault
from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.ui.dialogs.table_dialog import TableDialog
from ionq_tui.ui.refresh_first import NOT_FRESH, is_fresh, made_fresh
from ionq_tui.ui.widgets.table import Table
from ionq_tui.view import clone, dialog_text, disabled_reason
from ionq_tui.view.amount import count
from ionq_tui.view.column import Column, Row
from ionq_tui.view.sanitize import pad, plain
from ionq_tui.view.status import job_status
from ionq_tui.view.style import Cell, Fact, Line, Tone, line

Result = TypeVar("Result")
_NAME = 10


class CloneJob(ChoiceDialog[bool]):
    """Show what is sent and what it may cost; answer whether to clone. The safe answer has the focus."""

    hang = _NAME

    def __init__(self, engine: Engine, session_poller: SessionPoller, job: Job) -> None:
        """Store the job as it is shown now; exactly this one will be cloned."""
        self._engine = engine
        self._session_poller = session_poller
        self._job = job
        self._cost: JobCost | Fault | None = session_poller.store.value.costs.get(job.id)
        super().__init__(
            clone.CLONE_TITLE,
            self._fact_lines(),
            (Choice(clone.DO_NOT_CLONE, False), Choice(clone.CLONE_BUTTON, True, grave=True, costs=True)),
            False,
            id="clone-job",
        )

    def on_mount(self) -> None:
        """Read the cost of the original unless it is known, and update what is left every second."""
        if not isinstance(self._cost, JobCost) or (self._cost.estimate or self._cost.cost) is None:
            self.run_worker(self._read_cost(), group="cost", description=f"cost of job {self._job.id}")
        self.set_interval(1.0, self.renew, name="what is left")

    async def _read_cost(self) -> None:
        self._cost = await self._engine.cloud.job_cost(self._job.id)
        self.renew()

    def renew(self) -> None:
        """Update the facts."""
        self._lines = self._fact_lines()
        self.facts.tell(*self._wrapped())

    def _fact_lines(self) -> tuple[Line | str, ...]:
        watch, now = self._session_poller.store.value, self._engine.clock.now()
        label = self._engine.actions.activity.value.label(self._session_poller.session_id)
        return tuple(_fact(one) for one in clone.clone_facts(self._job, self._cost, watch, label, now))


def _fact(fact: Fact) -> Line:
    name, said = fact
    return line(Cell(pad(name, _NAME), Tone.DIM), Cell(said, Tone.WARN if name == "warning" else Tone.PLAIN))


def ask_to_clone(app: App[Result], engine: Engine, session_poller: SessionPoller, job: Job) -> None:
    """Clone a job after a confirmation; outdated data is refreshed before the request is sent."""

    def answered(wanted: bool | None) -> None:
        if wanted:
            work = _clone(app, engine, session_poller, job)
            app.run_worker(work, group="clone", description=f"clone job {job.id}")

    app.push_screen(CloneJob(engine, session_poller, job), answered)


async def _clone(app: App[Result], engine: Engine, session_poller: SessionPoller, job: Job) -> None:
    if job.id in engine.actions.activity.value.cloning:
        app.notify(disabled_reason.CLONING, severity="error", markup=False)
        return
    with engine.actions.clone_claimed(job.id):
        if not is_fresh(session_poller):
            app.notify(clone.REFRESHING, markup=False)
        if not await made_fresh(engine.clock, session_poller):
            app.notify(NOT_FRESH, severity="error", markup=False)
            return
        if why := disabled_reason.not_to_be_cloned(job, session_poller.store.value):
            app.notify(why, severity="error", markup=False)
            return
        request = await engine.actions.clone_request(job.id, session_poller.session_id)
        if not isinstance(request, Fault):
            await engine.actions.clone(request)


_COLUMNS: tuple[Column[Job], ...] = (
    Column("JOB", 8, lambda job: job.short),
    Column("STATUS", 10, lambda job: job.status),
    Column("SHOTS", 8, lambda job: job.shots),
    Column("NAME", 30, lambda job: job.name or "", grows=50),
)


def _cells(job: Job) -> Row:
    shots = count(job.shots) if job.shots is not None else ""
    return Cell(plain(job.short, 6)), job_status(job.status), Cell(shots), Cell(plain(job.name, 60))


class MissedJobs(TableDialog[Job]):
    """Choose one of several jobs; enter goes on to the confirmation, esc closes."""

    TITLE_LINE = dialog_text.MISSED_TITLE
    HINT = dialog_text.MISSED_HINT
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "give_up", "back", id="missed_back", tooltip="Close the list; nothing is sent."),
    ]

    def __init__(self, jobs: tuple[Job, ...], chosen: Callable[[Job], None]) -> None:
        """Take the jobs, and what is to be done with the chosen one."""
        super().__init__(_COLUMNS, _cells)
        self._jobs = {job.id: job for job in jobs}
        self._chosen = chosen

    def fill(self) -> None:
        """List the jobs."""
        self.table.update_rows(self._jobs)

    @on(Table.Chosen)
    def _choose(self, event: Table.Chosen) -> None:
        job = self._jobs[event.key]
        self.dismiss(None)
        self.app.call_later(self._chosen, job)

    def action_give_up(self) -> None:
        """Close without a choice."""
        self.dismiss(None)


def ask_which_to_clone(app: App[Result], engine: Engine, session_poller: SessionPoller, jobs: tuple[Job, ...]) -> None:
    """Clone one of the jobs after a choice, if there are several, and a confirmation."""
    if len(jobs) == 1:
        ask_to_clone(app, engine, session_poller, jobs[0])
    elif jobs:
        app.push_screen(MissedJobs(jobs, lambda job: ask_to_clone(app, engine, session_poller, job)))
