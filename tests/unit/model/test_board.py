from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ionq_tui.model.backend import Backend, Characterization
from ionq_tui.model.board import (
    EMPTY_BOARD,
    EMPTY_FLEET,
    Board,
    SessionList,
    board_lost,
    fleet_lost,
    heard_backends,
    heard_characterization,
    heard_list,
    heard_one,
)
from ionq_tui.model.link import FRESH, Fault, FaultKind, Link, Refused, Stale, link_of
from ionq_tui.model.session import Session

A = Session("a", status="started", active=True)
B = Session("b", status="created", active=True)
A_ENDED = replace(A, status="ended", active=False, ended_at=datetime(2026, 11, 22, tzinfo=UTC))
LIST = SessionList((A, B), organization_id="org", unreadable=1)
SLOW = Fault(FaultKind.TIMEOUT, "slow")


def test_an_empty_list_heard_is_not_a_list_never_heard() -> None:
    assert not EMPTY_BOARD.loaded
    assert heard_list(EMPTY_BOARD, SessionList(())) == Board(loaded=True)


def test_the_list_is_taken_in_in_the_server_s_order() -> None:
    board = heard_list(EMPTY_BOARD, LIST)
    assert list(board.sessions) == ["a", "b"]
    assert (board.organization_id, board.unreadable) == ("org", 1)


def test_hearing_the_same_list_again_is_an_equal_board() -> None:
    board = heard_list(EMPTY_BOARD, LIST)
    assert heard_list(board, LIST) == board
    assert heard_one(board, A) is board


def test_a_session_gone_from_the_list_goes_unless_it_is_known_to_have_ended() -> None:
    board = heard_list(EMPTY_BOARD, LIST)
    assert list(heard_list(board, SessionList((B,))).sessions) == ["b"]
    ended = heard_list(heard_one(board, A_ENDED), SessionList((B,)))
    assert ended.sessions == {"a": A_ENDED, "b": B}


def test_the_organisation_stays_known_when_a_list_is_silent_about_it() -> None:
    assert heard_list(heard_list(EMPTY_BOARD, LIST), SessionList((A,))).organization_id == "org"


def test_one_session_changes_in_place() -> None:
    board = heard_one(heard_list(EMPTY_BOARD, LIST), A_ENDED)
    assert list(board.sessions) == ["a", "b"]
    assert board.sessions["a"].ended


def test_a_lost_list_keeps_the_picture_and_the_next_one_heals_it() -> None:
    board = heard_list(EMPTY_BOARD, LIST)
    stale = board_lost(board, SLOW)
    assert stale == replace(board, link=Stale(SLOW))
    assert heard_list(stale, LIST) == board


@pytest.mark.parametrize(
    ("kind", "health"),
    [
        (FaultKind.OFFLINE, Stale),
        (FaultKind.TIMEOUT, Stale),
        (FaultKind.RATE_LIMITED, Stale),
        (FaultKind.SERVER, Stale),
        (FaultKind.GARBLED, Stale),
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
    fleet = heard_characterization(heard_backends(EMPTY_FLEET, [Backend("qpu.forte-1")]), measured)
    again = heard_backends(fleet_lost(fleet, SLOW), [Backend("qpu.forte-1", status="available")])
    assert again.characterizations == {"qpu.forte-1": measured}
    assert again.link == FRESH
    assert again.named("qpu.forte-1") == Backend("qpu.forte-1", status="available")
    assert again.named("qpu.nowhere") is None


def test_a_lost_fleet_keeps_its_backends() -> None:
    fleet = heard_backends(EMPTY_FLEET, [Backend("qpu.forte-1")])
    assert fleet_lost(fleet, SLOW) == replace(fleet, link=Stale(SLOW))


@pytest.mark.parametrize(
    ("status", "available"), [("available", True), ("unavailable", False), ("retired", False), ("Available", False)]
)
def test_only_an_available_backend_can_be_chosen(status: str, available: bool) -> None:
    assert Backend("q", status=status).available is available
