from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ionq_tui.model.limits import INT32_MAX, Limits
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.session import EndSource, Owner, Session, whose

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("session", "seen_active", "proved"),
    [
        (Session("s", status="ended"), False, True),
        (Session("s", status="ended", active=True), False, True),
        (Session("s", status="started", ended_at=NOON), False, True),
        (Session("s", status="started", active=False), False, False),
        (Session("s", status="started", active=False), True, True),
        (Session("s", status="started", active=None), True, False),
        (Session("s", status="started", active=True), True, False),
        (Session("s", status="created", active=False), False, False),
        (Session("s", status="Ended", active=None), True, False),
        (Session("s", status="closing"), True, False),
    ],
)
def test_what_proves_an_end(session: Session, seen_active: bool, proved: bool) -> None:
    assert session.confirms_end(seen_active) is proved


@pytest.mark.parametrize(
    ("session", "contradictory"),
    [
        (Session("s", status="ended", active=True), True),
        (Session("s", status="started", active=False), True),
        (Session("s", status="started", active=True), False),
        (Session("s", status="ended", active=False), False),
        (Session("s", status="ended"), False),
    ],
)
def test_two_facts_may_contradict_each_other(session: Session, contradictory: bool) -> None:
    assert session.contradictory is contradictory


HOUR = NOON + timedelta(hours=1)
"""Start plus limit of a session that started at noon."""


@pytest.mark.parametrize(
    ("started", "limit", "expires", "end", "source", "guess"),
    [
        (True, None, None, None, None, False),
        (True, None, HOUR, HOUR, EndSource.EXPIRY, False),
        (True, 60, None, HOUR, EndSource.LIMIT, True),
        (True, 60, NOON + timedelta(minutes=7), NOON + timedelta(minutes=7), EndSource.EXPIRY, False),
        (True, 60, NOON + timedelta(hours=24), HOUR, EndSource.LIMIT, True),
        (True, 60, HOUR, HOUR, EndSource.EXPIRY, False),
        (True, 60, HOUR + timedelta(seconds=59), HOUR, EndSource.LIMIT, False),
        (True, 60, HOUR + timedelta(minutes=1), HOUR, EndSource.LIMIT, True),
        (False, None, None, None, None, False),
        (False, None, HOUR, HOUR, EndSource.EXPIRY, False),
        (False, 60, None, None, None, False),
        (False, 60, NOON + timedelta(minutes=7), NOON + timedelta(minutes=7), EndSource.EXPIRY, False),
        (False, 60, NOON + timedelta(hours=24), NOON + timedelta(hours=24), EndSource.EXPIRY, False),
        (False, 60, HOUR, HOUR, EndSource.EXPIRY, False),
    ],
)
def test_time_is_up_at_the_earlier_of_two_ends(
    started: bool,
    limit: int | None,
    expires: datetime | None,
    end: datetime | None,
    source: EndSource | None,
    guess: bool,
) -> None:
    session = Session(
        "s", started_at=NOON if started else None, expires_at=expires, limits=Limits(minutes=limit), created_at=NOON
    )
    assert (session.runs_out_at, session.runs_out_source, session.runs_out_is_guess) == (end, source, guess)


@pytest.mark.parametrize(
    ("created", "expires", "same"),
    [
        (NOON, HOUR + timedelta(seconds=59), True),
        (NOON, HOUR + timedelta(minutes=1), False),
        (NOON - timedelta(minutes=20), HOUR - timedelta(minutes=20), True),
        (None, HOUR - timedelta(minutes=20), False),
        (NOON, None, False),
    ],
)
def test_an_expiry_may_be_the_limit_from_start_or_creation(
    created: datetime | None, expires: datetime | None, same: bool
) -> None:
    session = Session("s", created_at=created, started_at=NOON, expires_at=expires, limits=Limits(minutes=60))
    assert session.limit_is_expiry is same


def test_an_expiry_beside_a_limit_that_is_beyond_the_calendar_is_the_only_end() -> None:
    far = datetime(9999, 1, 1, tzinfo=UTC)
    for minutes in (INT32_MAX, 10**400):
        limits = Limits(minutes=minutes)
        session = Session("s", created_at=far, started_at=far, expires_at=NOON, limits=limits)
        assert session.ends == (NOON,) and not session.limit_is_expiry
        waits = Session("s", "created", created_at=far, expires_at=NOON, limits=limits)
        assert waits.time_left(NOON - timedelta(minutes=1)) == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("session", "left"),
    [
        (Session("s", "started"), None),
        (Session("s", "created", limits=Limits(minutes=60)), None),
        (Session("s", "created", expires_at=NOON + timedelta(hours=24), limits=Limits(minutes=60)), 60),
        (Session("s", "created", expires_at=NOON + timedelta(minutes=7), limits=Limits(minutes=60)), 7),
        (Session("s", "started", expires_at=NOON + timedelta(hours=24), limits=Limits(minutes=60)), 24 * 60),
        (Session("s", "started", started_at=NOON - timedelta(minutes=61), limits=Limits(minutes=60)), -1),
    ],
)
def test_time_left_is_never_more_than_the_limit_before_the_start(session: Session, left: int | None) -> None:
    assert session.time_left(NOON) == (None if left is None else timedelta(minutes=left))


def test_start_plus_limit_is_a_guess() -> None:
    session = Session("s", started_at=NOON, limits=Limits(minutes=60))
    assert session.runs_out_at == NOON + timedelta(hours=1)
    assert session.runs_out_is_guess


@pytest.mark.parametrize(
    "session",
    [
        Session("s", started_at=NOON),
        Session("s", created_at=NOON, limits=Limits(minutes=60)),
        Session("s", started_at=datetime(9999, 1, 1, tzinfo=UTC), limits=Limits(minutes=INT32_MAX)),
    ],
    ids=["no limit", "not started", "beyond the calendar"],
)
def test_nobody_knows_when_time_is_up(session: Session) -> None:
    assert session.runs_out_at is None
    assert not session.runs_out_is_guess


@pytest.mark.parametrize(
    ("session", "owner"),
    [
        (Session("mine", creator_id="someone else"), Owner.HERE),
        (Session("mine"), Owner.HERE),
        (Session("s", creator_id="me"), Owner.YOU),
        (Session("s", creator_id="you"), Owner.OTHER),
        (Session("s"), Owner.UNKNOWN),
    ],
)
def test_whose_it_is(session: Session, owner: Owner) -> None:
    assert whose(session, frozenset({"mine"}), frozenset({"me"})) is owner


def test_as_long_as_no_creator_is_known_to_be_ours_nobody_is_other() -> None:
    assert whose(Session("s", creator_id="you"), frozenset(), frozenset()) is Owner.UNKNOWN


def test_the_short_id_is_its_end() -> None:
    assert Session("0190a7c2-1111-7000-8000-0123456789ab").short == "6789ab"
    assert Session("ab").short == "ab"


@pytest.mark.parametrize(
    ("limits", "body"),
    [
        (Limits(), {"backend": "qpu.forte-1"}),
        (Limits(jobs=40), {"backend": "qpu.forte-1", "settings": {"job_count_limit": 40}}),
        (
            Limits(jobs=1, minutes=90, money=Money(Decimal("30.10"), "credit")),
            {
                "backend": "qpu.forte-1",
                "settings": {
                    "job_count_limit": 1,
                    "duration_limit_min": 90,
                    "cost_limit": {"unit": "credit", "value": 30.1},
                },
            },
        ),
    ],
)
def test_what_opening_sends(limits: Limits, body: dict[str, object]) -> None:
    assert OpenRequest("qpu.forte-1", limits).body == body
