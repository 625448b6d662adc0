from __future__ import annotations

import tempfile
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as some

from ionq_tui.journal.journal import Journal
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.job import JobCost
from ionq_tui.model.limits import Limits
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.record import Place
from ionq_tui.model.session import Session

TEXT = some.text(some.characters(), max_size=40) | some.sampled_from(
    ["'; DROP TABLE session; --", "\x00", "\ud800", "\x1b]52;c;AAAA\x07", "\u202e", "x" * 100_000]
)
MAYBE = some.none() | TEXT
ZONES = some.timezones() | some.sampled_from([timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))])
TIMES = some.datetimes(timezones=some.none() | ZONES)
MONEY = some.builds(Money, some.decimals(), TEXT)
WHOLE = some.none() | some.integers()
LIMITS = some.builds(Limits, WHOLE, WHOLE, some.none() | MONEY)
PLACES = some.builds(Place, TEXT, MAYBE, MAYBE, MAYBE, TEXT)
SESSIONS = some.builds(
    Session,
    id=TEXT,
    backend=MAYBE,
    created_at=some.none() | TIMES,
    ended_at=some.none() | TIMES,
    organization_id=MAYBE,
    project_id=MAYBE,
    creator_id=MAYBE,
    limits=LIMITS,
)
COSTS = some.dictionaries(
    TEXT, some.builds(JobCost, some.booleans(), some.none() | MONEY, some.none() | MONEY), max_size=3
)


@given(
    place=PLACES,
    session=SESSIONS,
    text=TEXT,
    at=TIMES,
    limits=LIMITS,
    costs=COSTS,
    kind=some.sampled_from(EventKind),
    value=some.floats(),
    number=some.integers(),
    on_disk=some.booleans(),
)
@settings(max_examples=60, deadline=None)
async def test_whatever_a_server_says_nothing_raises(
    place: Place,
    session: Session,
    text: str,
    at: datetime,
    limits: Limits,
    costs: dict[str, JobCost],
    kind: EventKind,
    value: float,
    number: int,
    on_disk: bool,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.db" if on_disk else ":memory:", patience=30)
        try:
            intent = await journal.intent(place, OpenRequest(text, limits), text, [text])
            await journal.uncertain(intent, [text, session.id])
            await journal.not_opened(number)
            await journal.opened(await journal.intent(place, OpenRequest(text, limits), text, asked_at=at), session)
            await journal.resolved(place, intent, session)
            await journal.attached(place, text)
            await journal.set_label(place, text, text)
            await journal.end_asked(place, text)
            await journal.event(place, Event(at, kind, session.id, text, text))
            await journal.keep_costs(place, session.id, costs)
            await journal.queue_sample(text, at, value)
            assert len(await journal.here(place)) == 1
            assert await journal.creators(place) is not None
            assert await journal.open_questions(place) is not None
            assert len(await journal.events(place, session.id, at)) == 1
            assert len(await journal.events(place)) == 1
            assert await journal.costs(place, session.id) is not None
            assert await journal.queue_samples(text, at) is not None
            await journal.ended(place, session)
            assert await journal.running_here(place) == ()
            assert await journal.newest_here() is not None
            assert journal.flush()
        finally:
            journal.close()


@given(money=MONEY)
@settings(deadline=None)
async def test_money_comes_back_exactly(money: Money) -> None:
    journal = Journal(":memory:")
    await journal.keep_costs(Place("https://a"), "s", {"j": JobCost(cost=money)})
    back = (await journal.costs(Place("https://a"), "s"))["j"].cost
    journal.close()
    assert back is not None and str(back.value) == str(money.value)
    assert isinstance(back.value, Decimal)
