"""Keyring backends that misbehave, to be named in `PYTHON_KEYRING_BACKEND`; each notes that it was touched."""

from __future__ import annotations

import os
import subprocess
import threading

from keyring.backend import KeyringBackend

NOISE = b"DRAWN-BY-THE-KEYRING "
NOTE = "STRANGE_RING_NOTE"
"""The file to which the name of every call is added."""


class Strange(KeyringBackend):
    """Holds nothing, and keeps nothing."""

    priority = 9

    def get_password(self, service: str, username: str) -> str | None:
        self.note("get")
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.note("set")

    def delete_password(self, service: str, username: str) -> None:
        self.note("delete")

    def note(self, call: str) -> None:
        if NOTE in os.environ:
            with open(os.environ[NOTE], "a") as file:
                file.write(f"{call}\n")


class Noisy(Strange):
    """Holds nothing, and writes to standard output and error by itself, as libraries in C do."""

    def get_password(self, service: str, username: str) -> str | None:
        self.note("get")
        os.write(1, NOISE * 3)
        os.write(2, NOISE * 3)
        subprocess.run(["sh", "-c", f"printf '{NOISE.decode()}'; printf '{NOISE.decode()}' >&2"], check=True)
        return None


class Raising(Strange):
    def get_password(self, service: str, username: str) -> str | None:
        self.note("get")
        raise RuntimeError(f"no {service} today")


class Dying(Strange):
    """Raises what is no ordinary error."""

    def get_password(self, service: str, username: str) -> str | None:
        self.note("get")
        raise SystemExit(7)


class Garbage(Strange):
    """Answers with bytes."""

    def get_password(self, service: str, username: str) -> str | None:
        self.note("get")
        return b"\x00\xff"  # type: ignore[return-value]


class Broken(Strange):
    """Answers with a text that is no key."""

    def get_password(self, service: str, username: str) -> str | None:
        self.note("get")
        return f"key for {os.environ['STRANGE_RING_HOST']}: two words\x1b]52;c;Z2Fy\x07"


class Sleeping(Strange):
    """Never answers."""

    def get_password(self, service: str, username: str) -> str | None:
        self.note("get")
        threading.Event().wait()
        return None


class Elsewhere(Strange):
    """Keeps a key for IonQ's own host."""

    def get_password(self, service: str, username: str) -> str | None:
        self.note("get")
        return f"key for api.ionq.co: {os.environ['STRANGE_RING_KEY']}"


class Refusing(Strange):
    """Can be read, and refuses to keep anything."""

    def set_password(self, service: str, username: str, password: str) -> None:
        self.note("set")
        raise RuntimeError(f"cannot keep {password}")


class Stuck(Strange):
    """Can be read, and never comes back from keeping."""

    def set_password(self, service: str, username: str, password: str) -> None:
        self.note("set")
        threading.Event().wait()
