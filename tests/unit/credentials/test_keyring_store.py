from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import keyring.errors
import pytest

from ionq_tui.credentials.keyring_store import (
    Absent,
    Backend,
    Broken,
    Forgotten,
    Found,
    KeyringStore,
    Locked,
    StoredKey,
    UnsafeBackend,
    WrongHost,
)
from ionq_tui.model.key import ApiKey
from tests.unit.credentials.ring_double import Forgetful, Memory, Raising, RaisingOnWrite, Sleeping, SlowToChange

SECRET = "canary-in-the-ring-98765"
HOST = "api.ionq.co"
NEVER_SECONDS = 60.0
CHANGE_SECONDS = 0.5
"""Enough for a read of memory, after which the change begins."""


def ring(backend: Backend, seconds: float = NEVER_SECONDS) -> KeyringStore:
    return KeyringStore(lambda: backend, seconds)


async def test_a_key_goes_in_comes_back_and_goes() -> None:
    backend = Memory()
    assert await ring(backend).read("lab", HOST) == Absent("Memory Keyring")
    assert await ring(backend).save("lab", HOST, ApiKey(SECRET)) == StoredKey("Memory Keyring")
    assert backend.held == {"lab": f"key for {HOST}: {SECRET}"}
    assert await ring(backend).read("lab", HOST) == Found(ApiKey(SECRET), "Memory Keyring")
    assert await ring(backend).read("default", HOST) == Absent("Memory Keyring")
    assert await ring(backend).forget("lab") == Forgotten("Memory Keyring", HOST)
    assert backend.held == {}
    assert await ring(backend).forget("lab") == Absent("Memory Keyring")


SERVERS = (HOST, "lab.example", "lab.example:8443", "http://localhost:8000", "localhost:8000", "http://localhost:8001")


@pytest.mark.parametrize("server", SERVERS)
async def test_a_kept_key_is_handed_out_for_its_own_server_alone(server: str) -> None:
    backend = Memory()
    await ring(backend).save("lab", server, ApiKey(SECRET))
    for other in SERVERS:
        outcome = await ring(backend).read("lab", other)
        if other == server:
            assert outcome == Found(ApiKey(SECRET), "Memory Keyring")
        else:
            assert outcome == WrongHost(server, "Memory Keyring")


async def test_a_key_that_was_put_there_without_a_host_is_for_production() -> None:
    backend = Memory(lab=SECRET)
    assert isinstance(await ring(backend).read("lab", HOST), Found)
    assert await ring(backend).read("lab", "lab.example") == WrongHost(HOST, "Memory Keyring")


async def test_a_key_of_another_host_is_replaced_in_one_step_and_that_is_told() -> None:
    backend = Memory(lab="the-old-key-of-production")
    outcome = await ring(backend).save("lab", "lab.example", ApiKey(SECRET))
    assert outcome == StoredKey("Memory Keyring", instead_of=HOST)
    assert backend.held == {"lab": f"key for lab.example: {SECRET}"}
    assert [asked for asked in backend.asked if asked[0] != "get"] == [("set", "lab")]
    assert await ring(backend).save("lab", "lab.example", ApiKey("another")) == StoredKey("Memory Keyring")


async def test_nothing_is_lost_where_saving_fails() -> None:
    backend = RaisingOnWrite(lab="the-old-key-of-production")
    assert isinstance(await ring(backend).save("lab", "lab.example", ApiKey(SECRET)), Broken)
    assert await ring(backend).read("lab", HOST) == Found(ApiKey("the-old-key-of-production"), "Memory Keyring")
    assert await ring(backend).read("lab", "lab.example") == WrongHost(HOST, "Memory Keyring")


async def test_whether_a_key_could_be_kept_shows_before_it_is_typed() -> None:
    for good in (Memory(), Memory(lab=b"garbage"), Memory(lab="two words")):
        assert await ring(good).trouble("lab") is None
        assert good.asked == [("get", "lab")]
    assert isinstance(await ring(Raising(keyring.errors.KeyringLocked)).trouble("lab"), Locked)
    assert isinstance(await ring(Raising(ValueError)).trouble("lab"), Broken)


async def test_a_key_is_kept_only_if_it_can_be_read_back() -> None:
    outcome = await ring(Forgetful()).save("lab", HOST, ApiKey(SECRET))
    assert isinstance(outcome, Broken) and "did not store it" in outcome.words


@pytest.mark.parametrize("garbage", [b"bytes", 7, ["a"], object()])
async def test_garbage_is_no_key(garbage: object) -> None:
    outcome = await ring(Memory(lab=garbage)).read("lab", HOST)
    assert isinstance(outcome, Broken) and "not text" in outcome.words


@pytest.mark.parametrize("text", ["", "two words", "line\nbreak", "ключ"])
async def test_a_text_that_is_no_key_is_said_and_not_repeated(text: str) -> None:
    outcome = await ring(Memory(lab=text)).read("lab", HOST)
    assert isinstance(outcome, Broken) and "is not a key" in outcome.words
    assert not text or text not in outcome.words


def dismissed(text: str) -> BaseException:
    error = keyring.errors.InitError(f"Failed to create the collection: {text}")
    error.__cause__ = type("PromptDismissedException", (Exception,), {})(text)
    return error


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (keyring.errors.KeyringLocked, Locked, "is locked"),
        (dismissed, Locked, "is locked"),
        (type("LockedException", (Exception,), {}), Locked, "is locked"),
        (keyring.errors.NoKeyringError, Broken, "no keyring is available"),
        (keyring.errors.InitError, Broken, "InitError"),
        (ValueError, Broken, "ValueError"),
        (UnsafeBackend, Broken, ""),
        (SystemExit, Broken, "RuntimeError"),
        (KeyboardInterrupt, Broken, "RuntimeError"),
        (TimeoutError, Locked, "did not answer"),
    ],
)
async def test_whatever_a_backend_raises_becomes_words(
    error: Callable[[str], BaseException], kind: type[Locked] | type[Broken], words: str
) -> None:
    for outcome in (
        await ring(Raising(error)).read("lab", HOST),
        await ring(Raising(error)).save("lab", HOST, ApiKey(SECRET)),
        await ring(Raising(error)).forget("lab"),
    ):
        assert isinstance(outcome, kind)
        assert words in outcome.words
        assert len(outcome.help) >= 2


async def test_an_error_that_holds_the_secret_does_not_get_out(caplog: pytest.LogCaptureFixture) -> None:
    outcome = await ring(RaisingOnWrite()).save("lab", HOST, ApiKey(SECRET))
    assert isinstance(outcome, Broken)
    assert SECRET not in repr(outcome) + caplog.text
    found = await ring(Memory(lab=SECRET)).read("lab", HOST)
    assert SECRET not in repr(found)


async def test_a_backend_that_sleeps_for_ever_is_locked_in_time() -> None:
    backend = Sleeping()
    try:
        outcome = await ring(backend, 0.01).read("lab", HOST)
        assert isinstance(outcome, Locked)
        assert "did not answer" in outcome.words and len(outcome.help) >= 2
        assert backend.daemonic
    finally:
        backend.woken.set()


Wake = Callable[[Sleeping | SlowToChange], list[threading.Thread]]


@pytest.fixture
def wake() -> Wake:
    """Wake a keyring that this test has sent to sleep, and wait for its threads; those of other tests sleep on."""
    others = set(threading.enumerate())

    def woken(backend: Sleeping | SlowToChange) -> list[threading.Thread]:
        sleepers = [one for one in threading.enumerate() if one.name == "ionq-tui keyring" and one not in others]
        backend.woken.set()
        for thread in sleepers:
            thread.join(NEVER_SECONDS)
        return sleepers

    return woken


async def test_a_save_that_was_given_up_does_not_happen_later(wake: Wake) -> None:
    backend = Sleeping()
    outcome = await ring(backend, 0.01).save("lab", HOST, ApiKey(SECRET))
    assert isinstance(outcome, Locked) and "it is waiting to be unlocked" in outcome.words
    wake(backend)
    assert backend.finished.is_set()
    assert backend.held == {}


async def test_a_save_that_ends_after_all_was_not_denied_and_is_for_its_host_alone(wake: Wake) -> None:
    backend = SlowToChange(lab="the-old-key-of-production")
    outcome = await ring(backend, CHANGE_SECONDS).save("lab", "lab.example", ApiKey(SECRET))
    assert isinstance(outcome, Locked)
    assert "may still complete the request" in outcome.words and "auth status" in outcome.words
    assert isinstance(await ring(backend).read("lab", HOST), Found)
    wake(backend)
    assert await ring(backend).read("lab", "lab.example") == Found(ApiKey(SECRET), "Memory Keyring")
    assert await ring(backend).read("lab", HOST) == WrongHost("lab.example", "Memory Keyring")


async def test_a_forgetting_that_ends_after_all_was_not_denied(wake: Wake) -> None:
    backend = SlowToChange(lab=SECRET)
    outcome = await ring(backend, CHANGE_SECONDS).forget("lab")
    assert isinstance(outcome, Locked) and "may still complete the request" in outcome.words
    wake(backend)
    assert backend.held == {}


def test_an_answer_after_the_loop_is_closed_troubles_nobody(wake: Wake) -> None:
    backend = Sleeping()
    asyncio.run(ring(backend, 0.01).read("lab", HOST))
    sleepers = wake(backend)
    assert sleepers and backend.finished.is_set()


SYSTEM = """
import asyncio, sys, time
from ionq_tui.model.key import ApiKey
from ionq_tui.credentials.keyring_store import KeyringStore
assert "keyring" not in sys.modules
ring = KeyringStore(seconds=float(sys.argv[1]))
print(asyncio.run(ring.read("lab", "api.ionq.co")))
print(asyncio.run(ring.save("lab", "api.ionq.co", ApiKey("k"))))
"""


def with_system_backend(folder: Path, backend: str, seconds: float = NEVER_SECONDS) -> str:
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHON_KEYRING_BACKEND": backend, "LANG": "C.UTF-8"}
    environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[3]), str(folder)])
    done = subprocess.run(
        [sys.executable, "-c", SYSTEM, str(seconds)],
        capture_output=True,
        text=True,
        env=environ,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


OWN = """
import time
from keyring.backend import KeyringBackend
class Own(KeyringBackend):
    priority = {priority}
    def get_password(self, service, username):
        {body}
    def set_password(self, service, username, password):
        open("/dev/null/never", "w")
"""


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("keyring.backends.null.Keyring", "disabled"),
        ("keyring.backends.fail.Keyring", "no keyring is available"),
        ("no.such.Module", "ModuleNotFoundError"),
    ],
)
def test_the_systems_backends_that_keep_nothing(tmp_path: Path, backend: str, words: str) -> None:
    lines = with_system_backend(tmp_path, backend).splitlines()
    assert len(lines) == 2
    assert all(line.startswith("Broken(") and words in line for line in lines)


def test_a_backend_that_is_no_safe_place_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN.format(priority=0.5, body="return 'from-a-plain-file'"))
    said = with_system_backend(tmp_path, "own.Own")
    assert said.count("own.Own is not a secure store") == 2


def test_the_process_ends_while_its_keyring_sleeps(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN.format(priority=9, body="time.sleep(3600)"))
    said = with_system_backend(tmp_path, "own.Own", seconds=0.5)
    assert said.count("Locked(") == 2
