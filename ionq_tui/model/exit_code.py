"""Exit codes of all commands; a stable interface."""

from __future__ import annotations

DONE = 0
REFUSED = 1
"""Refused or failed; nothing was opened or ended."""
USAGE = 2
"""Wrong usage; nothing was sent."""
UNCERTAIN = 3
"""The outcome is unknown; ids and the next command are on standard error."""
INTERRUPTED = 130
"""Ctrl+c or a signal, before anything was sent."""
