"""What the app leaves behind for the shell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExitNote:
    """Sessions left running and how to come back to them, and what may have happened."""

    lines: tuple[str, ...] = ()
