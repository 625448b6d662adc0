from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ionq_tui.model.limits import INT32_MAX, Limits
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.model.session import Owner, Session, whose

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
    assert session.proves_end(seen_active) is proved


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


def test_the_server_s_word_on_when_time_is_up_goes_before_arithmetic() -> None:
    session = Session("s", started_at=NOON, expires_at=NOON + timedelta(minutes=7), limits=Limits(minutes=60))
    assert session.runs_out_at == NOON + timedelta(minutes=7)
    assert not session.runs_out_is_guess


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
