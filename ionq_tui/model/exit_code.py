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
CLOSED_PIPE = 141
"""The reader of standard output left first, as `head` does. 128 + SIGPIPE: what a shell reports of other programs."""

MEANINGS: tuple[tuple[int, str], ...] = (
    (DONE, "Done."),
    (
        REFUSED,
        "Refused or failed; nothing was opened or ended. Also when `--strict-limits` ended the session it had opened, "
        "and when `cancel` could not cancel every job.",
    ),
    (USAGE, "Wrong usage; nothing was sent."),
    (
        UNCERTAIN,
        "It may have happened. Standard error has the ids and the next command. The dashboard, when what it was asked "
        "to open, end, or clone is not confirmed: its last lines say what.",
    ),
    (INTERRUPTED, "Interrupted before anything was sent."),
    (CLOSED_PIPE, "The reader of the output left before all of it was written, as `head` does."),
)
"""What each code means, for the help and the README."""
