"""Add the API key to requests. Apart from storing it in the keyring, this is the only place that reveals it."""

from __future__ import annotations

from collections.abc import Callable, Generator

import httpx

from ionq_tui.model.key import ApiKey


class KeyAuth(httpx.Auth):
    """Send the key to the server it was given for, and to no other host."""

    def __init__(self, key: ApiKey, base_url: str, refused_advice: Callable[[], str] = str) -> None:
        """Take the key, the base URL of the server it belongs to, and what to do if it is refused."""
        self._key = key
        self.refused_advice = refused_advice
        self._origin = origin(httpx.URL(base_url))

    def renew(self, key: ApiKey, refused_advice: Callable[[], str] = str) -> None:
        """Use another key from now on."""
        self._key = key
        self.refused_advice = refused_advice

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the Authorization header if scheme, host and port match the base URL."""
        if origin(request.url) == self._origin:
            request.headers["Authorization"] = f"apiKey {self._key.reveal()}"
        yield request


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Return what makes two URLs the same server: scheme, host and port."""
    return url.scheme, url.host, url.port
