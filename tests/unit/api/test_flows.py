"""Opening a session once and confirming an end, as generators without I/O."""

from __future__ import annotations

from dataclasses import replace
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
from ionq_tui.api.flows import (
    CLOCK_TOLERANCE,
    END_CHECK_DELAYS,
    OPEN_CHECK_DELAYS,
    certainly_not_created,
    end_confirmed,
    open_once,
    with_retries,
)
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import FaultKind
from ionq_tui.model.money import Money
from ionq_tui.model.outcome import Ended, EndUnknown, Known, NotOpened, Opened, OpenRequest, StillOpen, Unconfirmed
from ionq_tui.model.overview import ListedSessions
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


def listed(*sessions: Session) -> ListedSessions:
    return ListedSessions(tuple(sessions))


def session(
    name: str = "new",
    *,
    creator: str | None = "me",
    created: datetime | None = NOW,
    backend: str = "qpu.forte-1",
    limits: Limits = LIMITS,
) -> Session:
    return Session(name, "created", active=True, backend=backend, created_at=created, creator_id=creator, limits=limits)


def detail(status: int, words: object) -> APIError:
    """An error in the form of another framework."""
    return error_for(status, {"detail": words}, "", None, None)


CERTAIN = [
    *(said(400), said(401), said(402), said(403), said(404), said(422), said(429)),
    *(detail(400, "limits"), detail(422, [{"loc": ["body"], "msg": "job_count_limit must be positive"}])),
    unsent(APIConnectionError("refused")),
    unsent(APITimeoutError("no connection")),
    ReadOnlyError("read-only"),
]
UNCERTAIN = [
    *(said(405), said(408), said(409), said(425), said(499), detail(404, "Not Found"), detail(500, "oops")),
    *(said(500), said(502), said(503), said(504), said(599)),
    *(page(400), page(401), page(402), page(403), page(404), page(422), page(429), page(502)),
    *(APIConnectionError("cut"), APITimeoutError("late"), UnusableReplyError("not JSON"), IonQError("something")),
]


@pytest.mark.parametrize("error", CERTAIN, ids=repr)
def test_what_certainly_created_nothing_is_told_at_once(error: IonQError) -> None:
    script = Script(error)
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert certainly_not_created(error)
    assert isinstance(outcome, NotOpened) and outcome.cause is error
    assert (script.sent, script.slept) == ([POST], [])


@pytest.mark.parametrize("error", UNCERTAIN, ids=repr)
def test_anything_else_is_looked_after_and_never_sent_again(error: IonQError) -> None:
    script = Script(error, listed())
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert not certainly_not_created(error)
    assert isinstance(outcome, Unconfirmed) and outcome.cause is error and outcome.candidates == ()
    assert script.sent == [POST, *[LOOK] * len(OPEN_CHECK_DELAYS)]
    assert script.slept == list(OPEN_CHECK_DELAYS)
    assert outcome.looked_at is not None


def test_a_reply_is_believed_without_looking() -> None:
    script = Script(session())
    assert script.play(open_once(REQUEST, KNOWN)) == Opened(session())
    assert script.sent == [POST]


def test_a_lost_reply_is_adopted_where_it_can_only_be_ours() -> None:
    colleague = session("theirs", creator="them")
    script = Script(APIConnectionError("cut"), listed(session("old"), session(), colleague))
    assert script.play(open_once(REQUEST, KNOWN)) == Opened(session(), adopted=True)
    assert script.sent == [POST, *[LOOK] * len(OPEN_CHECK_DELAYS)]


def test_nothing_is_adopted_before_the_last_look_since_ours_may_come_late() -> None:
    twin = session("twin")
    script = Script(said(504), listed(twin), listed(twin), listed(twin), listed(twin), listed(twin, session()))
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Unconfirmed) and set(outcome.candidates) == {twin, session()}


def test_what_was_found_so_far_can_be_seen_meanwhile() -> None:
    seen: dict[str, Session] = {}
    Script(said(504), listed(session())).play(open_once(REQUEST, KNOWN, seen))
    assert list(seen.values()) == [session()]


def test_a_server_that_commits_late_is_waited_for() -> None:
    script = Script(said(504), listed(), listed(), listed(session()))
    assert script.play(open_once(REQUEST, KNOWN)) == Opened(session(), adopted=True)
    assert script.slept == list(OPEN_CHECK_DELAYS)


def test_a_failed_look_is_not_the_last() -> None:
    script = Script(APITimeoutError("late"), said(500), APIConnectionError("cut"), listed(session()))
    assert script.play(open_once(REQUEST, KNOWN)) == Opened(session(), adopted=True)


def test_nothing_is_said_of_the_list_where_no_look_was_answered() -> None:
    script = Script(APIConnectionError("cut"))
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Unconfirmed)
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
    assert isinstance(outcome, Unconfirmed) and outcome.candidates == (session(),)


def test_without_the_servers_time_nothing_is_adopted() -> None:
    script = Script(APIConnectionError("cut"), listed(session()), date=lambda _: None)
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Unconfirmed)
    assert (outcome.candidates, outcome.looked_at) == ((session(),), None)


def test_one_that_only_a_look_without_a_date_showed_is_not_adopted_later() -> None:
    old = session(created=NOW - timedelta(hours=1))
    script = Script(APIConnectionError("cut"), listed(old), date=lambda n: None if n == 1 else NOW)
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Unconfirmed) and outcome.candidates == (old,)


def test_a_session_without_a_creator_is_not_adopted() -> None:
    outcome = Script(said(500), listed(session(creator=None))).play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Unconfirmed) and len(outcome.candidates) == 1


def test_two_that_may_be_ours_are_both_shown() -> None:
    outcome = Script(said(500), listed(session("a"), session("b"))).play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Unconfirmed)
    assert [one.id for one in outcome.candidates] == ["a", "b"]


def test_one_seen_once_is_still_told_when_it_is_gone_from_the_list() -> None:
    outcome = Script(said(500), listed(session(creator="them")), listed()).play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Unconfirmed) and [one.id for one in outcome.candidates] == ["new"]


CHANGED = {
    "another backend": session(backend="qpu.aria-1"),
    "no backend": replace(session(), backend=None),
    "a limit lowered": session(limits=Limits(10, 60)),
    "a limit added": session(limits=Limits(REQUEST.limits.jobs, 480, REQUEST.limits.money)),
    "no limits": session(limits=Limits()),
}


@pytest.mark.parametrize("known", [KNOWN, Known()], ids=["a list from before", "nothing from before"])
@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED)
def test_what_is_new_and_other_than_asked_for_is_asked_about_and_never_adopted(changed: Session, known: Known) -> None:
    outcome = Script(said(500), listed(session("old", created=NOW - timedelta(days=1)), changed)).play(
        open_once(REQUEST, known)
    )
    assert isinstance(outcome, Unconfirmed) and outcome.candidates == (changed,)


def test_what_is_as_it_was_asked_for_stands_first_and_is_adopted_beside_what_is_not() -> None:
    changed, theirs = session("a", limits=Limits()), session("z", creator="them")
    outcome = Script(said(500), listed(changed, theirs)).play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Unconfirmed) and outcome.candidates == (theirs, changed)
    assert Script(said(500), listed(changed, session())).play(open_once(REQUEST, KNOWN)) == Opened(session(), True)


def test_without_the_servers_time_and_a_list_from_before_all_are_candidates_first_what_was_asked_for() -> None:
    other = session("a", limits=Limits())
    script = Script(said(500), listed(other, session()), date=lambda _: None)
    outcome = script.play(open_once(REQUEST, Known()))
    assert isinstance(outcome, Unconfirmed) and outcome.candidates == (session(), other)


def test_of_a_time_that_cannot_be_the_list_from_before_says_more() -> None:
    odd = session(created=NOW - timedelta(hours=7))
    outcome = Script(said(500), listed(odd)).play(open_once(REQUEST, KNOWN))
    assert isinstance(outcome, Unconfirmed) and outcome.candidates == (odd,)


OTHERS = {
    "known before": session("old"),
    "older": session(created=NOW - CLOCK_TOLERANCE - timedelta(seconds=2)),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_what_cannot_be_it_is_no_candidate(other: Session) -> None:
    outcome = Script(said(500), listed(other)).play(open_once(REQUEST, replace(KNOWN, listed=False)))
    assert isinstance(outcome, Unconfirmed) and outcome.candidates == ()


def test_the_servers_clock_decides_what_was_created_since() -> None:
    behind = NOW - timedelta(days=3)
    script = Script(said(500), listed(session(created=behind)), date=lambda _: behind)
    assert isinstance(script.play(open_once(REQUEST, KNOWN)), Opened)


@pytest.mark.parametrize(
    ("earlier", "adopted"), [(0.0, True), (2.999, True), (3.0, True), (3.001, False), (4.0, False)]
)
def test_up_to_three_seconds_before_the_request_by_the_servers_clock_are_the_clocks(
    earlier: float, adopted: bool
) -> None:
    made = session(created=NOW - timedelta(seconds=earlier))
    script = Script(said(504), listed(made), date=lambda _: NOW + timedelta(seconds=script.clock - 100.0))
    outcome = script.play(open_once(REQUEST, KNOWN))
    assert outcome == Opened(made, adopted=True) if adopted else isinstance(outcome, Unconfirmed)
    assert adopted or (isinstance(outcome, Unconfirmed) and outcome.candidates == (made,))


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
    assert script.play(with_retries(operations.get_session("s"), 2)).error is error
    assert len(script.sent) == 3 and script.slept == [0.5, 1.0]
    script = Script(error, session())
    assert script.play(with_retries(operations.get_session("s"), 2)).value == session()
    script = Script(error)
    assert script.play(with_retries(operations.end_session("s"), 5)).error is error
    assert (len(script.sent), script.slept) == (1, [])


@pytest.mark.parametrize("error", [said(400), said(401), said(404), said(409), UnusableReplyError("x")], ids=repr)
def test_what_will_not_pass_is_not_repeated(error: IonQError) -> None:
    script = Script(error)
    script.play(with_retries(operations.get_session("s"), 2))
    assert len(script.sent) == 1


@pytest.mark.parametrize(("asked", "slept"), [(0.0, 0.5), (7.0, 7.0), (3600.0, 60.0)])
def test_a_server_that_asks_for_time_gets_it_within_reason(asked: float, slept: float) -> None:
    for status in (429, 503):
        script = Script(error_for(status, None, "", None, asked), session())
        script.play(with_retries(operations.get_session("s"), 2))
        assert script.slept == [slept]


END = "POST /sessions/s/end"
READ = "GET /sessions/s"
STARTED = Session("s", "started", active=True)
ENDED = Session("s", "ended", active=False, ended_at=NOW)


def test_an_end_that_is_answered_with_ended_needs_no_more() -> None:
    script = Script(ENDED)
    assert script.play(end_confirmed("s")) == Ended(ENDED)
    assert (script.sent, script.slept) == ([END], [])


def test_a_server_that_answers_200_and_still_runs_is_read_until_it_ended() -> None:
    script = Script(STARTED, STARTED, STARTED, STARTED, ENDED)
    assert script.play(end_confirmed("s")) == Ended(ENDED)
    assert script.sent == [END, READ, READ, READ, READ]
    assert script.slept == list(END_CHECK_DELAYS[:4])


@pytest.mark.parametrize(
    "error",
    [said(500), said(504), page(502), APIConnectionError("cut"), APITimeoutError("late"), said(404), said(409),
     said(400), said(429), UnusableReplyError("not JSON")],
    ids=repr,
)  # fmt: skip
def test_a_failed_end_is_an_end_where_the_session_says_so(error: IonQError) -> None:
    for readings in ((ENDED,), (STARTED, ENDED), (said(500), ENDED)):
        script = Script(error, *readings)
        assert script.play(end_confirmed("s")) == Ended(ENDED)
        assert script.sent == [END, *[READ] * len(readings)]


@pytest.mark.parametrize("asked", [STARTED, said(500), said(404), said(409), APIConnectionError("cut")], ids=repr)
def test_what_runs_on_is_still_open(asked: object) -> None:
    script = Script(asked, STARTED)
    outcome = script.play(end_confirmed("s"))
    assert isinstance(outcome, StillOpen) and outcome.session == STARTED
    assert (outcome.fault is None) == isinstance(asked, Session)
    assert script.sent == [END, *[READ] * len(END_CHECK_DELAYS)]
    assert script.slept == list(END_CHECK_DELAYS)


def test_an_end_that_was_asked_for_but_never_shown_is_still_open() -> None:
    outcome = Script(STARTED, said(500)).play(end_confirmed("s"))
    assert isinstance(outcome, StillOpen) and outcome.session == STARTED


@pytest.mark.parametrize("asked", [said(500), said(404), APIConnectionError("cut"), APITimeoutError("x")], ids=repr)
def test_nothing_is_claimed_where_nothing_was_answered(asked: IonQError) -> None:
    script = Script(asked, APIConnectionError("offline"))
    outcome = script.play(end_confirmed("s"))
    assert isinstance(outcome, EndUnknown)
    assert outcome.fault.words == str(asked)
    assert len(script.sent) == 1 + len(END_CHECK_DELAYS)


@pytest.mark.parametrize(
    "asked", [said(401), said(403), unsent(APIConnectionError("refused")), ReadOnlyError("read-only")], ids=repr
)
def test_where_looking_for_long_is_no_use_it_is_short(asked: IonQError) -> None:
    script = Script(asked, said(401))
    assert isinstance(script.play(end_confirmed("s")), EndUnknown)
    assert len(script.sent) == 3 and sum(script.slept) < 1


@pytest.mark.parametrize("asked", [said(503), said(404), said(409), APITimeoutError("late")], ids=repr)
def test_a_failed_end_that_is_asked_for_again_is_looked_into_briefly(asked: IonQError) -> None:
    script = Script(asked, STARTED)
    assert isinstance(script.play(end_confirmed("s", again=True)), StillOpen)
    assert script.sent == [END, READ, READ] and script.slept == list(END_CHECK_DELAYS[:2])
    assert Script(asked, STARTED, ENDED).play(end_confirmed("s", again=True)) == Ended(ENDED)


def test_an_end_that_was_taken_is_read_for_long_even_where_it_is_asked_for_again() -> None:
    script = Script(STARTED, STARTED)
    assert isinstance(script.play(end_confirmed("s", again=True)), StillOpen)
    assert script.slept == list(END_CHECK_DELAYS)


QUIET = Session("s", "started", active=False)
SILENT = Session("s")


def test_active_false_counts_only_after_active_true_was_seen() -> None:
    assert isinstance(Script(QUIET, QUIET).play(end_confirmed("s")), StillOpen)
    assert Script(QUIET, QUIET).play(end_confirmed("s", seen_active=True)) == Ended(QUIET)
    assert Script(STARTED, QUIET).play(end_confirmed("s")) == Ended(QUIET)
    assert Script(said(500), STARTED, QUIET).play(end_confirmed("s")) == Ended(QUIET)
    assert isinstance(Script(SILENT, SILENT).play(end_confirmed("s", seen_active=True)), StillOpen)


ANOTHER = replace(ENDED, id="another")


def test_a_reply_about_another_session_proves_nothing() -> None:
    outcome = Script(ANOTHER, STARTED).play(end_confirmed("s", seen_active=True))
    assert isinstance(outcome, StillOpen) and outcome.session == STARTED  # not the reply to POST /end
    script = Script(said(500), ANOTHER)
    assert isinstance(script.play(end_confirmed("s", seen_active=True)), EndUnknown)  # nor any reading after it
    assert script.sent == [END, *[READ] * len(END_CHECK_DELAYS)]
    outcome = Script(STARTED, ANOTHER).play(end_confirmed("s", seen_active=True))
    assert isinstance(outcome, StillOpen) and outcome.session == STARTED
    assert Script(ANOTHER, ANOTHER, ANOTHER, ENDED).play(end_confirmed("s")) == Ended(ENDED)


def test_that_another_session_is_active_does_not_make_this_one_seen_active() -> None:
    running = replace(STARTED, id="another")
    assert isinstance(Script(running, running, QUIET).play(end_confirmed("s")), StillOpen)


def test_a_status_nobody_knows_proves_nothing() -> None:
    stopped = Session("s", "terminated", active=None)
    assert isinstance(Script(stopped).play(end_confirmed("s", seen_active=True)), StillOpen)


def test_a_time_of_ending_is_proof_whatever_the_status_says() -> None:
    odd = Session("s", "started", active=True, ended_at=NOW)
    assert Script(said(500), odd).play(end_confirmed("s")) == Ended(odd)


def test_the_errors_of_these_tests_are_of_every_class() -> None:
    kinds = {type(error) for error in (*CERTAIN, *UNCERTAIN)}
    assert kinds >= {
        *(APIConnectionError, APITimeoutError, APIError, AuthenticationError, BadRequestError, NotFoundError),
        *(PermissionDeniedError, RateLimitError, ReadOnlyError, ServerError, UnusableReplyError, IonQError),
    }
