"""cancel, job, results, events, open --dry-run, help: what the screen has, without a screen."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.store import Order, SessionEntry
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, KEY, ROOT, Site
from tests.terminal.kit import Terminal, clean_environment, command

JSON = (("Content-Type", "application/json"),)


@pytest.fixture
def session(site: Site, clock: StoppedClock) -> SessionEntry:
    made = site.colleague()
    site.job(made, name="first")
    site.job(made, name="second")
    return made


def own(status: int) -> Reply:
    body = {"statusCode": status, "error": "Refused", "message": f"in IonQ's words {status}"}
    return Reply(status, JSON, json.dumps(body).encode())


TROUBLE = {
    "401": own(401),
    "403": own(403),
    "404": own(404),
    "503": own(503),
    "garbage": Reply(200, JSON, b'{"what is'),
    "page": Reply(200, (), b"<html><title>Gateway</title></html>"),
}
EACH = [
    ["cancel", "JOB", "--yes", "--not-mine"],
    ["job", "JOB"],
    ["job", "JOB", "--json"],
    ["results", "JOB"],
    ["events", "SESSION"],
]


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("argv", EACH, ids=" ".join)
def test_a_server_in_trouble_is_said_and_nothing_is_changed(
    site: Site, shell: Shell, session: SessionEntry, argv: list[str], trouble: str
) -> None:
    job = session.jobs[0]
    site.instead = lambda _: TROUBLE[trouble]
    told = shell(*[{"JOB": job.id, "SESSION": session.id}.get(word, word) for word in argv])
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("ionq-tui: ") and "Traceback" not in told.err
    if trouble.isdecimal() and trouble != "401":
        assert f"in IonQ's words {trouble}" in told.err
    assert site.changing == [] and session.jobs[0].status != "canceled"


def test_jobs_are_canceled_with_one_request_and_confirmed(site: Site, shell: Shell, session: SessionEntry) -> None:
    ids = [job.id for job in session.jobs]
    told = shell("cancel", *ids, "--yes", "--not-mine")
    assert (told.code, told.err) == (0, "")
    assert told.out == f"{ids[0]} canceled\n{ids[1]} canceled\n"
    assert site.changing == ["PUT /jobs/status/cancel"]
    assert {job.status for job in session.jobs} == {"canceled"}
    again = shell("cancel", ids[0], "--yes", "--json")
    assert again.code == 0 and again.json["jobs"] == [{"id": ids[0], "status": "canceled"}]
    assert site.changing == ["PUT /jobs/status/cancel"]  # what is canceled is not canceled again


def test_a_part_of_an_id_is_enough_in_its_session(site: Site, shell: Shell, session: SessionEntry) -> None:
    job = session.jobs[0]
    assert shell("job", job.id[-6:]).code == 1
    assert "add --session ID" in shell("job", job.id[-6:]).err
    told = shell("job", job.id[-6:], "--session", session.id[-6:], "--json")
    assert told.code == 0 and told.json["id"] == job.id
    head = job.id[:4]
    both = shell("job", head, "--session", session.id)
    assert both.code == 2 and all(one.id in both.err for one in session.jobs)
    none = shell("cancel", "0000dead", "--session", session.id, "--yes")
    assert none.code == 1 and "no job of this session" in none.err and site.changing == []


def test_without_yes_and_without_a_terminal_nothing_is_sent(site: Site, shell: Shell, session: SessionEntry) -> None:
    told = shell("cancel", session.jobs[0].id)
    assert (told.code, told.out) == (2, "") and "add --yes" in told.err and site.asked == []
    assert shell("cancel", session.jobs[0].id, "--yes", "--read-only").code == 1 and site.changing == []
    assert shell("cancel", "a/b", "--yes").code == 2 and site.changing == []


@pytest.mark.parametrize(
    ("status", "code"), [(401, 1), (403, 1), (404, 1), (503, 3), (200, 3)], ids=["401", "403", "404", "503", "garbage"]
)
def test_a_cancellation_that_fails_is_never_told_as_done(
    site: Site, shell: Shell, session: SessionEntry, status: int, code: int
) -> None:
    answer = Reply(200, JSON, b"[") if status == 200 else own(status)
    site.instead = lambda request: answer if request.method == "PUT" else None
    told = shell("cancel", session.jobs[0].id, "--yes", "--not-mine")
    assert (told.code, told.out) == (code, "") and "not confirmed canceled" in told.err


def test_a_lost_reply_to_a_cancellation_that_worked_is_told_as_canceled(
    site: Site, shell: Shell, session: SessionEntry
) -> None:
    site.after = lambda request, reply: own(503) if request.method == "PUT" else reply
    told = shell("cancel", session.jobs[0].id, "--yes", "--not-mine")
    assert told.code == 0 and told.out == f"{session.jobs[0].id} canceled\n"


def test_a_finished_job_is_not_canceled(site: Site, shell: Shell, session: SessionEntry, clock: StoppedClock) -> None:
    finish(site, session, clock)
    told = shell("cancel", session.jobs[0].id, "--yes", "--not-mine")
    assert (told.code, told.out) == (1, "") and "not canceled: it is completed" in told.err and site.changing == []


def finish(site: Site, session: SessionEntry, clock: StoppedClock) -> None:
    """Let simulated time pass until the jobs are done."""
    with site.cloud.lock:
        clock.advance(3000)
        site.cloud.advance()
    assert {job.status for job in session.jobs} == {"completed"}


def test_the_facts_of_a_job(site: Site, shell: Shell, session: SessionEntry) -> None:
    job = session.jobs[0]
    told = shell("job", job.id)
    assert (told.code, told.err) == (0, "")
    facts = dict(line.split(maxsplit=1) for line in told.out.splitlines())
    assert facts["job"] == job.id and facts["name"] == "first" and facts["session"] == session.id
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+", facts["submitted"]), "a text that is read later"
    facts = shell("job", job.id, "--json").json
    assert facts["session_id"] == session.id and facts["stats"]["qubits"] >= 1
    assert facts["ionq_tui"]["estimated_cost"]["unit"] == "usd"


def test_the_result_of_a_job(site: Site, shell: Shell, session: SessionEntry, clock: StoppedClock) -> None:
    job = session.jobs[0]
    told = shell("results", job.id)
    assert (told.code, told.out) == (1, "") and "has no result: it is" in told.err
    finish(site, session, clock)
    facts = shell("results", job.id, "--json").json
    shares = facts["probabilities"]
    assert abs(sum(shares.values()) - 1) < 1e-6 and facts["id"] == job.id
    assert facts["counts"] == {key: round(share * facts["shots"]) for key, share in shares.items()}
    for argv in (["--csv"], []):  # without a terminal nothing is left out, so it is CSV by itself
        rows = list(csv.DictReader(io.StringIO(shell("results", job.id, *argv).out)))
        assert {row["outcome"]: float(row["probability"]) for row in rows} == shares
        assert [int(row["count"]) for row in rows] == list(facts["counts"].values())
    site.instead = lambda request: own(404) if request.path.endswith("/probabilities") else None
    told = shell("results", job.id)
    assert (told.code, told.out, told.err) == (1, "", "ionq-tui: IonQ has no result for this job\n")


def test_the_events_of_a_session_are_those_of_ionq_and_of_this_machine(site: Site, shell: Shell) -> None:
    ours = shell("open", FORTE, "--max-jobs", "3", "--yes").out.strip()
    site.job(site.cloud.sessions[ours], name="one")
    shell("end", ours, "--yes")
    told = shell("events", ours[-6:])
    assert (told.code, told.err) == (0, "")
    for words in ("session opened", "submitted", "end requested by you", "session ended by you"):
        assert words in told.out
    assert all(re.match(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ  ", line) for line in told.out.splitlines()), told.out
    kinds = [one["kind"] for one in shell("events", ours, "--json").json["events"]]
    assert kinds[0] == "opened" and {"started", "job submitted", "note", "ended"} <= set(kinds)
    assert [one["words"] for one in shell("events", ours, "--json").json["events"] if one["kind"] == "ended"] == ["you"]
    site.instead = lambda _: own(503)
    told = shell("events", ours)
    assert told.code == 1 and "end requested by you" in told.out and "in IonQ's words 503" in told.err
    assert "session opened" in told.out and "session ended" in told.out, "as the journal has it"
    kept = shell("events", ours, "--json")
    assert kept.code == 1 and "note" in {one["kind"] for one in kept.json["events"]}


def test_a_command_that_reads_the_end_of_a_session_settles_it_for_all(site: Site, shell: Shell) -> None:
    ours = shell("open", FORTE, "--max-jobs", "3", "--yes").out.strip()
    with site.cloud.lock:
        site.cloud.end(site.cloud.sessions[ours], "somebody-else")
    assert shell("events", ours).code == 0
    site.instead = lambda _: own(503)
    listed = shell("ls")
    assert ours[-6:] not in listed.out + listed.err, "the journal knows that it ended"


def test_a_failed_job_without_a_time_is_not_dated_with_now(site: Site, shell: Shell) -> None:
    session = site.colleague()
    site.job(session, failure=("Bad", "why"))
    site.job(session, failure=("Worse", "no time at all"))

    def without_times(request: Request, reply: Reply) -> Reply:
        if not request.path.endswith("/jobs"):
            return reply
        facts = json.loads(reply.body)
        first, second = facts["jobs"]
        for job in (first, second):
            job.update(status="failed", completed_at=None, failure={"code": "Bad", "message": "why"})
        second.update(submitted_at=None, started_at=None)
        return replace(reply, body=json.dumps(facts).encode())

    site.after = without_times
    lines = shell("events", session.id).out.splitlines()
    failed = [at for at, line in enumerate(lines) if "failed: Bad, why" in line]
    assert [lines[at].startswith("time unknown  job ") for at in failed] == [True, True]
    submitted = next(at for at, line in enumerate(lines) if "submitted" in line)
    assert failed[0] == 0 and failed[1] > submitted, "the first place, or the earliest time that it can have been"
    told = shell("events", session.id, "--json").json["events"]
    assert [one["at"] for one in told if one["kind"] == "job failed"] == [None, None]
    assert "time unknown  job " in shell("show", session.id).out


def test_a_dry_run_prints_the_request_and_sends_and_records_nothing(site: Site, shell: Shell, home: Path) -> None:
    limits = ["--max-jobs", "5", "--max-time", "1h30m", "--max-cost", "30"]
    told = shell("open", FORTE, *limits, "--dry-run", "--read-only")
    assert (told.code, told.err, site.asked) == (0, "", ["GET /backends"])
    first, body = told.out.splitlines()
    assert first == f"POST {site.server.url}/sessions" and KEY not in told.out
    assert [path for path in home.rglob("*") if path.is_file()] == []
    request = shell("open", FORTE, *limits, "--dry-run", "--json").json["request"]
    assert request == {"method": "POST", "url": f"{site.server.url}/sessions", "body": json.loads(body)}
    sent: list[tuple[str, object]] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append((f"POST {request.path}", json.loads(request.body)))

    site.instead = note
    assert shell("open", FORTE, *limits, "--yes").code == 0
    assert sent == [("POST /v0.4/sessions", json.loads(body))]  # what is sent is what was printed
    assert shell("open", FORTE, "--dry-run").code == 2


@pytest.mark.parametrize("name", ["forte-1", "qpu.forte-2", "qpu.harmony", "qpu.aria-2"])
def test_a_dry_run_answers_a_backend_that_cannot_be_chosen_as_opening_does(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    opening = shell("open", name, "--no-limit", "--yes")
    monkeypatch.delenv("IONQ_API_KEY")
    told = shell("open", name, "--no-limit", "--dry-run")
    assert (told.code, told.out, told.err) == (1, "", opening.err) and told.code == opening.code
    assert "did you mean qpu.forte-1?" in told.err or "cannot be chosen" in told.err
    assert site.changing == []


def test_a_dry_run_without_an_answer_says_so_and_prints_the_request(site: Site, shell: Shell) -> None:
    for answer in (own(503), Reply(200, JSON, b'{"what is')):
        site.instead = lambda _, answer=answer: answer  # type: ignore[misc]
        told = shell("open", "qpu.nobody-knows", "--no-limit", "--dry-run")
        assert told.code == 0 and told.out.startswith("POST ") and "the backend was not checked: " in told.err
    site.go_away()
    told = shell("open", FORTE, "--no-limit", "--dry-run")
    assert told.code == 0 and told.out.startswith("POST ") and "IonQ cannot be reached" in told.err
    assert site.changing == []


def test_help_is_that_of_the_options(shell: Shell) -> None:
    for name in ("", "ls", "cancel"):
        told = shell("help", *name.split())
        assert told.code == 0 and told.out == shell(*name.split(), "--help").out and told.out.startswith("usage: ")
    told = shell("help", "cancle")
    assert (told.code, told.out) == (2, "") and "did you mean cancel?" in told.err
    mistyped = shell("cancle")
    assert (mistyped.code, mistyped.out) == (2, "")
    assert mistyped.err.endswith("no such command: 'cancle'; did you mean cancel?\n")
    assert shell("zzz").err.endswith("no such command: 'zzz'; ionq-tui --help lists them\n")
    assert shell("-V").out == shell("--version").out != ""


def test_on_a_terminal_it_is_asked_once(site: Site, home: Path, session: SessionEntry) -> None:
    environment = clean_environment(home, IONQ_API_URL=site.server.url, IONQ_API_KEY=KEY, IONQ_TUI_PATIENCE="0.4")
    argv = command("cancel", "--not-mine", *[job.id for job in session.jobs])
    for keys, code in (("enter", 1), ("y", 0)):
        with Terminal(argv, environment) as terminal:
            terminal.wait_for("Cancel 2 jobs? [y/N]").wait_for(session.id).wait_for(f"on {FORTE}")
            assert site.changing == []
            terminal.keys(*([keys] if keys == "enter" else [keys, "enter"]))
            assert terminal.wait_exit() == code
    assert {job.status for job in session.jobs} == {"canceled"}


def test_a_job_of_somebody_else_is_not_canceled_by_mistake(site: Site, shell: Shell, session: SessionEntry) -> None:
    told = shell("cancel", session.jobs[0].id, "--yes")
    assert (told.code, told.out) == (2, "") and "add --not-mine to cancel it. Nothing was sent" in told.err
    assert site.changing == [] and session.jobs[0].status != "canceled"


def test_jobs_in_a_session_of_ours_and_jobs_of_ours_are_canceled(site: Site, shell: Shell, clock: StoppedClock) -> None:
    opened = shell("open", FORTE, "--max-jobs", "9", "--yes").out.strip()
    entry = site.cloud.sessions[opened]
    site.job(entry)
    with site.cloud.lock:
        alone = site.cloud.submit(entry.creator_id, Order(FORTE))
    told = shell("cancel", entry.jobs[0].id, alone.id, "--yes")
    assert told.code == 0 and {entry.jobs[0].status, alone.status} == {"canceled"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("more", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_was_canceled_is_said_where_the_output_cannot_be_written(
    site: Site, session: SessionEntry, more: list[str], unbuffered: str
) -> None:
    argv = [sys.executable, "-m", "ionq_tui", "cancel", session.jobs[0].id, "--yes", "--not-mine", *more]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            argv, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, cwd=ROOT, env=environment
        )
    assert done.returncode == 1 and f"{session.jobs[0].id} canceled" in done.stderr and "bug" not in done.stderr
    assert session.jobs[0].status == "canceled"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("argv", [["ls"], ["help", "ls", "--schema"], ["man"]], ids=" ".join)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_no_bug(site: Site, session: SessionEntry, argv: list[str], unbuffered: str) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ionq_tui", *argv],
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, cwd=ROOT, env=environment,
        )  # fmt: skip
    assert done.returncode == 1 and done.stderr.count("the output could not be written") == 1
    assert "Traceback" not in done.stderr


def test_an_empty_id_is_wrong_usage(site: Site, shell: Shell) -> None:
    for argv in (["job", ""], ["cancel", "", "--yes"], ["results", " "]):
        told = shell(*argv)
        assert told.code == 2 and "this one is empty" in told.err
    assert site.asked == []


def test_an_uncertain_cancellation_says_how_to_look(site: Site, shell: Shell, session: SessionEntry) -> None:
    site.instead = lambda request: own(503) if request.method == "PUT" else None
    told = shell("cancel", session.jobs[0].id, "--yes", "--not-mine")
    assert told.code == 3 and f"Check: ionq-tui job {session.jobs[0].id}" in told.err


def test_ended_sessions_are_listed_whatever_the_spaces(site: Site, shell: Shell, session: SessionEntry) -> None:
    with site.cloud.lock:
        site.cloud.end(session, "somebody-else")
    for wanted in ("started,ended", "started, ended", " ended"):
        assert session.id in shell("ls", "--status", wanted, "--quiet").out


def test_a_job_of_several_circuits_names_the_jobs_that_have_the_results(
    site: Site, shell: Shell, clock: StoppedClock
) -> None:
    opened = shell("open", FORTE, "--max-jobs", "9", "--yes").out.strip()
    circuits = [{"circuit": [{"gate": "h", "target": 0}]}, {"circuit": [{"gate": "x", "target": 0}]}]
    body = {
        **{"type": "ionq.multi-circuit.v1", "backend": FORTE, "shots": 100, "session_id": opened},
        "input": {"qubits": 1, "gateset": "qis", "circuits": circuits},
    }
    request = Request("POST", "/v0.4/jobs", (), {"authorization": f"apiKey {KEY}"}, json.dumps(body).encode())
    sent = json.loads(respond(site.cloud, request).body)["id"]
    clock.advance(600)
    told = shell("results", sent)
    assert told.code == 1 and "each of its 2 circuits has a result of its own" in told.err
    parts = re.findall(r"ionq-tui results (\S+)", told.err)
    assert len(parts) == 2 and all(part in shell("job", sent).out for part in parts)
    for part in parts:
        assert shell("results", part).out.startswith("outcome,")
