"""What one job was asked to be and what came of it: read for a job that somebody looks at, never for lists of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ionq_tui.model.link import Fault


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


def _no_counts() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class JobDetail:
    """The parts of `GET /jobs/{id}` that its lists are not read for; None is unknown."""

    id: str
    qubits: int | None = None
    circuits: int | None = None
    gates: Mapping[str, float] = field(default_factory=_no_counts)
    """How many gates of each kind, as the server names them."""
    settings: Mapping[str, str] = field(default_factory=_nothing)
    """By dotted name, such as "compilation.opt"."""
    noise: Mapping[str, str] = field(default_factory=_nothing)
    """The noise model of a simulator."""
    metadata: Mapping[str, str] = field(default_factory=_nothing)
    """What the program that sent the job wrote beside it."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out of one job beyond the lists; None was not asked yet."""

    detail: JobDetail | Fault | None = None
    shares: Mapping[str, float] | Fault | None = None
    """How often each outcome was measured, as fractions of 1 by the outcome's number."""

    @property
    def known(self) -> JobDetail | None:
        """The detail, where it was read."""
        return self.detail if isinstance(self.detail, JobDetail) else None


NOTHING_FOUND = Findings()
