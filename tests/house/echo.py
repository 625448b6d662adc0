"""A server that repeats the key it was sent in every text of every reply: in ids, names of fields and headers too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle
from urllib.parse import unquote

from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond


def each(form: str) -> Callable[[str], str]:
    """Return what writes every character of a text in that form."""
    return lambda text: "".join(form.format(ord(one)) for one in text)


FORMS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    str.upper,
    str.lower,
    each("\\u{:04x}"),
    each("%{:02X}"),
    each("&#{};"),
    each("&#x{:x};"),
    each("\\\\u{:04X}"),
)
"""How a key may stand in JSON."""
NAMES = re.compile(r"id|session_id|ids|next|backend")
"""Fields by which something is asked for."""
VALUES = re.compile(r"status|unit|estimated_unit|date|last_updated|.*_at")
"""Fields whose very text has a meaning."""
_MARK = re.compile(r"-(?:apiKey )?••••WXYZ")


class Echo:
    """The simulated cloud behind such a server; what is asked for by a masked id is found."""

    def __init__(self, key: str) -> None:
        self.cloud = SimulatedCloud(FastClock(20.0))
        self.key = key
        self.spared: tuple[re.Pattern[str], ...] = (NAMES, VALUES)
        """Fields in which it does not stand."""
        self._forms = cycle(FORMS)

    def __call__(self, request: Request) -> Reply:
        asked = replace(
            request,
            path=_MARK.sub("", unquote(request.path)),
            query=tuple((name, _MARK.sub("", value)) for name, value in request.query),
            body=_MARK.sub("", json.dumps(json.loads(request.body), ensure_ascii=False)).encode()
            if request.body
            else b"",
        )
        reply = respond(self.cloud, asked)
        if "authorization" not in request.headers:
            return reply
        told = json.dumps(self._echoed(json.loads(reply.body), ""))
        body = re.sub(re.escape(self.key), lambda _: next(self._forms)(self.key), told)
        headers = [(name, value) for name, value in reply.headers if name != "x-request-id"]
        echoed = [
            ("x-request-id", f"{self.key.upper()}-1"),
            ("X-Echo", each("%{:02x}")(self.key)),
            (f"X-{self.key}", f"apiKey {self.key}"),
        ]
        return Reply(reply.status, (*headers, *echoed), body.encode())

    def _echoed(self, value: object, name: str) -> object:
        if isinstance(value, dict):
            told = dict(self._fields(value))
            return {**told, f"{self.key} note": f"for {self.key}", f"{self.key} share": 0.25}
        if isinstance(value, list):
            return [self._echoed(one, name) for one in value]
        spared = any(fields.fullmatch(name) for fields in self.spared)
        return f"{value}-apiKey {self.key}" if isinstance(value, str) and not spared else value

    def _fields(self, item: dict[str, object]) -> Iterator[tuple[str, object]]:
        for name, value in item.items():
            yield name, self._echoed(value, name)
