"""Details and results of one job, read only for a job that is viewed, never for lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from ionq_tui.model.artifact import Artifact, ArtifactKind
from ionq_tui.model.link_state import Fault
from ionq_tui.model.quick_dataclass import quick_dataclass


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


def _no_counts() -> Mapping[str, float]:
    return MappingProxyType({})


@quick_dataclass(frozen=True, slots=True)
class JobDetail:
    """The parts of `GET /jobs/{id}` that are not decoded for lists; None is unknown."""

    id: str
    qubits: int | None = None
    circuits: int | None = None
    gates: Mapping[str, float] = field(default_factory=_no_counts)
    """Gate counts by the server's gate names."""
    settings: Mapping[str, str] = field(default_factory=_nothing)
    """Settings by dotted name, such as "compilation.opt"."""
    noise: Mapping[str, str] = field(default_factory=_nothing)
    """The noise model of a simulator."""
    metadata: Mapping[str, str] = field(default_factory=_nothing)
    """Metadata attached by the program that submitted the job."""
    children: tuple[str, ...] = ()
    """Ids of the jobs that run its circuits one by one, each with a result of its own."""
    shots_run: int | None = None
    """The shots of all variants of a debiased job; None if the server tells of none."""
    predicted_us: int | None = None
    """Predicted quantum compute time in microseconds."""
    billed_us: int | None = None
    """Billed quantum compute time in microseconds."""
    kwh: float | None = None
    """Energy in kilowatt hours."""
    artifacts: tuple[Artifact, ...] = ()
    """The files of shots and compiled circuits, the most useful one of each kind first."""

    def of_kind(self, kind: ArtifactKind) -> tuple[Artifact, ...]:
        """Return the files of one kind, readable or not."""
        return tuple(one for one in self.artifacts if one.kind is kind)

    @property
    def readable(self) -> tuple[Artifact, ...]:
        """The files whose content can be shown."""
        return tuple(one for one in self.artifacts if one.readable)


@quick_dataclass(frozen=True, slots=True)
class Findings:
    """What is known about one job beyond the lists; None was not requested yet."""

    detail: JobDetail | Fault | None = None
    shares: Mapping[str, float] | Fault | None = None
    """Measured probabilities, as fractions of 1 by outcome number."""

    @property
    def known(self) -> JobDetail | None:
        """The detail, if it was read successfully."""
        return self.detail if isinstance(self.detail, JobDetail) else None


NOTHING_FOUND = Findings()
