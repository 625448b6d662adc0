"""Puts the key into the request header; the one place beside the keyring where it is revealed."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from ionq_tui.model.key import ApiKey


class KeyAuth(httpx.Auth):
    """Sends the key to the host it was given for and to no other."""

    def __init__(self, key: ApiKey, base_url: str) -> None:
        """Take the key and the URL whose host it belongs to."""
        self._key = key
        self._origin = _origin(httpx.URL(base_url))

    def renew(self, key: ApiKey) -> None:
        """Send another key from now on."""
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header where scheme, host and port are the key's own."""
        if _origin(request.url) == self._origin:
            request.headers["Authorization"] = f"apiKey {self._key.reveal()}"
        yield request


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
