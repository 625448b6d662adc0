"""The lines printed to the shell after the dashboard exits.

The app needs the class from the start, and the texts only when it exits: the functions import what they need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.view import screen_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ionq_tui.engine.engine import Engine
    from ionq_tui.model.record import Intent, SessionRecord
    from ionq_tui.model.session import Session


@quick_dataclass(frozen=True, slots=True)
class ExitSummary:
    """Sessions that may still run, with the commands to return to them, and opens whose outcome is not known."""

    lines: tuple[str, ...] = ()
    unconfirmed: bool = False
    """Whether the result of a request to open, end or clone is not known."""


def exit_summary(engine: Engine, ended: tuple[str, ...] = ()) -> ExitSummary:
    """List every session opened on this machine that is not confirmed ended, how to return to it, and open questions.

    `ended` are the ids of sessions that were ended because the dashboard exits.
    """
    from ionq_tui.view.clone import clones_left
    from ionq_tui.view.result import question_words, unheard

    activity, now = engine.actions.activity.value, engine.clock.now()
    running = () if engine.connection.demo else engine.unconfirmed
    open_still = {session.id for session in running}
    lines = [f"ended: {session_id}" for session_id in ended if session_id not in open_still]
    for session in running:
        lines += _left(engine, session)
    unknown = [unheard(one.request) for one in activity.opening.values()]
    unknown += [question_words(one, now, None) for one in activity.unconfirmed]
    unknown += [] if engine.connection.demo else clones_left(engine.snapshots, activity.cloning, now, None)
    unconfirmed = bool(unknown) or any(_end_asked(engine, one) for one in running)
    return ExitSummary((*lines, *unknown), unconfirmed)


def without_key(kept: Sequence[SessionRecord], openings: Sequence[Intent]) -> ExitSummary:
    """List the same for a dashboard that had no API key, from the journal alone."""
    from ionq_tui.view.sanitize import plain
    from ionq_tui.view.session_card import attach_command, end_command

    lines: list[str] = []
    for one in kept:
        lines += [screen_text.exit_may_be_running(one.id), f"  {attach_command(one.id)}", f"  {end_command(one.id)}"]
    lines += [screen_text.exit_may_be_open(plain(one.backend, 60)) for one in openings]
    return ExitSummary(tuple(lines), unconfirmed=bool(openings) or any(one.end_asked_at is not None for one in kept))


def _end_asked(engine: Engine, session: Session) -> bool:
    """Return whether somebody on this machine asked for the end of a session that is not confirmed ended."""
    activity = engine.actions.activity.value
    kept = activity.unended.get(session.id)
    asked = kept is not None and kept.end_asked_at is not None
    return asked or session.id in activity.ending or activity.unconfirmed_end(session.id) is not None


def _left(engine: Engine, session: Session) -> list[str]:
    from ionq_tui.view.result import end_result
    from ionq_tui.view.session_card import attach_command, end_command

    outcome = engine.actions.activity.value.unconfirmed_end(session.id)
    told = [f"left running: {session.id}"]
    if outcome is not None:
        told = [
            end_result(outcome, engine.clock.now(), None, engine.people, session.id).text,
            f"not ended: {session.id}",
        ]
    elif _end_asked(engine, session):
        told = [screen_text.exit_not_confirmed(session.id)]
    return [*told, f"  {attach_command(session.id)}", f"  {end_command(session.id)}"]
