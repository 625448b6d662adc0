"""Runs `ionq-tui` with one thing in it broken: `python -m tests.house.saboteur WHAT [ARGUMENTS]`.

What breaks has the key in its variables and in the text of its error, as careless code would have.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ionq_tui.cli.main import main


def transport() -> None:
    """The network library fails in a way that nobody expects, with the request's headers in the text."""
    import httpx

    async def fail(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        header = request.headers["authorization"]
        raise RuntimeError(f"illegal header value {header!r}")

    httpx.AsyncHTTPTransport.handle_async_request = fail  # type: ignore[method-assign]


def widget() -> None:
    """A widget fails while it paints, once there is an engine."""
    from ionq_tui.ui.screens.sessions import SessionsScreen

    def fail(self: SessionsScreen) -> None:
        secret = os.environ["IONQ_API_KEY"]
        raise ValueError(f"cannot paint {secret}")

    SessionsScreen.tick = fail  # type: ignore[method-assign]


def key_screen() -> None:
    """The key screen fails while a key stands in its field."""
    from ionq_tui.ui.screens.key import KeyScreen

    def fail(self: KeyScreen) -> None:
        typed = self.field.value
        raise LookupError(f"what is {typed}?")

    KeyScreen._check_typed = fail  # type: ignore[method-assign]


def live() -> None:
    """The live screen fails at a key."""
    from textual import events

    from ionq_tui.ui.screens.session import SessionScreen

    def fail(self: SessionScreen, event: events.Key) -> None:
        if event.key == "f2":
            secret = os.environ["IONQ_API_KEY"]
            raise OSError(f"cannot show {secret}")

    SessionScreen.on_key = fail  # type: ignore[attr-defined]


def picture() -> None:
    """Nothing breaks: a picture of the key screen is taken at the first key after a paste."""
    from textual import events

    from ionq_tui.ui.screens.key import KeyScreen

    def take(self: KeyScreen, event: events.Key) -> None:
        if event.key == "f2":
            taken = f"{self.app.export_screenshot()}\n{self.app.tree}\n{self.field!r}"
            Path(os.environ["HOME"], "picture.svg").write_text(taken)

    KeyScreen.on_key = take  # type: ignore[attr-defined]


if __name__ == "__main__":
    broken = sys.argv.pop(1)
    ways = {"transport": transport, "widget": widget, "key-screen": key_screen, "live": live, "picture": picture}
    ways[broken]()
    sys.exit(main())
