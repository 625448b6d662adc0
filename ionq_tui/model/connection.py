"""With which key a window talks to which server; it never changes during a window's life but for the key."""

from __future__ import annotations

from dataclasses import dataclass

PRODUCTION_URL = "https://api.ionq.co/v0.4"


@dataclass(frozen=True, slots=True)
class Connection:
    """What the header says of the connection."""

    profile: str
    base_url: str = PRODUCTION_URL
    key_masked: str = ""
    """The key's last characters behind dots; empty where there is no key."""
    source: str = ""
    """Where the key came from, in a word: environment, key command, keyring, typed, demo."""
    read_only: bool = False
    demo: bool = False
    color: str = ""
    """The profile's colour, empty for the theme's own."""

    @property
    def production(self) -> bool:
        """True where it is IonQ's own service."""
        return self.base_url.rstrip("/") == PRODUCTION_URL
