"""What is read before money runs: the warnings of the New session form, and exactly what will be sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

from ionq_tui.model.backend import Backend
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.session import Owner
from ionq_tui.view.amount import count
from ionq_tui.view.fold import spared
from ionq_tui.view.moment import NOTHING, clock
from ionq_tui.view.plain import cells, plain
from ionq_tui.view.row import SessionItem, queue_words
from ionq_tui.view.status import NOBODY, backend_status
from ionq_tui.view.tone import Cell, Line, Tone, line

_OURS = (Owner.HERE, Owner.YOU, Owner.UNKNOWN, Owner.OTHER)


def form_title(backend: Backend, width: int = 80) -> Line:
    """Return "NEW SESSION on qpu.forte-1 · available · 36 qubits · queue about 6 min", with what fits of it."""
    queue = queue_words(backend)
    return spared(
        [
            line(Cell(f"NEW SESSION on {plain(backend.name, 60)}", Tone.STRONG)),
            line(backend_status(backend)),
            line(f"{count(backend.qubits)} qubits") if backend.qubits is not None else (),
            line(f"queue {queue}") if queue != NOTHING else (),
        ],
        width,
        spare=(2, 3),
    )


def active_on(backend: str, items: Iterable[SessionItem]) -> list[SessionItem]:
    """Return the sessions that are active on this backend, yours first."""
    there = [item for item in items if item.session.backend == backend and not item.session.ended]
    return sorted(there, key=lambda item: _OURS.index(item.owner))


def review_lines(
    request: OpenRequest,
    items: Iterable[SessionItem],
    now: datetime,
    tz: tzinfo | None,
    people: Mapping[str, str] = NOBODY,
    *,
    readable: bool = True,
) -> list[Line]:
    """Return what speaks against opening, or should be known before; `items` are the sessions now known.

    Where a limit cannot be read (`readable` is False) nothing is said of limits that are not there.
    """
    told = [_active(item, now, tz, people) for item in active_on(request.backend, items)]
    limits = request.limits
    if not readable:
        pass
    elif limits.absent:
        told.append(line(Cell("! NO LIMIT: nothing but you stops this session, or what it costs", Tone.BAD)))
    elif limits.money is None:
        told.append(line(Cell("! no limit of money: what it may cost is open", Tone.WARN)))
    told.append(line("· limits cannot be changed later"))
    told.append(line("· IonQ does not publish what an idle hour costs"))
    return told


def _active(item: SessionItem, now: datetime, tz: tzinfo | None, people: Mapping[str, str]) -> Line:
    short = plain(item.session.short, 6)
    at = clock(item.session.created_at, now, tz)
    if item.owner is Owner.HERE or item.owner is Owner.YOU:
        by = "here" if item.owner is Owner.HERE else "by you"
        return line(Cell(f"! {short}, opened {by} at {at}, is still active on this backend", Tone.WARN))
    name = people.get(item.session.creator_id or "")
    whose = "somebody else's session" if item.owner is Owner.OTHER else "a session, whose is unknown,"
    whose = whose if name is None else f"a session opened by {plain(name, 40)}"
    return line(f"· {whose} is active on it too: {short}")


def open_button(request: OpenRequest) -> str:
    """Return the words of the button that costs money."""
    return "Open without limits" if request.limits.absent else "Open: money may run"


def request_json(request: OpenRequest) -> str:
    """Return exactly the JSON that is sent."""
    return json.dumps(request.body).replace("\x7f", "\\u007f")


def request_preview(request: OpenRequest, base_url: str, width: int) -> list[str]:
    """Return where it is sent and the whole body, broken between members alone: nothing of it is cut."""
    lines = [f"sent once, to {plain(base_url, 300).rstrip('/')}/sessions:"]
    indent, room = "  ", max(20, width - 3)
    current = ""
    for piece in _pieces(request_json(request), room - 3):
        if current and cells(indent) + cells(current) + cells(piece) > room:
            lines.append(indent + current.rstrip(" "))
            indent, current = "   ", ""
        current += piece
    return [*lines, indent + current]


def _pieces(text: str, room: int) -> list[str]:
    """Break after each ", ", and anywhere in what is still too long for a line."""
    members = re.split(r"(?<=, )(?=\")", text)
    return [member[at : at + room] for member in members for at in range(0, len(member), room)]
