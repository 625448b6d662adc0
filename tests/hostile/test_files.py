"""Files that the program writes for its user, beside what already exists, and where there is no room for them."""

from __future__ import annotations

import csv
import json
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ionq_tui.simulator.http import Reply, Request
from tests.hostile.hand import rested
from tests.hostile.server import Endpoint, HostileServer
from tests.hostile.world import environment, hostile_server
from tests.terminal.kit import Terminal, clean_environment, command

LABELS = {"=1+1": 0.2, "+1": 0.1, "-1": 0.1, "@SUM(A1)": 0.1, "\t=1": 0.1, "\r=1": 0.1, "0;=cmd|' /C calc'!A0": 0.3}


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server(age=3625) as running:
        running.edit = labelled
        yield running


def labelled(endpoint: Endpoint, request: Request, reply: Reply) -> Reply:
    hostile = request.path.endswith("/probabilities")
    return Reply(200, reply.headers, json.dumps(LABELS).encode()) if hostile else reply


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "here"
    made.mkdir()
    return made


@pytest.fixture
def at_job(server: HostileServer, tmp_path: Path, folder: Path) -> Iterator[Terminal]:
    """The dashboard at a job that has a result."""
    session_id, told = next(iter(server.cloud.sessions)), clean_environment(tmp_path, **environment(server, tmp_path))
    with Terminal(command("attach", session_id), told, rows=40, columns=120, directory=folder) as terminal:
        terminal.wait_for("3 jobs: ").keys("/").type("completed").keys("enter").wait_for('match "completed"')
        rested(terminal, "enter").wait_for("result of ")
        yield terminal
        terminal.keys("ctrl+c", "ctrl+c")
        assert terminal.wait_exit() == 0


def save(terminal: Terminal, *tabs: str) -> None:
    """Ask for the file: one `tab` for CSV, two for JSON."""
    rested(terminal, "w").wait_for("Save the result")
    for tab in tabs:
        rested(terminal, tab)
    terminal.keys("enter").wait_for(lambda now: "Save the result" not in now.text)


def test_beside_files_links_and_folders_and_for_a_spreadsheet(
    at_job: Terminal, server: HostileServer, folder: Path, tmp_path: Path
) -> None:
    (job,) = {job.id for job in server.cloud.jobs.values() if job.status == "completed" and job.id in at_job.text}
    stem, elsewhere, missing = f"ionq-job-{job}", tmp_path / "elsewhere", tmp_path / "missing"
    elsewhere.write_text("mine")
    (folder / f"{stem}.csv").write_text("mine")
    (folder / f"{stem}-2.csv").symlink_to(elsewhere)
    (folder / f"{stem}-3.csv").symlink_to(missing)
    (folder / f"{stem}-4.csv").mkdir()
    (folder / f"{stem}.json").symlink_to(elsewhere)
    save(at_job, "tab")
    at_job.wait_for("saved:").wait_for(lambda _: (folder / f"{stem}-5.csv").exists())
    save(at_job, "tab", "tab")
    at_job.wait_for(lambda _: (folder / f"{stem}-2.json").exists())
    assert elsewhere.read_text() == (folder / f"{stem}.csv").read_text() == "mine"
    assert not missing.exists() and len(list(folder.iterdir())) == 7
    for separator in ",;":
        with (folder / f"{stem}-5.csv").open(newline="") as file:
            rows = [*csv.reader(file, delimiter=separator)]
        assert len(rows) == 1 + len(LABELS)
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert json.loads((folder / f"{stem}-2.json").read_text())["probabilities"] == LABELS


@pytest.mark.parametrize("tabs", [["tab"], ["tab", "tab"]], ids=["CSV", "JSON"])
def test_a_full_disk_is_said_and_half_a_file_is_not_left(at_job: Terminal, folder: Path, tabs: list[str]) -> None:
    _, most = resource.prlimit(at_job.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(at_job.pid, resource.RLIMIT_FSIZE, (0, most))
    save(at_job, *tabs)
    at_job.wait_for("not saved: ")
    assert list(folder.iterdir()) == []
    resource.prlimit(at_job.pid, resource.RLIMIT_FSIZE, (most, most))
    save(at_job, *tabs)
    at_job.wait_for("saved:").wait_for(lambda _: any(path.stat().st_size for path in folder.iterdir()))


def full_disk(server: HostileServer, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that can write to no file; pipes it can."""
    told = clean_environment(home, **environment(server, home))
    argv = ["/bin/sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *command(*arguments)]
    return subprocess.run(argv, env=told, capture_output=True, text=True, timeout=60, check=False)


def test_a_configuration_that_does_not_fit_is_said_and_not_left(server: HostileServer, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    done = full_disk(server, tmp_path, "--config", str(path), "config", "--init")
    assert (done.returncode, done.stdout, path.exists()) == (1, "", False)
    assert "cannot be written" in done.stderr and "Traceback" not in done.stderr
    path.symlink_to(tmp_path / "nowhere")
    told = clean_environment(tmp_path, **environment(server, tmp_path))
    argv = command("--config", str(path), "config", "--init")
    done = subprocess.run(argv, env=told, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "already exists" in done.stderr
    assert not (tmp_path / "nowhere").exists()


def test_a_log_that_does_not_fit_is_said_once(server: HostileServer, tmp_path: Path) -> None:
    done = full_disk(server, tmp_path, "--log", str(tmp_path / "log"), "ls")
    assert done.returncode == 0 and "qpu.forte-1" in done.stdout
    assert done.stderr.count("the log ") == 1 and "is incomplete" in done.stderr
    assert "Traceback" not in done.stderr and "Logging error" not in done.stderr
