"""A question with a safe answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Button, Input

from ionq_tui.ui.commands import DIALOG, bindings
from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.quiet import Attentive, Deliberate, Quiet
from ionq_tui.ui.widgets.rest import Rest
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.fold import all_folded
from ionq_tui.view.plain import cells
from ionq_tui.view.tone import Cell, Line, Tone, line

T = TypeVar("T")
_WIDE, _EDGES, _BUTTON, _GAP, _FIELD = 76, 4, 10, 2, 22
"""Cells of the widest dialog, of its edges, of the narrowest button, between two of them, and of a field to type in."""
_MORE = "pgup pgdn: the rest"


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One button and the answer it gives."""

    label: str
    answer: T
    grave: bool = False
    """True where it costs money or ends something: it then waits for quiet, and for what is to be typed."""


class Ask(Attentive, Dialog[T], Generic[T]):
    """Asks once: the first choice has the focus, `esc` gives the safe answer, grave choices take a deliberate key."""

    CSS_PATH = "../styles/dialog.tcss"
    AUTO_FOCUS = ".choice"
    SAFE = ".choice"
    hang = 2
    """Cells by which a fact that takes several lines is indented."""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DIALOG)]

    facts = query_one("#facts", Words)
    hint = query_one("#hint", Words)

    def __init__(
        self,
        title: str,
        lines: Sequence[Line | str],
        choices: Sequence[Choice[T]],
        safe: T,
        *,
        typed: str = "",
        id: str | None = None,
    ) -> None:
        """Take what is asked, the choices (the safe one first), and what must be typed before a grave one."""
        super().__init__(id=id)
        self.quiet = Quiet()
        self._title = title
        self._lines = tuple(lines)
        self._choices = tuple(choices)
        self._safe = safe
        self._typed = typed
        self._answered = False

    def compose(self) -> ComposeResult:
        """Title, facts, the safe choices, the field where one is needed, the grave choices."""
        with VerticalGroup(id="dialog"):
            yield Words(line(Cell(self._title, Tone.STRONG)), id="title")
            with Rest(id="scroll", can_focus=False):
                yield Words(*self._folded(), id="facts")
            with HorizontalGroup(id="choices"):
                yield from self._buttons(grave=False)
                if self._typed:
                    yield Input(placeholder=f"type {self._typed}", id="typed", compact=True, max_length=64)
                yield from self._buttons(grave=True)
            yield Words(line(Cell(self._hint(), Tone.DIM)), id="hint")

    def _buttons(self, *, grave: bool) -> ComposeResult:
        for index, choice in enumerate(self._choices):
            if choice.grave == grave:
                made = Deliberate if grave else Button
                button = made(Content(choice.label), id=f"choice-{index}", classes="choice", compact=True)
                button.active_effect_duration = 0
                button.set_class(grave, "grave")
                button.disabled = grave and bool(self._typed)
                yield button

    def on_mount(self) -> None:
        """Tell of the keys that scroll where there is something to scroll."""
        for scroll in self.query("#scroll"):  # there is none where the app goes while the dialog comes
            self.watch(scroll, "show_vertical_scrollbar", self._tell_more)

    def _tell_more(self, longer: bool) -> None:
        self.query_one("#dialog").border_subtitle = _MORE if longer else ""

    def on_resize(self) -> None:
        """Put the choices below each other where they do not fit beside each other."""
        wanted = sum(max(_BUTTON, cells(choice.label) + 4) + _GAP for choice in self._choices)
        wanted += _FIELD if self._typed else 0
        self.set_class(wanted - _GAP > self._room, "-stacked")
        for facts in self.query("#facts").results(Words):
            facts.tell(*self._folded())

    @property
    def _room(self) -> int:
        return min(_WIDE, self.app.size.width) - _EDGES

    def _folded(self) -> list[Line]:
        return all_folded(self._lines, self._room - 1, self.hang)

    @property
    def _safe_label(self) -> str:
        return next((choice.label for choice in self._choices if choice.answer == self._safe), "close")

    def _hint(self) -> str:
        if self._typed:
            return f"type {self._typed} first · tab moves · enter answers · esc: {self._safe_label}"
        return f"esc: {self._safe_label} · tab and arrows move · enter answers"

    @on(Input.Changed, "#typed")
    def compare(self, event: Input.Changed) -> None:
        """Enable the grave choices only while the field holds what is to be typed."""
        right = event.value.strip() == self._typed
        for button in self.query(Button).filter(".grave"):
            button.disabled = not right

    @on(Input.Submitted, "#typed")
    def say_how(self) -> None:
        """Say how to go on: a held Enter must not get from the field onto a button that ends something."""
        if allowed := [str(button.label) for button in self.query(Button).filter(".grave") if not button.disabled]:
            said = f"tab to {allowed[0]}, then enter · esc: {self._safe_label}"
        else:
            said = f"that is not {self._typed}: nothing was sent · esc: {self._safe_label}"
        self.hint.tell(line(Cell(said, Tone.WARN)))

    @on(Button.Pressed, ".choice")
    def choose(self, event: Button.Pressed) -> None:
        """Answer with the button's choice."""
        event.stop()
        self.answer(self._choices[int((event.button.id or "").removeprefix("choice-"))].answer)

    async def action_dismiss(self, result: T | None = None) -> None:
        """Answer safely."""
        self.answer(self._safe)

    def action_focus_next(self) -> None:
        """Go to the next field or button."""
        self.quiet.heard(monotonic())
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Go to the field or button before."""
        self.quiet.heard(monotonic())
        self.focus_previous()

    def action_page_back(self) -> None:
        """Scroll the facts back."""
        self.query_one("#scroll").scroll_page_up(animate=False)

    def action_page_on(self) -> None:
        """Scroll the facts on."""
        self.query_one("#scroll").scroll_page_down(animate=False)

    def answer(self, answer: T) -> None:
        """Close the dialog; only the first answer counts."""
        if not self._answered:
            self._answered = True
            self.dismiss(answer)
