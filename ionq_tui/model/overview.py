"""The data of the overview screens: the organization's sessions and the available backends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from types import MappingProxyType

from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.link_state import FRESH, Fault, Link, link_of
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import Session


@quick_dataclass(frozen=True, slots=True)
class ListedSessions:
    """The reply of `GET /sessions`; `unreadable` is the number of items that could not be decoded."""

    sessions: tuple[Session, ...]
    organization_id: str | None = None
    unreadable: int = 0


@quick_dataclass(frozen=True, slots=True)
class Overview:
    """The last successfully read session list, and the link state of its polling."""

    sessions: Mapping[str, Session] = field(default_factory=lambda: MappingProxyType({}))
    """By id, in the server's order."""
    organization_id: str | None = None
    unreadable: int = 0
    """Number of items of the last list that could not be decoded."""
    loaded: bool = False
    """True once a list was received."""
    link: Link = FRESH

    @property
    def heard(self) -> bool:
        """True once the first request for a list succeeded or failed."""
        return self.loaded or self.link is not FRESH


EMPTY_OVERVIEW = Overview()
ENDED_KEPT = 10_000
"""Number of most recently ended sessions that are kept."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def apply_list(overview: Overview, listed: ListedSessions) -> Overview:
    """Apply a list of active sessions; sessions missing from it stay only if they are known to have ended."""
    now_active = {session.id: session for session in listed.sessions}
    ended = {key: session for key, session in overview.sessions.items() if key not in now_active and session.ended}
    if len(ended) > ENDED_KEPT:
        newest = sorted(ended.values(), key=lambda one: one.ended_at or one.created_at or _LONG_AGO)[-ENDED_KEPT:]
        ended = {one.id: one for one in newest}
    return Overview(
        sessions=MappingProxyType({**now_active, **ended}),
        organization_id=listed.organization_id or overview.organization_id,
        unreadable=listed.unreadable,
        loaded=True,
    )


def apply_read_session(overview: Overview, session: Session) -> Overview:
    """Apply an individually read session."""
    if overview.sessions.get(session.id) == session:
        return overview
    return replace(overview, sessions=MappingProxyType({**overview.sessions, session.id: session}))


def with_list_fault(overview: Overview, fault: Fault) -> Overview:
    """Keep the list and mark it as no longer fresh."""
    return replace(overview, link=link_of(fault))


@quick_dataclass(frozen=True, slots=True)
class BackendOverview:
    """The available backends, their characterizations, and the link state of their polling."""

    backends: tuple[Backend, ...] = ()
    characterizations: Mapping[str, Characterization] = field(default_factory=lambda: MappingProxyType({}))
    """By backend name, as far as requested."""
    loaded: bool = False
    link: Link = FRESH

    def named(self, name: str) -> Backend | None:
        """Return the backend of that name, None if there is none."""
        return next((backend for backend in self.backends if backend.name == name), None)


EMPTY_FLEET = BackendOverview()


def apply_backends(fleet: BackendOverview, backends: Iterable[Backend]) -> BackendOverview:
    """Apply a list of backends."""
    return replace(fleet, backends=tuple(backends), loaded=True, link=FRESH)


def apply_characterization(fleet: BackendOverview, measured: Characterization) -> BackendOverview:
    """Apply the characterization of one backend."""
    return replace(fleet, characterizations=MappingProxyType({**fleet.characterizations, measured.backend: measured}))


def with_backends_fault(fleet: BackendOverview, fault: Fault) -> BackendOverview:
    """Keep the list and mark it as no longer fresh."""
    return replace(fleet, link=link_of(fault))
