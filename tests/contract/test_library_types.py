"""What mypy says, in strict mode, of a program that runs ionq_core's calls on our client."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.house.source import ROOT

PROGRAM = """
from __future__ import annotations

import ionq_core
from ionq_core.api.default import create_job, get_job
from ionq_core.client import AuthenticatedClient
from ionq_core.models import CircuitJobCreationPayload

import ionq_tui
from ionq_tui import IonQClient, SessionManager
from ionq_tui.model.job import Job


def submit(body: CircuitJobCreationPayload) -> str:
    with IonQClient(headers={"X-Lab": "1"}, extension=ionq_core.ClientExtension(max_retries=1)) as client:
        with SessionManager(client, "qpu.forte-1", max_jobs=1):
            made = create_job.sync(client=IonQClient(), body=body)
            assert made is not None
            get_job.sync(made.id, client=client.with_headers({"X-Lab": "2"}).with_timeout(5))
            theirs: AuthenticatedClient = client
            for one in ionq_core.iter_session_jobs(theirs, "s"):
                print(one.id)
            job: Job = ionq_tui.wait_for_job(client, made.id)
            return job.id


async def asubmit(body: CircuitJobCreationPayload) -> None:
    async with IonQClient() as client:
        await create_job.asyncio(client=client, body=body)
        async for job in ionq_tui.aiter_jobs(client, status="completed"):
            print(job.id)


try:
    print(submit)
except ionq_core.NotFoundError as error:
    print(error.status_code)
except ionq_tui.JobFailedError as failed:
    print(failed.failure)
"""
MISTAKES = {
    "IonQClient(cookies={'a': 'b'})": "arg-type",
    "IonQClient(api_key=7)": "arg-type",
    "IonQClient().nonsense": "attr-defined",
    "create_job.sync(client='a key', body=body)": "arg-type",
    "ionq_tui.wait_for_job(ionq_core.IonQClient(), 'j')": "arg-type",
    "SessionManager(ionq_core.IonQClient(), 'qpu.forte-1')": "arg-type",
}
"""Statements that are wrong, with mypy's code of the error."""


def test_a_strict_type_checker_accepts_our_client_where_theirs_is_expected(tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(PROGRAM)
    head = PROGRAM.partition("def submit")[0]
    lines = [f"    {statement}" for statement in MISTAKES]
    wrong.write_text("\n".join((head, "def mistakes(body: CircuitJobCreationPayload) -> None:", *lines, "")))
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path / 'cache'}"]
    done = subprocess.run([*command, right, wrong], cwd=ROOT, capture_output=True, text=True, timeout=110)
    told = [line for line in done.stdout.splitlines() if "error:" in line]
    assert [line for line in told if "right.py" in line] == [], done.stdout
    first = wrong.read_text().splitlines().index(lines[0]) + 1
    expected = [(f"wrong.py:{number}:", f"[{code}]") for number, code in enumerate(MISTAKES.values(), first)]
    assert len(told) == len(expected), done.stdout
    for line, (where, code) in zip(told, expected, strict=True):
        assert where in line and line.endswith(code)
