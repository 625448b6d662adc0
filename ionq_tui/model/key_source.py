"""Sources of API keys, and which of them this machine supports."""

from __future__ import annotations

from enum import StrEnum

from ionq_tui.model.quick_dataclass import quick_dataclass


class KeySource(StrEnum):
    """Where the key came from, as shown in the header."""

    ENVIRONMENT = "environment"
    COMMAND = "key command"
    KEYRING = "keyring"
    TYPED = "typed"
    DEMO = "demo"


@quick_dataclass(frozen=True, slots=True)
class KeyWays:
    """Facts about this machine and profile from which a screen explains how a key can be provided."""

    profile: str = ""
    host: str = ""
    """The host that the key is for."""
    reads_environment: bool = True
    """False if the profile was named on the command line; `IONQ_API_KEY` is then ignored."""
    keyring_usable: bool = False
    """True if the keyring works and can store a key; otherwise a key is kept in memory only."""
    keyring_words: str = ""
    """One sentence why the keyring cannot be used; empty if it can, or was not tried."""
    keyring_help: tuple[str, ...] = ()
    """Commands that help, one per line; empty if none is needed."""


NO_WAYS = KeyWays()
"""The value before anything was checked."""
