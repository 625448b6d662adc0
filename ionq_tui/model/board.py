"""What the home screen may know: the organisation's sessions and the backends on offer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.link import FRESH, Fault, Link, link_of
from ionq_tui.model.session import Session


@dataclass(frozen=True, slots=True)
class SessionList:
    """The reply of `GET /sessions`; `unreadable` counts items that could not be read at all."""

    sessions: tuple[Session, ...]
    organization_id: str | None = None
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """The last good list of sessions and how well it is heard."""

    sessions: Mapping[str, Session] = field(default_factory=lambda: MappingProxyType({}))
    """By id, in the server's order."""
    organization_id: str | None = None
    unreadable: int = 0
    """Items of the last list that could not be read."""
    loaded: bool = False
    """True once a list was heard."""
    link: Link = FRESH


EMPTY_BOARD = Board()


def heard_list(board: Board, heard: SessionList) -> Board:
    """Take in a list of active sessions; those gone from it stay only where they are known to have ended."""
    now_active = {session.id: session for session in heard.sessions}
    ended = {key: session for key, session in board.sessions.items() if key not in now_active and session.ended}
    return Board(
        sessions=MappingProxyType({**now_active, **ended}),
        organization_id=heard.organization_id or board.organization_id,
        unreadable=heard.unreadable,
        loaded=True,
    )


def heard_one(board: Board, session: Session) -> Board:
    """Take in one session read by itself."""
    if board.sessions.get(session.id) == session:
        return board
    return replace(board, sessions=MappingProxyType({**board.sessions, session.id: session}))


def board_lost(board: Board, fault: Fault) -> Board:
    """Keep the list, and say that it is no longer fresh."""
    return replace(board, link=link_of(fault))


@dataclass(frozen=True, slots=True)
class Fleet:
    """The backends on offer, what was measured of them, and how well they are heard."""

    backends: tuple[Backend, ...] = ()
    characterizations: Mapping[str, Characterization] = field(default_factory=lambda: MappingProxyType({}))
    """By backend name, as far as asked."""
    loaded: bool = False
    link: Link = FRESH

    def named(self, name: str) -> Backend | None:
        """Return the backend of that name, None where there is none."""
        return next((backend for backend in self.backends if backend.name == name), None)


EMPTY_FLEET = Fleet()


def heard_backends(fleet: Fleet, backends: Iterable[Backend]) -> Fleet:
    """Take in the list of backends."""
    return replace(fleet, backends=tuple(backends), loaded=True, link=FRESH)


def heard_characterization(fleet: Fleet, heard: Characterization) -> Fleet:
    """Take in what was measured of one backend."""
    return replace(fleet, characterizations=MappingProxyType({**fleet.characterizations, heard.backend: heard}))


def fleet_lost(fleet: Fleet, fault: Fault) -> Fleet:
    """Keep the list, and say that it is no longer fresh."""
    return replace(fleet, link=link_of(fault))
