"""Ports of this machine that nobody else gets while nobody listens on them."""

from __future__ import annotations

import atexit
import socket
from functools import cache


def held_port(port: int = 0) -> socket.socket:
    """Return a socket that is bound and does not listen: connections are refused, and nobody else gets the port.

    One socket of this process can listen on the port at the same time, as long as it sets SO_REUSEADDR too.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", port))
    return held


@cache
def refused_url() -> str:
    """Return the URL of a port where nobody listens as long as this process lives."""
    held = held_port()
    atexit.register(held.close)
    return f"http://127.0.0.1:{held.getsockname()[1]}"
