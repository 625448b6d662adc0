"""Sessions that IonQ's list does not show, or that could not be asked for: what this machine knows of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from ionq_tui.cli.list_arguments import SESSION_STATUSES
from ionq_tui.engine.engine import Engine
from ionq_tui.model.session import Session
from ionq_tui.view.home_summary import kept_words
from ionq_tui.view.result import question_awaited, question_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.session_card import candidate_notes

_AT_ONCE = 4
"""Sessions that are read concurrently."""


def owed_lines(engine: Engine, *, awaited: bool = False) -> list[str]:
    """Return a line for each session that is not listed and not confirmed ended, and for each unconfirmed session.

    Where the list is still `awaited`, nothing is said of what it shows or does not show.
    """
    activity, now, listed = (
        engine.actions.activity.value,
        engine.clock.now(),
        engine.session_list.overview.value.sessions,
    )
    told = [
        f"{plain(one.short)} on {plain(one.backend or '-', 60)}: not confirmed ended; waiting for IonQ's list"
        if awaited
        else kept_words(activity.unended[one.id], engine.last_seen(one.id), now, None)
        for one in engine.unconfirmed
        if one.id not in listed
    ]
    for question in activity.unconfirmed:
        told.append(question_awaited(question, now, None) if awaited else question_words(question, now, None))
        told += candidate_notes(question.request, question.outcome.candidates)
    return told


async def read_unlisted(engine: Engine) -> None:
    """Read the sessions opened on this machine that the list does not show: they may have ended."""
    ids = [one.id for one in engine.unconfirmed if one.id not in engine.session_list.overview.value.sessions]
    for at in range(0, len(ids), _AT_ONCE):
        for answer in await asyncio.gather(*map(engine.cloud.session, ids[at : at + _AT_ONCE])):
            if isinstance(answer, Session):
                engine.store_session(answer)
                if answer.ended:
                    await engine.actions.ended_elsewhere(answer)


def may_be(session: Session) -> Sequence[str]:
    """Return every status that a session may have that IonQ's list does not show and whose end is not confirmed."""
    return [one for one in SESSION_STATUSES if one != "ended"] if session.status == _UNREAD.status else [session.status]


_UNREAD = Session("")
"""What is known of a session that was not read."""


def uncertain(engine: Engine) -> list[Session]:
    """Return the sessions that an unconfirmed request may have opened and that IonQ's list does not show."""
    known = {one.id for one in engine.unconfirmed} | engine.session_list.overview.value.sessions.keys()
    found: dict[str, Session] = {}
    for question in engine.actions.activity.value.unconfirmed:
        outcome = question.outcome
        for one in (*outcome.running, *(replace(_UNREAD, id=unread) for unread in outcome.unread)):
            if one.id not in known:
                found.setdefault(one.id, one)
    return list(found.values())
