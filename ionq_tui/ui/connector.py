"""The interface through which the screens get an API key and an engine for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ionq_tui.model.connection import Connection

if TYPE_CHECKING:
    from ionq_tui.engine.engine import Engine
    from ionq_tui.model.key import ApiKey, FoundKey, NoKey
    from ionq_tui.model.link_state import Fault
    from ionq_tui.model.record import Intent, SessionRecord


class Connector(Protocol):
    """Finds API keys and builds engines. Nothing here blocks the event loop."""

    @property
    def connection(self) -> Connection:
        """The profile and server, before there is a key."""

    async def owed(self) -> tuple[tuple[SessionRecord, ...], tuple[Intent, ...]]:
        """Return the sessions opened on this machine that are not confirmed ended, and the unconfirmed openings.

        This reads only the journal, for the current profile, and needs no key.
        """

    async def find_key(self) -> FoundKey | NoKey:
        """Look for a key in all configured places, in their order."""

    async def unusable(self) -> Fault | None:
        """Return the setting of the environment that keeps every request from being sent, or None."""

    async def connect(self, found: FoundKey) -> Engine:
        """Build an engine for this key."""

    async def renew(self, engine: Engine, found: FoundKey) -> None:
        """Replace the refused key of a running engine; its screens and open dialogs stay.

        From now on, requests use the new key, `engine.connection` names it, and its owner is requested again.
        """

    async def demo(self) -> Engine:
        """Build an engine on the simulated cloud."""

    async def browse(self) -> Engine:
        """Build an engine without a key, which can only list backends."""

    async def keep(self, key: ApiKey) -> str:
        """Store the key in the system's keyring; return the reason if that fails, else an empty string."""
