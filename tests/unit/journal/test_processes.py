from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ionq_tui.journal import process
from ionq_tui.journal.journal import Journal
from ionq_tui.model.event import Event, EventKind
from ionq_tui.model.record import Intent, IntentState
from tests.unit.journal.child import DEADLINE, killed_when_ready, running, wait_ready
from tests.unit.journal.given import NOON, PLACE, REQUEST, SESSION, journal_at
from tests.unit.journal.kept import here, running_here

INTENT = 'number = journal.intent(PLACE, REQUEST, "calibration", ["older"]).now()\n'
OPENED = INTENT + "journal.opened(number, SESSION).now()\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "journal.db"


def test_killed_before_the_intent_there_is_no_question(path: Path) -> None:
    killed_when_ready("journal.sessions(PLACE).now()", path)
    with journal_at(path) as journal:
        assert journal.unconfirmed_intents(PLACE).now() == ()
        assert journal.trouble is None


def test_killed_after_the_intent_the_question_is_open_but_not_while_it_lives(path: Path) -> None:
    with journal_at(path) as journal:
        with running(INTENT + "ready()", path) as child:
            wait_ready(child)
            assert journal.unconfirmed_intents(PLACE).now() == ()
        (question,) = journal.unconfirmed_intents(PLACE).now()
        assert (question.pid, question.host, question.state) == (child.pid, process.host(), IntentState.ASKED)
        assert (question.label, question.limits, question.known_ids) == (
            "calibration",
            REQUEST.limits,
            frozenset({"older"}),
        )
        assert question.place == PLACE
        journal.resolved(PLACE, question.id, SESSION).now()
    with journal_at(path) as journal:
        assert journal.unconfirmed_intents(PLACE).now() == ()
        assert here(journal.sessions(PLACE).now()) == {SESSION.id}


def test_killed_after_the_reply_was_lost_the_candidates_are_known(path: Path) -> None:
    killed_when_ready(INTENT + 'journal.uncertain(number, ["maybe"]).now()', path)
    with journal_at(path) as journal:
        (question,) = journal.unconfirmed_intents(PLACE).now()
        assert (question.state, question.candidates) == (IntentState.UNCERTAIN, ("maybe",))


def test_killed_after_the_201_it_runs_here(path: Path) -> None:
    killed_when_ready(OPENED, path)
    with journal_at(path) as journal:
        assert journal.unconfirmed_intents(PLACE).now() == ()
        assert [one.id for one in running_here(journal.sessions(PLACE).now())] == [SESSION.id]
        assert journal.creators(PLACE).now() == {"creator-1"}


def test_killed_after_the_refusal_nothing_is_left(path: Path) -> None:
    killed_when_ready(INTENT + "journal.not_opened(number).now()", path)
    with journal_at(path) as journal:
        assert journal.unconfirmed_intents(PLACE).now() == ()
        assert here(journal.sessions(PLACE).now()) == frozenset()


def test_killed_while_ending_it_still_runs_here(path: Path) -> None:
    killed_when_ready(OPENED + "journal.end_asked(PLACE, SESSION.id).now()", path)
    with journal_at(path) as journal:
        (kept,) = running_here(journal.sessions(PLACE).now())
        assert kept.end_asked_at is not None


def test_killed_after_the_end_was_proved_it_does_not_run(path: Path) -> None:
    killed_when_ready(OPENED + "journal.ended(PLACE, SESSION).now()", path)
    with journal_at(path) as journal:
        assert running_here(journal.sessions(PLACE).now()) == ()
        assert here(journal.sessions(PLACE).now()) == {SESSION.id}


def test_killed_inside_a_transaction_what_stood_before_stands_again(path: Path) -> None:
    half = """
import sqlite3
journal.close()
half = sqlite3.connect(PATH, isolation_level=None)
half.execute("PRAGMA cache_size = 1")
half.execute("BEGIN IMMEDIATE")
half.execute("DELETE FROM session")
half.execute("CREATE TABLE big AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300)"
             " SELECT randomblob(4000) FROM n")
"""
    killed_when_ready(OPENED + half, path)
    assert path.with_name("journal.db-journal").exists()  # an unfinished transaction lies there
    with journal_at(path) as journal:
        assert here(journal.sessions(PLACE).now()) == {SESSION.id}
        assert journal.trouble is None


def test_two_processes_write_at_once_and_none_of_it_is_lost(path: Path) -> None:
    writer = """
sys.stdin.readline()
for number in range(200):
    if number % 2:
        journal.opened(intent, Session(f"{os.getpid()}-{number}", organization_id="org-1")).now()
    else:
        intent = journal.intent(PLACE, REQUEST, f"{os.getpid()}-{number}").now()
assert journal.trouble is None, journal.trouble
print("READY", flush=True)
"""
    with ExitStack() as stack:
        children = [stack.enter_context(running(writer, path)) for _ in range(2)]
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        with journal_at(path) as journal:
            while any(child.poll() is None for child in children):
                here(journal.sessions(PLACE).now())  # someone reads meanwhile
            assert [child.wait(DEADLINE) for child in children] == [0, 0]
            wanted = {f"{child.pid}-{number}" for child in children for number in range(1, 200, 2)}
            assert here(journal.sessions(PLACE).now()) == wanted
            assert journal.trouble is None
    with closing(sqlite3.connect(path)) as look:
        assert look.execute("SELECT COUNT(*), COUNT(DISTINCT label) FROM intent").fetchone() == (200, 200)
        assert look.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_after_a_fork_parent_and_child_write_by_themselves(path: Path) -> None:
    program = """
journal.opened(journal.intent(PLACE, REQUEST).now(), Session("before")).now()
child = os.fork()
name = "parent" if child else "child"
journal.opened(journal.intent(PLACE, REQUEST).now(), Session(name)).now()
assert journal.trouble is None, journal.trouble
if child:
    assert os.waitpid(child, 0)[1] == 0
    print("READY", flush=True)
"""
    with running(program, path) as child:
        wait_ready(child)
        assert child.wait(DEADLINE) == 0
    with journal_at(path) as journal:
        assert here(journal.sessions(PLACE).now()) == {"before", "parent", "child"}


def test_a_disk_that_hangs_for_ever_does_not_hold_up_the_exit(path: Path) -> None:
    program = """
import threading
from ionq_tui.journal.file import File
File.database = lambda self, wait: threading.Event().wait()
impatient = Journal(PATH, patience=0.05)
impatient.opened(impatient.intent(PLACE, REQUEST).now(), SESSION).now()
assert [one.id for one in impatient.sessions(PLACE).now()] == [SESSION.id]
assert "does not answer" in impatient.trouble
assert impatient.close() is False
"""
    with running(program, path) as child:
        assert child.wait(DEADLINE) == 0


def _asked(**fields: object) -> Intent:
    values: dict[str, object] = {"host": process.host(), "pid": 2**22 + 1, **fields}
    host, pid = values["host"], values["pid"]
    assert isinstance(host, str) and isinstance(pid, int)
    return Intent(1, PLACE, "qpu.forte-1", NOON, host, pid)


def test_an_intent_of_another_host_is_a_question_after_a_minute() -> None:
    asked = _asked(host="another.example")
    assert not process.is_unconfirmed(asked, "", False, NOON + timedelta(seconds=59))
    assert process.is_unconfirmed(asked, "", False, NOON + timedelta(seconds=61))
    assert process.is_unconfirmed(asked, "", False, NOON - timedelta(seconds=61))  # its clock is ahead


def test_a_pid_used_again_is_not_the_process_that_asked(path: Path) -> None:
    with running("ready()", path) as child:
        wait_ready(child)
        asked = _asked(pid=child.pid)
        birth = process.born(child.pid)
        assert not process.is_unconfirmed(asked, birth, False, NOON)
        if birth:
            assert process.is_unconfirmed(asked, "boot:1", False, NOON)
        assert process.is_unconfirmed(asked, birth, False, NOON + timedelta(minutes=11))
    assert process.is_unconfirmed(asked, birth, False, NOON)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only /proc tells a dead process from a live one")
def test_a_killed_process_that_nobody_reaped_is_dead(path: Path) -> None:
    with running("ready()", path) as child:
        wait_ready(child)
        birth, asked = process.born(child.pid), _asked(pid=child.pid)
        assert process.alive(child.pid, birth) and process.alive(child.pid, "")
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it is dead from here on, and stays unreaped
        os.kill(child.pid, 0)  # which is why a signal still finds it
        assert not process.alive(child.pid, birth) and not process.alive(child.pid, "")
        assert process.is_unconfirmed(asked, birth, False, NOON)


@pytest.mark.parametrize(("state", "alive"), [("Z", False), ("X", False), ("x", False), ("S", True), ("D", True)])
def test_the_state_of_a_process_stands_behind_a_name_that_may_hold_anything(
    monkeypatch: pytest.MonkeyPatch, state: str, alive: bool
) -> None:
    def told(path: Path, *_: object) -> str:
        return "boot" if path.name == "boot_id" else f"{os.getpid()} (a) Z (b) S) {state} 1 1 {'0 ' * 16}77 0\n"

    monkeypatch.setattr(Path, "read_text", told)
    assert process.alive(os.getpid(), "") is alive


TELLS = """
from dataclasses import replace
from datetime import UTC, datetime
from ionq_tui.model.event import Event, EventKind
EVENT = Event(datetime(2026, 11, 22, 12, tzinfo=UTC), EventKind.ENDED, SESSION.id, words="who ended it")
"""


def test_of_several_processes_one_is_the_first_to_tell_of_an_event(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event = Event(NOON, EventKind.ENDED, SESSION.id)
    killed_when_ready(TELLS + "assert journal.claim_event(PLACE, EVENT).now()", path)
    with journal_at(path) as journal:
        assert not journal.claim_event(PLACE, event).now()
        assert not journal.claim_event(PLACE, replace(event, at=NOON + timedelta(seconds=1))).now()
        assert journal.claim_event(PLACE, replace(event, session_id="another")).now()
        assert journal.claim_event(replace(PLACE, base_url="https://b.example"), event).now()
        monkeypatch.setattr(process, "host", lambda: "another machine with the same home")
        assert journal.claim_event(PLACE, event).now()


def test_what_a_killed_process_was_to_tell_is_told_by_the_first_who_looks(path: Path) -> None:
    killed_when_ready(TELLS + "assert journal.claim_event(PLACE, EVENT).now()", path)
    with journal_at(path) as journal, journal_at(path) as other:
        assert journal.take_over(replace(PLACE, organization_id="another", key_id="another"), 10).now() == ()
        assert [one.words for one in journal.take_over(PLACE, 10).now()] == ["who ended it"]
        assert other.take_over(PLACE, 10).now() == journal.take_over(PLACE, 10).now() == ()
        assert not other.claim_event(PLACE, Event(NOON, EventKind.ENDED, SESSION.id)).now()


def test_what_somebody_alive_tells_or_has_told_is_told_by_nobody_else(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with journal_at(path) as journal:
        with running(TELLS + "assert journal.claim_event(PLACE, EVENT).now()\nready()", path) as child:
            wait_ready(child)
            assert journal.take_over(PLACE, 10).now() == ()
            monkeypatch.setattr(process, "host", lambda: "another machine with the same home")
            assert journal.take_over(PLACE, 10).now() == ()
            monkeypatch.undo()
        (event,) = journal.take_over(PLACE, 10).now()
        journal.release_event(PLACE, event)
        assert journal.take_over(PLACE, 10).now() == (event,)
        journal.mark_reported(PLACE, event)
        journal.release_event(PLACE, event)
        assert journal.take_over(PLACE, 10).now() == ()


def test_what_many_look_for_at_once_goes_to_one_each(path: Path) -> None:
    left = """
for number in range(60):
    assert journal.claim_event(PLACE, replace(EVENT, session_id=f"session-{number:02}")).now()
"""
    killed_when_ready(TELLS + left, path)
    taker = """
sys.stdin.readline()
while taken := journal.take_over(PLACE, 3).now():
    print(*(one.session_id for one in taken), flush=True)
    for one in taken:
        journal.mark_reported(PLACE, one)
assert journal.trouble is None, journal.trouble
"""
    with ExitStack() as stack:
        children = [stack.enter_context(running(taker, path)) for _ in range(2)]
        said = [child.communicate("go\n", timeout=DEADLINE)[0].split() for child in children]
        assert [child.returncode for child in children] == [0, 0]
    assert sorted(said[0] + said[1]) == [f"session-{number:02}" for number in range(60)]


def test_who_was_first_is_forgotten_after_a_month(path: Path) -> None:
    event, times = Event(NOON, EventKind.ENDED, SESSION.id), [NOON]
    journal = Journal(path, patience=30, now=lambda: times[0])
    assert journal.claim_event(PLACE, event).now()
    times[0] += timedelta(days=31)
    assert journal.claim_event(PLACE, replace(event, session_id="another")).now()
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT session_id FROM told").fetchall() == [("another",)]
    assert journal.close()


async def test_where_the_disk_cannot_tell_each_process_is_its_own_first(path: Path) -> None:
    event = Event(NOON, EventKind.ENDED, SESSION.id)
    with journal_at(path) as before:
        here(before.sessions(PLACE).now())
    journal = Journal(path, patience=1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert await journal.claim_event(PLACE, event)
        assert not await journal.claim_event(PLACE, event)
        other.execute("ROLLBACK")
    assert journal.close(30)
