from __future__ import annotations

import tempfile
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
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
from tests.unit.journal.kept import here, running_here

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


@pytest.mark.slow
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
            await journal.end_asked(place, text)
            await journal.event(place, Event(at, kind, session.id, text, text))
            await journal.keep_costs(place, session.id, costs)
            await journal.queue_sample(text, at, value)
            assert len(here(await journal.sessions(place))) == 1
            assert await journal.creators(place) is not None
            assert await journal.unconfirmed_intents(place) is not None
            assert len(await journal.events(place, session.id, at)) == 1
            assert len(await journal.events(place)) == 1
            assert await journal.costs(place, session.id) is not None
            assert await journal.queue_samples(text, at) is not None
            await journal.ended(place, session)
            assert running_here(await journal.sessions(place)) == ()
            assert await journal.newest_here() is not None
            assert journal.flush()
        finally:
            journal.close()


CHARGES = some.builds(Money, some.decimals(0, 10**9), some.sampled_from(["usd", "credit"]))


@given(money=CHARGES)
@settings(deadline=None)
async def test_money_comes_back_exactly(money: Money) -> None:
    back = await kept(money)
    assert back is not None and str(back.value) == str(money.value)
    assert back.unit == money.unit


@pytest.mark.parametrize(
    "money",
    [
        *(Money(Decimal(value), "usd") for value in ("-1", "NaN", "Infinity", "1e10")),
        *(Money(Decimal(1), unit) for unit in ("usd\ufffd", "zorkmid", "")),
    ],
    ids=str,
)
async def test_a_kept_cost_that_cannot_be_is_missing_and_asked_for_again(money: Money) -> None:
    assert await kept(money) is None


async def kept(money: Money) -> Money | None:
    """Return what is read back of a cost that was written."""
    journal = Journal(":memory:")
    await journal.keep_costs(Place("https://a"), "s", {"j": JobCost(cost=money, estimate=money)})
    back = (await journal.costs(Place("https://a"), "s"))["j"]
    journal.close()
    assert back.cost == back.estimate
    return back.cost
