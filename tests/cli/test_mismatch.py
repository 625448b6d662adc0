"""open and run where IonQ sets other limits than were asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ionq_tui.simulator.http import Reply, Request
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, Site

Facts = dict[str, Any]
Change = Callable[[Facts], None]
LIMITS = [FORTE, "--max-jobs", "40", "--max-time", "90", "--max-cost", "30", "--yes"]
LOUD = "IonQ set different limits than requested: "


def setting(**values: object) -> Change:
    return lambda told: told["settings"].update(values)


def without_settings(told: Facts) -> None:
    told["settings"] = None


def elsewhere(told: Facts) -> None:
    told["backend"] = "qpu.aria-1"


CHANGES = [
    (setting(job_count_limit=None), "jobs 40 asked, NO LIMIT given"),
    (
        without_settings,
        "jobs 40 asked, NO LIMIT given; time 90 min asked, NO LIMIT given; cost 30.00 usd asked, NO LIMIT given",
    ),
    (setting(duration_limit_min=480), "time 90 min asked, 480 min given"),
    (setting(job_count_limit=10), "jobs 40 asked, 10 given"),
    (setting(cost_limit={"value": 30, "unit": "credit"}), "cost 30.00 usd asked, 30.00 credit given"),
    (elsewhere, "backend qpu.forte-1 asked, qpu.aria-1 given"),
    (
        lambda told: told.update(backend={"name": FORTE}),
        'backend qpu.forte-1 asked, unreadable value {"name": "qpu.forte-1"} given',
    ),
    (setting(duration_limit_min=90.5), "time 90 min asked, unreadable value 90.5 given"),
    (setting(duration_limit_min="PT90M"), 'time 90 min asked, unreadable value "PT90M" given'),
    (setting(duration_limit_min=-1), "time 90 min asked, unreadable value -1 given"),
    (setting(cost_limit=30), "cost 30.00 usd asked, unreadable value 30 given"),
    (
        setting(duration_limit_min=None, duration_limit_sec=5400),
        "time 90 min asked, unknown setting duration_limit_sec 5400 given",
    ),
    (setting(job_count_limit="40"), 'jobs 40 asked, unreadable value "40" given'),
]
IDS = [
    *("dropped", "all dropped", "raised", "clamped", "other unit", "other backend"),
    *("backend object", "fraction", "duration", "negative", "bare money", "unknown setting", "a string"),
]


def bend(site: Site, change: Change) -> None:
    """Let every reply about a session be changed so."""

    def after(request: Request, reply: Reply) -> Reply:
        if reply.status >= 300 or "/sessions" not in request.path or request.path.endswith("/jobs"):
            return reply
        told = json.loads(reply.body)
        for one in told.get("sessions", [told]):
            change(one)
        return Reply(reply.status, reply.headers, json.dumps(told).encode())

    site.after = after


@pytest.mark.parametrize(("change", "words"), CHANGES, ids=IDS)
def test_open_warns_and_goes_on(site: Site, shell: Shell, change: Change, words: str) -> None:
    bend(site, change)
    told = shell("open", *LIMITS)
    assert (told.code, told.out.split()) == (0, site.running)
    (warning,) = [line for line in told.err.splitlines() if "warning" in line]
    assert warning.startswith(f"ionq-tui: warning: {site.running[0][-6:]}: IonQ") and warning.endswith(words)
    assert site.changing == ["POST /sessions"]


@pytest.mark.parametrize(("change", "words"), CHANGES, ids=IDS)
@pytest.mark.parametrize("command", ["open", "run"])
def test_strict_limits_end_it_at_once(
    site: Site, shell: Shell, home: Path, command: str, change: Change, words: str
) -> None:
    bend(site, change)
    ran = home / "ran"
    tail = ["--", sys.executable, "-c", f"open({str(ran)!r}, 'w')"] if command == "run" else []
    told = shell(command, *LIMITS, "--strict-limits", *tail)
    assert (told.code, told.out) == (1, "")
    assert words in told.err and "--strict-limits: ending the session" in told.err
    assert site.running == [] and not ran.exists()
    (session_id,) = site.cloud.sessions
    assert f"{session_id[-6:]} ended" in told.err
    assert site.changing == ["POST /sessions", f"POST /sessions/{session_id}/end"]


def test_a_limit_that_was_added_by_default_is_told_too(site: Site, shell: Shell) -> None:
    bend(site, setting(duration_limit_min=480))
    told = shell("open", FORTE, "--max-jobs", "40", "--yes")
    assert told.code == 0 and LOUD + "time no limit asked, 480 min given" in told.err


@pytest.mark.parametrize("command", ["open", "run"])
def test_what_is_as_asked_is_not_told_whatever_its_form(site: Site, shell: Shell, command: str) -> None:
    bend(site, setting(job_count_limit=40.0, cost_limit={"value": 30.00, "unit": "USD"}))
    told = shell(command, *LIMITS, "--strict-limits", *(["--", "true"] if command == "run" else []))
    assert told.code == 0 and "warning" not in told.err


def test_run_warns_and_runs_its_command(site: Site, shell: Shell) -> None:
    bend(site, without_settings)
    told = shell("run", *LIMITS, "--", sys.executable, "-c", "print('ran')")
    assert (told.code, told.out) == (0, "ran\n")
    assert told.err.index(LOUD) < told.err.index("ended")


@pytest.mark.parametrize("command", ["open", "run"])
def test_an_end_that_is_not_confirmed_is_3_with_the_id_and_what_to_do(
    site: Site, shell: Shell, home: Path, command: str
) -> None:
    bend(site, setting(job_count_limit=None))
    site.instead = lambda request: Reply(500, (), b"oops") if request.path.endswith("/end") else None
    ran = home / "ran"
    tail = ["--end-within", "1m", "--", sys.executable, "-c", f"open({str(ran)!r}, 'w')"] if command == "run" else []
    told = shell(command, *LIMITS, "--strict-limits", *tail)
    (session_id,) = site.running
    assert (told.code, told.out) == (3, "") and not ran.exists()
    assert LOUD in told.err
    assert f"ionq-tui show {session_id}" in told.err and f"ionq-tui end {session_id} --yes" in told.err
    assert len([one for one in site.changing if one.endswith("/end")]) > 1


def test_json_holds_what_differs(site: Site, shell: Shell) -> None:
    bend(site, setting(job_count_limit=None, cost_limit={"value": 30, "unit": "credit"}))
    session = shell("open", *LIMITS, "--json").json
    assert session["ionq_tui"]["limit_mismatch"] == {
        "job_count_limit": {"how": "absent", "asked": 40, "given": None},
        "cost_limit": {
            "how": "unit",
            "asked": {"unit": "usd", "value": 30.0},
            "given": {"unit": "credit", "value": 30.0},
        },
    }
    later = shell("ls", "--json").json["sessions"][0]
    assert later["ionq_tui"]["limit_mismatch"] == session["ionq_tui"]["limit_mismatch"]


def test_a_later_command_still_knows_it_and_the_timeline_keeps_it(site: Site, shell: Shell) -> None:
    bend(site, setting(job_count_limit=None))
    session_id = shell("open", *LIMITS).out.strip()
    told = shell("show", session_id)
    assert LOUD + "jobs 40 asked, NO LIMIT given" in told.err
    assert told.out.count("session limits differ: jobs 40 asked, NO LIMIT given") == 1
    assert [one["kind"] for one in shell("show", session_id, "--json").json["ionq_tui"]["events"]] == [
        "opened",
        "limits differ",
    ]


@pytest.mark.parametrize("command", ["open", "run"])
def test_help_tells_of_it(shell: Shell, command: str) -> None:
    assert "--strict-limits" in shell(command, "--help").out
