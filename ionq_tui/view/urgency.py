"""How soon an end is, in two steps; each is a color and, since a color alone says too little, a way of writing."""

from __future__ import annotations

from datetime import timedelta

from ionq_tui.view.style import Tone

SOON = timedelta(minutes=20)
"""Time before an end in which it is amber."""
LAST_MINUTES = timedelta(minutes=5)
"""Time before an end in which it is red and in capitals."""


def in_last_minutes(ahead: timedelta) -> bool:
    """Return whether an end is less than five minutes ahead."""
    return ahead < LAST_MINUTES


def end_tone(ahead: timedelta) -> Tone:
    """Return the tone of an end that far ahead: green, amber in the last 20 minutes, red in the last five."""
    return Tone.BAD if in_last_minutes(ahead) else Tone.WARN if ahead < SOON else Tone.GOOD


def end_verb(verb: str, ahead: timedelta) -> str:
    """Return "ends", and "ENDS" in the last minutes, which is seen without colors as well."""
    return verb.upper() if in_last_minutes(ahead) else verb
