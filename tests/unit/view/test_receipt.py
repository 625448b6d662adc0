"""What a session that has ended comes to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ionq_tui.model.job import JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.session import Owner, Session
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, SessionSnapshot, apply_costs, apply_jobs
from ionq_tui.view.end_review import left_running
from ionq_tui.view.receipt import receipt_lines
from ionq_tui.view.report import report_facts
from ionq_tui.view.style import words
from ionq_tui.view.timeline_text import timeline_lines
from tests.support.amounts import usd
from tests.unit.view.scene import LIMITS, NOW, TZ, at, session, watch


def ended(limits: Limits = LIMITS, **more: object) -> Session:
    return session(limits, status="ended", active=False, ended_at=at(14, 0), **more)


def told(held: SessionSnapshot) -> list[str]:
    return [words(one) for one in receipt_lines(held, NOW, TZ)]


def over(shown: Session) -> SessionSnapshot:
    held = watch(shown)
    held = apply_jobs(held, [replace(one, status="canceled") for one in held.unfinished], NOW)
    return apply_costs(held, {one.id: JobCost(cost=usd("0")) for one in watch(shown).unfinished})


def test_it_tells_who_ended_it_what_it_cost_and_what_failed() -> None:
    lines = told(over(ended(ender_id="u-7")))
    assert lines[0] == "ended   14:00, by u-7"
    assert lines[1].startswith("cost    charged 18.20 usd")
    assert lines[2].startswith("jobs    31 jobs: 28 completed · 1 FAILED")
    assert lines[3] == "time    38m used"
    assert lines[4].startswith("limits  ") and "40" in lines[4]
    assert lines[5] == "failed  b81d3c QuotaExhaustedError: project budget reached"


def test_where_ionq_names_nobody_the_limit_that_was_reached_is_named() -> None:
    few = replace(LIMITS, jobs=31)
    assert told(over(ended(few)))[0] == "ended   14:00, all 31 jobs used"
    short = Limits(minutes=38)
    assert told(over(ended(short)))[0] == "ended   14:00, its time limit was reached"
    paid = replace(LIMITS, money=usd("18.20"))
    assert told(over(ended(paid)))[0] == "ended   14:00, its cost limit was reached"
    for others in (usd("18.21"), Money(Decimal("1"), "credit")):
        assert told(over(ended(replace(LIMITS, money=others))))[0] == "ended   14:00, IonQ does not say by whom"
    for expiry in (at(14, 0), at(14, 0, 30), at(13, 59)):
        assert told(over(ended(expires_at=expiry)))[0] == "ended   14:00, its expiry time was reached"
    assert told(over(ended(expires_at=at(14, 0, 31))))[0] == "ended   14:00, IonQ does not say by whom"
    assert told(over(ended()))[0] == "ended   14:00, IonQ does not say by whom"


def test_a_report_and_its_events_name_the_same_cause() -> None:
    held = over(ended(replace(LIMITS, jobs=31)))
    facts = dict(report_facts(held, Owner.HERE, "", NOW, TZ))
    assert facts["ended"].endswith(", all 31 jobs used")
    assert any(one.endswith("  session ended: all 31 jobs used") for one in timeline_lines(held, TZ))
    by_one = timeline_lines(over(ended(ender_id="u-7")), TZ)
    assert any(one.endswith("  session ended by u-7") for one in by_one)


def test_what_is_left_running_names_cost_limits_and_a_requested_end() -> None:
    assert words(left_running(watch(), None, NOW, TZ)).startswith("    cost: charged 18.20 usd, reserved 4.10 usd")
    asked = words(left_running(watch(), at(14, 1), NOW, TZ))
    assert "left: time " in asked and asked.endswith(" · end requested 14:01, not confirmed")


def test_numbers_that_may_be_too_low_say_so() -> None:
    assert "2 jobs not finished" in told(watch(ended()))[1]
    unpriced = replace(over(ended()), costs={})
    assert "≥" in told(unpriced)[1] or "—" in told(unpriced)[1]


def test_what_runs_has_none_and_an_end_that_only_the_list_proves_is_told_as_such() -> None:
    assert told(watch()) == told(EMPTY_SNAPSHOT) == []
    gone = replace(watch(session(active=False)), seen_active=True)
    assert told(gone)[0] == "ended   IonQ says it is no longer active"
