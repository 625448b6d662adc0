"""A crash in words: where it happened and what it was, but no values of variables and no key."""

from __future__ import annotations

import traceback
from collections.abc import Iterable

from ionq_tui.model.key import without_keys
from ionq_tui.view.plain import plain

_MASK = "••••"
_LONGEST_LINE = 400


def crash_report(error: BaseException, secrets: Iterable[str] = (), running: Iterable[str] = ()) -> list[str]:
    """Return the lines of a report; `secrets` are texts that must not show, `running` tells of what goes on costing."""
    hidden = sorted((one for one in secrets if one.strip()), key=len, reverse=True)

    def safe(text: str) -> str:
        text = without_keys(text)
        for secret in hidden:
            text = text.replace(secret, _MASK)
        return plain(text)[:_LONGEST_LINE]

    where = traceback.TracebackException.from_exception(error, capture_locals=False, compact=True)
    told = [safe(line) for part in where.format() for line in part.splitlines()]
    last = ["", "ionq-tui: this is a bug of ionq-tui, sorry; the lines above tell where, and hold no key"]
    return [*told, *last, *(safe(line) for line in running)]
