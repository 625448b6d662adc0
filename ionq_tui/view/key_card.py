"""The text of the API key screen: the profile and server, what was tried, and what works on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from ionq_tui.model.address import host_of
from ionq_tui.model.connection import Connection
from ionq_tui.model.key import NoKey
from ionq_tui.model.key_source import KeySource, KeyWays
from ionq_tui.model.record import Intent, SessionRecord
from ionq_tui.view.home_summary import unseen_words
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Cell, Line, Tone, line
from ionq_tui.view.time_text import clock

STILL_LOOKING = "no answer yet from the key command or the keyring; a key that arrives is used; esc stops waiting"
STOPPED_LOOKING = "no answer from the key command or the keyring; no longer waiting"


def key_title(connection: Connection, *, refused: str = "") -> Line:
    """Return the profile and server that need a key, and why the last key was refused."""
    where = host_of(connection.base_url)
    wanted = f" for profile {plain(connection.profile, 30)}, for {plain(where, 60)} only"
    told = line(Cell("API KEY", Tone.STRONG), wanted)
    return (*told, Cell(f" · {refused}", Tone.BAD)) if refused else told


def owed_lines(
    kept: Sequence[SessionRecord], openings: Sequence[Intent], now: datetime, tz: tzinfo | None
) -> list[Line]:
    """List sessions that may still cost money and cannot be checked without a key; long lists are cut, with a count."""
    told = [unseen_words(one, one.last_seen, now, tz) for one in kept]
    told += [
        f"{plain(one.backend, 60)}, requested {clock(one.asked_at, now, tz)}: a session may have been opened"
        for one in openings
    ]
    shown = told if len(told) <= _OWED else [*told[: _OWED - 1], f"{len(told) - _OWED + 1} more"]
    return [line(Cell(f"! {words}", Tone.WARN)) for words in shown]


_OWED = 5
"""Maximum number of lines about sessions that may still be running."""


def key_ways(missing: NoKey, connection: Connection) -> list[Line]:
    """Return the ways to provide a key."""
    profile = plain(connection.profile, 30)
    keyring = (
        "available: tick the box above, or run ionq-tui auth login"
        if missing.can_keep
        else "not available: a key entered above is kept in memory only"
    )
    return [
        line(Cell("What works on this machine", Tone.STRONG)),
        _way(
            "shell",
            f"export IONQ_API_KEY=… before ionq-tui is started{_UNNAMED * (not missing.ways.reads_environment)}",
        ),
        _way("command", f'key_command = "pass show ionq" under [profiles.{profile}] in config.toml'),
        _way("keyring", keyring),
    ]


def key_advice(ways: KeyWays) -> str:
    """Return how to provide a key: only in ways that work on this machine and for this profile."""
    possible = ["set IONQ_API_KEY"] * ways.reads_environment
    possible += [f"run {_login(ways.profile, named=not ways.reads_environment)}"] * ways.keyring_usable
    return ", or ".join(possible) or "set key_command in the configuration"


def refused_advice(source: KeySource, profile: str, *, named: bool) -> str:
    """Return where a refused key came from and what to do; empty if it was typed. `named` is as for `--profile`."""
    match source:
        case KeySource.ENVIRONMENT:
            return f"the key comes from IONQ_API_KEY: set another one in it, or unset it and run {_login(profile)}"
        case KeySource.COMMAND:
            return f"the key comes from the key_command of profile {plain(profile, 64)}: let it print another one"
        case KeySource.KEYRING:
            how = _login(profile, named=named)
            return f"the key comes from the keyring, profile {plain(profile, 64)}: replace it with {how}"
    return ""


def _login(profile: str, *, named: bool = False) -> str:
    return "ionq-tui auth login" + (f" --profile {plain(profile, 64)}" if named else "")


def key_trials(missing: NoKey) -> list[Line]:
    """Return what was tried, after an empty line. The reasons may contain text from other programs."""
    tried = [line(Cell("  · ", Tone.DIM), plain(reason, 400)) for reason in missing.reasons]
    return [(), line(Cell("What was tried", Tone.STRONG)), *tried] if tried else []


_UNNAMED = ", without --profile"
"""Added where a profile was named, since the variable is then ignored."""


def _way(name: str, words: str) -> Line:
    return line(Cell(f"  {name:<9}", Tone.DIM), words)
