"""run: a session for as long as one command, whatever becomes of the command or of us."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from ionq_tui.simulator.http import Reply, Request
from tests.cli.conftest import Shell
from tests.cli.site import FORTE, KEY, Site, process, wait_until

RUN = ["run", FORTE, "--max-jobs", "3", "--yes", "--"]


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def ended_once(site: Site) -> bool:
    return site.running == [] and [one.rpartition("/")[2] for one in site.changing] == ["sessions", "end"]


def test_the_command_gets_the_session_and_its_code_comes_back(site: Site, shell: Shell) -> None:
    told = shell(*RUN, *python("import os; print(os.environ['IONQ_SESSION_ID']); raise SystemExit(7)"))
    assert told.code == 7
    assert told.out.strip() in site.cloud.sessions
    assert "is open" in told.err and "ended" in told.err
    assert ended_once(site)


def test_what_follows_the_dashes_is_the_commands_own(site: Site, shell: Shell) -> None:
    told = shell(*RUN, *python("import sys; print(sys.argv[1:])"), "--yes", "--", "--json", "-h")
    assert told.code == 0
    assert told.out == "['--yes', '--', '--json', '-h']\n"


def test_its_input_is_ours(site: Site) -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as pipe:
        pipe.write("two\nlines\n")
    with os.fdopen(read) as pipe, process(*RUN, "cat", stdin=pipe.fileno()) as running:
        told = running.finish()
    assert (told.code, told.out) == (0, "two\nlines\n")


@pytest.mark.parametrize("in_environment", [True, False])
def test_the_key_is_passed_on_only_where_it_was_in_the_environment(
    site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch, home: Path, in_environment: bool
) -> None:
    if not in_environment:
        monkeypatch.delenv("IONQ_API_KEY")
        (home / "key").write_text(KEY)
        config = home / "ours.toml"
        port = site.server.port
        config.write_text(
            f'[profiles.default]\nurl = "http://127.0.0.1:{port}/v0.4"\nkey_command = "cat {home / "key"}"\n'
        )
        monkeypatch.setenv("IONQ_TUI_CONFIG", str(config))
    looks = f"import os; print(os.environ.get('IONQ_API_KEY') == {KEY!r}, {KEY!r} in str(dict(os.environ)))"
    looks = looks.replace(repr(KEY), "'-'.join(['canary', 'key', 'of', 'the', 'tests', '0001'])")
    told = shell(*RUN, *python(looks))
    assert (told.code, told.out) == (0, f"{in_environment} {in_environment}\n")


def test_death_by_a_signal_is_told_as_a_shell_does(site: Site, shell: Shell) -> None:
    assert shell(*RUN, *python("import os; os.kill(os.getpid(), 9)")).code == 128 + 9
    assert ended_once(site)


def test_a_command_that_is_not_there_costs_nothing(site: Site, shell: Shell) -> None:
    for command in (["no-such-command-anywhere"], []):
        told = shell(*RUN, *command)
        assert (told.code, told.out) == (2, "")
    assert site.asked == []


def test_for_a_command_that_does_not_exist_nothing_is_opened(site: Site, shell: Shell, home: Path) -> None:
    told = shell(*RUN, str(home / "nowhere"))
    assert told.code == 2 and "nothing was opened" in told.err
    assert site.changing == []


def test_a_command_that_cannot_be_started_ends_the_session(site: Site, shell: Shell, home: Path) -> None:
    broken = home / "broken"
    broken.write_bytes(b"\x00\x01 no program")
    broken.chmod(0o755)
    told = shell(*RUN, str(broken))
    assert told.code == 126 and "cannot be started" in told.err
    assert ended_once(site)


def test_read_only_runs_nothing(site: Site, shell: Shell, home: Path) -> None:
    assert shell("--read-only", *RUN, "touch", str(home / "ran")).code == 1
    assert site.changing == [] and not (home / "ran").exists()


def test_an_opening_that_is_refused_runs_nothing(site: Site, shell: Shell, home: Path) -> None:
    assert shell("run", "qpu.harmony", "--max-jobs", "3", "--yes", "--", "touch", str(home / "ran")).code == 1
    site.instead = lambda request: Reply(500, (), b"") if request.method == "POST" else None
    told = shell(*RUN, "touch", str(home / "ran"))
    assert told.code == 3 and "ionq-tui ls" in told.err
    assert not (home / "ran").exists()


def test_an_end_that_is_not_proved_is_said_whatever_the_command_did(site: Site, shell: Shell) -> None:
    site.instead = lambda request: Reply(500, (), b"") if request.path.endswith("/end") else None
    told = shell(*RUN[:-1], "--end-within", "1m", "--", "true")
    assert told.code == 3
    assert "STILL OPEN" in told.err and f"ionq-tui end {site.running[0]} --yes" in told.err


_TELLS = """
import os, signal, sys
def told(number, frame):
    os.write(1, signal.Signals(number).name.encode() + b"\\n")  # not print, which the signal may have interrupted
    {then}
for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1"):
    signal.signal(signal.Signals[name], told)
print("ready", flush=True)
while True:
    signal.pause()
"""


@pytest.mark.parametrize("name", ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"])
def test_signals_are_passed_on_and_the_session_is_ended(site: Site, name: str) -> None:
    with process(*RUN, *python(_TELLS.format(then="sys.exit(5)")), IONQ_TUI_PATIENCE="1") as running:
        assert running.read_line() == "ready\n"
        running.popen.send_signal(signal.Signals[name])
        told = running.finish()
    assert (told.code, told.out) == (5, name + "\n")
    assert ended_once(site)


def test_a_signal_that_the_command_lives_through_ends_nothing(site: Site) -> None:
    with process(*RUN, *python(_TELLS.format(then="number == signal.SIGINT and sys.exit(0)"))) as running:
        assert running.read_line() == "ready\n"
        running.popen.send_signal(signal.SIGUSR1)
        assert running.read_line() == "SIGUSR1\n"
        assert len(site.running) == 1
        running.popen.send_signal(signal.SIGINT)
        assert running.finish().code == 0
    assert ended_once(site)


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM"])
def test_a_command_that_will_not_go_does_not_keep_the_session_open(site: Site, name: str) -> None:
    deaf = python(_TELLS.format(then="number == signal.SIGINT and sys.exit(4)"))
    with process(*RUN, *deaf, IONQ_TUI_PATIENCE="0.4") as running:
        assert running.read_line() == "ready\n"
        running.popen.send_signal(signal.Signals[name])
        assert running.read_line() == name + "\n"
        wait_until(lambda: ended_once(site), "the session is ended")
        assert running.popen.poll() is None
        running.popen.send_signal(signal.SIGINT)
        told = running.finish()
    assert told.code == 4


def test_a_session_is_said_to_be_over_only_where_that_is_proved(site: Site) -> None:
    site.instead = lambda request: Reply(500, (), b"") if request.path.endswith("/end") else None
    deaf = python(_TELLS.format(then="number == signal.SIGINT and sys.exit(4)"))
    with process(*RUN, *deaf, IONQ_TUI_PATIENCE="0.1") as running:
        assert running.read_line() == "ready\n"
        running.popen.send_signal(signal.SIGTERM)
        assert running.popen.stderr is not None
        said = ""
        while "waiting for the command" not in said:
            line = running.popen.stderr.readline()
            assert line, said
            said += line
        running.popen.send_signal(signal.SIGINT)
        told = running.finish()
    assert told.code == 3
    assert f"ionq-tui end {site.running[0]} --yes" in said and "is over" not in said


def test_a_second_interruption_does_not_skip_the_end(site: Site) -> None:
    go_on = threading.Event()

    def slow(request: Request) -> Reply | None:
        if request.path.endswith("/end"):
            go_on.wait(10)
        return None

    site.instead = slow
    with process(*RUN, *python(_TELLS.format(then="sys.exit(5)")), IONQ_TUI_PATIENCE="1") as running:
        assert running.read_line() == "ready\n"
        running.popen.send_signal(signal.SIGINT)
        site.wait_asked(f"POST /sessions/{site.running[0]}/end")
        running.popen.send_signal(signal.SIGINT)
        running.popen.send_signal(signal.SIGINT)
        go_on.set()
        assert running.finish().code == 5
    assert ended_once(site)


def test_an_end_that_hangs_is_given_up_in_time_and_said(site: Site) -> None:
    go_on = threading.Event()

    def hang(request: Request) -> Reply | None:
        if request.path.endswith("/end"):
            go_on.wait(30)
        return None

    site.instead = hang
    with process(*RUN, *python(_TELLS.format(then="sys.exit(5)")), IONQ_TUI_PATIENCE="0.1") as running:
        assert running.read_line() == "ready\n"
        opened = site.running[0]
        running.popen.send_signal(signal.SIGTERM)
        told = running.finish()
        assert not go_on.is_set()
    go_on.set()
    assert told.code == 3
    assert f"the end of {opened} is not confirmed" in told.err and f"ionq-tui end {opened} --yes" in told.err


def test_a_signal_while_opening_starts_nothing_and_ends_what_was_opened(site: Site, home: Path) -> None:
    go_on = threading.Event()

    def slow(request: Request) -> Reply | None:
        if request.method == "POST" and not request.path.endswith("/end"):
            go_on.wait(10)
        return None

    site.instead = slow
    with process(*RUN, "touch", str(home / "ran"), IONQ_TUI_PATIENCE="1") as running:
        site.wait_asked("POST /sessions")
        running.popen.send_signal(signal.SIGTERM)
        assert running.popen.stderr is not None
        assert "interrupted" in running.popen.stderr.readline()
        go_on.set()
        told = running.finish()
    assert told.code == 128 + signal.SIGTERM
    assert ended_once(site) and not (home / "ran").exists()


def test_an_interrupted_opening_whose_reply_is_lost_names_what_was_found(site: Site, home: Path) -> None:
    site.after = cut
    with process(*RUN, "touch", str(home / "ran"), IONQ_TUI_PATIENCE="0.4") as running:
        site.wait_looked()
        running.popen.send_signal(signal.SIGTERM)
        told = running.finish()
    assert (told.code, told.out) == (3, "")
    assert "a session may have been opened" in told.err
    assert f"ionq-tui show {site.running[0]}" in told.err
    assert site.changing == ["POST /sessions"] and not (home / "ran").exists()


def test_an_interrupted_opening_that_hangs_is_not_known(site: Site, home: Path) -> None:
    go_on = threading.Event()
    site.instead = lambda request: None if request.method == "GET" or go_on.wait(30) else Reply(500, (), b"")
    with process(*RUN, "touch", str(home / "ran"), IONQ_TUI_PATIENCE="0.3") as running:
        site.wait_asked("POST /sessions")
        running.popen.send_signal(signal.SIGTERM)
        told = running.finish()
    go_on.set()
    assert (told.code, told.out) == (3, "")
    assert "a session may have been opened" in told.err and "ionq-tui ls" in told.err
    assert site.changing == ["POST /sessions"] and not (home / "ran").exists()


def cut(request: Request, reply: Reply) -> Reply:
    """Do what is asked, and break the line before the answer."""
    if request.method == "POST":
        raise ConnectionError
    return reply


def test_what_cannot_be_said_any_more_does_not_keep_it_from_ending(site: Site) -> None:
    with process(*RUN, *python(_TELLS.format(then="sys.exit(5)")), IONQ_TUI_PATIENCE="1") as running:
        assert running.read_line() == "ready\n"
        assert running.popen.stderr is not None
        running.popen.stderr.close()
        running.popen.send_signal(signal.SIGHUP)
        assert running.popen.wait(20) == 5
        running.popen.stderr = None
    assert ended_once(site)
