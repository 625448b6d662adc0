"""The report on one session, as text or Markdown: facts, limits, cost, jobs, failures, timeline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo

from ionq_tui.model.job import Job
from ionq_tui.model.job_totals import cost_is_final
from ionq_tui.model.money import figure, totals
from ionq_tui.model.session import Owner
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import counted, limits_words, unit
from ionq_tui.view.end_cause import end_cause
from ionq_tui.view.end_review import unfinished_words
from ionq_tui.view.meter import meters
from ionq_tui.view.sanitize import plain
from ionq_tui.view.session_card import cost_words, jobs_line
from ionq_tui.view.spend import SPEND_HEADS, spend_rows, spend_table
from ionq_tui.view.status import NOBODY, owner_words, session_status_loud
from ionq_tui.view.style import Fact, words
from ionq_tui.view.time_text import dated
from ionq_tui.view.timeline_text import timeline_lines

_FAILURES = 20
_SANE = 20
"""Averages with more digits than this are not shown."""
_WORDS = re.compile(r"([\s`|]+)")
"""Separators between words. In a Markdown table, a vertical bar would end the cell."""
_LINK = re.compile(r"://|\S@\S|\bwww\.|\b(?:mailto|xmpp|tel|javascript|data):", re.IGNORECASE)
_SIGNS = re.compile(r"([\\`*_\[\]<>|#~&])")


def report(
    watch: SessionSnapshot,
    owner: Owner,
    label: str,
    now: datetime,
    tz: tzinfo | None,
    people: Mapping[str, str] = NOBODY,
    *,
    markdown: bool = False,
) -> str:
    """Return the report on one session at `now`, the server's time."""
    facts = report_facts(watch, owner, label, now, tz, people)
    happened = timeline_lines(watch, tz, people)
    failed = failures(watch)
    more = [f"and {len(failed) - _FAILURES:,} more"] if len(failed) > _FAILURES else []
    shown = failed[:_FAILURES] + more
    head = f"Session {plain(watch.session.id, 80)}" if watch.session is not None else "Session"
    if markdown:
        table = [f"| {escaped(name)} | {escaped(text)} |" for name, text in facts]
        spent = spend_rows(watch)
        sums = ["", "## Charged for", "", *_table(SPEND_HEADS, spent)] if spent else []
        not_done = ["", "## Failures", "", *(f"- {escaped(text)}" for text in shown)] if shown else []
        times = ["", "## Timeline", "", *(f"- {escaped(text)}" for text in happened)] if happened else []
        return "\n".join([f"# {escaped(head)}", "", "| | |", "| --- | --- |", *table, *sums, *not_done, *times])
    lines = [f"  {name:<11} {text}" for name, text in facts]
    listed = (("charged for", spend_table(watch)), ("failures", shown), ("timeline", happened))
    lines += [text for name, texts in listed if texts for text in (f"  {name}", *(f"    {one}" for one in texts))]
    return "\n".join([head, *lines])


def failures(watch: SessionSnapshot) -> list[str]:
    """Return each failed job with its reason."""
    return [_failure(job) for job in watch.counted if job.failed]


def report_facts(
    watch: SessionSnapshot,
    owner: Owner,
    label: str,
    now: datetime,
    tz: tzinfo | None,
    people: Mapping[str, str] = NOBODY,
) -> list[Fact]:
    """Return the facts in display order: identity, limits and usage, jobs, times."""
    session = watch.session
    if session is None:
        return [("status", "no data")]
    ended = dated(session.ended_at, tz) if session.ended_at is not None else "at an unknown time"
    guess = ", from start + limit" if session.runs_out_is_guess else ""
    facts = [
        ("label", plain(label, 200).strip()),
        ("backend", plain(session.backend, 60)),
        ("owner", owner_words(owner, session.creator_id, people)),
        ("status", session_status_loud(session, seen_active=watch.seen_active).text),
        ("limits", limits_words(session.limits)),
        *((meter.name, f"{meter.words}{f' ({meter.note})' if meter.note else ''}") for meter in meters(watch, now, tz)),
        ("spent", cost_words(watch)),
        ("per job", per_job(watch)),
        ("jobs sent", words(jobs_line(watch))),
        ("unfinished", unfinished_words(watch, people)),
        ("created", dated(session.created_at, tz)),
        ("started", dated(session.started_at, tz)),
        ("expires", dated(session.runs_out_at, tz) + guess if not session.ended else ""),
        ("ended", f"{ended}, {end_cause(session, watch, people)}" if session.ended else ""),
        ("as of", dated(now, tz)),
    ]
    return [(name, text) for name, text in facts if text not in {"", "-"}]


def per_job(watch: SessionSnapshot) -> str:
    """Return the average cost per job for each unit, over the jobs whose cost is known; empty if there are none."""
    known = ((job, watch.costs.get(job.id)) for job in watch.counted if job.finished and not job.dry_run)
    final = (cost for job, cost in known if cost is not None and not cost.dry_run and cost_is_final(job, cost))
    costs = [cost.cost for cost in final if cost.cost is not None]
    counts = Counter(amount.unit for amount in costs if amount.value > 0)
    told = [
        f"{figure(amount.value / counts[amount.unit], 2)} {unit(amount.unit)}"
        for amount in totals(costs)
        if counts[amount.unit] > 0 and amount.value.is_finite() and abs(amount.value.adjusted()) < _SANE
    ]
    return f"{', '.join(told)} on average, of {counted(counts.total(), 'charged job')}" if told else ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Return a table with a column of names and right-aligned columns of numbers."""
    names = list(heads)
    rule = f"| --- |{' ---: |' * (len(names) - 1)}"
    return [f"| {' | '.join(names)} |", rule, *(f"| {' | '.join(map(escaped, row))} |" for row in rows)]


def escaped(text: str) -> str:
    """Escape text so that Markdown shows it unchanged.

    Text that Markdown viewers turn into links becomes code, because an escaped address with @ would still be a link.
    """
    return "".join(f"`{one}`" if _LINK.search(one) else _SIGNS.sub(r"\\\1", one) for one in _WORDS.split(text))


def _failure(job: Job) -> str:
    failure = job.failure
    parts = (plain(failure.code, 80), plain(failure.message, 400)) if failure else ()
    why = ": ".join(part for part in parts if part) or "no reason given"
    name = plain(job.name, 60) if job.name else ""
    return " ".join(part for part in (plain(job.short, 6), name, why) if part)
