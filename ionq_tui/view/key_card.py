"""The API key screen in words: for whom, what was tried, and what works on this machine."""

from __future__ import annotations

from ionq_tui.model.address import host_of
from ionq_tui.model.connection import Connection
from ionq_tui.model.key import NoKey
from ionq_tui.view.plain import plain
from ionq_tui.view.tone import Cell, Line, Tone, line

STILL_LOOKING = "no answer yet from the key command or the keyring: should one give a key, it is used"


def key_title(connection: Connection, *, refused: str = "") -> Line:
    """Return for which profile and which server a key is wanted, and why where the last one was refused."""
    where = host_of(connection.base_url)
    wanted = f" for profile {plain(connection.profile, 30)}, for {plain(where, 60)} alone"
    told = line(Cell("API KEY", Tone.STRONG), wanted)
    return (*told, Cell(f" · {refused}", Tone.BAD)) if refused else told


def key_ways(missing: NoKey, connection: Connection) -> list[Line]:
    """Return the ways to give a key."""
    profile = plain(connection.profile, 30)
    keyring = (
        "works on this machine: tick the box, or ionq-tui auth login"
        if missing.can_keep
        else "none works here: a key typed above lives in memory only"
    )
    return [
        line(Cell("What works on this machine", Tone.STRONG)),
        _way("shell", "export IONQ_API_KEY=… before ionq-tui is started"),
        _way("command", f'key_command = "pass show ionq" under [profiles.{profile}] in config.toml'),
        _way("keyring", keyring),
    ]


def key_trials(missing: NoKey) -> list[Line]:
    """Return what was tried, below an empty line; the text of reasons may come from other programs."""
    tried = [line(Cell("  · ", Tone.DIM), plain(reason, 400)) for reason in missing.reasons]
    return [(), line(Cell("What was tried", Tone.STRONG)), *tried] if tried else []


def _way(name: str, words: str) -> Line:
    return line(Cell(f"  {name:<9}", Tone.DIM), words)
