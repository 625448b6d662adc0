from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.link_state import FRESH, Fault, FaultKind, Link, Refused, Stale, link_of
from ionq_tui.model.overview import (
    EMPTY_FLEET,
    EMPTY_OVERVIEW,
    ListedSessions,
    Overview,
    apply_backends,
    apply_characterization,
    apply_list,
    apply_read_session,
    with_backends_fault,
    with_list_fault,
)
from ionq_tui.model.session import Session

A = Session("a", status="started", active=True)
B = Session("b", status="created", active=True)
A_ENDED = replace(A, status="ended", active=False, ended_at=datetime(2026, 11, 22, tzinfo=UTC))
LIST = ListedSessions((A, B), organization_id="org", unreadable=1)
SLOW = Fault(FaultKind.TIMEOUT, "slow")


def test_an_empty_list_heard_is_not_a_list_never_heard() -> None:
    assert not EMPTY_OVERVIEW.loaded
    assert apply_list(EMPTY_OVERVIEW, ListedSessions(())) == Overview(loaded=True)


def test_the_list_is_taken_in_in_the_server_s_order() -> None:
    overview = apply_list(EMPTY_OVERVIEW, LIST)
    assert list(overview.sessions) == ["a", "b"]
    assert (overview.organization_id, overview.unreadable) == ("org", 1)


def test_hearing_the_same_list_again_is_an_equal_board() -> None:
    overview = apply_list(EMPTY_OVERVIEW, LIST)
    assert apply_list(overview, LIST) == overview
    assert apply_read_session(overview, A) is overview


def test_a_session_gone_from_the_list_goes_unless_it_is_known_to_have_ended() -> None:
    overview = apply_list(EMPTY_OVERVIEW, LIST)
    assert list(apply_list(overview, ListedSessions((B,))).sessions) == ["b"]
    ended = apply_list(apply_read_session(overview, A_ENDED), ListedSessions((B,)))
    assert ended.sessions == {"a": A_ENDED, "b": B}


def test_the_organisation_stays_known_when_a_list_is_silent_about_it() -> None:
    assert apply_list(apply_list(EMPTY_OVERVIEW, LIST), ListedSessions((A,))).organization_id == "org"


def test_one_session_changes_in_place() -> None:
    overview = apply_read_session(apply_list(EMPTY_OVERVIEW, LIST), A_ENDED)
    assert list(overview.sessions) == ["a", "b"]
    assert overview.sessions["a"].ended


def test_a_lost_list_keeps_the_picture_and_the_next_one_heals_it() -> None:
    overview = apply_list(EMPTY_OVERVIEW, LIST)
    stale = with_list_fault(overview, SLOW)
    assert stale == replace(overview, link=Stale(SLOW))
    assert apply_list(stale, LIST) == overview


@pytest.mark.parametrize(
    ("kind", "health"),
    [
        (FaultKind.OFFLINE, Stale),
        (FaultKind.TIMEOUT, Stale),
        (FaultKind.RATE_LIMITED, Stale),
        (FaultKind.SERVER, Stale),
        (FaultKind.GARBLED, Stale),
        (FaultKind.CERTIFICATE, Stale),
        (FaultKind.PROXY, Stale),
        (FaultKind.SETTING, Refused),
        (FaultKind.KEY_MISSING, Refused),
        (FaultKind.KEY_REFUSED, Refused),
        (FaultKind.FORBIDDEN, Refused),
        (FaultKind.NOT_FOUND, Refused),
    ],
)
def test_only_what_asking_again_cannot_help_is_refused(kind: FaultKind, health: type[Link]) -> None:
    assert isinstance(link_of(Fault(kind, "words")), health)


def test_the_fleet_keeps_what_was_measured_when_the_list_comes_anew() -> None:
    measured = Characterization("c", "qpu.forte-1")
    fleet = apply_characterization(apply_backends(EMPTY_FLEET, [Backend("qpu.forte-1")]), measured)
    again = apply_backends(with_backends_fault(fleet, SLOW), [Backend("qpu.forte-1", status="available")])
    assert again.characterizations == {"qpu.forte-1": measured}
    assert again.link == FRESH
    assert again.named("qpu.forte-1") == Backend("qpu.forte-1", status="available")
    assert again.named("qpu.nowhere") is None


def test_a_lost_fleet_keeps_its_backends() -> None:
    fleet = apply_backends(EMPTY_FLEET, [Backend("qpu.forte-1")])
    assert with_backends_fault(fleet, SLOW) == replace(fleet, link=Stale(SLOW))


@pytest.mark.parametrize(
    ("status", "available"), [("available", True), ("unavailable", False), ("retired", False), ("Available", False)]
)
def test_only_an_available_backend_can_be_chosen(status: str, available: bool) -> None:
    assert Backend("q", status=status).available is available
