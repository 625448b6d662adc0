"""The dialog for a question with a safe answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import monotonic
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import HorizontalGroup, VerticalGroup
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Button, Input

from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.ui.commands import DIALOG, bindings
from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.key_guard import GuardedButton, KeyGuard, KeyGuarded
from ionq_tui.ui.paged import Paged
from ionq_tui.ui.widgets.scrollable import Scrollable
from ionq_tui.ui.widgets.steady_input import SteadyInput
from ionq_tui.ui.widgets.text_block import TextBlock
from ionq_tui.view import dialog_text
from ionq_tui.view.sanitize import cells
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.wrap import all_folded

T = TypeVar("T")
_WIDE, _EDGE_WIDTH, _BUTTON, _GAP, _INPUT_WIDTH = 76, 4, 10, 2, 22
"""Widths in cells: the widest dialog, its edges, the narrowest button, the gap between buttons, and the input."""
_MORE = dialog_text.MORE_HINT
LOW = 24
"""Lines below which a dialog has no empty ones."""


@quick_dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One button and its answer."""

    label: str
    answer: T
    grave: bool = False
    """Whether the answer costs money or ends something: the button then requires a pause, and any text to be typed."""
    costs: bool = False
    """Whether a grave answer costs money: its button is amber, that of an end is red."""


def too_wide(labels: Iterable[str], screen: int, beside: int = 0) -> bool:
    """Return True if buttons, and so many cells beside them, do not fit side by side in a dialog on this screen."""
    wanted = beside + sum(max(_BUTTON, cells(label) + 4) + _GAP for label in labels)
    return wanted - _GAP > _room(screen)


def _room(screen: int) -> int:
    """Return the cells inside a dialog on a screen of this width."""
    return min(_WIDE, screen) - _EDGE_WIDTH


class ChoiceDialog(KeyGuarded, Dialog[T], Paged, Generic[T]):
    """Ask once: the first choice has the focus, `esc` gives the safe answer, and grave choices are guarded buttons."""

    CSS_PATH = "../styles/dialog.tcss"
    AUTO_FOCUS = ".choice"
    SAFE = ".choice"
    hang = 2
    """Indentation, in cells, of the continuation lines of a fact."""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DIALOG)]

    facts = query_one("#facts", TextBlock)
    hint = query_one("#hint", TextBlock)

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
        """Store the question, the choices (the safe one first), and the text that must be typed before a grave one."""
        super().__init__(id=id)
        self.key_guard = KeyGuard()
        self._title = title
        self._lines = tuple(lines)
        self._choices = tuple(choices)
        self._safe = safe
        self._typed = typed
        self._answered = False

    def compose(self) -> ComposeResult:
        """Compose the title, facts, safe choices, the input if needed, and the grave choices."""
        with VerticalGroup(id="dialog"):
            yield TextBlock(line(Cell(self._title, Tone.STRONG)), id="title")
            with Scrollable(id="scroll", can_focus=False):
                yield TextBlock(*self._wrapped(), id="facts")
            with HorizontalGroup(id="choices"):
                yield from self._buttons(grave=False)
                if self._typed:
                    yield SteadyInput(placeholder=f"type {self._typed}", id="typed", compact=True, max_length=64)
                yield from self._buttons(grave=True)
            yield TextBlock(line(Cell(self._hint(), Tone.DIM)), id="hint")

    def _buttons(self, *, grave: bool) -> ComposeResult:
        for index, choice in enumerate(self._choices):
            if choice.grave == grave:
                made = GuardedButton if grave else Button
                button = made(Content(choice.label), id=f"choice-{index}", classes="choice", compact=True)
                button.active_effect_duration = 0
                button.set_class(grave, "grave")
                button.set_class(choice.costs, "costs")
                button.disabled = grave and bool(self._typed)
                yield button

    def on_mount(self) -> None:
        """Show the keys for scrolling while there is something to scroll."""
        for scroll in self.query("#scroll"):  # empty if the app exits while the dialog opens
            self.watch(scroll, "show_vertical_scrollbar", self._show_scroll_hint)

    def _show_scroll_hint(self, longer: bool) -> None:
        self.query_one("#dialog").border_subtitle = _MORE if longer else ""

    def on_resize(self) -> None:
        """Stack the choices vertically if they do not fit side by side, and leave no line empty on a low terminal."""
        self.set_class(self.app.size.height < LOW, "-low")
        labels, beside = [choice.label for choice in self._choices], _INPUT_WIDTH if self._typed else 0
        self.set_class(too_wide(labels, self.app.size.width, beside), "-stacked")
        for facts in self.query("#facts").results(TextBlock):
            facts.tell(*self._wrapped())

    @property
    def _width(self) -> int:
        return _room(self.app.size.width)

    def _wrapped(self) -> list[Line]:
        return all_folded(self._lines, self._width - 1, self.hang)

    @property
    def _safe_label(self) -> str:
        return next((choice.label for choice in self._choices if choice.answer == self._safe), "close")

    def _hint(self) -> str:
        if self._typed:
            return dialog_text.typed_hint(self._typed, self._safe_label)
        return dialog_text.choice_hint(self._safe_label)

    @on(Input.Changed, "#typed")
    def compare(self, event: Input.Changed) -> None:
        """Enable the grave choices only while the input contains the required text."""
        right = event.value.strip() == self._typed
        for button in self.query(Button).filter(".grave"):
            button.disabled = not right

    @on(Input.Submitted, "#typed")
    def say_how(self) -> None:
        """Explain how to continue: a held enter must not move from the input onto a button that ends something."""
        if allowed := [str(button.label) for button in self.query(Button).filter(".grave") if not button.disabled]:
            said = dialog_text.unlocked_hint(allowed[0], self._safe_label)
        else:
            said = dialog_text.mistyped_hint(self._typed, self._safe_label)
        self.hint.tell(line(Cell(said, Tone.WARN)))

    @on(Button.Pressed, ".choice")
    def choose(self, event: Button.Pressed) -> None:
        """Answer with the choice of the button."""
        event.stop()
        self.answer(self._choices[int((event.button.id or "").removeprefix("choice-"))].answer)

    async def action_dismiss(self, result: T | None = None) -> None:
        """Give the safe answer."""
        self.answer(self._safe)

    def action_focus_next(self) -> None:
        """Move the focus to the next input or button."""
        self.key_guard.record(monotonic())
        self.focus_next()

    def action_focus_previous(self) -> None:
        """Move the focus to the previous input or button."""
        self.key_guard.record(monotonic())
        self.focus_previous()

    def answer(self, answer: T) -> None:
        """Close the dialog with an answer; only the first one counts."""
        if not self._answered:
            self._answered = True
            self.dismiss(answer)
