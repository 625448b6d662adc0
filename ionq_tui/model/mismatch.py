"""Differences between a requested session and the one that IonQ opened."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest

from ionq_tui.model.money import Money, figure
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.model.session import Session

Value = int | Money | str
_NOISE = Decimal("0.000001")
"""Smaller differences are rounding errors: JSON numbers are often binary fractions."""
_LONGEST = 60
_SETTING = re.compile(r"[a-z]\w* ", re.IGNORECASE)
"""Matches the start of an unknown setting (name, space, value); an unreadable value alone is written as JSON."""
_NAME = re.compile(r"[^\s{}\[\]\"]+")
"""Matches a possible backend name; a value that was not a string is written as JSON."""


class Kind(StrEnum):
    """Kinds of differences, most serious first."""

    ABSENT = "absent"
    """A limit was requested but not set."""
    HIGHER = "higher"
    LOWER = "lower"
    UNKNOWN = "unknown"
    """The value cannot be decoded as a limit."""
    ADDED = "added"
    """A limit was set that was not requested."""
    UNIT = "unit"
    BACKEND = "backend"


_GRAVITY = {kind: rank for rank, kind in enumerate(Kind)}


@quick_dataclass(frozen=True, slots=True)
class Difference:
    """One difference; None is no limit, or an unreadable value."""

    name: str
    """"jobs", "time" (in minutes), "cost" or "backend"."""
    kind: Kind
    asked: Value | None
    given: Value | None
    written: str = ""
    """The value as sent by IonQ, if it cannot be decoded."""

    @property
    def words(self) -> str:
        """Both values as text: "jobs 40 asked, NO LIMIT given"."""
        asked = "no limit" if self.asked is None else _told(self.name, self.asked)
        if self.given is not None:
            given = _told(self.name, self.given)
        else:
            given = self._unread if self.kind is Kind.UNKNOWN else "NO LIMIT"
        return f"{self.name} {asked} asked, {given} given"

    @property
    def _unread(self) -> str:
        what = "unknown setting" if _SETTING.match(self.written) else "unreadable value"
        return f"{what} {_printable(self.written)}".rstrip()


@quick_dataclass(frozen=True, slots=True)
class Mismatch:
    """All differences between a request and the session that it opened."""

    differences: tuple[Difference, ...]
    """At least one, most serious first."""

    @property
    def absent(self) -> bool:
        """True if a requested limit is missing, so that nothing stops the session there."""
        return any(one.kind is Kind.ABSENT for one in self.differences)

    @property
    def facts(self) -> str:
        """The values alone: "jobs 40 asked, NO LIMIT given; time 90 min asked, 480 min given"."""
        return "; ".join(one.words for one in self.differences)

    @property
    def lead(self) -> str:
        """What it comes to: "IonQ set different limits than requested"."""
        kinds = {one.kind for one in self.differences}
        if kinds == {Kind.BACKEND}:
            return "IonQ opened the session on a different backend than requested"
        if kinds == {Kind.UNKNOWN} and {one.name for one in self.differences} == {"backend"}:
            return "IonQ's reply does not show which backend the session is on"
        if kinds <= {Kind.UNKNOWN, Kind.BACKEND}:
            return "IonQ's reply does not show whether the requested limits are set"
        return "IonQ set different limits than requested"

    @property
    def words(self) -> str:
        """Summary and values; names from the server are shortened and made printable."""
        return f"{self.lead}: {self.facts}"


def differences(request: OpenRequest, session: Session) -> Mismatch | None:
    """Compare a session's backend and limits, including units, with the request; return None if nothing differs.

    Different notations of equal values (30 and 30.00, usd and USD) are equal; an unreported backend is no difference.
    """
    asked, given = request.limits, session.limits
    unread = dict(zip_longest(given.unread, given.written[: len(given.unread)], fillvalue=""))
    found = [
        _compared("jobs", asked.jobs, given.jobs, unread.get("jobs")),
        _compared("time", asked.minutes, given.minutes, unread.get("time")),
        _compared("cost", asked.money, given.money, unread.get("money")),
    ]
    if session.backend is not None and session.backend != request.backend:
        if _NAME.fullmatch(session.backend):
            found.append(Difference("backend", Kind.BACKEND, request.backend, session.backend))
        else:
            found.append(Difference("backend", Kind.UNKNOWN, request.backend, None, session.backend))
    ordered = sorted((one for one in found if one is not None), key=lambda one: _GRAVITY[one.kind])
    return Mismatch(tuple(ordered)) if ordered else None


def _compared(
    name: str, asked: int | Money | None, given: int | Money | None, written: str | None
) -> Difference | None:
    kind = _kind(asked, given, written is not None)
    return None if kind is None else Difference(name, kind, asked, given, written or "")


def _kind(asked: int | Money | None, given: int | Money | None, unread: bool) -> Kind | None:
    if given is None:
        return Kind.UNKNOWN if unread else None if asked is None else Kind.ABSENT
    if asked is None:
        return Kind.ADDED
    if isinstance(asked, Money) and isinstance(given, Money) and asked.unit.casefold() != given.unit.casefold():
        return Kind.UNIT
    more = _number(given) - _number(asked)
    if abs(more) < _NOISE:
        return None
    return Kind.HIGHER if more > 0 else Kind.LOWER


def _number(value: int | Money) -> Decimal:
    return value.value if isinstance(value, Money) else Decimal(value)


def _told(name: str, value: Value) -> str:
    if isinstance(value, Money):
        return f"{figure(value.value)} {_printable(value.unit)}"
    if isinstance(value, str):
        return _printable(value)
    return f"{value:,} min" if name == "time" else f"{value:,}"


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text[:_LONGEST])
