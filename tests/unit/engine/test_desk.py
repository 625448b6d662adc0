from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ionq_tui.engine.desk import Desk
from ionq_tui.engine.engine import Engine
from ionq_tui.journal.journal import Journal
from ionq_tui.model.connection import Connection
from ionq_tui.model.ledger import Question
from ionq_tui.model.limits import Limits
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import (
    Ended,
    EndOutcome,
    EndUnknown,
    Known,
    NotOpened,
    Opened,
    OpenRequest,
    StillOpen,
    Uncertain,
)
from ionq_tui.model.record import Place
from ionq_tui.model.session import Owner, Session
from tests.unit.engine.clock import NOON, ManualClock, running
from tests.unit.engine.cloud import BROKEN, OFFLINE, PLACE, ScriptedCloud, ended, here, job, session

REQUEST = OpenRequest("qpu.forte-1", Limits(jobs=12))
LOST = Uncertain((), OFFLINE)


class Recorder(Journal):
    """A journal in memory that tells in which order it was written to."""

    def __init__(self, told: list[str]) -> None:
        super().__init__(":memory:", now=lambda: NOON)
        self.told = told

    async def intent(
        self,
        place: Place,
        request: OpenRequest,
        label: str = "",
        known_ids: Iterable[str] = (),
        asked_at: datetime | None = None,
    ) -> int:
        self.told.append("intent")
        return await super().intent(place, request, label, known_ids, asked_at)

    async def opened(self, intent: int, session: Session, adopted: bool = False) -> None:
        self.told.append("opened")
        await super().opened(intent, session, adopted)

    async def end_asked(self, place: Place, session_id: str) -> None:
        self.told.append("end asked")
        await super().end_asked(place, session_id)

    async def ended(self, place: Place, session: Session) -> None:
        self.told.append("ended")
        await super().ended(place, session)


class Scene:
    """A desk, and everything it stands on."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.cloud = ScriptedCloud(self.clock)
        self.journal = Recorder(self.cloud.asked)
        self.known = Known(frozenset({"old"}), listed=True)
        self.desk = self.another()

    def another(self, ahead: timedelta = timedelta()) -> Desk:
        def known(creators: frozenset[str]) -> Known:
            return replace(self.known, creators=creators)

        return Desk(self.cloud, self.clock, self.journal, here, known, lambda: ahead)

    async def asked(self) -> Question:
        """Open, lose the reply, and return the question."""
        self.cloud.outcome = LOST
        await self.desk.open("lost", REQUEST, "vqe")
        (question,) = self.desk.ledger.value.questions
        return question

    def end_kept(self, session_id: str) -> EndOutcome:
        return self.desk.ledger.value.ends[session_id]

    def mine(self, name: str, **changes: object) -> Session:
        """A session that can be what came of the request."""
        told: dict[str, object] = {"limits": REQUEST.limits, "created_at": self.clock.now(), **changes}
        return session(name, **told)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_the_same_decision_opens_once_whoever_asks(scene: Scene) -> None:
    outcomes = await asyncio.gather(*(scene.desk.open("t", REQUEST) for _ in range(20)))
    again = await scene.desk.open("t", REQUEST)
    assert scene.cloud.asked.count("open") == 1
    assert {id(one) for one in (*outcomes, again)} == {id(again)}
    await scene.desk.open("u", REQUEST)
    assert scene.cloud.asked.count("open") == 2


async def test_the_intent_is_on_disk_before_the_request_and_the_id_before_anybody_is_told(scene: Scene) -> None:
    def told(_: object) -> None:
        scene.cloud.asked.append("told" if scene.desk.ledger.value.here else "opening")

    scene.desk.ledger.subscribe(told)
    outcome = await scene.desk.open("t", REQUEST, "vqe")
    assert isinstance(outcome, Opened)
    assert scene.cloud.asked[:5] == ["opening", "intent", "open", "opened", "told"]
    ledger = scene.desk.ledger.value
    assert ledger.here == {"new-1"} == scene.desk.opened_now
    assert ledger.creators == {"me"} and ledger.label("new-1") == "vqe" and not ledger.opening
    assert ledger.owner(outcome.session) is Owner.HERE
    assert await scene.journal.here(PLACE) == {"new-1"}


async def test_it_is_never_neither_opening_nor_opened(scene: Scene) -> None:
    seen: list[bool] = []
    scene.desk.ledger.subscribe(lambda ledger: seen.append(bool(ledger.opening or ledger.here)))
    await scene.desk.open("t", REQUEST)
    assert all(seen) and len(seen) == 3


async def test_a_cancelled_caller_does_not_cancel_the_request(scene: Scene) -> None:
    scene.cloud.gate = asyncio.Event()
    async with running(_ignored(scene.desk.open("t", REQUEST))):
        await scene.clock.settle()
        assert scene.desk.busy
    assert scene.desk.busy
    scene.cloud.gate.set()
    await scene.desk.settled()
    assert scene.desk.ledger.value.here == {"new-1"} and not scene.desk.busy


async def _ignored(work: Coroutine[None, None, object]) -> None:
    await work


async def test_nothing_opened_is_no_question(scene: Scene) -> None:
    scene.cloud.outcome = NotOpened(Fault(FaultKind.BAD_REQUEST, "no", 400))
    assert await scene.desk.open("t", REQUEST) is scene.cloud.outcome
    assert not scene.desk.ledger.value.questions and not scene.desk.ledger.value.opening
    later = scene.another()
    await later.recall()
    assert later.ledger.value.questions == ()


async def test_a_lost_reply_is_a_question_that_stays(scene: Scene) -> None:
    question = await scene.asked()
    assert question.request == REQUEST and question.label == "vqe" and question.asked_at == scene.clock.now()
    assert question.known.ids == {"old"}
    await scene.desk.look_again([])
    (still,) = scene.desk.ledger.value.questions
    assert still.outcome.candidates == () and still.outcome.looked_at == scene.clock.now()


async def test_what_can_only_be_ours_is_adopted(scene: Scene) -> None:
    await scene.desk.open("before", OpenRequest("qpu.aria-1"))
    await scene.asked()
    await scene.desk.look_again([scene.mine("late"), session("colleague", creator_id="other")])
    ledger = scene.desk.ledger.value
    assert ledger.questions == () and "late" in ledger.here and ledger.label("late") == "vqe"
    assert "late" in await scene.journal.here(PLACE) and "late" in scene.desk.opened_now


@pytest.mark.parametrize(
    ("changes", "candidate"),
    [
        ({"creator_id": "other"}, True),
        ({"creator_id": None}, True),
        ({"id": "old"}, False),
        ({"backend": "qpu.aria-1"}, False),
        ({"limits": Limits(jobs=13)}, False),
        ({"created_at": NOON - timedelta(minutes=2)}, False),
        ({"created_at": NOON + timedelta(minutes=11)}, False),
        ({"status": "ended"}, False),
    ],
)
async def test_anything_else_is_asked_about_or_left_alone(
    scene: Scene, changes: dict[str, object], candidate: bool
) -> None:
    await scene.desk.open("before", OpenRequest("qpu.aria-1"))
    await scene.asked()
    found = replace(scene.mine("late"), **changes)  # type: ignore[arg-type]
    await scene.desk.look_again([found])
    (question,) = scene.desk.ledger.value.questions
    assert question.outcome.candidates == ((found,) if candidate else ())


async def test_two_that_may_be_ours_are_asked_about(scene: Scene) -> None:
    await scene.desk.open("before", OpenRequest("qpu.aria-1"))
    question = await scene.asked()
    two = (scene.mine("a"), scene.mine("b"))
    await scene.desk.look_again(two)
    (question,) = scene.desk.ledger.value.questions
    assert question.outcome.candidates == two
    await scene.desk.adopt(question, two[1])
    assert scene.desk.ledger.value.questions == () and "b" in scene.desk.ledger.value.here
    assert scene.desk.became("lost") == "b" and scene.desk.became("before") == "new-1"
    assert scene.desk.ledger.value.creators == {"me"}


async def test_without_a_list_from_before_nothing_is_adopted(scene: Scene) -> None:
    await scene.desk.open("before", OpenRequest("qpu.aria-1"))
    scene.known = Known(frozenset(), listed=False)
    await scene.asked()
    await scene.desk.look_again([scene.mine("late")])
    assert len(scene.desk.ledger.value.questions) == 1


async def test_what_another_decision_opened_answers_no_question(scene: Scene) -> None:
    await scene.asked()
    scene.cloud.outcome = Opened(scene.mine("second"))
    await scene.desk.open("again", REQUEST)
    await scene.desk.look_again([scene.mine("second")])
    (question,) = scene.desk.ledger.value.questions
    assert question.outcome.candidates == ()


async def test_one_session_answers_one_of_two_questions(scene: Scene) -> None:
    await scene.desk.open("before", OpenRequest("qpu.aria-1"))
    await scene.asked()
    await scene.desk.open("lost too", REQUEST)
    await scene.desk.look_again([scene.mine("late")])
    assert len(scene.desk.ledger.value.questions) == 1
    await scene.desk.look_again([scene.mine("late")])
    assert len(scene.desk.ledger.value.questions) == 1


async def test_two_openings_take_turns_and_the_second_knows_of_the_first(scene: Scene) -> None:
    scene.cloud.gate = asyncio.Event()
    both = [asyncio.create_task(scene.desk.open(token, REQUEST)) for token in ("first", "second")]
    await scene.clock.settle()
    assert len(scene.desk.ledger.value.opening) == 2
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
    await scene.desk.dismiss(question)
    await scene.desk.look_again([scene.mine("late")])
    await scene.desk.recall()
    assert scene.desk.ledger.value.questions == ()


async def test_a_question_of_an_earlier_process_is_asked_and_never_answered_by_us(scene: Scene) -> None:
    await scene.desk.open("before", OpenRequest("qpu.aria-1"))
    await scene.asked()
    later = scene.another()
    await later.recall()
    (question,) = later.ledger.value.questions
    assert question.request == REQUEST and question.label == "vqe" and question.known.ids == {"old", "new-1"}
    assert later.ledger.value.here == {"new-1"} and later.ledger.value.creators == {"me"}
    found = scene.mine("late")
    await later.look_again([found])
    (question,) = later.ledger.value.questions
    assert question.outcome.candidates == (found,)
    await later.recall()
    assert len(later.ledger.value.questions) == 1
    await later.adopt(question, found)
    assert "late" in later.ledger.value.here and later.opened_now == set()
    third = scene.another()
    await third.recall()
    assert third.ledger.value.questions == () and third.ledger.value.here == {"new-1", "late"}


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_recalled_question_is_dated_by_the_servers_clock(scene: Scene, hours: int) -> None:
    ahead = timedelta(hours=hours)
    await scene.asked()
    later = scene.another(ahead)
    await later.recall()
    found = scene.mine("late", created_at=NOON + ahead)
    await later.look_again([found, scene.mine("of our own time")])
    (question,) = later.ledger.value.questions
    assert question.asked_at == NOON + ahead and question.outcome.candidates == (found,)


async def test_a_question_whose_time_cannot_be_read_is_about_any_like_it(scene: Scene) -> None:
    number = await scene.journal.intent(PLACE, REQUEST, asked_at=datetime.min.replace(tzinfo=UTC))
    await scene.journal.uncertain(number)
    later = scene.another(timedelta(hours=-3))
    await later.recall()
    found = scene.mine("late")
    await later.look_again([found])
    (question,) = later.ledger.value.questions
    assert question.outcome.candidates == (found,)


async def test_an_end_under_way_is_joined(scene: Scene) -> None:
    scene.cloud.active["s"] = session("s")
    first, second = await asyncio.gather(scene.desk.end("s"), scene.desk.end("s", False))
    assert isinstance(first, Ended) and second is first
    assert scene.cloud.asked == ["end asked", "end s", "ended"]
    ledger = scene.desk.ledger.value
    assert ledger.ends["s"] is first and ledger.ending == frozenset()


async def test_the_ledger_keeps_what_became_of_an_end_and_it_may_be_tried_again(scene: Scene) -> None:
    scene.cloud.active["s"] = session("s")
    scene.cloud.end_outcome = StillOpen(session("s"), BROKEN)
    still = await scene.desk.end("s")
    assert still == scene.cloud.end_outcome == scene.end_kept("s")
    assert "ended" not in scene.cloud.asked
    scene.cloud.end_outcome = None
    scene.cloud.faults["end"] = OFFLINE
    unknown = await scene.desk.end("s")
    assert unknown == EndUnknown(OFFLINE) == scene.end_kept("s")
    scene.cloud.faults.clear()
    assert isinstance(await scene.desk.end("s"), Ended)
    assert scene.desk.ledger.value.ends["s"] == Ended(ended(session("s")))


async def test_a_left_dialog_does_not_stop_an_end(scene: Scene) -> None:
    scene.cloud.active["s"] = session("s")
    scene.cloud.gate = asyncio.Event()
    async with running(_ignored(scene.desk.end("s"))):
        await scene.clock.settle()
        assert scene.desk.ledger.value.ending == {"s"}
    scene.cloud.gate.set()
    await scene.desk.settled()
    assert isinstance(scene.desk.ledger.value.ends["s"], Ended)


async def test_jobs_are_cancelled_and_read_back_each(scene: Scene) -> None:
    scene.cloud.jobs = [job(number, "ready") for number in range(10)]
    scene.cloud.faults["job job-0003"] = OFFLINE
    ids = tuple(one.id for one in scene.cloud.jobs)
    told = await scene.desk.cancel((*ids, "nobody"))
    assert told["job-0000"] == "canceled" and told["job-0003"] == OFFLINE
    assert list(told) == [*ids, "nobody"] and isinstance(told["nobody"], Fault)
    assert scene.cloud.most_under_way == 4 and scene.cloud.asked.count("cancel") == 1


async def test_a_cancel_that_was_refused_says_so_but_for_what_is_cancelled(scene: Scene) -> None:
    scene.cloud.jobs = [job(1, "canceled"), job(2, "started")]
    scene.cloud.faults["cancel"] = BROKEN
    assert await scene.desk.cancel(("job-0001", "job-0002")) == {"job-0001": "canceled", "job-0002": BROKEN}


def engine(scene: Scene) -> Engine:
    return Engine(Connection("default", PLACE.base_url), scene.cloud, scene.clock, scene.journal, 5.0)


async def test_closing_waits_for_what_is_under_way(scene: Scene) -> None:
    made = engine(scene)
    scene.cloud.gate = asyncio.Event()
    opening = asyncio.create_task(made.desk.open("t", REQUEST))
    await scene.clock.settle()
    closing = asyncio.create_task(made.close())
    await scene.clock.settle()
    assert "close" not in scene.cloud.asked
    scene.cloud.gate.set()
    await closing
    assert "close" in scene.cloud.asked and isinstance(await opening, Opened)


async def test_the_journal_is_read_again_once_it_is_known_where_we_are(scene: Scene) -> None:
    await scene.journal.opened(await scene.journal.intent(PLACE, REQUEST, "vqe"), scene.mine("kept"))
    made = engine(scene)
    scene.cloud.faults["active"] = scene.cloud.faults["whoami"] = OFFLINE
    async with running(made.home.run()):
        await scene.clock.settle()
        assert made.place().anonymous
        assert not made.desk.ledger.value.here
        scene.cloud.faults = {"whoami": OFFLINE}
        await scene.clock.forward(5)
        assert replace(made.place(), project_id="project-1", key_id="key-1") == PLACE != made.place()
        ledger = made.desk.ledger.value
        assert ledger.here == {"kept"} and ledger.label("kept") == "vqe"
        scene.cloud.faults = {}
        await scene.clock.forward(5)
        assert made.place() == PLACE
        assert made.desk.ledger.value.creators == {"me"}


async def test_each_list_looks_after_open_questions(scene: Scene) -> None:
    made = engine(scene)
    async with running(made.home.run()):
        await scene.clock.settle()
        await made.desk.open("before", OpenRequest("qpu.aria-1"))
        scene.cloud.outcome = LOST
        await made.desk.open("lost", REQUEST)
        late = scene.mine("late")
        scene.cloud.active["late"] = late
        await scene.clock.forward(5)
        assert made.desk.ledger.value.questions == () and "late" in made.desk.ledger.value.here


async def test_what_is_billed_in_is_what_was_seen(scene: Scene) -> None:
    made = engine(scene)
    assert made.billed_in == "usd"
    scene.cloud.price = Money(Decimal("2"), "credit")
    await made.estimator.ask("qpu.forte-1")
    assert made.billed_in == "credit"
    scene.cloud.active["a"] = session("a", limits=Limits(money=Money(Decimal("30"), "usd")))
    await made.home.refresh()
    assert made.billed_in == "usd"
