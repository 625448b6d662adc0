"""What the screens need of the stair: a key, and an engine for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ionq_tui.model.connection import Connection

if TYPE_CHECKING:
    from ionq_tui.engine.engine import Engine
    from ionq_tui.model.key import ApiKey, FoundKey, NoKey


class Stair(Protocol):
    """Finds keys and builds engines; everything slow in it is awaited off the event loop."""

    @property
    def connection(self) -> Connection:
        """The profile and server of this window, before there is a key."""

    async def find_key(self) -> FoundKey | NoKey:
        """Look in the places where a key may be, in their order."""

    async def connect(self, found: FoundKey) -> Engine:
        """Build an engine for this key."""

    async def renew(self, engine: Engine, found: FoundKey) -> None:
        """Give a running engine another key in place of a refused one: its screens and its open dialogs stay.

        From here on its requests bear the new key, `engine.connection` names it, and whose it is, is asked anew.
        """

    async def demo(self) -> Engine:
        """Build an engine on the simulated cloud."""

    async def browse(self) -> Engine:
        """Build an engine without a key: backends only."""

    async def keep(self, key: ApiKey) -> str:
        """Keep the key in the system's keyring; returns why it could not, or the empty text."""
