"""`--dry-run`: check what can be checked and print the request that would be sent; it is not sent."""

from __future__ import annotations

from ionq_tui.api import operations
from ionq_tui.api.operations import Operation
from ionq_tui.cli.backend_check import check_backend
from ionq_tui.cli.common import json_text, say, tell_json
from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.settings import Settings
from ionq_tui.view.fault import fault_words


async def print_request(engine: Engine, request: OpenRequest, settings: Settings, *, as_json: bool) -> int:
    """Print method, URL and body of the request that opens the session; the API key is never shown.

    Raises CommandError, as `open` does, for a backend that cannot be chosen.
    """
    unknown = await check_backend(engine, request.backend)
    if unknown is not None:
        say(f"the backend was not checked: {fault_words(unknown, 'backends', once=True)}")
    return print_operation(operations.create_session(request), settings, as_json=as_json)


def print_operation(sent: Operation[object], settings: Settings, *, as_json: bool) -> int:
    """Print method, URL and body of a request."""
    url = f"{settings.base_url}{sent.path}"
    if as_json:
        return tell_json({"request": {"method": sent.method, "url": url, "body": dict(sent.body or {})}})
    print(f"{sent.method} {url}\n{json_text(sent.body)}")
    return DONE
