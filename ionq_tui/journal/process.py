"""Which process on which machine: so that an intent whose process died is told from one whose request is under way."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from ionq_tui.model.record import Intent, IntentState

_ELSEWHERE = timedelta(seconds=60)
_TOO_LONG = timedelta(minutes=10)


def host() -> str:
    """Return this machine's name, without asking any name server."""
    try:
        return socket.gethostname()
    except OSError:
        return ""


def born(pid: int) -> str:
    """Return what tells a process from a later one of the same number; empty where the system does not say."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        told = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except (OSError, ValueError):
        return ""
    fields = told.rpartition(")")[2].split()  # the name in parentheses may hold anything
    return f"{boot}:{fields[19]}" if len(fields) > 19 else ""


def alive(pid: int, birth: str) -> bool:
    """True where that very process may still run on this machine."""
    if pid <= 0:
        return False
    if os.name == "posix":  # elsewhere os.kill(pid, 0) does something else
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except OSError:
            pass  # another user's process
    now = born(pid)
    return not (birth and now and birth != now)


def is_open_question(intent: Intent, birth: str, own: bool, now: datetime) -> bool:
    """True where nobody is left who will learn what became of the intent; `own` are those that this process asked."""
    if intent.state is not IntentState.ASKED:
        return not intent.state.settled
    if own and intent.pid == os.getpid():  # after a fork, the parent's are not the child's
        return False
    age = abs(now - intent.asked_at)  # a clock of another machine may be ahead
    if intent.host != host():
        return age > _ELSEWHERE
    if intent.pid == os.getpid():
        return True  # a number used again, as for pid 1 of a container that was restarted
    return not alive(intent.pid, birth) or age > _TOO_LONG
