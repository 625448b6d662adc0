"""The operating system's keyring, asked in a bounded time and never on the event loop."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ionq_tui.model.key import ApiKey
from ionq_tui.vault.bounded import bounded

SERVICE = "ionq-tui"
SECONDS = 3.0
FIRST_HOST = "api.ionq.co"
"""The host of a key that was put into the keyring by another program, without one."""


class Backend(Protocol):
    """What is asked of a keyring backend; its answers are not trusted to be what they should be."""

    def get_password(self, service: str, username: str, /) -> object:
        """Return the secret, or None where there is none."""
        ...

    def set_password(self, service: str, username: str, password: str, /) -> object:
        """Keep the secret."""
        ...

    def delete_password(self, service: str, username: str, /) -> object:
        """Forget the secret."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A key that was kept for the very host it was asked for."""

    key: ApiKey
    backend: str
    """The keyring's own name."""


@dataclass(frozen=True, slots=True)
class Absent:
    """The keyring answered, and holds no key of this profile."""

    backend: str


@dataclass(frozen=True, slots=True)
class WrongHost:
    """A key is kept, but for another host: it is not handed out."""

    host: str
    backend: str


@dataclass(frozen=True, slots=True)
class Locked:
    """A keyring is there, but nobody unlocked it, or it did not answer in time; a key may be in it."""

    words: str
    help: tuple[str, ...] = ()
    """Commands that help, one a line."""


@dataclass(frozen=True, slots=True)
class Broken:
    """There is no keyring here that can be used, and why."""

    words: str
    help: tuple[str, ...] = ()
    """Commands that help, one a line."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The key is in the keyring: it was read back."""

    backend: str
    instead_of: str = ""
    """The other host whose key had its place, if any."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The key that was there is gone."""

    backend: str
    host: str
    """What it was kept for."""


ReadOutcome = Found | Absent | WrongHost | Locked | Broken
SaveOutcome = Kept | Locked | Broken
ForgetOutcome = Forgotten | Absent | Locked | Broken

_Outcome = TypeVar("_Outcome")


class Unfit(Exception):
    """The backend is not one that may hold a key; the words are the message."""


class Ring:
    """The keys of all profiles, each in one entry with the host it belongs to.

    Two entries could be torn apart by a failure between them; one holds the old key and its host, or the new ones.
    """

    def __init__(self, backend: Callable[[], Backend] | None = None, seconds: float = SECONDS) -> None:
        """Take where the backend comes from (the system's own by default) and how long one operation may take."""
        self._backend = backend or system_backend
        self._seconds = seconds

    async def read(self, profile: str, host: str) -> ReadOutcome:
        """Return the profile's key, if it was kept for this host."""

        def read(backend: Backend, attempt: _Attempt) -> ReadOutcome:
            secret = backend.get_password(SERVICE, profile)
            if secret is None:
                return Absent(_name(backend))
            if not isinstance(secret, str):
                return Broken(
                    f"the keyring ({_name(backend)}) answered with something that is no text", WITHOUT_KEYRING
                )
            kept_for, text = _read(secret)
            if kept_for != host:
                return WrongHost(kept_for, _name(backend))
            try:
                return Found(ApiKey(text), _name(backend))
            except ValueError as error:
                return Broken(f"what the keyring holds for profile {profile} is no key: {error}", (LOGIN,))

        return await self._ask(read)

    async def trouble(self, profile: str) -> Locked | Broken | None:
        """Return why no key can be kept now, as far as reading shows; None where nothing speaks against it."""

        def look(backend: Backend, attempt: _Attempt) -> None:
            backend.get_password(SERVICE, profile)

        return await self._ask(look)

    async def save(self, profile: str, host: str, key: ApiKey) -> SaveOutcome:
        """Keep the key for this host and read it back; a key kept for another host is replaced."""

        def save(backend: Backend, attempt: _Attempt) -> SaveOutcome:
            held = backend.get_password(SERVICE, profile)
            attempt.change()
            entry = _written(host, key)
            backend.set_password(SERVICE, profile, entry)
            if backend.get_password(SERVICE, profile) != entry:
                return Broken(f"the keyring ({_name(backend)}) took the key but did not keep it", WITHOUT_KEYRING)
            before = _read(held)[0] if isinstance(held, str) else host
            return Kept(_name(backend), "" if before == host else before)

        return await self._ask(save)

    async def forget(self, profile: str) -> ForgetOutcome:
        """Remove the profile's key, whatever host it was kept for."""

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
        """Do the work in its own thread; every failure becomes words, and none repeats what the backend said."""
        attempt = _Attempt()
        try:
            return await bounded(lambda: work(self._backend(), attempt), self._seconds, "ionq-tui keyring")
        except TimeoutError:
            silent = f"the keyring did not answer within {self._seconds:g} s"
            if attempt.give_up():
                return Locked(f"{silent} and may still do as it was told: see ionq-tui auth status", UNLOCK)
            return Locked(f"{silent}: it waits to be unlocked", UNLOCK)
        except Unfit as unfit:
            return Broken(str(unfit), WITHOUT_KEYRING)
        except Exception as error:
            return _failed(error)
        finally:
            attempt.give_up()


class _Attempt:
    """One piece of work on the keyring: whether it has come to its change, and whether somebody still waits for it.

    Unlocked after we said that nothing was changed, it stays so; a change under way cannot be called back.
    """

    def __init__(self) -> None:
        """Begin without a change."""
        self._lock = threading.Lock()
        self._changing = False
        self._given_up = False

    def change(self) -> None:
        """Tell that the change comes now; raises TimeoutError where nobody waits for it any more."""
        with self._lock:
            if self._given_up:
                raise TimeoutError
            self._changing = True

    def give_up(self) -> bool:
        """Wait no longer; returns whether the change may still happen."""
        with self._lock:
            self._given_up = True
            return self._changing


def system_backend() -> Backend:
    """Return the keyring backend of this system; raises Unfit where it would not keep a key safely."""
    import logging

    logging.getLogger("keyring").addHandler(logging.NullHandler())  # or its complaints are written over the screen
    import keyring
    from keyring.backends.chainer import ChainerBackend

    backend = keyring.get_keyring()
    if isinstance(backend, ChainerBackend):
        # Left to itself the chain goes on to the next backend, down to those that write plain files.
        backend = next(iter(backend.backends), backend)
    kind = type(backend)
    if kind.__module__ == "keyring.backends.null":
        raise Unfit("the keyring of this machine is switched off (keyring.backends.null)")
    if kind.__module__ in ("keyring.backends.fail", "keyring.backends.chainer"):
        raise Unfit(NO_KEYRING)
    if backend.priority < 1:
        raise Unfit(f"the keyring {kind.__module__}.{kind.__name__} is not a safe place for a key")
    return backend


LOGIN = "ionq-tui auth login"
NO_KEYRING = "this machine offers no keyring to this login" + (
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


def _failed(error: Exception) -> Locked | Broken:
    """Tell locked from broken by the kinds of the errors alone: their texts may hold anything."""
    kinds: list[str] = []
    link: BaseException | None = error
    while link is not None and len(kinds) < 10:
        kinds.append(type(link).__name__)
        link = link.__cause__
    if _LOCKED_ERRORS.intersection(kinds):
        return Locked("the keyring is locked, and nobody is here to unlock it", UNLOCK)
    if "NoKeyringError" in kinds:
        return Broken(NO_KEYRING, WITHOUT_KEYRING)
    return Broken(f"the keyring failed ({kinds[0]})", WITHOUT_KEYRING)


_ENTRY = re.compile(r"key for (?P<host>(?:http://)?[a-z0-9._:\[\]-]+): (?P<key>.+)")


def _written(host: str, key: ApiKey) -> str:
    return f"key for {host}: {key.reveal()}"


def _read(secret: str) -> tuple[str, str]:
    """Return the host and the key of an entry."""
    entry = _ENTRY.fullmatch(secret)
    return (entry["host"], entry["key"]) if entry else (FIRST_HOST, secret)


def _name(backend: Backend) -> str:
    name = getattr(backend, "name", "")
    return name if isinstance(name, str) and name else type(backend).__name__
