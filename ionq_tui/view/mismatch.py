"""Messages about a session whose limits or backend differ from the request."""

from __future__ import annotations

from ionq_tui.model.mismatch import Mismatch
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Cell, Line, Tone, line


def mismatch_words(mismatch: Mismatch) -> str:
    """Return "IonQ set different limits than requested: jobs 40 asked, NO LIMIT given; ..."."""
    return plain(mismatch.words, 500)


def mismatch_line(mismatch: Mismatch) -> Line:
    """Return the message as a banner, red if a requested limit is missing."""
    return line(Cell(f"! {mismatch_words(mismatch)}", _tone(mismatch)))


def mismatch_short(name: str, mismatch: Mismatch) -> Line:
    """Return one line for the session list: "! b07e44: IonQ set other limits: jobs 40 asked, NO LIMIT given"."""
    lead = mismatch.lead.removesuffix(" than requested")
    return line(Cell(f"! {plain(name, 6)}: {lead}: {plain(mismatch.facts, 300)}", _tone(mismatch)))


def _tone(mismatch: Mismatch) -> Tone:
    return Tone.BAD if mismatch.absent else Tone.WARN
