"""The programs that the dashboard shows and the README prints run as they are, each with its own client."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from ionq_tui.view.recipes import Client, program
from tests.clients.conftest import BACKEND, Simulated

MODULES = {Client.OFFICIAL: "ionq_core", Client.QISKIT: "qiskit_ionq", Client.CIRQ: "cirq_ionq"}
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def run(text: str, simulated: Simulated, home: Path) -> str:
    """Run a program where nothing but the simulated cloud can be reached, and return what it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
    environ = {**kept, **nowhere, "IONQ_API_KEY": simulated.key, "HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", text], cwd=home, env=environ, capture_output=True, text=True, timeout=90
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("client", MODULES, ids=lambda client: client.value)
def test_a_program_runs_a_job_in_the_session(client: Client, simulated: Simulated, tmp_path: Path) -> None:
    if find_spec(MODULES[client]) is None:
        pytest.skip(f"{client.value} is not installed: .venv-dev/bin/pip install -e '.[clients]'")
    session_id = simulated.open()
    said = run("\n".join(program(client, session_id, BACKEND, simulated.url)), simulated, tmp_path)
    (job,) = simulated.jobs(session_id)
    assert (job["status"], job["session_id"], job["shots"]) == ("completed", session_id, 100)
    assert said.strip()
    assert simulated.ask("GET", f"/sessions/{session_id}")["status"] == "started"


@pytest.mark.parametrize("client", MODULES, ids=lambda client: client.value)
def test_the_readme_prints_the_same_program(client: Client) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert "\n".join(program(client, "SESSION_ID", BACKEND)) + "\n" in blocks


def test_leaving_a_session_of_qiskit_ends_it(simulated: Simulated, tmp_path: Path) -> None:
    """What the program warns of is so."""
    if find_spec("qiskit_ionq") is None:
        pytest.skip("qiskit-ionq is not installed: .venv-dev/bin/pip install -e '.[clients]'")
    session_id = simulated.open()
    text = f"""
import os
os.environ["IONQ_API_URL"] = {simulated.url!r}
from qiskit_ionq import IonQProvider
from qiskit_ionq.ionq_session import Session
with Session.from_id({session_id!r}, backend=IonQProvider().get_backend("ionq_{BACKEND}")):
    pass
"""
    run(text, simulated, tmp_path)
    assert simulated.ask("GET", f"/sessions/{session_id}")["status"] == "ended"
