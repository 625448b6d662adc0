"""The keyring of a real Linux login: Debian's gnome-keyring on a D-Bus of its own, and machines without one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.terminal.secret_session import PROBE, Told

ROOT = Path(__file__).parents[2]
CANARY = "canary-of-the-keyring-0123456789"

for _program in ("gnome-keyring-daemon", "dbus-run-session", "dbus-send"):
    if shutil.which(_program) is None:
        pytest.skip(f"{_program} is not installed", allow_module_level=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home with short paths, for a socket's path is limited."""
    with tempfile.TemporaryDirectory(prefix="ring") as name:
        path = Path(name)
        for folder in ("run", "data", "config", "cache"):
            (path / folder).mkdir(mode=0o700)
        yield path


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }


def in_session(home: Path, scenario: str) -> list[Told]:
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-m", "tests.terminal.secret_session", scenario],
        cwd=ROOT,
        env=environment(home),
        input=CANARY,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert CANARY not in done.stdout + done.stderr
    told: list[Told] = json.loads(done.stdout.splitlines()[-1])
    return told


def outcomes(told: list[Told]) -> list[str]:
    return [one["outcome"] for one in told]


def test_a_key_is_kept_for_its_host_read_back_and_forgotten(home: Path) -> None:
    told = in_session(home, "kept")
    assert outcomes(told) == [
        *("Absent", "StoredKey", "Found", "WrongHost"),
        *("StoredKey", "Found", "WrongHost", "Forgotten", "Absent", "Absent"),
    ]
    assert told[2]["same"] and told[5]["same"]
    assert told[3]["host"] == "api.ionq.co"
    assert told[6]["host"] == "elsewhere.example"
    assert not any(CANARY.encode() in file.read_bytes() for file in home.rglob("*") if file.is_file())


def test_a_locked_keyring_is_locked_and_our_own_advice_opens_it(home: Path) -> None:
    told = in_session(home, "locked")
    assert outcomes(told) == ["StoredKey", "Locked", "Locked", "Locked", "Found"]
    assert told[4]["same"]
    for one in told[1:4]:
        assert one["seconds"] < 4
        assert one["lived"] - one["seconds"] < 2
        assert len(one["help"]) >= 2
        assert any("gnome-keyring-daemon --replace --unlock" in line for line in one["help"])


def test_a_keyring_that_was_never_made_is_locked_too(home: Path) -> None:
    told = in_session(home, "never_unlocked")
    assert outcomes(told) == ["Locked", "Locked"]


def test_a_prompt_that_nobody_answers_is_locked_in_time_and_exit_is_not_held_up(home: Path) -> None:
    services = home / "data" / "dbus-1" / "services"
    services.mkdir(parents=True)
    prompter = home / "prompter"
    prompter.write_text(f"#!/bin/sh\necho $$ >>{home}/prompters\nexec sleep 60 >{os.devnull} 2>&1\n")
    prompter.chmod(0o700)
    (services / "org.gnome.keyring.SystemPrompter.service").write_text(
        f"[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec={prompter}\n"
    )
    try:
        told = in_session(home, "locked")
    finally:
        for line in (home / "prompters").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(line), signal.SIGKILL)
    assert outcomes(told) == ["StoredKey", "Locked", "Locked", "Locked", "Found"]
    for one in told[1:4]:
        assert "3 s" in one["words"]
        assert 3 <= one["seconds"] < 4
        assert one["lived"] - one["seconds"] < 2
    assert told[4]["same"]


def test_without_a_bus_the_words_say_what_works(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "save", "api.ionq.co"],
        cwd=ROOT,
        env=environment(home),
        input=CANARY,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    told: Told = json.loads(done.stdout)
    assert told["outcome"] == "Broken"
    assert "no Secret Service on D-Bus" in told["words"]
    assert any("IONQ_API_KEY" in line for line in told["help"])
    assert any("key_command" in line for line in told["help"])
    assert CANARY not in done.stdout + done.stderr
