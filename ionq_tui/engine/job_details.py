"""Details of one job that job lists do not contain: its settings and its result."""

from __future__ import annotations

from dataclasses import replace

from ionq_tui.engine.ports import Cloud
from ionq_tui.engine.store import Store
from ionq_tui.model.artifact import Artifact, ArtifactContent
from ionq_tui.model.job import Job
from ionq_tui.model.job_detail import NOTHING_FOUND, Findings
from ionq_tui.model.link_state import Fault


class JobDetails:
    """Request a job's details once per status; the result only once the job has completed."""

    def __init__(self, cloud: Cloud) -> None:
        """Take the API."""
        self.findings: Store[Findings] = Store(NOTHING_FOUND)
        self._cloud = cloud
        self._requested_status = ""
        """The job's status at the last request."""
        self._content: ArtifactContent | None = None
        """The file that was read last. Only one is kept, since it may have some megabytes."""

    async def ask(self, job: Job) -> None:
        """Request what may be new; do nothing if the status is unchanged."""
        if job.status == self._requested_status:
            return
        before, self._requested_status = self._requested_status, job.status
        done = False
        try:
            detail = await self._cloud.job_detail(job.id)
            if not isinstance(detail, Fault) or self.findings.value.known is None:
                self.findings.apply(lambda found: replace(found, detail=detail))
            if job.completed:
                shares = await self._cloud.probabilities(job.id)
                self.findings.apply(lambda found: replace(found, shares=shares))
            done = True
        finally:
            # Closing the screen cancels the request; let the next one start over.
            if not done:
                self._requested_status = before

    async def content(self, job_id: str, artifact: Artifact) -> ArtifactContent | Fault:
        """Return the content of one of the job's files. It is requested when this is called, and never by itself."""
        if self._content is None or self._content.artifact != artifact:
            read = await self._cloud.artifact(job_id, artifact)
            if isinstance(read, Fault):
                return read
            self._content = read
        return self._content

    def forget_faults(self) -> None:
        """Allow failed requests to be repeated."""
        if isinstance(self.findings.value.detail, Fault) or isinstance(self.findings.value.shares, Fault):
            self._requested_status = ""
