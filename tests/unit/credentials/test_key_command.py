from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TextIO

import pytest

from ionq_tui.credentials.key_command import CommandFailed, key_from
from ionq_tui.model.key import ApiKey

SECRET = "canary-of-the-command-4321"


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


async def test_the_first_line_it_prints_is_the_key() -> None:
    assert await key_from(python(f"print('{SECRET}')"), {}) == ApiKey(SECRET)
    assert await key_from(python(f"print('{SECRET}\\nurl: ionq\\n' + 'note ' * 2000)"), {}) == ApiKey(SECRET)
    assert await key_from(python(f"print('\\n{SECRET}  \\n\\n')"), {}) == ApiKey(SECRET)
    told = f"import sys; sys.stdout.buffer.write(b'{SECRET}\\r\\n\\xff\\xfe is not text')"
    assert await key_from(python(told), {}) == ApiKey(SECRET)


async def test_no_shell_reads_it() -> None:
    code = "import sys; print('-'.join(sys.argv[1:]))"
    assert await key_from(python(code) + " $HOME ; '|' '`id`'", {}) == ApiKey("$HOME-;-|-`id`")


async def test_it_has_no_key_of_the_environment_no_input_and_no_terminal() -> None:
    code = (
        "import os, sys; told = [os.environ.get('IONQ_API_KEY'), os.environ.get('GNUPGHOME'), sys.stdin.read(), "
        "os.getsid(0) == os.getpid()]; print('/'.join(map(str, told)))"
    )
    key = await key_from(python(code), {"IONQ_API_KEY": SECRET, "GNUPGHOME": "kept"})
    assert key == ApiKey("None/kept//True")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (python("pass"), "printed nothing"),
        (python(f"print('\\notpauth://totp/x?secret={SECRET}\\nmore')"), "printed an empty first line"),
        (python(f"print('a note first\\n{SECRET}')"), "printed no key"),
        (python(f"print('two words {SECRET}')"), "printed no key"),
        (python(f"import sys; print('{SECRET}'); sys.exit(3)"), "failed with code 3"),
        (python("import sys; sys.stdout.buffer.write(bytes([255, 254]))"), "not text"),
        (python(f"while True: print('{SECRET}')"), "far more than a key"),
        (python(f"import sys; sys.exit('{SECRET}')"), "failed with code 1"),
        ("/no/such/program at all", "no such program: /no/such/program"),
        ("/", "cannot be run"),
        ("pass 'show", "cannot be read: no closing quotation"),
        ("   ", "is empty"),
    ],
)
async def test_what_goes_wrong_is_said_without_the_output(
    command: str, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandFailed) as caught:
        await key_from(command, {})
    assert words in str(caught.value)
    assert SECRET not in str(caught.value)
    assert capfd.readouterr() == ("", "")


SLOW = """sh -c 'exec 3>"$1"; sleep 3600 & echo $$ $! >&3; wait' sh"""


@asynccontextmanager
async def slow(folder: Path, seconds: float) -> AsyncIterator[tuple[asyncio.Task[ApiKey], TextIO]]:
    """A command and its child that sleep, and a pipe that ends when both are gone."""
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    running = asyncio.create_task(key_from(f"{SLOW} {shlex.quote(str(fifo))}", dict(os.environ), seconds))
    pipe = await asyncio.to_thread(open, fifo)
    pids = [int(pid) for pid in (await asyncio.to_thread(pipe.readline)).split()]
    try:
        yield running, pipe
    except BaseException:
        for pid in pids:  # the end of the pipe does not prove that they are gone
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        raise
    finally:
        pipe.close()


@pytest.mark.slow
async def test_one_that_takes_too_long_is_stopped_with_its_children(tmp_path: Path) -> None:
    async with slow(tmp_path, 2.0) as (running, pipe):
        with pytest.raises(CommandFailed, match="took longer than 2 s and was stopped"):
            await running
        assert await asyncio.to_thread(pipe.read) == ""


async def test_leaving_stops_it_with_its_children(tmp_path: Path) -> None:
    async with slow(tmp_path, 60.0) as (running, pipe):
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await asyncio.to_thread(pipe.read) == ""


@asynccontextmanager
async def left_behind(folder: Path, script: str) -> AsyncIterator[tuple[asyncio.Task[ApiKey], int]]:
    """A command run with the name of a fifo, and the process that it names there; that one is ended afterwards."""
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    running = asyncio.create_task(key_from(shlex.join(["sh", "-c", script, "sh", str(fifo)]), dict(os.environ), 60.0))
    try:
        pid = int(await asyncio.to_thread(fifo.read_text))
    except BaseException:
        running.cancel()
        raise
    try:
        yield running, pid
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def test_what_it_leaves_in_the_background_is_not_waited_for(tmp_path: Path) -> None:
    script = f'sleep 3600 & echo {SECRET}; exec 3>"$1"; echo $! >&3'
    async with left_behind(tmp_path, script) as (running, pid):
        assert await running == ApiKey(SECRET)
        os.kill(pid, 0)  # an agent that it started may be of use to others


async def test_the_end_of_a_pipe_of_its_own_is_waited_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ionq_tui.credentials.key_command._EXIT_GRACE", 60.0)
    late = f"(while kill -0 $$; do :; done 2>/dev/null; echo {SECRET}) &"  # no sooner than the command is gone
    async with left_behind(tmp_path, f'{late} exec 3>"$1"; echo $! >&3') as (running, _):
        assert await running == ApiKey(SECRET)


async def test_stopping_it_leaves_alone_what_left_its_group(tmp_path: Path) -> None:
    script = f"""{shlex.quote(sys.executable)} -c 'import os, sys, time; os.setsid()
with open(sys.argv[1], "w") as told: told.write(str(os.getpid()))
time.sleep(3600)' "$1" & wait"""
    async with left_behind(tmp_path, script) as (running, pid):
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        os.kill(pid, 0)
