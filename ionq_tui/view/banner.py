"""Lines above the session list, and the text in its place when there is nothing to list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, tzinfo

from ionq_tui.model.activity import Activity
from ionq_tui.model.link_state import FaultKind
from ionq_tui.model.overview import Overview
from ionq_tui.model.session import Owner
from ionq_tui.view.amount import counted
from ionq_tui.view.fault import fault_rest, fault_says, link_fault
from ionq_tui.view.home_summary import end_asked_words, unattended_line, unseen_words
from ionq_tui.view.mismatch import mismatch_short
from ionq_tui.view.result import end_result, looking_words, question_words
from ionq_tui.view.row import SessionItem
from ionq_tui.view.sanitize import cells, cut, plain
from ionq_tui.view.style import Cell, Line, Tone, line, width_of
from ionq_tui.view.time_text import clock
from ionq_tui.view.usage import idle_since

LastSeen = Callable[[str], datetime | None]
"""Returns when a session was known to run last."""


def home_lines(
    items: Collection[SessionItem],
    activity: Activity,
    opened_now: Collection[str],
    now: datetime,
    tz: tzinfo | None,
    last_seen: LastSeen = lambda _: None,
    selected: str = "",
) -> list[Line]:
    """Return one line per item that needs a decision, the most serious first, and at most one line per session.

    That is: ends that are not confirmed, unconfirmed sessions, what no list shows, sessions with other limits than were
    asked for, sessions that nobody watches (opened here, but not by this very process, of which `opened_now` are the
    sessions), and a journal that cannot be kept. `selected` is the id of the session that the keys act on.
    """
    running = [item for item in items if not item.session.ended]
    ends = [(item, _end_line(item, activity, now, tz, selected)) for item in running]
    told = [_warned(f"w: {question_words(one, now, tz)}", Tone.WARN) for one in activity.unconfirmed]
    told += [
        _warned(f"{plain(one.request.backend, 60)}: {looking_words(one.fault)}")
        if one.fault is not None
        else line(Cell(f"· opening a session on {plain(one.request.backend, 60)} …", Tone.WARN))
        for one in activity.opening.values()
    ]
    rest = [item for item, said in ends if not said]
    told += [_unseen(item, activity, last_seen(item.session.id), now, tz, selected) for item in rest if item.unseen]
    unattended = [
        item
        for item in rest
        if item.owner is Owner.HERE and not item.unseen and item.session.id not in (*opened_now, *activity.ending)
    ]
    differing = [
        (item, found)
        for item in rest
        if not item.unseen and item.session.id not in activity.ending and (found := activity.mismatch(item.session))
    ]
    ranked = [(not found.absent, mismatch_short(item.session.short, found), item) for item, found in differing]
    others = [item for item in unattended if all(item is not one for one, _ in differing)]
    ranked += [
        (not item.session.limits.absent, unattended_line(item, now, tz, idle_since(item.watch, now)), item)
        for item in others
    ]
    told += [(*shown, _hint(item, selected)) for _, shown, item in sorted(ranked, key=lambda one: one[0])]
    if activity.trouble:
        told.append(_warned(plain(activity.trouble, 300)))
    return [*(said for _, said in ends if said), *told]


def shortened(lines: Sequence[Line], width: int, most: int) -> list[Line]:
    """Return at most `most` lines of at most `width` cells; the last one says how many more there are."""
    shown = lines if len(lines) <= most else lines[: most - 1]
    told = [_one_line(one, width) for one in shown]
    if len(lines) > len(shown):
        told.append(line(Cell(f"! {len(lines) - len(shown):,} more: press w to see all", Tone.WARN)))
    return told


def _one_line(shown: Line, width: int) -> Line:
    """Return the line in `width` cells: its longest part is cut, so that the hint stays visible."""
    over = width_of(shown) - width
    if over <= 0:
        return shown
    longest = max(shown, key=lambda cell: cells(cell.text))
    room = max(0, cells(longest.text) - over)
    return tuple(Cell(cut(cell.text, room), cell.tone) if cell is longest else cell for cell in shown)


def _warned(words: str, tone: Tone = Tone.WARN) -> Line:
    return line(Cell(f"! {words}", tone))


def _hint(item: SessionItem, selected: str) -> Cell:
    """Return how to end a session: the key acts on the selected row only."""
    return Cell("   e end it" if item.session.id == selected else "   e on its row", Tone.DIM)


def _end_line(item: SessionItem, activity: Activity, now: datetime, tz: tzinfo | None, selected: str) -> Line:
    """Return that an end was requested and is not confirmed; empty if none was, or if it is in progress."""
    session_id = item.session.id
    kept = activity.unended.get(session_id)
    if session_id in activity.ending:
        return ()
    unlimited = (Cell(" · NO LIMIT", Tone.BAD),) if item.session.limits.absent and not item.unseen else ()
    if (outcome := activity.unconfirmed_end(session_id)) is None:
        asked = kept is not None and kept.end_asked_at is not None
        if kept is None or not asked:
            return ()
        return (*_warned(end_asked_words(kept, now, tz), Tone.BAD), *unlimited, _hint(item, selected))
    again = activity.retries.get(session_id)
    key = "e" if session_id == selected else "e on its row"
    when = (
        f" · next retry {clock(again, now, tz, seconds=True)}; retry now: {key}"
        if again is not None
        else f" · retry: {key}"
    )
    told = end_result(outcome, now, tz, session_id=session_id)
    return (Cell(f"! {told.text}", told.tone), *unlimited, Cell(when, Tone.WARN))


def _unseen(
    item: SessionItem, activity: Activity, seen: datetime | None, now: datetime, tz: tzinfo | None, selected: str
) -> Line:
    kept = activity.unended.get(item.session.id)
    if kept is None:
        return ()
    return (*_warned(unseen_words(kept, seen, now, tz)), _hint(item, selected))


def nothing_to_show(overview: Overview, activity: Activity) -> list[Line]:
    """Return why there is no list, and what to do.

    That nothing runs is said only where a whole list shows it and this machine knows of nothing either.
    """
    fault = link_fault(overview.link)
    if fault is None:
        return _empty(overview, activity) if overview.loaded else [line("loading sessions from IonQ…")]
    if fault.kind is FaultKind.KEY_MISSING:
        return [
            line(Cell("An API key is needed to see sessions", Tone.STRONG)),
            line('press : and choose "API key", or set IONQ_API_KEY and start again'),
            line("press b for the backends: they need no key"),
        ]
    tone = Tone.BAD if fault.kind is FaultKind.KEY_REFUSED else Tone.WARN
    told = [line(Cell(fault_says(fault, "sessions"), tone)), line(fault_rest(fault, "sessions"))]
    return [*told, line("press b for the backends")]


def _empty(overview: Overview, activity: Activity) -> list[Line]:
    next_steps = line("n new session (nothing is sent yet) · a show ended sessions · o view a session by id")
    if activity.at_rest and not overview.unreadable:
        return [line(Cell("No session is active: nothing is being charged.", Tone.GOOD)), next_steps]
    if not activity.recalled:
        why = "the journal of this machine is still being read"
    elif overview.unreadable:
        why = f"{counted(overview.unreadable, 'session')} could not be read"
    elif activity.trouble:
        why = "the journal of this machine is not complete"
    else:
        why = "but see above: some requests from this machine are not confirmed"
    return [line(Cell(f"IonQ lists no active session; {why}.", Tone.WARN)), next_steps]
