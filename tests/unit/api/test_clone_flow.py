from __future__ import annotations

from typing import NoReturn, cast

import pytest

from ionq_tui.api.clone_flow import PAGES, clone_once
from ionq_tui.api.cloud import HttpCloud
from ionq_tui.api.decode import Unreadable
from ionq_tui.api.decode_job import read_job, read_metadata, read_new_job
from ionq_tui.api.errors import APIConnectionError, IonQError, MalformedIdError
from ionq_tui.api.flows import OPEN_CHECK_DELAYS
from ionq_tui.api.operations import clone_job, job_metadata
from ionq_tui.api.runner import Runner
from ionq_tui.model.clone import CloneRequest
from ionq_tui.model.job import Job, JobPage
from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import Cloned, CloneUnconfirmed, NewJob, NotCloned
from tests.unit.api.script import Script
from tests.unit.api.test_flows import CERTAIN, UNCERTAIN, said

REQUEST = CloneRequest("job-1", "s-1", "m" * 32, {"purpose": "H2 scan"})
POST = "POST /jobs/job-1/clone"
LOOK = "GET /sessions/s-1/jobs?limit=100"
CUT = APIConnectionError("cut")


def page(*marks: str | None, after: str | None = None) -> JobPage:
    return JobPage(tuple(Job(f"j-{mark}", session_id="s-1", clone_mark=mark) for mark in marks), after)


def test_the_request_says_into_which_session_and_bears_a_mark_beside_the_metadata_of_the_original() -> None:
    sent = clone_job(REQUEST)
    assert (sent.method, sent.path, sent.repeatable, sent.changes) == ("POST", "/jobs/job-1/clone", False, True)
    assert sent.body == {"session_id": "s-1", "metadata": {"purpose": "H2 scan", "ionq_tui_clone": "m" * 32}}
    read = job_metadata("job-1")
    assert (read.method, read.path, read.repeatable) == ("GET", "/jobs/job-1", True)


def test_a_clone_of_a_clone_has_a_mark_of_its_own() -> None:
    again = CloneRequest("job-2", "s-1", "n" * 32, {"ionq_tui_clone": "m" * 32})
    assert again.body["metadata"] == {"ionq_tui_clone": "n" * 32}


def test_a_reply_is_believed_without_looking() -> None:
    script = Script(NewJob("new", "s-1"))
    assert script.play(clone_once(REQUEST)) == Cloned(NewJob("new", "s-1"))
    assert script.sent == [POST]


@pytest.mark.parametrize("error", CERTAIN, ids=repr)
def test_what_certainly_made_nothing_is_told_at_once(error: IonQError) -> None:
    script = Script(error)
    outcome = script.play(clone_once(REQUEST))
    assert isinstance(outcome, NotCloned) and outcome.cause is error
    assert (script.sent, script.slept) == ([POST], [])


@pytest.mark.parametrize("error", UNCERTAIN, ids=repr)
def test_anything_else_is_looked_after_and_never_sent_again(error: IonQError) -> None:
    script, lost = Script(error, page("", "x" * 32)), list[Fault]()
    outcome = script.play(clone_once(REQUEST, lost.append))
    assert isinstance(outcome, CloneUnconfirmed) and outcome.cause is error and outcome.looked_at is not None
    assert script.sent == [POST, *[LOOK] * len(OPEN_CHECK_DELAYS)] and script.slept == list(OPEN_CHECK_DELAYS)
    assert lost == [outcome.fault]


def test_a_lost_reply_is_settled_by_the_mark_and_by_nothing_else() -> None:
    script = Script(CUT, page("", None), page("", None, "m" * 32))
    outcome = script.play(clone_once(REQUEST))
    assert outcome == Cloned(NewJob("j-" + "m" * 32, "s-1"), adopted=True)
    assert script.sent == [POST, LOOK, LOOK]


def test_a_reply_that_names_the_original_is_not_believed() -> None:
    script = Script(NewJob("JOB-1", "s-1"), page(""), page("m" * 32))
    assert script.play(clone_once(REQUEST)) == Cloned(NewJob("j-" + "m" * 32, "s-1"), adopted=True)
    outcome = Script(NewJob("job-1", "s-1"), page("")).play(clone_once(REQUEST))
    assert isinstance(outcome, CloneUnconfirmed) and "the original" in outcome.fault.words


def test_a_clone_in_the_list_of_the_session_is_in_the_session() -> None:
    script = Script(CUT, JobPage((Job("new", clone_mark="m" * 32),), None))
    assert script.play(clone_once(REQUEST)) == Cloned(NewJob("new", "s-1"), adopted=True)


@pytest.mark.parametrize("wrong", ["", "a b", "..", "\n"])
def test_a_malformed_id_is_refused_before_anything_is_sent(wrong: str) -> None:
    for request in (CloneRequest("job-1", wrong, "m"), CloneRequest(wrong, "s-1", "m")):
        script = Script(NewJob("new", "s-1"))
        with pytest.raises(MalformedIdError):
            script.play(clone_once(request))
        assert script.sent == []


class _Raising:
    """A runner that raises while a flow is played."""

    def __init__(self, error: IonQError) -> None:
        self.error = error

    async def arun_flow(self, flow: object) -> NoReturn:
        raise self.error


async def test_what_is_raised_after_the_request_is_not_called_a_refusal() -> None:
    assert isinstance(await HttpCloud(cast("Runner", _Raising(MalformedIdError("x")))).clone_once(REQUEST), NotCloned)
    outcome = await HttpCloud(cast("Runner", _Raising(IonQError("lost")))).clone_once(REQUEST)
    assert isinstance(outcome, CloneUnconfirmed) and outcome.fault.words == "lost"


def test_pages_are_followed_but_not_without_end() -> None:
    script = Script(CUT, page("", after="a"), page("", after="b"), page("m" * 32))
    assert isinstance(script.play(clone_once(REQUEST)), Cloned)
    assert script.sent[1:] == [LOOK, f"{LOOK}&next=a", f"{LOOK}&next=b"]
    endless = [JobPage((Job(f"j-{n}", clone_mark=""),), f"c-{n}") for n in range(200)]
    script = Script(CUT, *endless)
    outcome = script.play(clone_once(REQUEST))
    assert isinstance(outcome, CloneUnconfirmed) and outcome.looked_at is None
    assert len(script.sent) == 1 + PAGES * len(OPEN_CHECK_DELAYS)


@pytest.mark.parametrize(
    "answer",
    [said(500), CUT, page(None), JobPage((), None, unreadable=1)],
    ids=["500", "cut", "without metadata", "a job that cannot be read"],
)
def test_a_list_in_which_the_clone_may_be_missing_is_not_called_complete(answer: object) -> None:
    outcome = Script(CUT, answer).play(clone_once(REQUEST))
    assert isinstance(outcome, CloneUnconfirmed) and outcome.looked_at is None


def test_metadata_are_read_whole_or_not_at_all() -> None:
    assert read_metadata({"metadata": {"a": "x" * 5000, "b": ""}}) == {"a": "x" * 5000, "b": ""}
    assert read_metadata({"metadata": None}) == read_metadata({}) == {}
    several: tuple[object, ...] = ([], "text", {"a": 7}, {"a": {"b": "c"}})
    for strange in several:
        with pytest.raises(Unreadable):
            read_metadata({"metadata": strange})


def test_a_mark_is_read_from_the_metadata_of_a_job() -> None:
    assert read_job({"id": "j"}).clone_mark is None
    unknowns: tuple[object, ...] = (None, 7, "text", [])
    for unknown in unknowns:
        assert read_job({"id": "j", "metadata": unknown}).clone_mark is None
    for none in ({}, {"ionq_tui_clone": 7}):
        assert read_job({"id": "j", "metadata": none}).clone_mark == ""
    assert read_job({"id": "j", "metadata": {"ionq_tui_clone": "m"}}).clone_mark == "m"


def test_the_reply_names_the_new_job_and_its_session() -> None:
    assert read_new_job({"id": "new", "session_id": None}) == NewJob("new")
    assert read_new_job({"id": "new", "session_id": "s-1", "status": "ready"}) == NewJob("new", "s-1")
    with pytest.raises(Unreadable):
        read_new_job({"session_id": "s-1"})
