"""The API key, and who it says it is."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import NoReturn
from weakref import WeakValueDictionary

_SHOWN = 4
_LONG_ENOUGH_TO_SHOW = 12
_LONG_ENOUGH_TO_FIND = 8
"""Shorter texts are no keys of IonQ's, and stand in other texts by chance."""


class ApiKey:
    """A secret that shows itself to nobody: every text form of it is masked, and it cannot be pickled.

    Raises ValueError where the text cannot be a key; the message never repeats the text.
    """

    __slots__ = ("__weakref__", "_secret")

    def __init__(self, secret: str) -> None:
        """Take the key without the white space around it."""
        text = secret.strip()
        if not text:
            raise ValueError("the API key is empty")
        if not all("!" <= character <= "~" for character in text):
            raise ValueError("the API key holds a space, a line break or a character that is not plain ASCII")
        self._secret = text
        with _lock:
            _in_use[id(self)] = self

    def reveal(self) -> str:
        """Return the key itself; for the request header and the keyring, nowhere else."""
        return self._secret

    @property
    def masked(self) -> str:
        """The last four characters behind dots, or only dots where the key is short."""
        return "••••" + (self._secret[-_SHOWN:] if len(self._secret) >= _LONG_ENOUGH_TO_SHOW else "")

    def __repr__(self) -> str:
        """Mask it."""
        return f"ApiKey({self.masked})"

    def __str__(self) -> str:
        """Mask it."""
        return self.masked

    def __format__(self, spec: str) -> str:
        """Mask it."""
        return format(self.masked, spec)

    def __eq__(self, other: object) -> bool:
        """Compare in constant time."""
        # It brings the hashes of OpenSSL along, which no start needs.
        import hmac

        return isinstance(other, ApiKey) and hmac.compare_digest(self._secret, other._secret)

    def __hash__(self) -> int:
        """Equal keys hash alike."""
        return hash((ApiKey, self._secret))

    def __getstate__(self) -> NoReturn:
        """Refuse to be pickled or copied."""
        raise TypeError("an API key cannot be pickled or copied")

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied."""
        raise TypeError("an API key cannot be pickled or copied")


_in_use: WeakValueDictionary[int, ApiKey] = WeakValueDictionary()
"""Every key of this process by its object's id, so that texts of others can be searched for them."""
_lock = threading.Lock()


def without_keys(text: str) -> str:
    """Return a text that others wrote, such as an error's, with every key of this process masked in it."""
    with _lock:
        keys = sorted(_in_use.values(), key=lambda key: len(key._secret), reverse=True)
    for key in keys:
        if len(key._secret) >= _LONG_ENOUGH_TO_FIND:
            text = text.replace(key._secret, key.masked)
    return text


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """What `GET /whoami` tells of a key; no user and no organisation is in it."""

    key_id: str
    key_name: str
    project_id: str | None = None


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key, and in a word where it came from: environment, key command, keyring, typed, demo."""

    key: ApiKey
    source: str


@dataclass(frozen=True, slots=True)
class NoKey:
    """Why there is no key, and what works on this machine."""

    reasons: tuple[str, ...] = ()
    """What was tried and what came of it, a sentence each."""
    can_keep: bool = False
    """True where the system's keyring would keep a key."""
