"""Identity of a process on a machine, to tell an intent whose process died from one whose request is in progress."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.record import Intent, IntentState

_OTHER_HOST_TIMEOUT = timedelta(seconds=60)
_OPEN_TIMEOUT = timedelta(minutes=10)
_DEAD = (["Z"], ["X"], ["x"])
"""States in /proc/PID/stat of a process that no longer runs: a zombie, or one that is being removed."""


@quick_dataclass(frozen=True, slots=True)
class Process:
    """One process on one machine."""

    host: str
    pid: int
    born: str
    """Start id that distinguishes it from a later process with the same pid; empty if not available."""


def this() -> Process:
    """Return the current process."""
    return Process(host(), os.getpid(), born(os.getpid()))


def host() -> str:
    """Return this machine's host name, without a name server lookup."""
    try:
        return socket.gethostname()
    except OSError:
        return ""


def born(pid: int) -> str:
    """Return a start id that distinguishes a process from a later one with the same pid; empty if not available."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
    fields = _stat(pid)
    return f"{boot}:{fields[19]}" if len(fields) > 19 else ""


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on; empty if the system does not provide them."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except (OSError, ValueError):
        return []
    return stat.rpartition(")")[2].split()  # the process name in parentheses may contain anything


def alive(pid: int, birth: str) -> bool:
    """Return True if this very process may still be running on this machine."""
    if pid <= 0:
        return False
    if os.name == "posix":  # on Windows, os.kill(pid, 0) sends a Ctrl+C event
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except OSError:
            pass  # EPERM: the process exists and belongs to another user
        if _stat(pid)[:1] in _DEAD:  # killed but not yet reaped; kill(pid, 0) still succeeds for it
            return False
    now = born(pid)
    return not (birth and now and birth != now)


def is_unconfirmed(intent: Intent, birth: str, own: bool, now: datetime) -> bool:
    """Return True if no process is left that will learn the intent's outcome. `own` means that this process made it."""
    if intent.state is not IntentState.ASKED:
        return not intent.state.settled
    if own and intent.pid == os.getpid():  # after a fork, the child does not own its parent's intents
        return False
    age = abs(now - intent.asked_at)  # another machine's clock may be ahead
    if intent.host != host():
        return age > _OTHER_HOST_TIMEOUT
    if intent.pid == os.getpid():
        return True  # a reused pid, such as pid 1 of a restarted container
    return not alive(intent.pid, birth) or age > _OPEN_TIMEOUT
