"""The server and key in use; only the key can change while the program runs."""

from __future__ import annotations

from ionq_tui.model.quick_dataclass import quick_dataclass

PRODUCTION_URL = "https://api.ionq.co/v0.4"


def is_production(base_url: str) -> bool:
    """Return whether this is the base URL of IonQ's production service."""
    return base_url.rstrip("/") == PRODUCTION_URL


@quick_dataclass(frozen=True, slots=True)
class Connection:
    """The connection as displayed in the header."""

    profile: str
    base_url: str = PRODUCTION_URL
    key_masked: str = ""
    """The key's last characters after dots; empty without a key."""
    source: str = ""
    """Where the key came from: environment, key command, keyring, typed, demo."""
    read_only: bool = False
    demo: bool = False
    color: str = ""
    """The profile's color, valid for `model.color`; empty for the theme's own."""
