"""Lists: filtered, sorted, with chosen columns; as a table, CSV and ids; nothing is shortened in a pipe."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from ionq_tui.simulator.clock import StoppedClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, KEY, Site
from tests.terminal.kit import Terminal, clean_environment, command


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_sessions_are_filtered_by_owner_backend_and_status(site: Site, shell: Shell) -> None:
    ours = shell("open", FORTE, "--max-jobs", "5", "--max-time", "60", "--max-cost", "30", "--yes").out.strip()
    theirs, other = site.colleague(), site.colleague("qpu.aria-1")
    site.job(other)

    def ids(*argv: str) -> set[str]:
        told = shell("ls", *argv, "--quiet")
        assert told.code == 0
        assert {one["id"] for one in shell("ls", *argv, "--json").json["sessions"]} == set(told.out.split())
        return set(told.out.split())

    assert ids() == {ours, theirs.id, other.id}
    assert ids("--mine") == {ours}
    assert ids("--backend", "qpu.aria-1") == {other.id}
    assert ids("--status", "started") == {other.id}
    assert ids("--status", "created,started", "--backend", FORTE) == {ours, theirs.id}
    site.cloud.end(theirs, None)
    assert ids("--status", "ended") == {theirs.id}
    assert shell("ls", "--mine", "--status", "started").err.endswith("no session matches\n")


def test_in_a_pipe_limits_and_ids_are_whole_and_on_a_terminal_short(site: Site, shell: Shell, home: Path) -> None:
    ours = shell("open", FORTE, "--max-jobs", "5", "--max-time", "60", "--max-cost", "30", "--yes").out.strip()
    told = shell("ls").out
    assert ours in told and "5j · 1h · 30.00 usd" in told and "+2" not in told
    environment = clean_environment(home, IONQ_API_URL=site.server.url, IONQ_API_KEY=KEY)
    with Terminal(command("ls"), environment) as terminal:
        terminal.wait_for("5j +2").wait_for(ours[-6:])
        assert ours not in terminal.text
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize(
    ("width", "shown", "hidden"), [(80, "OPENED", "ENDED"), (60, "LABEL", "OPENED"), (52, "LIMITS", "LABEL")]
)
def test_a_table_on_a_terminal_is_no_wider_than_that(
    site: Site, shell: Shell, home: Path, width: int, shown: str, hidden: str
) -> None:
    ours = shell("open", FORTE, "--max-jobs", "5", "--yes").out.strip()
    environment = clean_environment(home, IONQ_API_URL=site.server.url, IONQ_API_KEY=KEY)
    with Terminal(command("ls"), environment, columns=width) as terminal:
        terminal.wait_for(ours[-6:])
        assert terminal.wait_exit() == 0
        lines = [line for line in terminal.text.splitlines() if line.strip()]
        assert len(lines) == 2 and shown in lines[0] and hidden not in lines[0]
    with Terminal(command("ls", "--columns", "id,label,opened"), environment, columns=40) as terminal:
        terminal.wait_for("OPENED")  # what is asked for is shown


def test_who_opened_a_session_is_not_claimed_where_nobody_knows(site: Site, shell: Shell, home: Path) -> None:
    ours = shell("open", FORTE, "--max-jobs", "5", "--yes").out.strip()
    elsewhere = clean_environment(home, IONQ_API_URL=site.server.url, IONQ_API_KEY=KEY)  # as on another machine
    with Terminal(command("ls", "--mine"), elsewhere) as terminal:
        terminal.wait_for("1 session of an unknown owner, perhaps yours").wait_for("no session matches")
    with Terminal(command("end", ours, "--yes"), elsewhere) as terminal:
        terminal.wait_for("it is not known whether you opened it").wait_for("add --not-mine")
        assert terminal.wait_exit() == 2
    assert site.running == [ours]


def test_csv_is_exact(site: Site, shell: Shell) -> None:
    ours = shell("open", FORTE, "--max-jobs", "5", "--max-cost", "30.5", "--label", "=x,y", "--yes").out.strip()
    (row,) = rows(shell("ls", "--csv").out)
    assert row["id"] == ours and row["backend"] == FORTE and row["owner"] == "you" and row["label"] == "'=x,y"
    assert (row["max-jobs"], row["max-cost"], row["unit"], row["max-minutes"]) == ("5", "30.5", "usd", "")
    assert row["opened"].endswith("Z") and row["opened"].startswith("20")
    assert shell("ls", "--csv", "--columns", "backend,id").out.splitlines()[0] == "backend,id"
    assert shell("ls", "--columns", "backend,id").out.split() == ["BACKEND", "ID", FORTE, ours]


def test_lists_are_sorted_with_the_unknown_last(site: Site, shell: Shell) -> None:
    queues = {one["backend"]: one.get("average_queue_time") for one in shell("backends", "--json").json["backends"]}
    told = {row["name"]: row["queue"] for row in rows(shell("backends", "--csv").out)}
    assert abs(float(told[FORTE]) - queues[FORTE] / 1000) < 60, "spans are in seconds; the API's is in milliseconds"
    qubits = [row["qubits"] for row in rows(shell("backends", "--csv", "--sort", "qubits").out)]
    assert qubits == sorted(qubits, key=int) and len(set(qubits)) > 2
    assert [row["qubits"] for row in rows(shell("backends", "--csv", "--sort=-qubits").out)] == sorted(
        qubits, key=int, reverse=True
    )
    named = [one["backend"] for one in shell("backends", "--json", "--sort=-name").json["backends"]]
    assert named == sorted(named, reverse=True)
    fidelities = [row["2q-fid"] for row in rows(shell("backends", "--csv", "--sort=-2q-fid").out)]
    known = [float(one) for one in fidelities if one]
    assert (
        known == sorted(known, reverse=True) and fidelities[len(known) :] == [""] * (len(fidelities) - len(known)) != []
    )


def test_jobs_are_chosen_by_status_and_number_and_no_other_costs_are_read(site: Site, shell: Shell) -> None:
    clock = StoppedClock()
    site.cloud = SimulatedCloud(clock, workload=False, colleagues=False)
    session = site.colleague()
    for number in range(6):
        site.job(session, name=f"j{number}", failure=("Bad", "why") if number % 2 else None)
    clock.advance(3000)
    with site.cloud.lock:
        site.cloud.advance()
    failed = {job.id for job in session.jobs if job.status == "failed"}
    assert len(failed) == 3
    site.asked.clear()
    assert set(shell("jobs", session.id, "--status", "failed", "-q").out.split()) == failed
    assert [one for one in site.asked if one.endswith("/cost")] == []
    two = shell("jobs", session.id, "--status", "FAILED", "--limit", "2", "--json").json["jobs"]
    assert len(two) == 2 and {one["id"] for one in two} <= failed
    assert len([one for one in site.asked if one.endswith("/cost")]) <= 2
    by_name = [row["name"] for row in rows(shell("jobs", session.id, "--sort=-name", "--limit", "3", "--csv").out)]
    assert by_name == ["j5", "j4", "j3"]
    costs = [row["cost"] for row in rows(shell("jobs", session.id, "--sort=-cost", "--limit", "2", "--csv").out)]
    every = [row["cost"] for row in rows(shell("jobs", session.id, "--csv").out)]
    assert costs == sorted(filter(None, every), key=float, reverse=True)[:2]
    assert shell("jobs", session.id, "--status", "running").err == "no job matches\n"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["ls", "--columns", "id,backed"], "unknown column 'backed': did you mean backend?"),
        (["ls", "--sort", "cost"], "unknown column 'cost': "),
        (["jobs", "abc", "--columns", ""], ""),
        (["backends", "--columns", "id"], "unknown column 'id': there are name, "),
        (["ls", "--columns", "id", "--json"], "--columns is for tables and --csv"),
        (["ls", "--csv", "--json"], "not allowed with"),
        (["jobs", "abc", "--limit", "0"], "'0' is not a whole number from 1 to 1000000"),
    ],
)
def test_wrong_usage_is_said_before_anything_is_asked(site: Site, shell: Shell, argv: list[str], said: str) -> None:
    told = shell(*argv)
    if said:
        assert (told.code, told.out) == (2, "") and said in told.err and site.asked == []
    else:  # an empty list of columns is none
        assert told.code == 1


def test_a_status_or_backend_that_is_none_is_answered_with_the_nearest(site: Site, shell: Shell) -> None:
    session = site.colleague()
    told = shell("jobs", session.id, "--status", "faild")
    assert told.code == 2 and "unknown status 'faild': did you mean failed?" in told.err
    told = shell("ls", "--status", "startd")
    assert told.code == 2 and "did you mean started?" in told.err
    told = shell("ls", "--backend", "forte-1")
    assert (told.code, told.out) == (1, "") and "did you mean qpu.forte-1?" in told.err
    assert shell("ls", "--backend", "qpu.aria-1").err == "no session matches\n"


def test_a_list_that_cannot_be_read_hides_no_session_that_the_journal_knows(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IONQ_TUI_PATIENCE", "0.2")
    ours = shell("open", FORTE, "--max-jobs", "5", "--yes").out.strip()
    gone = shell("open", "qpu.aria-1", "--max-jobs", "5", "--yes").out.strip()
    assert shell("end", gone, "--yes").code == 0

    def lost_among_two(request: Request) -> Reply | None:
        if request.method != "POST":
            return None
        assert respond(site.cloud, request).status == 201
        assert respond(site.cloud, request).status == 201  # the same key, in another window
        return Reply(500, (), b"")

    site.instead = lost_among_two
    assert shell("open", FORTE, "--max-time", "45", "--yes").code == 3
    maybe = set(site.running) - {ours}
    assert len(maybe) == 2
    site.go_away()

    def ids(*argv: str) -> set[str]:
        told = shell("ls", *argv)
        assert told.code == 1 and "IonQ's list of sessions could not be read" in told.err and ours[-6:] in told.err
        return set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", told.out))

    every = {ours, *maybe}
    assert set(shell("ls", "-q").out.split()) == every
    for argv in (["-q"], [], ["--csv"], ["--json"], ["--columns", "backend,id"], ["--all", "-q"], ["--mine", "-q"]):
        assert ids(*argv) == every, argv
    for argv in (["--status", "started"], ["--status", "created,ended"], ["--sort", "status"], ["--backend", FORTE]):
        assert ids(*argv, "-q") == every, argv
    assert ids("--status", "ended", "-q") == set(), "nothing is known to have ended"
    assert ids("--backend", "qpu.aria-1", "-q") == maybe, "on which backend these are is not known"
