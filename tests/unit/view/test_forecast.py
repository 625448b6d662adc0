from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_costs, apply_jobs, apply_session
from ionq_tui.view.alarm import alarms, idle_for
from ionq_tui.view.end_review import end_facts
from ionq_tui.view.forecast import NO_RATE_YET, end_sentence, forecasts, spend_rate, tail, unrated
from ionq_tui.view.style import Tone, words

NOW = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)
USD = Money(Decimal(30), "usd")
SESSION = Session(
    "0192c4d8-77aa-7c31-b1f0-6d41aa9fe21c",
    "started",
    True,
    "qpu.forte-1",
    NOW - timedelta(minutes=50),
    NOW - timedelta(minutes=40),
    expires_at=NOW + timedelta(minutes=38),
    limits=Limits(40, 78, USD),
)


def minutes(number: float) -> datetime:
    return NOW - timedelta(minutes=number)


def watch(sent: int, *, price: str = "0.50", session: Session = SESSION, status: str = "completed") -> SessionSnapshot:
    """One job a minute, the last a minute ago."""
    jobs = [
        Job(f"j{number}", status, submitted_at=minutes(number + 1), completed_at=minutes(number + 0.5))
        for number in range(sent)
    ]
    heard = apply_jobs(apply_session(EMPTY_SNAPSHOT, session, NOW), jobs, NOW, complete=True)
    return apply_costs(heard, {job.id: JobCost(cost=Money(Decimal(price), "usd")) for job in jobs})


def test_the_first_to_run_out_comes_first() -> None:
    told = forecasts(watch(30), NOW)
    assert [one.name for one in told] == ["jobs", "cost", "time"]
    assert told[0].at - NOW == timedelta(minutes=10)
    assert words(end_sentence(watch(30), told, NOW, UTC, 90)) == (
        "ends about 13:12, in 10 min, when the 40 jobs are used at 60 jobs/h (last 20 min)"
    )
    assert tail(told[0], NOW, UTC) == "~13:12"
    assert tail(told[2], NOW, UTC) == "13:40"


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (81, "ends about 13:12, in 10 min, when the 40 jobs are used at 60 jobs/h (last 20 min)"),
        (80, "ends about 13:12, in 10 min, when the 40 jobs are used"),
        (54, "ends about 13:12, in 10 min, when the 40 jobs are used"),
        (50, "ends about 13:12, when the 40 jobs are used"),
        (42, "ends about 13:12, in 10 min (jobs)"),
        (30, "ends about 13:12 (jobs)"),
        (20, "ends about 13:12"),
    ],
)
def test_the_sentence_leaves_out_what_does_not_fit(width: int, said: str) -> None:
    assert words(end_sentence(watch(30), forecasts(watch(30), NOW), NOW, UTC, width)) == said


def test_an_end_does_not_move_away_while_nothing_new_is_heard() -> None:
    heard = watch(30)
    first = forecasts(heard, NOW, NOW)
    for waited in (2, 5, 9):
        later = NOW + timedelta(minutes=waited)
        assert [(one.name, one.at) for one in forecasts(heard, later, NOW)] == [(one.name, one.at) for one in first]
    assert forecasts(heard, NOW + timedelta(seconds=59), NOW) == first, "a moment of silence moves nothing either"
    assert forecasts(heard, NOW + timedelta(seconds=59))[0].at > first[0].at
    spent, silent = watch(39, price="0.76"), NOW + timedelta(seconds=45)
    assert NOW < forecasts(spent, NOW)[0].at < silent
    late = forecasts(spent, silent, NOW)[0]
    assert (late.name, late.at) == ("cost", silent + timedelta(seconds=1)), "an end that is due is imminent"
    since = forecasts(heard, NOW + timedelta(minutes=11), NOW)
    assert [one.name for one in since] == ["cost", "time"] and since[0].latest, "it is not known whether it has come"
    reached = watch(40)
    assert forecasts(reached, NOW + timedelta(minutes=9), NOW)[0].at == NOW


def test_an_end_is_the_latest_one_where_another_limit_has_no_rate() -> None:
    early = watch(1)
    told = forecasts(early, NOW)
    assert unrated(early, told) == ("jobs",) and told[0].latest
    none = watch(0)
    assert words(end_sentence(none, forecasts(none, NOW), NOW, UTC)) == (
        "expires 13:40 or earlier; no rate for jobs and cost yet"
    )
    assert words(end_sentence(none, forecasts(none, NOW), NOW, UTC, 30)) == "expires 13:40 or earlier"
    assert unrated(watch(30), forecasts(watch(30), NOW)) == ()
    free = watch(0, session=replace(SESSION, limits=Limits(minutes=78)))
    assert words(end_sentence(free, forecasts(free, NOW), NOW, UTC)) == "expires 13:40"


@pytest.mark.parametrize(
    ("limits", "said", "tone"),
    [
        (Limits(), "NO LIMIT: it runs until it is ended (e)", Tone.BAD),
        (Limits(40), "its end is not known yet: no rate for jobs", Tone.WARN),
        (Limits(unread=("jobs",)), "its end is not known: its limits could not be read", Tone.WARN),
    ],
)
def test_without_a_forecast_it_says_why(limits: Limits, said: str, tone: Tone) -> None:
    held = watch(0, session=replace(SESSION, limits=limits, expires_at=None))
    assert forecasts(held, NOW) == ()
    told = end_sentence(held, (), NOW, UTC)
    assert words(told) == said and told[0].tone is tone


@pytest.mark.parametrize(
    ("before", "tone"),
    [(21, Tone.GOOD), (20, Tone.GOOD), (19, Tone.WARN), (5, Tone.WARN), (4, Tone.BAD)],
)
def test_the_sentence_has_the_color_of_the_time_left(before: int, tone: Tone) -> None:
    free = watch(0, session=replace(SESSION, limits=Limits(minutes=78)))
    told = forecasts(free, NOW)
    (cell,) = end_sentence(free, told, told[0].at - timedelta(minutes=before), UTC)
    assert cell.tone is tone
    assert cell.text.startswith("EXPIRES" if tone is Tone.BAD else "expires")  # not by color alone


def test_the_rate_of_spending_is_told_per_unit_and_never_too_surely() -> None:
    one = watch(20)
    assert spend_rate(one, NOW) == "about 0.50 usd/min over the last 20 min"
    credit = apply_costs(one, {"j0": JobCost(cost=Money(Decimal(100), "credit"))})
    assert spend_rate(credit, NOW) == "about 5.00 credit/min + 0.48 usd/min over the last 20 min"
    assert spend_rate(replace(one, costs={"j0": one.costs["j0"]}), NOW) == "≥ 0.02 usd/min over the last 20 min"
    assert spend_rate(replace(one, costs={}), NOW) == "rate of spending unknown"
    assert spend_rate(watch(2, price="0.0004"), NOW) == "about < 0.0001 usd/min over the last 20 min"
    assert spend_rate(watch(2, price="0.02"), NOW) == "about 0.002 usd/min over the last 20 min"
    assert spend_rate(one, NOW + timedelta(hours=1)) == "nothing charged in the last 20 min"
    held = spend_rate(one, NOW + timedelta(hours=1), NOW)  # nothing was read since
    assert held.startswith("about 0.50 usd/min over 20 min before ")
    assert spend_rate(one, NOW + timedelta(seconds=59), NOW).endswith("over the last 20 min")
    assert spend_rate(watch(0), NOW) == NO_RATE_YET
    long = apply_jobs(EMPTY_SNAPSHOT, [Job("long", "started", started_at=minutes(25))], NOW)
    charged = apply_costs(replace(long, session=SESSION, all_listed=True), {"long": JobCost(cost=USD, early=True)})
    assert spend_rate(charged, NOW) == "rate of spending unknown"  # and not "nothing charged"
    ended = replace(SESSION, status="ended", active=False, ended_at=NOW)
    assert spend_rate(watch(20, session=ended), NOW) == ""


@pytest.mark.parametrize("price", ["1e30", "99999999999999999999.99"])
def test_an_absurd_price_has_a_rate(price: str) -> None:
    assert spend_rate(watch(2, price=price), NOW).endswith("usd/min over the last 20 min")


def test_money_counts_what_was_charged_of_late() -> None:
    told = {one.name: one for one in forecasts(watch(20, price="1.00"), NOW)}
    assert told["cost"].at - NOW == timedelta(minutes=10)
    assert told["cost"].rate == ""  # told by the meter of the cost, and not twice


def test_another_unit_is_no_basis() -> None:
    other = replace(SESSION, limits=Limits(money=Money(Decimal(30), "credit")))
    assert [one.name for one in forecasts(watch(20, session=other), NOW)] == ["time"]


@pytest.mark.parametrize("sent", [0, 1])
def test_too_little_is_no_rate(sent: int) -> None:
    assert "jobs" not in {one.name for one in forecasts(watch(sent), NOW)}


def test_jobs_are_not_called_the_first_where_the_money_cannot_be_rated() -> None:
    unpriced = replace(watch(30), costs={})
    told = forecasts(unpriced, NOW)
    assert told[0].name == "jobs" and unrated(unpriced, told) == ("cost",)
    said = "ends about 13:12 or earlier, in 10 min, when the 40 jobs are used"
    assert words(end_sentence(unpriced, told, NOW, UTC, 88)) == f"{said}; no rate for cost yet"
    assert words(end_sentence(unpriced, told, NOW, UTC, 70)) == said


def test_what_lies_too_far_is_not_told() -> None:
    endless = replace(SESSION, limits=Limits(2**31 - 1, None, Money(Decimal("99999999999999999999"), "usd")))
    assert [one.name for one in forecasts(watch(2, session=endless), NOW)] == ["time"]


def test_an_ended_session_has_no_forecast_and_no_alarm() -> None:
    ended = watch(39, session=replace(SESSION, status="ended", active=False, ended_at=NOW))
    assert forecasts(ended, NOW) == ()
    assert alarms(ended, NOW, ours=True) == {}
    assert end_sentence(ended, (), NOW, UTC) == ()


@pytest.mark.parametrize(
    ("sent", "names"),
    [(31, set()), (32, {"jobs 80 %"}), (38, {"jobs 95 %"}), (41, {"jobs 95 %"})],
)
def test_limits_that_are_near(sent: int, names: set[str]) -> None:
    assert {name for name in alarms(watch(sent), NOW, ours=True) if name.startswith("jobs")} == names


def test_the_gravest_alarm_comes_last() -> None:
    near = [name for name in alarms(watch(38, price="0.66"), NOW, ours=True) if name != "idle"]
    assert near == ["cost 80 %", "jobs 95 %"]


def test_the_last_five_minutes() -> None:
    assert "last minutes" not in alarms(watch(1), NOW + timedelta(minutes=32), ours=True)
    assert "last minutes" in alarms(watch(1), NOW + timedelta(minutes=33), ours=True)  # exactly five are left
    just_before = NOW + timedelta(minutes=33, seconds=-1)
    assert "last minutes" not in alarms(watch(1), just_before, ours=True)


def test_what_has_run_out_is_told_as_such_and_never_as_an_end() -> None:
    told = [one for one in forecasts(watch(1), NOW) if one.name == "time"]
    assert words(end_sentence(watch(1), told, told[0].at - timedelta(seconds=1), UTC)).startswith("EXPIRES 13:40")
    assert words(end_sentence(watch(1), told, told[0].at, UTC)) == "its time ran out 13:40, not confirmed ended"
    used = watch(41)
    jobs = [one for one in forecasts(used, NOW) if one.name == "jobs"]
    assert words(end_sentence(used, jobs, NOW, UTC)) == "all its jobs are used, not confirmed ended"


def test_free_jobs_have_no_rate_of_money() -> None:
    assert [one.name for one in forecasts(watch(30, price="0"), NOW)] == ["jobs", "time"]


def test_ten_idle_minutes() -> None:
    assert "idle" not in alarms(watch(3), NOW + timedelta(minutes=9), ours=True)
    assert "idle" in alarms(watch(3), NOW + timedelta(minutes=10), ours=True)
    assert "idle" not in alarms(watch(3, status="started"), NOW + timedelta(minutes=10), ours=True)
    assert idle_for(EMPTY_SNAPSHOT, NOW) is None


@pytest.mark.parametrize(
    ("ours", "started", "sent", "rings"),
    [
        (True, False, 0, True),
        (False, False, 0, False),
        (False, True, 0, True),
        (False, False, 3, True),
    ],
)
def test_what_others_have_not_started_is_not_called_idle(ours: bool, started: bool, sent: int, rings: bool) -> None:
    at = SESSION.started_at if started else None
    shown = watch(sent, session=replace(SESSION, status="created", started_at=at))
    assert ("idle" in alarms(shown, NOW + timedelta(minutes=20), ours=ours)) is rings


def test_nothing_is_called_idle_for_a_time_of_which_nothing_was_heard() -> None:
    later = NOW + timedelta(minutes=12)
    quiet = watch(3)
    assert "idle" in alarms(quiet, later, ours=True)
    assert "idle" not in alarms(quiet, later, NOW, ours=True)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=21)])
def test_a_limit_that_is_reached_comes_first_whatever_the_rate(later: timedelta) -> None:
    used = watch(40)
    told = forecasts(used, NOW + later)
    assert told[0].name == "jobs" and told[0].at == NOW + later
    (cell,) = end_sentence(used, told, NOW + later, UTC)
    assert cell.text == "all its jobs are used, not confirmed ended" and cell.tone is Tone.WARN


@pytest.mark.parametrize(
    ("price", "said"),
    [("1.50", "the cost limit is reached, not confirmed ended"), ("1.00", "")],
)
def test_money_that_is_used_up_is_told_without_a_rate(price: str, said: str) -> None:
    limited = replace(SESSION, limits=Limits(money=Money(Decimal(30), "usd")))
    spent = watch(20, session=limited, price=price)
    later = NOW + timedelta(minutes=25)
    told = [one for one in forecasts(spent, later) if one.name == "cost"]
    assert bool(told) == bool(said)
    assert not told or words(end_sentence(spent, told, later, UTC)) == said


def test_what_the_end_dialog_forecasts_is_as_of_the_last_reading_too() -> None:
    one, later = watch(30), NOW + timedelta(minutes=5)

    def status(read_at: datetime | None) -> str:
        facts = end_facts(one, Owner.HERE, "", NOW, later, UTC, jobs_as_of=read_at)
        return dict(facts)["status"]

    assert "13:12" in status(NOW)
    assert "13:12" not in status(None), "what is read now has a rate of now"
