"""Extract the error message and code from a reply, in whatever form a server, framework or proxy writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

_MAX_DEPTH = 6
_MAX_ENTRIES = 20
"""Maximum number of entries of a list or object that are examined."""
_MAX_FIELD_LENGTH = 80
_MAX_LINE_LENGTH = 300
_LINE_SEARCH_LENGTH = 500
_TITLE_SEARCH_LENGTH = 64 * 1024
_TITLE = re.compile(r"<(title|h1)\b[^>]*>([^<]*[^<\s][^<]*)", re.IGNORECASE)

_MESSAGE_FIELDS = (
    *("title", "message", "errormessage", "msg", "detail", "description", "errordescription", "reason", "text"),
    *("summary", "error", "errors", "nonfielderrors", "validation", "details", "cause", "failure"),
    *("issues", "violations", "invalidparams"),
)
"""Field names that hold a message, or contain one, in output order. Compared without case, "_" and "-"."""
_CODE_FIELDS = ("code", "errorcode", "type", "name")
_NESTED_CODE_FIELDS = (*_CODE_FIELDS, "id", "value")
_FIELD_PATHS = ("loc", "field", "property", "propertypath", "param", "parameter", "pointer", "instancepath")
"""Field names by which a list entry says which part of the request it is about."""
_NOT_FIELDS = {
    *_NESTED_CODE_FIELDS,
    *_FIELD_PATHS,
    *("status", "statuscode", "source", "keys", "path", "url", "instance", "title"),
}
_PARTS = {"body", "query", "params", "headers", "cookies", "base", "data", "json", "request", ""}
"""Names of request parts, which tell the sender nothing useful."""


def words_in(body: object, *, fields: bool = False) -> str:
    """Return all messages of a JSON error, joined by "; "; empty if there are none.

    IonQ writes {"message": …, "validation": {"body": {"message": …}}}. Other frameworks write {"detail": …} with a
    string or a list of {"loc": …, "msg": …}, {"errors": {"cost_limit": ["must be …"]}} or {"error": {"message": …}}. If
    no known field name is found, `fields` treats every key as the name of an invalid field, followed by its message.
    """
    messages = list(dict.fromkeys(_messages(body, _MAX_DEPTH)))
    if fields and not messages and isinstance(body, dict):
        messages = list(dict.fromkeys(_fields(body, _MAX_DEPTH, "")))
    # A field name on its own adds nothing if an earlier message already contains it.
    return "; ".join(
        one for at, one in enumerate(messages) if " " in one or not any(one in words for words in messages[:at])
    )


def _messages(value: object, depth: int, place: str = "", *, inside: bool = False) -> Iterator[str]:
    """Yield the messages in a value.

    `inside` means that it was found under a known name, so that other keys are field names.
    """
    if isinstance(value, str):
        if words := _encodable(value).strip():
            yield _with_field(place, words)
    elif not depth:
        return
    elif isinstance(value, list):
        for one in value[:_MAX_ENTRIES]:
            yield from _messages(one, depth - 1, place, inside=inside)
    elif isinstance(value, dict):
        held = _by_name(value)
        place = _field_path(held) or place
        found = [
            words for name in _message_fields(held) for words in _messages(held[name], depth - 1, place, inside=True)
        ]
        yield from found or (_fields(value, depth, place) if inside else ())
        if inside and not found and isinstance(held.get("keys"), list):
            yield from _messages(held["keys"], depth - 1)


def _message_fields(held: Mapping[str, object]) -> Iterator[str]:
    """Yield the known field names that are present.

    `error` is skipped if it only repeats the status next to a `message`.
    """
    more = isinstance(held.get("message"), str | list) and bool(held["message"])
    for name in _MESSAGE_FIELDS:
        if name in held and not (name == "error" and more and isinstance(held[name], str)):
            yield name


def _fields(value: Mapping[str, object], depth: int, place: str) -> Iterator[str]:
    for name, one in list(value.items())[:_MAX_ENTRIES]:
        plain = _normalized(name)
        if plain in _NOT_FIELDS and not isinstance(one, dict):
            continue
        field = (
            "" if plain in _PARTS or plain in _NOT_FIELDS or plain.isdigit() else _encodable(name)[:_MAX_FIELD_LENGTH]
        )
        yield from _messages(one, depth - 1, ".".join(part for part in (place, field) if part), inside=True)


def _field_path(held: Mapping[str, object]) -> str:
    """Return which part of the request an entry is about, such as "settings.cost_limit"."""
    source = held.get("source")
    path = next((held[name] for name in _FIELD_PATHS if held.get(name)), None)
    if path is None and isinstance(source, dict):
        path = source.get("pointer") or source.get("parameter")
    parts = path if isinstance(path, list) else re.split(r"[/.]", path) if isinstance(path, str) else []
    names = [
        str(one) for one in parts[:_MAX_ENTRIES] if isinstance(one, str | int) and _normalized(str(one)) not in _PARTS
    ]
    return _encodable(".".join(names))[:_MAX_FIELD_LENGTH]


def _with_field(place: str, words: str) -> str:
    named = place.rpartition(".")[2].casefold()
    return words if not named or named in words.casefold() else f"{place} {words}"


def _by_name(value: Mapping[str, object]) -> dict[str, object]:
    return {_normalized(name): one for name, one in value.items()}


def _normalized(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", errors="replace").decode()


def code_in(value: object, depth: int = 3, names: tuple[str, ...] = _CODE_FIELDS) -> str:
    """Return the error code, a string or number, from anywhere in the value; empty if there is none."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)[:_MAX_FIELD_LENGTH]
    if not depth:
        return ""
    if isinstance(value, list):
        return next((code for one in value[:_MAX_ENTRIES] if (code := code_in(one, depth - 1))), "")
    if not isinstance(value, dict):
        return ""
    held = _by_name(value)
    for name in names:
        one = held.get(name)
        code = _encodable(one).strip() if isinstance(one, str) else code_in(one, depth - 1, _NESTED_CODE_FIELDS)
        if code:
            return code
    error = held.get("error")
    if isinstance(error, str) and held.get("message"):
        return _encodable(error).strip()
    within = (held.get(name) for name in ("error", "errors", "cause", "reason", "details"))
    return next((code for one in within if isinstance(one, dict | list) and (code := code_in(one, depth - 1))), "")


def page_title(text: str) -> str:
    """Return the title or first heading of an HTML page; empty if it has neither."""
    found = _TITLE.search(text[:_TITLE_SEARCH_LENGTH])
    return " ".join(found[2].split())[:80] if found else ""


def first_line(text: str) -> str:
    """Return the first line of a plain-text error; empty if the text is markup."""
    line = next((line.strip() for line in text[:_LINE_SEARCH_LENGTH].splitlines() if line.strip()), "")
    return "" if line == "null" or line.startswith(("<", "{", "[")) else line[:_MAX_LINE_LENGTH]
