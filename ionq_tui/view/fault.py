"""What went wrong, and what to do next; one definition for every screen and for the command line."""

from __future__ import annotations

from typing import Literal

from ionq_tui.model.link import Fault, FaultKind, Fresh, Link
from ionq_tui.view.plain import plain

SUPPORT = "support@ionq.com"

About = Literal["", "sessions", "session", "job", "jobs", "backend"]
"""What was asked for, where the answer depends on it."""

_SAYS: dict[FaultKind, str] = {
    FaultKind.OFFLINE: "IonQ cannot be reached",
    FaultKind.TIMEOUT: "IonQ did not answer in time",
    FaultKind.KEY_MISSING: "there is no API key",
    FaultKind.KEY_REFUSED: "IonQ refused this API key",
    FaultKind.FORBIDDEN: "this key may not do that",
    FaultKind.NOT_FOUND: "IonQ knows nothing of it",
    FaultKind.BAD_REQUEST: "IonQ did not accept the request",
    FaultKind.RATE_LIMITED: "IonQ asks for fewer requests",
    FaultKind.SERVER: "IonQ answered with an error of its own",
    FaultKind.GARBLED: "the reply could not be read",
    FaultKind.READ_ONLY: "this window is read-only: nothing was sent",
}

_NEXT: dict[FaultKind, str] = {
    FaultKind.OFFLINE: "check the network; it is tried again by itself",
    FaultKind.TIMEOUT: "it is tried again by itself",
    FaultKind.KEY_MISSING: "give one on the API key screen, or set IONQ_API_KEY",
    FaultKind.KEY_REFUSED: "give another one, or set IONQ_API_KEY anew",
    FaultKind.FORBIDDEN: "ask the owner of the organisation for the right to do it",
    FaultKind.NOT_FOUND: "check the id and the profile",
    FaultKind.BAD_REQUEST: "change what IonQ names, then try again",
    FaultKind.RATE_LIMITED: "it is tried again by itself",
    FaultKind.SERVER: "it is tried again by itself; should it stay, write to " + SUPPORT,
    FaultKind.GARBLED: "the last good picture stays; it is tried again by itself",
    FaultKind.READ_ONLY: "start with --write to act",
}

_ONCE: dict[FaultKind, str] = {
    FaultKind.OFFLINE: "check the network, then try again",
    FaultKind.TIMEOUT: "try again",
    FaultKind.KEY_MISSING: "set IONQ_API_KEY, or run ionq-tui auth login",
    FaultKind.KEY_REFUSED: "set another in IONQ_API_KEY, or run ionq-tui auth login",
    FaultKind.RATE_LIMITED: "try again later",
    FaultKind.SERVER: "try again; should it stay, write to " + SUPPORT,
    FaultKind.GARBLED: "try again",
}
"""What to do where nothing is asked again by itself."""

_MISSING: dict[About, str] = {
    "session": "no such session",
    "job": "no such job",
    "jobs": "the jobs of this session are not visible to this key",
    "backend": "no such backend",
}


def fault_says(fault: Fault, about: About = "") -> str:
    """Return in a few words what went wrong."""
    if about == "sessions" and fault.kind in {FaultKind.FORBIDDEN, FaultKind.NOT_FOUND}:
        return "Sessions are not enabled for this organisation"
    if about == "jobs" and fault.kind is FaultKind.FORBIDDEN:
        return _MISSING["jobs"]
    if fault.kind is FaultKind.NOT_FOUND and about in _MISSING:
        return _MISSING[about]
    return _SAYS[fault.kind]


def fault_next(fault: Fault, about: About = "", *, once: bool = False) -> str:
    """Return what to do about it; `once` where it is not asked again by itself, as for commands and what costs."""
    if about == "sessions" and fault.kind in {FaultKind.FORBIDDEN, FaultKind.NOT_FOUND}:
        return f"write to {SUPPORT} to have them enabled; backends can still be browsed"
    if fault.kind is FaultKind.RATE_LIMITED and fault.retry_after is not None:
        return f"{'try again' if once else 'it is tried again'} in {_seconds(fault.retry_after)}"
    return _ONCE.get(fault.kind, _NEXT[fault.kind]) if once else _NEXT[fault.kind]


def fault_words(fault: Fault, about: About = "", *, once: bool = False) -> str:
    """Return all that is to be said on one line: what, IonQ's own words, what to do, and the request's id."""
    said, rest = fault_says(fault, about), fault_rest(fault, about, once=once)
    return f"{said} {rest}" if rest.startswith("(") else f"{said}: {rest}"


def fault_rest(fault: Fault, about: About = "", *, once: bool = False) -> str:
    """Return the same without what `fault_says` tells, for where that stands before it."""
    said = fault_says(fault, about)
    told, own = fault_next(fault, about, once=once), plain(fault.words, 300).strip()
    if own and own.casefold() not in said.casefold():
        told = (f'("{own}")' if fault.status is not None else f"({own})") + f": {told}"
    status = [f"HTTP {fault.status}"] if fault.status is not None else []
    request = [f"request {plain(fault.request_id, 64)}"] if fault.request_id else []
    return told + (f" [{', '.join(status + request)}]" if status or request else "")


def fault_of(link: Link) -> Fault | None:
    """Return the fault of a link, None where it is fresh."""
    return None if isinstance(link, Fresh) else link.fault


def _seconds(value: float) -> str:
    if not 0 <= value < 86400:
        return "a while"
    whole = int(value) + (value != int(value))
    return f"{whole} s" if whole < 120 else f"{whole // 60} min"
