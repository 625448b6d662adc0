"""The dialog that shows a file of a job: its shots, or its compiled circuit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalGroup
from textual.getters import query_one

from ionq_tui.engine.job_details import JobDetails
from ionq_tui.model.artifact import Artifact, ArtifactContent
from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.link_state import Fault
from ionq_tui.ui.commands import DIALOG, FILE, bindings
from ionq_tui.ui.dialogs.choice import Choice, ChoiceDialog
from ionq_tui.ui.dialogs.copy import CopyText
from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.dialogs.export import ask_to_save
from ionq_tui.ui.toasts import toast
from ionq_tui.ui.widgets.table import Table
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import dialog_text, disabled_reason
from ionq_tui.view.artifact_text import (
    COPIED,
    FileRow,
    artifact_name,
    content_title,
    file_row,
    file_table,
    saved_text,
    shots_csv,
    stem,
    suffix,
)
from ionq_tui.view.fault import fault_words
from ionq_tui.view.style import Cell, Tone, line

Result = TypeVar("Result")
_OFFERED = 5
"""The most files to choose from."""


def show_file(app: App[Result], job: Job, detail: JobDetail, details: JobDetails) -> None:
    """Show the only file that can be shown, or ask which."""
    files = detail.readable[:_OFFERED]

    def answered(chosen: Artifact | None) -> None:
        if chosen is not None:
            app.push_screen(JobFile(job, detail, details, chosen))

    if len(files) == 1:
        answered(files[0])
        return
    choices: list[Choice[Artifact | None]] = [Choice("Back", None)]
    choices += [Choice(artifact_name(one), one) for one in files]
    told = (dialog_text.FILES_WORDS,)
    app.push_screen(ChoiceDialog(dialog_text.FILES_TITLE, told, choices, None, id="files"), answered)


class JobFile(Dialog[None]):
    """Read the file once the dialog is open, and show it line by line."""

    CSS_PATH = "../styles/palette.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings((*FILE, DIALOG[0]))]

    heading = query_one("#title", TextBlock)
    said = query_one("#said", TextBlock)

    def __init__(self, job: Job, detail: JobDetail, details: JobDetails, artifact: Artifact) -> None:
        """Take the job, what is known of it, and which of its files to show."""
        super().__init__()
        self._job = job
        self._detail = detail
        self._details = details
        self._artifact = artifact
        self._content: ArtifactContent | None = None

    def compose(self) -> ComposeResult:
        """Compose the title, what is going on, and the keys."""
        with VerticalGroup(id="palette"):
            yield TextBlock(line(Cell(artifact_name(self._artifact), Tone.STRONG)), id="title")
            yield TextBlock(dialog_text.READING_FILE, id="said")
            yield TextBlock(line(Cell(dialog_text.FILE_HINT, Tone.DIM)), id="hint")

    def on_mount(self) -> None:
        """Read the file."""
        self.run_worker(self._read(), group="job file", description=f"read a file of job {self._job.id}")

    async def _read(self) -> None:
        read = await self._details.content(self._job.id, self._artifact)
        if isinstance(read, Fault):
            self.said.tell(line(Cell(fault_words(read, "file", once=True), Tone.WARN)))
            return
        self._content = read
        shown = await asyncio.to_thread(file_table, read, self._detail.qubits)
        table: Table[FileRow] = Table(shown.columns, file_row, arranged=self._show_order, id="lines")
        await self.query_one("#palette").mount(table, before="#hint")
        table.update_rows({f"{row.number}": row for row in shown.rows})
        self.heading.tell(line(Cell(content_title(self._job, read), Tone.STRONG)))
        self.said.display = False
        table.focus()

    def _show_order(self) -> None:
        """Show behind the keys the position in the file, and by what it is sorted."""
        for table in self.query("#lines").results(Table):
            told = " · ".join(filter(None, (dialog_text.FILE_HINT, table.caption)))
            self.query_one("#hint", TextBlock).tell(line(Cell(told, Tone.DIM)))

    def action_save(self) -> None:
        """Save the file in a form that the user chooses."""
        if (content := self._read_content()) is None:
            return
        forms: dict[str, Callable[[], str]] = {}
        if (shots := content.shots) is not None:
            forms["csv"] = lambda: shots_csv(shots, self._detail.qubits)
        forms[suffix(content)] = lambda: saved_text(content)
        about = dialog_text.SHOT_FORMATS if len(forms) > 1 else dialog_text.AS_IONQ_HAS_IT
        ask_to_save(self.app, dialog_text.SAVE_FILE_TITLE, about, stem(self._job, self._artifact.kind), forms)

    def action_copy(self) -> None:
        """Offer the file for copying, unless it is too long for a terminal."""
        if (content := self._read_content()) is None:
            return
        if len(content.text) > COPIED:
            self._refuse(disabled_reason.TOO_LONG_TO_COPY)
        else:
            self.app.push_screen(CopyText(((suffix(content).upper(), saved_text(content).rstrip("\n")),)))

    def _read_content(self) -> ArtifactContent | None:
        if self._content is None:
            self._refuse(disabled_reason.FILE_NOT_READ)
        return self._content

    def _refuse(self, reason: str) -> None:
        toast(self.app, reason, f"file of {self._job.id}", "warning", 5)
