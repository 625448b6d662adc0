"""Where an API key came from, and what this machine offers for one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class KeySource(StrEnum):
    """The header's word for where the key came from."""

    ENVIRONMENT = "environment"
    COMMAND = "key command"
    KEYRING = "keyring"
    TYPED = "typed"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class KeyWays:
    """The facts about this machine and profile from which a screen tells how a key can be given."""

    profile: str
    host: str
    """The host that the key is wanted for."""
    reads_environment: bool
    """False where the profile was named on the command line: then `IONQ_API_KEY` is passed over."""
    has_command: bool
    """True where the profile has a `key_command`."""
    keyring_usable: bool
    """True where the keyring answered, so that a key can be kept there; else a key lives in memory only."""
    keyring_words: str = ""
    """Why the keyring cannot be used, in one sentence; empty where it can, or where it was not asked."""
    keyring_help: tuple[str, ...] = ()
    """Commands that help, one a line; empty where none is needed."""
