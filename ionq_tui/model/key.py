"""The API key and its identity."""

from __future__ import annotations

from typing import NoReturn

from ionq_tui.model.key_source import NO_WAYS, KeySource, KeyWays
from ionq_tui.model.masking import remember
from ionq_tui.model.quick_dataclass import quick_dataclass

_SHOWN = 4
_LONG_ENOUGH_TO_SHOW = 12


class ApiKey:
    """A secret whose every text form is masked and which cannot be pickled.

    Raises ValueError if the text cannot be a key; the message never repeats the text.
    """

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        """Take the key, ignoring surrounding white space."""
        text = secret.strip()
        if not text:
            raise ValueError("the API key is empty")
        if not all("!" <= character <= "~" for character in text):
            raise ValueError("the API key contains a space, a line break or a character that is not plain ASCII")
        self._secret = text
        remember(text, self.masked)

    def reveal(self) -> str:
        """Return the key itself; only for the request header and the keyring."""
        remember(self._secret, self.masked)
        return self._secret

    @property
    def masked(self) -> str:
        """The last four characters after dots, or only dots if the key is short."""
        return "••••" + (self._secret[-_SHOWN:] if len(self._secret) >= _LONG_ENOUGH_TO_SHOW else "")

    def __repr__(self) -> str:
        """Return a masked representation."""
        return f"ApiKey({self.masked})"

    def __str__(self) -> str:
        """Return the masked key."""
        return self.masked

    def __format__(self, spec: str) -> str:
        """Format the masked key."""
        return format(self.masked, spec)

    def __eq__(self, other: object) -> bool:
        """Compare in constant time."""
        # Imported here because it loads OpenSSL's hash functions, which startup does not need.
        import hmac

        return isinstance(other, ApiKey) and hmac.compare_digest(self._secret, other._secret)

    def __hash__(self) -> int:
        """Return equal hashes for equal keys."""
        return hash((ApiKey, self._secret))

    def __getstate__(self) -> NoReturn:
        """Refuse to be pickled or copied."""
        raise TypeError("an API key cannot be pickled or copied")

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied."""
        raise TypeError("an API key cannot be pickled or copied")


@quick_dataclass(frozen=True, slots=True)
class KeyIdentity:
    """The reply of `GET /whoami`; it contains neither user nor organization."""

    key_id: str
    key_name: str
    project_id: str | None = None


@quick_dataclass(frozen=True, slots=True)
class FoundKey:
    """A key and its source."""

    key: ApiKey
    source: KeySource


@quick_dataclass(frozen=True, slots=True)
class NoKey:
    """Why no key was found, and which sources work on this machine."""

    words: tuple[str, ...] = ()
    """One sentence per failed source; empty if all were merely empty."""
    ways: KeyWays = NO_WAYS
    failed: KeySource | None = None
    """The first source that was configured but gave no usable key; None if all were merely empty."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """One sentence per failed source, and the commands that help."""
        return (*self.words, *self.ways.keyring_help)

    @property
    def can_keep(self) -> bool:
        """True if a key can be stored in the system's keyring."""
        return self.ways.keyring_usable
