"""open: what it costs is said first, and it happens once."""

from __future__ import annotations

import json
import re
import shlex
import signal
import sys
import threading
from pathlib import Path

import pytest

from ionq_tui.simulator.http import Reply, Request
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, Site, process

OPEN = ["open", FORTE, "--max-jobs", "3", "--yes"]


def test_open_prints_the_id_alone(site: Site, shell: Shell) -> None:
    told = shell("open", FORTE, "--max-jobs", "40", "--max-time", "1h30m", "--max-cost", "30.50usd", "--yes")
    assert told.code == 0
    assert [told.out.strip()] == site.running and told.out.count("\n") == 1
    assert f"ionq-tui end {site.running[0]} --yes" in told.err
    assert site.changing == ["POST /sessions"]
    terms = site.cloud.sessions[site.running[0]].terms
    assert (terms.jobs, terms.minutes, str(terms.money), terms.unit) == (40, 90, "30.5", "usd")


def test_where_nothing_can_be_kept_the_command_that_is_named_ends_it_all_the_same(
    site: Site, shell: Shell, home: Path
) -> None:
    (home / "state").write_text("no folder")
    told = shell("--log", str(home / "log"), *OPEN)
    assert told.code == 0 and "kept in memory only" in told.err
    named = re.search(r"end it with ionq-tui (.*)", told.err)
    assert named is not None
    assert shell("ls").err.count("kept in memory only") == 1
    told = shell("id")
    assert (
        told.code == 1 and told.err.count("kept in memory only") == 1 and "it is not known which sessions" in told.err
    )
    assert shell(*shlex.split(named[1])).code == 0
    assert site.running == []


def test_open_as_json_is_the_session_and_what_is_ours(site: Site, shell: Shell) -> None:
    session = shell(*OPEN, "--label", "vqe run", "--json").json
    assert [session["id"]] == site.running
    assert (session["status"], session["active"], session["backend"]) == ("created", True, FORTE)
    assert session["settings"] == {"job_count_limit": 3}
    assert session["ionq_tui"] == {
        "owner": "you",
        "opened_on_this_machine": True,
        "label": "vqe run",
        "short_id": session["id"][-6:],
        "schema_version": 1,
        "ends_at": None,  # only jobs are limited, and IonQ named no end
        "ends_at_source": None,
    }
    listed = shell("ls", "--json").json["sessions"]
    assert listed[0]["ionq_tui"]["owner"] == "you" and listed[0]["ionq_tui"]["label"] == "vqe run"


def test_no_limit_must_be_said(site: Site, shell: Shell) -> None:
    assert shell("open", FORTE, "--no-limit", "--yes").code == 0
    assert not site.cloud.sessions[site.running[0]].terms.given


@pytest.mark.parametrize(
    "wrong",
    [
        [FORTE, "--yes"],
        [FORTE, "--max-jobs", "3"],
        [FORTE, "--max-jobs", "3", "--no-limit", "--yes"],
        [FORTE, "--max-jobs", "0", "--yes"],
        [FORTE, "--max-jobs=-1", "--yes"],
        [FORTE, "--max-jobs", "2147483648", "--yes"],
        [FORTE, "--max-jobs", "1.5", "--yes"],
        [FORTE, "--max-jobs", "١٢", "--yes"],
        [FORTE, "--max-time", "NaN", "--yes"],
        [FORTE, "--max-time", "0m", "--yes"],
        [FORTE, "--max-cost", "1,5", "--yes"],
        [FORTE, "--max-cost", "0", "--yes"],
        [FORTE, "--max-cost", "1e9", "--yes"],
        [FORTE, "--max-cost", "1.234", "--yes"],
        [FORTE, "--max-jobs", " ", "--yes"],
        [FORTE, "--max-jobs", "3", "--label", "a\udcffb", "--yes"],
        ["\udcff", "--max-jobs", "3", "--yes"],
        ["--max-jobs", "3", "--yes"],
        [FORTE, "--max-jobs", "3", "--yes", "--what"],
        [FORTE, "--max-j", "3", "--yes"],
    ],
)
@pytest.mark.parametrize("command", ["open", "run"])
def test_wrong_usage_sends_nothing(site: Site, shell: Shell, command: str, wrong: list[str]) -> None:
    tail = ["--", "true"] if command == "run" else []
    told = shell(command, *wrong, *tail)
    assert (told.code, told.out) == (2, "")
    assert told.err
    assert site.asked == []


@pytest.mark.parametrize(
    ("backend", "words"),
    [("qpu.nowhere-1", "unknown backend"), ("qpu.harmony", "retired"), ("qpu.aria-2", "unavailable")],
)
def test_a_backend_that_cannot_be_had_is_refused(site: Site, shell: Shell, backend: str, words: str) -> None:
    told = shell("open", backend, "--max-jobs", "3", "--yes")
    assert (told.code, told.out) == (1, "")
    assert words in told.err
    assert site.changing == []


def test_read_only_opens_nothing(site: Site, shell: Shell) -> None:
    for command in ([*OPEN, "--read-only"], ["--read-only", *OPEN]):
        told = shell(*command)
        assert (told.code, told.out) == (1, "")
        assert "read-only" in told.err
    assert site.changing == []


def test_write_overrules_a_profile_that_only_reads(site: Site, shell: Shell, home: Path) -> None:
    config = home / "ours.toml"
    config.write_text('profile = "lab"\n[profiles.lab]\nread_only = true\n')
    assert shell("--config", str(config), *OPEN).code == 1
    assert shell("--config", str(config), "--write", *OPEN).code == 0
    assert len(site.changing) == 1


def test_a_refused_key_opens_nothing(site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_API_KEY", "revoked")
    told = shell(*OPEN)
    assert (told.code, told.out) == (1, "")
    assert "refused" in told.err and "nothing was opened" in told.err and site.changing == []


def test_a_refusal_of_the_server_opened_nothing(site: Site, shell: Shell) -> None:
    body = json.dumps({"statusCode": 403, "error": "Forbidden", "message": "no budget"}).encode()
    json_type = (("Content-Type", "application/json"),)
    site.instead = lambda request: Reply(403, json_type, body) if request.method == "POST" else None
    told = shell(*OPEN)
    assert (told.code, told.out) == (1, "")
    assert "nothing was opened" in told.err and "no budget" in told.err


def _commit_and_cut(site: Site) -> None:
    def cut(request: Request, reply: Reply) -> Reply:
        if request.method == "POST":
            raise ConnectionError
        return reply

    site.after = cut


def test_a_lost_reply_is_one_request_and_a_question(site: Site, shell: Shell) -> None:
    _commit_and_cut(site)
    told = shell(*OPEN)
    assert (told.code, told.out) == (3, "")
    assert "may have been opened" in told.err
    assert f"ionq-tui show {site.running[0]}" in told.err
    later = shell("ls")
    assert later.code == 0 and "may have been opened" in later.err
    assert site.running[0][-6:] in later.out
    assert site.changing == ["POST /sessions"]


def test_a_lost_reply_is_answered_where_it_can_only_be_ours(site: Site, shell: Shell) -> None:
    first = shell("open", FORTE, "--max-jobs", "9", "--yes").out.strip()
    _commit_and_cut(site)
    told = shell(*OPEN)
    assert told.code == 0
    assert [told.out.strip()] == [one for one in site.running if one != first]
    assert "found after the reply was lost" in told.err
    assert site.changing == ["POST /sessions"] * 2


def test_a_server_error_with_nothing_to_find_is_a_question(site: Site, shell: Shell) -> None:
    site.instead = lambda request: Reply(500, (), b"oops") if request.method == "POST" else None
    told = shell(*OPEN)
    assert (told.code, told.out) == (3, "")
    assert "ionq-tui ls" in told.err
    assert site.changing == ["POST /sessions"]


def test_an_id_that_cannot_be_printed_is_not_forgotten(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        told = shell(*OPEN)
    assert told.code == 3
    assert f"the session {site.running[0]} is open" in told.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_an_interruption_waits_for_what_was_sent(site: Site, number: signal.Signals) -> None:
    go_on = threading.Event()
    site.instead = lambda request: None if request.method == "GET" or go_on.wait(10) else Reply(500, (), b"")
    with process(*OPEN, IONQ_TUI_PATIENCE="1") as opening:
        site.wait_asked("POST /sessions")
        opening.popen.send_signal(number)
        assert opening.popen.stderr is not None
        assert "interrupted" in opening.popen.stderr.readline()
        opening.popen.send_signal(number)  # a second one is no reason to forget a session
        go_on.set()
        told = opening.finish()
    assert told.code == 0
    assert [told.out.strip()] == site.running
    assert "is open" in told.err and f"ionq-tui end {site.running[0]} --yes" in told.err
    assert site.changing == ["POST /sessions"]


def test_an_interruption_waits_for_a_bounded_time(site: Site, shell: Shell) -> None:
    go_on = threading.Event()
    site.instead = lambda request: None if request.method == "GET" or go_on.wait(30) else Reply(500, (), b"")
    with process(*OPEN, IONQ_TUI_PATIENCE="0.3") as opening:
        site.wait_asked("POST /sessions")
        opening.popen.send_signal(signal.SIGTERM)
        told = opening.finish(8.0)  # it would take 10 s to wait for the reply and to look for what came of it
    go_on.set()
    assert (told.code, told.out) == (3, "")
    assert "a session may have been opened" in told.err and "ionq-tui ls" in told.err
    assert site.changing == ["POST /sessions"]


def test_an_interruption_names_what_looking_has_shown(site: Site) -> None:
    _commit_and_cut(site)
    with process(*OPEN, IONQ_TUI_PATIENCE="0.4") as opening:
        site.wait_looked()
        opening.popen.send_signal(signal.SIGTERM)
        told = opening.finish()
    assert (told.code, told.out) == (3, "")
    assert "a session may have been opened" in told.err
    assert f"ionq-tui show {site.running[0]}" in told.err
    assert site.changing == ["POST /sessions"]


def test_an_interruption_before_anything_was_sent_opens_nothing(site: Site) -> None:
    go_on = threading.Event()

    def hang(request: Request) -> Reply | None:
        go_on.wait(10)
        return None

    site.instead = hang
    with process(*OPEN) as opening:
        site.wait_asked("GET /whoami")
        opening.popen.send_signal(signal.SIGINT)
        told = opening.finish()
        go_on.set()
    assert (told.code, told.out) == (130, "")
    assert site.changing == []
