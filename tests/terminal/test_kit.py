"""The kit itself, against tiny programs, so that a failure elsewhere is not the kit's."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.conftest import OpenTerminal
from tests.terminal.kit import Terminal, clean_environment, key_bytes
from tests.terminal.tmux import Tmux

ECHO = """
import os, sys, termios, tty
tty.setraw(0)
print("ready", end="\\r\\n", flush=True)
while (data := os.read(0, 100)) not in (b"q", b""):
    print(data.hex(), end="\\r\\n", flush=True)
sys.exit(7)
"""


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def prints(text: str, then: str = "input()") -> list[str]:
    return python(f"import sys; sys.stdout.write({text!r}); sys.stdout.flush(); {then}")


def asking(query: bytes) -> str:
    return f"import os, tty; tty.setraw(0); os.write(1, {query!r}); print(os.read(0, 100).hex(), flush=True); input()"


def line(text: str) -> Callable[[Terminal], bool]:
    return lambda terminal: text in map(str.rstrip, terminal.lines)


def test_keys_reach_the_program_and_its_output_the_screen(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal(python(ECHO)).wait_for("ready")
    for name in ("tab", "shift+tab", "enter", "esc", "ctrl+c", "down", "x", "alt+x", "é"):
        terminal.keys(name).wait_for(line(key_bytes(name).hex()))
    assert terminal.lines[0] == "ready"
    assert terminal.raw.startswith(b"ready\r\n")
    assert terminal.keys("q").wait_exit() == 7


def test_a_key_nobody_has_is_a_mistake_of_the_test() -> None:
    with pytest.raises(ValueError, match="no such key"):
        key_bytes("hyper+x")


def test_pasting_and_clicking(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal(python(ECHO)).wait_for("ready")
    terminal.paste("hi").wait_for(b"\x1b[200~hi\x1b[201~".hex())
    terminal.click(1, 2).wait_for(lambda t: b"\x1b[<0;3;2M".hex() in t.text and b"\x1b[<0;3;2m".hex() in t.text)


def test_a_wait_in_vain_fails_and_shows_the_screen(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal(python(ECHO)).wait_for("ready")
    with pytest.raises(AssertionError, match=r"'nothing' never came \(waited 0.05 s\)(.|\n)*\|ready  "):
        terminal.wait_for("nothing", timeout=0.05)
    with pytest.raises(AssertionError, match="still running"):
        terminal.wait_exit(timeout=0.05)


def test_waiting_for_a_program_that_is_gone_fails_at_once(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal(prints("bye", then="sys.exit(3)"))
    with pytest.raises(AssertionError, match=r"the program has ended\)(.|\n)*bye"):
        terminal.wait_for("nothing", timeout=60)
    assert terminal.wait_exit() == 3


def test_the_size_is_the_program_s_and_follows_a_resize(open_terminal: OpenTerminal) -> None:
    program = """
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
while True:
    print(os.get_terminal_size(), flush=True)
    signal.sigwait([signal.SIGWINCH])
"""
    terminal = open_terminal(python(program), rows=10, columns=60).wait_for("columns=60, lines=10")
    terminal.resize(16, 70).wait_for("columns=70, lines=16")
    assert len(terminal.lines) == 16


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (b"\x1b[c", b"\x1b[?64;"),
        (b"\x1b[3;5H\x1b[6n", b"\x1b[3;5R"),
        (b"\x1b[>0q", b"\x1bP>|XTerm("),
        (b"\x1b[?2026$p", b"\x1b[?2026;0$y"),
        (b"\x1b]11;?\x1b\\", b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
        (b"\x1b[18t", b"\x1b[8;24;80t"),
    ],
)
def test_queries_are_answered(open_terminal: OpenTerminal, query: bytes, answer: bytes) -> None:
    program = (
        f"import os, tty; tty.setraw(0); os.write(1, {query!r}); print(os.read(0, 100).hex(), flush=True); input()"
    )
    open_terminal(python(program)).wait_for(answer.hex())


def test_the_kitty_query_is_met_with_silence_unless_told_otherwise(open_terminal: OpenTerminal) -> None:
    program = asking(b"\x1b[?u\x1b[c")
    silent = open_terminal(python(program)).wait_for(b"\x1b[?64;".hex())
    assert b"?0u".hex() not in silent.text
    open_terminal(python(program), answers={b"\x1b[?u": b"\x1b[?0u"}).wait_for(b"\x1b[?0u".hex())


def test_what_is_not_text_is_not_shown(open_terminal: OpenTerminal) -> None:
    noise = "\x1b[>1u\x1b[<u\x1b[?2048h\x1b[2 q\x1b[>4;1m\x1b_Gi=1\x1b\\\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\"
    terminal = open_terminal(prints(f"a{noise}b\x1b]0;forte-1 38m\x07\x1b]52;c;aGVsbG8=\x07c")).wait_for("c")
    assert terminal.lines[0] == "abc"
    assert terminal.title == "forte-1 38m"
    assert terminal.copied == ["hello"]


def test_a_sequence_may_arrive_in_pieces(open_terminal: OpenTerminal) -> None:
    program = """
import os, time
for byte in "\\x1b[31mré\\x1b[0md\\x1b]2;t\\x1b\\\\\\x1b[\\x1b[1mx".encode():
    os.write(1, bytes([byte]))
    os.sched_yield()
input()
"""
    terminal = open_terminal(python(program)).wait_for("x")
    assert terminal.lines[0].startswith("réd")
    assert terminal.cell(0, 0).fg == "red"
    assert terminal.cell(0, 2).fg == "default"
    assert terminal.title == "t"


def test_the_main_screen_comes_back_after_the_alternate_one(open_terminal: OpenTerminal) -> None:
    terminal = open_terminal(
        prints("before\r\n\x1b[?1049h\x1b[Hinside", then="input(); sys.stdout.write('\\x1b[?1049lafter\\r\\n')")
    )
    terminal.wait_for("inside")
    assert terminal.alternate
    assert "before" not in terminal.text
    assert terminal.keys("enter").wait_exit() == 0
    assert terminal.lines[:2] == ["before", "after"]


def test_hanging_up_reaches_the_program(environment: dict[str, str]) -> None:
    with Terminal(prints("up", then="import time; time.sleep(600)"), environment) as terminal:
        terminal.wait_for("up")
        terminal.hang_up()
        assert terminal.wait_exit() == -signal.SIGHUP


def test_a_stubborn_program_and_its_children_end_with_the_terminal(environment: dict[str, str], tmp_path: Path) -> None:
    mark = tmp_path / "child"
    program = f"""
import os, signal, time
for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT): signal.signal(number, signal.SIG_IGN)
child = os.fork()
if child: open({str(mark)!r}, "w").write(str(child))
print("stubborn", flush=True)
time.sleep(600)
"""
    with Terminal(python(program), environment) as terminal:
        terminal.wait_for(lambda t: t.text.count("stubborn") == 2 and mark.exists() and bool(mark.read_text()))
    assert terminal.exit_code == -signal.SIGKILL
    child, deadline = int(mark.read_text()), time.monotonic() + 10
    while _runs(child):
        assert time.monotonic() < deadline, "the child lives on"
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_the_environment_holds_nothing_of_the_user_s(
    open_terminal: OpenTerminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IONQ_API_KEY", "not-for-you")
    program = (
        "import os; print(os.environ.get('IONQ_API_KEY'), os.environ['HOME'] == os.environ['SAME'], 'done', flush=True)"
    )
    home = tmp_path / "other"
    open_terminal(python(program), clean_environment(home, SAME=str(home))).wait_for("None True done")


def test_tmux_runs_shows_and_types(tmux: Callable[[], Tmux]) -> None:
    session = tmux().start(python(ECHO)).wait_for("ready")
    session.keys("Tab", "C-c").type("é").wait_for("\n09")
    session.wait_for(lambda pane: "03" in pane.text and "c3a9" in pane.text)
    session.resize(16, 70).wait_for(lambda pane: pane.show("#{pane_width}x#{pane_height}") == "70x16")
    session.keys("q").wait_for(lambda pane: pane.show("#{pane_dead}") == "1")


def test_a_tmux_server_ends_with_its_block(environment: dict[str, str], tmux: Callable[[], Tmux]) -> None:
    with tmux() as session:
        pid = int(session.start(python(ECHO)).wait_for("ready").show("#{pid}"))
        assert _runs(pid)
    deadline = time.monotonic() + 10
    while _runs(pid):
        assert time.monotonic() < deadline, "the server lives on"
        time.sleep(0.01)
