"""What deserves a bell, once each: a limit that is near, and a session that runs for nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from ionq_tui.model.watch import Watch
from ionq_tui.view.meter import meters
from ionq_tui.view.moment import aware, spoken
from ionq_tui.view.plain import plain

_PARTS = ((0.8, "80 %"), (0.95, "95 %"))
_LAST = timedelta(minutes=5)
IDLE = timedelta(minutes=10)
"""So long without a job that waits or runs, and a session runs for nothing."""


def alarms(watch: Watch, now: datetime, jobs_as_of: datetime | None = None, *, ours: bool) -> dict[str, str]:
    """Return what is the matter by a name that stays the same, the gravest last.

    Somebody else's session that never started is not called idle: that is for whose it is.
    `jobs_as_of` is when the jobs were last read: what went on since then is not known, and not called idle.
    """
    session = watch.session
    if session is None or watch.ended:
        return {}
    short = plain(session.short, 6)
    told: dict[str, str] = {}
    begun = session.started_at is not None or watch.count > 0
    idle = idle_for(watch, jobs_as_of or now) if ours or begun else None
    if idle is not None and idle >= IDLE:
        told["idle"] = f"{short}: no job has waited or run for {spoken(idle)}, and the session goes on"
    near: list[tuple[str, str, str]] = []
    for meter in meters(watch, now):
        reached = 0.0 if meter.fraction is None else meter.fraction + meter.reserved
        if passed := [said for part, said in _PARTS if reached >= part]:
            share = meter.percent.replace("%", " %")
            left = f"{meter.left} {meter.unit}".rstrip()
            words = f"{short}: {share} of the {meter.name} used, left {left}"
            near.append((passed[-1], f"{meter.name} {passed[-1]}", words))
    told.update((name, words) for _, name, words in sorted(near, key=lambda one: one[0]))
    end = session.runs_out_at
    if end is not None and aware(end) - now <= _LAST:
        told["last minutes"] = f"{short}: less than 5 minutes left"
    return told


def idle_for(watch: Watch, now: datetime) -> timedelta | None:
    """Return how long no job has been waiting or running; None where some is, or where it is not known."""
    session = watch.session
    if session is None or not watch.whole or watch.jobs_fault is not None or watch.unfinished:
        return None
    known = [job.completed_at for job in watch.counted] + [session.started_at, session.created_at]
    times = [aware(at) for at in known if at is not None]
    return now - max(times) if times else None
