"""The dashboard wherever a key may or may not be found: what is seen, how soon it is of use, and how it leaves."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.server import Server
from tests.terminal import keyring_place as place
from tests.terminal.conftest import OpenTerminal
from tests.terminal.keyring_place import KEY, Place, Spot
from tests.terminal.kit import Terminal, clean_environment, command

USABLE_WITHIN = 4.0
GONE_WITHIN = 1.0
HOME = ("active in the organization", "live")
ASKS = ("API KEY for profile default, for http://127.0.0.1:", "Check", "Demo", "Browse backends", "Quit")
TYPED_ONLY = ("export IONQ_API_KEY", "key_command =", "in memory only")
UNLOCK = ("gnome-keyring-daemon --replace --unlock", "read -rs IONQ_API_KEY && export IONQ_API_KEY")
KEEPS = ("keep it in this machine's keyring",)
NO_ANSWER = "no answer yet"
ANSWERS_NEVER = "did not answer within 3 s"


@dataclass(frozen=True)
class Case:
    """One environment, and what there is to see."""

    name: str
    place: Place
    screen: tuple[str, ...]
    """Where these stand, the screen is of use."""
    words: tuple[str, ...]
    """What it then comes to say."""
    never: tuple[str, ...] = ()
    asked: bool | None = None
    """Whether the keyring was asked, where its backend notes it."""
    sent: bool = False
    """True where the server gets the key."""


def _asks(name: str, where: Place, *words: str, keeps: bool = False, asked: bool | None = None) -> Case:
    offer = KEEPS if keeps else ()
    return Case(name, where, ASKS, (*offer, *words), () if keeps else KEEPS, asked)


def _home(name: str, where: Place, source: str, asked: bool | None = None) -> Case:
    return Case(name, where, HOME, (f"({source})",), ("API KEY",), asked, sent=True)


CASES = (
    _home("secret service, unlocked", place.unlocked, "keyring"),
    _asks("secret service, unlocked and empty", place.unlocked_and_empty, "keyring available", keeps=True),
    _asks("secret service, locked", place.locked, "the keyring is locked, and could not be unlocked", *UNLOCK),
    _asks("secret service that never answers", place.frozen, ANSWERS_NEVER, *UNLOCK),
    _asks("secret service killed in mid-call", place.killed, "the keyring failed", *TYPED_ONLY),
    _asks("D-Bus without a service", place.no_service, "no Secret Service on D-Bus", *TYPED_ONLY),
    _asks("no D-Bus", place.no_bus, "no Secret Service on D-Bus", *TYPED_ONLY),
    _asks("D-Bus that is gone", place.dead_bus, "no Secret Service on D-Bus", *TYPED_ONLY),
    _asks("null backend", place.variables(), "is disabled (keyring.backends.null)", *TYPED_ONLY),
    _asks(
        "fail backend",
        place.variables(PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring"),
        "no keyring is available to this login",
        *TYPED_ONLY,
    ),
    _asks(
        "no such backend",
        place.variables(PYTHON_KEYRING_BACKEND="no.such.Backend"),
        "the keyring failed (ModuleNotFoundError)",
        *TYPED_ONLY,
    ),
    Case(
        "backend that writes to standard error", place.strange("Noisy"), ASKS, ("keyring available",), ("DRAWN",), True
    ),
    _asks("backend that raises", place.strange("Raising"), "the keyring failed (RuntimeError)", *TYPED_ONLY),
    _asks("backend that exits", place.strange("Dying"), "the keyring failed (", *TYPED_ONLY),
    _asks("backend that returns bytes", place.strange("Garbage"), "is not text", *TYPED_ONLY),
    _asks("backend that has no key", place.strange("Broken"), "is not a key", "ionq-tui auth login"),
    _asks("backend that sleeps for ever", place.strange("Sleeping"), ANSWERS_NEVER, *UNLOCK, asked=True),
    _asks("key kept for another host", place.strange("Elsewhere"), "is for api.ionq.co; it is not sent to", keeps=True),
    _home("key command that works", place.key_command(f"echo {KEY}"), "key command", asked=False),
    _asks("key command that fails", place.key_command(f"echo {KEY}; exit 3"), "failed with code 3", asked=False),
    _home("key command of two lines", place.key_command(f"echo {KEY}; echo url: ionq"), "key command", asked=False),
    _asks("key command that prints nothing", place.key_command("true"), "printed nothing", asked=False),
    _asks("key command that hangs", place.key_command("exec sleep 60"), NO_ANSWER, asked=False),
    _home("IONQ_API_KEY", place.strange("Sleeping", IONQ_API_KEY=KEY), "environment", asked=False),
    _home(
        "IONQ_API_KEY with an end of line", place.strange("Strange", IONQ_API_KEY=f" {KEY}\r\n"), "environment", False
    ),
    _asks(
        "IONQ_API_KEY that is empty",
        place.strange("Strange", IONQ_API_KEY=""),
        "keyring available",
        keeps=True,
        asked=True,
    ),
    _asks(
        "IONQ_API_KEY of spaces",
        place.strange("Strange", IONQ_API_KEY="  "),
        "IONQ_API_KEY is set, but the API key is empty",
        asked=False,
    ),
    _asks(
        "IONQ_API_KEY with a space inside",
        place.strange("Strange", IONQ_API_KEY=f"a {KEY}"),
        "IONQ_API_KEY is set, but the API key contains a space",
        asked=False,
    ),
    _asks(
        "IONQ_API_KEY of two lines",
        place.strange("Strange", IONQ_API_KEY=f"{KEY}\n{KEY}"),
        "IONQ_API_KEY is set, but the API key contains a space",
        asked=False,
    ),
)


class Recorder:
    """The keys that the server was sent."""

    def __init__(self) -> None:
        self.keys: set[str] = set()

    def __call__(self, request: Request, reply: Reply) -> None:
        self.keys.add(request.headers.get("authorization", "").removeprefix("apiKey "))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def url(recorder: Recorder) -> Iterator[str]:
    with Server(partial(respond, SimulatedCloud(FastClock())), on_request=recorder) as server:
        yield server.url


@pytest.fixture
def home() -> Iterator[Path]:
    """A home with a short path, for a socket's path is limited."""
    with tempfile.TemporaryDirectory(prefix="ring") as name:
        yield Path(name)


@pytest.fixture
def spot(home: Path, url: str) -> Spot:
    return Spot(home, clean_environment(home), url)


def slack() -> float:
    """How much longer things may take while others use the same cores."""
    return min(4.0, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))


def shown(terminal: Terminal) -> str:
    return " ".join(terminal.text.split())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_usable_screen_soon_and_gone_at_once(
    case: Case,
    spot: Spot,
    recorder: Recorder,
    open_terminal: OpenTerminal,
    record_property: Callable[[str, object], None],
) -> None:
    with case.place(spot) as environment:
        recorder.keys.clear()
        begun = time.monotonic()
        terminal = open_terminal(command(), {**environment, "IONQ_API_URL": spot.url})
        spot.pid = lambda: terminal.pid
        spot.begun()
        terminal.wait_for(lambda now: all(words in shown(now) for words in case.screen))
        usable = time.monotonic() - begun
        terminal.wait_for(lambda now: all(words in shown(now) for words in case.words))
        text = shown(terminal)
        pressed = time.monotonic()
        code = terminal.keys("ctrl+c").wait_exit()
        gone = time.monotonic() - pressed
    record_property("keyring", {"name": case.name, "usable": round(usable, 2), "gone": round(gone, 2)})
    assert code == 0
    assert [words for words in case.never if words in text] == []
    assert usable <= USABLE_WITHIN * slack()
    assert gone <= GONE_WITHIN * slack()
    assert KEY.encode() not in terminal.raw
    assert recorder.keys == ({KEY} if case.sent else set())
    if case.asked is not None:
        assert (spot.home / "touched").exists() is case.asked


@pytest.mark.parametrize("backend", ["Refusing", "Stuck"])
def test_a_failed_save_is_said_and_leaves_no_file_behind(backend: str, spot: Spot, open_terminal: OpenTerminal) -> None:
    with place.strange(backend)(spot) as environment:
        terminal = open_terminal(command(), {**environment, "IONQ_API_URL": spot.url})
        terminal.wait_for(KEEPS[0]).paste(KEY).wait_for("••••••")
        terminal.keys("tab").wait_for("? help").keys("space").wait_for("▐X▌")
        terminal.keys("shift+tab").wait_for(lambda now: "? help" not in now.text).keys("enter")
        terminal.wait_for(lambda now: all(words in shown(now) for words in (*HOME, "the key is in memory only")))
        assert terminal.keys("ctrl+c").wait_exit() == 0
    assert "set" in (spot.home / "touched").read_text()
    assert KEY.encode() not in terminal.raw
    assert [file for file in spot.home.rglob("*") if file.is_file() and KEY.encode() in file.read_bytes()] == []


def test_a_key_command_that_takes_its_time_still_wins(spot: Spot, open_terminal: OpenTerminal) -> None:
    with place.key_command(f"sleep 5; echo {KEY}")(spot) as environment:
        terminal = open_terminal(command(), {**environment, "IONQ_API_URL": spot.url})
        terminal.wait_for(lambda now: NO_ANSWER in shown(now))
        terminal.wait_for(lambda now: all(words in shown(now) for words in (*HOME, "(key command)")))
        assert terminal.keys("ctrl+c").wait_exit() == 0


def test_a_pinentry_of_the_key_command_cannot_reach_our_terminal(spot: Spot, open_terminal: OpenTerminal) -> None:
    """gpg tells its agent the terminal by GPG_TTY, and the agent's pinentry draws there by that name."""
    script = """
    for terminal in /dev/tty "${GPG_TTY:-/dev/tty}" /proc/self/fd/0 /proc/self/fd/2; do
        (printf 'PINENTRY-WAS-HERE' >"$terminal") 2>/dev/null
        (read -r answer <"$terminal") 2>/dev/null
    done
    exit 2"""
    with place.key_command(script)(spot) as environment:
        inner = ["/bin/sh", "-c", 'export GPG_TTY="$(tty)"; exec "$@"', "sh", *command()]
        terminal = open_terminal(inner, {**environment, "IONQ_API_URL": spot.url})
        terminal.wait_for(lambda now: "failed with code 2" in shown(now))
        assert terminal.keys("ctrl+c").wait_exit() == 0
    assert b"PINENTRY" not in terminal.raw


def test_login_as_a_new_user_types_it(spot: Spot, recorder: Recorder, open_terminal: OpenTerminal) -> None:
    with place.unlocked_and_empty(spot) as environment:
        environment = {**environment, "IONQ_API_URL": spot.url}

        def auth(*arguments: str) -> Terminal:
            return open_terminal(command("auth", *arguments), environment)

        def asked() -> Terminal:
            return auth("login").wait_for("(not shown):")

        left = asked().keys("ctrl+c")
        assert left.wait_exit() == 130 and "no key was stored" in shown(left)
        for typed, words in (("", "the API key is empty"), (f"a {KEY}", "contains a space")):
            wrong = asked().type(typed).keys("enter")
            assert wrong.wait_exit() == 1 and f"{words}" in shown(wrong) and "no key was stored" in shown(wrong)
        assert recorder.keys == set()
        for key in (KEY[::-1], KEY):
            good = asked().type(f"{key}\rls\r")  # as a clipboard gives it
            assert good.wait_exit() == 0 and f"stored ••••{key[-4:]} for {spot.url[:17]}" in shown(good)
        assert recorder.keys == {KEY[::-1], KEY}
        for words, code in (("••••4321 from keyring", 0), ("ionq-tui auth login", 1)):
            told = auth("status")
            assert told.wait_exit() == code and words in shown(told)
            gone = auth("logout")
            assert gone.wait_exit() == 0 and ("removed the key" if code == 0 else "has no key") in shown(gone)
            assert KEY.encode() not in told.raw + gone.raw
    assert not any(KEY.encode() in one.raw for one in (left, wrong, good))
    assert [file for file in spot.home.rglob("*") if file.is_file() and KEY.encode() in file.read_bytes()] == []


def test_login_with_a_locked_keyring_asks_for_no_key(spot: Spot, open_terminal: OpenTerminal) -> None:
    with place.locked(spot) as environment:
        told = open_terminal(command("auth", "login"), {**environment, "IONQ_API_URL": spot.url})
        assert told.wait_exit() == 1
    assert "the keyring is locked" in shown(told) and "What helps:" in shown(told) and "API key for" not in shown(told)
