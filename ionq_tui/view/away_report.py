"""Report of what happened while the user was away, one line per session."""

from __future__ import annotations

from datetime import datetime, tzinfo

from ionq_tui.model.event import EventKind
from ionq_tui.model.money import totals
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import counted, money
from ionq_tui.view.home_summary import away_line
from ionq_tui.view.incomplete import AT_LEAST, at_least_jobs
from ionq_tui.view.sanitize import plain
from ionq_tui.view.style import Line, line
from ionq_tui.view.time_text import aware


def meanwhile(watch: SessionSnapshot, since: datetime, until: datetime, now: datetime, tz: tzinfo | None) -> Line:
    """Return what ended, failed and was spent from `since` to `until`; empty if nothing happened."""
    session = watch.session
    if session is None:
        return ()
    over = next((event.at for event in watch.events if event.kind is EventKind.ENDED), None)
    if over is not None and since < aware(over) <= until:
        if not watch.all_listed:  # what is still being counted is no number yet
            return away_line(session, now, tz, None, 0, ())
        failed = watch.by_status.get("failed", 0)
        more, part = not watch.whole, not watch.charges_complete
        return away_line(session, now, tz, watch.count, failed, watch.charged, more=more, part=part)
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
    told = [f"{at_least_jobs(watch)}{counted(len(done), 'job')}"]
    told += [f"{failed:,} failed"] if failed else []
    all_priced = all(job.dry_run or watch.cost_is_final(job) for job in done)
    told += [f"{at_least_jobs(watch) if all_priced else AT_LEAST}{money(amount)}" for amount in spent]
    return line(f"· {plain(session.short, 6)} while you were away: {', '.join(told)}")
