from __future__ import annotations

import json
import shlex
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from ionq_tui.model.backend import Backend, Characterization, Measured
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import Failure, Job, JobCost
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.link_state import FRESH, Fault, FaultKind, Refused, Stale
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import Ended, EndUnknown, NotOpened, Opened, OpenRequest, StillOpen, Unconfirmed
from ionq_tui.model.overview import EMPTY_FLEET, apply_backends
from ionq_tui.model.session import Owner
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, apply_jobs, apply_session, with_jobs_fault
from ionq_tui.view.backend_card import backend_facts
from ionq_tui.view.end_review import end_facts, needs_typing
from ionq_tui.view.event_line import event_line
from ionq_tui.view.header import PRODUCTION, freshness, header, outage
from ionq_tui.view.home_summary import away_line, summary, unattended_line
from ionq_tui.view.job_card import histogram, job_facts
from ionq_tui.view.meter import money_meter
from ionq_tui.view.open_review import active_on, form_title, open_button, request_json, request_preview, review_lines
from ionq_tui.view.result import end_result, open_result
from ionq_tui.view.row import SessionItem
from ionq_tui.view.sanitize import cells
from ionq_tui.view.session_card import (
    attach_command,
    export_line,
    how_to_send,
    jobs_line,
    spend_lines,
    terminal_title,
    timeline,
    title,
)
from ionq_tui.view.style import Cell, Chip, Tone, words
from tests.unit.view.scene import ID, LIMITS, NOW, TZ, at, session, usd, watch

OFFLINE = Fault(FaultKind.OFFLINE, "")


def test_the_header_names_key_source_and_server() -> None:
    assert words(header("lab-b", "vqe-lab", "keyring", PRODUCTION)) == "lab-b · key vqe-lab (keyring) · production"
    told = words(header("x", None, "IONQ_API_KEY", "http://localhost:1/v0.4", read_only=True))
    assert told == "READ-ONLY · x · key (IONQ_API_KEY) · localhost:1"
    assert words(header("x", "some", "demo", "http://localhost/v0.4", demo=True)) == "DEMO · x · key some (demo)"
    assert words(header("x", None, None, PRODUCTION)) == "x · no key · production"


def test_a_profile_with_a_color_is_a_chip_in_the_header() -> None:
    told = header("lab-b", "vqe-lab", "keyring", PRODUCTION, color="green")
    assert words(told) == " lab-b  · key vqe-lab (keyring) · production"
    assert [cell for cell in told if isinstance(cell, Chip)] == [Chip(" lab-b ", Tone.STRONG, "green")]
    assert header("lab-b", "vqe-lab", "keyring", PRODUCTION)[0] == Cell("lab-b", Tone.STRONG)


def test_freshness() -> None:
    heard = NOW - timedelta(seconds=42)
    assert words(freshness(FRESH, NOW, NOW, TZ)) == "live · 14:02 CEST"
    assert words(freshness(FRESH, heard, NOW, TZ, late=True)) == "STALE 42 s"
    assert words(freshness(Stale(OFFLINE), heard, NOW, TZ)) == "STALE 42 s"
    assert words(freshness(Stale(OFFLINE), heard, NOW, TZ, late=False)) == "updated 42 s ago"
    assert words(freshness(FRESH, None, NOW, TZ)) == "no answer yet"
    assert words(freshness(Refused(OFFLINE), None, NOW, TZ)) == "REFUSED"


def test_an_outage_is_told_in_full() -> None:
    again, local = timedelta(seconds=5), "http://127.0.0.1:8000/v0.4"
    assert outage(FRESH, local, NOW, TZ) == ()
    told = words(outage(Stale(OFFLINE), local, NOW, TZ, next_try=again))
    assert told.startswith("! IonQ cannot be reached at http://127.0.0.1:8000/v0.4")
    assert told.endswith(" · next retry 14:02:15")
    refused = Refused(Fault(FaultKind.NOT_ENABLED, "no", 403, request_id="r-1"))
    told = words(outage(refused, PRODUCTION, NOW, TZ, about="sessions"))
    assert told == '! Sessions are not enabled for this organization ("no") [request r-1] · retrying'


def test_title_and_timeline_as_drawn() -> None:
    assert words(title(session(), Owner.HERE, "H2 scan")) == f'{ID} · qpu.forte-1 · owner: you · "H2 scan"'
    assert words(timeline(session(), NOW, TZ)) == "STARTED   created 13:10 > started 13:22 > expires 14:40"
    guess = words(timeline(session(expires_at=None), NOW, TZ))
    assert guess.endswith("expires ~14:52")


def test_the_timeline_of_an_end_names_who_and_when() -> None:
    over = session(status="ended", active=False, ended_at=at(14, 0), ender_id="u-7")
    assert words(timeline(over, NOW, TZ)).endswith("> ended 14:00 by u-7")
    assert words(timeline(over, NOW, TZ, {"u-7": "Mara"})).endswith("> ended 14:00 by Mara")
    assert words(timeline(session(), NOW, TZ, ending=True)).startswith("ENDING…")
    assert "yet IonQ says active: false" in words(timeline(session(active=False), NOW, TZ))
    assert words(timeline(session(status="pAused"), NOW, TZ)).startswith("pAused ")


def test_jobs_in_a_line() -> None:
    assert words(jobs_line(watch())) == "31 jobs: 28 completed · 1 FAILED · 1 running · 1 waiting"
    odd = apply_jobs(EMPTY_SNAPSHOT, [Job("a", "submitted"), Job("b", "ready"), Job("c", "Compiling")], NOW)
    assert words(jobs_line(odd)) == "≥ 3 jobs: 2 waiting · 1 Compiling"
    assert words(jobs_line(apply_jobs(EMPTY_SNAPSHOT, [], NOW, complete=True))) == "no jobs yet"
    assert "not visible" in words(jobs_line(with_jobs_fault(EMPTY_SNAPSHOT, OFFLINE)))


def test_spend_has_a_line_for_each_unit() -> None:
    assert spend_lines(watch()) == ["charged 18.20 usd", "reserved 4.10 usd"]
    assert spend_lines(EMPTY_SNAPSHOT) == ["charged —"]


def test_where_no_job_ran_meter_and_dialog_tell_the_same() -> None:
    idle = apply_jobs(apply_session(EMPTY_SNAPSHOT, session(status="created"), NOW), [], NOW, complete=True)
    assert money_meter(idle).used == "0.00" and spend_lines(idle) == ["charged 0.00 usd"]
    unlimited = apply_jobs(EMPTY_SNAPSHOT, [], NOW, complete=True)
    assert money_meter(unlimited).used == "0.00" and spend_lines(unlimited) == ["charged 0.00"]
    unseen = with_jobs_fault(idle, OFFLINE)
    assert money_meter(unseen).used == "—" and spend_lines(unseen) == ["charged —"]


def test_lines_to_paste_are_safe_in_a_shell() -> None:
    bad = "x'; rm -rf /\n`id`"
    assert shlex.split(export_line(bad)) == ["export", "IONQ_SESSION_ID=x'; rm -rf / `id`"]
    assert shlex.split(attach_command(bad)) == ["ionq-tui", "attach", "x'; rm -rf / `id`"]
    told = "\n".join(how_to_send(ID))
    assert f"export IONQ_SESSION_ID={ID}" in told
    assert f"session_id='{ID}'" in told
    assert f"SessionManager.from_id(client, '{ID}')" in " ".join(told.split()).replace("( ", "(")  # on two rows
    assert max(len(row) for row in told.splitlines()) <= 78


def test_the_terminals_title() -> None:
    assert terminal_title(session(), "38m") == "forte-1 38m"
    assert terminal_title(session(), "-") == "forte-1 started"


@pytest.mark.parametrize(
    ("limits", "settings"),
    [
        (NO_LIMITS, None),
        (Limits(jobs=40), {"job_count_limit": 40}),
        (Limits(minutes=90), {"duration_limit_min": 90}),
        (Limits(money=Money(Decimal("200"), "credit")), {"cost_limit": {"unit": "credit", "value": 200.0}}),
        (
            LIMITS,
            {"job_count_limit": 40, "duration_limit_min": 90, "cost_limit": {"unit": "usd", "value": 30.0}},
        ),
    ],
)
def test_the_request_holds_only_the_limits_given(limits: Limits, settings: object) -> None:
    body = {"backend": "qpu.forte-1"} | ({"settings": settings} if settings is not None else {})
    assert OpenRequest("qpu.forte-1", limits).body == body
    assert json.loads(request_json(OpenRequest("qpu.forte-1", limits))) == body


@pytest.mark.parametrize("name", ["qpu.forte-1", "a, b\x7f\u202e\x1b", "long" * 60])
@pytest.mark.parametrize("width", [24, 60, 80])
def test_the_preview_is_the_whole_request_within_the_width(name: str, width: int) -> None:
    request = OpenRequest(name, LIMITS)
    first, *rest = request_preview(request, PRODUCTION, width)
    assert first == f"sent once, to {PRODUCTION}/sessions:"
    assert all(cells(line) <= width for line in rest)
    glued = "".join(line[2:] if not index else line[3:] for index, line in enumerate(rest))
    assert glued.replace(" ", "") == request_json(request).replace(" ", "")


def test_the_preview_as_drawn() -> None:
    assert request_preview(OpenRequest("qpu.forte-1", LIMITS), PRODUCTION, 80)[1:] == [
        '  {"backend": "qpu.forte-1", "settings": {"job_count_limit": 40,',
        '   "duration_limit_min": 90, "cost_limit": {"unit": "usd", "value": 30.0}}}',
    ]


def test_the_review_names_sessions_on_this_backend_yours_first() -> None:
    items = [
        SessionItem(session(id="other-a90c12"), Owner.OTHER),
        SessionItem(session(id="here-b07e44"), Owner.HERE),
        SessionItem(session(id="away-000000", backend="qpu.aria-1"), Owner.HERE),
        SessionItem(session(id="over-111111", status="ended"), Owner.HERE),
    ]
    assert [item.session.short for item in active_on("qpu.forte-1", items)] == ["b07e44", "a90c12"]
    assert [words(line) for line in review_lines(OpenRequest("qpu.forte-1", LIMITS), items, NOW, TZ)] == [
        "! b07e44 (yours, opened 13:10) is still active on this backend",
        "· a90c12 (owner: another user) is active on this backend too",
        "· limits cannot be changed later",
        "· IonQ does not publish what an idle hour costs",
    ]


def test_no_limits_are_loud_in_the_review() -> None:
    free = OpenRequest("qpu.forte-1")
    assert "NO LIMIT" in words(review_lines(free, [], NOW, TZ)[0])
    assert open_button(free) == "Open without limits"
    assert open_button(OpenRequest("q", LIMITS)) == "Open session (billable)"


def test_the_forms_title() -> None:
    forte = Backend("qpu.forte-1", "available", False, 36, 360_000.0)
    assert words(form_title(forte)) == "NEW SESSION on qpu.forte-1 · available · 36 qubits · queue about 6 min"


@pytest.mark.parametrize(
    ("owners", "count", "typed"),
    [
        ([Owner.HERE], 1, False),
        ([Owner.YOU], 1, False),
        ([Owner.OTHER], 1, True),
        ([Owner.UNKNOWN], 1, True),
        ([Owner.HERE, Owner.HERE], 2, True),
        ([], 1, True),
    ],
)
def test_what_is_not_surely_ours_is_typed(owners: list[Owner], count: int, typed: bool) -> None:
    assert needs_typing(owners, count) is typed


def test_the_facts_of_an_end() -> None:
    heard = NOW - timedelta(seconds=3)
    facts = dict(end_facts(watch(), Owner.OTHER, "H2 scan", heard, NOW, TZ, {"ann": "Ann"}))
    assert facts == {
        "session": f'{ID} "H2 scan"',
        "backend": "qpu.forte-1",
        "owner": "another user",
        "status": "STARTED: created 13:10 > started 13:22 > expires 14:40",
        "unfinished": "2 jobs (1 running, 1 waiting), from 2 people: Ann, bob",
        "cost": "charged 18.20 usd, reserved 4.10 usd",
        "left": "time 37m, jobs 9, cost 7.70 usd",
        "data": "updated 3 s ago",
    }


def test_the_facts_of_an_end_admit_what_is_not_known() -> None:
    bare = apply_session(EMPTY_SNAPSHOT, session(NO_LIMITS, expires_at=None), NOW)
    facts = dict(end_facts(bare, Owner.UNKNOWN, "", None, NOW, TZ))
    assert facts["unfinished"] == "unknown: still loading jobs"
    assert facts["left"] == "NO LIMIT"
    assert facts["data"] == "not confirmed by IonQ"
    hidden = dict(end_facts(with_jobs_fault(bare, OFFLINE), Owner.UNKNOWN, "", None, NOW, TZ))
    assert hidden["unfinished"] == "unknown: the jobs could not be read"
    assert end_facts(EMPTY_SNAPSHOT, Owner.HERE, "", None, NOW, TZ)[0] == ("session", "no data yet")


def test_what_became_of_opening() -> None:
    assert open_result(Opened(session()), NOW, TZ).text == "9fe21c on qpu.forte-1: opened"
    assert "found after the reply was lost" in open_result(Opened(session(), adopted=True), NOW, TZ).text
    assert open_result(NotOpened(OFFLINE), NOW, TZ).text.startswith("nothing was opened: ")
    lost = Unconfirmed((), OFFLINE, NOW)
    assert "not in IonQ's list as of 14:02:10" in open_result(lost, NOW, TZ).text
    assert "could not be asked" in open_result(replace(lost, looked_at=None), NOW, TZ).text
    assert open_result(replace(lost, candidates=(session(),)), NOW, TZ).text.endswith(
        "it may be 9fe21c (IonQ cannot be reached)"
    )


def test_what_became_of_ending() -> None:
    over = session(status="ended", ended_at=at(14, 2), ender_id="u-7")
    assert end_result(Ended(over), NOW, TZ, {"u-7": "Mara"}).text == "9fe21c ended at 14:02 by Mara"
    assert end_result(StillOpen(session()), NOW, TZ).text == '9fe21c is STILL OPEN, IonQ says "started"'
    assert "IonQ cannot be reached" in end_result(StillOpen(session(), OFFLINE), NOW, TZ).text
    assert end_result(EndUnknown(OFFLINE), NOW, TZ, session_id=ID).text.startswith(
        "whether 9fe21c ended is not confirmed"
    )


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        (
            Event(at(14, 1, 40), EventKind.JOB_FAILED, ID, "job-b81d3c", "QuotaExhaustedError, project budget reached"),
            "14:01:40  job b81d3c failed: QuotaExhaustedError, project budget reached",
        ),
        (Event(at(13, 58, 2), EventKind.JOB_COMPLETED, ID, "job-55e9a0"), "13:58:02  job 55e9a0 completed, 0.65 usd"),
        (Event(at(13, 22), EventKind.STARTED, ID), "13:22:00  session started"),
        (Event(at(14, 0), EventKind.ENDED, ID, words="u-7"), "14:00:00  session ended by Mara"),
        (Event(at(14, 0), EventKind.NOTE, ID, words="80 % of the jobs"), "14:00:00  80 % of the jobs"),
    ],
)
def test_events(event: Event, shown: str) -> None:
    costs = {"job-55e9a0": JobCost(cost=usd("0.65"))}
    assert words(event_line(event, NOW, TZ, costs=costs, people={"u-7": "Mara"})) == shown


def test_events_in_utc_too() -> None:
    told = words(event_line(Event(at(13, 22), EventKind.STARTED, ID), NOW, TZ, with_utc=True))
    assert told == "13:22:00 (2026-07-22 11:22:00 UTC)  session started"


def test_the_lines_of_home() -> None:
    items = [SessionItem(session(), Owner.HERE), SessionItem(session(status="ended"), Owner.OTHER)]
    fleet = apply_backends(
        EMPTY_FLEET, [Backend("a", "available"), Backend("b", "available", True), Backend("c", "unavailable")]
    )
    assert words(summary(items, fleet)) == "1 active in the organization, 1 yours · backends: 1 up, 1 degraded"
    assert words(summary([], EMPTY_FLEET, 2)).endswith("2 sessions could not be read")
    free = SessionItem(session(NO_LIMITS, created_at=at(7, 50)), Owner.HERE)
    assert words(unattended_line(free, NOW, TZ, at(10, 22))) == (
        "! 9fe21c (yours), open for 6h12m, has NO LIMIT and no job since 10:22"
    )
    assert words(unattended_line(SessionItem(session()), NOW, TZ)).endswith(", is still active")
    ended = session(status="ended", ended_at=at(0, 11))
    assert words(away_line(ended, NOW, TZ, 36, 2, (usd("14.9"),))) == (
        "· 9fe21c ended while you were away: 00:11, 36 jobs, 2 failed, 14.90 usd"
    )


def test_a_job_in_full() -> None:
    job = Job("job-b81d3c", "failed", shots=1000, submitted_at=at(14, 0), failure=Failure("Quota", "it is\nall spent"))
    facts = job_facts(job, None, NOW, TZ)
    assert ("status", "FAILED") in facts
    assert ("failure", "Quota") in facts
    assert ("", "it is all spent") in facts
    assert ("submitted", "14:00:00 CEST (2026-07-22 12:00:00 UTC)") in facts
    assert facts[-1] == ("cost", "—")
    assert ("status", 'waiting (IonQ says "ready")') in job_facts(Job("a", "ready"), None, NOW, TZ)


def test_a_histogram_shows_the_likeliest_first() -> None:
    lines = histogram({"00": 0.25, "11": 0.5, "01": 0.25, "10": float("nan")}, 32, most=2)
    assert lines == ["11  " + "█" * 20 + "  50.00%", "00  " + "█" * 10 + " " * 10 + "  25.00%", "and 1 more state"]
    assert histogram({}, 40) == ["no result to show"]


def test_a_backend_in_full() -> None:
    measured = Characterization(
        "c", "qpu.x", at(9, 0), fidelity={"2q": Measured(0.996, 0.0002)}, timing={"t1": 100.0, "2q": 0.00097}
    )
    facts = dict(backend_facts(Backend("qpu.x", "retired", qubits=36), measured, NOW, TZ))
    assert facts["fidelity"] == "2q 99.60% ± 0.02"
    assert (facts["lifetime"], facts["timing"]) == ("T1 100 s", "2q 970 µs")
    assert facts["backend"] == "qpu.x, 36 qubits"
    assert facts["measured"] == "5 h 2 min ago, 09:00 CEST (2026-07-22 07:00 UTC)"
    assert "estimate" not in facts and "observed" not in facts
    assert "retired" in facts[""]
    degraded = Backend("qpu.x", "available", degraded=True, average_queue_time=60_000.0)
    samples = tuple((NOW - timedelta(minutes=10 * number), 60_000.0 * number) for number in (3, 2, 1))
    facts = dict(backend_facts(degraded, None, NOW, TZ, samples, Estimate("qpu.x", Circuit(), usd("0.65"))))
    assert facts["status"] == "available, degraded"
    assert facts["observed"].endswith("last 29 min, about 1 min to 3 min")
    assert facts["estimate"].startswith("about 0.65 usd per 1,000 shots")
