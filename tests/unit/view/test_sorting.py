"""What lists and tables are sorted by is what they show, and what they do not know comes last in both directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from ionq_tui.model.backend import Backend, Characterization, Measured
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.limits import NO_LIMITS
from ionq_tui.model.money import Money
from ionq_tui.model.session import Owner
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, apply_session
from ionq_tui.view.amount import UNKNOWN
from ionq_tui.view.column import Column, Item, arranged
from ionq_tui.view.listing import Form, ListColumn, backend_columns, job_columns, session_columns
from ionq_tui.view.row import BackendItem, JobItem, SessionItem, job_columns_at
from ionq_tui.view.time_text import NOTHING
from ionq_tui.view.usage import home_columns, used_cells
from tests.support.amounts import usd
from tests.unit.view.scene import NOW, TZ, at, session, watch

BLANK = {NOTHING, UNKNOWN, "unknown", "", "dry run"}
"""What is shown where there is nothing to compare."""

JOBS = [
    JobItem(Job("a-waits-long", "submitted", submitted_at=at(13, 0), predicted_wait_ms=9_000_000)),
    JobItem(Job("b-waits", "ready", submitted_at=at(13, 59), predicted_wait_ms=60_000), JobCost(estimate=usd("2.05"))),
    JobItem(Job("c-waits-unknown", "ready", submitted_at=at(9, 0))),
    JobItem(Job("d-runs", "started", submitted_at=at(13, 50), started_at=at(13, 52)), JobCost(cost=usd("0.20"))),
    JobItem(Job("e-ran", "completed", submitted_at=at(8, 0), started_at=at(8, 1), run_ms=14_000, shots=100)),
    JobItem(Job("f-ran", "completed", name="n", run_ms=1000), JobCost(cost=usd("0.65"), estimate=usd("99"))),
    JobItem(Job("g-unpriced", "completed", started_at=at(9, 0)), JobCost(estimate=usd("88"))),
    JobItem(Job("h-credit", "canceled"), JobCost(cost=Money(Decimal(1), "credit"))),
    JobItem(Job("i-dry", "completed", dry_run=True, submitter_id="ann"), JobCost(cost=usd("77"))),
    JobItem(Job("j-odd", "unknown"), JobCost()),
]
SESSIONS = [
    SessionItem(session(id="a-here", creator_id="me"), Owner.HERE, "x"),
    SessionItem(session(NO_LIMITS, id="b-ended", status="ended", active=False, ended_at=at(13, 59)), Owner.OTHER),
    SessionItem(session(id="c-you", creator_id="me", created_at=None, expires_at=None), Owner.YOU),
    SessionItem(session(id="d-other", creator_id="zoe", backend=None), Owner.OTHER),
    SessionItem(session(id="e-unseen", status="unknown", active=None), Owner.UNKNOWN, unseen=True),
    SessionItem(session(id="f-odd", status="unknown", active=None), Owner.UNKNOWN),
    SessionItem(session(id="g-odd", status="ended", active=True), Owner.OTHER),
]
PEOPLE = {"zoe": "Ada"}
BACKENDS = [
    BackendItem(Backend("qpu.b", "available", degraded=True, qubits=36, average_queue_time=60_000, location="X, Y")),
    BackendItem(Backend("qpu.a", "unavailable", average_queue_time=-1.0, location="X, A")),
    BackendItem(Backend("qpu.c", "unknown", qubits=None, kw=float("nan")), Characterization("c", "b", fidelity={})),
    BackendItem(Backend("qpu.d", "available"), Characterization("c", "b", fidelity={"2q": Measured(0.5)})),
]


def check_unknown_last(columns: Sequence[ListColumn[Item]], items: Sequence[Item], form: Form) -> None:
    for column in columns:
        by = column.sorting(form)
        for reverse in (False, True):
            told = [
                str(column.value(one)) if form is Form.EXACT else column.shown(one, form)
                for one in arranged(items, by, reverse=reverse)
            ]
            blank = [one.strip() in BLANK | {"nan"} for one in told]
            assert blank == sorted(blank), (column.name, form, reverse, told)


@pytest.mark.parametrize("form", list(Form))
def test_no_column_of_a_list_is_sorted_by_what_it_does_not_show(form: Form) -> None:
    check_unknown_last(job_columns(NOW, TZ, PEOPLE), JOBS, form)
    check_unknown_last(session_columns(NOW, TZ, PEOPLE), SESSIONS, form)
    check_unknown_last(backend_columns(NOW, TZ), BACKENDS, form)


@pytest.mark.parametrize("form", list(Form))
def test_equal_cells_are_equal_in_the_order(form: Form) -> None:
    items = [*SESSIONS, *(replace_owner(one) for one in SESSIONS)]
    for column in session_columns(NOW, TZ, PEOPLE):
        keys: dict[str, set[object]] = {}
        for one in items:
            shown = str(column.value(one)) if form is Form.EXACT else column.shown(one, form)
            keys.setdefault(shown, set()).add(column.sorting(form).key(one))
        assert all(len(held) == 1 for held in keys.values()), (column.name, form, keys)


def replace_owner(item: SessionItem) -> SessionItem:
    return item._replace(owner=Owner.YOU if item.owner is Owner.HERE else item.owner)


def order(column: str, *, reverse: bool = False, form: Form = Form.SCREEN) -> str:
    (by,) = (one.sorting(form) for one in job_columns(NOW, TZ) if one.name == column)
    return "".join(item.job.id[0] for item in arranged(JOBS, by, reverse=reverse))


def test_jobs_are_sorted_by_the_wait_run_time_and_cost_that_they_show() -> None:
    assert order("wait") == "beda" + "cfghij"
    assert order("wait", reverse=True) == "adbe" + "cfghij"
    assert order("run")[:3] == "fed" and order("run", reverse=True)[:3] == "def"
    assert order("cost") == "h" + "dfb" + "acegij"
    assert order("cost", reverse=True) == "bfd" + "h" + "acegij"
    assert order("cost", reverse=True, form=Form.EXACT)[:3] == "hfd", "the column of a CSV has no reserved amount"
    assert order("status") == "hefgi" + "d" + "abc" + "j"
    assert order("status", form=Form.EXACT) == "hefgi" + "bc" + "d" + "a" + "j", "in CSV by the API's words"


def test_the_screens_tables_are_sorted_as_the_lists() -> None:
    now = NOW
    columns = job_columns_at(lambda: now)
    listed = {one.column.name: one.column for one in job_columns(NOW, TZ)}
    for column in columns:
        assert arranged(JOBS, column) == arranged(JOBS, listed[column.name])
    (run,) = (one for one in columns if one.name == "RUN")
    assert run.timed, "the time of a running job goes on though nothing else changes"
    before = run.key(JOBS[3])
    now += timedelta(minutes=1)
    assert isinstance(before, float) and run.key(JOBS[3]) == before + 60


def at_home(name: str, ending: str = "") -> Column[SessionItem]:
    columns = home_columns(lambda _: None, lambda: PEOPLE, lambda one: one.id == ending)
    return next(one for one in columns if one.name == name)


def test_sessions_at_home_are_sorted_by_owner_status_and_jobs_as_shown() -> None:
    told = [item.session.id[0] for item in arranged(SESSIONS, at_home("OWNER"))]
    assert told == ["a", "c", "d", "b", "g", "e", "f"], "you, Ada, another user, unknown"
    assert at_home("STATUS", "a-here").key(SESSIONS[0]) == "ending…"
    limited, free = watch(), watch(session(NO_LIMITS))
    few = apply_session(EMPTY_SNAPSHOT, session(), NOW)
    snapshots = [EMPTY_SNAPSHOT, free, limited, None, few]
    items = [SessionItem(session(id=str(at)), watch=one) for at, one in enumerate(snapshots)]
    shown = [used_cells(one)[0].text for one in snapshots]
    assert shown == ["-", "NO LIM", "31/40", "-", f"{UNKNOWN}/40"]
    by = at_home("JOBS")
    assert [item.session.id for item in arranged(items, by)] == ["2", "1", "0", "3", "4"]
    assert [item.session.id for item in arranged(items, by, reverse=True)] == ["1", "2", "0", "3", "4"]


def test_in_a_pipe_times_have_their_date_and_ids_are_sorted_whole() -> None:
    columns = {one.name: one for one in session_columns(NOW, TZ)}
    item = SESSIONS[0]
    assert columns["opened"].shown(item, Form.SCREEN) == "13:10"
    assert columns["opened"].shown(item, Form.WHOLE) == "2026-07-22T11:10:00Z"
    assert columns["started"].shown(item, Form.WHOLE) == "2026-07-22T11:22:00Z"
    assert columns["ended"].shown(item, Form.WHOLE) == NOTHING
    two = [SessionItem(replace(session(), id=one)) for one in ("b-aaaaaa", "a-zzzzzz")]
    assert arranged(two, columns["id"].sorting(Form.SCREEN)) == two
    assert arranged(two, columns["id"].sorting(Form.WHOLE)) == two[::-1]
