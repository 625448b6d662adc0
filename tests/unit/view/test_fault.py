from __future__ import annotations

import pytest

from ionq_tui.model.board import EMPTY_BOARD, board_lost
from ionq_tui.model.link import FRESH, Fault, FaultKind, link_of
from ionq_tui.view.banner import nothing_to_show
from ionq_tui.view.fault import About, fault_next, fault_of, fault_says, fault_words
from ionq_tui.view.tone import words
from tests.unit.view.test_plain import harmless


@pytest.mark.parametrize("kind", FaultKind)
def test_every_kind_says_what_and_what_next(kind: FaultKind) -> None:
    fault = Fault(kind, "")
    assert fault_says(fault)
    assert fault_next(fault)
    assert fault_words(fault) == f"{fault_says(fault)}: {fault_next(fault)}"


@pytest.mark.parametrize("kind", [FaultKind.FORBIDDEN, FaultKind.NOT_FOUND])
def test_a_refused_collection_means_that_sessions_are_not_enabled(kind: FaultKind) -> None:
    told = fault_words(Fault(kind, "Not Found", 404, "req-1"), "sessions")
    assert told.startswith("Sessions are not enabled for this organisation")
    assert "support@ionq.com" in told
    assert "backends can still be browsed" in told
    assert told.endswith("[HTTP 404, request req-1]")


@pytest.mark.parametrize(
    ("about", "said"),
    [("session", "no such session"), ("job", "no such job"), ("backend", "no such backend")],
)
def test_a_missing_id_is_no_such_thing(about: About, said: str) -> None:
    assert fault_says(Fault(FaultKind.NOT_FOUND, "", 404), about) == said


def test_the_wait_the_server_asked_for_is_told() -> None:
    assert "again in 8 s" in fault_words(Fault(FaultKind.RATE_LIMITED, "", 429, retry_after=7.2))
    assert "again in 10 min" in fault_words(Fault(FaultKind.RATE_LIMITED, "", 429, retry_after=600))
    assert "again in a while" in fault_words(Fault(FaultKind.RATE_LIMITED, "", 429, retry_after=float("nan")))


def test_the_servers_own_words_are_quoted_and_harmless() -> None:
    told = fault_words(Fault(FaultKind.BAD_REQUEST, "\x1b]0;x\x07limit\u202e too low", 400, "id\x1b[2J"))
    assert '("]0;xlimit too low")' in told
    assert harmless(told)


def test_a_fresh_link_has_no_fault() -> None:
    fault = Fault(FaultKind.OFFLINE, "")
    assert fault_of(FRESH) is None
    assert fault_of(link_of(fault)) == fault


def test_what_stands_above_is_not_said_again() -> None:
    board = board_lost(EMPTY_BOARD, Fault(FaultKind.OFFLINE, "no route"))
    told = "\n".join(words(one) for one in nothing_to_show(board))
    assert told.count("IonQ cannot be reached") == 1 and "(no route): check the network" in told
