"""Log each action that costs something or ends a session, before it is sent, and its result."""

from __future__ import annotations

import logging

from ionq_tui.engine.engine import Engine
from ionq_tui.model.activity import Activity
from ionq_tui.model.outcome import Done
from ionq_tui.view.log_line import done_line, ending_line, lost_line, opening_line

_log = logging.getLogger("ionq_tui.action")


def log_actions(engine: Engine) -> None:
    """Log the actions of this engine from now on."""
    before = engine.actions.activity.value

    def log_new_actions(activity: Activity) -> None:
        nonlocal before
        last, before = before, activity
        for token, opening in activity.opening.items():
            known = last.opening.get(token)
            if known is None:
                _log.info("%s", opening_line(opening.request))
            if opening.fault is not None and (known is None or known.fault is None):
                _log.warning("%s", lost_line(opening.request, opening.fault))
        for session_id in activity.ending - last.ending:
            _log.info("%s", ending_line(session_id))

    def log_result(done: tuple[Done, ...]) -> None:
        good, line = done_line(done[-1])
        _log.log(logging.INFO if good else logging.WARNING, "%s", line)

    engine.actions.activity.subscribe(log_new_actions)
    engine.actions.done.subscribe(log_result)
