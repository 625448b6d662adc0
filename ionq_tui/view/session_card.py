"""Details of one session: title, steps, jobs and cost on one line, and the commands for it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal

from ionq_tui.model.job import FINISHED, WAITING
from ionq_tui.model.link_state import Refused
from ionq_tui.model.mismatch import differences
from ionq_tui.model.money import figure
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.amount import UNKNOWN, count, counted, money, unit
from ionq_tui.view.incomplete import at_least, at_least_jobs, missing
from ionq_tui.view.sanitize import plain
from ionq_tui.view.status import NOBODY, job_status, owner_name, person
from ionq_tui.view.style import Cell, Line, Tone, joined, line, width_of
from ionq_tui.view.time_text import NOTHING, clock


def title(
    session: Session, owner: Owner, label: str = "", people: Mapping[str, str] = NOBODY, *, width: int = 500
) -> Line:
    """Return id, backend, owner, and the label in quotes; the short id if the whole one does not fit."""
    shown = plain(label, 80).strip()
    rest = [
        line(plain(session.backend, 60)),
        line(f"owner: {owner_name(owner, session.creator_id, people)}"),
        line(f'"{shown}"') if shown else (),
    ]
    whole, short = (joined([line(Cell(plain(one, 80), Tone.STRONG)), *rest]) for one in (session.id, session.short))
    return whole if width_of(whole) <= width else short


def short_title(session: Session, label: str = "") -> Line:
    """Return the short id, the backend and the label: "9fe21c · qpu.forte-1 · H2 scan"."""
    parts = (plain(session.short, 6), plain(session.backend, 60), plain(label, 80).strip())
    return joined([line(Cell(one, Tone.STRONG if number == 0 else Tone.PLAIN)) for number, one in enumerate(parts)])


def steps(
    session: Session, now: datetime, tz: tzinfo | None, people: Mapping[str, str] = NOBODY, *, end: bool = True
) -> str:
    """Return each step with its time; steps to come are left out, an estimate is marked with "~".

    Without `end` the end of a session that has ended is left out.
    """
    told = [f"created {clock(session.created_at, now, tz)}"]
    if session.started_at is not None:
        told.append(f"started {clock(session.started_at, now, tz)}")
    elif not session.ended:
        told.append("not started")
    if session.ended and not end:
        pass
    elif session.ended:
        by = f" by {person(session.ender_id, people)}" if session.ender_id is not None else ""
        at = clock(session.ended_at, now, tz) if session.ended_at is not None else "at an unknown time"
        told.append(f"ended {at}{by}")
    elif session.runs_out_at is not None:
        guess = "~" if session.runs_out_is_guess else ""
        told.append(f"expires {guess}{clock(session.runs_out_at, now, tz)}")
    return " > ".join(told)


def candidate_lines(
    request: OpenRequest,
    session: Session,
    owner: Owner,
    now: datetime,
    tz: tzinfo | None,
    people: Mapping[str, str] = NOBODY,
) -> list[Line | str]:
    """Return what is known of a session that may have come of a request: title, steps, and what is not as asked."""
    told: list[Line | str] = [title(session, owner, people=people), f"  {steps(session, now, tz, people)}"]
    if other := not_as_asked(request, session):
        told.append(line(Cell(f"  {other}", Tone.WARN)))
    return told


def not_as_asked(request: OpenRequest, session: Session) -> str:
    """Return in what a session that may have come of a request is other than was asked; empty where in nothing."""
    other = differences(request, session)
    return "" if other is None else f"differs from your request: {plain(other.facts, 300)}"


def candidate_notes(request: OpenRequest, sessions: Iterable[Session]) -> list[str]:
    """Return a line for each session that may have come of a request and is not as asked."""
    return [f"{plain(one.short)}: {other}" for one in sessions if (other := not_as_asked(request, one))]


def jobs_line(watch: SessionSnapshot) -> Line:
    """Return "31 jobs: 28 completed · 1 FAILED · 1 running · 1 waiting"."""
    number = watch.count
    if watch.jobs_fault is not None and not number:
        return line(Cell("jobs not visible to this key, or not readable just now", Tone.WARN))
    if not number and watch.unread:
        return line(Cell(f"{counted(watch.unread, 'job')} could not be read", Tone.WARN))
    if not number and isinstance(watch.link, Refused) and not watch.all_listed:
        return line(Cell("jobs not read", Tone.WARN))
    if not number:
        return line(("no jobs" if watch.ended else "no jobs yet") if watch.all_listed else "loading jobs…")
    words: dict[str, int] = {}
    for status, many in watch.by_status.items():
        word = "waiting" if status in WAITING else status
        words[word] = words.get(word, 0) + many
    order = {"completed": 0, "failed": 1, "canceled": 2, "started": 3, "waiting": 4}
    told = sorted(words.items(), key=lambda pair: order.get(pair[0], len(order)))
    parts = [_part(word, many) for word, many in told]
    more = [Cell(f" ({watch.unread:,} more could not be read)", Tone.WARN)] if watch.unread else []
    return line(Cell(number_of_jobs(watch)), *more, ": ", *joined(parts))


def jobs_title(watch: SessionSnapshot) -> Line:
    """Return the title of the list of jobs: how many of each status, which the receipt tells after the end."""
    ended = watch.ended or (watch.session is not None and watch.session.ended)
    return line("Jobs") if ended and watch.count else jobs_line(watch)


def _part(word: str, many: int) -> Line:
    status = Cell("waiting") if word == "waiting" else job_status(word)
    tone = Tone.PLAIN if word in FINISHED and word != "failed" else status.tone
    return line(Cell(f"{count(many)} {status.text}", tone))


def number_of_jobs(watch: SessionSnapshot) -> str:
    """Return "31 jobs", "≥ 31 jobs" where there may be more."""
    return f"{at_least_jobs(watch)}{counted(watch.count, 'job')}"


def spend_lines(watch: SessionSnapshot) -> list[str]:
    """Return the charged and reserved amounts, one line per unit."""
    charged = [f"charged {at_least(watch)}{money(amount)}" for amount in watch.charged]
    reserved = [f"reserved {money(amount)}" for amount in watch.reserved]
    asked = watch.session.limits.money if watch.session is not None else None
    none = f"{figure(Decimal(0))} {unit(asked.unit) if asked is not None else ''}".rstrip()
    return [*charged, *reserved] or [f"charged {none if watch.spend_known else UNKNOWN}"]


def cost_words(watch: SessionSnapshot) -> str:
    """Return the same on one line, with the reason if it may be too low."""
    told, why = ", ".join(spend_lines(watch)), missing(watch)
    return f"{told} ({why})" if why else told


def export_line(session_id: str) -> str:
    """Return the shell line that exports the session's id, quoted."""
    return f"export IONQ_SESSION_ID={shlex.quote(plain(session_id, 80))}"


def show_command(session_id: str) -> str:
    """Return the command that prints the session's report, quoted for a shell."""
    return f"ionq-tui show {shlex.quote(plain(session_id, 80))}"


def end_command(session_id: str) -> str:
    """Return the command that ends the session, quoted for a shell."""
    return f"ionq-tui end {shlex.quote(plain(session_id, 80))} --yes"


def attach_command(session_id: str) -> str:
    """Return the command that shows the session again."""
    return f"ionq-tui attach {shlex.quote(plain(session_id, 80))}"


def terminal_title(session: Session, left: str) -> str:
    """Return the terminal's title: "forte-1 38m"."""
    name = plain(session.backend, 40).removeprefix("qpu.")
    return f"{name} {left if left != NOTHING else plain(session.status, 20)}"
