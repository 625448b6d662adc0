"""The operating system's keyring, asked in a bounded time and never on the event loop."""

from __future__ import annotations

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
"""The host of a kept key that has no host kept beside it."""


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


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The key that was there is gone."""

    backend: str


ReadOutcome = Found | Absent | WrongHost | Locked | Broken
SaveOutcome = Kept | Locked | Broken
ForgetOutcome = Forgotten | Absent | Locked | Broken

_Outcome = TypeVar("_Outcome")


class Unfit(Exception):
    """The backend is not one that may hold a key; the words are the message."""


class Ring:
    """The keys of all profiles, each with the host it belongs to."""

    def __init__(self, backend: Callable[[], Backend] | None = None, seconds: float = SECONDS) -> None:
        """Take where the backend comes from (the system's own by default) and how long one operation may take."""
        self._backend = backend or system_backend
        self._seconds = seconds

    async def read(self, profile: str, host: str) -> ReadOutcome:
        """Return the profile's key, if it was kept for this host."""

        def read(backend: Backend, abandoned: threading.Event) -> ReadOutcome:
            secret = backend.get_password(SERVICE, profile)
            if secret is None:
                return Absent(_name(backend))
            if not isinstance(secret, str):
                return Broken(
                    f"the keyring ({_name(backend)}) answered with something that is no text", WITHOUT_KEYRING
                )
            if (kept_for := _host(backend, profile)) != host:
                return WrongHost(kept_for, _name(backend))
            try:
                return Found(ApiKey(secret), _name(backend))
            except ValueError as error:
                return Broken(f"what the keyring holds for profile {profile} is no key: {error}", (LOGIN,))

        return await self._ask(read)

    async def save(self, profile: str, host: str, key: ApiKey) -> SaveOutcome:
        """Keep the key for this host and read it back; a key kept for another host is replaced."""

        def save(backend: Backend, abandoned: threading.Event) -> SaveOutcome:
            held = backend.get_password(SERVICE, profile)
            if abandoned.is_set():  # unlocked after we said that it is not kept: then it stays so
                return Locked("given up")
            if held is not None and _host(backend, profile) != host:
                backend.delete_password(SERVICE, profile)  # first, lest the old key be taken for the new host's
            backend.set_password(SERVICE, _host_entry(profile), host)
            backend.set_password(SERVICE, profile, key.reveal())
            if backend.get_password(SERVICE, profile) == key.reveal() and _host(backend, profile) == host:
                return Kept(_name(backend))
            return Broken(f"the keyring ({_name(backend)}) took the key but did not keep it", WITHOUT_KEYRING)

        return await self._ask(save)

    async def forget(self, profile: str) -> ForgetOutcome:
        """Remove the profile's key, whatever host it was kept for."""

        def forget(backend: Backend, abandoned: threading.Event) -> ForgetOutcome:
            held = backend.get_password(SERVICE, profile) is not None
            if abandoned.is_set():
                return Locked("given up")
            if held:
                backend.delete_password(SERVICE, profile)
            if backend.get_password(SERVICE, _host_entry(profile)) is not None:
                backend.delete_password(SERVICE, _host_entry(profile))
            if backend.get_password(SERVICE, profile) is not None:
                return Broken(f"the keyring ({_name(backend)}) still holds the key")
            return Forgotten(_name(backend)) if held else Absent(_name(backend))

        return await self._ask(forget)

    async def _ask(self, work: Callable[[Backend, threading.Event], _Outcome]) -> _Outcome | Locked | Broken:
        """Do the work in its own thread; every failure becomes words, and none repeats what the backend said."""
        abandoned = threading.Event()
        try:
            return await bounded(lambda: work(self._backend(), abandoned), self._seconds, "ionq-tui keyring")
        except TimeoutError:
            return Locked(f"the keyring did not answer within {self._seconds:g} s: it waits to be unlocked", UNLOCK)
        except Unfit as unfit:
            return Broken(str(unfit), WITHOUT_KEYRING)
        except Exception as error:
            return _failed(error)
        finally:
            abandoned.set()


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


def _host_entry(profile: str) -> str:
    return f"{profile} host"


def _host(backend: Backend, profile: str) -> str:
    kept = backend.get_password(SERVICE, _host_entry(profile))
    return kept if isinstance(kept, str) and kept else FIRST_HOST


def _name(backend: Backend) -> str:
    name = getattr(backend, "name", "")
    return name if isinstance(name, str) and name else type(backend).__name__
