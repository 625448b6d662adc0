"""Find the session that a user refers to by its full id or by any unique beginning or end of it.

The journal is consulted first, so a session opened on this machine is found without reading a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ionq_tui.model.link_state import Fault
from ionq_tui.model.quick_dataclass import quick_dataclass

if TYPE_CHECKING:
    from ionq_tui.engine.engine import Engine

_FULL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""IonQ's ids are UUIDs."""


@quick_dataclass(frozen=True, slots=True)
class Meant:
    """The single matching session."""

    session_id: str


@quick_dataclass(frozen=True, slots=True)
class Ambiguous:
    """More than one session matches."""

    ids: tuple[str, ...]


@quick_dataclass(frozen=True, slots=True)
class NotFound:
    """No known session matches."""

    fault: Fault
    """IonQ's reply when asked for that id, or for the session list if the list could not be read."""
    listed: bool
    """True if IonQ's lists were read and contain no match."""


Resolved = Meant | Ambiguous | NotFound


def matching(text: str, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids that begin or end with the text; a full id matches itself only."""
    known = tuple(dict.fromkeys(ids))
    return (text,) if text in known else tuple(one for one in known if one.startswith(text) or one.endswith(text))


async def resolve(engine: Engine, text: str) -> Resolved:
    """Find the session for a text; ask IonQ only if neither a full id nor this machine's records decide."""
    if _FULL_ID.fullmatch(text):
        return Meant(text.lower())
    if not engine.actions.activity.value.recalled:
        await engine.recall()
    unended, listed = engine.actions.activity.value.unended, engine.session_list.overview.value.sessions
    # Prefer this machine's sessions that may still cost money.
    for known in (tuple(unended), (*unended, *listed)):
        if found := matching(text, known):
            return _of(found)
    return await _ask_api(engine, text)


async def _ask_api(engine: Engine, text: str) -> Resolved:
    """Search the active sessions, then the ended ones, then request the text as an id."""
    fault: Fault | None = None
    for ask in (engine.session_list.refresh, engine.session_list.read_ended):
        fault = await ask()
        if found := matching(
            text, (*engine.actions.activity.value.unended, *engine.session_list.overview.value.sessions)
        ):
            return _of(found)
        if fault is not None:
            break
    kept = await engine.journal.sessions(engine.place())
    if found := matching(text, [one.id for one in kept]):
        return _of(found)
    reply = await engine.cloud.session(text)
    if not isinstance(reply, Fault):
        return Meant(reply.id)
    return NotFound(fault or reply, fault is None)


def _of(found: tuple[str, ...]) -> Resolved:
    return Meant(found[0]) if len(found) == 1 else Ambiguous(found)
