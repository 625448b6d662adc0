"""The catalogue of hostile texts, and where a server can put them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

from ionq_tui.simulator.http import Reply, Request
from tests.hostile.replies import mapped
from tests.hostile.server import Edit, Endpoint

_SECRET = base64.b64encode(b"rm -rf ~").decode()
TEXTS: dict[str, str] = {
    "colours": "\x1b[5;31;7;53mred\x1b[0m",
    "the screen cleared": "\x1b[2J\x1b[3J\x1b[H\x1bc",
    "a report asked for": "\x1b[6n\x1b[21t\x1b[0c\x05",
    "modes": "\x1b[?1049l\x1b[?1000h\x1b[?2004l",
    "a title": "\x1b]0;pwned\x07\x1b]2;pwned\x1b\\",
    "a link": "\x1b]8;;https://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "the clipboard": f"\x1b]52;c;{_SECRET}\x07",
    "the clipboard asked for": "\x1b]52;c;?\x1b\\",
    "one byte controls": f"\x9b31mred\x9b0m \x9d52;c;{_SECRET}\x9c",
    "a device string": "\x1bP1$r0m\x1b\\ \x90q#0\x9c \x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\",
    "a program's command": "\x1b_Gi=1,a=q\x1b\\ \x9fpwned\x9c \x1b^secret\x1b\\ \x1bXstring\x1b\\",
    "half of a sequence": "tail \x1b",
    "half of a command": "tail \x1b]52;c;",
    "markup": "[bold red]b[/] [@click=app.quit]quit[/] [link=https://evil.example]l[/]",
    "markup that does not close": "[/] [[[ [@click=app.bell('x')] \\[",
    "styles": "$primary {x} %s {0} \\x1b[31m \\033[0m",
    "bidi": "\u202egnp.exe\u202c \u2066\u2067x\u2069 \u200f\u061c",
    "nothing to see": "a\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u3164\u115f\u2800b",
    "tags": "x" + "".join(chr(0xE0000 + ord(one)) for one in "pwned"),
    "a combining storm": "Z" + "\u0301\u0489\u20dd" * 80 + "o",
    "marks alone": "\u0301" * 90,
    "wide": "量子計算" * 20 + "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "lines": "one\ntwo\r\nthree\rfour\x0bfive\x0csix\x85seven\u2028eight\u2029nine",
    "tabs and backspaces": "a\tb\t\tc\x08\x08\x08\x7f\x7fd\x00e",
    "shifts": "\x0e\x0f\x1b(0lqqqk\x1b(B\x1b%G\x1b#8",
    "every control": "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0)))),
    "half characters": "a\ud800b\udfffc",
    "private and unassigned": "\ue000\U000f0000\U0010ffff\ufffe\u0378",
    "not ours to run": "\"; rm -rf ~; `x` $(x) '",
    "a formula": '=HYPERLINK("https://evil.example")',
}
LONG = "\x1b]52;c;" + "long " * 20_000
"""A hundred thousand characters."""
_KEPT = {"id", "key_id", "session_id", "parent_job_id", "characterization_id", "type", "backend", "status"}
"""Fields without which nothing would be shown at all."""


def leaf_with(text: str) -> Callable[[str, object], object]:
    """Put the text into every text that is no id and no date."""

    def leaf(key: str, value: object) -> object:
        hit = isinstance(value, str) and key not in _KEPT and not key.endswith(("_at", "date", "updated"))
        return text if hit else value

    return leaf


def _spread(items: object, make: Callable[[dict[str, object], str, str], dict[str, object]]) -> list[object]:
    """Return the items, and for every text one more like the first."""
    assert isinstance(items, list)
    if not items:  # such as no ended sessions
        return []
    return [*items, *(make(json.loads(json.dumps(items[0])), name, text) for name, text in TEXTS.items())]


def _session(item: dict[str, object], name: str, text: str) -> dict[str, object]:
    changed = mapped(item, leaf_with(text))
    assert isinstance(changed, dict)
    return {**changed, "id": f"{changed['id']}-{name.replace(' ', '-')}", "backend": text, "status": text}


def _odd_id(item: dict[str, object], name: str, text: str) -> dict[str, object]:
    return {**item, "id": text + name[-4:]}


def _job(item: dict[str, object], name: str, text: str) -> dict[str, object]:
    changed = mapped(item, leaf_with(text))
    assert isinstance(changed, dict)
    failure = {"code": text, "message": f"{text} {LONG}" if name == "colours" else text}
    made = {**changed, "id": f"job-{name.replace(' ', '-')}", "name": text, "failure": failure, "status": "failed"}
    return {**made, "backend": text, "type": text}


def _backend(item: dict[str, object], name: str, text: str) -> dict[str, object]:
    changed = mapped(item, leaf_with(text))
    assert isinstance(changed, dict)
    return {**changed, "backend": f"qpu.{text}", "status": "available" if name < "h" else text, "location": text}


def hostile_texts(text: str) -> Edit:
    """Return the edit that puts every text of the catalogue into lists, and this one wherever there is one place."""
    leaf = leaf_with(text)

    def edit(endpoint: Endpoint, request: Request, reply: Reply) -> Reply:
        told = json.loads(reply.body)
        if reply.status >= 400:
            told = {**told, "message": text, "error": text}
        elif endpoint is Endpoint.LIST:
            sessions = _spread(told["sessions"], _session)
            told = {**told, "sessions": [*sessions, *_spread(told["sessions"], _odd_id)]}
        elif endpoint is Endpoint.JOBS:
            told["jobs"] = _spread(told["jobs"], _job) if told["jobs"] else []
        elif endpoint is Endpoint.BACKENDS:
            told = _spread(told, _backend)
        else:
            told = mapped(told, leaf)
        headers = tuple((name, "req-\xff\x9b31m" if name == "x-request-id" else value) for name, value in reply.headers)
        return Reply(reply.status, headers, json.dumps(told).encode())

    return edit


def refusing(endpoint: Endpoint, status: int, text: str) -> Edit:
    """Return the edit that refuses one endpoint with this text, and puts texts everywhere else."""
    texts = hostile_texts(text)

    def edit(asked: Endpoint, request: Request, reply: Reply) -> Reply:
        if asked is not endpoint:
            return texts(asked, request, reply)
        refused = {"statusCode": status, "error": text, "message": text}
        return Reply(status, reply.headers, json.dumps(refused).encode())

    return edit
