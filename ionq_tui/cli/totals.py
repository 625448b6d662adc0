"""Totals of a session's jobs, as JSON and as the last line of `watch`."""

from __future__ import annotations

from datetime import datetime

from ionq_tui.api import encode
from ionq_tui.cli.common import document
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.sanitize import plain
from ionq_tui.view.session_card import cost_words, number_of_jobs
from ionq_tui.view.time_text import rfc3339

CHARGED = "charged"
"""The `change` of that line in the JSON output."""


def sums_facts(watch: SessionSnapshot) -> dict[str, object]:
    """Return the number and cost of the jobs, and whether either may still grow."""
    return {
        "jobs": {"total": watch.count, **watch.by_status},
        "money": {
            "charged": [encode.money_json(amount) for amount in watch.charged],
            "reserved": [encode.money_json(amount) for amount in watch.reserved],
            "jobs_priced": watch.priced_count,
            "jobs_finished": watch.finished_count,
            "all_jobs_read": watch.whole,
            "is_final": watch.ended and watch.charges_complete,
        },
    }


def sums_line(watch: SessionSnapshot, now: datetime, *, as_json: bool) -> str:
    """Return "2026-11-22T14:01:40Z 8f2c41 11 jobs, charged 208.08 usd", or the same as JSON; empty where none is known.

    Where it may be too low it says so, and why.
    """
    if watch.session is None:
        return ""
    if as_json:
        ours = {"at": rfc3339(now), "change": CHARGED, **encode.ends_json(watch.session, now), **sums_facts(watch)}
        return document({"session": encode.session_json(watch.session), "ionq_tui": ours}, None)
    said = f"{number_of_jobs(watch)}, {cost_words(watch)}"
    return f"{rfc3339(now, whole=True)} {plain(watch.session.short)} {said}"
