"""What stands above the list of sessions, and in its place where there is nothing to list."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, tzinfo

from ionq_tui.model.board import Board
from ionq_tui.model.ledger import Ledger, Question
from ionq_tui.model.link import FaultKind
from ionq_tui.model.outcome import StillOpen
from ionq_tui.model.session import Owner
from ionq_tui.view.fault import fault_of, fault_rest, fault_says
from ionq_tui.view.home import orphan_line
from ionq_tui.view.plain import plain
from ionq_tui.view.result import end_result, open_result
from ionq_tui.view.row import SessionItem
from ionq_tui.view.tone import Cell, Line, Tone, line
from ionq_tui.view.used import idle_since

_MOST = 3
"""Orphans that get a line of their own."""


def home_lines(
    items: Collection[SessionItem],
    ledger: Ledger,
    opened_now: Collection[str],
    now: datetime,
    tz: tzinfo | None,
) -> list[Line]:
    """Return what needs a decision: ends that failed, open questions, orphans, and a journal that cannot be kept.

    An orphan was opened here, not by this very process (`opened_now`), and still runs.
    """
    told = [_still_open(item, ledger, now, tz) for item in items if _failed_to_end(item, ledger)]
    told += [_question(one, now, tz) for one in ledger.questions]
    told += [
        line(Cell(f"· a session on {plain(request.backend, 60)} is being opened …", Tone.WARN))
        for request in ledger.opening.values()
    ]
    orphans = [
        item
        for item in items
        if item.owner is Owner.HERE and not item.session.ended and item.session.id not in opened_now
    ]
    told += [
        (*orphan_line(item, now, tz, idle_since(item.watch, now)), Cell("   e end it", Tone.DIM))
        for item in orphans[:_MOST]
    ]
    if len(orphans) > _MOST:
        told.append(line(Cell(f"! {len(orphans) - _MOST:,} more opened here are still active", Tone.WARN)))
    if ledger.trouble:
        words = f"! what is opened here cannot be written down: {plain(ledger.trouble, 300)}"
        told.append(line(Cell(words, Tone.WARN)))
    return told


def _failed_to_end(item: SessionItem, ledger: Ledger) -> bool:
    outcome = ledger.ends.get(item.session.id)
    return isinstance(outcome, StillOpen) and not item.session.ended and item.session.id not in ledger.ending


def _still_open(item: SessionItem, ledger: Ledger, now: datetime, tz: tzinfo | None) -> Line:
    told = end_result(ledger.ends[item.session.id], now, tz, session_id=item.session.id)
    return line(Cell(f"! {told.text}", told.tone))


def _question(question: Question, now: datetime, tz: tzinfo | None) -> Line:
    told = open_result(question.outcome, now, tz)
    return line(
        Cell("! w answers: ", Tone.WARN), Cell(f"{plain(question.request.backend, 40)}, {told.text}", told.tone)
    )


def nothing_to_show(board: Board) -> list[Line]:
    """Return why there is no list, and what can be done."""
    fault = fault_of(board.link)
    if fault is None:
        return _empty() if board.loaded else [line("asking IonQ for the sessions …")]
    if fault.kind is FaultKind.KEY_MISSING:
        return [
            line(Cell("An API key is needed to see sessions", Tone.STRONG)),
            line('give one: the palette (:) has "API key"; or start with IONQ_API_KEY set'),
            line("b shows the backends: they need no key"),
        ]
    tone = Tone.BAD if fault.kind is FaultKind.KEY_REFUSED else Tone.WARN
    told = [line(Cell(fault_says(fault, "sessions"), tone)), line(fault_rest(fault, "sessions"))]
    return [*told, line("b shows the backends")]


def _empty() -> list[Line]:
    return [
        line(Cell("No session is active: nothing is being paid for.", Tone.GOOD)),
        line("n chooses a backend for a new one (nothing is sent yet) · a shows ended ones · o views one by its id"),
    ]
