"""What the shell is told when the app has gone."""

from __future__ import annotations

from ionq_tui.engine.engine import Engine
from ionq_tui.ui.dialogs.quit import running_here
from ionq_tui.ui.exit_note import ExitNote
from ionq_tui.view.result import end_result, open_result, unheard
from ionq_tui.view.session_card import attach_command


def farewell(engine: Engine, ended: tuple[str, ...] = ()) -> ExitNote:
    """Return what is to be told; `ended` are sessions that were ended because of the leaving."""
    ledger, now = engine.desk.ledger.value, engine.clock.now()
    running = () if engine.connection.demo else running_here(engine)
    open_still = {session.id for session in running}
    lines = [f"ended: {session_id}" for session_id in ended if session_id not in open_still]
    for session in running:
        if session.id in ledger.ending:
            lines.append(f"asked to end, not proved: {session.id}")
        elif session.id in ledger.ends:
            lines.append(end_result(ledger.ends[session.id], now, None, engine.people, session.id).text)
            lines.append(f"not ended: {session.id}")
        else:
            lines.append(f"left running: {session.id}")
        lines.append(f"  {attach_command(session.id)}")
    lines += [unheard(request) for request in ledger.opening.values()]
    lines += [open_result(one.outcome, now, None).text for one in ledger.questions]
    return ExitNote(tuple(lines))
