"""backends, ls, show, jobs: the same facts without a screen."""

from __future__ import annotations

import json
import os
import signal
from functools import partial
from pathlib import Path

import pytest

from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request
from ionq_tui.simulator.store import SessionEntry
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, Site, process, wait_until


def test_backends_are_listed_without_a_key(site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IONQ_API_KEY")
    told = shell("backends")
    assert (told.code, told.err) == (0, "")
    assert FORTE in told.out and "qpu.aria-2" in told.out
    listed = shell("backends", "--json").json
    assert list(listed) == ["backends", "ionq_tui"]
    by_name = {one["backend"]: one for one in listed["backends"]}
    assert by_name["qpu.aria-2"]["status"] == "unavailable"
    assert by_name[FORTE]["qubits"] == 36
    assert site.changing == []


def test_active_sessions_are_listed_and_ended_ones_on_request(site: Site, shell: Shell) -> None:
    assert shell("ls").err == "no active sessions\n"
    one, other = site.colleague(), site.colleague("qpu.aria-1")
    site.cloud.end(other, "somebody-else")
    told = shell("ls")
    assert (told.code, told.err) == (0, "")
    assert one.id[-6:] in told.out and other.id[-6:] not in told.out
    assert other.id[-6:] in shell("ls", "--all").out
    listed = shell("ls", "--all", "--json").json["sessions"]
    by_id = {session["id"]: session for session in listed}
    assert set(by_id) == {one.id, other.id}
    assert by_id[one.id]["status"] == "created" and by_id[one.id]["active"] is True
    assert by_id[one.id]["settings"] == {"duration_limit_min": 60}
    assert by_id[one.id]["creator_id"] == "somebody-else"
    assert by_id[other.id]["status"] == "ended" and by_id[other.id]["ender_id"] == "somebody-else"
    assert by_id[one.id]["ionq_tui"]["owner"] == "unknown"
    assert by_id[one.id]["ionq_tui"]["short_id"] == one.id[-6:]


def test_one_session_is_shown_by_any_unique_end_of_its_id(site: Site, shell: Shell) -> None:
    session = site.colleague()
    for text in (session.id, session.id[-6:], session.id[:13]):
        assert shell("show", text, "--json").json["id"] == session.id
    told = shell("show", session.id[-6:])
    assert told.code == 0 and FORTE in told.out and "limit 60 min" in told.out.replace("1h", "60 min")


def test_an_ended_session_is_found_by_its_tail(site: Site, shell: Shell) -> None:
    session = site.colleague()
    site.cloud.end(session, None)
    assert shell("show", session.id[-6:], "--json").json["status"] == "ended"


def test_jobs_are_listed_with_their_costs_apart(site: Site, shell: Shell) -> None:
    session = site.colleague()
    assert shell("jobs", session.id).err == "no jobs\n"
    site.job(session, name="first")
    site.job(session, name="second")
    told = shell("jobs", session.id)
    assert told.code == 0 and "first" in told.out and "second" in told.out
    jobs = shell("jobs", session.id, "--json").json["jobs"]
    assert {job["name"] for job in jobs} == {"first", "second"}
    assert {job["session_id"] for job in jobs} == {session.id}
    assert jobs[0]["status"] in {"submitted", "ready", "started"}
    assert jobs[0]["ionq_tui"]["cost"] is None
    assert jobs[0]["ionq_tui"]["estimated_cost"]["unit"] == "usd"


def test_an_id_that_is_not_unique_is_wrong_usage_and_names_them(site: Site, shell: Shell) -> None:
    one, other = site.colleague(), site.colleague("qpu.aria-1")
    head = one.id[:4]
    assert other.id.startswith(head)
    told = shell("show", head)
    assert (told.code, told.out) == (2, "")
    assert one.id in told.err and other.id in told.err
    site.cloud.end(one, None)
    site.cloud.end(other, None)
    assert shell("show", head).code == 2


@pytest.mark.parametrize("text", ["", "a b", "../whoami", "ü", "x" * 65, "a/b", "\x1b[31m"])
@pytest.mark.parametrize("command", ["show", "jobs", "watch", "attach"])
def test_a_malformed_id_is_wrong_usage_and_nothing_is_told_of_it(
    site: Site, shell: Shell, command: str, text: str
) -> None:
    told = shell(command, text)
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("ionq-tui: ")
    assert [one for one in site.asked if "/jobs" in one or (text and text in one)] == []


@pytest.mark.parametrize("command", ["show", "jobs", "watch"])
def test_an_unknown_id_is_refused(site: Site, shell: Shell, command: str) -> None:
    told = shell(command, "0000dead")
    assert (told.code, told.out) == (1, "")
    assert "no such session" in told.err


@pytest.mark.parametrize("command", [["ls"], ["ls", "--json"], ["show", "abc"], ["jobs", "abc"], ["watch", "abc"]])
def test_a_refused_key_is_said(site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.setenv("IONQ_API_KEY", "revoked")
    told = shell(*command)
    assert (told.code, told.out) == (1, "")
    assert "IonQ refused this API key" in told.err and "revoked" not in told.err
    assert "the key comes from IONQ_API_KEY: set another one in it, or unset it and run ionq-tui auth login" in told.err


def test_of_a_refused_key_it_is_said_where_it_came_from(
    site: Site, shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = home / "config.toml"
    config.write_text(f"""[profiles.lab-b]\nurl = "{site.server.url}"\nkey_command = "echo revoked"\n""")
    config.chmod(0o600)
    told = shell("ls", "--config", str(config), "--profile", "lab-b")
    assert told.code == 1 and "the key comes from the key_command of profile lab-b: " in told.err
    assert "IONQ_API_KEY" not in told.err
    site.instead = lambda request: _refusal(404) if request.path.endswith("/backends") else None
    told = shell("backends")
    assert told.code == 1 and "the list of backends was refused" in told.err and "check the id" not in told.err


def _refusal(status: int) -> Reply:
    body = {"statusCode": status, "error": "Not Found", "message": "There is nothing"}
    return Reply(status, (("Content-Type", "application/json"),), json.dumps(body).encode())


@pytest.mark.parametrize(
    "command", [["ls"], ["backends"], ["show", "abc"], ["open", FORTE, "--max-jobs", "1", "--yes"]]
)
def test_a_server_that_is_down_is_said(site: Site, shell: Shell, command: list[str]) -> None:
    site.server.stop()
    told = shell(*command)
    assert (told.code, told.out) == (1, "")
    assert "IonQ cannot be reached" in told.err and "automatically" not in told.err


def test_without_a_key_it_is_said_how_to_give_one(site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IONQ_API_KEY")
    told = shell("ls")
    assert (told.code, told.out) == (1, "")
    first, *_ = told.err.splitlines()
    assert first == "ionq-tui: no API key: set IONQ_API_KEY"  # the keyring of this machine is disabled
    assert "ionq-tui:   read -rs IONQ_API_KEY && export IONQ_API_KEY" in told.err
    assert site.asked == []


def test_a_variable_that_was_passed_over_is_not_what_to_set(site: Site, shell: Shell, home: Path) -> None:
    config = home / "ours.toml"
    config.write_text("[profiles.lab]\n")
    told = shell("ls", "--profile", "lab", "--config", str(config))
    assert told.code == 1 and site.asked == []
    said, why, *after = told.err.splitlines()
    assert said == "ionq-tui: no API key: set key_command in the configuration"
    assert why == "ionq-tui: IONQ_API_KEY is set, but ignored because profile lab was given"
    assert "IONQ_API_KEY" not in "".join(after)


@pytest.mark.parametrize(
    ("word", "meant"), [("forte-1", "qpu.forte-1"), ("qpu.fort-1", "qpu.forte-1"), ("QPU.ARIA-1", "qpu.aria-1")]
)
def test_an_unknown_backend_is_answered_with_the_one_that_is_meant(
    site: Site, shell: Shell, word: str, meant: str
) -> None:
    told = shell("open", word, "--max-jobs", "1", "--yes")
    assert (told.code, told.out) == (1, "") and site.changing == []
    assert f"unknown backend '{word}': did you mean {meant}? There are " in told.err


def test_of_a_backend_like_no_other_only_the_names_are_given(site: Site, shell: Shell) -> None:
    told = shell("open", "abacus", "--max-jobs", "1", "--yes")
    assert told.code == 1 and "unknown backend 'abacus': there are qpu." in told.err and "did you mean" not in told.err


@pytest.mark.parametrize(
    ("option", "value", "range_"),
    [
        ("--port", "70000", "a whole number from 0 to 65535"),
        ("--port", "-1", "a whole number from 0 to 65535"),
        ("--port", "http", "a whole number from 0 to 65535"),
        ("--speed", "0", "a number above 0, up to 1000000"),
        ("--speed", "nan", "a number above 0, up to 1000000"),
        ("--speed", "fast", "a number above 0, up to 1000000"),
    ],
)
def test_a_number_out_of_range_is_answered_with_the_range(shell: Shell, option: str, value: str, range_: str) -> None:
    told = shell("simulate", f"{option}={value}")
    assert (told.code, told.out) == (2, "") and f"argument {option}: '{value}' is not {range_}" in told.err


@pytest.mark.parametrize("command", [["backends"], ["ls"], ["ls", "--json"]], ids=" ".join)
def test_a_reader_that_left_is_told_apart_as_by_a_signal(site: Site, command: list[str]) -> None:
    site.colleague()
    with process(*command) as listing:
        assert listing.popen.stdout is not None
        listing.popen.stdout.close()
        listing.popen.stdout = None
        _, err = listing.popen.communicate(timeout=20)
        listing.finished = True
        assert (listing.popen.returncode, err) == (141, "")


def test_what_a_backend_supports_and_how_good_it_is_are_in_the_json(site: Site, shell: Shell) -> None:
    by_name = {one["backend"]: one for one in shell("backends", "--json").json["backends"]}
    forte = by_name[FORTE]
    assert forte["supported_native_gates"] == ["gpi", "gpi2", "zz"]
    assert forte["supported_error_mitigations"] == ["debiasing"]
    assert "cnot" in forte["supported_gates"]
    measured = forte["ionq_tui"]["characterization"]
    assert measured["id"] == forte["characterization_id"]
    assert 0.9 < measured["fidelity"]["2q"]["median"] < 1 and measured["timing"]["t1"] > 0
    assert by_name["simulator"]["ionq_tui"]["characterization"] is None


JSON = (("Content-Type", "application/json"),)
OWN = json.dumps({"statusCode": 404, "error": "Not Found", "message": "no sessions here"}).encode()
PAGE = b"<html><head><title>Corporate Gateway</title></head></html>"


def _of_lists(answer: Reply, request: Request) -> Reply | None:
    return answer if request.path.endswith("/sessions") else None


def test_that_sessions_are_not_enabled_only_ionq_itself_says(site: Site, shell: Shell) -> None:
    site.instead = lambda request: Reply(404, JSON, OWN) if request.path.endswith("/sessions") else None
    told = shell("ls")
    assert (told.code, told.out) == (1, "")
    assert "Sessions are not enabled" in told.err and "support@ionq.com" in told.err
    assert "no sessions here" in told.err
    for body, said in ((b"{}", "something that is not IonQ's API"), (PAGE, 'titled "Corporate Gateway"')):
        answer = Reply(404, (), body)
        site.instead = partial(_of_lists, answer)
        told = shell("ls")
        assert told.code == 1 and said in told.err and "not enabled" not in told.err


def test_another_version_of_the_api_is_named(site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_API_URL", site.server.url.replace("/v0.4", "/v0.3"))
    site.instead = lambda _: Reply(404, JSON, OWN)
    told = shell("ls")
    assert told.code == 1 and "not enabled" not in told.err
    assert "IONQ_API_URL ends in /v0.3" in told.err and "qiskit-ionq" in told.err


ID = "01a2038e-7f00-7c9d-89f4-0d0d728215ea"
EACH = [["backends"], ["show", ID], ["jobs", ID], ["watch", ID], ["end", ID, "--yes", "--not-mine"]]


@pytest.mark.parametrize("command", EACH, ids=lambda command: command[0])
@pytest.mark.parametrize("path", ["/v0.3", ""])
def test_of_an_id_only_the_right_version_of_the_api_is_believed(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch, path: str, command: list[str]
) -> None:
    monkeypatch.setenv("IONQ_API_URL", site.server.url.replace("/v0.4", path))
    site.instead = lambda _: Reply(404, JSON, OWN)
    told = shell(*command)
    assert told.code != 0 and "IONQ_API_URL" in told.err and "/v0.4" in told.err and "qiskit-ionq" in told.err
    assert (
        "no such" not in told.err and "not found at IonQ" not in told.err and "the id and the profile" not in told.err
    )


@pytest.mark.parametrize("command", [one for one in EACH if one[0] != "watch"], ids=lambda command: command[0])
@pytest.mark.parametrize(("status", "body"), [(404, PAGE), (403, PAGE), (200, PAGE), (403, b'{"message":"Forbidden"}')])
def test_of_an_id_no_page_and_no_gateway_is_believed(
    site: Site, shell: Shell, status: int, body: bytes, command: list[str]
) -> None:
    site.instead = lambda _: Reply(status, (), body)
    told = shell(*command)
    assert told.code != 0 and "IONQ_API_URL" in told.err
    assert ('a page titled "Corporate Gateway"' if body == PAGE else '"Forbidden"') in told.err
    assert not any(
        claim in told.err for claim in ("no such", "not found at IonQ", "is not allowed to do that", "not enabled")
    )


@pytest.mark.parametrize(("command", "beside"), [(["ls"], "no active sessions\n"), (["backends"], "")])
def test_an_error_that_passes_is_not_told(site: Site, shell: Shell, command: list[str], beside: str) -> None:
    left = [2]

    def fails(request: Request) -> Reply | None:
        if not request.path.endswith(("/sessions", "/backends")) or left[0] == 0:
            return None
        left[0] -= 1
        if left[0]:
            raise ConnectionError
        return Reply(503, (), b"")

    site.instead = fails
    told = shell(*command)
    assert told.code == 0 and told.err == beside and left == [0]


def test_why_a_job_failed_is_told_beside_the_list(site: Site, shell: Shell) -> None:
    def failing(request: Request, reply: Reply) -> Reply:
        if not request.path.endswith("/jobs"):
            return reply
        job = {"id": "job-b81d3c", "status": "failed", "failure": {"code": None, "error": {"message": "no budget"}}}
        return Reply(200, (), json.dumps({"jobs": [job], "next": None}).encode())

    session_id = shell("open", "qpu.forte-1", "--max-jobs", "3", "--yes").out.strip()
    site.after = failing
    told = shell("jobs", session_id)
    assert told.code == 0 and "job b81d3c failed: no budget" in told.err and "no budget" not in told.out


HOSTILE = "a\x1b]52;c;ZXZpbA==\x07b\x1b[31m\u202ec\x9b31m[@click=quit]d\x7f\x00"


def test_text_from_the_server_reaches_no_terminal_as_it_is(site: Site, shell: Shell) -> None:
    session = site.colleague()
    site.job(session, failure=("Evil" + HOSTILE, HOSTILE), name=HOSTILE)

    def spoiled(request: Request, reply: Reply) -> Reply:
        text = json.loads(reply.body)
        for one in [text, *text.get("sessions", [])]:
            if "status" in one and "creator_id" in one:
                one["status"], one["backend"] = HOSTILE, HOSTILE
        return Reply(reply.status, reply.headers, json.dumps(text).encode())

    site.after = spoiled
    for command in (["ls"], ["show", session.id], ["jobs", session.id]):
        told = shell(*command)
        assert told.code == 0
        for hostile in "\x1b\x07\u202e\x9b\x7f\x00":
            assert hostile not in told.out + told.err
        told = shell(*command, "--json")
        assert told.out.isascii()
        assert all(character.isprintable() or character == "\n" for character in told.out)
    assert shell("ls", "--json").json["sessions"][0]["status"] == HOSTILE


def test_an_error_of_the_server_is_made_plain(site: Site, shell: Shell) -> None:
    body = json.dumps({"statusCode": 500, "message": HOSTILE}).encode()
    site.instead = lambda request: Reply(500, (("x-request-id", "r1"),), body) if "sessions" in request.path else None
    told = shell("ls")
    assert (told.code, told.out) == (1, "")
    assert not set(told.err) & set("\x1b\x07\u202e\x9b\x7f\x00")
    assert "[HTTP 500, request r1]" in told.err


def test_a_stream_that_cannot_show_a_character_is_no_error(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    site.job(site.colleague(), name="naïve ψ")
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert shell("jobs", site.running[0]).code == 0
    narrow.seek(0)
    assert "naive ?" in narrow.read()


def test_costs_are_asked_within_a_budget_and_running_it_again_goes_on(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = over(site, jobs=12)
    monkeypatch.setattr("ionq_tui.cli.session_reading._ASKED_FOR", 0.3)
    told = shell("show", session.id)
    asked = costs_asked(site)
    assert told.code == 0 and len(asked) == 4, "four, and no more within 0.4 s"
    assert set(asked) == {f"GET /jobs/{job.id}/cost" for job in session.jobs[-4:]}, "the newest"
    assert "(4 of 12 jobs priced); run it again to continue" in told.err and "≥" in told.err and "≥" in told.out
    assert shell("jobs", session.id).code == 0
    again = shell("show", session.id)
    assert len(costs_asked(site)) == len(set(costs_asked(site))) == 12
    assert again.err == "" and "≥" not in again.out


def test_what_was_priced_before_an_interruption_is_kept(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = over(site, jobs=60)
    with process("show", session.id) as showing:
        wait_until(lambda: len(costs_asked(site)) >= 8, "eight costs are asked for")
        os.kill(showing.popen.pid, signal.SIGINT)
        told = showing.finish()
    assert told.code == 130 and told.out == "" and "interrupted" in told.err
    first = set(costs_asked(site)[:4])
    site.asked.clear()
    monkeypatch.setattr("ionq_tui.cli.session_reading._ASKED_FOR", 0.1)
    shell("show", session.id)
    assert costs_asked(site) and not first & set(costs_asked(site))


def test_many_costs_are_said_before(site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    session = over(site, jobs=60)
    monkeypatch.setattr("ionq_tui.cli.session_reading._ASKED_FOR", 0.1)
    told = shell("jobs", session.id, "--json")
    assert told.err.startswith("ionq-tui: reading the cost of 60 jobs, 8 a second, for 0.1 s at most\n")
    assert len(told.json["jobs"]) == 60


def test_a_server_that_asks_for_fewer_requests_is_asked_no_more(site: Site, shell: Shell) -> None:
    session = over(site, jobs=12)
    limited = Reply(429, (("retry-after", "1"),), b"{}")
    site.instead = lambda request: limited if request.path.endswith("/cost") and len(costs_asked(site)) > 3 else None
    told = shell("show", session.id)
    assert told.code == 0 and len(costs_asked(site)) <= 8
    assert "IonQ is limiting the rate of requests" in told.err and "try again in 1 s" in told.err
    assert "of 12 jobs priced); run it again to continue" in told.err and "automatically" not in told.err


def over(site: Site, jobs: int) -> SessionEntry:
    """A session that ended, with all of its jobs done, a second after each other."""
    clock = StoppedClock()
    site.cloud = SimulatedCloud(clock, workload=False, colleagues=False)
    session = site.colleague()
    for _ in range(jobs):
        site.job(session)
        clock.advance(1)
    clock.advance(3000)
    with site.cloud.lock:
        site.cloud.advance()
        site.cloud.end(session, None)
    clock.advance(11)
    return session


def costs_asked(site: Site) -> list[str]:
    return [one for one in site.asked if one.endswith("/cost")]
