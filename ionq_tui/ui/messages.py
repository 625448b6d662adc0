"""What screens tell the App."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from ionq_tui.model.link import Fault


class KeyRefused(Message):
    """The server refused the key: the App's to answer."""

    def __init__(self, fault: Fault) -> None:
        """Keep the server's words."""
        super().__init__()
        self.fault = fault


class KeyWanted(Message):
    """Somebody wants to give another key."""
