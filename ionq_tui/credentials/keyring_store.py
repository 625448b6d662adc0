"""The operating system's keyring, accessed with a time limit and never on the event loop."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol, TypeVar

from ionq_tui.credentials.time_limit import bounded
from ionq_tui.model.key import ApiKey
from ionq_tui.model.quick_dataclass import quick_dataclass

SERVICE = "ionq-tui"
SECONDS = 3.0
FIRST_HOST = "api.ionq.co"
"""The host assumed for a key that another program stored without one."""


class Backend(Protocol):
    """The part of a keyring backend that is used. Its return values are checked, not trusted."""

    def get_password(self, service: str, username: str, /) -> object:
        """Return the secret, or None if there is none."""
        ...

    def set_password(self, service: str, username: str, password: str, /) -> object:
        """Store the secret."""
        ...

    def delete_password(self, service: str, username: str, /) -> object:
        """Delete the secret."""
        ...


@quick_dataclass(frozen=True, slots=True)
class Found:
    """A key that was stored for the requested host."""

    key: ApiKey
    backend: str
    """The name of the keyring."""


@quick_dataclass(frozen=True, slots=True)
class Absent:
    """The keyring answered and has no key for this profile."""

    backend: str


@quick_dataclass(frozen=True, slots=True)
class WrongHost:
    """A key is stored, but for another host, so it is not returned."""

    host: str
    backend: str


@quick_dataclass(frozen=True, slots=True)
class Locked:
    """The keyring is locked or did not answer in time. It may contain a key."""

    words: str
    help: tuple[str, ...] = ()
    """Commands that help, one per line."""


@quick_dataclass(frozen=True, slots=True)
class Broken:
    """No usable keyring, and the reason."""

    words: str
    help: tuple[str, ...] = ()
    """Commands that help, one per line."""


@quick_dataclass(frozen=True, slots=True)
class StoredKey:
    """The key was stored, and reading it back succeeded."""

    backend: str
    instead_of: str = ""
    """The other host whose key was replaced, if any."""


@quick_dataclass(frozen=True, slots=True)
class Forgotten:
    """The key was deleted."""

    backend: str
    host: str
    """The host it was stored for."""


ReadOutcome = Found | Absent | WrongHost | Locked | Broken
SaveOutcome = StoredKey | Locked | Broken
ForgetOutcome = Forgotten | Absent | Locked | Broken

_Outcome = TypeVar("_Outcome")


class UnsafeBackend(Exception):
    """The backend must not store a key. The message says why."""


class KeyringStore:
    """The API keys of all profiles, each in one entry together with its host.

    A failure between two separate entries could leave a key with the wrong host; a single entry is either the old one
    or the new one.
    """

    def __init__(self, backend: Callable[[], Backend] | None = None, seconds: float = SECONDS) -> None:
        """Take the backend factory (by default the system's) and the time limit in seconds of one operation."""
        self._backend = backend or system_backend
        self._seconds = seconds

    async def read(self, profile: str, host: str) -> ReadOutcome:
        """Return the profile's key if it was stored for this host."""

        def read(backend: Backend, attempt: _Attempt) -> ReadOutcome:
            secret = backend.get_password(SERVICE, profile)
            if secret is None:
                return Absent(_name(backend))
            if not isinstance(secret, str):
                return Broken(
                    f"the keyring ({_name(backend)}) answered with something that is not text", WITHOUT_KEYRING
                )
            kept_for, text = _read(secret)
            if kept_for != host:
                return WrongHost(kept_for, _name(backend))
            try:
                return Found(ApiKey(text), _name(backend))
            except ValueError as error:
                return Broken(f"the keyring entry for profile {profile} is not a key: {error}", (LOGIN,))

        return await self._ask(read)

    async def trouble(self, profile: str) -> Locked | Broken | None:
        """Return why a key cannot be stored now, as far as a read can show; None if no problem was found."""

        def look(backend: Backend, attempt: _Attempt) -> None:
            backend.get_password(SERVICE, profile)

        return await self._ask(look)

    async def name(self) -> str | Locked | Broken:
        """Return the name of the keyring without asking it for a key, or why there is none."""

        def named(backend: Backend, attempt: _Attempt) -> str:
            return _name(backend)

        return await self._ask(named)

    async def save(self, profile: str, host: str, key: ApiKey) -> SaveOutcome:
        """Store the key for this host and read it back. Replaces a key stored for another host."""

        def save(backend: Backend, attempt: _Attempt) -> SaveOutcome:
            held = backend.get_password(SERVICE, profile)
            attempt.change()
            entry = _entry(host, key)
            backend.set_password(SERVICE, profile, entry)
            if backend.get_password(SERVICE, profile) != entry:
                return Broken(f"the keyring ({_name(backend)}) accepted the key but did not store it", WITHOUT_KEYRING)
            before = _read(held)[0] if isinstance(held, str) else host
            return StoredKey(_name(backend), "" if before == host else before)

        return await self._ask(save)

    async def forget(self, profile: str) -> ForgetOutcome:
        """Delete the profile's key, whatever host it was stored for."""

        def forget(backend: Backend, attempt: _Attempt) -> ForgetOutcome:
            held = backend.get_password(SERVICE, profile)
            if held is None:
                return Absent(_name(backend))
            attempt.change()
            backend.delete_password(SERVICE, profile)
            if backend.get_password(SERVICE, profile) is not None:
                return Broken(f"the keyring ({_name(backend)}) still holds the key")
            return Forgotten(_name(backend), _read(held)[0] if isinstance(held, str) else "")

        return await self._ask(forget)

    async def _ask(self, work: Callable[[Backend, _Attempt], _Outcome]) -> _Outcome | Locked | Broken:
        """Run the work in its own thread. Every failure becomes a message, none of which quotes the backend."""
        attempt = _Attempt()
        try:
            with _standard_output_kept():
                return await bounded(lambda: work(self._backend(), attempt), self._seconds, "ionq-tui keyring")
        except TimeoutError:
            silent = f"the keyring did not answer within {self._seconds:g} s"
            if attempt.give_up():
                return Locked(f"{silent} and may still complete the request: see ionq-tui auth status", UNLOCK)
            return Locked(f"{silent}: it is waiting to be unlocked", UNLOCK)
        except UnsafeBackend as unsafe:
            return Broken(str(unsafe), WITHOUT_KEYRING)
        except Exception as error:
            return _classified(error)
        finally:
            attempt.give_up()


@contextmanager
def _standard_output_kept() -> Iterator[None]:
    """Send what a backend prints to standard error: standard output holds our own results, such as JSON or an id.

    The dashboard writes to the terminal through a descriptor of its own, and nothing else prints in the meantime.
    """
    try:
        kept = os.dup(1)
    except OSError:  # standard output is closed
        yield
        return
    try:
        with suppress(OSError):  # standard error is closed
            os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


class _Attempt:
    """One operation on the keyring: whether it has begun its change, and whether the caller still waits.

    After the user was told that nothing changed, a keyring unlocked later must not be changed. A change that has begun
    cannot be undone.
    """

    def __init__(self) -> None:
        """Start without a change."""
        self._lock = threading.Lock()
        self._changing = False
        self._given_up = False

    def change(self) -> None:
        """Mark the start of the change. Raises TimeoutError if the caller has stopped waiting."""
        with self._lock:
            if self._given_up:
                raise TimeoutError
            self._changing = True

    def give_up(self) -> bool:
        """Stop waiting. Return whether the change may still happen."""
        with self._lock:
            self._given_up = True
            return self._changing


def system_backend() -> Backend:
    """Return this system's keyring backend. Raises UnsafeBackend if it would not store a key securely."""
    import logging

    logging.getLogger("keyring").addHandler(
        logging.NullHandler()
    )  # otherwise its warnings are printed over the dashboard
    import keyring
    from keyring.backends.chainer import ChainerBackend

    backend = keyring.get_keyring()
    if isinstance(backend, ChainerBackend):
        # On failure, a chain would fall back to the next backend, including those that write plain-text files.
        backend = next(iter(backend.backends), backend)
    kind = type(backend)
    if kind.__module__ == "keyring.backends.null":
        raise UnsafeBackend("the keyring of this machine is disabled (keyring.backends.null)")
    if kind.__module__ in ("keyring.backends.fail", "keyring.backends.chainer"):
        raise UnsafeBackend(NO_KEYRING)
    if backend.priority < 1:
        raise UnsafeBackend(f"the keyring {kind.__module__}.{kind.__name__} is not a secure store for a key")
    return backend


LOGIN = "ionq-tui auth login"
NO_KEYRING = "no keyring is available to this login" + (
    " (no Secret Service on D-Bus)" if sys.platform.startswith("linux") else ""
)
WITHOUT_KEYRING = (
    "read -rs IONQ_API_KEY && export IONQ_API_KEY",
    'key_command = "pass show ionq"    # in config.toml, under [profiles.NAME]',
)
UNLOCK = (
    "security unlock-keychain"
    if sys.platform == "darwin"
    else 'read -rs P && printf %s "$P" | gnome-keyring-daemon --replace --unlock; unset P',
    WITHOUT_KEYRING[0],
)

_LOCKED_ERRORS = {"KeyringLocked", "LockedException", "PromptDismissedException"}


def _classified(error: Exception) -> Locked | Broken:
    """Classify an error as locked or broken by exception class names only, since the messages may contain anything."""
    kinds: list[str] = []
    link: BaseException | None = error
    while link is not None and len(kinds) < 10:
        kinds.append(type(link).__name__)
        link = link.__cause__
    if _LOCKED_ERRORS.intersection(kinds):
        return Locked("the keyring is locked, and could not be unlocked", UNLOCK)
    if "NoKeyringError" in kinds:
        return Broken(NO_KEYRING, WITHOUT_KEYRING)
    return Broken(f"the keyring failed ({kinds[0]})", WITHOUT_KEYRING)


_ENTRY = re.compile(r"key for (?P<host>(?:http://)?[a-z0-9._:\[\]-]+): (?P<key>.+)")


def _entry(host: str, key: ApiKey) -> str:
    return f"key for {host}: {key.reveal()}"


def _read(secret: str) -> tuple[str, str]:
    """Return the host and the key of an entry."""
    entry = _ENTRY.fullmatch(secret)
    return (entry["host"], entry["key"]) if entry else (FIRST_HOST, secret)


def _name(backend: Backend) -> str:
    name = getattr(backend, "name", "")
    return name if isinstance(name, str) and name else type(backend).__name__
