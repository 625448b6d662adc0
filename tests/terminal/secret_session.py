"""Runs inside `dbus-run-session`: a real gnome-keyring daemon, and this project's keyring asked by fresh processes.

`python -m tests.terminal.secret_session SCENARIO` prints one JSON list of what the probes told.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypedDict

PASSWORD = b"open sesame"
DEADLINE = 20.0

PROBE = """
import asyncio, json, sys, time
from ionq_tui.model.key import ApiKey
from ionq_tui.credentials.keyring_store import KeyringStore

operation, host = sys.argv[1:]
ring, key = KeyringStore(), ApiKey(sys.stdin.read() or "unused")
work = {
    "save": lambda: ring.save("lab", host, key),
    "read": lambda: ring.read("lab", host),
    "forget": lambda: ring.forget("lab"),
}
begun = time.monotonic()
outcome = asyncio.run(work[operation]())
told = {
    "outcome": type(outcome).__name__,
    "same": getattr(outcome, "key", None) == key,
    "shown": repr(outcome),
    "words": getattr(outcome, "words", ""),
    "help": getattr(outcome, "help", []),
    "host": getattr(outcome, "host", ""),
    "seconds": time.monotonic() - begun,
}
print(json.dumps(told))
"""


class Told(TypedDict):
    """What one probe said, and how long its process lived."""

    outcome: str
    same: bool
    shown: str
    words: str
    help: list[str]
    host: str
    seconds: float
    lived: float


def probe(operation: str, host: str = "api.ionq.co", key: str = "") -> Told:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", PROBE, operation, host],
        input=key,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: Told = json.loads(done.stdout)
    told["lived"] = time.monotonic() - begun
    return told


@contextmanager
def daemon(*options: str, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A gnome-keyring daemon that owns the name of the Secret Service; ended by its id, even where it was stopped."""
    process = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--components=secrets", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(PASSWORD if "--unlock" in options else b"")
        process.stdin.close()
        until(lambda: owner(environment) == process.pid)
        yield process
    finally:
        process.terminate()
        process.send_signal(signal.SIGCONT)
        process.wait(DEADLINE)
        until(lambda: owner(environment) is None)


def owner(environment: Mapping[str, str] | None = None) -> int | None:
    """The process id behind the name of the Secret Service."""
    asked = subprocess.run(
        [
            *(
                "dbus-send",
                "--session",
                "--print-reply=literal",
                "--dest=org.freedesktop.DBus",
                "/org/freedesktop/DBus",
            ),
            *("org.freedesktop.DBus.GetConnectionUnixProcessID", "string:org.freedesktop.secrets"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    return int(asked.stdout.split()[-1]) if asked.returncode == 0 else None


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < limit, "waited too long for the keyring daemon"
        time.sleep(0.05)


def kept(key: str) -> list[Told]:
    with daemon("--unlock"):
        return [
            probe("read"),
            probe("save", key=key),
            probe("read", key=key),
            probe("read", "elsewhere.example", key=key),
            probe("save", "elsewhere.example", key=key[::-1]),
            probe("read", "elsewhere.example", key=key[::-1]),
            probe("read", key=key),
            probe("forget"),
            probe("forget"),
            probe("read"),
        ]


def locked(key: str) -> list[Told]:
    """Kept once, then locked with nobody to unlock it, then unlocked as our own words advise."""
    with daemon("--unlock"):
        told = [probe("save", key=key)]
    with daemon("--start") as old:
        told += [probe("read"), probe("save", key=key), probe("forget")]
        with daemon("--replace", "--unlock"):
            old.wait(DEADLINE)
            told.append(probe("read", key=key))
    return told


def never_unlocked(key: str) -> list[Told]:
    """A daemon that has no keyring yet, so that the first use would have to ask for a new password."""
    with daemon("--start"):
        return [probe("read"), probe("save", key=key)]


def main() -> None:
    scenarios = {"kept": kept, "locked": locked, "never_unlocked": never_unlocked}
    print(json.dumps(scenarios[sys.argv[1]](sys.stdin.read())))


if __name__ == "__main__":
    main()
