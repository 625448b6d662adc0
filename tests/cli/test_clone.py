"""clone: one request, whatever becomes of it, and an exit code that never claims more than is known."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from ionq_tui.cli.completion import answer_to
from ionq_tui.model.event import EventKind
from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request
from ionq_tui.simulator.store import JobEntry, Order, SessionEntry
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, KEY, Site, process, wait_until
from tests.cli.test_job_commands import JSON, own
from tests.terminal.kit import Terminal, clean_environment, command


@pytest.fixture
def opened(site: Site, shell: Shell) -> SessionEntry:
    """A session of ours, whose first job was canceled."""
    site.cloud = SimulatedCloud(StoppedClock(), workload=False, colleagues=False)
    entry = site.cloud.sessions[shell("open", FORTE, "--max-jobs", "9", "--yes").out.strip()]
    with site.cloud.lock:
        order = Order(FORTE, session_id=entry.id, name="scan", shots=500, metadata={"purpose": "H2"})
        site.cloud.cancel(site.cloud.submit(entry.creator_id, order))
    site.asked.clear()
    return entry


@pytest.fixture
def job(opened: SessionEntry) -> JobEntry:
    return opened.jobs[0]


def posts(site: Site) -> list[str]:
    return [one for one in site.asked if one.startswith("POST ")]


def test_a_clone_is_a_new_job_of_the_session_with_all_that_the_original_had(
    site: Site, shell: Shell, opened: SessionEntry, job: JobEntry
) -> None:
    told = shell("clone", job.id, opened.id[-6:], "--yes")
    made = opened.jobs[1]
    assert (told.code, told.out) == (0, f"{made.id}\n") and "was cloned: the new job is" in told.err
    assert posts(site) == [f"POST /jobs/{job.id}/clone"] == site.changing
    assert (made.order.name, made.order.shots, made.order.backend) == ("scan", 500, FORTE)
    metadata = dict(made.order.metadata or {})
    assert len(metadata.pop("ionq_tui_clone")) == 32 and metadata == {"purpose": "H2"}
    assert job.order.metadata == {"purpose": "H2"}
    events = shell("events", opened.id)
    assert f"clone of job {job.id[-6:]} requested by you" in events.out
    assert f"job {job.id[-6:]} was cloned: the new job is {made.id[-6:]}" in events.out


def test_json_has_the_new_job_and_the_original(shell: Shell, opened: SessionEntry, job: JobEntry) -> None:
    facts = shell("clone", job.id[-6:], opened.id, "--yes", "--json").json  # a part of an id, in the session
    assert facts["id"] == opened.jobs[1].id and facts["session_id"] == opened.id
    assert facts["ionq_tui"]["original_id"] == job.id


def test_a_job_that_missed_the_session_is_cloned_into_it(site: Site, shell: Shell, opened: SessionEntry) -> None:
    with site.cloud.lock:
        alone = site.cloud.cancel(site.cloud.submit(opened.creator_id, Order(FORTE)))
    assert shell("clone", alone.id, opened.id, "--yes").code == 0
    assert opened.jobs[-1].order.session_id == opened.id and alone.session_id is None


def test_a_dry_run_prints_the_request_and_changes_nothing(
    site: Site, shell: Shell, opened: SessionEntry, job: JobEntry
) -> None:
    told = shell("clone", job.id, opened.id, "--dry-run", "--read-only")
    first, body = told.out.splitlines()
    assert told.code == 0 and first == f"POST {site.server.url}/jobs/{job.id}/clone"
    read = json.loads(body)
    assert read["session_id"] == opened.id and set(read["metadata"]) == {"purpose", "ionq_tui_clone"}
    assert shell("clone", job.id, opened.id, "--dry-run", "--json").json["request"]["method"] == "POST"
    assert site.changing == [] and "clone" not in shell("events", opened.id).out


def test_what_cannot_be_cloned_is_refused_with_the_reason(
    site: Site, shell: Shell, opened: SessionEntry, job: JobEntry
) -> None:
    with site.cloud.lock:
        waiting = site.cloud.submit(opened.creator_id, Order(FORTE, session_id=opened.id))
        simulated = site.cloud.cancel(site.cloud.submit(opened.creator_id, Order("simulator")))
    for wanted, words in (
        (waiting.id, "not failed or canceled"),
        (simulated.id, f"is for simulator, not {FORTE}"),
        ("0000dead", "no job of this session"),
    ):
        told = shell("clone", wanted, opened.id, "--yes")
        assert (told.code, told.out) == (1, "") and words in told.err
    with site.cloud.lock:
        site.cloud.end(opened, opened.creator_id)
    told = shell("clone", job.id, opened.id, "--yes")
    assert told.code == 1 and "the session is not running" in told.err and site.changing == []


def test_wrong_usage_sends_nothing(site: Site, shell: Shell, opened: SessionEntry, job: JobEntry) -> None:
    for argv in ([job.id, opened.id], ["", opened.id, "--yes"], [job.id, "a/b", "--yes"], [job.id, "--yes"]):
        assert shell("clone", *argv).code == 2
    assert site.asked == []
    told = shell("clone", job.id, opened.id, "--yes", "--read-only")
    assert told.code == 1 and "read-only" in told.err and site.asked == []


def test_the_session_of_another_user_needs_a_word_more(site: Site, shell: Shell, opened: SessionEntry) -> None:
    theirs = site.colleague()
    site.job(theirs)
    with site.cloud.lock:
        site.cloud.cancel(theirs.jobs[0])
    told = shell("clone", theirs.jobs[0].id, theirs.id, "--yes")
    assert told.code == 2 and "add --not-mine to clone a job into it" in told.err and site.changing == []
    assert shell("clone", theirs.jobs[0].id, theirs.id, "--yes", "--not-mine").code == 0


@pytest.mark.parametrize("status", [400, 402, 403, 404, 422, 429])
def test_a_refusal_is_told_in_ionqs_words(
    site: Site, shell: Shell, opened: SessionEntry, job: JobEntry, status: int
) -> None:
    site.instead = lambda request: own(status) if request.method == "POST" else None
    told = shell("clone", job.id, opened.id, "--yes")
    assert (told.code, told.out) == (1, "") and f"in IonQ's words {status}" in told.err
    assert "was not cloned" in told.err and len(posts(site)) == 1 and len(opened.jobs) == 1
    assert f"was not cloned: in IonQ's words {status}" in shell("events", opened.id).out


PAGE = Reply(502, (), b"<html><title>Gateway</title></html>")
LOST: dict[str, Reply] = {"409": own(409), "500": own(500), "page": PAGE, "garbage": Reply(201, JSON, b'{"id')}


@pytest.mark.parametrize("reply", LOST)
@pytest.mark.parametrize("done", [True, False], ids=["carried out", "not carried out"])
def test_a_reply_that_says_nothing_is_settled_by_looking(
    site: Site, shell: Shell, opened: SessionEntry, job: JobEntry, reply: str, done: bool
) -> None:
    if done:
        site.after = lambda request, real: LOST[reply] if request.method == "POST" else real
    else:
        site.instead = lambda request: LOST[reply] if request.method == "POST" else None
    told = shell("clone", job.id, opened.id, "--yes")
    assert len(posts(site)) == 1 and len(opened.jobs) == (2 if done else 1)
    if done:
        assert (told.code, told.out) == (0, f"{opened.jobs[1].id}\n") and "found after the reply was lost" in told.err
        return
    assert (told.code, told.out) == (3, "") and "may exist" in told.err and "not in IonQ's list as of" in told.err
    assert f"Check before you clone it again: ionq-tui events {opened.id}" in told.err
    site.instead = lambda _: None
    again = shell("clone", job.id, opened.id, "--yes")
    assert again.code == 0 and "an earlier clone of this job is not confirmed" in again.err


def test_where_looking_fails_too_it_may_exist(site: Site, shell: Shell, opened: SessionEntry, job: JobEntry) -> None:
    def broken(request: Request, real: Reply) -> Reply:
        lost = request.method == "POST" or (request.path.endswith("/jobs") and posts(site))
        return own(503) if lost else real

    site.after = broken
    told = shell("clone", job.id, opened.id, "--yes")
    assert (
        told.code == 3 and "could not be read completely since then" in told.err and "in IonQ's words 503" in told.err
    )
    assert len(posts(site)) == 1 and len(opened.jobs) == 2


def test_metadata_that_cannot_be_read_keep_the_request_from_being_sent(
    site: Site, shell: Shell, opened: SessionEntry, job: JobEntry
) -> None:
    def strange(request: Request, real: Reply) -> Reply:
        if request.path.endswith(job.id):
            return Reply(200, JSON, json.dumps({**json.loads(real.body), "metadata": {"n": 7}}).encode())
        return real

    site.after = strange
    told = shell("clone", job.id, opened.id, "--yes")
    assert told.code == 1 and "the job's metadata are not all text" in told.err and site.changing == []


@pytest.mark.parametrize(
    ("place", "words"), [(None, "may wait in the public queue"), ("elsewhere", "another session, elsewhere")]
)
def test_a_clone_that_is_not_in_the_session_is_no_success(
    site: Site, shell: Shell, opened: SessionEntry, job: JobEntry, place: str | None, words: str
) -> None:
    made = Reply(201, JSON, json.dumps({"id": "new-1", "session_id": place}).encode())
    site.instead = lambda request: made if request.method == "POST" else None
    told = shell("clone", job.id, opened.id, "--yes")
    assert (told.code, told.out) == (3, "new-1\n") and words in told.err
    site.instead = lambda _: None
    assert words in shell("events", opened.id).out


def test_an_earlier_clone_that_is_not_confirmed_is_looked_for_first(
    site: Site, shell: Shell, opened: SessionEntry, job: JobEntry
) -> None:
    site.after = lambda request, real: own(503) if request.method == "POST" or posts(site) else real
    assert shell("clone", job.id, opened.id, "--yes").code == 3 and len(opened.jobs) == 2
    site.after = lambda _, real: real
    told = shell("clone", job.id, opened.id, "--yes")
    assert (told.code, told.out) == (1, "") and len(posts(site)) == 1
    assert f"an earlier clone of this job exists: {opened.jobs[1].id}. Nothing was sent" in told.err
    # It is recorded now, so that whoever wants another one gets it.
    assert shell("clone", job.id, opened.id, "--yes").code == 0 and len(posts(site)) == 2


def test_where_it_cannot_be_looked_for_nothing_is_sent(
    site: Site, shell: Shell, opened: SessionEntry, job: JobEntry
) -> None:
    site.after = lambda request, real: own(503) if request.method == "POST" or posts(site) else real
    assert shell("clone", job.id, opened.id, "--yes").code == 3
    site.after = lambda request, real: own(403) if request.path.endswith(f"{opened.id}/jobs") else real
    assert shell("clone", job.id, opened.id, "--yes").code == 1 and len(posts(site)) == 1


def test_interrupted_before_the_request_nothing_is_sent(
    site: Site, home: Path, opened: SessionEntry, job: JobEntry
) -> None:
    over, reads = Event(), list[str]()

    def hang(request: Request, real: Reply) -> Reply:
        if request.path.endswith(f"/jobs/{job.id}"):
            reads.append(request.path)
            assert len(reads) < 2 or over.wait(60)  # the second one is for the metadata
        return real

    site.after = hang
    with process("clone", job.id, opened.id, "--yes") as running:
        wait_until(lambda: len(reads) == 2, "the question for the metadata")
        running.popen.send_signal(signal.SIGINT)
        running.finish()
    over.set()
    assert posts(site) == [] and _events(home) == []


def test_a_session_that_ends_while_the_question_is_open_gets_no_request(
    site: Site, home: Path, opened: SessionEntry, job: JobEntry
) -> None:
    environment = clean_environment(home, IONQ_API_URL=site.server.url, IONQ_API_KEY=KEY, IONQ_TUI_PATIENCE="0.4")
    with Terminal(command("clone", "--not-mine", job.id, opened.id), environment) as terminal:
        terminal.wait_for("It is billable. [y/N]")
        with site.cloud.lock:
            site.cloud.end(opened, opened.creator_id)
        terminal.keys("y", "enter")
        assert terminal.wait_exit() == 1
        assert "the session is not running" in terminal.text
    assert posts(site) == []


def _events(home: Path) -> list[tuple[str, str]]:
    (path,) = home.rglob("journal.sqlite3")
    with closing(sqlite3.connect(path)) as journal:
        return journal.execute("SELECT kind, subject FROM event WHERE kind LIKE '%clone%'").fetchall()


def test_a_program_that_is_killed_leaves_what_the_next_one_needs(
    site: Site, shell: Shell, home: Path, opened: SessionEntry, job: JobEntry
) -> None:
    over = Event()

    def hang(request: Request, real: Reply) -> Reply:
        assert request.method != "POST" or over.wait(60)
        return real

    site.after = hang
    with process("clone", job.id, opened.id, "--yes") as running:
        site.wait_asked("POST /jobs/")
        wait_until(lambda: len(opened.jobs) == 2, "the clone")
        running.popen.kill()
        running.finish()
    assert _events(home) == [(EventKind.CLONE_REQUESTED, job.id)]
    over.set()
    told = shell("events", opened.id)
    assert f"job {job.id[-6:]} was cloned: the new job is {opened.jobs[1].id[-6:]}" in told.out
    assert len(posts(site)) == 1


def test_on_a_terminal_it_is_asked_once(site: Site, home: Path, opened: SessionEntry, job: JobEntry) -> None:
    environment = clean_environment(home, IONQ_API_URL=site.server.url, IONQ_API_KEY=KEY, IONQ_TUI_PATIENCE="0.4")
    for keys, code in (("enter", 1), ("y", 0)):
        with Terminal(command("clone", "--not-mine", job.id, opened.id), environment) as terminal:
            terminal.wait_for("It is billable. [y/N]")
            for words in (opened.id, "scan", "the clone may cost more or less", "left"):
                assert words in terminal.text
            assert site.changing == []
            terminal.keys(*([keys] if keys == "enter" else [keys, "enter"]))
            assert terminal.wait_exit() == code
    assert len(posts(site)) == 1 and len(opened.jobs) == 2


def test_sessions_are_completed(site: Site, home: Path, opened: SessionEntry) -> None:
    environ = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "IONQ_API_URL": site.server.url}
    found = answer_to(["clone", "JOB", opened.id[:4]], environ, home)
    assert [one.value for one in found.candidates] == [opened.id]
