"""Keyring backends for tests: one that works in memory, and ones with failures seen in real keyrings."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Memory:
    """A keyring that keeps what it is given, and counts what it was asked."""

    name = "Memory Keyring"

    def __init__(self, **held: object) -> None:
        self.held: dict[str, object] = held
        self.asked: list[tuple[str, str]] = []

    def get_password(self, service: str, username: str, /) -> object:
        assert service == "ionq-tui"
        self.asked.append(("get", username))
        return self.held.get(username)

    def set_password(self, service: str, username: str, password: str, /) -> object:
        assert service == "ionq-tui"
        self.asked.append(("set", username))
        self.held[username] = password
        return None

    def delete_password(self, service: str, username: str, /) -> object:
        assert service == "ionq-tui"
        self.asked.append(("delete", username))
        del self.held[username]
        return None


class Forgetful(Memory):
    """Takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str, /) -> object:
        return None


class Raising(Memory):
    """Fails at everything, and repeats in its error what it was given."""

    def __init__(self, error: Callable[[str], BaseException]) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str, /) -> object:
        raise self.error(username)

    def set_password(self, service: str, username: str, password: str, /) -> object:
        raise self.error(password)

    def delete_password(self, service: str, username: str, /) -> object:
        raise self.error(username)


class RaisingOnWrite(Memory):
    """Reads well; fails to write, and repeats the secret in its error."""

    def set_password(self, service: str, username: str, password: str, /) -> object:
        raise OSError(f"no room for {password}")


class Sleeping(Memory):
    """Does not answer until it is woken."""

    def __init__(self) -> None:
        super().__init__()
        self.woken = threading.Event()
        self.finished = threading.Event()
        self.daemonic = False

    def get_password(self, service: str, username: str, /) -> object:
        self.daemonic = threading.current_thread().daemon
        self.woken.wait()
        self.finished.set()
        return super().get_password(service, username)


class SlowToChange(Memory):
    """Reads well; writes and deletes when it is woken."""

    def __init__(self, **held: object) -> None:
        super().__init__(**held)
        self.woken = threading.Event()

    def set_password(self, service: str, username: str, password: str, /) -> object:
        self.woken.wait()
        return super().set_password(service, username, password)

    def delete_password(self, service: str, username: str, /) -> object:
        self.woken.wait()
        return super().delete_password(service, username)
