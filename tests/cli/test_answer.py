"""`ionq-tui answer`: an unconfirmed opening is answered from the command line as from the dashboard."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ionq_tui.simulator.http import Reply, Request
from tests.cli.conftest import Shell
from tests.cli.site import Site

OPEN = ("open", "qpu.forte-1", "--max-jobs", "7", "--yes")


def lost(request: Request, reply: Reply) -> Reply:
    """Carry the opening out, and lose the reply."""
    if request.method == "POST":
        raise ConnectionError
    return reply


@pytest.fixture
def unconfirmed(site: Site, shell: Shell) -> str:
    """Lose a reply to open; returns the id of the session that nobody was told of."""
    site.after = lost
    assert shell(*OPEN).code == 3
    site.after = lambda _, reply: reply
    (session_id,) = site.running
    return session_id


def name(shell: Shell) -> str:
    told = shell("answer")
    assert told.code == 3 and "may have been opened" in told.out
    return str(told.out.split()[0])


def test_it_lists_what_is_unconfirmed_and_how_to_answer(shell: Shell, unconfirmed: str) -> None:
    told = shell("answer")
    assert unconfirmed[-6:] in told.out and told.code == 3
    assert f"ionq-tui answer --question {name(shell)} {unconfirmed} --yes" in told.err
    assert "--none --yes" in told.err


def test_the_session_that_came_of_it_is_ours_from_then_on(site: Site, shell: Shell, unconfirmed: str) -> None:
    told = shell("answer", unconfirmed[-6:], "--yes")
    assert (told.code, told.out.strip()) == (0, unconfirmed)
    assert shell("answer").code == 0 and "may have been" not in shell("ls").err
    assert shell("end", "--all-here", "--yes").code == 0 and site.running == []


def test_none_closes_it_and_ends_nothing(site: Site, shell: Shell, unconfirmed: str) -> None:
    assert shell("answer", "--question", name(shell), "--none", "--yes").code == 0
    assert "no unconfirmed sessions" in shell("answer").err
    assert site.running == [unconfirmed] and site.changing == ["POST /sessions"]


def test_what_existed_before_cannot_be_it(site: Site, shell: Shell) -> None:
    before = shell("open", "qpu.forte-1", "--max-jobs", "3", "--yes").out.strip()
    site.instead = lambda request: Reply(500, (), b"") if request.method == "POST" else None
    assert shell(*OPEN).code == 3
    site.instead = lambda _: None
    told = shell("answer", before, "--yes")
    assert told.code == 1 and "existed before" in told.err


CHANGED: dict[str, Callable[[dict[str, object]], None]] = {
    "a limit changed": lambda one: one.update(settings={"job_count_limit": 5}),
    "a limit added": lambda one: one.update(settings={"job_count_limit": 7, "duration_limit_min": 480}),
    "limits dropped": lambda one: one.update(settings=None),
    "another unit": lambda one: one.update(settings={"cost_limit": {"value": 7, "unit": "credit"}}),
    "a limit as text": lambda one: one.update(settings={"job_count_limit": "7"}),
    "another backend": lambda one: one.update(backend="qpu.forte-enterprise-1"),
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_session_that_is_other_than_asked_for_is_no_trace_too_little(
    site: Site, shell: Shell, change: Callable[[dict[str, object]], None]
) -> None:
    def changed(request: Request, reply: Reply) -> Reply:
        lost(request, reply)
        if not request.path.endswith("/sessions"):
            return reply
        told = json.loads(reply.body)
        for one in told["sessions"]:
            change(one)
        return Reply(reply.status, reply.headers, json.dumps(told).encode())

    site.after = changed
    told = shell(*OPEN)
    (session_id,) = site.running
    assert told.code == 3 and session_id in told.err and "not in IonQ's list" not in told.err
    for command in (["ls"], ["end", "--all-here", "--yes"], ["answer"]):
        said = shell(*command)
        assert session_id[-6:] in said.out + said.err and "not in IonQ's list" not in said.err
    assert shell("answer", session_id, "--yes").code == 0
    assert shell("id").out.strip() == session_id
    assert shell("end", "--all-here", "--yes").code == 0 and site.running == []


def test_what_is_not_as_asked_is_told_of_each_that_may_be_it(site: Site, shell: Shell) -> None:
    def added(request: Request, reply: Reply) -> Reply:
        if request.method == "POST":
            raise ConnectionError
        if request.path != "/v0.4/sessions":
            return reply
        sessions = json.loads(reply.body)
        for one in sessions["sessions"]:
            one["settings"]["duration_limit_min"] = 480
        return Reply(reply.status, reply.headers, json.dumps(sessions).encode())

    site.after = added
    told = shell(*OPEN)
    (session_id,) = site.running
    words = f"{session_id[-6:]}: differs from your request: time no limit asked, 480 min given"
    assert told.code == 3 and words in told.err
    assert words in shell("answer").err
