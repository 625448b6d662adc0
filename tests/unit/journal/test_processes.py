from __future__ import annotations

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

INTENT = 'number = journal.intent_now(PLACE, REQUEST, "calibration", ["older"])\n'
OPENED = INTENT + "journal.opened_now(number, SESSION)\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "journal.db"


def test_killed_before_the_intent_there_is_no_question(path: Path) -> None:
    killed_when_ready("journal.here_now(PLACE)", path)
    with journal_at(path) as journal:
        assert journal.open_questions_now(PLACE) == ()
        assert journal.trouble is None


def test_killed_after_the_intent_the_question_is_open_but_not_while_it_lives(path: Path) -> None:
    with journal_at(path) as journal:
        with running(INTENT + "ready()", path) as child:
            wait_ready(child)
            assert journal.open_questions_now(PLACE) == ()
        (question,) = journal.open_questions_now(PLACE)
        assert (question.pid, question.host, question.state) == (child.pid, process.host(), IntentState.ASKED)
        assert (question.label, question.limits, question.known_ids) == (
            "calibration",
            REQUEST.limits,
            frozenset({"older"}),
        )
        assert question.place == PLACE
        journal.resolved_now(PLACE, question.id, SESSION)
    with journal_at(path) as journal:
        assert journal.open_questions_now(PLACE) == ()
        assert journal.here_now(PLACE) == {SESSION.id}


def test_killed_after_the_reply_was_lost_the_candidates_are_known(path: Path) -> None:
    killed_when_ready(INTENT + 'journal.uncertain_now(number, ["maybe"])', path)
    with journal_at(path) as journal:
        (question,) = journal.open_questions_now(PLACE)
        assert (question.state, question.candidates) == (IntentState.UNCERTAIN, ("maybe",))


def test_killed_after_the_201_it_runs_here(path: Path) -> None:
    killed_when_ready(OPENED, path)
    with journal_at(path) as journal:
        assert journal.open_questions_now(PLACE) == ()
        assert [one.id for one in journal.running_here_now(PLACE)] == [SESSION.id]
        assert journal.creators_now(PLACE) == {"creator-1"}


def test_killed_after_the_refusal_nothing_is_left(path: Path) -> None:
    killed_when_ready(INTENT + "journal.not_opened_now(number)", path)
    with journal_at(path) as journal:
        assert journal.open_questions_now(PLACE) == ()
        assert journal.here_now(PLACE) == frozenset()


def test_killed_while_ending_it_still_runs_here(path: Path) -> None:
    killed_when_ready(OPENED + "journal.end_asked_now(PLACE, SESSION.id)", path)
    with journal_at(path) as journal:
        (kept,) = journal.running_here_now(PLACE)
        assert kept.end_asked_at is not None


def test_killed_after_the_end_was_proved_it_does_not_run(path: Path) -> None:
    killed_when_ready(OPENED + "journal.ended_now(PLACE, SESSION)", path)
    with journal_at(path) as journal:
        assert journal.running_here_now(PLACE) == ()
        assert journal.here_now(PLACE) == {SESSION.id}


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
        assert journal.here_now(PLACE) == {SESSION.id}
        assert journal.trouble is None


def test_two_processes_write_at_once_and_none_of_it_is_lost(path: Path) -> None:
    writer = """
sys.stdin.readline()
for number in range(200):
    if number % 2:
        journal.opened_now(intent, Session(f"{os.getpid()}-{number}", organization_id="org-1"))
    else:
        intent = journal.intent_now(PLACE, REQUEST, f"{os.getpid()}-{number}")
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
                journal.here_now(PLACE)  # someone reads meanwhile
            assert [child.wait(DEADLINE) for child in children] == [0, 0]
            wanted = {f"{child.pid}-{number}" for child in children for number in range(1, 200, 2)}
            assert journal.here_now(PLACE) == wanted
            assert journal.trouble is None
    with closing(sqlite3.connect(path)) as look:
        assert look.execute("SELECT COUNT(*), COUNT(DISTINCT label) FROM intent").fetchone() == (200, 200)
        assert look.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
def test_after_a_fork_parent_and_child_write_by_themselves(path: Path) -> None:
    program = """
journal.opened_now(journal.intent_now(PLACE, REQUEST), Session("before"))
child = os.fork()
name = "parent" if child else "child"
journal.opened_now(journal.intent_now(PLACE, REQUEST), Session(name))
assert journal.trouble is None, journal.trouble
if child:
    assert os.waitpid(child, 0)[1] == 0
    print("READY", flush=True)
"""
    with running(program, path) as child:
        wait_ready(child)
        assert child.wait(DEADLINE) == 0
    with journal_at(path) as journal:
        assert journal.here_now(PLACE) == {"before", "parent", "child"}


def test_a_disk_that_hangs_for_ever_does_not_hold_up_the_exit(path: Path) -> None:
    program = """
import threading
from ionq_tui.journal.file import File
File.book = lambda self, wait: threading.Event().wait()
impatient = Journal(PATH, patience=0.05)
impatient.opened_now(impatient.intent_now(PLACE, REQUEST), SESSION)
assert impatient.here_now(PLACE) == {SESSION.id}
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
    assert not process.is_open_question(asked, "", False, NOON + timedelta(seconds=59))
    assert process.is_open_question(asked, "", False, NOON + timedelta(seconds=61))
    assert process.is_open_question(asked, "", False, NOON - timedelta(seconds=61))  # its clock is ahead


def test_a_pid_used_again_is_not_the_process_that_asked(path: Path) -> None:
    with running("ready()", path) as child:
        wait_ready(child)
        asked = _asked(pid=child.pid)
        birth = process.born(child.pid)
        assert not process.is_open_question(asked, birth, False, NOON)
        if birth:
            assert process.is_open_question(asked, "boot:1", False, NOON)
        assert process.is_open_question(asked, birth, False, NOON + timedelta(minutes=11))
    assert process.is_open_question(asked, birth, False, NOON)


TELLS = """
from datetime import UTC, datetime
from ionq_tui.model.event import Event, EventKind
EVENT = Event(datetime(2026, 11, 22, 12, tzinfo=UTC), EventKind.ENDED, SESSION.id)
"""


def test_of_several_processes_one_is_the_first_to_tell_of_an_event(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    event = Event(NOON, EventKind.ENDED, SESSION.id)
    killed_when_ready(TELLS + "assert journal.first_to_tell_now(PLACE, EVENT)", path)
    with journal_at(path) as journal:
        assert not journal.first_to_tell_now(PLACE, event)
        assert not journal.first_to_tell_now(PLACE, replace(event, at=NOON + timedelta(seconds=1)))
        assert journal.first_to_tell_now(PLACE, replace(event, session_id="another"))
        assert journal.first_to_tell_now(replace(PLACE, base_url="https://b.example"), event)
        monkeypatch.setattr(process, "host", lambda: "another machine with the same home")
        assert journal.first_to_tell_now(PLACE, event)


def test_who_was_first_is_forgotten_after_a_month(path: Path) -> None:
    event, times = Event(NOON, EventKind.ENDED, SESSION.id), [NOON]
    journal = Journal(path, patience=30, now=lambda: times[0])
    assert journal.first_to_tell_now(PLACE, event)
    times[0] += timedelta(days=31)
    assert journal.first_to_tell_now(PLACE, replace(event, session_id="another"))
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT session_id FROM told").fetchall() == [("another",)]
    assert journal.close()


async def test_where_the_disk_cannot_tell_each_process_is_its_own_first(path: Path) -> None:
    event = Event(NOON, EventKind.ENDED, SESSION.id)
    with journal_at(path) as before:
        before.here_now(PLACE)
    journal = Journal(path, patience=1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert await journal.first_to_tell(PLACE, event)
        assert not await journal.first_to_tell(PLACE, event)
        other.execute("ROLLBACK")
    assert journal.close(30)
