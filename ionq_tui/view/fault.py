"""Error messages: what went wrong and what to do; shared by all screens and the command line."""

from __future__ import annotations

from typing import Literal

from ionq_tui.model.link_state import LONGEST_PAUSE, LONGEST_URGENT_PAUSE, Fault, FaultKind, Fresh, Link
from ionq_tui.view.sanitize import plain

SUPPORT = "support@ionq.com"
PAYMENT_REQUIRED = 402

About = Literal["", "sessions", "session", "job", "file", "jobs", "backends", "backend", "opening", "usage"]
"""What was requested, where the message depends on it."""

_SAYS: dict[FaultKind, str] = {
    FaultKind.OFFLINE: "IonQ cannot be reached",
    FaultKind.TIMEOUT: "IonQ did not answer in time",
    FaultKind.CERTIFICATE: "the connection to IonQ cannot be trusted",
    FaultKind.PROXY: "IonQ cannot be reached through the proxy",
    FaultKind.SETTING: "a network setting cannot be used",
    FaultKind.KEY_MISSING: "there is no API key",
    FaultKind.KEY_REFUSED: "IonQ refused this API key",
    FaultKind.FORBIDDEN: "this API key is not allowed to do that",
    FaultKind.NOT_FOUND: "not found at IonQ",
    FaultKind.BAD_REQUEST: "IonQ did not accept the request",
    FaultKind.RATE_LIMITED: "IonQ is limiting the rate of requests",
    FaultKind.SERVER: "IonQ answered with a server error",
    FaultKind.GARBLED: "the reply could not be read",
    FaultKind.READ_ONLY: "read-only: nothing was sent",
    FaultKind.ELSEWHERE: "the request was refused",
    FaultKind.UNHEARD: "the reply was not received",
    FaultKind.NOT_ENABLED: "Sessions are not enabled for this organization",
}

_RETRYING = "retrying"
"""How the advice begins that all will be tried again without the user."""
_TRUST = "set SSL_CERT_FILE to the PEM file of your network's certificate authority, or check this machine's clock"

_NEXT: dict[FaultKind, str] = {
    FaultKind.OFFLINE: "check the network; retrying automatically",
    FaultKind.TIMEOUT: "retrying automatically",
    FaultKind.CERTIFICATE: _TRUST,
    FaultKind.PROXY: "check the proxy and the variable; retrying automatically",
    FaultKind.SETTING: "correct or unset the variable, then start again",
    FaultKind.KEY_MISSING: "enter one on the API key screen, or set IONQ_API_KEY",
    FaultKind.KEY_REFUSED: "enter another key, or set IONQ_API_KEY again",
    FaultKind.FORBIDDEN: "ask the owner of the organization for permission",
    FaultKind.NOT_FOUND: "check the id and the profile",
    FaultKind.BAD_REQUEST: "correct what IonQ reports, then try again",
    FaultKind.RATE_LIMITED: "retrying automatically",
    FaultKind.SERVER: "retrying automatically; if it persists, write to " + SUPPORT,
    FaultKind.GARBLED: "the last good data is shown; retrying automatically",
    FaultKind.READ_ONLY: "start with --write to make changes",
    FaultKind.ELSEWHERE: "check IONQ_API_URL and the network; retrying automatically",
    FaultKind.UNHEARD: "check the active sessions",
    FaultKind.NOT_ENABLED: f"write to {SUPPORT} to have them enabled; backends can still be browsed",
}

_ADDRESS = "check IONQ_API_URL and the network"

_ONCE: dict[FaultKind, str] = {
    FaultKind.OFFLINE: "check the network, then try again",
    FaultKind.TIMEOUT: "try again",
    FaultKind.PROXY: "check the proxy and the variable, then try again",
    FaultKind.SETTING: "correct or unset the variable",
    FaultKind.KEY_MISSING: "set IONQ_API_KEY, or run ionq-tui auth login",
    FaultKind.KEY_REFUSED: "try again with another key",
    FaultKind.RATE_LIMITED: "try again later",
    FaultKind.SERVER: "try again; if it persists, write to " + SUPPORT,
    FaultKind.GARBLED: "try again",
    FaultKind.ELSEWHERE: _ADDRESS,
}
"""What to do where there is no automatic retry."""

_NOT_FOUND: dict[About, str] = {
    "backend": "check the name of the backend: ionq-tui backends lists them",
    "opening": "check the name of the backend and the profile: ionq-tui backends lists the names",
    "file": "the job or its data may have been deleted",
    "usage": _NEXT[FaultKind.FORBIDDEN],
}
"""What to do where no id was given that could be wrong."""

_MISSING: dict[About, str] = {
    "session": "no such session",
    "job": "no such job",
    "file": "IonQ does not have this file",
    "jobs": "the jobs of this session are not visible to this key",
    "backend": "no such backend",
    "usage": "IonQ does not show the usage of the organization to this key",
}


def fault_says(fault: Fault, about: About = "") -> str:
    """Return a short description of what went wrong."""
    if about in ("sessions", "backends") and fault.kind in _REFUSED:
        return f"the list of {about} was refused{_answered_by(fault)}"
    if fault.kind is FaultKind.ELSEWHERE:
        return f"{_SAYS[fault.kind]}{_answered_by(fault)}"
    if about in ("jobs", "usage") and fault.kind is FaultKind.FORBIDDEN:
        return _MISSING[about]
    if fault.kind is FaultKind.NOT_FOUND and about in _MISSING:
        return _MISSING[about]
    return _SAYS[fault.kind]


_REFUSED = {FaultKind.FORBIDDEN, FaultKind.NOT_FOUND, FaultKind.ELSEWHERE}


def page_words(fault: Fault) -> str:
    """Return the title of a web page received instead of an API reply; empty if there was none."""
    return f'a page titled "{plain(fault.page, 80)}"' if fault.page else ""


def own_words(fault: Fault, width: int = 300) -> str:
    """Return the server's message in quotes, else the page received, else our own description."""
    if said := plain(fault.said, width).strip():
        return f'"{said}"'
    ours = "" if fault.words == f"HTTP {fault.status}" else plain(fault.words, width).strip()
    return page_words(fault) if fault.page and not ours else ours


def _answered_by(fault: Fault) -> str:
    """Return what replied, if it was not the API."""
    if fault.kind is not FaultKind.ELSEWHERE:
        return ""
    if fault.page:
        return f" by {page_words(fault)}, not by IonQ's API"
    return f" by something that is not IonQ's API{' v0.4' if fault.hint else ''}"


def fault_next(fault: Fault, about: About = "", *, once: bool = False) -> str:
    """Return what to do; `once` if there is no automatic retry, as for commands and billable requests."""
    if fault.hint:
        return fault.hint
    if fault.advice and once:
        return fault.advice
    if (about in ("sessions", "backends") and fault.kind in _REFUSED) or (
        fault.page and fault.kind is FaultKind.GARBLED
    ):
        return _ADDRESS if once else _NEXT[FaultKind.ELSEWHERE]
    if about in _NOT_FOUND and fault.kind is FaultKind.NOT_FOUND:
        return _NOT_FOUND[about]
    if fault.status == PAYMENT_REQUIRED:
        return "ask for credit for the organization, then try again"
    if fault.kind is FaultKind.BAD_REQUEST and fault.status is not None and not fault.said:
        return f"try again; if it persists, write to {SUPPORT}"
    if fault.kind is FaultKind.RATE_LIMITED and fault.retry_after is not None:
        if not once and fault.retry_after > LONGEST_URGENT_PAUSE:
            return f"retrying within {_seconds(LONGEST_PAUSE)}"
        return f"{'try again' if once else 'retrying'} in {_seconds(fault.retry_after)}"
    return _ONCE.get(fault.kind, _NEXT[fault.kind]) if once else _NEXT[fault.kind]


def fault_advice(fault: Fault, about: About = "") -> str:
    """Return what to do, for use where the time of the next automatic retry is told; empty if that is all."""
    return "; ".join(part for part in fault_next(fault, about).split("; ") if not part.startswith(_RETRYING))


def fault_words(fault: Fault, about: About = "", *, once: bool = False) -> str:
    """Return the whole message on one line: what, IonQ's own words, what to do, and the request id."""
    said, rest = fault_says(fault, about), fault_rest(fault, about, once=once)
    return f"{said} {rest}" if rest.startswith("(") else f"{said}: {rest}"


def fault_rest(fault: Fault, about: About = "", *, once: bool = False) -> str:
    """Return the message without the part that `fault_says` returns, for use after it."""
    said = fault_says(fault, about)
    told, own = fault_next(fault, about, once=once), own_words(fault)
    if own and own.strip('"').casefold() not in said.casefold():
        told = f"({own}): {told}"
    return told + fault_tags(fault)


def fault_tags(fault: Fault) -> str:
    """Return " [HTTP 500, request req-1]", which support asks for; empty if neither is known."""
    status = [f"HTTP {fault.status}"] if fault.status is not None else []
    request = [f"request {plain(fault.request_id, 64)}"] if fault.request_id else []
    return f" [{', '.join(status + request)}]" if status or request else ""


def link_fault(link: Link) -> Fault | None:
    """Return the fault of a link, None if it is fresh."""
    return None if isinstance(link, Fresh) else link.fault


def _seconds(value: float) -> str:
    if not 0 <= value < 86400:
        return "a while"
    whole = int(value) + (value != int(value))
    return f"{whole} s" if whole < 120 else f"{whole // 60} min"
