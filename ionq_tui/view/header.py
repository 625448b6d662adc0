"""The header of every screen: profile, key, server, and the age of the data."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from ionq_tui.model.connection import is_production
from ionq_tui.model.link_state import FRESH, Fresh, Link, Refused
from ionq_tui.view.fault import About, fault_advice, fault_says, fault_tags, own_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Cell, Chip, Line, Tone, joined, line
from ionq_tui.view.time_text import clock, since, spoken

WHOLE, NO_SOURCE, NO_KEY = 0, 1, 2
"""How much of the key the header tells: all, its name, nothing."""


@lru_cache(24)
def header(
    profile: str,
    key_name: str | None,
    source: str | None,
    base_url: str,
    *,
    read_only: bool = False,
    demo: bool = False,
    color: str = "",
    brief: int = WHOLE,
) -> Line:
    """Return DEMO, READ-ONLY, profile, key name and source, server (the demo has none); without a source no key.

    The profile's name stands as a chip where it has a color. `brief` leaves out the key's source, or the key.
    """
    name = plain(profile, 30)
    named = plain(key_name, 40) if key_name is not None else ""
    found = f" ({plain(source, 30)})" if source is not None and brief == WHOLE else ""
    key = f"key {named}{found}".replace("  ", " ") if source is not None else "no key"
    production = is_production(base_url)
    return joined(
        [
            line(Cell("DEMO", Tone.WARN)) if demo else (),
            line(Cell("READ-ONLY", Tone.WARN)) if read_only else (),
            line(Chip(f" {name} ", Tone.STRONG, color) if color else Cell(name, Tone.STRONG)),
            line(key) if brief < NO_KEY else (),
            () if demo else line("production") if production else line(Cell(_place(base_url), Tone.WARN)),
        ]
    )


def freshness(
    link: Link,
    heard: datetime | None,
    now: datetime,
    tz: tzinfo | None,
    *,
    late: bool | None = None,
) -> Line:
    """Return "live · 14:02 CEST", "STALE 42 s" or that it was refused; `outage` says why.

    `heard` is when the last good answer came, in the server's time; `late` says that the next is overdue by more
    than an interval; left out, a failed request counts as that.
    """
    time = Cell(clock(now, now, tz, zone=True), Tone.DIM)
    if isinstance(link, Refused):
        return line(Cell("REFUSED", Tone.BAD))
    if heard is None:
        return line(Cell("no answer yet", Tone.WARN if link != FRESH else Tone.DIM))
    if isinstance(link, Fresh) and not late:
        return joined([line(Cell("live", Tone.GOOD)), line(time)])
    span = spoken(since(heard, now))
    return line(Cell(f"updated {span} ago" if late is False else f"STALE {span}", Tone.WARN))


def outage(
    link: Link, base_url: str, now: datetime, tz: tzinfo | None, *, next_try: timedelta | None = None, about: About = ""
) -> Line:
    """Return why the data is outdated, from which server, when it is retried and what to do; empty if all is well."""
    if isinstance(link, Fresh):
        return ()
    where = "" if is_production(base_url) else f" at {plain(base_url, 60)}"
    soon = next_try is None or next_try <= timedelta(0)
    again = "retrying" if soon else f"next retry {clock(now + (next_try or timedelta()), now, tz, seconds=True)}"
    own = own_words(link.fault, 120) or plain(link.fault.words, 120).strip()
    why, advice = f" ({own})" if own else "", fault_advice(link.fault, about)
    told = f"{fault_says(link.fault, about)}{where}{why} · {again}{' · ' if advice else ''}{advice}"
    return line(Cell(f"! {told}{fault_tags(link.fault)}", Tone.WARN))


def _place(base_url: str) -> str:
    """Return a base URL in its shortest unambiguous form."""
    return plain(base_url.removeprefix("https://").removeprefix("http://").removesuffix("/v0.4"), 120)
