"""The text of the New session form: warnings, and the exact request."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

from ionq_tui.model.backend import Backend
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.session import Owner
from ionq_tui.view.amount import count
from ionq_tui.view.row import SessionItem, queue_words
from ionq_tui.view.sanitize import cells, plain
from ionq_tui.view.status import NOBODY, backend_status, owner_name
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import NOTHING, clock
from ionq_tui.view.wrap import spared

_OURS = (Owner.HERE, Owner.YOU, Owner.UNKNOWN, Owner.OTHER)
_YOURS = frozenset({Owner.HERE, Owner.YOU})


def form_title(backend: Backend, width: int = 80) -> Line:
    """Return "NEW SESSION on qpu.forte-1 · available · 36 qubits · queue about 6 min", as far as it fits."""
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
    """Return warnings, then facts to know before opening; `items` are the sessions known now.

    If a field cannot be read (`readable` is False), missing limits are not mentioned.
    """
    there = active_on(request.backend, items)
    yours = [item for item in there if item.owner in _YOURS]
    told = [_active(item, now, tz, people) for item in yours]
    limits = request.limits
    if not readable:
        pass
    elif limits.absent:
        told.append(line(Cell("! NO LIMIT: nothing stops this session or its cost until you end it", Tone.BAD)))
    elif limits.money is None:
        told.append(line(Cell("! no cost limit: the cost is not capped", Tone.WARN)))
    told += [_active(item, now, tz, people) for item in there if item not in yours]
    told.append(line("· limits cannot be changed later"))
    told.append(line("· IonQ does not publish what an idle hour costs"))
    return told


def _active(item: SessionItem, now: datetime, tz: tzinfo | None, people: Mapping[str, str]) -> Line:
    short = plain(item.session.short, 6)
    at = clock(item.session.created_at, now, tz)
    if item.owner in _YOURS:
        return line(Cell(f"! {short} (yours, opened {at}) is still active on this backend", Tone.WARN))
    owner = owner_name(item.owner, item.session.creator_id, people)
    return line(f"· {short} (owner: {owner}) is active on this backend too")


def open_button(request: OpenRequest) -> str:
    """Return the label of the button that opens a billable session."""
    return "Open without limits" if request.limits.absent else "Open session (billable)"


def request_json(request: OpenRequest) -> str:
    """Return the exact JSON body of the request."""
    return json.dumps(request.body).replace("\x7f", "\\u007f")


def request_preview(request: OpenRequest, base_url: str, width: int) -> list[str]:
    """Return the URL and the complete body. Lines break between members; nothing is cut."""
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
    """Break after ", ", and anywhere within parts that are longer than a line."""
    members = re.split(r"(?<=, )(?=\")", text)
    return [member[at : at + room] for member in members for at in range(0, len(member), room)]
