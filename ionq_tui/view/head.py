"""The top line of every screen: whose key speaks to which server, and how old the picture is."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from ionq_tui.model.link import FRESH, Fresh, Link, Refused
from ionq_tui.view.fault import About, fault_says
from ionq_tui.view.moment import clock, since, spoken
from ionq_tui.view.plain import plain
from ionq_tui.view.tone import Cell, Line, Tone, joined, line

PRODUCTION = "https://api.ionq.co/v0.4"


def header(
    profile: str,
    key_name: str | None,
    source: str | None,
    base_url: str,
    *,
    read_only: bool = False,
    demo: bool = False,
) -> Line:
    """Return DEMO, READ-ONLY, profile, key name and source, server (the demo has none); without a source no key."""
    named = plain(key_name, 40) if key_name is not None else ""
    key = f"key {named} ({plain(source, 30)})".replace("  ", " ") if source is not None else "no key"
    production = base_url.rstrip("/") == PRODUCTION
    return joined(
        [
            line(Cell("DEMO", Tone.WARN)) if demo else (),
            line(Cell("READ-ONLY", Tone.WARN)) if read_only else (),
            line(Cell(plain(profile, 30), Tone.STRONG)),
            line(key),
            () if demo else line("production") if production else line(Cell(plain(base_url, 120), Tone.WARN)),
        ]
    )


def freshness(
    link: Link,
    heard: datetime | None,
    now: datetime,
    tz: tzinfo | None,
    *,
    next_try: timedelta | None = None,
    late: bool | None = None,
    about: About = "",
) -> Line:
    """Return "live · 14:02 CEST", "STALE 42 s, next try in 5 s: why" or what was refused.

    `heard` is when the last good answer came, in the server's time; `late` says that the next is overdue by more
    than an interval; left out, a failed request counts as that.
    """
    time = Cell(clock(now, now, tz, zone=True), Tone.DIM)
    if isinstance(link, Refused):
        return line(Cell(f"REFUSED: {fault_says(link.fault, about)}", Tone.BAD))
    if heard is None:
        said = "no answer yet" if isinstance(link, Fresh) else f"no answer yet, {_why(link, next_try, about)}"
        return line(Cell(said, Tone.WARN if link != FRESH else Tone.DIM))
    if isinstance(link, Fresh) and not late:
        return joined([line(Cell("live", Tone.GOOD)), line(time)])
    span = spoken(since(heard, now))
    age = f"heard {span} ago" if late is False else f"STALE {span}"
    return line(Cell(f"{age}, {_why(link, next_try, about)}", Tone.WARN))


def _why(link: Link, next_try: timedelta | None, about: About) -> str:
    again = "trying" if next_try is None or next_try <= timedelta(0) else f"next try in {spoken(next_try)}"
    return again if isinstance(link, Fresh) else f"{again}: {fault_says(link.fault, about)}"
