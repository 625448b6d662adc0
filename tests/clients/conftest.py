from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.request import Request, urlopen

import pytest

BACKEND = "qpu.forte-1"


@dataclass(frozen=True)
class Simulated:
    """`ionq-tui simulate` in a process of its own."""

    url: str
    key: str

    def ask(self, method: str, path: str, body: object = None) -> dict[str, object]:
        headers = {"Authorization": f"apiKey {self.key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.url + path, data, headers, method=method), timeout=20) as reply:
            read = json.load(reply)
        assert isinstance(read, dict)
        return read

    def open(self) -> str:
        """Open a session, and return its id."""
        return str(self.ask("POST", "/sessions", {"backend": BACKEND, "settings": {"job_count_limit": 20}})["id"])

    def jobs(self, session_id: str) -> list[dict[str, object]]:
        listed = self.ask("GET", f"/sessions/{session_id}/jobs")["jobs"]
        assert isinstance(listed, list)
        return listed


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulated]:
    command = [sys.executable, "-m", "ionq_tui", "simulate", "--speed", "40", "--no-workload"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = dict(process.stdout.readline().strip().split("=", 1) for _ in range(2))
            yield Simulated(told["IONQ_API_URL"], told["IONQ_API_KEY"])
        finally:
            process.terminate()
            process.wait(20)
