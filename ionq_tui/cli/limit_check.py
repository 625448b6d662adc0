"""Report limits that differ from the requested ones; with `--strict-limits`, end the session at once."""

from __future__ import annotations

from ionq_tui.cli.common import say
from ionq_tui.cli.unattended_end import UnattendedEnd, told_unconfirmed
from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import REFUSED, UNCERTAIN
from ionq_tui.model.outcome import Ended
from ionq_tui.model.session import Session
from ionq_tui.settings import Settings
from ionq_tui.view.mismatch import mismatch_words
from ionq_tui.view.result import end_result
from ionq_tui.view.sanitize import plain

END_WITHIN = 60.0
"""Seconds for which `open --strict-limits` retries ending a session that it must not leave running."""


def told_mismatch(engine: Engine, session: Session, *, strict: bool) -> bool:
    """Warn if IonQ set limits other than those requested; return True if the session must be ended."""
    mismatch = engine.actions.activity.value.mismatch(session)
    if mismatch is None:
        return False
    say(f"warning: {plain(session.short)}: {mismatch_words(mismatch)}")
    if strict:
        say("--strict-limits: ending the session; no job is running in it")
    return strict


async def end_unwanted(engine: Engine, settings: Settings, session: Session) -> int:
    """End a session that was just opened, retry until that is confirmed, and return the exit code."""
    outcome = await UnattendedEnd(engine, settings, session, within=END_WITHIN).run()
    if isinstance(outcome, Ended):
        say(end_result(outcome, engine.clock.now(), None, engine.people, session.id).text)
        return REFUSED
    told_unconfirmed(engine, settings, session, outcome)
    return UNCERTAIN
