"""How to send jobs to a session that has none; the programs are loaded when they are shown first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ionq_tui.ui.widgets.text_block import TextBlock

if TYPE_CHECKING:
    from ionq_tui.view.recipes import Client


class HowToSend(TextBlock):
    """The lines of one client at a time."""

    _client: Client | None = None
    """The client that is shown; None before the first."""

    def show_for(self, session_id: str, backend: str, url: str, *, width: int, height: int) -> None:
        """Show how to send jobs to a session at the API of `url`, in so many cells and lines."""
        from ionq_tui.view.recipes import Client, how_to_send

        self._client = self._client or Client.ANY
        self.tell(*how_to_send(session_id, backend, url, client=self._client, width=width, height=height))

    def go_on(self) -> None:
        """Turn to the next client; `show_for` shows it."""
        self._client = self._client.next if self._client is not None else None

    def after(self, texts: Iterable[tuple[str, str]], *sent_to: str) -> tuple[tuple[str, str], ...]:
        """Return these texts for the clipboard with those of the programs; a program that is shown comes first."""
        from ionq_tui.view.recipes import programs

        shown = self._client.value if self._client is not None and self.display else ""
        return tuple(sorted([*texts, *programs(*sent_to)], key=lambda text: text[0] != shown))
