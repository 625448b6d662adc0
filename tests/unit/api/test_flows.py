"""Opening once and ending with proof, as pure generators."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from ionq_tui.api import operations
from ionq_tui.api.errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    IonQError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    ReadOnlyError,
    ServerError,
    UnusableReplyError,
    error_for,
)
from ionq_tui.api.flows import GRAIN, LOOKS, PROOFS, end_proved, nothing_created, open_once, repeated
from ionq_tui.model.board import SessionList
from ionq_tui.model.limits import Limits
from ionq_tui.model.link import FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import Ended, EndUnknown, Known, NotOpened, Opened, OpenRequest, StillOpen, Uncertain
from ionq_tui.model.session import Session
from tests.unit.api.given import NOW, error_body
from tests.unit.api.script import Script

LIMITS = Limits(10, 60, Money(Decimal("30"), "usd"))
REQUEST = OpenRequest("qpu.forte-1", LIMITS)
KNOWN = Known(frozenset({"old"}), listed=True, creators=frozenset({"me"}))
POST = "POST /sessions"
LOOK = "GET /sessions?active=true"


def said(status: int) -> IonQError:
    return error_for(status, error_body(status), "", "r-1", None)


def page(status: int) -> IonQError:
    """An error whose body is no word of the API, such as a proxy's page."""
    return error_for(status, None, "<html>", None, None)


def unsent(error: APIConnectionError) -> APIConnectionError:
    error.unsent = True
    return error


def listed(*sessions: Session) -> SessionList:
    return SessionList(tuple(sessions))


def session(
    name: str = "new",
    *,
    creator: str | None = "me",
    created: datetime | None = NOW,
    backend: str = "qpu.forte-1",
    limits: Limits = LIMITS,
) -> Session:
    return Session(name, "created", active=True, backend=backend, created_at=created, creator_id=creator, limits=limits)


CERTAIN = [
    *(said(400), said(401), said(403), said(404), said(422)),
    unsent(APIConnectionError("refused")),
    unsent(APITimeoutError("no connection")),
    ReadOnlyError("read-only"),
]
UNCERTAIN = [
    *(said(402), said(405), said(408), said(409), said(425), said(429), said(499)),
    *(said(500), said(502), said(503), said(504), said(599)),
    *(page(400), page(401), page(403), page(404), page(422), page(502)),
    *(APIConnectionError("cut"), APITimeoutError("late"), UnusableReplyError("not JSON"), IonQError("something")),
]


@pytest.mark.parametrize("error", CERTAIN, ids=repr)
def test_what_certainly_created_nothing_is_told_at_once(error: IonQError) -> None:
    script = Script(error)
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert nothing_created(error)
    assert isinstance(outcome, NotOpened) and outcome.cause is error
    assert (script.sent, script.slept) == ([POST], [])


@pytest.mark.parametrize("error", UNCERTAIN, ids=repr)
def test_anything_else_is_looked_after_and_never_sent_again(error: IonQError) -> None:
    script = Script(error, listed())
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert not nothing_created(error)
    assert isinstance(outcome, Uncertain) and outcome.cause is error and outcome.candidates == ()
    assert script.sent == [POST, *[LOOK] * len(LOOKS)]
    assert script.slept == list(LOOKS)
    assert outcome.looked_at is not None


def test_a_reply_is_believed_without_looking() -> None:
    script = Script(session())
    assert script.play(open_once(REQUEST, KNOWN)) == Opened(session())
    assert script.sent == [POST]


def test_a_lost_reply_is_adopted_where_it_can_only_be_ours() -> None:
    colleague = session("theirs", creator="them")
    script = Script(APIConnectionError("cut"), listed(session("old"), session(), colleague))
    assert script.play(open_once(REQUEST, KNOWN)) == Opened(session(), adopted=True)
    assert script.sent == [POST, *[LOOK] * len(LOOKS)]


def test_nothing_is_adopted_before_the_last_look_since_ours_may_come_late() -> None:
    twin = session("twin")
    script = Script(said(504), listed(twin), listed(twin), listed(twin), listed(twin), listed(twin, session()))
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Uncertain) and set(outcome.candidates) == {twin, session()}


def test_what_was_found_so_far_can_be_seen_meanwhile() -> None:
    seen: dict[str, Session] = {}
    Script(said(504), listed(session())).play(open_once(REQUEST, KNOWN, seen))
    assert list(seen.values()) == [session()]


def test_a_server_that_commits_late_is_waited_for() -> None:
    script = Script(said(504), listed(), listed(), listed(session()))
    assert script.play(open_once(REQUEST, KNOWN)) == Opened(session(), adopted=True)
    assert script.slept == list(LOOKS)


def test_a_failed_look_is_not_the_last() -> None:
    script = Script(APITimeoutError("late"), said(500), APIConnectionError("cut"), listed(session()))
    assert script.play(open_once(REQUEST, KNOWN)) == Opened(session(), adopted=True)


def test_nothing_is_said_of_the_list_where_no_look_was_answered() -> None:
    script = Script(APIConnectionError("cut"))
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Uncertain)
    assert (outcome.candidates, outcome.looked_at, outcome.fault.kind) == ((), None, FaultKind.OFFLINE)


NOT_ALL_KNOWN = {
    "creator unknown": Known(frozenset(), listed=True),
    "list unknown": Known(frozenset(), listed=False, creators=frozenset({"me"})),
    "other creator": Known(frozenset(), listed=True, creators=frozenset({"somebody"})),
    "nothing known": Known(),
}


@pytest.mark.parametrize("known", NOT_ALL_KNOWN.values(), ids=NOT_ALL_KNOWN)
def test_what_may_be_a_colleagues_is_asked_about_and_not_adopted(known: Known) -> None:
    outcome = Script(APIConnectionError("cut"), listed(session())).play(open_once(REQUEST, known))
    assert isinstance(outcome, Uncertain) and outcome.candidates == (session(),)


def test_without_the_servers_time_nothing_is_adopted() -> None:
    script = Script(APIConnectionError("cut"), listed(session()), date=lambda _: None)
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Uncertain)
    assert (outcome.candidates, outcome.looked_at) == ((session(),), None)


def test_one_that_only_a_look_without_a_date_showed_is_not_adopted_later() -> None:
    old = session(created=NOW - timedelta(hours=1))
    script = Script(APIConnectionError("cut"), listed(old), date=lambda n: None if n == 1 else NOW)
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Uncertain) and outcome.candidates == (old,)


def test_a_session_without_a_creator_is_not_adopted() -> None:
    outcome = Script(said(500), listed(session(creator=None))).play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Uncertain) and len(outcome.candidates) == 1


def test_two_that_may_be_ours_are_both_shown() -> None:
    outcome = Script(said(500), listed(session("a"), session("b"))).play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Uncertain)
    assert [one.id for one in outcome.candidates] == ["a", "b"]


def test_one_seen_once_is_still_told_when_it_is_gone_from_the_list() -> None:
    outcome = Script(said(500), listed(session(creator="them")), listed()).play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Uncertain) and [one.id for one in outcome.candidates] == ["new"]


OTHERS = {
    "known before": session("old"),
    "another backend": session(backend="qpu.aria-1"),
    "other limits": session(limits=Limits(10, 60)),
    "no limits": session(limits=Limits()),
    "older": session(created=NOW - GRAIN - timedelta(seconds=2)),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_what_cannot_be_it_is_no_candidate(other: Session) -> None:
    outcome = Script(said(500), listed(other)).play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Uncertain) and outcome.candidates == ()


def test_the_servers_clock_decides_what_was_created_since() -> None:
    behind = NOW - timedelta(days=3)
    script = Script(said(500), listed(session(created=behind)), date=lambda _: behind)
    assert isinstance(script.play(open_once(REQUEST, KNOWN)), Opened)


def test_long_waiting_for_the_lost_reply_is_counted() -> None:
    script = Script(said(504), listed(session(created=NOW)), takes=50.0)
    assert isinstance(script.play(open_once(REQUEST, KNOWN)), Opened)


@pytest.mark.parametrize(
    "error",
    [APIConnectionError("cut"), APITimeoutError("late"), said(429), said(500), unsent(APIConnectionError("refused"))],
    ids=repr,
)
def test_what_may_pass_is_repeated_where_it_may_be(error: IonQError) -> None:
    script = Script(error)
    assert script.play(repeated(operations.get_session("s"), 2)).error is error
    assert len(script.sent) == 3 and script.slept == [0.5, 1.0]
    script = Script(error, session())
    assert script.play(repeated(operations.get_session("s"), 2)).value == session()
    script = Script(error)
    assert script.play(repeated(operations.end_session("s"), 5)).error is error
    assert (len(script.sent), script.slept) == (1, [])


@pytest.mark.parametrize("error", [said(400), said(401), said(404), said(409), UnusableReplyError("x")], ids=repr)
def test_what_will_not_pass_is_not_repeated(error: IonQError) -> None:
    script = Script(error)
    script.play(repeated(operations.get_session("s"), 2))
    assert len(script.sent) == 1


@pytest.mark.parametrize(("asked", "slept"), [(0.0, 0.5), (7.0, 7.0), (3600.0, 60.0)])
def test_a_server_that_asks_for_time_gets_it_within_reason(asked: float, slept: float) -> None:
    for status in (429, 503):
        script = Script(error_for(status, None, "", None, asked), session())
        script.play(repeated(operations.get_session("s"), 2))
        assert script.slept == [slept]


END = "POST /sessions/s/end"
READ = "GET /sessions/s"
STARTED = Session("s", "started", active=True)
ENDED = Session("s", "ended", active=False, ended_at=NOW)


def test_an_end_that_is_answered_with_ended_needs_no_more() -> None:
    script = Script(ENDED)
    assert script.play(end_proved("s")) == Ended(ENDED)
    assert (script.sent, script.slept) == ([END], [])


def test_a_server_that_answers_200_and_still_runs_is_read_until_it_ended() -> None:
    script = Script(STARTED, STARTED, STARTED, STARTED, ENDED)
    assert script.play(end_proved("s")) == Ended(ENDED)
    assert script.sent == [END, READ, READ, READ, READ]
    assert script.slept == list(PROOFS[:4])


@pytest.mark.parametrize(
    "error",
    [said(500), said(504), page(502), APIConnectionError("cut"), APITimeoutError("late"), said(404), said(409),
     said(400), said(429), UnusableReplyError("not JSON")],
    ids=repr,
)  # fmt: skip
def test_a_failed_end_is_an_end_where_the_session_says_so(error: IonQError) -> None:
    for readings in ((ENDED,), (STARTED, ENDED), (said(500), ENDED)):
        script = Script(error, *readings)
        assert script.play(end_proved("s")) == Ended(ENDED)
        assert script.sent == [END, *[READ] * len(readings)]


@pytest.mark.parametrize("asked", [STARTED, said(500), said(404), said(409), APIConnectionError("cut")], ids=repr)
def test_what_runs_on_is_still_open(asked: object) -> None:
    script = Script(asked, STARTED)
    outcome = script.play(end_proved("s"))
    assert isinstance(outcome, StillOpen) and outcome.session == STARTED
    assert (outcome.fault is None) == isinstance(asked, Session)
    assert script.sent == [END, *[READ] * len(PROOFS)]
    assert script.slept == list(PROOFS)


def test_an_end_that_was_asked_for_but_never_shown_is_still_open() -> None:
    outcome = Script(STARTED, said(500)).play(end_proved("s"))
    assert isinstance(outcome, StillOpen) and outcome.session == STARTED


@pytest.mark.parametrize("asked", [said(500), said(404), APIConnectionError("cut"), APITimeoutError("x")], ids=repr)
def test_nothing_is_claimed_where_nothing_was_answered(asked: IonQError) -> None:
    script = Script(asked, APIConnectionError("offline"))
    outcome = script.play(end_proved("s"))
    assert isinstance(outcome, EndUnknown)
    assert outcome.fault.words == str(asked)
    assert len(script.sent) == 1 + len(PROOFS)


@pytest.mark.parametrize(
    "asked", [said(401), said(403), unsent(APIConnectionError("refused")), ReadOnlyError("read-only")], ids=repr
)
def test_where_looking_for_long_is_no_use_it_is_short(asked: IonQError) -> None:
    script = Script(asked, said(401))
    assert isinstance(script.play(end_proved("s")), EndUnknown)
    assert len(script.sent) == 3 and sum(script.slept) < 1


QUIET = Session("s", "started", active=False)
SILENT = Session("s")


def test_active_false_counts_only_after_active_true_was_seen() -> None:
    assert isinstance(Script(QUIET, QUIET).play(end_proved("s")), StillOpen)
    assert Script(QUIET, QUIET).play(end_proved("s", seen_active=True)) == Ended(QUIET)
    assert Script(STARTED, QUIET).play(end_proved("s")) == Ended(QUIET)
    assert Script(said(500), STARTED, QUIET).play(end_proved("s")) == Ended(QUIET)
    assert isinstance(Script(SILENT, SILENT).play(end_proved("s", seen_active=True)), StillOpen)


def test_a_status_nobody_knows_proves_nothing() -> None:
    stopped = Session("s", "terminated", active=None)
    assert isinstance(Script(stopped).play(end_proved("s", seen_active=True)), StillOpen)


def test_a_time_of_ending_is_proof_whatever_the_status_says() -> None:
    odd = Session("s", "started", active=True, ended_at=NOW)
    assert Script(said(500), odd).play(end_proved("s")) == Ended(odd)


def test_the_errors_of_these_tests_are_of_every_class() -> None:
    kinds = {type(error) for error in (*CERTAIN, *UNCERTAIN)}
    assert kinds >= {
        *(APIConnectionError, APITimeoutError, APIError, AuthenticationError, BadRequestError, NotFoundError),
        *(PermissionDeniedError, RateLimitError, ReadOnlyError, ServerError, UnusableReplyError, IonQError),
    }
