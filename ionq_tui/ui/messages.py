"""Messages from screens to the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ionq_tui.model.connection import Connection
    from ionq_tui.model.link_state import Fault
    from ionq_tui.ui.commands import Command


class KeyRefused(Message):
    """The server has refused the API key."""

    def __init__(self, fault: Fault) -> None:
        """Store the fault with the server's message."""
        super().__init__()
        self.fault = fault


class KeyWanted(Message):
    """The user wants to enter another API key."""


class SearchGivenUp(Message):
    """The user does not want to wait any longer for the key command or keyring."""


class TerminalLost(Message):
    """The terminal can no longer be read."""


class HelpWanted(Message):
    """The user asks for the keys of a screen."""

    def __init__(self, offers: Sequence[tuple[Command, str, bool]], connection: Connection) -> None:
        """Store the screen's commands, each with its keys and whether it is enabled."""
        super().__init__()
        self.offers = offers
        self.connection = connection
