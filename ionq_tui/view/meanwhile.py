"""What happened while nobody looked, a line for each session."""

from __future__ import annotations

from datetime import datetime, tzinfo

from ionq_tui.model.event import EventKind
from ionq_tui.model.money import totals
from ionq_tui.model.watch import Watch
from ionq_tui.view.amount import counted, money
from ionq_tui.view.home import away_line
from ionq_tui.view.moment import aware
from ionq_tui.view.plain import plain
from ionq_tui.view.tone import Line, line


def meanwhile(watch: Watch, since: datetime, until: datetime, now: datetime, tz: tzinfo | None) -> Line:
    """Return what ended, failed and was spent from `since` to `until`; empty where nothing did."""
    session = watch.session
    if session is None:
        return ()
    over = next((event.at for event in watch.events if event.kind is EventKind.ENDED), None)
    if over is not None and since < aware(over) <= until:
        if not watch.all_listed:  # what is still being counted is no number yet
            return away_line(session, now, tz, None, 0, ())
        part = watch.priced_count < watch.finished_count
        failed = watch.by_status.get("failed", 0)
        return away_line(session, now, tz, len(watch.counted), failed, watch.charged, part=part)
    done = [
        job
        for job in watch.counted
        if job.finished and job.completed_at is not None and since < aware(job.completed_at) <= until
    ]
    if not done:
        return ()
    costs = (watch.costs.get(job.id) for job in done if not job.dry_run)
    spent = totals(cost.cost for cost in costs if cost is not None and not cost.dry_run and cost.cost is not None)
    failed = sum(job.failed for job in done)
    told = [counted(len(done), "job")]
    told += [f"{failed:,} failed"] if failed else []
    at_least = "" if all(job.dry_run or watch.cost_is_final(job) for job in done) else "≥ "
    told += [f"{at_least}{money(amount)}" for amount in spent]
    return line(f"· {plain(session.short, 6)} while you were away: {', '.join(told)}")
