"""Asks for a session by any unique head or tail of its id."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalGroup
from textual.getters import query_one
from textual.widgets import Input

from ionq_tui.engine.engine import Engine
from ionq_tui.model.link import Fault
from ionq_tui.ui.commands import DIALOG, bindings
from ionq_tui.ui.dialogs.dialog import Dialog
from ionq_tui.ui.widgets.words import Words
from ionq_tui.view.fault import fault_words
from ionq_tui.view.plain import plain
from ionq_tui.view.tone import Cell, Tone, line

_WHOLE = 16
"""Characters from which a text may be a whole id that no list told of."""
_HINT = "any unique beginning or end of it · enter · esc: back"


class Attach(Dialog[str]):
    """Answers with a whole id, or with the empty text; attaching makes nothing yours."""

    CSS_PATH = "../styles/dialog.tcss"
    AUTO_FOCUS = "#typed"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(DIALOG[:1])]

    said = query_one("#said", Words)

    def __init__(self, engine: Engine) -> None:
        """Take the engine that knows the sessions."""
        super().__init__(classes="dialog")
        self._engine = engine

    def compose(self) -> ComposeResult:
        """A field and a line for what came of it."""
        with VerticalGroup(id="dialog"):
            yield Words(line(Cell("View a session by its id", Tone.STRONG)), id="title")
            yield Input(placeholder="id", id="typed", compact=True, max_length=80)
            yield Words(line(Cell(_HINT, Tone.DIM)), id="said")

    @on(Input.Submitted, "#typed")
    def _look(self, event: Input.Submitted) -> None:
        event.stop()
        if text := event.value.strip():
            self.run_worker(self._resolve(text), group="attach", description="find a session", exclusive=True)

    async def _resolve(self, text: str) -> None:
        found, why = await resolved(self._engine, text)
        if found:
            self.dismiss(found)
        else:
            self.said.tell(line(Cell(why, Tone.WARN)))

    async def action_dismiss(self, result: str | None = None) -> None:
        """Attach to none."""
        self.dismiss("")


def matching(ids: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Return the ids that begin or end with the text; a whole id matches itself alone."""
    return (text,) if text in ids else tuple(one for one in ids if one.startswith(text) or one.endswith(text))


async def resolved(engine: Engine, text: str) -> tuple[str, str]:
    """Return the id that is meant, else the empty text and why; asks IonQ only where the list does not tell."""
    found = matching(tuple(engine.home.board.value.sessions), text)
    fault: Fault | None = None
    if not found and len(text) >= _WHOLE:
        heard = await engine.cloud.session(text)
        if not isinstance(heard, Fault):
            return heard.id, ""
        fault = heard
    elif not found:
        fault = await engine.home.read_ended()
        found = matching(tuple(engine.home.board.value.sessions), text)
    if len(found) == 1:
        return found[0], ""
    if found:
        return "", f"{len(found)} sessions begin or end with {plain(text, 20)}: type more of the id"
    if fault is not None:
        return "", fault_words(fault, "session")
    return "", f"no session begins or ends with {plain(text, 40)}"
