"""end: proved, or said that it is not."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ionq_tui.journal.journal import Journal
from ionq_tui.model.record import Place
from ionq_tui.simulator.http import Reply, Request
from ionq_tui.wiring import journal_path
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, PATIENCE, Site, process


@pytest.fixture
def ours(site: Site, shell: Shell) -> str:
    opened = shell("open", FORTE, "--max-jobs", "3", "--yes").out.strip()
    site.asked.clear()
    return opened


def test_an_end_is_proved_and_told(site: Site, shell: Shell, ours: str) -> None:
    told = shell("end", ours[-6:], "--yes")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(f"{ours[-6:]} ended")
    assert site.running == [] and site.changing == [f"POST /sessions/{ours}/end"]


def test_ending_twice_sends_one_request(site: Site, shell: Shell, ours: str) -> None:
    ended = shell("end", ours, "--yes", "--json").json
    assert ended["id"] == ours and ended["status"] == "ended" and ended["ionq_tui"]["owner"] == "you"
    told = shell("end", ours, "--yes")
    assert (told.code, told.out) == (0, "")
    assert "had already ended" in told.err
    assert shell("end", ours, "--yes", "--json").json["status"] == "ended"
    assert site.changing == [f"POST /sessions/{ours}/end"]


def test_what_is_not_ours_is_ended_only_where_that_was_said(site: Site, shell: Shell, ours: str) -> None:
    theirs = site.colleague()
    told = shell("end", theirs.id, "--yes")
    assert (told.code, told.out) == (2, "")
    assert "--not-mine" in told.err and site.changing == []
    assert shell("end", theirs.id, "--not-mine", "--yes").code == 0
    assert site.running == [ours]


def test_all_opened_here_are_ended_and_no_others(site: Site, shell: Shell, ours: str) -> None:
    theirs = site.colleague()
    second = shell("open", "qpu.aria-1", "--max-time", "5", "--yes").out.strip()
    told = shell("end", "--all-here", "--yes")
    assert (told.code, told.err) == (0, "")
    assert ours[-6:] in told.out and second[-6:] in told.out
    assert site.running == [theirs.id]
    told = shell("end", "--all-here", "--yes")
    assert (told.code, told.out) == (0, "")
    assert "no session opened on this machine is running" in told.err


def _unlisted(*ids: str) -> Callable[[Request, Reply], Reply]:
    """Leave sessions out of the list, as the server may."""

    def without(request: Request, reply: Reply) -> Reply:
        if request.method != "GET" or not request.path.endswith("/sessions"):
            return reply
        told = json.loads(reply.body)
        told["sessions"] = [one for one in told["sessions"] if one["id"] not in ids]
        return Reply(reply.status, reply.headers, json.dumps(told).encode())

    return without


def test_what_no_list_shows_is_ended_too(site: Site, shell: Shell, ours: str) -> None:
    second = shell("open", "qpu.aria-1", "--max-time", "5", "--yes").out.strip()
    site.after = _unlisted(ours)
    told = shell("end", "--all-here", "--yes", "--json")
    assert told.code == 0
    assert {one["id"] for one in told.json["sessions"]} == {ours, second}
    assert site.running == []


def test_what_no_list_shows_and_has_ended_is_confirmed_once(site: Site, shell: Shell, ours: str) -> None:
    with site.cloud.lock:
        site.cloud.end(site.cloud.sessions[ours], None)
    told = shell("end", "--all-here", "--yes")
    assert told.code == 0 and told.out.startswith(f"{ours[-6:]} ended")
    site.asked.clear()
    told = shell("end", "--all-here", "--yes")
    assert (told.code, told.out) == (0, "") and site.changing == []
    assert "no session opened on this machine is running" in told.err


@pytest.mark.parametrize("wrong", [Reply(500, (), b""), Reply(404, (), b"{}"), Reply(200, (), b'{"id": "another"}')])
def test_what_no_list_shows_and_cannot_be_read_is_ended_all_the_same(
    site: Site, shell: Shell, ours: str, wrong: Reply
) -> None:
    second = shell("open", "qpu.aria-1", "--max-time", "5", "--yes").out.strip()
    site.after = _unlisted(ours)
    site.instead = lambda request: wrong if request.path.endswith(ours) else None
    told = shell("end", "--all-here", "--yes")
    assert told.code == 0 and site.running == []
    assert f"{ours[-6:]} ended" in told.out and f"{second[-6:]} ended" in told.out


def test_a_server_that_says_nothing_is_told_of(site: Site, ours: str) -> None:
    go_on = threading.Event()

    def hang(request: Request) -> Reply | None:
        if request.path.endswith("/end"):
            go_on.wait(PATIENCE)
        return None

    site.instead = hang
    with process("end", ours, "--yes", IONQ_TUI_PATIENCE="0.4") as ending:
        assert ending.popen.stderr is not None
        assert f"{ours[-6:]}: the end was requested; waiting for IonQ to confirm it" in ending.popen.stderr.readline()
        go_on.set()
        assert ending.finish().code == 0
    assert site.running == []


@pytest.mark.parametrize("what", [["--all-here"], ["ID"], ["SHORT"]])
def test_readings_that_hang_hold_up_no_end(site: Site, shell: Shell, ours: str, what: list[str]) -> None:
    go_on = threading.Event()
    posted_first: list[bool] = []

    def hang(request: Request) -> Reply | None:
        if request.method == "GET":
            go_on.wait(10)
        else:
            posted_first.append(not go_on.is_set())
        return None

    site.instead = hang
    told = shell("end", *({"ID": ours, "SHORT": ours[-6:]}.get(one, one) for one in what), "--yes")
    go_on.set()
    assert posted_first == [True]
    assert told.code == 0 and f"{ours[-6:]} ended" in told.out and site.running == []


def test_an_item_of_the_list_that_cannot_be_read_is_told(site: Site, shell: Shell, ours: str) -> None:
    def spoilt(request: Request, reply: Reply) -> Reply:
        if request.method != "GET" or not request.path.endswith("/sessions"):
            return reply
        told = json.loads(reply.body)
        return Reply(reply.status, reply.headers, json.dumps({**told, "sessions": [*told["sessions"], 7]}).encode())

    site.after = spoilt
    told = shell("end", "--all-here", "--yes")
    assert told.code == 0 and f"{ours[-6:]} ended" in told.out
    assert "1 more session could not be read" in told.err


def test_an_open_question_is_not_passed_over(site: Site, shell: Shell, ours: str) -> None:
    site.instead = lambda request: Reply(500, (), b"") if request.method == "POST" else None
    assert shell("open", FORTE, "--max-jobs", "7", "--yes").code == 3
    site.instead = lambda _: None
    told = shell("end", "--all-here", "--yes")
    assert told.code == 3
    assert f"{ours[-6:]} ended" in told.out and site.running == []
    assert "may have been opened" in told.err and "ionq-tui ls" in told.err


def test_one_end_that_fails_does_not_stop_the_others(site: Site, shell: Shell, ours: str) -> None:
    second = shell("open", "qpu.aria-1", "--max-time", "5", "--yes").out.strip()
    site.instead = lambda request: Reply(500, (), b"") if request.path.endswith(f"{ours}/end") else None
    told = shell("end", "--all-here", "--yes", "--json")
    assert told.code == 3
    assert [one["id"] for one in told.json["sessions"]] == [second]
    assert "STILL OPEN" in told.err and ours in told.err
    assert site.running == [ours]


@pytest.mark.parametrize(
    "wrong", [[], ["--yes"], ["abc"], ["--all-here"], ["abc", "--all-here", "--yes"], ["a b", "--yes"], ["a", "b"]]
)
def test_wrong_usage_sends_nothing(site: Site, shell: Shell, wrong: list[str]) -> None:
    told = shell("end", *wrong)
    assert (told.code, told.out) == (2, "")
    assert told.err and site.asked == []


@pytest.mark.parametrize("what", [["--all-here"], ["abc"]])
def test_read_only_ends_nothing(site: Site, shell: Shell, ours: str, what: list[str]) -> None:
    told = shell("end", *(ours if one == "abc" else one for one in what), "--yes", "--read-only")
    assert (told.code, told.out) == (1, "")
    assert "read-only" in told.err and site.changing == []


def test_a_refusal_ended_nothing(site: Site, shell: Shell, ours: str) -> None:
    body = json.dumps({"statusCode": 403, "error": "Forbidden", "message": "not yours"}).encode()
    json_type = (("Content-Type", "application/json"),)
    site.instead = lambda request: Reply(403, json_type, body) if request.method == "POST" else None
    told = shell("end", ours, "--yes")
    assert (told.code, told.out) == (1, "")
    assert "STILL OPEN" in told.err and "not yours" in told.err


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 402, 408, 409, 410, 429, 500])
@pytest.mark.parametrize("own_form", [True, False])
def test_only_a_refusal_in_the_apis_own_form_is_certain(
    site: Site, shell: Shell, ours: str, status: int, own_form: bool
) -> None:
    body = json.dumps({"statusCode": status, "error": "Simulated", "message": "a reason"}).encode()
    refusal = Reply(status, (("Content-Type", "application/json"),), body)
    page = Reply(status, (("Content-Type", "text/html"),), b"<html><title>nginx</title></html>")
    site.instead = lambda request: (refusal if own_form else page) if request.method == "POST" else None
    told = shell("end", ours, "--yes")
    certain = own_form and status in (400, 401, 403, 404, 422)
    assert (told.code, told.out) == (1 if certain else 3, "")
    assert ours[-6:] in told.err and "STILL OPEN" in told.err
    assert (f"ionq-tui end {ours} --yes" in told.err) is not certain


@pytest.mark.parametrize("what", [["ID"], ["ID", "--json"], ["--all-here"], ["--all-here", "--json"]])
def test_a_proof_that_cannot_be_printed_is_said(
    site: Site, shell: Shell, ours: str, what: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = {ours}
    if "--all-here" in what:
        ended.add(shell("open", FORTE, "--max-jobs", "4", "--yes").out.strip())
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        told = shell("end", *(ours if one == "ID" else one for one in what), "--yes")
    assert told.code == 0 and site.running == []
    said = [line for line in told.err.splitlines() if "standard output cannot be written" in line]
    assert len(said) == len(ended)
    assert all(any(f"{one[-6:]} ended" in line for line in said) for one in ended)


def test_an_end_that_is_claimed_but_not_seen_is_not_proved(site: Site, shell: Shell, ours: str) -> None:
    def claimed(request: Request) -> Reply | None:
        return (
            Reply(200, (), json.dumps({"id": ours, "status": "started", "active": True}).encode())
            if (request.method == "POST")
            else None
        )

    site.instead = claimed
    told = shell("end", ours, "--yes")
    assert (told.code, told.out) == (3, "")
    assert "STILL OPEN" in told.err and f"ionq-tui end {ours} --yes" in told.err
    assert site.changing == [f"POST /sessions/{ours}/end"]


def test_a_session_that_was_not_asked_for_is_not_ended(site: Site, shell: Shell, ours: str) -> None:
    def mixed_up(request: Request) -> Reply | None:
        other = {"id": "ab" * 16, "status": "started", "active": True}
        if request.path.endswith("/sessions"):
            return Reply(200, (), json.dumps({"sessions": []}).encode())
        return Reply(200, (), json.dumps(other).encode()) if "/sessions/" in request.path else None

    site.instead = mixed_up
    told = shell("end", ours, "--yes", "--not-mine")
    assert told.code == 3 and "the reply is about another session" in told.err
    assert site.changing == [f"POST /sessions/{ours}/end"]


def test_a_lost_reply_is_made_up_for_by_looking(site: Site, shell: Shell, ours: str) -> None:
    def cut(request: Request, reply: Reply) -> Reply:
        if request.method == "POST":
            raise ConnectionError
        return reply

    site.after = cut
    told = shell("end", ours, "--yes")
    assert told.code == 0 and "ended" in told.out
    assert site.changing == [f"POST /sessions/{ours}/end"]


def test_a_server_that_goes_down_while_ending_is_not_known(site: Site, shell: Shell, ours: str) -> None:
    down = threading.Event()

    def cut(request: Request) -> Reply | None:
        if request.method == "POST":
            down.set()
        if down.is_set():
            raise ConnectionError
        return None

    site.instead = cut
    told = shell("end", ours, "--yes")
    assert (told.code, told.out) == (3, "")
    assert "not confirmed" in told.err and f"ionq-tui show {ours}" in told.err


@pytest.mark.parametrize("all_here", [True, False])
def test_an_interruption_waits_for_the_proof(site: Site, ours: str, all_here: bool) -> None:
    go_on = threading.Event()
    site.instead = lambda request: None if request.method == "GET" or go_on.wait(10) else Reply(500, (), b"")
    with process("end", "--all-here" if all_here else ours, "--yes", IONQ_TUI_PATIENCE="1") as ending:
        site.wait_asked(f"POST /sessions/{ours}/end")
        ending.popen.send_signal(signal.SIGINT)
        assert ending.popen.stderr is not None
        assert "interrupted" in ending.popen.stderr.readline()
        ending.popen.send_signal(signal.SIGINT)
        go_on.set()
        told = ending.finish()
    assert told.code == 0 and told.out.startswith(f"{ours[-6:]} ended")


def test_an_interrupted_end_that_hangs_is_not_proved(site: Site, ours: str) -> None:
    go_on = threading.Event()
    site.instead = lambda request: None if request.method == "GET" or go_on.wait(30) else Reply(500, (), b"")
    with process("end", "--all-here", "--yes", IONQ_TUI_PATIENCE="0.1") as ending:
        site.wait_asked(f"POST /sessions/{ours}/end")
        ending.popen.send_signal(signal.SIGTERM)
        told = ending.finish()
    go_on.set()
    assert (told.code, told.out) == (3, "")
    assert f"the end of {ours} is not confirmed" in told.err and f"ionq-tui end {ours} --yes" in told.err


def test_an_id_in_capitals_is_the_same_id(site: Site, shell: Shell, ours: str) -> None:
    assert shell("end", ours.upper(), "--yes").code == 0 and site.running == []


def test_whose_it_is_is_asked_without_waiting_for_the_list(
    site: Site, shell: Shell, ours: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another home, with the same key: this machine knows the creator, but not the session."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    second = shell("open", "qpu.aria-1", "--max-time", "5", "--yes").out.strip()
    go_on = threading.Event()
    late: list[bool] = []

    def hang(request: Request) -> Reply | None:
        if request.path.endswith("/sessions"):
            go_on.wait(10)
        elif request.method == "POST":
            late.append(go_on.is_set())
        return None

    site.instead = hang
    told = shell("end", ours, "--yes")
    go_on.set()
    assert told.code == 0 and late == [False] and site.running == [second]


def test_where_it_is_not_known_who_the_key_is_nothing_is_said_to_be_nothing(site: Site, shell: Shell) -> None:
    site.instead = lambda request: Reply(503, (), b"")
    told = shell("end", "--all-here", "--yes")
    assert told.code == 3 and "with another profile are unknown" in told.err


def test_what_is_tracked_no_longer_and_runs_is_ended_all_the_same(site: Site, shell: Shell, ours: str) -> None:
    async def untrack() -> None:
        journal = Journal(journal_path())
        await journal.untracked(Place(site.server.url), ours)
        journal.close()

    asyncio.run(untrack())
    assert "already ended" not in shell("ls").err
    told = shell("end", ours, "--not-mine", "--yes")
    assert told.code == 0 and site.running == []
    assert site.changing[-1] == f"POST /sessions/{ours}/end"


def test_who_ended_it_is_you_and_not_an_id(site: Site, shell: Shell, ours: str) -> None:
    site.instead = lambda request: Reply(503, (), b"") if request.path.endswith("/whoami") else None
    told = shell("end", ours, "--yes")  # whose key it is was not even asked
    assert told.code == 0 and told.out.rstrip().endswith(" by you") and told.out.startswith(f"{ours[-6:]} ended at ")
    site.instead = lambda _: None
    shown = shell("show", ours)
    assert ", by you" in shown.out and "session ended by you" in shown.out and "end requested by you" in shown.out
    told_twice = shell("end", ours, "--yes")
    assert told_twice.code == 0 and shell("show", ours).out.count("end requested by you") == 1
    assert shell("show", ours, "--json").json["ender_id"] not in {None, "you"}


def test_another_user_who_ended_it_is_not_you(site: Site, shell: Shell, ours: str) -> None:
    theirs = site.colleague()
    site.cloud.end(theirs, "somebody-else")
    shown = shell("show", theirs.id)
    assert ", by somebody-else" in shown.out and "by you" not in shown.out
    assert ours in site.running


def test_your_own_session_ended_by_another_user_is_not_ended_by_you(site: Site, shell: Shell, ours: str) -> None:
    site.cloud.end(site.cloud.sessions[ours], "somebody-else")
    shown = shell("show", ours)
    assert "session ended by somebody-else" in shown.out and "by you" not in shown.out
