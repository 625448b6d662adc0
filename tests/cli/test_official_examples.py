"""The examples in the official client's own documentation, as scripts of which only the import was changed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import ionq_core.session
import pytest

from tests.cli.site import ROOT, process

THEIRS, OURS = "from ionq_core import", "from ionq_tui import"


def examples(documented: object) -> list[str]:
    """Return the fenced pieces of Python in a docstring."""
    text = textwrap.dedent(documented.__doc__ or "")
    return [textwrap.dedent(one) for one in re.findall(r"```python\n(.*?)```", text, re.DOTALL)]


WHOLE = examples(ionq_core.session)[0].replace(THEIRS, OURS)
SYNC, ASYNC = examples(ionq_core.session.SessionManager)
LINES = [line for line in WHOLE.splitlines() if line.startswith((OURS, "client ="))]
START = "\n".join(LINES) + "\n"
CONTEXT, _, RECONNECT = WHOLE.partition("# Or reconnect")
RECONNECT = START + "# Or reconnect" + RECONNECT


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """The environment in which `ionq-tui simulate` is the cloud, as its first two lines say."""
    home = str(tmp_path_factory.mktemp("home"))
    with process("simulate", "--start", "at-once", "--no-workload", HOME=home) as simulated:
        told = dict(simulated.read_line().strip().split("=", 1) for _ in range(2))
        assert set(told) == {"IONQ_API_URL", "IONQ_API_KEY"}
        yield {**os.environ, **told, "HOME": home, "XDG_STATE_HOME": home, "PYTHONPATH": str(ROOT)}
        simulated.popen.send_signal(signal.SIGTERM)
        assert simulated.finish().code == 0


def script(text: str, folder: Path, cloud: Mapping[str, str]) -> list[str]:
    """Run it as a user would; return the lines that it printed."""
    path = folder / "example.py"
    path.write_text(text)
    done = subprocess.run([sys.executable, str(path)], env=cloud, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def state_of(session_id: str, folder: Path, cloud: Mapping[str, str]) -> str:
    return script(f'{START}print(SessionManager.from_id(client, "{session_id}").status())', folder, cloud)[0]


def test_only_the_import_was_changed() -> None:
    assert LINES[0] == "from ionq_tui import IonQClient, SessionManager"
    assert "with SessionManager(" in CONTEXT and "from_id" in RECONNECT
    assert "async with" in ASYNC and "async" not in SYNC


def test_the_context_manager(cloud: Mapping[str, str], tmp_path: Path) -> None:
    session_id, status = script(CONTEXT, tmp_path, cloud)
    assert status == "started"
    assert state_of(session_id, tmp_path, cloud) == "ended"


def test_reconnecting(cloud: Mapping[str, str], tmp_path: Path) -> None:
    opening = START + 's = SessionManager(client, "qpu.aria-1", max_jobs=10)\ns.open()\nprint(s.session_id)\n'
    session_id = script(opening, tmp_path, cloud)[0]
    assert "existing-session-id" in RECONNECT
    assert script(RECONNECT.replace("existing-session-id", session_id), tmp_path, cloud) == ["started"]


def test_the_short_sync_example(cloud: Mapping[str, str], tmp_path: Path) -> None:
    session_id, status = script(f"{START}{SYNC}    print(session.status())\n", tmp_path, cloud)
    assert status == "started"
    assert state_of(session_id, tmp_path, cloud) == "ended"


def test_the_async_example(cloud: Mapping[str, str], tmp_path: Path) -> None:
    body = textwrap.indent(ASYNC + "    print(await session.async_status())\n", "    ")
    text = f"import asyncio\n{START}async def main():\n{body}\nasyncio.run(main())\n"
    session_id, status = script(text, tmp_path, cloud)
    assert status == "started"
    assert state_of(session_id, tmp_path, cloud) == "ended"
