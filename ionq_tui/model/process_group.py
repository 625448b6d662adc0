"""Kill a process that was started in its own session, together with its children."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its process group; on systems without groups, such as Windows, only the process.

    Raises ProcessLookupError and PermissionError as the system does.
    """
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
