"""Where this machine's journal is kept; apart from `wiring`, since shell completion must not wait for asyncio."""

from __future__ import annotations

from platformdirs import user_state_path


def journal_path() -> str:
    """Return the path of this machine's journal."""
    return str(user_state_path("ionq-tui") / "journal.sqlite3")
