"""The text of the job screen: facts, the complete failure, and the result as a histogram."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from math import isfinite

from ionq_tui.model.artifact import ArtifactKind
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.view.amount import UNKNOWN, count, counted
from ionq_tui.view.blocks import filled
from ionq_tui.view.row import cost_words
from ionq_tui.view.sanitize import cells, pad, plain
from ionq_tui.view.status import NOBODY, job_status, person
from ionq_tui.view.style import Cell, Fact, Line, Tone, line
from ionq_tui.view.time_text import NOTHING, clock, dated, duration, duration_ms, since

WAITED, RAN = "waited", "ran"
_WHOLE = 4_000
"""Maximum number of characters shown of a failure message."""


def job_facts(
    job: Job, cost: JobCost | None, now: datetime | None, tz: tzinfo | None, people: Mapping[str, str] = NOBODY
) -> list[Fact]:
    """Return the known facts with their names. Unknown facts are left out, except the cost.

    Without `now`, as in a text that is read later, each time has its date and zone.
    """
    run = duration_ms(job.run_ms) if job.run_ms is not None else duration(since(job.started_at, job.completed_at))
    facts = [
        ("job", plain(job.id, 80)),
        ("name", plain(job.name, _WHOLE)),
        ("status", _status(job)),
        ("backend", plain(job.backend, 60)),
        ("session", plain(job.session_id, 80)),
        ("part of", plain(job.parent_job_id, 80)),
        ("sent by", person(job.submitter_id, people) if job.submitter_id is not None else NOTHING),
        ("shots", count(job.shots) if job.shots is not None else NOTHING),
        ("submitted", _at(job.submitted_at, now, tz)),
        (WAITED, duration(since(job.submitted_at, job.started_at))),
        ("wait about", duration_ms(job.predicted_wait_ms) if job.waiting else NOTHING),
        ("started", _at(job.started_at, now, tz)),
        (RAN, run if job.finished else NOTHING),
        ("run about", duration_ms(job.predicted_run_ms) if not job.finished else NOTHING),
        ("completed", _at(job.completed_at, now, tz)),
        ("failure", plain(job.failure.code, 200) if job.failure else NOTHING),
        ("", plain(job.failure.message, _WHOLE) if job.failure else NOTHING),
    ]
    return [(name, text) for name, text in facts if text not in {NOTHING, ""}] + [("cost", cost_words(job, cost))]


def timeline(job: Job, width: int) -> dict[str, tuple[str, str]]:
    """Return bars for the time that a finished job waited and ran, to one scale, the second behind the first.

    Each is an indentation and a bar, by the name of the fact. Nothing unless all times are known and in order.
    """
    waited, ran = since(job.submitted_at, job.started_at), since(job.started_at, job.completed_at)
    if width < _NARROWEST or waited is None or ran is None or not job.finished:
        return {}
    before, during = waited.total_seconds(), ran.total_seconds()
    if before < 0 or during <= 0:
        return {}
    first = filled(before / (before + during), width - 1)
    return {WAITED: ("", first), RAN: (" " * len(first), filled(during / (before + during), width - len(first)))}


_NARROWEST = 8
"""Cells of the shortest timeline."""


def _at(at: datetime | None, now: datetime | None, tz: tzinfo | None) -> str:
    return dated(at, tz, seconds=True) if now is None else clock(at, now, tz, seconds=True, zone=True)


def detail_facts(detail: JobDetail) -> list[Fact]:
    """Return the job's settings and contents. Unknown values are left out."""
    mitigation: list[str] = []
    others: list[str] = []
    for name, value in detail.settings.items():
        part, _, rest = name.partition(".")
        told = mitigation if part == "error_mitigation" else others
        told.append(f"{plain(rest if rest and part == 'error_mitigation' else name, 60)} {_switch(value)}")
    facts = [
        ("qubits", count(detail.qubits) if detail.qubits is not None else ""),
        ("circuits", count(detail.circuits) if detail.circuits is not None and detail.circuits != 1 else ""),
        ("parts", ", ".join(plain(one, 64) for one in detail.children)),
        ("gates", _gates(detail)),
        ("mitigation", ", ".join(mitigation)),
        ("settings", ", ".join(others)),
        ("noise", _pairs(detail.noise)),
        ("metadata", _pairs(detail.metadata)),
    ]
    return [(name, text) for name, text in facts if text]


def _gates(detail: JobDetail) -> str:
    sound = [(name, many) for name, many in sorted(detail.gates.items()) if isfinite(many)]
    return ", ".join(f"{count(round(many))} {plain(name, 20)}" for name, many in sound)


def _pairs(told: Mapping[str, str]) -> str:
    return ", ".join(f"{plain(name, 60)} {plain(value, 200)}" for name, value in told.items())


def _switch(value: str) -> str:
    return {"true": "on", "false": "off"}.get(value) or plain(value, 200)


def _status(job: Job) -> str:
    word, written = job_status(job.status).text, plain(job.status, 40)
    return word if word.casefold() == written.casefold() else f'{word} (IonQ says "{written}")'


def histogram(
    probabilities: Mapping[str, float], width: int, most: int = 16, *, shots: int | None = None, lines: int = 1
) -> list[Line]:
    """Return the most likely states as bars (state, bar, percentage, shots), and how many more there are.

    Each bar takes so many lines; where there are several, the last one is a gap, which the last bar does without.
    Without the number of `shots` no counts are told.
    """
    sound = [(state, part) for state, part in probabilities.items() if isfinite(part) and part >= 0]
    ranked = sorted(sound, key=lambda pair: -pair[1])
    shown = [(plain(state, max(12, width - 20)) or UNKNOWN, min(part, 1.0)) for state, part in ranked[:most]]
    if not shown:
        return [line("no result to show")]
    name = max(cells(state) for state, _ in shown)
    counts = [f"{count(round(part * shots))}" for _, part in shown] if shots is not None else [""] * len(shown)
    number = max(map(len, counts)) + 2 if shots is not None else 0
    room, top = max(0, width - name - 10 - number), shown[0][1] or 1.0
    told: list[Line] = []
    for (state, part), times in zip(shown, counts, strict=True):
        bar = Cell(pad(filled(part / top, room), room), Tone.ACCENT)
        said = f" {part * 100:6.2f}%{times:>{number}}" if number else f" {part * 100:6.2f}%"
        told += thick(line(f"{pad(state, name, 'right')}  ", bar, said), max(1, lines - 1))
        told += [()] * (lines > 1)
    rest = len(ranked) - len(shown)
    return [*told[: len(told) - (lines > 1)], *([line(f"and {counted(rest, 'more state')}")] if rest else [])]


def thick(bar: Line, lines: int) -> list[Line]:
    """Return a bar in so many lines, of which the middle one has its texts too."""
    blank = tuple(cell if cell.tone is Tone.ACCENT else Cell(" " * cells(cell.text)) for cell in bar[:-1])
    return [bar if number == (lines - 1) // 2 else blank for number in range(lines)]


def run_facts(job: Job, detail: JobDetail | None) -> list[Fact]:
    """Return what is known of how the job ran, and which files IonQ has of it: shots, and the compiled circuit."""
    if detail is None:
        return []
    facts = [
        ("shots run", count(detail.shots_run) if detail.shots_run is not None else ""),
        ("billed for", _compute_time(detail.billed_us)),
        ("predicted", _compute_time(detail.predicted_us) if detail.billed_us is None else ""),
        ("energy", f"{detail.kwh:,.4g} kWh" if detail.kwh is not None and isfinite(detail.kwh) else ""),
        ("by shot", _file(job, detail, ArtifactKind.SHOTS)),
        ("compiled", _file(job, detail, ArtifactKind.CIRCUIT)),
    ]
    return [(name, text) for name, text in facts if text]


def _compute_time(microseconds: int | None) -> str:
    return "" if microseconds is None else f"{microseconds / 1_000_000:,.4g} s of quantum compute time"


def _file(job: Job, detail: JobDetail, kind: ArtifactKind) -> str:
    """Return in which forms IonQ has a file; nothing as long as it may come, or where parts of the job have it."""
    forms = ", ".join(dict.fromkeys(plain(one.format, 60) for one in detail.of_kind(kind)[:5]))
    return forms or ("not available" if job.finished and not detail.children else "")
