"""The report of `ionq-tui doctor`: made to be pasted into an issue, so it contains no secret and no user name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ionq_tui.model.check import Check, CheckStatus
from ionq_tui.model.link_state import Fault
from ionq_tui.model.masking import without_keys
from ionq_tui.view.amount import counted
from ionq_tui.view.fault import About, fault_next, fault_says, fault_tags, own_words
from ionq_tui.view.sanitize import pad, plain
from ionq_tui.view.wrap import wrapped

_STATUS_WIDTH = 9
_NAME_WIDTH = 14


@dataclass(frozen=True)
class Redaction:
    """Removes from a text what nobody else should read."""

    homes: tuple[str, ...] = ()
    """Paths of the home directory, each written as "~" in the report."""
    hidden: tuple[str, ...] = ()
    """Texts that may be secret."""

    def check(self, check: Check) -> Check:
        """Return the check with both of its texts redacted."""
        return replace(check, words=self.text(check.words), fix=self.text(check.fix))

    def text(self, text: str) -> str:
        """Return the text on one line without keys, hidden texts and the path of the home directory."""
        for secret in self.hidden:
            text = text.replace(secret, "…")
        for home in sorted(self.homes, key=len, reverse=True):
            text = re.sub(rf"(?<![\w./-]){re.escape(home)}(?![\w.-])", "~", text)
        text = text.replace("'~/", "~/'")  # a shell expands only a "~" that is not quoted
        return without_keys(plain(text))


def group_lines(group: str, checks: Iterable[Check], width: int | None = None) -> list[str]:
    """Return the lines of one group of checks, under its name; in `width` cells, if it is given."""
    return ["", group, *(line for check in checks for line in _lines(check, width))]


def _lines(check: Check, width: int | None) -> list[str]:
    name = check.name.partition(".")[2]
    told = f"  {pad(check.status, _STATUS_WIDTH)}{pad(name, _NAME_WIDTH)}{check.words}"
    fix = [f"{' ' * (_STATUS_WIDTH + 2)}fix: {check.fix}"] if check.fix else []
    if width is None:
        return [told, *fix]
    indents = (_STATUS_WIDTH + _NAME_WIDTH + 2, _STATUS_WIDTH + 7)
    return [part for one, indent in zip((told, *fix), indents, strict=False) for part in wrapped(one, width, indent)]


def summary_line(checks: Iterable[Check]) -> str:
    """Return in one line whether something must be repaired."""
    found = [check.status for check in checks]
    problems, notes = found.count(CheckStatus.PROBLEM), found.count(CheckStatus.NOTE)
    also = f"{counted(notes, 'note')}" if notes else ""
    if problems:
        return f"{counted(problems, 'problem')} to repair" + (f", {also}" if also else "")
    return f"no problems, {also}" if also else "no problems"


def all_well(checks: Iterable[Check]) -> bool:
    """Return True if nothing must be repaired."""
    return all(check.status is not CheckStatus.PROBLEM for check in checks)


def report_json(checks: Iterable[Check], version: str) -> Mapping[str, object]:
    """Return the same report as JSON."""
    told = list(checks)
    facts = [{"name": one.name, "status": one.status.value, "says": one.words, "fix": one.fix or None} for one in told]
    ours = {"version": version, "all_well": all_well(told), "checks": facts}
    return {"ionq_tui": ours}


def fault_parts(fault: Fault, about: About = "") -> tuple[str, str]:
    """Return what went wrong, with the server's own words and the request id, and what to do."""
    own = own_words(fault)
    said = fault_says(fault, about)
    quoted = f" ({own})" if own and own.strip('"').casefold() not in said.casefold() else ""
    return f"{said}{quoted}{fault_tags(fault)}", fault_next(fault, about, once=True)
