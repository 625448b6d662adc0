from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from ionq_tui.model.backend import Backend, Characterization, Measured
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.money import Money
from ionq_tui.model.session import Owner
from ionq_tui.view.column import Column, Item, Row, arranged, fitted, heads, widths
from ionq_tui.view.forecast import Forecast, runs_out
from ionq_tui.view.row import (
    BACKEND_COLUMNS,
    JOB_COLUMNS,
    SESSION_COLUMNS,
    BackendItem,
    JobItem,
    SessionItem,
    backend_row,
    family,
    job_row,
    queue_words,
    session_row,
    time_left,
)
from ionq_tui.view.sanitize import cells
from ionq_tui.view.status import why_not
from ionq_tui.view.style import Tone, words
from ionq_tui.view.text_table import text_table
from ionq_tui.view.usage import FOLDED, HOME_COLUMNS, home_columns, label_room
from tests.support.amounts import usd
from tests.unit.view.scene import NOW, TZ, at, costs, jobs, session


def told(row: Row) -> list[str]:
    return [cell.text for cell in row]


def names(columns: tuple[Column[Item], ...]) -> list[str]:
    return [column.name for column in columns]


def test_a_session_as_drawn() -> None:
    row = session_row(session(), Owner.HERE, "H2 scan", NOW, TZ)
    assert names(SESSION_COLUMNS) == ["ID", "BACKEND", "STATUS", "OWNER", "LABEL", "OPENED", "LEFT", "LIMITS"]
    assert told(row) == ["9fe21c", "qpu.forte-1", "started", "you", "H2 scan", "13:10", "37m", "40j +2"]


def test_a_session_without_limits_says_so_loudly() -> None:
    row = session_row(session(NO_LIMITS, expires_at=None), Owner.OTHER, "", NOW, TZ)
    assert told(row)[3:] == ["another user", "-", "13:10", "-", "NONE"]
    assert row[-1].tone is Tone.WARN


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": "paused"}, "paused"),
        ({"status": "started", "active": False}, "? started, inactive"),
        ({"status": "ended", "active": True}, "? ended, active"),
        ({"status": "created", "active": None}, "created"),
    ],
)
def test_the_status_is_the_servers_word_and_disagreement_is_shown(changes: dict[str, object], status: str) -> None:
    assert told(session_row(session(**changes), Owner.YOU, "", NOW, TZ))[2] == status  # type: ignore[arg-type]


def test_an_end_that_was_asked_for_is_ending_until_it_is_proved() -> None:
    assert told(session_row(session(), Owner.HERE, "", NOW, TZ, ending=True))[2] == "ending…"
    over = session(status="ended", active=False)
    assert told(session_row(over, Owner.HERE, "", NOW, TZ, ending=True))[2] == "ended"


def test_time_left_is_marked_where_it_is_a_guess_and_told_where_it_is_over() -> None:
    assert told(session_row(session(expires_at=None), Owner.HERE, "", NOW, TZ))[6] == "~49m"
    assert told(session_row(session(expires_at=at(14, 0)), Owner.HERE, "", NOW, TZ))[6] == "OVER"
    assert told(session_row(session(expires_at=NOW), Owner.HERE, "", NOW, TZ))[6] == "OVER"
    assert told(session_row(session(expires_at=at(14, 2, 11)), Owner.HERE, "", NOW, TZ))[6] == "1s"


def test_a_name_stands_for_other_where_it_is_known() -> None:
    theirs = session(creator_id="u-7")
    assert told(session_row(theirs, Owner.OTHER, "", NOW, TZ, people={"u-7": "Mara"}))[3] == "Mara"
    assert told(session_row(theirs, Owner.HERE, "", NOW, TZ, people={"u-7": "Mara"}))[3] == "you"


def test_jobs_as_drawn() -> None:
    held = {job.id: job_row(job, costs().get(job.id), NOW) for job in jobs()}
    assert names(JOB_COLUMNS) == ["ID", "NAME", "STATUS", "WAIT", "RUN", "SHOTS", "COST"]
    assert told(held["job-41ba07"]) == ["41ba07", "-", "waiting", "~2m", "-", "-", "res. 2.05 usd"]
    assert told(held["job-7c20fe"]) == ["7c20fe", "-", "running", "1m", "14s", "-", "res. 2.05 usd"]
    assert told(held["job-b81d3c"]) == ["b81d3c", "-", "FAILED", "-", "-", "-", "0.00 usd"]
    assert told(held["job-000003"]) == ["000003", "vqe-3", "completed", "3m", "14s", "1,000", "0.65 usd"]


@pytest.mark.parametrize(
    ("job", "cost", "shown"),
    [
        (Job("a", "completed"), None, "—"),
        (Job("a", "completed"), JobCost(estimate=usd("2")), "—"),
        (Job("a", "started"), JobCost(cost=usd("0.2"), estimate=usd("2.05")), "so far 0.20 usd"),
        (Job("a", "a new one"), JobCost(cost=usd("0.2")), "so far 0.20 usd"),
        (Job("a", "completed"), JobCost(cost=usd("0.2"), early=True), "so far 0.20 usd"),
        (Job("a", "completed", dry_run=True), JobCost(cost=usd("2")), "dry run"),
        (Job("a", "completed"), JobCost(dry_run=True, cost=usd("2")), "dry run"),
        (Job("a", "ready"), JobCost(estimate=Money(Decimal(3), "credit")), "res. 3.00 credit"),
    ],
)
def test_a_cost_that_is_missing_is_not_zero(job: Job, cost: JobCost | None, shown: str) -> None:
    assert told(job_row(job, cost, NOW))[-1] == shown


def test_jobs_whose_names_differ_at_the_end_can_be_told_apart() -> None:
    row = job_row(Job("a", "ready", name="qaoa-sweep-iteration-2647"), None, NOW)
    narrow = fitted(row, JOB_COLUMNS, widths(JOB_COLUMNS, 80))
    assert narrow[1].text == "qaoa-sweep-itera…47"


def test_an_unknown_status_is_shown_as_the_server_wrote_it() -> None:
    assert told(job_row(Job("a", "Being_Compiled"), None, NOW))[2] == "Being_Compiled"


def test_parts_of_a_job_stand_below_it() -> None:
    listed = [
        Job("p2", parent_job_id="p"),
        Job("a"),
        Job("p"),
        Job("p1", parent_job_id="p"),
        Job("x", parent_job_id="?"),
    ]
    assert [job.id for job in family({job.id: job for job in listed})] == ["a", "p", "p2", "p1", "x"]
    assert told(job_row(listed[0], None, NOW))[1] == "└ -"


def test_jobs_that_are_parts_of_each_other_are_not_lost() -> None:
    circle = [Job("a", parent_job_id="b"), Job("b", parent_job_id="a"), Job("c", parent_job_id="c")]
    assert sorted(job.id for job in family({job.id: job for job in circle})) == ["a", "b", "c"]


def test_backends() -> None:
    measured = Characterization("c", "qpu.forte-1", fidelity={"2q": Measured(0.99601)})
    forte = Backend("qpu.forte-1", "available", False, 36, 360_000.0, location="us-east")
    assert told(backend_row(forte, measured)) == ["qpu.forte-1", "available", "about 6m", "36", "99.60%", "us-east"]
    assert told(backend_row(replace(forte, degraded=True)))[1] == "degraded"
    unread = replace(forte, characterization_id="c")
    assert told(backend_row(unread))[4] == "…" and told(backend_row(unread, measured))[4] == "99.60%"
    assert told(backend_row(unread, Characterization("c", "qpu.forte-1")))[4] == "-"
    assert told(backend_row(Backend("x"))) == ["x", "unknown", "-", "-", "-", "-"]


@pytest.mark.parametrize(
    ("queue", "shown"),
    [
        (0.0, "about 0 s"),
        (12_000, "about 12 s"),
        (89_000, "about 1 min"),
        (7.2e6, "about 2 h"),
        (4e8, "about 4 days"),
        (-1, "-"),
        (float("nan"), "-"),
        (float("inf"), "-"),
    ],
)
def test_the_queue_is_about(queue: float, shown: str) -> None:
    assert queue_words(Backend("x", "available", average_queue_time=queue)) == shown


def test_the_queue_in_a_table_fits_its_column() -> None:
    rows = [backend_row(Backend("x", "available", average_queue_time=queue)) for queue in (8.6e6, 3e6, 1e3, 3.5e9)]
    assert [told(row)[2] for row in rows] == ["about 2h23m", "about 50m", "about 1s", "about 40d12h"]


@pytest.mark.parametrize(
    ("status", "says"),
    [("available", None), ("unavailable", "unavailable"), ("retired", "retired"), ("calibrating", '"calibrating"')],
)
def test_a_backend_that_cannot_be_chosen_says_why(status: str, says: str | None) -> None:
    reason = why_not(Backend("qpu.x", status))
    assert (reason is None) if says is None else (reason is not None and says in reason)


def test_tables_fit_80_columns_and_grow_with_the_terminal() -> None:
    assert sum(widths(SESSION_COLUMNS, 80)) + 2 * len(SESSION_COLUMNS) == 80
    assert sum(widths(JOB_COLUMNS, 80)) + 2 * len(JOB_COLUMNS) == 80
    assert sum(widths(BACKEND_COLUMNS, 80)) + 2 * len(BACKEND_COLUMNS) <= 80
    wide = widths(SESSION_COLUMNS, 120)
    assert sum(wide) + 2 * len(wide) == 120
    assert widths(SESSION_COLUMNS, 60) == [column.width for column in SESSION_COLUMNS]


def test_cells_are_cut_and_padded_to_their_column() -> None:
    row = session_row(session(backend="qpu.日本語日本語日本語"), Owner.HERE, "x" * 50, NOW, TZ)
    given = widths(SESSION_COLUMNS, 80)
    assert [cells(cell.text) for cell in fitted(row, SESSION_COLUMNS, given)] == given
    assert [len(name) for name in heads(SESSION_COLUMNS, given)] == given
    assert words(fitted(row, SESSION_COLUMNS, given)[4:5]) == "xxxxxx…"


@pytest.mark.parametrize(("width", "shown"), [(80, "2.00"), (160, "2.00credit")])
def test_a_limit_of_money_is_never_cut_in_its_number(width: int, shown: str) -> None:
    row = session_row(session(Limits(money=Money(Decimal(2), "credit"))), Owner.HERE, "", NOW, TZ)
    assert words(fitted(row, SESSION_COLUMNS, widths(SESSION_COLUMNS, width))[-1:]).strip() == shown


def test_sorting_puts_the_unknown_last_in_both_directions() -> None:
    items = [
        SessionItem(session(id="a", created_at=None)),
        SessionItem(session(id="b", created_at=at(13, 0))),
        SessionItem(session(id="c", created_at=at(12, 0))),
    ]
    opened = next(column for column in SESSION_COLUMNS if column.name == "OPENED")
    assert [item.session.id for item in arranged(items, opened)] == ["c", "b", "a"]
    assert [item.session.id for item in arranged(items, opened, reverse=True)] == ["b", "c", "a"]


def test_every_column_sorts_empty_and_full_items_together() -> None:
    sessions = [SessionItem(session()), SessionItem(session(Limits(), id="", backend=None, expires_at=None))]
    assert [len(arranged(sessions, by)) for by in SESSION_COLUMNS] == [2] * len(SESSION_COLUMNS)
    work = [JobItem(job, costs().get(job.id)) for job in [*jobs(), Job("")]]
    assert [len(arranged(work, by)) for by in JOB_COLUMNS] == [len(work)] * len(JOB_COLUMNS)
    fleet = [BackendItem(Backend("")), BackendItem(Backend("x", "available", True, 1, 1.0, None, "there"))]
    assert [len(arranged(fleet, by)) for by in BACKEND_COLUMNS] == [2] * len(BACKEND_COLUMNS)


def test_the_command_line_shows_the_same_rows() -> None:
    rows = [backend_row(Backend("qpu.forte-1", "available", qubits=36)), backend_row(Backend("日本", "retired"))]
    assert text_table(BACKEND_COLUMNS, rows).splitlines() == [
        "NAME         STATUS     QUEUE  QUBITS  2Q FID  LOCATION",
        "qpu.forte-1  available      -      36       -  -",
        "日本         retired        -       -       -  -",
    ]
    assert text_table(BACKEND_COLUMNS, []) == "NAME  STATUS  QUEUE  QUBITS  2Q FID  LOCATION"
    assert all(cells(line) <= 20 for line in text_table(BACKEND_COLUMNS, rows, 20).splitlines())


@pytest.mark.parametrize(("total", "room"), [(60, 0), (80, 7), (100, 9), (120, 15), (200, 32)])
def test_a_label_has_what_room_there_is_before_words_that_are_short(total: int, room: int) -> None:
    assert label_room(total) == room
    given = dict(zip((column.name for column in HOME_COLUMNS), widths(HOME_COLUMNS, total), strict=True))
    assert given["BACKEND"] >= 13 and given["STATUS"] >= 7


def test_at_80_columns_the_end_of_a_long_name_of_a_backend_is_told() -> None:
    shown = [column for column in HOME_COLUMNS if column.name not in FOLDED[:3]]
    assert sum(widths(shown, 80)) + 2 * len(shown) == 80
    row = session_row(replace(session(), backend="qpu.forte-enterprise-1"), Owner.HERE, "H2 scan", NOW, TZ)
    assert fitted(row, shown, widths(shown, 80))[1].text == "qpu.forte-…-1"


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (None, "49m"),
        (Forecast("jobs", NOW + timedelta(minutes=17)), "~17m"),
        (Forecast("cost", NOW + timedelta(minutes=90)), "49m"),
        (Forecast("cost", NOW), "limit"),
        (Forecast("time", NOW + timedelta(minutes=49), guess=False), "49m"),
    ],
)
def test_the_time_left_is_that_until_the_first_end(first: Forecast | None, told: str) -> None:
    limited = session(expires_at=NOW + timedelta(minutes=49))
    assert time_left(limited, NOW, first).text == told


def test_a_session_without_a_time_limit_has_the_time_until_another_limit() -> None:
    unlimited = session(NO_LIMITS, expires_at=None)
    assert time_left(unlimited, NOW, Forecast("jobs", NOW + timedelta(minutes=3))).tone is Tone.BAD


def test_the_list_is_sorted_by_the_time_left_that_it_shows() -> None:
    soon = session(expires_at=NOW + timedelta(hours=2))
    late = session(id="another", expires_at=NOW + timedelta(hours=1))
    ends = {soon.id: Forecast("jobs", NOW + timedelta(minutes=5))}
    columns = home_columns(lambda one: ends.get(one.id) or runs_out(one))
    (by,) = (column for column in columns if column.name == "LEFT")
    assert [item.session.id for item in arranged([SessionItem(late), SessionItem(soon)], by)] == [soon.id, late.id]
