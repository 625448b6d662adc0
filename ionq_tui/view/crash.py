"""Crash report: where it happened and what it was, without values of variables and without keys."""

from __future__ import annotations

import traceback
from collections.abc import Iterable

from ionq_tui.model.masking import without_keys
from ionq_tui.view.sanitize import plain

_MASK = "••••"
_LONGEST_LINE = 400


def crash_report(error: BaseException, secrets: Iterable[str] = (), running: Iterable[str] = ()) -> list[str]:
    """Return the lines of a report; `secrets` must not appear in them, `running` lists open sessions."""
    hidden = sorted((one for one in secrets if one.strip()), key=len, reverse=True)

    def safe(text: str) -> str:
        text = without_keys(text)
        for secret in hidden:
            text = text.replace(secret, _MASK)
        return plain(text)[:_LONGEST_LINE]

    where = traceback.TracebackException.from_exception(error, capture_locals=False, compact=True)
    told = [safe(line) for part in where.format() for line in part.splitlines()]
    last = ["", "ionq-tui: this is a bug in ionq-tui. The lines above show where; they contain no API key"]
    return [*told, *last, *(safe(line) for line in running)]
