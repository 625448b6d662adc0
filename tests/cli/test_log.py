"""`--log FILE`: each request, each decision and what came of it, each error; no key, no header, no body."""

from __future__ import annotations

import logging
import os
import re
import stat
from pathlib import Path

import pytest

from ionq_tui.simulator.http import Reply, Request
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, KEY, Site, process

LIMITS = ("--max-jobs", "3", "--yes")
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG  |INFO   |WARNING|ERROR  ) ionq_tui[.\w]* \S.*")
REQUEST = r"DEBUG   ionq_tui\.request {} {} {} \d+ ms request \S+"


def lines_of(log: Path) -> list[str]:
    lines = log.read_text().splitlines()
    assert lines and all(LINE.fullmatch(line) or line.startswith("    ") for line in lines), lines
    assert KEY not in log.read_text() and "uthorization" not in log.read_text()
    return lines


def test_it_tells_requests_decisions_and_what_came_of_them(site: Site, shell: Shell, home: Path) -> None:
    log = home / "log"
    assert shell("--log", str(log), "open", FORTE, *LIMITS).code == 0
    (session_id,) = site.running
    assert shell("--log", str(log), "end", session_id, "--yes").code == 0
    text = "\n".join(lines_of(log))
    assert text.count(", profile default, http://127.0.0.1") == 2 and text.count("exit code 0") == 2
    asked = text.index(f"INFO    ionq_tui.action open: requested on {FORTE}, 3j")
    posted = re.search(REQUEST.format("POST", "/v0.4/sessions", "201"), text)
    assert posted is not None and asked < posted.start() < text.index(f"open: {FORTE}: opened {session_id}")
    ending = text.index(f"INFO    ionq_tui.action end: requested for {session_id}")
    ended = re.search(REQUEST.format("POST", f"/v0.4/sessions/{session_id}/end", "200"), text)
    assert ended is not None and ending < ended.start() < text.index(f"end: {session_id}: confirmed ended")
    assert len(re.findall(r"ionq_tui\.request", text)) == len(site.asked)
    assert "job_count_limit" not in text


def test_failures_are_told_with_status_and_id_and_without_what_the_server_wrote(
    site: Site, shell: Shell, home: Path
) -> None:
    said = b'{"statusCode": 402, "error": "Payment Required", "message": "a body of its own"}'

    def poor(request: Request) -> Reply | None:
        if request.method == "POST":
            return Reply(402, (("Content-Type", "application/json"), ("X-Request-Id", "req-77")), said)
        return None

    site.instead = poor
    assert shell("--log", str(home / "log"), "open", FORTE, *LIMITS).code == 1
    text = "\n".join(lines_of(home / "log"))
    assert re.search(r"WARNING ionq_tui\.request POST /v0\.4/sessions 402 \d+ ms request req-77", text)
    assert re.search(rf"WARNING ionq_tui\.action open: {FORTE}: nothing was opened: ", text)
    assert "exit code 1" in text
    site.go_away()
    assert shell("--log", str(home / "log"), "ls").code == 1
    text = "\n".join(lines_of(home / "log"))
    assert re.search(r"WARNING ionq_tui\.request GET /v0\.4/sessions failed \(.+\) \d+ ms", text)
    assert re.search(r"INFO    ionq_tui\.command message: .*IonQ cannot be reached", text)


def test_an_unreadable_reply_and_a_wrong_session_are_told(site: Site, shell: Shell, home: Path) -> None:
    site.instead = lambda request: Reply(200, (), b"<html>secret page") if request.method == "GET" else None
    assert shell("--log", str(home / "log"), "backends").code == 1
    text = "\n".join(lines_of(home / "log"))
    assert "GET /backends: the reply cannot be used" in text and "secret page" not in text.split("ionq_tui.command")[0]


@pytest.mark.parametrize(
    ("level", "told", "silent"),
    [
        ("debug", ["ionq_tui.request", "ionq_tui.action"], []),
        ("info", ["ionq_tui.action", "exit code"], ["DEBUG"]),
        ("warning", [], ["DEBUG", "INFO"]),
        ("error", [], ["DEBUG", "INFO", "WARNING"]),
    ],
)
def test_a_level_can_be_chosen(
    level: str, told: list[str], silent: list[str], site: Site, shell: Shell, home: Path
) -> None:
    assert shell("--log", str(home / "log"), "--log-level", level, "open", FORTE, *LIMITS).code == 0
    text = (home / "log").read_text()
    assert all(words in text for words in told) and not any(words in text for words in silent)


def test_a_level_without_a_file_and_an_unknown_one_are_wrong_usage(site: Site, shell: Shell, home: Path) -> None:
    told = shell("--log-level", "info", "ls")
    assert told.code == 2 and "--log FILE" in told.err
    assert shell("--log", str(home / "log"), "--log-level", "loud", "ls").code == 2
    assert site.asked == []


@pytest.mark.parametrize("option", ["--log", "--config", "--profile"])
@pytest.mark.parametrize("command", ["ls", "doctor", "backends"])
def test_an_empty_value_is_not_taken_for_none(site: Site, shell: Shell, option: str, command: str) -> None:
    for argv in ([option, "", command], [command, f"{option}="]):
        told = shell(*argv)
        assert (told.code, told.out) == (2, "") and f"argument {option}: must not be empty" in told.err
    assert site.asked == []


def test_a_new_file_is_its_owner_s_alone_and_one_that_exists_keeps_its_mode(
    site: Site, shell: Shell, home: Path
) -> None:
    before = os.umask(0)
    try:
        assert shell("--log", str(home / "new"), "ls").code == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((home / "new").stat().st_mode) == 0o600
    old = home / "old"
    old.write_text("what was there before\n")
    old.chmod(0o640)
    (home / "link").symlink_to(old)
    assert shell("--log", str(home / "link"), "ls").code == 0
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert old.read_text().startswith("what was there before\n") and "ionq_tui.request" in old.read_text()


def test_a_pipe_that_nobody_reads_is_refused_and_a_full_disk_costs_a_line(site: Site, shell: Shell, home: Path) -> None:
    os.mkfifo(home / "pipe")
    told = shell("--log", str(home / "pipe"), "ls")
    assert told.code == 2 and "--log" in told.err and site.asked == []
    if Path("/dev/full").exists():
        told = shell("--log", "/dev/full", "ls")
        assert told.code == 0 and told.err.splitlines() == [
            "no active sessions",
            "the log /dev/full is incomplete: No space left on device",
        ]


def test_a_reader_that_reads_nothing_holds_nobody_up(site: Site, shell: Shell, home: Path) -> None:
    os.mkfifo(home / "pipe")
    reader = os.open(home / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        filler = os.open(home / "pipe", os.O_WRONLY | os.O_NONBLOCK)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(filler, b"x" * 4096)
        os.close(filler)
        assert shell("--log", str(home / "pipe"), "ls").code == 0
    finally:
        os.close(reader)


def test_hostile_words_stay_on_their_line(site: Site, shell: Shell, home: Path) -> None:
    hostile = "a\x1b[31m\u202eb\nERROR forged"
    site.instead = lambda request: (
        Reply(500, (("X-Request-Id", "r\x7f1"),), b'{"message": "x"}') if request.method == "GET" else None
    )
    shell("--log", str(home / "log"), "show", "abc")
    logging.getLogger("ionq_tui.session").warning("%s", hostile)
    assert "forged" not in (home / "log").read_text()  # the file is closed by then
    assert not set("\x1b\u202e\x7f") & set((home / "log").read_text())
    lines_of(home / "log")


def test_without_a_log_nothing_is_set_up_and_nothing_is_told_twice(site: Site, shell: Shell) -> None:
    site.go_away()
    told = shell("ls")
    assert told.code == 1 and told.err.count("\n") == 1
    assert logging.getLogger("ionq_tui").handlers == []


def test_whoever_is_ended_by_a_signal_has_written_its_log(site: Site, home: Path) -> None:
    session = site.colleague()
    with process("--log", str(home / "log"), "watch", session.id) as watching:
        site.wait_asked(f"GET /sessions/{session.id}")
        watching.popen.terminate()
        told = watching.finish()
    lines = lines_of(home / "log")
    assert f"exit code {told.code}" in lines[-1]
