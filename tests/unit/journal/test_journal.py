from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ionq_tui.engine.ports import Journal as Port
from ionq_tui.journal.journal import Journal
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.limits import NO_LIMITS, Limits
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import IntentState, Place
from tests.unit.journal.given import NOON, PLACE, REQUEST, SESSION, journal_at
from tests.unit.journal.kept import here, labels, running_here

ELSEWHERE = replace(PLACE, organization_id="org-2", key_id="key-2")


@pytest.fixture(params=["memory", "disk"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    with journal_at(Path(":memory:") if request.param == "memory" else tmp_path / "journal.db") as one:
        yield one
        assert one.trouble is None


def test_it_is_what_the_engine_needs(journal: Journal) -> None:
    port: Port = journal
    assert port.trouble is None


async def test_a_session_opened_here_is_here_and_its_creator_is_us(journal: Journal) -> None:
    number = await journal.intent(PLACE, REQUEST, "calibration", {"older"})
    assert here(await journal.sessions(PLACE)) == frozenset()
    await journal.opened(number, SESSION)
    assert here(await journal.sessions(PLACE)) == {SESSION.id}
    assert await journal.creators(PLACE) == {"creator-1"}
    assert labels(await journal.sessions(PLACE)) == {SESSION.id: "calibration"}
    (kept,) = running_here(await journal.sessions(PLACE))
    assert (kept.limits, kept.backend, kept.adopted) == (REQUEST.limits, REQUEST.backend, False)
    assert kept == await journal.newest_here() == await journal.newest_here(PLACE)


async def test_nothing_of_it_is_known_in_another_organisation(journal: Journal) -> None:
    await journal.opened(await journal.intent(PLACE, REQUEST, "calibration"), SESSION)
    await journal.event(PLACE, Event(NOON, EventKind.STARTED, SESSION.id))
    assert here(await journal.sessions(ELSEWHERE)) == frozenset()
    assert await journal.creators(ELSEWHERE) == frozenset()
    assert labels(await journal.sessions(ELSEWHERE)) == {}
    assert await journal.events(ELSEWHERE) == ()
    assert await journal.newest_here(ELSEWHERE) is None
    await journal.ended(ELSEWHERE, replace(SESSION, ended_at=NOON))
    assert [one.id for one in running_here(await journal.sessions(PLACE))] == [SESSION.id]


async def test_an_adopted_session_is_here_but_its_creator_may_be_anybody(journal: Journal) -> None:
    await journal.opened(await journal.intent(PLACE, REQUEST), SESSION, adopted=True)
    assert here(await journal.sessions(PLACE)) == {SESSION.id}
    assert await journal.creators(PLACE) == frozenset()


@pytest.mark.parametrize("stranger", [replace(SESSION, organization_id="org-2"), replace(SESSION, id="older")])
async def test_what_cannot_have_come_of_an_intent_is_not_adopted(journal: Journal, stranger: object) -> None:
    number = await journal.intent(PLACE, REQUEST, known_ids=["older"])
    await journal.uncertain(number)
    assert isinstance(stranger, type(SESSION))
    await journal.opened(number, stranger, adopted=True)
    assert here(await journal.sessions(PLACE)) == frozenset()
    assert len(await journal.unconfirmed_intents(PLACE)) == 1


async def test_attaching_and_ending_make_nothing_ours(journal: Journal) -> None:
    await journal.attached(PLACE, "other")
    await journal.end_asked(PLACE, "other")
    assert here(await journal.sessions(PLACE)) == frozenset()
    assert labels(await journal.sessions(PLACE)) == {}


async def test_only_a_proved_end_takes_it_from_those_running(journal: Journal) -> None:
    await journal.opened(await journal.intent(PLACE, REQUEST), SESSION)
    await journal.end_asked(PLACE, SESSION.id)
    (kept,) = running_here(await journal.sessions(PLACE))
    assert kept.end_asked_at is not None
    await journal.ended(PLACE, replace(SESSION, status="ended", ended_at=NOON))
    assert running_here(await journal.sessions(PLACE)) == ()
    assert here(await journal.sessions(PLACE)) == {SESSION.id}
    (kept,) = await journal.sessions(PLACE)
    assert kept.ended_at == NOON


async def test_an_intent_in_flight_is_no_question_and_an_uncertain_one_is(journal: Journal) -> None:
    number = await journal.intent(PLACE, REQUEST, "calibration", {"older"}, asked_at=NOON)
    assert await journal.unconfirmed_intents(PLACE) == ()
    await journal.uncertain(number, ["maybe-1", "maybe-2"])
    (question,) = await journal.unconfirmed_intents(PLACE)
    assert (question.id, question.state, question.asked_at) == (number, IntentState.UNCERTAIN, NOON)
    assert (question.label, question.backend, question.limits) == ("calibration", REQUEST.backend, REQUEST.limits)
    assert (question.known_ids, question.candidates) == (frozenset({"older"}), ("maybe-1", "maybe-2"))
    assert await journal.unconfirmed_intents(ELSEWHERE) == ()
    await journal.not_opened(number)
    assert await journal.unconfirmed_intents(PLACE) == ()


async def test_a_question_is_settled_in_its_own_place_only(journal: Journal) -> None:
    number = await journal.intent(PLACE, REQUEST)
    await journal.uncertain(number)
    await journal.resolved(ELSEWHERE, number, None)
    assert len(await journal.unconfirmed_intents(PLACE)) == 1
    await journal.resolved(PLACE, number, SESSION)
    assert await journal.unconfirmed_intents(PLACE) == ()
    assert here(await journal.sessions(PLACE)) == {SESSION.id}


async def test_a_dismissed_question_does_not_come_back(journal: Journal) -> None:
    number = await journal.intent(PLACE, REQUEST)
    await journal.uncertain(number)
    await journal.resolved(PLACE, number, None)
    await journal.uncertain(number)
    assert await journal.unconfirmed_intents(PLACE) == ()


async def test_an_event_is_kept_once_whoever_saw_it(journal: Journal) -> None:
    seen = Event(NOON, EventKind.JOB_FAILED, SESSION.id, "job-1", "TooLong, 12 s")
    note = Event(NOON + timedelta(minutes=1), EventKind.NOTE, SESSION.id, words="80 % of the time")
    for event in (note, seen, replace(seen, at=NOON + timedelta(seconds=5)), replace(note, words="80 % of the money")):
        await journal.event(PLACE, event)
    assert await journal.events(PLACE, SESSION.id) == (seen, note, replace(note, words="80 % of the money"))
    assert len(await journal.events(PLACE, since=note.at)) == 2
    assert await journal.events(PLACE, "another") == ()
    assert await journal.events(PLACE, most=1) == (replace(note, words="80 % of the money"),)


async def test_of_a_session_what_is_about_clones_is_never_pushed_out(journal: Journal) -> None:
    asked = Event(NOON, EventKind.CLONE_REQUESTED, SESSION.id, "job-1", "mark-1")
    other = replace(asked, words="mark-2")
    made = Event(NOON, EventKind.CLONED, SESSION.id, "job-1", "mark-2: job-2")
    notes = [Event(NOON + timedelta(minutes=n), EventKind.NOTE, SESSION.id, words=str(n)) for n in range(1, 6)]
    await journal.event(PLACE, asked, other, made, *notes)
    assert await journal.events(PLACE, SESSION.id, most=2) == (asked, other, made, *notes[-2:])
    assert await journal.events(PLACE, SESSION.id) == (asked, other, made, *notes)
    assert await journal.events(PLACE, "another", most=2) == ()
    assert await journal.events(ELSEWHERE, SESSION.id, most=2) == ()


async def test_final_costs_are_kept_exactly_and_others_are_not(journal: Journal) -> None:
    final = JobCost(cost=Money(Decimal("0.10"), "usd"), estimate=Money(Decimal("12"), "credit"))
    dry = JobCost(dry_run=True)
    await journal.keep_costs(PLACE, SESSION.id, {"a": final, "b": dry, "c": JobCost()})
    assert await journal.costs(PLACE, SESSION.id) == {"a": final, "b": dry}
    assert await journal.costs(replace(PLACE, base_url="http://127.0.0.1:9"), SESSION.id) == {}


async def test_queue_samples_of_a_month_are_kept(journal: Journal) -> None:
    await journal.queue_sample("qpu.forte-1", NOON - timedelta(days=40), 1)
    await journal.queue_sample("qpu.forte-1", NOON - timedelta(days=1), 2)
    await journal.queue_sample("qpu.forte-1", NOON, 3)
    await journal.queue_sample("qpu.forte-1", NOON, float("nan"))
    assert await journal.queue_samples("qpu.forte-1") == ((NOON - timedelta(days=1), 2.0), (NOON, 3.0))
    assert await journal.queue_samples("qpu.forte-1", since=NOON) == ((NOON, 3.0),)
    assert await journal.queue_samples("qpu.aria-1") == ()


async def test_the_newest_is_the_one_opened_last(journal: Journal) -> None:
    for number, session_id in enumerate(("b", "c", "a")):
        session = replace(SESSION, id=session_id, created_at=NOON + timedelta(minutes=number))
        await journal.opened(await journal.intent(PLACE, REQUEST), session)
    await journal.attached(PLACE, "z")
    newest = await journal.newest_here()
    assert newest is not None and newest.id == "a"


async def test_what_was_noted_before_the_key_was_known_is_found_afterwards(journal: Journal) -> None:
    early = Place(PLACE.base_url, profile=PLACE.profile)
    await journal.opened(await journal.intent(early, REQUEST), SESSION)
    assert here(await journal.sessions(PLACE)) == {SESSION.id}
    assert here(await journal.sessions(ELSEWHERE)) == frozenset()


def test_commands_may_wait_instead(journal: Journal) -> None:
    first, second = journal.intent(PLACE, REQUEST, "x").now(), journal.intent(PLACE, OpenRequest("qpu.aria-1")).now()
    journal.opened(first, SESSION).now()
    journal.uncertain(second).now()
    assert here(journal.sessions(PLACE).now()) == {SESSION.id}
    assert journal.creators(PLACE).now() == {"creator-1"}
    assert labels(journal.sessions(PLACE).now()) == {SESSION.id: "x"}
    assert [one.id for one in journal.unconfirmed_intents(PLACE).now()] == [second]
    journal.not_opened(second).now()
    assert journal.unconfirmed_intents(PLACE).now() == ()
    journal.end_asked(PLACE, SESSION.id).now()
    journal.ended(PLACE, replace(SESSION, ended_at=NOON)).now()
    assert running_here(journal.sessions(PLACE).now()) == ()
    newest = journal.newest_here().now()
    assert newest is not None and newest.ended_at == NOON


async def test_closed_it_answers_harmlessly(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    await journal.opened(await journal.intent(PLACE, REQUEST), SESSION)
    assert journal.close()
    assert journal.close()
    await journal.attached(PLACE, SESSION.id)
    assert here(await journal.sessions(PLACE)) == frozenset()


async def test_what_was_asked_stands_beside_what_was_given(tmp_path: Path) -> None:
    given = replace(SESSION, backend="qpu.aria-1", limits=NO_LIMITS)
    with journal_at(tmp_path / "journal.db") as journal:
        await journal.opened(await journal.intent(PLACE, REQUEST), given)
        await journal.attached(PLACE, "somebody-elses")
    with journal_at(tmp_path / "journal.db") as later:
        kept = {one.id: one for one in await later.sessions(PLACE)}
    assert kept[SESSION.id].asked == REQUEST
    assert (kept[SESSION.id].backend, kept[SESSION.id].limits) == ("qpu.aria-1", NO_LIMITS)
    assert kept["somebody-elses"].asked is None


async def test_of_a_limit_that_cannot_be_read_what_was_asked_is_kept(journal: Journal) -> None:
    given = replace(SESSION, limits=Limits(unread=("jobs", "time")))
    await journal.opened(await journal.intent(PLACE, REQUEST), given)
    (kept,) = running_here(await journal.sessions(PLACE))
    assert kept.limits == REQUEST.limits


async def test_that_limits_differ_is_kept_once(journal: Journal) -> None:
    differs = Event(NOON, EventKind.LIMITS_DIFFER, SESSION.id, words="jobs 40 asked, NO LIMIT given")
    await journal.event(PLACE, differs)
    await journal.event(PLACE, replace(differs, words="told in other words"))
    assert await journal.events(PLACE, SESSION.id) == (differs,)
