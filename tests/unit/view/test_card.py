from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ionq_tui.model.backend import Backend, Characterization, Measured
from ionq_tui.model.connection import PRODUCTION_URL
from ionq_tui.model.estimate import Circuit, Estimate
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import Failure, Job
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.link_state import FRESH, Fault, FaultKind, Refused, Stale
from ionq_tui.model.money import Money
from ionq_tui.model.overview import EMPTY_FLEET, apply_backends
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, apply_session
from ionq_tui.view.backend_card import backend_facts
from ionq_tui.view.event_line import event_line
from ionq_tui.view.forecast import forecasts, runs_out
from ionq_tui.view.header import freshness, header, outage
from ionq_tui.view.home_list import NOTHING_LISTED, HomeList
from ionq_tui.view.home_summary import (
    NO_DOUBTS,
    Doubts,
    away_line,
    doubts,
    running_line,
    running_notes,
    summary,
    unattended_line,
)
from ionq_tui.view.job_card import histogram, job_facts
from ionq_tui.view.live_session import status_line
from ionq_tui.view.receipt import receipt_lines
from ionq_tui.view.row import SessionItem
from ionq_tui.view.session_card import (
    steps,
    title,
)
from ionq_tui.view.style import Cell, Chip, Tone, words
from tests.support.amounts import usd
from tests.unit.view.scene import ID, LIMITS, NOW, TZ, at, session, watch

OFFLINE = Fault(FaultKind.OFFLINE, "")


def test_the_header_names_key_source_and_server() -> None:
    assert words(header("lab-b", "vqe-lab", "keyring", PRODUCTION_URL)) == "lab-b · key vqe-lab (keyring) · production"
    told = words(header("x", None, "IONQ_API_KEY", "http://localhost:1/v0.4", read_only=True))
    assert told == "READ-ONLY · x · key (IONQ_API_KEY) · localhost:1"
    assert words(header("x", "some", "demo", "http://localhost/v0.4", demo=True)) == "DEMO · x · key some (demo)"
    assert words(header("x", None, None, PRODUCTION_URL)) == "x · no key · production"


def test_a_profile_with_a_color_is_a_chip_in_the_header() -> None:
    told = header("lab-b", "vqe-lab", "keyring", PRODUCTION_URL, color="green")
    assert words(told) == " lab-b  · key vqe-lab (keyring) · production"
    assert [cell for cell in told if isinstance(cell, Chip)] == [Chip(" lab-b ", Tone.STRONG, "green")]
    assert header("lab-b", "vqe-lab", "keyring", PRODUCTION_URL)[0] == Cell("lab-b", Tone.STRONG)


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
    assert told.endswith(" · next retry 14:02:15 · check the network"), "and not that it is retried automatically"
    refused = Refused(Fault(FaultKind.NOT_ENABLED, "no", 403, request_id="r-1"))
    told = words(outage(refused, PRODUCTION_URL, NOW, TZ, about="sessions"))
    assert told.startswith('! Sessions are not enabled for this organization ("no") · retrying · write to ')
    assert told.endswith("backends can still be browsed [HTTP 403, request r-1]")
    busy = Fault(FaultKind.RATE_LIMITED, "slow down", 429, retry_after=7)
    told = words(outage(Stale(busy), PRODUCTION_URL, NOW, TZ, next_try=again))
    assert told == '! IonQ is limiting the rate of requests ("slow down") · next retry 14:02:15 [HTTP 429]'


def test_title_and_timeline_as_drawn() -> None:
    assert words(title(session(), Owner.HERE, "H2 scan")) == f'{ID} · qpu.forte-1 · owner: you · "H2 scan"'
    assert steps(session(), NOW, TZ) == "created 13:10 > started 13:22 > expires 14:40"
    assert steps(session(expires_at=None), NOW, TZ).endswith("expires ~14:52")


def status(shown: Session, **more: bool) -> str:
    held = apply_session(EMPTY_SNAPSHOT, shown, NOW)
    return words(status_line(held, forecasts(held, NOW), NOW, TZ, **more))  # type: ignore[arg-type]


def test_one_line_says_the_status_and_what_ends_it() -> None:
    assert status(session()) == "STARTED 13:22 · expires 14:40 or earlier; no rate for jobs and cost yet"
    unlimited = session(NO_LIMITS, expires_at=None)
    assert status(unlimited) == "STARTED 13:22 · NO LIMIT: it runs until it is ended (e)"
    waits = session(status="created", started_at=None, expires_at=None, limits=Limits(minutes=30))
    assert status(waits) == "CREATED 13:10 · not started: ends 30m after its first job"
    waits = session(status="created", started_at=None, expires_at=None, limits=Limits(1, 30))
    assert status(waits) == "CREATED 13:10 · not started: ends 30m after its first job or at 1 job"
    waits = session(status="created", started_at=None, expires_at=None, limits=Limits(1, 30, Money(Decimal(3), "usd")))
    assert status(waits) == "CREATED 13:10 · not started: ends at the latest 30m after its first job"
    assert status_line(EMPTY_SNAPSHOT, (), NOW, TZ) == ()


def test_above_a_receipt_the_end_is_left_to_it() -> None:
    over = session(status="ended", active=False, ended_at=at(14, 0), ender_id="u-7")
    held = apply_session(EMPTY_SNAPSHOT, over, NOW)
    said = words(status_line(held, (), NOW, TZ, with_receipt=True))
    assert said == "ENDED   created 13:10 > started 13:22"
    assert "ended   14:00, by u-7" in [words(one) for one in receipt_lines(held, NOW, TZ)]


def test_the_line_of_an_end_names_who_and_when() -> None:
    over = session(status="ended", active=False, ended_at=at(14, 0), ender_id="u-7")
    assert status(over) == "ENDED   created 13:10 > started 13:22 > ended 14:00 by u-7"
    held = apply_session(EMPTY_SNAPSHOT, over, NOW)
    assert words(status_line(held, (), NOW, TZ, {"u-7": "Mara"})).endswith("> ended 14:00 by Mara")
    assert status(session(), ending=True).startswith("ENDING…")
    assert "yet IonQ says active: false" in status(session(active=False))
    assert status(session(status="pAused")).startswith("pAused ")


def item(number: int, owner: Owner = Owner.HERE, limits: Limits = LIMITS, **more: object) -> SessionItem:
    shown = session(limits, id=f"s-{number:06}", **more)
    return SessionItem(shown, owner, "", apply_session(EMPTY_SNAPSHOT, shown, NOW))


def running(*items: SessionItem, loaded: bool = True, certain: bool = True, width: int = 90) -> tuple[str, Tone]:
    ends = {one.session.id: first for one in items if (first := runs_out(one.session)) is not None}
    (cell,) = running_line(HomeList.of(items), ends, NOW, loaded=loaded, certain=certain, width=width)
    return cell.text, cell.tone


def test_the_second_line_says_whether_money_is_running() -> None:
    assert running() == ("nothing is running", Tone.DIM)
    assert running(item(1, Owner.OTHER)) == ("none of yours is running", Tone.DIM)
    assert running(item(1, Owner.OTHER), certain=False)[1] is Tone.WARN
    assert running(certain=False) == ("none of yours is listed, but that is not certain", Tone.WARN)
    assert running(loaded=False)[0] == "asking IonQ what is running…"
    assert running(item(1, Owner.UNKNOWN)) == ("1 session active, owner unknown", Tone.WARN)
    assert running(item(1)) == ("1 yours running · 000001 ends in 37 min", Tone.GOOD)
    waits = item(3, status="created", started_at=None, expires_at=None)
    assert running(waits) == ("1 yours not started", Tone.GOOD)
    assert running(item(1), waits)[0].startswith("1 yours running, 1 not started · 000001 ends first")
    assert running(waits, item(4)._replace(unseen=True))[0] == "1 yours not started, 1 not confirmed ended"
    two = running(item(1), item(2, expires_at=at(14, 30)))
    assert two == ("2 yours running · 000002 ends first, in 27 min", Tone.GOOD)
    vague = item(6, limits=Limits(jobs=9), expires_at=None)
    assert running(item(1), vague)[0] == "2 yours running · 000001 ends in 37 min, another may end sooner"
    assert running(item(1), vague, item(7, limits=Limits(jobs=3), expires_at=None))[0].endswith(
        "2 others may end sooner"
    )
    assert running(item(1, expires_at=at(14, 12)))[1] is Tone.WARN
    assert running(item(1, expires_at=at(14, 0)))[0].endswith("000001 should have ended")
    free = item(2, limits=NO_LIMITS, expires_at=None)
    assert running(free) == ("1 yours running, with NO LIMIT", Tone.BAD)
    assert running(item(1), free)[0].startswith("2 yours running, 1 with NO LIMIT · 000001 ends first")
    unseen = item(3)._replace(unseen=True)
    assert running(item(1), unseen)[0].startswith("1 yours running, 1 not confirmed ended")
    assert running(unseen, certain=False) == ("1 not confirmed ended", Tone.WARN)
    assert running(item(1), loaded=False)[1] is Tone.WARN
    over = item(5, expires_at=at(14, 0))
    assert running(over, item(1))[0] == "2 yours running · 000001 ends first, in 37 min"  # what is past comes last
    ended = item(4, status="ended", active=False, ended_at=at(14, 0))
    assert running(ended) == ("nothing is running", Tone.DIM)


def test_what_was_spent_so_far_is_told_per_unit_and_never_too_surely() -> None:
    held = SessionItem(session(), Owner.HERE, "", watch())
    assert running(held)[0] == "1 yours running · 18.20 usd so far · 9fe21c ends in 37 min"
    part = item(2)._replace(watch=None)
    assert "≥ 18.20 usd so far" in running(held, part)[0]
    assert running(held, width=40)[0] == "1 yours running · 9fe21c ends in 37 min"


def noted(
    *items: SessionItem, loaded: bool = True, certain: bool = True, why: Doubts = NO_DOUBTS, others: bool = False
) -> list[tuple[str, Tone]]:
    ends = {one.session.id: first for one in items if (first := runs_out(one.session)) is not None}
    home = HomeList.of(items)
    lines = running_notes(home, ends, NOW, loaded=loaded, certain=certain, doubts=why, others=others)
    return [(cell.text, cell.tone) for (cell,) in lines]


def test_the_header_of_other_screens_says_shortly_whether_money_is_running() -> None:
    held = SessionItem(session(), Owner.HERE, "", watch())
    assert noted(held) == [("1 running, 18.20 usd", Tone.GOOD), ("1 running", Tone.GOOD), ("1 running", Tone.GOOD)]
    assert noted(held, item(2)._replace(watch=None))[0][0] == "2 running, ≥ 18.20 usd"
    assert noted(item(1)._replace(watch=None))[0] == ("1 running, cost unknown", Tone.GOOD)
    near = item(1, expires_at=at(14, 12))
    assert noted(near)[0] == ("! 1 running, cost unknown, ends in 9 min", Tone.WARN)
    assert noted(near)[-1] == ("! 1 running", Tone.WARN)
    assert noted(item(1, expires_at=at(14, 7)))[0] == ("! 1 running, cost unknown, ENDS in 4 min", Tone.BAD)
    outdated = noted(held, why=doubts(0, 0, 0, current=False))
    assert outdated[1] == ("! 1 running, list outdated, 18.20 usd", Tone.WARN)
    assert outdated[-2:] == [("! 1 running, list outdated", Tone.WARN), ("! 1 running", Tone.WARN)]
    assert doubts(1, 1, 2, current=True) == Doubts(("1 unconfirmed", "1 opening"), ("2 not readable",))
    assert doubts(0, 0, 0, current=True) == NO_DOUBTS
    free = item(2, limits=NO_LIMITS, expires_at=None)
    assert noted(held, free)[-2:] == [("! 2 running, 1 NO LIMIT", Tone.BAD), ("! 2 running", Tone.BAD)]


def test_on_a_sessions_own_screen_the_header_tells_of_the_others() -> None:
    held = SessionItem(session(), Owner.HERE, "", watch())
    assert noted(others=True) == noted(others=True, certain=False) == noted(others=True, loaded=False) == []
    assert noted(held, others=True)[0] == ("1 other running, 18.20 usd", Tone.GOOD)
    free = item(2, limits=NO_LIMITS, expires_at=None)
    assert noted(held, free, others=True)[-2:] == [
        ("! 2 others running, 1 NO LIMIT", Tone.BAD),
        ("! 2 others running", Tone.BAD),
    ]
    waits = item(4, status="created", started_at=None, expires_at=None)._replace(watch=None)
    assert noted(waits, others=True)[-1] == ("1 other not started", Tone.GOOD)
    assert noted(held, waits, others=True)[-2][0] == "1 other running, 1 not started"
    assert noted(waits)[-1][0] == "1 not started"
    unseen = item(3)._replace(unseen=True)
    told = [text for text, _ in noted(unseen, others=True)]
    assert told == ["! 1 other not confirmed ended", "! 1 other unconfirmed"]
    assert noted(others=True, why=Doubts(("2 unconfirmed",), ("list outdated",))) == [("! 2 unconfirmed", Tone.WARN)]
    assert noted(others=True, why=Doubts(("1 opening", "1 late"), ("list outdated",))) == [("! 1 opening", Tone.WARN)]
    for why in (doubts(0, 0, 0, current=False), doubts(0, 0, 3, current=True)):
        assert noted(others=True, why=why) == [("! others: unknown", Tone.WARN)]
        assert noted(others=True, why=why, loaded=False) == []


def test_in_the_header_what_is_not_known_is_said_so() -> None:
    unseen = item(3)._replace(unseen=True)
    assert [text for text, _ in noted(unseen, certain=False)] == ["! 1 not confirmed ended", "! 1 unconfirmed"]
    assert noted(item(1), unseen)[-2][0] == "! 1 running, 1 not confirmed ended"
    assert noted() == noted(item(1, Owner.OTHER)) == [("none running", Tone.DIM)]
    assert noted(loaded=False) == [("running: unknown", Tone.DIM)]
    assert noted(item(1, Owner.OTHER), certain=False)[-1] == ("! running: unknown", Tone.WARN)
    assert noted(item(1, Owner.UNKNOWN))[-1] == ("! running: unknown", Tone.WARN)


def test_an_event_shows_one_time() -> None:
    told = words(event_line(Event(at(13, 22), EventKind.STARTED, ID), NOW, TZ))
    assert told == "13:22:00  session started"


def test_the_lines_of_home() -> None:
    items = [SessionItem(session(), Owner.HERE), SessionItem(session(id="other", status="ended"), Owner.OTHER)]
    fleet = apply_backends(
        EMPTY_FLEET, [Backend("a", "available"), Backend("b", "available", True), Backend("c", "unavailable")]
    )
    assert (
        words(summary(HomeList.of(items), fleet))
        == "1 active in the organization, 1 yours · backends: 1 up, 1 degraded"
    )
    assert words(summary(NOTHING_LISTED, EMPTY_FLEET, 2)).endswith("2 sessions could not be read")
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
    assert ("submitted", "14:00:00 CEST") in facts
    assert facts[-1] == ("cost", "—")
    assert ("status", 'waiting (IonQ says "ready")') in job_facts(Job("a", "ready"), None, NOW, TZ)


def test_a_histogram_shows_the_likeliest_first() -> None:
    result = {"00": 0.25, "11": 0.5, "01": 0.25, "10": float("nan")}
    lines = [words(one) for one in histogram(result, 32, most=2)]
    assert lines == ["11  " + "█" * 20 + "  50.00%", "00  " + "█" * 10 + " " * 10 + "  25.00%", "and 1 more state"]
    with_counts = [words(one) for one in histogram(result, 40, most=2, shots=1000, lines=2)]
    assert with_counts[0].endswith("  50.00%  500") and with_counts[1] == "" and "250" in with_counts[2]
    assert [words(one) for one in histogram({}, 40)] == ["no result to show"]


def test_a_backend_in_full() -> None:
    measured = Characterization(
        "c", "qpu.x", at(9, 0), fidelity={"2q": Measured(0.996, 0.0002)}, timing={"t1": 100.0, "2q": 0.00097}
    )
    facts = dict(backend_facts(Backend("qpu.x", "retired", qubits=36), measured, NOW, TZ))
    assert facts["fidelity"] == "2q 99.60% ± 0.02"
    assert (facts["lifetime"], facts["timing"]) == ("T1 100 s", "2q 970 µs")
    assert facts["backend"] == "qpu.x, 36 qubits"
    assert facts["measured"] == "5 h 2 min ago, 09:00 CEST"
    assert "estimate" not in facts and "observed" not in facts and "connects" not in facts
    assert "retired" in facts[""]
    degraded = Backend("qpu.x", "available", degraded=True, average_queue_time=60_000.0)
    samples = tuple((NOW - timedelta(minutes=10 * number), 60_000.0 * number) for number in (3, 2, 1))
    facts = dict(backend_facts(degraded, None, NOW, TZ, samples, Estimate("qpu.x", Circuit(), usd("0.65"))))
    assert facts["status"] == "available, degraded"
    assert facts["observed"].endswith("last 29 min, about 1 min to 3 min")
    assert facts["estimate"].startswith("about 0.65 usd per 1,000 shots")


def test_where_there_is_room_a_backend_says_what_circuits_may_use() -> None:
    usable = Backend("qpu.x", supported_gates=("h", "cnot"), supported_error_mitigations=("debiasing",))
    measured = Characterization("c", "qpu.x", qubits=36, pairs=630)
    samples = tuple((NOW - timedelta(minutes=10 * number), 60_000.0 * number) for number in (3, 2, 1))
    facts = dict(backend_facts(usable, measured, NOW, TZ, samples, more=True))
    assert (facts["connects"], facts["gates"]) == ("any two qubits, 630 pairs", "h, cnot")
    assert facts["supports"] == "error mitigation: debiasing" and "native" not in facts
    assert facts["observed"] == "last 29 min, about 1 min to 3 min", "its plot is below"
    some = dict(backend_facts(usable, replace(measured, pairs=35), NOW, TZ, more=True))
    assert some["connects"] == "35 pairs"
