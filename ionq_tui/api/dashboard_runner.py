"""The runner of the dashboard and the commands. It does not retry, since the next poll does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx

from ionq_tui.api.auth import KeyAuth
from ionq_tui.api.network import Network
from ionq_tui.api.runner import Runner
from ionq_tui.api.transport import ConnectionConfig, Respond, user_agent
from ionq_tui.model.key import ApiKey

CONNECT_WITHIN = 5.0
ANSWER_WITHIN = 20.0
"""Maximum time in seconds for one request, from sending to the last byte of the reply."""

Handler = Callable[
    [str, str, tuple[tuple[str, str], ...], Mapping[str, str], bytes], tuple[int, list[tuple[str, str]], bytes]
]
"""An in-process server: (method, path, query, headers, body) -> (status, headers, body)."""


def dashboard_runner(
    base_url: str,
    key: ApiKey | None,
    *,
    read_only: bool = False,
    patience: float = 1.0,
    answer: Handler | None = None,
    retries: int = 0,
    network: Network | None = None,
    seconds: float = ANSWER_WITHIN,
    refused_advice: Callable[[], str] = str,
) -> Runner:
    """Build a runner.

    `patience` is a factor on its time-outs and pauses, `seconds` the time-out of one request. Without `network`, its
    first request reads certificates and proxies from the environment. `retries` is for commands that ask only once: it
    applies after a temporary server error or a dropped connection. `refused_advice` returns what to do about a refused
    key.
    """
    within = seconds * patience
    config = ConnectionConfig(
        base_url,
        None if key is None else KeyAuth(key, base_url, refused_advice),
        user_agent(),
        httpx.Timeout(within, connect=min(CONNECT_WITHIN, seconds)),
        deadline=within,
        read_only=read_only,
        respond=None if answer is None else _inside(answer),
        network=network,
    )
    return Runner(config, retries=retries, patience=patience, repeats_slow=False)


def _inside(answer: Handler) -> Respond:
    def respond(request: httpx.Request) -> httpx.Response:
        status, headers, body = answer(
            request.method,
            request.url.raw_path.decode("ascii").partition("?")[0],
            tuple(request.url.params.multi_items()),
            {name.lower(): value for name, value in request.headers.items()},
            request.content,
        )
        # A stream, like a reply from a socket. With `content=`, httpx would treat the response as already read.
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    return respond
