from __future__ import annotations

import json
import os
import shlex
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from ionq_tui.engine.herald import Herald
from ionq_tui.engine.hook import Hook
from ionq_tui.journal.journal import Journal
from ionq_tui.model.event import Event, EventKind
from tests.unit.engine.clock import NOON
from tests.unit.engine.cloud import PLACE

_DEADLINE = 20.0
_ENVIRON = {**os.environ, "IONQ_API_KEY": "canary-key-0001", "KEPT": "yes"}


def command(folder: Path, source: str) -> str:
    script = folder / "told it's.py"
    script.write_text(source)
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}"


def wait_for(condition: Callable[[], object]) -> None:
    for _ in range(int(_DEADLINE * 100)):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("never came to be")


WRITES = """
import json, os, sys
line = sys.stdin.read()
own = os.getsid(0) == os.getpid()
with open({path!r}, "a") as file:
    file.write(json.dumps([line, os.environ.get("IONQ_API_KEY"), os.environ.get("KEPT"), own]) + "\\n")
"""


def test_each_event_comes_on_its_standard_input_in_order(tmp_path: Path) -> None:
    out = tmp_path / "out"
    hook = Hook(command(tmp_path, WRITES.format(path=str(out))), _ENVIRON)
    for number in range(2):
        hook.tell({"kind": "ended", "words": "\x1b]0;x\x07 $(id)", "number": number})
    wait_for(lambda: out.exists() and out.read_text().count("\n") == 2)
    told = [json.loads(line) for line in out.read_text().splitlines()]
    assert [json.loads(one[0])["number"] for one in told] == [0, 1]
    assert all(one[1:] == [None, "yes", True] for one in told), (
        "no key, the rest of the environment, a session of its own"
    )
    assert json.loads(told[0][0])["words"] == "\x1b]0;x\x07 $(id)" and "\x1b" not in told[0][0]
    assert not hook.trouble


def test_a_command_that_does_not_end_is_stopped_with_all_it_started(tmp_path: Path) -> None:
    out = tmp_path / "pid"
    source = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open({str(out)!r}, "w").write(str(child.pid))
time.sleep(600)
"""
    hook = Hook(command(tmp_path, source), _ENVIRON, seconds=2.0)
    hook.tell({})
    wait_for(lambda: hook.trouble)
    assert "took longer than 2 s and was stopped" in hook.trouble
    child = int(out.read_text())
    wait_for(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_the_last_event_is_told_before_the_program_ends_and_a_slow_command_holds_nothing_up(tmp_path: Path) -> None:
    out = tmp_path / "out"
    hook = Hook(command(tmp_path, WRITES.format(path=str(out))), _ENVIRON)
    assert hook.settle(0)
    hook.tell({"kind": "ended"})
    hook.tell({"kind": "ended"})
    assert hook.settle(_DEADLINE) and out.read_text().count("\n") == 2
    slow = Hook(command(tmp_path, "import time; time.sleep(600)"), _ENVIRON, seconds=1.0)
    slow.tell({})
    assert not slow.settle(0.01)
    assert slow.settle(_DEADLINE) and "was stopped" in slow.trouble


def test_failures_are_said_once_and_stop_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    source = f"import sys; open({str(out)!r}, 'a').write('x'); sys.exit(3)"
    hook = Hook(command(tmp_path, source), _ENVIRON)
    hook.tell({})
    hook.tell({})
    wait_for(lambda: out.exists() and out.read_text() == "xx")
    wait_for(lambda: "failed with code 3" in hook.trouble)


def test_what_cannot_be_run_is_said() -> None:
    assert "cannot be read" in Hook("notify 'open", _ENVIRON).trouble
    hook = Hook("/no/such/program at all", _ENVIRON)
    hook.tell({})
    wait_for(lambda: "cannot be run" in hook.trouble)


class Kept:
    trouble = ""

    def __init__(self) -> None:
        self.told: list[Mapping[str, object]] = []

    def tell(self, facts: Mapping[str, object]) -> None:
        self.told.append(facts)

    def settle(self, seconds: float) -> bool:
        return True


async def test_only_what_happens_from_now_on_is_told_with_what_is_known_of_it() -> None:
    kept, journal = Kept(), Journal(":memory:")
    herald = Herald(
        kept,
        lambda session_id: {"label": f"label of {session_id}"},
        lambda event: journal.first_to_tell(PLACE, event),
    )
    herald.tell(Event(NOON, EventKind.ENDED, "early"))
    herald.begin(NOON)
    herald.tell(Event(NOON - timedelta(hours=1), EventKind.OPENED, "s"))
    herald.tell(Event(NOON, EventKind.JOB_FAILED, "s", "job-1", "why"))
    herald.tell(Event(NOON, EventKind.ALARM, "s", "jobs 80 %", "80 % used"))
    await herald.settled()
    assert kept.told == [
        {
            "at": "2026-11-22T12:00:00.000Z",
            "kind": "job failed",
            "session_id": "s",
            "job_id": "job-1",
            "words": "why",
            "label": "label of s",
        },
        {
            "at": "2026-11-22T12:00:00.000Z",
            "kind": "limit near",
            "session_id": "s",
            "job_id": None,
            "words": "80 % used",
            "label": "label of s",
        },
    ]


@pytest.mark.parametrize("usable", [True, False], ids=["journal", "no journal"])
async def test_of_two_processes_one_runs_the_command_and_each_where_there_is_no_journal(
    tmp_path: Path, usable: bool
) -> None:
    if not usable:
        (tmp_path / "file").write_text("")
    path = tmp_path / ("state" if usable else "file") / "journal"
    dashboard, watch = Kept(), Kept()
    journals = [Journal(path, patience=30) for _ in range(2)]

    def herald_of(teller: Kept, journal: Journal) -> Herald:
        return Herald(teller, lambda _: {}, lambda event: journal.first_to_tell(PLACE, event))

    heralds = [herald_of(*each) for each in zip((dashboard, watch), journals, strict=True)]
    events = [
        Event(NOON, EventKind.ENDED, "s"),
        Event(NOON, EventKind.ENDED, "t"),
        Event(NOON, EventKind.NOTE, "s", words="one"),
        Event(NOON, EventKind.NOTE, "s", words="another"),
    ]
    for herald in heralds:
        herald.begin(NOON)
    for event in events:
        for herald in heralds:
            herald.tell(event)
    for herald in heralds:
        await herald.settled()
    told = [(one["session_id"], one["words"]) for one in dashboard.told + watch.told]
    wanted = [(one.session_id, one.words) for one in events]
    assert sorted(told) == sorted(wanted if usable else wanted * 2)
    for journal in journals:
        journal.close()
