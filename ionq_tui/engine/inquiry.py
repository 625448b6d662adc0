"""What is asked of one job beyond the lists: how it was set, and what came out of it."""

from __future__ import annotations

from dataclasses import replace

from ionq_tui.engine.ports import Cloud
from ionq_tui.engine.store import Store
from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import NOTHING_FOUND, Findings
from ionq_tui.model.link import Fault


class Inquiry:
    """Asks about a job once for each status that it has; a result is asked for only once it is there."""

    def __init__(self, cloud: Cloud) -> None:
        """Take the cloud."""
        self.findings: Store[Findings] = Store(NOTHING_FOUND)
        self._cloud = cloud
        self._asked = ""
        """The status in which it was asked."""

    async def ask(self, job: Job) -> None:
        """Ask what can have become known since; nothing where the status is the same."""
        if job.status == self._asked:
            return
        before, self._asked = self._asked, job.status
        told = False
        try:
            detail = await self._cloud.job_detail(job.id)
            if not isinstance(detail, Fault) or self.findings.value.known is None:
                self.findings.apply(lambda found: replace(found, detail=detail))
            if job.completed:
                shares = await self._cloud.probabilities(job.id)
                self.findings.apply(lambda found: replace(found, shares=shares))
            told = True
        finally:
            # a screen that was left cancels the question
            if not told:
                self._asked = before

    def forget_faults(self) -> None:
        """Let what failed be asked again."""
        if isinstance(self.findings.value.detail, Fault) or isinstance(self.findings.value.shares, Fault):
            self._asked = ""
