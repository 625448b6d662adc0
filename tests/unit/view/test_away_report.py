from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from ionq_tui.model.activity import EMPTY_ACTIVITY
from ionq_tui.model.job import Job, JobCost
from ionq_tui.model.limits import NO_LIMITS
from ionq_tui.model.money import Money
from ionq_tui.model.session import Owner
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, apply_costs, apply_jobs, apply_session
from ionq_tui.view.away_report import meanwhile
from ionq_tui.view.banner import home_lines
from ionq_tui.view.column import arranged
from ionq_tui.view.row import SessionItem
from ionq_tui.view.style import words
from ionq_tui.view.usage import HOME_COLUMNS, SPARK_WIDTH, idle_since, spend_spark, used_cells, window_title
from tests.support.amounts import credit, usd
from tests.unit.view.scene import NOW, TZ, at, session, watch


def test_an_end_is_told_with_its_last_numbers() -> None:
    over = watch(session(status="ended", active=False, ended_at=at(14, 0)))
    told = words(meanwhile(over, at(13, 50), NOW, NOW, TZ))
    assert told == "· 9fe21c ended while you were away: 14:00, 31 jobs, 1 failed, ≥ 18.20 usd"  # two still run
    done = apply_jobs(over, [replace(one, status="canceled") for one in over.unfinished], NOW)
    done = apply_costs(done, {one.id: JobCost(cost=usd("0")) for one in over.unfinished})
    told = words(meanwhile(done, at(13, 50), NOW, NOW, TZ))
    assert told == "· 9fe21c ended while you were away: 14:00, 31 jobs, 1 failed, 18.20 usd"
    told = words(meanwhile(replace(done, settled=False), at(13, 50), NOW, NOW, TZ))
    assert told == "· 9fe21c ended while you were away: 14:00, ≥ 31 jobs, 1 failed, ≥ 18.20 usd"
    assert meanwhile(over, at(14, 1), NOW, NOW, TZ) == ()


def test_of_what_goes_on_the_jobs_and_the_money_of_that_time_are_told() -> None:
    told = words(meanwhile(watch(), at(13, 23), at(13, 30), NOW, TZ))
    assert told == "· 9fe21c while you were away: 28 jobs, 18.20 usd"
    assert meanwhile(watch(), at(13, 30), NOW, NOW, TZ) == ()
    assert meanwhile(EMPTY_SNAPSHOT, at(13, 0), NOW, NOW, TZ) == ()
    unpriced = replace(watch(), costs={key: cost for key, cost in watch().costs.items() if key != "job-000003"})
    told = words(meanwhile(unpriced, at(13, 23), at(13, 30), NOW, TZ))
    assert told == "· 9fe21c while you were away: 28 jobs, ≥ 17.55 usd"


def test_what_is_used_stands_in_the_list_and_above_it() -> None:
    assert [cell.text for cell in used_cells(watch())] == ["31/40", "18.20 usd"]
    assert [cell.text for cell in used_cells(watch(complete=False))] == ["≥ 31/40", "≥ 18.20 usd"]
    assert [cell.text for cell in used_cells(None)] == ["-", "-"]
    free = watch(session(NO_LIMITS))
    assert [cell.text for cell in used_cells(free)] == ["NO LIM", "18.20 usd"]


def test_what_was_charged_in_the_last_hour_is_a_bar_for_each_five_minutes() -> None:
    told = spend_spark(watch(), NOW).text
    assert len(told) == SPARK_WIDTH and told.strip() and set(told) <= set(" ▁▂▃▄▅▆▇█")
    finished = [job.completed_at for job in watch().counted if job.completed_at is not None]
    last = SPARK_WIDTH - 1 - int((NOW - max(finished)) / timedelta(minutes=5))
    assert told[last] != " " and told[last + 1 :].strip() == ""
    assert spend_spark(watch(), NOW + timedelta(hours=2)).text.strip() == ""
    assert spend_spark(None, NOW).text == spend_spark(EMPTY_SNAPSHOT, NOW).text == ""


def test_what_is_not_of_now_is_marked() -> None:
    assert [cell.text for cell in used_cells(watch(), late=True)] == ["~31/40", "~18.20 usd"]
    assert [cell.text for cell in used_cells(watch(complete=False), late=True)] == ["≥ 31/40", "≥ 18.20 usd"]
    assert [cell.text for cell in used_cells(None, late=True)] == ["-", "-"]
    item = SessionItem(session(), Owner.HERE, "", watch())
    assert [column.key(item) for column in HOME_COLUMNS[-3:-1]] == [31.0, (("usd", 18.2),)]


def _paid(name: str, *costs: Money) -> SessionItem:
    told = apply_session(EMPTY_SNAPSHOT, session(id=name), NOW)
    told = apply_jobs(told, [Job(f"{name}-{at}", "completed") for at in range(len(costs))], NOW, complete=True)
    told = apply_costs(told, {f"{name}-{at}": JobCost(cost=cost) for at, cost in enumerate(costs)})
    return SessionItem(session(id=name), Owner.HERE, "", told)


def test_the_list_is_sorted_by_what_was_spent_each_unit_for_itself() -> None:
    items = [
        _paid("both", credit("3"), usd("9")),  # 12 of nothing
        _paid("ten", usd("10")),
        _paid("five", usd("2"), usd("3")),
        _paid("four", credit("4")),
        _paid("hundred", credit("100")),
        _paid("none"),
        SessionItem(session(id="unasked")),
        SessionItem(session(id="unread"), watch=apply_session(EMPTY_SNAPSHOT, session(id="unread"), NOW)),
    ]
    spent = HOME_COLUMNS[-2]
    assert spent.name == "SPENT"
    sorted_ids = [item.session.id for item in arranged(items, spent)]
    assert sorted_ids == ["none", "both", "four", "hundred", "five", "ten", "unasked", "unread"]
    reversed_ids = [item.session.id for item in arranged(items, spent, reverse=True)]
    assert reversed_ids == ["ten", "five", "hundred", "four", "both", "none", "unasked", "unread"]


def test_an_amount_that_is_no_number_is_passed_over_in_sorting() -> None:
    assert HOME_COLUMNS[-2].key(_paid("odd", usd("NaN"), Money(Decimal(2), "credit"))) == (("credit", 2.0),)


def test_the_title_is_of_the_session_that_is_over_first_and_has_no_seconds() -> None:
    later = session(expires_at=at(16, 0))
    assert window_title([later, session()], NOW) == "forte-1 37m +1"
    assert window_title([session()], NOW + timedelta(minutes=35)) == "forte-1 2m"
    assert window_title([session(status="ended")], NOW) == "ionq-tui"
    assert window_title([session(expires_at=None, limits=NO_LIMITS)], NOW) == "forte-1 started"


def test_an_orphan_without_jobs_says_since_when() -> None:
    free = session(limits=NO_LIMITS, expires_at=None)
    heard = watch(free)
    idle = replace(heard, jobs={key: job for key, job in heard.jobs.items() if job.status == "completed"})
    assert idle_since(idle, NOW) == at(13, 24) and idle_since(heard, NOW) is None
    item = SessionItem(free, Owner.HERE, "", idle)
    told = words(home_lines([item], EMPTY_ACTIVITY, (), NOW, TZ, selected=free.id)[0])
    assert told == "! 9fe21c (yours), open for 52m, has NO LIMIT and no job since 13:24   e end it"
