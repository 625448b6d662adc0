"""watch: one line per change, until it ended."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import signal
import sys
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from ionq_tui.cli.session_changes import changes
from ionq_tui.engine.clock import SystemClock
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.snapshot import EMPTY_SNAPSHOT, apply_session, recalled
from ionq_tui.simulator.http import Reply, Request
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, Site, process, wait_until
from tests.unit.engine.clock import NOON
from tests.unit.engine.cloud import session as unit_session

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [0-9a-f]{6} \S.*")


def refusal_of(status: int) -> Reply:
    """A refusal in IonQ's own form."""
    return Reply(status, (), json.dumps({"statusCode": status, "error": "Refused", "message": "no"}).encode())


@pytest.fixture(autouse=True)
def quick(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a minute pass in a tenth of a second; only in this process."""
    monkeypatch.setattr(SystemClock, "monotonic", lambda self: time.monotonic() * 600)

    async def wait(self: SystemClock, event: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds / 600, 0.005)):
                await event.wait()
        except TimeoutError:
            return

    monkeypatch.setattr(SystemClock, "wait", wait)


@pytest.fixture
def brisk(home: Path) -> str:
    """A configuration that reads every second."""
    config = home / "brisk.toml"
    config.write_text("poll_interval = 1\n")
    return str(config)


def opened(shell: Shell) -> str:
    return shell("open", FORTE, "--max-jobs", "9", "--yes").out.strip()


def test_each_change_is_a_line_and_the_end_is_the_end(site: Site, brisk: str) -> None:
    session = site.colleague()
    with process("watch", session.id[-6:], "--config", brisk) as watching:
        lines = [watching.read_line()]
        site.job(session)
        lines += [watching.read_line(), watching.read_line()]
        with site.cloud.lock:
            site.cloud.advance()
            site.cloud.end(session, "somebody-else")
        told = watching.finish()
    assert told.code == 0 and told.err == ""
    lines += told.out.splitlines()
    assert all(LINE.fullmatch(line.strip()) for line in lines)
    words = [line.split(maxsplit=2)[2].strip() for line in lines]
    assert words[0] == "session opened" and "session started" in words
    assert any(one.startswith(f"job {session.jobs[0].id[-6:]} ") for one in words)
    assert "session ended by somebody-else" in words


def test_json_is_a_line_per_change_in_the_api_s_own_names(site: Site, shell: Shell) -> None:
    session = site.colleague()
    site.job(session, failure=("NoGood", "it did not work"))
    with site.cloud.lock:
        site.cloud.advance()
        site.cloud.cancel(site.cloud.jobs[session.jobs[0].id])
        site.cloud.end(session, "somebody-else")
    told = shell("watch", session.id, "--json")
    assert told.code == 0
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert {line["session"]["id"] for line in lines} == {session.id}
    assert [line["ionq_tui"]["change"] for line in lines] == ["opened", "started", "ended", "charged"]
    for line in lines:
        assert datetime.fromisoformat(line["ionq_tui"]["at"]).tzinfo is not None
        assert line["ionq_tui"]["at"].endswith("Z")
    assert lines[-1]["session"]["status"] == "ended"
    assert [line["ionq_tui"].get("words") for line in lines if line["ionq_tui"]["change"] == "ended"] == [
        "somebody-else"
    ]


def test_the_steps_of_a_session_are_told_whether_or_not_the_journal_comes_first() -> None:
    over = unit_session("s", status="ended", active=False, created_at=NOON, ended_at=NOON, ender_id="u-7")
    kept = [Event(NOON, EventKind.ENDED, "s", words="u-7"), Event(NOON, EventKind.JOB_COMPLETED, "s", "j1")]
    before = recalled(EMPTY_SNAPSHOT, kept)
    after = apply_session(before, over, NOON)
    assert changes(EMPTY_SNAPSHOT, before, NOON) == []
    assert {one.what for one in changes(before, after, NOON)} == {"opened", "started", "ended"}
    assert changes(after, after, NOON) == []


def test_json_says_who_ended_it_where_it_was_you(site: Site, shell: Shell) -> None:
    session_id = opened(shell)
    assert shell("end", session_id, "--yes").code == 0
    lines = [json.loads(line) for line in shell("watch", session_id, "--json").out.splitlines()]
    assert [line["ionq_tui"].get("words") for line in lines if line["ionq_tui"]["change"] == "ended"] == ["you"]
    assert lines[-1]["session"]["ender_id"] not in ("", "you", None)


def test_a_job_that_fails_is_told_with_its_reason(site: Site, brisk: str) -> None:
    session = site.colleague()
    site.job(session)
    with process("watch", session.id, "--json", "--config", brisk) as watching:
        seen = [json.loads(watching.read_line()) for _ in range(3)]
        job = next(one for one in seen if "job" in one)
        assert job["job"]["id"] == session.jobs[0].id
        assert job["ionq_tui"]["change"] == "status"
        assert job["job"]["status"] in {"submitted", "ready", "started"}
        with site.cloud.lock:
            site.cloud.advance()
            session.jobs[0].failure = ("NoGood", "it did not work")
            site.cloud._close(session.jobs[0], "failed")
        failed = json.loads(watching.read_line())
        while failed["ionq_tui"]["change"] == "status":
            failed = json.loads(watching.read_line())
        watching.popen.send_signal(signal.SIGINT)
        assert watching.finish().code == 130
    assert failed["ionq_tui"]["change"] == "job failed"
    assert "NoGood" in failed["ionq_tui"]["words"]
    assert failed["job"]["status"] == "failed"
    assert site.changing == []


def test_what_nobody_uses_is_ended(site: Site, shell: Shell) -> None:
    session = opened(shell)
    site.asked.clear()
    told = shell("watch", session, "--end-when-idle", "15m", "--yes")
    assert told.code == 0
    assert "15 minutes" in told.err
    assert "session ended" in told.out.splitlines()[-2] and " jobs, charged " in told.out.splitlines()[-1]
    assert site.changing == [f"POST /sessions/{session}/end"]


def test_what_is_used_is_not_ended(site: Site, shell: Shell) -> None:
    session = opened(shell)
    entry = site.cloud.sessions[session]
    site.job(entry)
    site.asked.clear()
    looks = 0

    def finish_late(request: Request) -> Reply | None:
        nonlocal looks
        looks += request.path == f"/v0.4/sessions/{session}"
        if looks == 100:  # far more than the fifteen minutes of idleness later
            site.cloud.cancel(entry.jobs[0])
        assert looks >= 100 or request.method == "GET"
        return None

    site.instead = finish_late
    told = shell("watch", session, "--end-when-idle", "1m", "--yes")
    assert told.code == 0 and looks > 100
    assert site.changing == [f"POST /sessions/{session}/end"]


def test_an_end_goes_on_until_it_is_confirmed_and_says_what_it_waits_for(site: Site, shell: Shell) -> None:
    session = opened(shell)
    entry = site.cloud.sessions[session]
    failed = 0

    def fail(request: Request) -> Reply | None:
        nonlocal failed
        if request.path.endswith("/end") and failed < 5:
            failed += 1
            if failed == 2:
                site.job(entry)  # it was decided: a job that comes now changes nothing
            return Reply(500, (), b"")
        return None

    site.instead = fail
    told = shell("watch", session, "--end-when-idle", "1m", "--yes")
    assert told.code == 0 and site.running == []
    assert failed == 5 and entry.jobs
    assert "STILL OPEN" in told.err
    assert f"waiting for IonQ to confirm the end of {session[-6:]}" in told.err
    assert " session ended" in told.out


def test_an_end_by_somebody_else_is_noticed_while_ours_is_refused(site: Site, shell: Shell) -> None:
    session = opened(shell)
    refused = 0

    def refuse(request: Request) -> Reply | None:
        nonlocal refused
        if not request.path.endswith("/end"):
            return None
        refused += 1
        if refused == 3:
            site.cloud.end(site.cloud.sessions[session], "somebody-else")
        return refusal_of(404)

    site.instead = refuse
    told = shell("watch", session, "--end-when-idle", "1m", "--yes")
    assert told.code == 0 and refused >= 3
    assert "session ended by somebody-else" in told.out.splitlines()[-2]


@pytest.mark.parametrize(("what", "status"), [("", 401), ("", 403), ("", 404), ("/jobs", 403), ("/jobs", 404)])
def test_a_refusal_that_lasts_is_told_and_nothing_is_ended(site: Site, shell: Shell, what: str, status: int) -> None:
    session = opened(shell)
    site.asked.clear()
    hidden = f"/v0.4/sessions/{session}{what}"
    site.instead = lambda request: refusal_of(status) if request.path == hidden else None
    told = shell("watch", session, "--end-when-idle", "1m", "--yes")
    assert told.code == 1
    assert told.err.count("it is unknown whether the session is idle, and it is not ended") > 1
    assert "for 10 min" in told.err and "it was not ended" in told.err
    assert f"ionq-tui show {session}" in told.err and f"ionq-tui end {session} --yes" in told.err
    assert site.changing == []


@pytest.mark.parametrize("what", ["", "/jobs"])
@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_that_passes_does_not_end_the_guard(site: Site, shell: Shell, what: str, status: int) -> None:
    session = opened(shell)
    site.asked.clear()
    looks = 0

    def refuse(request: Request) -> Reply | None:
        nonlocal looks
        looks += request.path == f"/v0.4/sessions/{session}{what}"
        return refusal_of(status) if looks in (2, 3) and request.path.endswith(f"{session}{what}") else None

    site.instead = refuse
    told = shell("watch", session, "--end-when-idle", "15m", "--yes")
    assert told.code == 0 and looks > 3
    assert "it is unknown whether the session is idle" in told.err
    assert site.changing == [f"POST /sessions/{session}/end"]


def test_a_refusal_ends_a_watch_that_guards_nothing(site: Site, shell: Shell) -> None:
    session = opened(shell)
    site.instead = lambda request: refusal_of(403) if request.path.endswith(session) else None
    told = shell("watch", session)
    assert told.code == 1 and "this API key is not allowed to do that" in told.err


def test_a_silence_of_the_server_is_no_idleness(site: Site, shell: Shell) -> None:
    session = opened(shell)
    site.asked.clear()
    hidden = 0

    def mute(request: Request) -> Reply | None:
        nonlocal hidden
        if request.path.endswith("/jobs") and hidden < 30:
            hidden += 1
            return Reply(503, (), b"")
        assert hidden == 30 or request.method == "GET"
        return None

    site.instead = mute
    assert shell("watch", session, "--end-when-idle", "1m", "--yes").code == 0
    assert site.running == []


@pytest.mark.parametrize("spoil", ["id", "parent"])
def test_jobs_that_are_not_understood_are_no_idleness(site: Site, shell: Shell, spoil: str) -> None:
    session = opened(shell)
    entry = site.cloud.sessions[session]
    site.job(entry)
    looks = 0

    def after(request: Request, reply: Reply) -> Reply:
        nonlocal looks
        if not request.path.endswith("/jobs") or reply.status != 200:
            return reply
        looks += 1
        if looks == 60:
            assert entry.active
            site.cloud.cancel(entry.jobs[0])
        told = json.loads(reply.body)
        for job in told["jobs"]:
            if job["status"] in ("submitted", "ready", "started"):
                job.update({"id": 17} if spoil == "id" else {"parent_job_id": "of-another-session"})
        return Reply(reply.status, reply.headers, json.dumps(told).encode())

    site.after = after
    assert shell("watch", session, "--end-when-idle", "1m", "--yes").code == 0
    assert looks > 60 and site.running == []


def test_a_job_that_came_while_nothing_was_heard_is_seen_before_ending(site: Site, shell: Shell) -> None:
    session = opened(shell)
    entry = site.cloud.sessions[session]
    site.asked.clear()
    looks = 0

    def fall_silent(request: Request) -> Reply | None:
        nonlocal looks
        looks += request.path == f"/v0.4/sessions/{session}"
        if looks == 2 and not entry.jobs:
            site.job(entry)
        if looks == 60:
            site.cloud.cancel(entry.jobs[0])
        assert looks >= 60 or request.method == "GET"
        return Reply(503, (), b"") if 2 <= looks <= 20 else None

    site.instead = fall_silent
    assert shell("watch", session, "--end-when-idle", "1m", "--yes").code == 0
    assert looks > 60 and site.running == []


def test_a_line_that_breaks_is_said_once_and_mends(site: Site, shell: Shell) -> None:
    session = opened(shell)
    looks = 0

    def waver(request: Request) -> Reply | None:
        nonlocal looks
        if request.path == f"/v0.4/sessions/{session}":
            looks += 1
            if 2 <= looks <= 5:
                raise ConnectionError
            if looks == 8:
                site.cloud.end(site.cloud.sessions[session], None)
        return None

    site.instead = waver
    told = shell("watch", session)
    assert told.code == 0
    assert told.err.count("IonQ cannot be reached") == 1 and "connection restored" in told.err


@pytest.mark.parametrize(
    "wrong",
    [
        ["x", "--end-when-idle", "15m"],
        ["x", "--end-when-idle", "soon", "--yes"],
        ["x", "--end-when-idle", "0", "--yes"],
    ],
)
def test_wrong_usage_sends_nothing(site: Site, shell: Shell, wrong: list[str]) -> None:
    assert shell("watch", "abc", *wrong).code == 2
    assert site.asked == []


def test_read_only_watches_and_never_ends(site: Site, shell: Shell) -> None:
    session = opened(shell)
    site.asked.clear()
    assert shell("watch", session, "--end-when-idle", "1m", "--yes", "--read-only").code == 1
    site.cloud.end(site.cloud.sessions[session], None)
    assert shell("watch", session, "--read-only").code == 0
    assert site.changing == []


def test_what_is_not_ours_is_not_ended_when_idle(site: Site, shell: Shell) -> None:
    theirs = site.colleague()
    told = shell("watch", theirs.id, "--end-when-idle", "1m", "--yes")
    assert told.code == 2 and "--not-mine" in told.err
    assert site.changing == []
    assert shell("watch", theirs.id, "--end-when-idle", "1m", "--not-mine", "--yes").code == 0
    assert site.running == []


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_reader_that_leaves_is_no_bug(site: Site, brisk: str, form: tuple[str, ...]) -> None:
    session = site.colleague()
    with process("watch", session.id, "--config", brisk, *form) as watching:
        assert watching.read_line()
        assert watching.popen.stdout is not None
        watching.popen.stdout.close()
        watching.popen.stdout = None
        site.job(session)
        told = watching.finish()
    assert told.code == 141 and told.err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_told_in_words(site: Site) -> None:
    session = site.colleague()
    with open("/dev/full", "w", encoding="utf-8") as full, process("watch", session.id, stdout=full.fileno()) as one:
        told = one.finish()
    assert told.code == 1
    assert told.err.strip() == "ionq-tui: the output could not be written: No space left on device"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_what_is_idle_is_ended_though_nothing_can_be_written(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(shell)
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert shell("watch", session, "--end-when-idle", "1m", "--yes").code == 0
    assert site.running == []


def test_a_time_that_is_none_is_answered_with_times_that_are(site: Site, shell: Shell) -> None:
    told = shell("watch", site.colleague().id, "--end-when-idle", "x", "--yes")
    assert told.code == 2 and "'x' is not a time such as 15m" in told.err


def test_two_that_watch_the_same_tell_the_user_s_command_of_the_end_once(site: Site, home: Path) -> None:
    told, script = home / "told", home / "hook.py"
    script.write_text(f"import sys\nopen({str(told)!r}, 'a').write(sys.stdin.read())\n")
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}"
    config = home / "hook.toml"
    config.write_text(f"poll_interval = 1\non_event = {json.dumps(command)}\n")
    session = site.colleague()
    with ExitStack() as both:
        watching = [both.enter_context(process("watch", session.id, "--config", str(config))) for _ in range(2)]
        for one in watching:
            assert " session " in one.read_line()
        with site.cloud.lock:
            site.cloud.advance()
            site.cloud.end(session, "somebody-else")
        assert [one.finish().code for one in watching] == [0, 0]
    wait_until(lambda: told.exists() and "ended" in told.read_text(), "the command is told")
    kinds = [json.loads(line)["kind"] for line in told.read_text().splitlines()]
    assert sorted(kinds) == sorted(set(kinds)) and kinds.count("ended") == 1, kinds


def test_our_own_session_is_guarded_whatever_a_list_says(site: Site, shell: Shell) -> None:
    session_id = shell("open", "qpu.forte-1", "--max-jobs", "3", "--yes").out.strip()
    site.instead = lambda request: Reply(503, (), b"") if request.path.endswith("/sessions") else None
    with process("watch", session_id, "--end-when-idle", "1m", "--yes", IONQ_TUI_PATIENCE="0.01") as watching:
        told = watching.finish()
    assert told.code == 0 and site.running == [], told.err
