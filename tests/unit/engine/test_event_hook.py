from __future__ import annotations

import json
import os
import shlex
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ionq_tui.engine.background import Background
from ionq_tui.engine.event_hook import EventHook
from ionq_tui.engine.event_notifier import EventCommand, EventNotifier
from ionq_tui.journal.journal import Journal
from ionq_tui.model.event import Event, EventKind
from tests.support.kept_events import KeptEvents
from tests.unit.engine.clock import NOON, ManualClock
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
    hook = EventHook(command(tmp_path, WRITES.format(path=str(out))), _ENVIRON)
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


@pytest.mark.slow
def test_a_command_that_does_not_end_is_stopped_with_all_it_started(tmp_path: Path) -> None:
    out = tmp_path / "pid"
    source = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open({str(out)!r}, "w").write(str(child.pid))
time.sleep(600)
"""
    hook = EventHook(command(tmp_path, source), _ENVIRON, seconds=2.0)
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
    hook = EventHook(command(tmp_path, WRITES.format(path=str(out))), _ENVIRON)
    assert hook.settle(0)
    hook.tell({"kind": "ended"})
    hook.tell({"kind": "ended"})
    assert hook.settle(_DEADLINE) and out.read_text().count("\n") == 2
    slow = EventHook(command(tmp_path, "import time; time.sleep(600)"), _ENVIRON, seconds=1.0)
    slow.tell({})
    assert not slow.settle(0.01)
    assert slow.settle(_DEADLINE) and "was stopped" in slow.trouble


def test_failures_are_said_once_and_stop_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    source = f"import sys; open({str(out)!r}, 'a').write('x'); sys.exit(3)"
    hook = EventHook(command(tmp_path, source), _ENVIRON)
    hook.tell({})
    hook.tell({})
    wait_for(lambda: out.exists() and out.read_text() == "xx")
    wait_for(lambda: "failed with code 3" in hook.trouble)


def test_what_cannot_be_run_is_said() -> None:
    assert "cannot be read" in EventHook("notify 'open", _ENVIRON).trouble
    hook = EventHook("/no/such/program at all", _ENVIRON)
    hook.tell({})
    wait_for(lambda: "cannot be run" in hook.trouble)


def event_notifier_of(
    teller: EventCommand, journal: Journal, about: Callable[[str], Mapping[str, object]] = lambda _: {}
) -> EventNotifier:
    return EventNotifier(teller, about, dict, journal, lambda: PLACE, ManualClock(), Background().run)


async def test_only_what_happens_from_now_on_is_told_with_what_is_known_of_it() -> None:
    kept, journal = KeptEvents(), Journal(":memory:")
    event_notifier = event_notifier_of(kept, journal, lambda session_id: {"label": f"label of {session_id}"})
    event_notifier.tell(Event(NOON - timedelta(hours=1), EventKind.OPENED, "s"))
    event_notifier.tell(Event(NOON, EventKind.JOB_FAILED, "s", "job-1", "why"))
    event_notifier.tell(Event(NOON, EventKind.ALARM, "s", "jobs 80 %", "80 % used"))
    await event_notifier.settled(_DEADLINE)
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


async def test_what_concerns_no_session_is_told_by_the_first_process_with_or_without_a_command(tmp_path: Path) -> None:
    kept = KeptEvents()
    alarm = Event(NOON, EventKind.ALARM, "", "default: budget 2026-11 500.00 usd 80 %", "80 % used")
    journals = [Journal(tmp_path / "journal", patience=30) for _ in range(3)]
    first = event_notifier_of(kept, journals[0])
    assert await first.tell_first(alarm) and not await first.tell_first(alarm)
    assert not await event_notifier_of(kept, journals[1]).tell_first(alarm)
    assert [(one["session_id"], one["job_id"], one["words"]) for one in kept.told] == [("", None, "80 % used")]
    silent = EventNotifier(None, lambda _: {}, dict, journals[2], lambda: PLACE, ManualClock(), Background().run)
    other = replace(alarm, subject="lab: budget 2026-11 500.00 usd 80 %")
    assert not await silent.tell_first(alarm) and await silent.tell_first(other)
    for journal in journals:
        assert await journal.take_over(PLACE, 9) == (), "nobody is told again"
        journal.close()


@pytest.mark.parametrize("usable", [True, False], ids=["journal", "no journal"])
async def test_of_two_processes_one_runs_the_command_and_each_where_there_is_no_journal(
    tmp_path: Path, usable: bool
) -> None:
    if not usable:
        (tmp_path / "file").write_text("")
    path = tmp_path / ("state" if usable else "file") / "journal"
    dashboard, watch = KeptEvents(), KeptEvents()
    journals = [Journal(path, patience=30) for _ in range(2)]

    heralds = [event_notifier_of(*each) for each in zip((dashboard, watch), journals, strict=True)]
    events = [
        Event(NOON, EventKind.ENDED, "s"),
        Event(NOON, EventKind.ENDED, "t"),
        Event(NOON, EventKind.NOTE, "s", words="one"),
        Event(NOON, EventKind.NOTE, "s", words="another"),
    ]
    for event in events:
        for event_notifier in heralds:
            event_notifier.tell(event)
    for event_notifier in heralds:
        await event_notifier.settled(_DEADLINE)
    told = [(one["session_id"], one["words"]) for one in dashboard.told + watch.told]
    wanted = [(one.session_id, one.words) for one in events]
    assert sorted(told) == sorted(wanted if usable else wanted * 2)
    for journal in journals:
        journal.close()


async def test_what_is_not_taken_is_left_to_whoever_looks_next(tmp_path: Path) -> None:
    class Full(KeptEvents):
        def tell(self, facts: Mapping[str, object], told: Callable[[], object]) -> bool:
            return False

    with closing(Journal(tmp_path / "journal", patience=30)) as journal:
        full = event_notifier_of(Full(), journal)
        full.tell(Event(NOON, EventKind.ENDED, "s", words="why"))
        await full.settled(_DEADLINE)
        kept = KeptEvents()
        event_notifier = event_notifier_of(kept, journal)
        event_notifier.look()
        event_notifier.look()
        await event_notifier.settled(_DEADLINE)
        assert [(one["session_id"], one["words"]) for one in kept.told] == [("s", "why")]
        assert await journal.take_over(PLACE, 10) == ()


async def test_an_event_is_claimed_before_it_is_written_and_kept_with_the_claim(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal", patience=30)) as journal:
        event_notifier_of(KeptEvents(), journal).tell(Event(NOON, EventKind.ENDED, "s"))
        assert [one.kind for one in await journal.events(PLACE, "s")] == [EventKind.ENDED]


@pytest.mark.slow
def test_the_command_has_it_once_it_runs_however_long_it_takes(tmp_path: Path) -> None:
    slow = EventHook(command(tmp_path, "import time; time.sleep(600)"), _ENVIRON, seconds=2.0)
    told: list[str] = []
    assert slow.tell({"number": 1}, lambda: told.append("first"))
    wait_for(lambda: told == ["first"])
    assert not slow.trouble, "it still runs"
    assert slow.tell({"words": "x" * 1_000_000}, lambda: told.append("too long for a pipe"))
    assert slow.settle(_DEADLINE) and told == ["first", "too long for a pipe"]
    absent = EventHook("/no/such/program", _ENVIRON)
    assert absent.tell({}, lambda: told.append("absent"))
    assert absent.settle(_DEADLINE) and told[-1] == "absent"


def test_more_than_a_hundred_that_wait_are_not_taken(tmp_path: Path) -> None:
    slow = EventHook(command(tmp_path, "import time; time.sleep(600)"), _ENVIRON, seconds=5.0)
    taken = [slow.tell({}) for _ in range(110)]
    assert taken[:100] == [True] * 100 and not taken[-1]
    assert "some will be delivered much later" in slow.trouble
