"""The channel of the dashboard and of the commands: impatient, since the next reading is the repetition."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx

from ionq_tui.api.auth import KeyAuth
from ionq_tui.api.channel import Channel
from ionq_tui.api.transport import Respond, Wiring, user_agent
from ionq_tui.model.key import ApiKey

CONNECT_WITHIN = 5.0
ANSWER_WITHIN = 20.0
"""Seconds for one request in all."""

Answer = Callable[
    [str, str, tuple[tuple[str, str], ...], Mapping[str, str], bytes], tuple[int, list[tuple[str, str]], bytes]
]
"""A server inside this process: method, path, query, headers, body to status, headers, body."""


def dashboard_channel(
    base_url: str,
    key: ApiKey | None,
    *,
    read_only: bool = False,
    patience: float = 1.0,
    answer: Answer | None = None,
) -> Channel:
    """Build a channel; `patience` scales its time-outs and pauses. Building the TLS context takes a while."""
    within = ANSWER_WITHIN * patience
    wiring = Wiring(
        base_url,
        None if key is None else KeyAuth(key, base_url),
        user_agent(),
        httpx.Timeout(within, connect=CONNECT_WITHIN),
        deadline=within,
        read_only=read_only,
        respond=None if answer is None else _inside(answer),
        tls=httpx.create_ssl_context() if answer is None and base_url.startswith("https://") else None,
    )
    return Channel(wiring, retries=0, patience=patience)


def _inside(answer: Answer) -> Respond:
    def respond(request: httpx.Request) -> httpx.Response:
        status, headers, body = answer(
            request.method,
            request.url.raw_path.decode("ascii").partition("?")[0],
            tuple(request.url.params.multi_items()),
            {name.lower(): value for name, value in request.headers.items()},
            request.content,
        )
        # As a stream, like a reply from a socket; one given as content counts as read already.
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    return respond
