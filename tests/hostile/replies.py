"""The table of hostile replies; one row, one way to spoil a good one."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

from ionq_tui.simulator.http import Reply
from tests.hostile.server import Write, head_of, with_body
from tests.unit.api.lines import Line

PAGE = b"<!doctype html><html><head><title>Welcome to Airport WiFi</title></head><body>Accept the terms</body></html>"
FIFTY_MB = 50_000_000


@dataclass(frozen=True)
class Spoiled:
    """One way; where `read` the reply can still be read as far as it goes, and what it is about is still there."""

    name: str
    write: Write
    read: bool = False


Leaf = Callable[[str, object], object]


def mapped(value: object, leaf: Leaf, key: str = "") -> object:
    """Return JSON with every value that is no object and no list changed."""
    if isinstance(value, dict):
        return {name: mapped(part, leaf, name) for name, part in value.items()}
    if isinstance(value, list):
        return [mapped(part, leaf, key) for part in value]
    return leaf(key, value)


def _leaves(leaf: Leaf) -> Write:
    return with_body(lambda body: json.dumps(mapped(json.loads(body), leaf)).encode())


def _bytes(pattern: bytes, by: bytes) -> Write:
    return with_body(lambda body: re.sub(pattern, by, body))


def _retyped(_: str, value: object) -> object:
    return 7 if isinstance(value, str) else ["x"] if isinstance(value, int | float) else {"a": 1}


def _dates(text: str) -> Write:
    return _leaves(lambda key, value: text if key.endswith("_at") and value is not None else value)


def _numbers(written: bytes) -> Write:
    """Replace every number, in the JSON as it is written."""
    return _bytes(rb"(?<=:)-?\d+(\.\d+)?(?=[,}])", written)


def _without_id(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_id(part) for name, part in value.items() if name not in ("id", "backend")}
    return [_without_id(part) for part in value] if isinstance(value, list) else value


def _twice(value: object) -> str:
    """Write every key twice, first with rubbish."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)}:{{}},{json.dumps(key)}:{_twice(part)}" for key, part in value.items())
        return "{" + ",".join(pairs) + "}"
    return "[" + ",".join(map(_twice, value)) + "]" if isinstance(value, list) else json.dumps(value)


@cache
def bomb() -> bytes:
    """Return half a gigabyte of spaces in half a megabyte."""
    packer = zlib.compressobj(1, wbits=31)
    return b"".join(packer.compress(b" " * 1_000_000) for _ in range(500)) + packer.flush()


def _say(line: Line, reply: Reply, what: Callable[[Reply], bytes]) -> bool:
    """Say something that may be no HTTP, and hang up."""
    line.say(what(reply))
    return False


def _raw(what: Callable[[Reply], bytes]) -> Write:
    return partial(_say, what=what)


def _going(what: Callable[[Reply], bytes]) -> Write:
    """Say something odd that leaves the connection as good as before."""
    return lambda line, reply: line.say(what(reply))


def _length(more: int) -> Write:
    return _raw(lambda reply: head_of(reply, f"Content-Length: {len(reply.body) + more}") + reply.body)


def _announcing_half(line: Line, reply: Reply) -> bool:
    """Leave the rest in the line, where it is taken for the next reply."""
    return line.say(head_of(reply, f"Content-Length: {len(reply.body) // 2}") + reply.body)


def _chunked(reply: Reply, size: int = 7, extension: bytes = b"") -> bytes:
    parts = [reply.body[at : at + size] for at in range(0, len(reply.body), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)


def _in_chunks(size: int, extension: bytes = b"", *more: str, end: bytes = b"0\r\n\r\n") -> Write:
    return _going(
        lambda reply: head_of(reply, "Transfer-Encoding: chunked", *more) + _chunked(reply, size, extension) + end
    )


def _crumbs(line: Line, reply: Reply) -> bool:
    """A megabyte of which every byte comes alone, and the reply behind it."""
    going = line.say(head_of(reply, "Transfer-Encoding: chunked"))
    for _ in range(100):
        going = going and line.say(b"1\r\n \r\n" * 10_000)
    return going and line.say(_chunked(reply) + b"0\r\n\r\n")


def _with_head(*more: str, status: int | None = None) -> Write:
    return with_body(lambda body: body, *more, status=status)


def _with_length(form: str) -> Write:
    return _going(lambda reply: head_of(reply, *form.format(len(reply.body)).split("|")) + reply.body)


def _after(more: bytes) -> Write:
    return _going(lambda reply: more + head_of(reply, f"Content-Length: {len(reply.body)}") + reply.body)


def _fifty(line: Line, reply: Reply) -> bool:
    going = line.say(head_of(reply, f"Content-Length: {FIFTY_MB}"))
    for _ in range(FIFTY_MB // 1_000_000):
        going = going and line.say(b" " * 1_000_000)
    return going


def _drip(what: Callable[[Reply], bytes], again: bytes) -> Write:
    def write(line: Line, reply: Reply) -> bool:
        line.say(what(reply))
        line.drip(again)
        return False

    return write


def _silent(line: Line, reply: Reply) -> bool:
    line.request()  # until the client hangs up
    return False


NOT_JSON = (
    Spoiled("HTML with 200, a captive portal", with_body(lambda _: PAGE)),
    Spoiled("empty", with_body(lambda _: b"")),
    Spoiled("blanks alone", with_body(lambda _: b" \r\n\t ")),
    Spoiled("truncated, of the length announced", with_body(lambda body: body[: len(body) // 2])),
    Spoiled("a string", with_body(lambda _: b'"started"')),
    Spoiled("a number", with_body(lambda _: b"200")),
    Spoiled("null", with_body(lambda _: b"null")),
    Spoiled("a list of lists", with_body(lambda _: b"[[[]]]")),
    Spoiled("nested a hundred thousand deep", with_body(lambda _: b"[" * 100_000)),
    Spoiled("objects nested without an end", with_body(lambda _: b'{"id":' * 50_000)),
    Spoiled("two replies in one", with_body(lambda body: body + body)),
    Spoiled("UTF-16", with_body(lambda body: body.decode().encode("utf-16"))),
    Spoiled("invalid UTF-8 between the values", with_body(lambda body: body.replace(b":", b"\xff:"))),
    Spoiled("bytes of chance", with_body(lambda _: bytes(range(256)) * 40)),
)
SHAPES = (
    Spoiled("invalid UTF-8 in the texts", _bytes(rb'"(?=started|created|ended|job-|available)', b'"\xff\xfe\xc0')),
    Spoiled("a byte order mark", with_body(lambda body: b"\xef\xbb\xbf" + body), read=True),
    Spoiled("every key twice", with_body(lambda body: _twice(json.loads(body)).encode()), read=True),
    Spoiled("wrong types everywhere", _leaves(_retyped)),
    Spoiled("nulls everywhere", _leaves(lambda _key, _value: None)),
    Spoiled("no ids", with_body(lambda body: json.dumps(_without_id(json.loads(body))).encode())),
    Spoiled("nothing that is required", with_body(lambda _: b"{}")),
    Spoiled("unheard of words", _leaves(lambda key, old: "hibernating" if key == "status" else old), read=True),
    Spoiled("unheard of fields", with_body(lambda body: body.replace(b'"id":', b'"sound":[1e9,{}],"id":')), read=True),
    Spoiled("1e400", _numbers(b"1e400"), read=True),
    Spoiled("1e999999999999999999999", _numbers(b"1e999999999999999999999"), read=True),
    Spoiled("NaN", _numbers(b"NaN"), read=True),
    Spoiled("-Infinity", _numbers(b"-Infinity"), read=True),
    Spoiled("negative numbers", _numbers(b"-5"), read=True),
    Spoiled("numbers of 5,000 digits", _numbers(b"9" * 5_000), read=True),
    Spoiled("fractions for counts", _numbers(b"0.30000000000000004"), read=True),
    Spoiled("dates far away", _dates("9999-12-31T23:59:59.999999-23:59"), read=True),
    Spoiled("dates long ago", _dates("0001-01-01T00:00:00+23:59"), read=True),
    Spoiled("dates without a zone", _dates("2026-11-22T14:00:00"), read=True),
    Spoiled("dates with nanoseconds", _dates("2026-11-22T14:00:00.123456789Z"), read=True),
    Spoiled("dates that are none", _dates("2026-02-30T25:61:61Z"), read=True),
    Spoiled("texts of 100,000 characters", _leaves(lambda key, old: "x" * 100_000 if key == "status" else old), True),
)
FRAMES = (
    Spoiled("shorter than announced", _length(10)),
    Spoiled("longer than announced", _announcing_half),
    Spoiled("a length of letters", _raw(lambda reply: head_of(reply, "Content-Length: many") + reply.body)),
    Spoiled("two lengths", _raw(lambda reply: head_of(reply, "Content-Length: 3", "Content-Length: 4") + reply.body)),
    Spoiled("ended by hanging up", _raw(lambda reply: head_of(reply) + reply.body), read=True),
    Spoiled("the same length twice", _with_length("Content-Length: {0}|Content-Length: {0}"), read=True),
    Spoiled("the same length twice in a line", _with_length("Content-Length: {0}, {0}"), read=True),
    Spoiled("a length with a sign", _with_length("Content-Length: +{0}")),
    Spoiled("a length below zero", _with_length("Content-Length: -{0}")),
    Spoiled("a length of 5,000 digits", _with_length("Content-Length: " + "9" * 5_000)),
    Spoiled("in chunks of seven", _in_chunks(7), read=True),
    Spoiled("in chunks of one byte", _in_chunks(1), read=True),
    Spoiled("a length beside chunks", _in_chunks(7, b"", "Content-Length: 3"), read=True),
    Spoiled("chunks with extensions", _in_chunks(7, b';name="a \x9b value";x;y=1'), read=True),
    Spoiled("an extension of 300 kB", _in_chunks(7, b";x=" + b"y" * 300_000)),
    Spoiled(
        "headers behind the chunks", _in_chunks(7, end=b"0\r\nContent-Length: 3\r\nSet-Cookie: a=b\r\n\r\n"), read=True
    ),
    Spoiled("rubbish behind the chunks", _in_chunks(7, end=b"0\r\nno colon here\r\n\r\n")),
    Spoiled("chunks larger than any number", _in_chunks(7, end=b"f" * 40 + b"\r\n{}")),
    Spoiled("chunks that stop", _raw(lambda reply: head_of(reply, "Transfer-Encoding: chunked") + _chunked(reply))),
    Spoiled("chunks of no size", _raw(lambda reply: head_of(reply, "Transfer-Encoding: chunked") + b"zz\r\n{}")),
    Spoiled("no HTTP at all", _raw(lambda _: b"SSH-2.0-OpenSSH_9.6\r\n")),
    Spoiled("a status of letters", _raw(lambda _: b"HTTP/1.1 OK fine\r\n\r\n{}")),
    Spoiled("headers of 300 kB", _raw(lambda reply: head_of(reply, "X-Long: " + "x" * 300_000) + reply.body)),
    Spoiled("a header line of 1 MB", _with_head("X-Long: " + "x" * 1_000_000)),
    Spoiled("a hundred thousand headers", _with_head(*["X: y"] * 100_000)),
    Spoiled("a header with a NUL", _with_head("X-Odd: a\x00b")),
    Spoiled("a header's name with a NUL", _with_head("X\x00Odd: ab")),
    Spoiled("a header with escapes", _with_head("X-Odd: \x1b]52;c;cHduZWQ=\x07\x9b31m"), read=True),
    Spoiled("a header with a bare return", _with_head("X-Odd: a\rContent-Length: 3")),
    Spoiled("headers of bytes", _with_head(*(f"X-{n}: {chr(n)}" for n in range(0xA0, 0x100))), read=True),
    Spoiled("a storm of cookies", _with_head(*(f"Set-Cookie: c{n}={'x' * 30}" for n in range(1_000))), read=True),
    Spoiled("cookies of bytes", _with_head("Set-Cookie: k\xfcche=gr\xfc\xdfe; Path=/\xff; Domain=\xe4.co"), read=True),
    Spoiled(
        "cookies of no form", _with_head(*(f"Set-Cookie: {odd}" for odd in ("", "=;", ";;=", "a=b; Expires=x"))), True
    ),
    Spoiled("a time of no form", _with_head("Date: \xff yesterday", "Retry-After: -\xb2"), read=True),
    Spoiled("hints before the reply", _after(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 1_000), read=True),
    Spoiled("another protocol", _raw(lambda _: b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n{}")),
    Spoiled("a header that is none", _raw(lambda reply: head_of(reply, "no colon here") + reply.body)),
    Spoiled("hung up without a word", _raw(lambda _: b"")),
    Spoiled("204", with_body(lambda _: b"", status=204)),
    *(
        Spoiled(f"a redirect {name}", with_body(lambda _: b"", *location, status=status))
        for name, status, location in (
            ("to elsewhere", 302, ["Location: http://127.0.0.1:1/elsewhere"]),
            ("to itself", 307, ["Location: "]),
            ("to nowhere", 308, []),
            ("to two places", 301, ["Location: /a", "Location: /b"]),
            ("to an invalid address", 302, ["Location: http://[half"]),
            ("to what is no port", 302, ["Location: http://evil.example:99999999/"]),
            ("to bytes", 303, ["Location: https://\xe4\xff.example/\x9b31m%1b%5d52;c;%07"]),
            ("to a script", 302, ["Location: javascript:alert(1)"]),
            ("to a megabyte's end", 302, ["Location: /" + "%1b" * 20_000]),
        )
    ),
    Spoiled("a place beside the reply", _with_head("Location: http://[half\x9b"), read=True),
    Spoiled("a success never heard of", with_body(lambda body: body, status=299), read=True),
)
SIZES = (
    Spoiled("50 MB", _fifty),
    Spoiled("a megabyte in pieces of one byte", _crumbs),
    Spoiled("a gzip bomb", with_body(lambda _: bomb(), "Content-Encoding: gzip")),
    Spoiled("gzip that is none", with_body(lambda body: body, "Content-Encoding: gzip")),
    Spoiled("gzip that stops", with_body(lambda body: gzip.compress(body)[:-20], "Content-Encoding: gzip")),
    Spoiled("gzip", with_body(gzip.compress, "Content-Encoding: gzip"), read=True),
    Spoiled("gzip in gzip", with_body(lambda body: gzip.compress(gzip.compress(body)), "Content-Encoding: gzip, gzip")),
    Spoiled("an encoding nobody asked for", with_body(lambda body: body, "Content-Encoding: br")),
    Spoiled("a million empty lists", with_body(lambda _: b'{"sessions":[' + b"[]," * 1_000_000 + b"[]]}")),
)
DRIPS = (
    Spoiled("an endless drip of body", _drip(lambda reply: head_of(reply, "Content-Length: 9999999"), b" ")),
    Spoiled("an endless drip of headers", _drip(lambda _: b"HTTP/1.1 200 OK\r\n", b"X-Drip: drop\r\n")),
    Spoiled("an endless drip of one header", _drip(lambda _: b"HTTP/1.1 200 OK\r\nX-Drip: ", b"x")),
    Spoiled("endless patience asked for", _drip(lambda _: b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
    Spoiled(
        "an endless drip of chunks", _drip(lambda reply: head_of(reply, "Transfer-Encoding: chunked"), b"1\r\n \r\n")
    ),
    Spoiled("silence", _silent),
)
TABLE = (*NOT_JSON, *SHAPES, *FRAMES, *SIZES, *DRIPS)
