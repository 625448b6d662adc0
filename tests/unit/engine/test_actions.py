from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ionq_tui.engine.actions import Actions
from ionq_tui.engine.engine import Engine
from ionq_tui.journal.journal import Journal
from ionq_tui.journal.worker import Pending
from ionq_tui.model.activity import UnconfirmedSession
from ionq_tui.model.connection import Connection
from ionq_tui.model.event import EventKind
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import (
    EndDone,
    Ended,
    EndOutcome,
    EndUnknown,
    Known,
    NotOpened,
    OpenDone,
    Opened,
    OpenRequest,
    StillOpen,
    Unconfirmed,
    UnconfirmedClosed,
)
from ionq_tui.model.record import Place
from ionq_tui.model.session import Owner, Session
from tests.unit.engine.clock import NOON, ManualClock, running
from tests.unit.engine.cloud import BROKEN, MISSING, OFFLINE, PLACE, ScriptedCloud, ended, here, job, session

REQUEST = OpenRequest("qpu.forte-1", Limits(jobs=12))
LOST = Unconfirmed((), OFFLINE)


class Recorder(Journal):
    """An in-memory journal that records the order of its writes."""

    def __init__(self, told: list[str]) -> None:
        super().__init__(":memory:", now=lambda: NOON)
        self.told = told

    def intent(
        self,
        place: Place,
        request: OpenRequest,
        label: str = "",
        known_ids: Iterable[str] = (),
        asked_at: datetime | None = None,
        *,
        listed: bool = False,
    ) -> Pending[int]:
        self.told.append("intent")
        return super().intent(place, request, label, known_ids, asked_at, listed=listed)

    def opened(self, intent: int, session: Session, adopted: bool = False) -> Pending[bool]:
        self.told.append("opened")
        return super().opened(intent, session, adopted)

    def end_asked(self, place: Place, session_id: str) -> Pending[bool]:
        self.told.append("end asked")
        return super().end_asked(place, session_id)

    def ended(self, place: Place, session: Session) -> Pending[bool]:
        self.told.append("ended")
        return super().ended(place, session)


class Scene:
    """`Actions` with a scripted API, a clock and a journal."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.cloud = ScriptedCloud(self.clock)
        self.journal = Recorder(self.cloud.asked)
        self.known = Known(frozenset({"old"}), listed=True)
        self.actions = self.another()

    def another(self, ahead: timedelta = timedelta()) -> Actions:
        def known(creators: frozenset[str]) -> Known:
            return replace(self.known, creators=creators)

        return Actions(self.cloud, self.clock, self.journal, here, known, lambda: ahead)

    async def asked(self) -> UnconfirmedSession:
        """Open, lose the reply, and return the unconfirmed session."""
        self.cloud.outcome = LOST
        await self.actions.open("lost", REQUEST, "vqe")
        (question,) = self.actions.activity.value.unconfirmed
        return question

    def end_kept(self, session_id: str) -> EndOutcome:
        return self.actions.activity.value.ends[session_id]

    def mine(self, name: str, **changes: object) -> Session:
        """Return a session that the request may have opened."""
        told: dict[str, object] = {"limits": REQUEST.limits, "created_at": self.clock.now(), **changes}
        return session(name, **told)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_the_same_decision_opens_once_whoever_asks(scene: Scene) -> None:
    outcomes = await asyncio.gather(*(scene.actions.open("t", REQUEST) for _ in range(20)))
    again = await scene.actions.open("t", REQUEST)
    assert scene.cloud.asked.count("open") == 1
    assert {id(one) for one in (*outcomes, again)} == {id(again)}
    await scene.actions.open("u", REQUEST)
    assert scene.cloud.asked.count("open") == 2


async def test_the_intent_is_on_disk_before_the_request_and_the_id_before_anybody_is_told(scene: Scene) -> None:
    def told(_: object) -> None:
        scene.cloud.asked.append("told" if scene.actions.activity.value.here else "opening")

    scene.actions.activity.subscribe(told)
    outcome = await scene.actions.open("t", REQUEST, "vqe")
    assert isinstance(outcome, Opened)
    assert scene.cloud.asked[:5] == ["opening", "intent", "open", "opened", "told"]
    activity = scene.actions.activity.value
    assert activity.here == {"new-1"} == scene.actions.opened_now
    assert activity.creators == {"me"} and activity.label("new-1") == "vqe" and not activity.opening
    assert activity.owner(outcome.session) is Owner.HERE
    assert {one.id for one in await scene.journal.sessions(PLACE) if one.here} == {"new-1"}


async def test_it_is_never_neither_opening_nor_opened(scene: Scene) -> None:
    seen: list[bool] = []
    scene.actions.activity.subscribe(lambda activity: seen.append(bool(activity.opening or activity.here)))
    await scene.actions.open("t", REQUEST)
    assert all(seen) and len(seen) == 3


async def test_a_cancelled_caller_does_not_cancel_the_request(scene: Scene) -> None:
    scene.cloud.gate = asyncio.Event()
    async with running(_ignored(scene.actions.open("t", REQUEST))):
        await scene.clock.settle()
        assert scene.actions.busy
    assert scene.actions.busy
    scene.cloud.gate.set()
    await scene.actions.settled()
    assert scene.actions.activity.value.here == {"new-1"} and not scene.actions.busy


async def _ignored(work: Coroutine[None, None, object]) -> None:
    await work


async def test_nothing_opened_is_no_question(scene: Scene) -> None:
    scene.cloud.outcome = NotOpened(Fault(FaultKind.BAD_REQUEST, "no", 400))
    assert await scene.actions.open("t", REQUEST) is scene.cloud.outcome
    assert not scene.actions.activity.value.unconfirmed and not scene.actions.activity.value.opening
    later = scene.another()
    await later.recall()
    assert later.activity.value.unconfirmed == ()


async def test_a_lost_reply_is_a_question_that_stays(scene: Scene) -> None:
    question = await scene.asked()
    assert question.request == REQUEST and question.label == "vqe" and question.asked_at == scene.clock.now()
    assert question.known.ids == {"old"}
    await scene.actions.check_unconfirmed([])
    (still,) = scene.actions.activity.value.unconfirmed
    assert still.outcome.candidates == () and still.outcome.looked_at == scene.clock.now()


async def test_what_a_later_list_shows_is_asked_about_and_never_adopted_unasked(scene: Scene) -> None:
    await scene.actions.open("before", OpenRequest("qpu.aria-1"))
    question = await scene.asked()
    late = scene.mine("late")
    await scene.actions.check_unconfirmed([late, session("old", creator_id="other")])
    (question,) = scene.actions.activity.value.unconfirmed
    assert question.outcome.candidates == (late,) and "late" not in scene.actions.activity.value.here
    await scene.actions.adopt(question, late)
    activity = scene.actions.activity.value
    assert activity.unconfirmed == () and "late" in activity.here and activity.label("late") == "vqe"
    assert "late" in {one.id for one in await scene.journal.sessions(PLACE) if one.here}
    assert "late" in scene.actions.opened_now and "late" in activity.unended


async def test_a_candidate_that_ended_is_told_and_the_question_closes_once_nothing_can_come_any_more(
    scene: Scene,
) -> None:
    await scene.asked()
    late = scene.mine("late")
    await scene.actions.check_unconfirmed([late])
    over = ended(late)
    await scene.actions.check_unconfirmed([over])
    (question,) = scene.actions.activity.value.unconfirmed
    assert question.outcome.candidates == (over,) and question.outcome.running == ()
    await scene.clock.forward(601)
    await scene.actions.check_unconfirmed([over], whole=False)
    await scene.actions.check_unconfirmed([over])
    assert scene.actions.activity.value.unconfirmed
    await scene.actions.check_unconfirmed([over])
    assert scene.actions.activity.value.unconfirmed == ()
    assert scene.actions.done.value[-1] == UnconfirmedClosed(REQUEST, (over,))
    (event,) = await scene.journal.events(PLACE)
    assert event.kind is EventKind.NOTE and "no session of this request is running" in event.words
    later = scene.another()
    await later.recall()
    assert later.activity.value.unconfirmed == ()


async def test_a_question_with_a_candidate_that_runs_does_not_close(scene: Scene) -> None:
    await scene.asked()
    late = scene.mine("late")
    await scene.clock.forward(601)
    for _ in range(5):
        await scene.actions.check_unconfirmed([late])
    assert len(scene.actions.activity.value.unconfirmed) == 1


async def test_a_candidate_of_an_earlier_process_that_no_list_shows_is_read(scene: Scene) -> None:
    late = scene.mine("late")
    scene.cloud.outcome = Unconfirmed((late,), OFFLINE)
    await scene.actions.open("lost", REQUEST)
    later = scene.another()
    await later.recall()
    (question,) = later.activity.value.unconfirmed
    assert question.outcome.unread == ("late",) and question.outcome.fault == OFFLINE
    scene.cloud.over["late"] = ended(late)
    await later.check_unconfirmed([])
    (question,) = later.activity.value.unconfirmed
    assert question.outcome.candidates == (ended(late),) and question.outcome.unread == ()
    await later.check_unconfirmed([])
    assert scene.cloud.asked.count("session late") == 1


async def test_what_another_window_is_still_opening_is_no_candidate(scene: Scene) -> None:
    question = await scene.asked()
    other = scene.another()
    scene.cloud.outcome = None
    scene.cloud.gate = asyncio.Event()
    opening = asyncio.create_task(other.open("theirs", REQUEST))
    await scene.clock.settle()
    theirs = scene.mine("theirs", created_at=scene.clock.now())
    await scene.actions.check_unconfirmed([theirs])
    (question,) = scene.actions.activity.value.unconfirmed
    assert question.outcome.candidates == ()
    scene.cloud.gate.set()
    assert isinstance(await opening, Opened)


async def test_an_adoption_is_doubted_while_another_window_opens_the_same(scene: Scene) -> None:
    await scene.journal.intent(PLACE, REQUEST, asked_at=NOON)
    scene.cloud.outcome = Opened(scene.mine("one"), adopted=True)
    assert isinstance(await scene.actions.open("t", REQUEST), Unconfirmed)
    assert not scene.actions.activity.value.here


async def test_another_keys_creators_are_not_ours(scene: Scene) -> None:
    await scene.actions.open("t", REQUEST)
    assert scene.actions.activity.value.creators == {"me"}
    scene.actions.renewed()
    assert scene.actions.activity.value.creators == frozenset()


async def test_what_is_under_way_tells_that_the_reply_was_lost(scene: Scene) -> None:
    told: list[object] = []
    scene.actions.activity.subscribe(lambda activity: told.extend(one.fault for one in activity.opening.values()))
    await scene.asked()
    assert list(dict.fromkeys(told)) == [None, OFFLINE]


async def test_each_use_case_tells_what_it_came_to(scene: Scene) -> None:
    opened = await scene.actions.open("t", REQUEST)
    ending = await scene.actions.end("new-1")
    scene.cloud.outcome = NotOpened(BROKEN)
    refused = await scene.actions.open("u", REQUEST)
    assert scene.actions.done.value == (
        OpenDone("t", REQUEST, opened),
        EndDone("new-1", ending),
        OpenDone("u", REQUEST, refused),
    )


async def test_what_is_not_confirmed_ended_is_named_also_by_a_later_process(scene: Scene) -> None:
    await scene.actions.open("t", REQUEST)
    scene.cloud.active["theirs"] = session("theirs", creator_id="other")
    scene.cloud.end_outcome = StillOpen(session("theirs"), BROKEN)
    await scene.actions.end("theirs")
    later = scene.another()
    assert not later.activity.value.at_rest
    await later.recall()
    owed = later.activity.value.unended
    assert set(owed) == {"new-1", "theirs"} and not owed["theirs"].here
    assert owed["theirs"].end_asked_at is not None and not later.activity.value.at_rest
    scene.cloud.end_outcome = None
    for one in owed:
        assert isinstance(await later.end(one), Ended)
    assert not later.activity.value.unended and later.activity.value.at_rest


@pytest.mark.parametrize(
    ("changes", "candidate"),
    [
        ({"creator_id": "other"}, True),
        ({"creator_id": None}, True),
        ({"id": "old"}, False),
        ({"backend": "qpu.aria-1"}, True),
        ({"limits": Limits(jobs=13)}, True),
        ({"limits": Limits()}, True),
        ({"created_at": NOON - timedelta(hours=7)}, True),  # impossible time, since an earlier list lacks it
        ({"created_at": NOON + timedelta(hours=2)}, True),  # impossible time in the future
        ({"created_at": None}, True),
        ({"status": "ended"}, False),
    ],
)
async def test_anything_else_is_asked_about_or_left_alone(
    scene: Scene, changes: dict[str, object], candidate: bool
) -> None:
    await scene.actions.open("before", OpenRequest("qpu.aria-1"))
    await scene.asked()
    found = replace(scene.mine("late"), **changes)  # type: ignore[arg-type]
    await scene.actions.check_unconfirmed([found])
    (question,) = scene.actions.activity.value.unconfirmed
    assert question.outcome.candidates == ((found,) if candidate else ())


async def test_what_was_created_long_after_the_request_is_not_it(scene: Scene) -> None:
    await scene.asked()
    await scene.clock.forward(1200)
    await scene.actions.check_unconfirmed([scene.mine("late", created_at=NOON + timedelta(minutes=11))])
    (question,) = scene.actions.activity.value.unconfirmed
    assert question.outcome.candidates == ()


async def test_without_a_whole_list_from_before_the_times_decide(scene: Scene) -> None:
    await scene.journal.uncertain(await scene.journal.intent(PLACE, REQUEST, "vqe", ["old"]))
    later = scene.another()
    await later.recall()
    near, far = (scene.mine(name, created_at=NOON - timedelta(minutes=at)) for name, at in (("a", 0.5), ("b", 2)))
    await later.check_unconfirmed([near, far])
    (question,) = later.activity.value.unconfirmed
    assert question.outcome.candidates == (near,)


async def test_a_session_that_the_list_before_did_not_show_keeps_the_question_of_an_earlier_process_open(
    scene: Scene,
) -> None:
    await scene.asked()
    await scene.clock.forward(3600)
    odd = scene.mine("odd", created_at=NOON - timedelta(hours=7), limits=Limits())
    for _ in range(3):
        later = scene.another()
        await later.recall()
        await later.check_unconfirmed([odd])
        (question,) = later.activity.value.unconfirmed
        assert question.outcome.candidates == (odd,)


async def test_lists_that_several_processes_read_close_a_question_together(scene: Scene) -> None:
    await scene.asked()
    await scene.clock.forward(3600)
    for number in range(2):
        later = scene.another()
        await later.recall()
        assert len(later.activity.value.unconfirmed) == 1
        await later.check_unconfirmed([])
        assert len(later.activity.value.unconfirmed) == 1 - number
    third = scene.another()
    await third.recall()
    assert third.activity.value.unconfirmed == ()


async def test_two_that_may_be_ours_are_asked_about(scene: Scene) -> None:
    await scene.actions.open("before", OpenRequest("qpu.aria-1"))
    question = await scene.asked()
    two = (scene.mine("a"), scene.mine("b"))
    await scene.actions.check_unconfirmed(two)
    (question,) = scene.actions.activity.value.unconfirmed
    assert question.outcome.candidates == two
    await scene.actions.adopt(question, two[1])
    assert scene.actions.activity.value.unconfirmed == () and "b" in scene.actions.activity.value.here
    assert scene.actions.became("lost") == "b" and scene.actions.became("before") == "new-1"
    assert scene.actions.activity.value.creators == {"me"}


async def test_what_another_request_of_this_machine_opened_is_not_adopted(scene: Scene) -> None:
    twin = scene.mine("twin")
    intent = await scene.journal.intent(PLACE, REQUEST, "another window's")
    await scene.journal.opened(intent, twin)  # known only to the journal, not to this process
    scene.cloud.outcome = Opened(twin, adopted=True)
    outcome = await scene.actions.open("t", REQUEST, "mine")
    assert not isinstance(outcome, Opened)
    assert scene.actions.became("t") is None and twin.id not in scene.actions.opened_now
    (question,) = scene.actions.activity.value.unconfirmed
    assert question.request == REQUEST and twin not in question.outcome.candidates
    assert scene.actions.activity.value.label(twin.id) != "mine"
    # A session that no other request opened is adopted.
    scene.cloud.outcome = Opened(scene.mine("ours"), adopted=True)
    assert await scene.actions.open("u", REQUEST) == scene.cloud.outcome and scene.actions.became("u") == "ours"


async def test_without_a_list_from_before_nothing_is_adopted(scene: Scene) -> None:
    await scene.actions.open("before", OpenRequest("qpu.aria-1"))
    scene.known = Known(frozenset(), listed=False)
    await scene.asked()
    await scene.actions.check_unconfirmed([scene.mine("late")])
    assert len(scene.actions.activity.value.unconfirmed) == 1


async def test_what_another_decision_opened_answers_no_question(scene: Scene) -> None:
    await scene.asked()
    scene.cloud.outcome = Opened(scene.mine("second"))
    await scene.actions.open("again", REQUEST)
    await scene.actions.check_unconfirmed([scene.mine("second")])
    (question,) = scene.actions.activity.value.unconfirmed
    assert question.outcome.candidates == ()


async def test_one_session_answers_one_of_two_questions(scene: Scene) -> None:
    await scene.actions.open("before", OpenRequest("qpu.aria-1"))
    question = await scene.asked()
    await scene.actions.open("lost too", REQUEST)
    await scene.actions.check_unconfirmed([scene.mine("late")])
    assert len(scene.actions.activity.value.unconfirmed) == 2
    await scene.actions.adopt(question, scene.mine("late"))
    await scene.actions.check_unconfirmed([scene.mine("late")])
    assert len(scene.actions.activity.value.unconfirmed) == 1


async def test_two_openings_take_turns_and_the_second_knows_of_the_first(scene: Scene) -> None:
    scene.cloud.gate = asyncio.Event()
    both = [asyncio.create_task(scene.actions.open(token, REQUEST)) for token in ("first", "second")]
    await scene.clock.settle()
    assert len(scene.actions.activity.value.opening) == 2
    assert scene.cloud.asked == ["intent", "open"]
    scene.cloud.gate.set()
    await asyncio.gather(*both)
    assert scene.cloud.asked == ["intent", "open", "opened"] * 2
    assert scene.cloud.known == [
        Known(frozenset({"old"}), True),
        Known(frozenset({"old", "new-1"}), True, frozenset({"me"})),
    ]


async def test_a_dismissed_question_does_not_come_back(scene: Scene) -> None:
    question = await scene.asked()
    await scene.actions.dismiss(question)
    await scene.actions.check_unconfirmed([scene.mine("late")])
    await scene.actions.recall()
    assert scene.actions.activity.value.unconfirmed == ()


async def test_a_question_of_an_earlier_process_is_asked_and_never_answered_by_us(scene: Scene) -> None:
    await scene.actions.open("before", OpenRequest("qpu.aria-1"))
    await scene.asked()
    later = scene.another()
    await later.recall()
    (question,) = later.activity.value.unconfirmed
    assert question.request == REQUEST and question.label == "vqe" and question.known.ids == {"old", "new-1"}
    assert later.activity.value.here == {"new-1"} and later.activity.value.creators == {"me"}
    found = scene.mine("late")
    await later.check_unconfirmed([found])
    (question,) = later.activity.value.unconfirmed
    assert question.outcome.candidates == (found,)
    await later.recall()
    assert len(later.activity.value.unconfirmed) == 1
    await later.adopt(question, found)
    assert "late" in later.activity.value.here and later.opened_now == set()
    third = scene.another()
    await third.recall()
    assert third.activity.value.unconfirmed == () and third.activity.value.here == {"new-1", "late"}


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_recalled_question_is_dated_by_the_servers_clock(scene: Scene, hours: int) -> None:
    ahead = timedelta(hours=hours)
    await scene.journal.uncertain(await scene.journal.intent(PLACE, REQUEST, "vqe", ["old"]))
    later = scene.another(ahead)
    await later.recall()
    found = scene.mine("late", created_at=NOON + ahead)
    await later.check_unconfirmed([found, scene.mine("of our own time")])
    (question,) = later.activity.value.unconfirmed
    assert question.asked_at == NOON + ahead and question.outcome.candidates == (found,)


async def test_a_question_whose_time_cannot_be_read_is_about_any_like_it(scene: Scene) -> None:
    number = await scene.journal.intent(PLACE, REQUEST, asked_at=datetime.min.replace(tzinfo=UTC))
    await scene.journal.uncertain(number)
    later = scene.another(timedelta(hours=-3))
    await later.recall()
    found = scene.mine("late")
    await later.check_unconfirmed([found])
    (question,) = later.activity.value.unconfirmed
    assert question.outcome.candidates == (found,)


async def test_an_end_under_way_is_joined(scene: Scene) -> None:
    scene.cloud.active["s"] = session("s")
    first, second = await asyncio.gather(scene.actions.end("s"), scene.actions.end("s", False))
    assert isinstance(first, Ended) and second is first
    assert scene.cloud.asked == ["end asked", "end s", "ended"]
    activity = scene.actions.activity.value
    assert activity.ends["s"] is first and activity.ending == frozenset()


async def test_the_ledger_keeps_what_became_of_an_end_and_it_may_be_tried_again(scene: Scene) -> None:
    scene.cloud.active["s"] = session("s")
    scene.cloud.end_outcome = StillOpen(session("s"), BROKEN)
    still = await scene.actions.end("s")
    assert still == scene.cloud.end_outcome == scene.end_kept("s")
    assert "ended" not in scene.cloud.asked
    scene.cloud.end_outcome = None
    scene.cloud.faults["end"] = OFFLINE
    unknown = await scene.actions.end("s")
    assert unknown == EndUnknown(OFFLINE) == scene.end_kept("s")
    scene.cloud.faults.clear()
    assert isinstance(await scene.actions.end("s"), Ended)
    assert scene.actions.activity.value.ends["s"] == Ended(ended(session("s")))


async def test_a_left_dialog_does_not_stop_an_end(scene: Scene) -> None:
    scene.cloud.active["s"] = session("s")
    scene.cloud.gate = asyncio.Event()
    async with running(_ignored(scene.actions.end("s"))):
        await scene.clock.settle()
        assert scene.actions.activity.value.ending == {"s"}
    scene.cloud.gate.set()
    await scene.actions.settled()
    assert isinstance(scene.actions.activity.value.ends["s"], Ended)


async def test_jobs_are_canceled_and_read_back_fifty_at_a_time(scene: Scene) -> None:
    scene.cloud.jobs = [job(number, "ready") for number in range(1000)]
    ids = tuple(one.id for one in scene.cloud.jobs)
    told = await scene.actions.cancel("s", ids)
    assert list(told) == list(ids) and set(told.values()) == {"canceled"}
    assert scene.cloud.asked == ["cancel", *["ids 50"] * 20]


async def test_a_canceled_job_that_the_reply_leaves_out_is_read_by_itself(scene: Scene) -> None:
    scene.cloud.jobs = [job(number, "ready") for number in range(60)]
    scene.cloud.unreadable = {"job-0003"}
    ids = tuple(one.id for one in scene.cloud.jobs)
    told = await scene.actions.cancel("s", (*ids, "nobody"))
    assert told == {**dict.fromkeys(ids, "canceled"), "nobody": MISSING}
    assert scene.cloud.asked == ["cancel", "ids 50", "ids 11", "job job-0003", "job nobody"]


async def test_of_many_left_out_a_few_are_read_and_the_others_said_to_be_unknown(scene: Scene) -> None:
    ids = tuple(f"nobody-{number}" for number in range(30))
    told = await scene.actions.cancel("s", ids)
    assert [status == MISSING for status in told.values()] == [True] * 10 + [False] * 20
    assert all(isinstance(status, Fault) and "missing in the reply" in status.words for status in [*told.values()][10:])
    assert len(scene.cloud.asked) == 12


async def test_where_reading_back_fails_no_job_is_said_to_be_canceled(scene: Scene) -> None:
    scene.cloud.jobs = [job(number, "ready") for number in range(60)]
    scene.cloud.faults["ids 10"] = OFFLINE
    ids = tuple(one.id for one in scene.cloud.jobs)
    told = await scene.actions.cancel("s", ids)
    assert told == {**dict.fromkeys(ids[:50], "canceled"), **dict.fromkeys(ids[50:], OFFLINE)}
    assert scene.cloud.asked == ["cancel", "ids 50", "ids 10"]


async def test_a_cancel_that_was_refused_says_so_but_for_what_is_cancelled(scene: Scene) -> None:
    scene.cloud.jobs = [job(1, "canceled"), job(2, "started")]
    scene.cloud.faults["cancel"] = BROKEN
    assert await scene.actions.cancel("s", ("job-0001", "job-0002")) == {"job-0001": "canceled", "job-0002": BROKEN}


def engine(scene: Scene) -> Engine:
    return Engine(Connection("default", PLACE.base_url), scene.cloud, scene.clock, scene.journal, 5.0)


async def test_closing_waits_for_what_is_under_way(scene: Scene) -> None:
    made = engine(scene)
    scene.cloud.gate = asyncio.Event()
    opening = asyncio.create_task(made.actions.open("t", REQUEST))
    await scene.clock.settle()
    closing = asyncio.create_task(made.close(60.0, answers=60.0))
    await scene.clock.settle()
    assert "close" not in scene.cloud.asked
    scene.cloud.gate.set()
    await closing
    assert "close" in scene.cloud.asked and isinstance(await opening, Opened)


async def test_the_journal_is_read_again_once_it_is_known_where_we_are(scene: Scene) -> None:
    await scene.journal.opened(await scene.journal.intent(PLACE, REQUEST, "vqe"), scene.mine("kept"))
    made = engine(scene)
    scene.cloud.faults["active"] = scene.cloud.faults["whoami"] = OFFLINE
    async with running(made.session_list.run()):
        await scene.clock.settle()
        assert made.place().anonymous
        assert not made.actions.activity.value.here
        scene.cloud.faults = {"whoami": OFFLINE}
        await scene.clock.forward(5)
        assert replace(made.place(), project_id="project-1", key_id="key-1") == PLACE != made.place()
        activity = made.actions.activity.value
        assert activity.here == {"kept"} and activity.label("kept") == "vqe"
        scene.cloud.faults = {}
        await scene.clock.forward(5)
        assert made.place() == PLACE
        assert made.actions.activity.value.creators == {"me"}


async def test_each_list_looks_after_open_questions(scene: Scene) -> None:
    made = engine(scene)
    async with running(made.session_list.run()):
        await scene.clock.settle()
        await made.actions.open("before", OpenRequest("qpu.aria-1"))
        scene.cloud.outcome = LOST
        await made.actions.open("lost", REQUEST)
        late = scene.mine("late")
        scene.cloud.active["late"] = late
        await scene.clock.forward(5)
        (question,) = made.actions.activity.value.unconfirmed
        assert question.outcome.candidates == (late,)


async def test_what_is_billed_in_is_what_was_seen(scene: Scene) -> None:
    made = engine(scene)
    assert made.billed_in == "usd"
    scene.cloud.price = Money(Decimal("2"), "credit")
    await made.estimator.ask("qpu.forte-1")
    assert made.billed_in == "credit"
    scene.cloud.active["a"] = session("a", limits=Limits(money=Money(Decimal("30"), "usd")))
    await made.session_list.refresh()
    assert made.billed_in == "usd"


GIVEN_ANOTHER = session("other", limits=Limits(minutes=480))
DIFFERS = "jobs 12 asked, NO LIMIT given; time no limit asked, 480 min given"


@pytest.mark.parametrize("adopted", [False, True])
async def test_other_limits_than_asked_are_an_event_and_known_by_the_session(scene: Scene, adopted: bool) -> None:
    scene.cloud.outcome = Opened(GIVEN_ANOTHER, adopted)
    await scene.actions.open("t", REQUEST)
    mismatch = scene.actions.activity.value.mismatch(GIVEN_ANOTHER)
    assert mismatch is not None and mismatch.absent and mismatch.facts == DIFFERS
    (event,) = await scene.journal.events(PLACE, "other")
    assert (event.kind, event.words, event.subject) == (EventKind.LIMITS_DIFFER, DIFFERS, "")


async def test_another_process_knows_what_was_asked_and_tells_no_event_again(scene: Scene) -> None:
    scene.cloud.outcome = Opened(GIVEN_ANOTHER)
    await scene.actions.open("t", REQUEST)
    later = scene.another()
    assert later.activity.value.mismatch(GIVEN_ANOTHER) is None
    await later.recall()
    mismatch = later.activity.value.mismatch(GIVEN_ANOTHER)
    assert mismatch is not None and mismatch.facts == DIFFERS
    assert len(await scene.journal.events(PLACE, "other")) == 1


async def test_what_is_as_asked_is_no_event(scene: Scene) -> None:
    outcome = await scene.actions.open("t", REQUEST)
    assert isinstance(outcome, Opened)
    assert scene.actions.activity.value.mismatch(outcome.session) is None
    assert await scene.journal.events(PLACE, outcome.session.id) == ()


async def test_a_candidate_that_a_person_took_is_compared_too(scene: Scene) -> None:
    question = await scene.asked()
    await scene.actions.adopt(question, GIVEN_ANOTHER)
    mismatch = scene.actions.activity.value.mismatch(GIVEN_ANOTHER)
    assert mismatch is not None and mismatch.facts == DIFFERS


async def test_a_reading_that_shows_the_limits_after_all_takes_it_back(scene: Scene) -> None:
    scene.cloud.outcome = Opened(GIVEN_ANOTHER)
    await scene.actions.open("t", REQUEST)
    assert scene.actions.activity.value.mismatch(replace(GIVEN_ANOTHER, limits=REQUEST.limits)) is None


async def test_the_live_picture_and_the_users_command_hear_of_it_once(scene: Scene) -> None:
    told: list[tuple[object, object]] = []

    class Teller:
        trouble = ""

        def tell(self, facts: Mapping[str, object], done: Callable[[], object]) -> bool:
            told.append((facts["kind"], facts["backend"]))
            done()
            return True

        def settle(self, seconds: float) -> bool:
            return True

    scene.cloud.outcome = Opened(GIVEN_ANOTHER)
    engine = Engine(Connection("lab"), scene.cloud, scene.clock, scene.journal, 5.0, event_command=Teller())
    await engine.actions.open("t", REQUEST)
    events = engine.session_poller("other").store.value.events
    assert [one.kind for one in events] == [EventKind.LIMITS_DIFFER]
    await engine.close()
    assert told == [("limits differ", "qpu.forte-1")]
