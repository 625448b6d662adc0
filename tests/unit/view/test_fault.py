from __future__ import annotations

import pytest

from ionq_tui.model.activity import EMPTY_ACTIVITY
from ionq_tui.model.link_state import FRESH, Fault, FaultKind, link_of
from ionq_tui.model.overview import EMPTY_OVERVIEW, with_list_fault
from ionq_tui.view.banner import nothing_to_show
from ionq_tui.view.fault import About, fault_next, fault_says, fault_words, link_fault
from ionq_tui.view.style import words
from tests.unit.view.test_sanitize import harmless


@pytest.mark.parametrize("kind", FaultKind)
def test_every_kind_says_what_and_what_next(kind: FaultKind) -> None:
    fault = Fault(kind, "")
    assert fault_says(fault)
    assert fault_next(fault)
    assert fault_words(fault) == f"{fault_says(fault)}: {fault_next(fault)}"


def test_only_ionq_itself_says_that_sessions_are_not_enabled() -> None:
    told = fault_words(Fault(FaultKind.NOT_ENABLED, "Not Found", 404, "req-1"), "sessions")
    assert told.startswith("Sessions are not enabled for this organization")
    assert "support@ionq.com" in told
    assert "backends can still be browsed" in told
    assert told.endswith("[HTTP 404, request req-1]")


@pytest.mark.parametrize("about", ["", "sessions", "session", "job", "jobs", "backend"])
def test_any_other_refusal_says_what_answered(about: About) -> None:
    kind = FaultKind.ELSEWHERE
    page = fault_words(Fault(kind, "HTTP 404", 404, page="nginx \x1b[31m"), about, once=True)
    assert 'by a page titled "nginx' in page and "not enabled" not in page and "IONQ_API_URL" in page
    assert "\x1b" not in page
    assert "something that is not IonQ's API" in fault_words(Fault(kind, "HTTP 404", 404), about)
    hinted = Fault(kind, "Not Found", 404, hint="IONQ_API_URL ends in /v0.3")
    assert "IONQ_API_URL ends in /v0.3" in fault_words(hinted, about)
    assert '("Not Found")' in fault_words(hinted, about) and "no such" not in fault_words(hinted, about)


@pytest.mark.parametrize("status", [405, 409, 410])
def test_without_words_of_ionqs_nothing_is_to_be_changed(status: int) -> None:
    assert "correct what IonQ reports" not in fault_words(Fault(FaultKind.BAD_REQUEST, f"HTTP {status}", status))
    assert "correct what IonQ reports" in fault_words(Fault(FaultKind.BAD_REQUEST, "too many", status))


@pytest.mark.parametrize(
    ("about", "said"),
    [("session", "no such session"), ("job", "no such job"), ("backend", "no such backend")],
)
def test_a_missing_id_is_no_such_thing(about: About, said: str) -> None:
    assert fault_says(Fault(FaultKind.NOT_FOUND, "", 404), about) == said


def test_the_wait_the_server_asked_for_is_told() -> None:
    assert "retrying in 8 s" in fault_words(Fault(FaultKind.RATE_LIMITED, "", 429, retry_after=7.2))
    assert "retrying in 10 min" in fault_words(Fault(FaultKind.RATE_LIMITED, "", 429, retry_after=600))
    day = Fault(FaultKind.RATE_LIMITED, "", 429, retry_after=86400)
    assert "retrying within 60 min" in fault_words(day) and "try again in a while" in fault_words(day, once=True)
    assert "retrying in a while" in fault_words(Fault(FaultKind.RATE_LIMITED, "", 429, retry_after=float("nan")))


def test_the_servers_own_words_are_quoted_and_harmless() -> None:
    told = fault_words(Fault(FaultKind.BAD_REQUEST, "\x1b]0;x\x07limit\u202e too low", 400, "id\x1b[2J"))
    assert '("]0;xlimit too low")' in told
    assert harmless(told)


def test_a_fresh_link_has_no_fault() -> None:
    fault = Fault(FaultKind.OFFLINE, "")
    assert link_fault(FRESH) is None
    assert link_fault(link_of(fault)) == fault


def test_what_stands_above_is_not_said_again() -> None:
    overview = with_list_fault(EMPTY_OVERVIEW, Fault(FaultKind.OFFLINE, "no route"))
    told = "\n".join(words(one) for one in nothing_to_show(overview, EMPTY_ACTIVITY))
    assert told.count("IonQ cannot be reached") == 1 and "(no route): check the network" in told
