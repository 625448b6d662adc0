"""Ask once before something that cannot be undone; `--yes` answers beforehand."""

from __future__ import annotations

import os
import sys

from ionq_tui.cli.common import CommandError
from ionq_tui.credentials.time_limit import bounded
from ionq_tui.model.exit_code import REFUSED, USAGE
from ionq_tui.view.sanitize import plain

_ANSWER_WITHIN = 600.0
"""Seconds after which a question counts as answered with no."""
_MOST = 1024


def needs_yes(given: bool, why: str) -> None:
    """Raise CommandError for wrong usage if `--yes` is missing and there is no terminal on which to ask."""
    if not (given or _can_ask()):
        raise CommandError(f"{why}: add --yes", USAGE)


async def confirm(given: bool, question: str) -> None:
    """Ask on the terminal unless `--yes` was given; raise CommandError unless the answer is yes."""
    if given:
        return
    for line in question.split("\n")[:-1]:
        print(plain(line), file=sys.stderr)
    print(f"{plain(question.rpartition(chr(10))[2])} [y/N] ", end="", file=sys.stderr, flush=True)
    try:
        # Read past Python's buffer: a thread that waits in there would hold up the exit.
        typed = await bounded(lambda: os.read(0, _MOST), _ANSWER_WITHIN, "ionq-tui question")
    except (TimeoutError, OSError):
        typed = b""
    if typed.strip().lower() not in (b"y", b"yes"):
        raise CommandError("not confirmed: nothing was done", REFUSED)


def _can_ask() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
