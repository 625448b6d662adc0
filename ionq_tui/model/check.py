"""The result of one check of this machine, as `ionq-tui doctor` reports it."""

from __future__ import annotations

from enum import StrEnum

from ionq_tui.model.quick_dataclass import quick_dataclass


class CheckStatus(StrEnum):
    """What a check found. The values are part of the JSON output."""

    OK = "ok"
    NOTE = "note"
    """Works, with a limitation that the user may want to remove."""
    PROBLEM = "problem"
    """Must be repaired."""
    SKIPPED = "skipped"
    """Not checked, because it is not needed or an earlier check failed."""


@quick_dataclass(frozen=True, slots=True)
class Check:
    """One check and its result."""

    name: str
    """Group and name, such as "network.dns"; part of the JSON output."""
    status: CheckStatus
    words: str
    """What was found, in one line."""
    fix: str = ""
    """What to do about it; empty if there is nothing to do."""

    @property
    def group(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]


def ok(name: str, words: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, CheckStatus.OK, words)


def note(name: str, words: str, fix: str = "") -> Check:
    """Return a check that found a limitation."""
    return Check(name, CheckStatus.NOTE, words, fix)


def problem(name: str, words: str, fix: str) -> Check:
    """Return a check that found something to repair."""
    return Check(name, CheckStatus.PROBLEM, words, fix)


def skipped(name: str, words: str) -> Check:
    """Return a check that was not made, and why."""
    return Check(name, CheckStatus.SKIPPED, words)
