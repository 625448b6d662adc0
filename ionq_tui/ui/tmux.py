"""Questions to the tmux server that this program runs in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

_ANSWERED_WITHIN = 1.0
"""Seconds to wait for tmux to report its options."""
_FOR_TMUX = ("PATH", "HOME", "TMUX", "TMUX_PANE", "TMUX_TMPDIR", "LANG", "LC_ALL", "LC_CTYPE")
"""The environment variables passed to tmux; an API key is not among them."""


async def asked_of_tmux(format: str, environ: Mapping[str, str]) -> str | None:
    """Return what a tmux format such as "#{version}" stands for; None if tmux does not answer."""
    kept = {name: environ[name] for name in _FOR_TMUX if name in environ}
    nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            "tmux", "display-message", "-p", format, stdin=nothing, stdout=pipe, stderr=nothing, env=kept
        )
    except OSError:
        return None
    try:
        told, _ = await asyncio.wait_for(process.communicate(), _ANSWERED_WITHIN)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return told.decode(errors="replace") if process.returncode == 0 else None
