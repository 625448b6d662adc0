"""Whatever the server writes, and however absurd its numbers and dates: no view function fails or lets it through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ionq_tui.model.activity import UnconfirmedSession
from ionq_tui.model.backend import Backend, Characterization, Measured
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import Failure, Job, JobCost
from ionq_tui.model.job_detail import JobDetail
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault, FaultKind, link_of
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import Ended, EndUnknown, NotOpened, Opened, OpenRequest, StillOpen, Unconfirmed
from ionq_tui.model.record import Place, SessionRecord
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_costs, apply_jobs, apply_session
from ionq_tui.view.backend_card import backend_facts
from ionq_tui.view.column import fitted, widths
from ionq_tui.view.end_review import end_facts
from ionq_tui.view.event_line import event_line
from ionq_tui.view.fault import fault_words
from ionq_tui.view.forecast import forecasts
from ionq_tui.view.header import header, outage
from ionq_tui.view.home_list import HomeList
from ionq_tui.view.home_summary import (
    away_line,
    end_asked_words,
    kept_words,
    running_line,
    unattended_line,
    unseen_words,
)
from ionq_tui.view.job_card import detail_facts, histogram, job_facts
from ionq_tui.view.live_session import status_line
from ionq_tui.view.meter import meters
from ionq_tui.view.meter_bar import meter_line, note_line
from ionq_tui.view.open_review import form_title, request_preview, review_lines
from ionq_tui.view.outcome_chart import result_lines
from ionq_tui.view.recipes import Client, how_to_send, program
from ionq_tui.view.result import end_result, looking_words, open_result, question_words
from ionq_tui.view.row import (
    BACKEND_COLUMNS,
    JOB_COLUMNS,
    SESSION_COLUMNS,
    SessionItem,
    backend_row,
    job_row,
    session_row,
)
from ionq_tui.view.sanitize import cells
from ionq_tui.view.session_card import export_line, jobs_line, spend_lines, steps, terminal_title, title
from ionq_tui.view.style import width_of, words
from tests.unit.view.scene import NOW, TZ
from tests.unit.view.test_sanitize import HOSTILE, harmless

TIMES = st.none() | st.datetimes(timezones=st.just(UTC)) | st.just(NOW)
NUMBERS = st.none() | st.integers(-(2**70), 2**70)
FLOATS = st.none() | st.floats()
AMOUNTS = st.decimals(-(10**9), 10**9, allow_nan=False)
MONEY = st.builds(Money, AMOUNTS, HOSTILE | st.sampled_from(["usd", "credit"]))
FAULTS = st.builds(
    Fault, st.sampled_from(FaultKind), HOSTILE, st.none() | st.integers(0, 999), st.none() | HOSTILE, FLOATS
)
SESSIONS = st.builds(
    Session,
    HOSTILE,
    HOSTILE | st.sampled_from(["created", "started", "ended"]),
    st.none() | st.booleans(),
    st.none() | HOSTILE,
    TIMES,
    TIMES,
    TIMES,
    TIMES,
    st.none() | HOSTILE,
    st.none() | HOSTILE,
    st.none() | HOSTILE,
    st.none() | HOSTILE,
    st.builds(Limits, NUMBERS, NUMBERS, st.none() | MONEY),
)
JOBS = st.builds(
    Job,
    id=HOSTILE,
    status=HOSTILE | st.sampled_from(["ready", "started", "completed", "failed"]),
    name=st.none() | HOSTILE,
    backend=st.none() | HOSTILE,
    submitter_id=st.none() | HOSTILE,
    parent_job_id=st.none() | HOSTILE,
    shots=NUMBERS,
    submitted_at=TIMES,
    started_at=TIMES,
    completed_at=TIMES,
    predicted_wait_ms=NUMBERS,
    predicted_run_ms=NUMBERS,
    run_ms=NUMBERS,
    failure=st.none() | st.builds(Failure, HOSTILE, HOSTILE),
)
COSTS = st.builds(JobCost, st.booleans(), st.none() | MONEY, st.none() | MONEY)
BACKENDS = st.builds(
    Backend,
    HOSTILE,
    HOSTILE | st.just("available"),
    st.none() | st.booleans(),
    NUMBERS,
    FLOATS,
    TIMES,
    st.none() | HOSTILE,
)
MEASURED = st.builds(
    Characterization,
    HOSTILE,
    HOSTILE,
    TIMES,
    fidelity=st.dictionaries(st.sampled_from(["spam", "2q"]), st.builds(Measured, st.floats(), FLOATS)),
    timing=st.dictionaries(st.sampled_from(["t1", "2q"]), st.floats()),
)
OWNERS = st.sampled_from(Owner)
CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def how_to_send_texts(session: Session, client: Client) -> Iterator[str]:
    yield from program(client, session.id, session.backend or "", session.id)
    for told in how_to_send(session.id, session.backend or "", session.id, client=client, width=60):
        yield told if isinstance(told, str) else words(told)


def of_session(session: Session, owner: Owner, label: str, watch: SessionSnapshot) -> Iterator[str]:
    item = SessionItem(session, owner, label)
    yield words(title(session, owner, label))
    yield words(status_line(watch, forecasts(watch, NOW), NOW, TZ))
    yield words(running_line(HomeList.of([item]), {}, NOW, loaded=True, certain=True))
    yield steps(session, NOW, TZ)
    yield words(jobs_line(watch))
    yield from spend_lines(watch)
    for client in Client:
        yield from how_to_send_texts(session, client)
    yield export_line(session.id)
    yield terminal_title(session, "-")
    yield from (f"{name} {text}" for name, text in end_facts(watch, owner, label, session.created_at, NOW, TZ))
    yield words(unattended_line(item, NOW, TZ, session.created_at))
    yield words(away_line(session, NOW, TZ, 3, 1, watch.charged))
    request = OpenRequest(session.backend or "", session.limits)
    yield from (words(line) for line in review_lines(request, [item], NOW, TZ))
    yield from request_preview(request, label, 80)
    for meter in meters(watch, NOW):
        yield meter.words
        yield words(meter_line(meter, 80))
        yield words(note_line(meter, 80))


@CALM
@given(SESSIONS, OWNERS, HOSTILE, st.lists(JOBS, max_size=4), st.lists(COSTS, min_size=4, max_size=4))
def test_a_session(session: Session, owner: Owner, label: str, jobs: list[Job], costs: list[JobCost]) -> None:
    heard = apply_jobs(apply_session(EMPTY_SNAPSHOT, session, NOW), jobs, NOW, complete=True)
    watch = apply_costs(heard, {job.id: cost for job, cost in zip(jobs, costs, strict=False)})
    assert all(harmless(text) for text in of_session(session, owner, label, watch))
    assert all(width_of(meter_line(meter, 80)) <= 80 for meter in meters(watch, NOW))
    given_widths = widths(SESSION_COLUMNS, 80)
    row = session_row(session, owner, label, NOW, TZ)
    assert all(harmless(cell.text) for cell in row)
    assert [cells(cell.text) for cell in fitted(row, SESSION_COLUMNS, given_widths)] == given_widths


@CALM
@given(JOBS, COSTS, st.dictionaries(HOSTILE, st.floats(), max_size=4), st.integers(20, 90))
def test_a_job(job: Job, cost: JobCost, result: dict[str, float], width: int) -> None:
    row = job_row(job, cost, NOW)
    assert all(harmless(cell.text) for cell in row)
    given_widths = widths(JOB_COLUMNS, 80)
    assert [cells(cell.text) for cell in fitted(row, JOB_COLUMNS, given_widths)] == given_widths
    assert all(harmless(text) for _, text in job_facts(job, cost, NOW, TZ))
    assert all(harmless(words(line)) for line in histogram(result, width))
    detail = JobDetail(job.id, 4, 1, result, {"error_mitigation." + job.status: job.status}, {job.id: job.status})
    assert all(harmless(text) for _, text in detail_facts(detail))
    assert all(harmless(words(line)) for line in result_lines(job, detail, result, width))


@CALM
@given(BACKENDS, MEASURED)
def test_a_backend(backend: Backend, measured: Characterization) -> None:
    row = backend_row(backend, measured)
    assert all(harmless(cell.text) for cell in row)
    assert all(harmless(text) for _, text in backend_facts(backend, measured, NOW, TZ))
    assert harmless(words(form_title(backend)))
    given_widths = widths(BACKEND_COLUMNS, 80)
    assert [cells(cell.text) for cell in fitted(row, BACKEND_COLUMNS, given_widths)] == given_widths


@CALM
@given(FAULTS, SESSIONS, HOSTILE, TIMES, st.sampled_from(EventKind))
def test_what_happened(fault: Fault, session: Session, text: str, when: datetime | None, kind: EventKind) -> None:
    told = [
        fault_words(fault),
        open_result(Opened(session), NOW, TZ).text,
        open_result(Unconfirmed((session,), fault, when), NOW, TZ).text,
        open_result(Unconfirmed((), fault, when), NOW, TZ).text,
        open_result(NotOpened(fault), NOW, TZ).text,
        end_result(Ended(session), NOW, TZ).text,
        end_result(StillOpen(session, fault), NOW, TZ).text,
        end_result(EndUnknown(fault), NOW, TZ, session_id=text).text,
        words(event_line(Event(when or NOW, kind, text, text, text), NOW, TZ, people={text: text})),
        words(header(text, text, text, text, demo=True)),
        words(outage(link_of(fault), text, NOW, TZ)),
        kept_words(SessionRecord(text, Place(text), True, backend=text, end_asked_at=when), when, NOW, TZ),
        unseen_words(SessionRecord(text, Place(text), True), when, NOW, TZ),
        end_asked_words(SessionRecord(text, Place(text), end_asked_at=when), NOW, TZ),
        question_words(UnconfirmedSession(text, OpenRequest(text), Unconfirmed((), fault, when), text, when), NOW, TZ),
        looking_words(fault),
    ]
    assert all(harmless(line) for line in told)


def test_money_beyond_measure_is_still_told() -> None:
    vast = JobCost(cost=Money(Decimal("1E+900"), "usd"))
    watch = apply_costs(apply_jobs(EMPTY_SNAPSHOT, [Job("a", "completed")], NOW, complete=True), {"a": vast})
    assert meters(watch, NOW)[2].used == "1.000000E+900"
