"""Tolerant decoding of JSON into model objects.

Unknown fields are ignored. An optional field that is missing or has the wrong type is None (unknown). One invalid item
in a list does not hide the others. If a required value is missing, decoding raises Unreadable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard, TypeVar

from ionq_tui.api.fast_dataclass import fast_dataclass
from ionq_tui.api.scalar import (
    MAX_DURATION_MS,
    count,
    encodable,
    flag,
    limit_money,
    moment,
    number,
    text,
)
from ionq_tui.model.backend import Backend, Characterization, Measured
from ionq_tui.model.key import KeyIdentity
from ionq_tui.model.limits import Limits
from ionq_tui.model.overview import ListedSessions
from ionq_tui.model.session import Session

T = TypeVar("T")

# Lists contain thousands of these.
_session, _limits = fast_dataclass(Session), fast_dataclass(Limits)

MAX_ID_LENGTH = 256
_MAX_DIGITS = 40
_LONG_REPLY = 1024 * 1024
_REPLACEMENT = "\ufffd"
"""The replacement character that stands for undecodable bytes."""
_MAX_PARTS = 200_000
"""Maximum number of commas and opening brackets in one reply.

Decoded, the values they separate can take thirty times the memory of the raw bytes.
"""
_UNCOUNTED_BYTES = 512 * 1024
"""Size in bytes up to which a reply's parts are not counted.

Even if all of them are small, they take less memory than the parts of the largest reply allowed.
"""


class Unreadable(ValueError):
    """The reply, or one item of it, lacks a required value."""


def parse(body: bytes, *, lossy: bool = False, most: int = _MAX_PARTS) -> Any:  # noqa: ANN401 - JSON is any of it
    """Parse JSON of at most so many values.

    NaN and infinity become null, and decimal numbers stay exact. Raises Unreadable. Bytes that are not UTF-8 raise an
    error, unless `lossy`: then each becomes a replacement character, and strings may contain raw line breaks.
    """
    if len(body) > _UNCOUNTED_BYTES and body.count(b",") + body.count(b"[") + body.count(b"{") > most:
        raise Unreadable("the reply contains too many values")
    # In a long reply that is not text at all, replacement characters would take twice the memory of its bytes.
    tolerance = "strict" if not lossy else "replace" if len(body) < _LONG_REPLY else "ignore"
    try:
        text = body.decode("utf-8-sig", errors=tolerance)
    except UnicodeDecodeError:
        raise Unreadable("the reply is not UTF-8 text") from None
    try:
        return json.loads(text, parse_float=_exact, parse_constant=_nothing)
    except RecursionError:
        raise Unreadable("the reply is nested too deeply") from None
    except ValueError:
        pass
    try:
        return json.loads(text, parse_float=_exact, parse_constant=_nothing, parse_int=_int, strict=not lossy)
    except (ValueError, RecursionError):
        raise Unreadable("the reply is empty" if not text.strip() else "the reply is not JSON") from None


def decoded_text(body: bytes) -> str:
    """Decode text in UTF-8. Raises Unreadable for other bytes, and for what has the zero bytes of binary files."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("the reply is not UTF-8 text") from None
    if "\0" in text:
        raise Unreadable("the reply is not text")
    return text


def _nothing(_: str) -> None:
    """Replace NaN or infinity by None."""


def _exact(digits: str) -> Decimal | None:
    """Parse a number with a fraction or exponent exactly; None if the exponent is out of range."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


def _int(digits: str) -> int | None:
    """Parse a whole number; None if it is so long that Python would refuse it with an error."""
    return int(digits) if len(digits) <= _MAX_DIGITS else None


def item_of(value: object) -> Mapping[str, Any]:
    """Return a JSON object. Raises Unreadable for anything else."""
    if not isinstance(value, dict):
        raise Unreadable("the reply is not an object")
    return value


def id_of(item: Mapping[str, Any], key: str = "id") -> str:
    """Return the id of an object. Raises Unreadable if it has none that can be used."""
    value = item.get(key)
    if not is_id(value):
        raise Unreadable(f"the reply has no usable {key!r}")
    return value


def is_id(value: object) -> TypeGuard[str]:
    """Return True for a string that can be used as an id. With a byte lost to decoding, it would identify nothing."""
    return (
        isinstance(value, str)
        and 0 < len(value.strip()) <= len(value) <= MAX_ID_LENGTH
        and value.isprintable()
        and _REPLACEMENT not in value
    )


def part_of(item: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a nested object, or an empty one if it is missing."""
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def items_of(value: object, read: Callable[[object], T]) -> tuple[tuple[T, ...], int]:
    """Decode a list item by item. Return the decoded items and the number of items that could not be decoded."""
    if not isinstance(value, list):
        raise Unreadable("the reply has no list where one is required")
    good, bad = [], 0
    for item in value:
        try:
            good.append(read(item))
        except Unreadable:
            bad += 1
    return tuple(good), bad


def read_identity(value: object) -> KeyIdentity:
    """Decode `GET /whoami`."""
    item = item_of(value)
    return KeyIdentity(id_of(item, "key_id"), text(item.get("key_name")) or "", text(item.get("project_id")))


def read_session(value: object) -> Session:
    """Decode one session."""
    item = item_of(value)
    get, settings = item.get, item.get("settings")
    limit = (settings if isinstance(settings, dict) else _NO_SETTINGS).get
    return _session(
        id=id_of(item),
        status=text(get("status")) or "unknown",
        active=flag(get("active")),
        backend=_backend(get("backend")),
        created_at=moment(get("created_at")),
        started_at=moment(get("started_at")),
        ended_at=moment(get("ended_at")),
        expires_at=moment(limit("expires_at")),
        organization_id=text(get("organization_id")),
        project_id=text(get("project_id")),
        creator_id=text(get("creator_id")),
        ender_id=text(get("ender_id")),
        limits=_read_limits(settings, limit),
    )


_NO_SETTINGS: Mapping[str, Any] = {}
_LIMIT_NAMES = ("jobs", "time", "money")
_SETTINGS = {"job_count_limit", "duration_limit_min", "cost_limit", "expires_at"}
_LIMIT_WORDS = re.compile("limit|max|quota|budget|cap|ttl|timeout|duration", re.IGNORECASE)
_LIMIT_KINDS = {
    "jobs": re.compile("job|shot|circuit|task", re.IGNORECASE),
    "time": re.compile("time|duration|sec|min|hour|ttl", re.IGNORECASE),
    "money": re.compile("cost|money|usd|credit|budget|price|spend", re.IGNORECASE),
}
"""What kind of limit an unknown setting may be, judged by its name."""
_MAX_UNKNOWN_SETTINGS = 5
_MAX_RAW_LENGTH = 80


def _backend(value: object) -> str | None:
    """Decode a backend name.

    A value that is not a string is kept as raw text, so that it counts as a mismatch with the requested backend.
    """
    return text(value) if value is None or isinstance(value, str) else _raw_text(value)


def _read_limits(settings: object, limit: Callable[[str], object]) -> Limits:
    """Decode limits. null means no limit.

    A value that is neither null nor a number is unknown and is kept as raw text. A missing limit is also unknown if
    another setting may stand for it.
    """
    raw = limit("job_count_limit"), limit("duration_limit_min"), limit("cost_limit")
    read = count(raw[0]), count(raw[1]), limit_money(raw[2])
    if settings is not None and not isinstance(settings, dict):
        return _limits(*read, _LIMIT_NAMES, (_raw_text(settings),) * len(_LIMIT_NAMES))
    others = _unknown(settings) if settings and not settings.keys() <= _SETTINGS else {}
    if not others and read.count(None) == raw.count(None):
        return _limits(*read, (), ())
    unread = {
        name: others.get(name, "") if was is None else _raw_text(was)
        for name, was, value in zip(_LIMIT_NAMES, raw, read, strict=True)
        if value is None and (was is not None or name in others)
    }
    return _limits(*read, tuple(unread), tuple(unread.values()))


def _unknown(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return which limits the unknown settings may stand for, as written: {"time": "duration_limit_sec 5400"}."""
    found: dict[str, list[str]] = {}
    for name in [one for one in settings if one not in _SETTINGS and _LIMIT_WORDS.search(one)][:_MAX_UNKNOWN_SETTINGS]:
        if settings[name] is not None:
            written = f"{encodable(name[:_MAX_RAW_LENGTH])} {_raw_text(settings[name])}"
            for meant in [one for one in _LIMIT_NAMES if _LIMIT_KINDS[one].search(name)] or _LIMIT_NAMES:
                found.setdefault(meant, []).append(written)
    return {meant: ", ".join(written) for meant, written in found.items()}


def _raw_text(value: object) -> str:
    """Return a value as the server wrote it, shortened."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)[:_MAX_RAW_LENGTH]
    return encodable(json.dumps(value, ensure_ascii=False, default=str))[:_MAX_RAW_LENGTH]


def read_sessions(value: object) -> ListedSessions:
    """Decode `GET /sessions`."""
    item = item_of(value)
    sessions, unreadable = items_of(item.get("sessions"), read_session)
    return ListedSessions(sessions, text(item.get("organization_id")), unreadable)


def read_backend(value: object) -> Backend:
    """Decode one backend."""
    item = item_of(value)
    return Backend(
        name=id_of(item, "backend"),
        status=text(item.get("status")) or "unknown",
        degraded=flag(item.get("degraded")),
        qubits=count(item.get("qubits")),
        average_queue_time=number(item.get("average_queue_time"), MAX_DURATION_MS),
        last_updated=moment(item.get("last_updated")),
        location=text(item.get("location")),
        characterization_id=text(item.get("characterization_id")),
        kw=number(item.get("kw")),
        supported_gates=_names(item.get("supported_gates")),
        supported_native_gates=_names(item.get("supported_native_gates")),
        supported_error_mitigations=_names(item.get("supported_error_mitigations")),
    )


_MAX_NAMES = 64


def _names(value: object) -> tuple[str, ...]:
    """Decode a list of names; items that are not text are left out."""
    names = value[:_MAX_NAMES] if isinstance(value, list) else []
    return tuple(encodable(name[:MAX_ID_LENGTH]) for name in names if isinstance(name, str))


def read_backends(value: object) -> tuple[Backend, ...]:
    """Decode `GET /backends`."""
    backends, unreadable = items_of(value, read_backend)
    if unreadable and not backends:
        raise Unreadable("the reply contains no backend that can be read")
    return backends


_MAX_SECONDS = 1_000_000
"""Maximum duration of a gate, or of a qubit's relaxation and coherence times."""


def read_characterization(value: object) -> Characterization:
    """Decode one characterization."""
    item = item_of(value)
    return Characterization(
        id=id_of(item),
        backend=text(item.get("backend")) or "",
        date=moment(item.get("date")),
        qubits=count(item.get("qubits")),
        fidelity={
            encodable(name): Measured(median, number(of.get("stderr"), 1))
            for name, of in part_of(item, "fidelity").items()
            if isinstance(of, dict) and (median := number(of.get("median"), 1)) is not None
        },
        timing={
            encodable(name): seconds
            for name, value in part_of(item, "timing").items()
            if (seconds := number(value, _MAX_SECONDS)) is not None
        },
        pairs=_pairs(item.get("connectivity")),
    )


def _pairs(value: object) -> int | None:
    """Count the pairs of qubits, each once; None if there is no list of pairs, or another item in it."""
    if not isinstance(value, list) or not all(
        isinstance(pair, list) and len(pair) == 2 and all(type(one) is int for one in pair) for pair in value
    ):
        return None
    return len({frozenset(pair) for pair in value}) or None


def read_newest_characterization(value: object) -> Characterization:
    """Decode the first item of `GET /backends/{backend}/characterizations`."""
    found, _ = items_of(item_of(value).get("characterizations"), read_characterization)
    if not found:
        raise Unreadable("there is no characterization")
    return found[0]
