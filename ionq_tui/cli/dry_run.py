"""`ionq-tui open --dry-run`: print the request that would be sent; nothing is sent or recorded."""

from __future__ import annotations

from ionq_tui.api import operations
from ionq_tui.cli.common import json_text, tell_json
from ionq_tui.model.exit_code import DONE
from ionq_tui.model.outcome import OpenRequest
from ionq_tui.settings import Settings


def print_request(request: OpenRequest, settings: Settings, *, as_json: bool) -> int:
    """Print method, URL and body of the request that opens the session; the API key is never shown."""
    sent = operations.create_session(request)
    url = f"{settings.base_url}{sent.path}"
    if as_json:
        return tell_json({"request": {"method": sent.method, "url": url, "body": dict(sent.body or {})}})
    print(f"{sent.method} {url}\n{json_text(sent.body)}")
    return DONE
