"""Which job a screen offers to clone into its session, or why none."""

from __future__ import annotations

from collections.abc import Iterable

from ionq_tui.engine.engine import Engine
from ionq_tui.model.job import Job
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view import disabled_reason


@quick_dataclass(frozen=True, slots=True)
class CloneOffer:
    """The jobs that can be cloned now; if there are none, why."""

    jobs: tuple[Job, ...] = ()
    """One job, or several to choose from."""
    why_not: str = disabled_reason.NOTHING_TO_CLONE
    relevant: bool = False
    """True if there is a job without a result, whether or not it can be cloned now."""


def clone_offer(engine: Engine, watch: SessionSnapshot, job: Job | None, missed: Iterable[Job] = ()) -> CloneOffer:
    """Return the offer for a job; if that has a result or may get one, for those that missed the session."""
    if job is not None and job.missing_result:
        why = _why_not(engine, job, watch)
        return CloneOffer(() if why else (job,), why, relevant=True)
    elsewhere = tuple(one for one in missed if one.missing_result and not _why_not(engine, one, watch))
    if elsewhere:
        return CloneOffer(elsewhere, "", relevant=True)
    return CloneOffer() if job is None else CloneOffer((), _why_not(engine, job, watch))


def _why_not(engine: Engine, job: Job, watch: SessionSnapshot) -> str:
    activity = engine.actions.activity.value
    if engine.connection.read_only:
        return disabled_reason.READ_ONLY
    if watch.session is not None and not watch.ended and not activity.ours(watch.session):
        return disabled_reason.not_yours(watch.session)
    return disabled_reason.CLONING if job.id in activity.cloning else disabled_reason.not_to_be_cloned(job, watch)
