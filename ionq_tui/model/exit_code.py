"""The exit codes of every command; they are final."""

from __future__ import annotations

DONE = 0
REFUSED = 1
"""It was refused or failed, and nothing was opened or ended."""
USAGE = 2
"""Wrong usage; nothing was sent."""
UNCERTAIN = 3
"""It may have happened: ids and the next command are on standard error."""
INTERRUPTED = 130
"""Ctrl+c or a signal, before anything was sent."""
