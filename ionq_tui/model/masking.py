"""Mask API keys in received text: every key this process has used, in every form in which a server may repeat it.

A reply may contain the key unchanged, in other letter case, or escaped as in JSON, URLs and HTML (`\\u0061`, `%61`,
`&#97;`), possibly escaped more than once. Invisible characters may separate its characters: soft hyphens and
zero-width spaces let long words wrap, and programs that show the text remove them.
"""

from __future__ import annotations

import re
import threading
from typing import NamedTuple

_LEAST = 8
"""Shorter texts are not IonQ keys, and occur in other texts by chance."""
_MOST = 64
"""Number of most recently used keys remembered; a server acting for many users creates thousands of clients."""
_DEPTH = 4
"""Maximum number of nested encodings."""
_PIECE = 64 * 1024
_OVERLAP = 4096
"""Maximum length of an encoded key in bytes."""


class _Needle(NamedTuple):
    sought: bytes
    """The key in lowercase."""
    mark: bytes
    """Its replacement."""


_known: dict[str, str] = {}
"""Replacement by key, most recently used last."""
_needles: tuple[_Needle, ...] = ()
"""Longest first, since one key may be part of another."""
_lock = threading.Lock()


def remember(secret: str, shown: str) -> None:
    """Mask this key from now on, replacing it with `shown`."""
    global _needles
    if len(secret) < _LEAST:
        return
    with _lock:
        if secret in _known and next(reversed(_known)) == secret:
            return
        _known.pop(secret, None)
        _known[secret] = shown
        while len(_known) > _MOST:
            del _known[next(iter(_known))]
        made = (_Needle(one.encode().lower(), _harmless(mark).encode()) for one, mark in _known.items())
        _needles = tuple(sorted(made, key=lambda needle: len(needle.sought), reverse=True))


def _harmless(shown: str) -> str:
    """Return a replacement that is safe in JSON, HTML, URLs and headers: no quote, backslash or angle bracket."""
    return shown if _HARMLESS.fullmatch(shown) else "••••"


_HARMLESS = re.compile(r"•+[A-Za-z0-9._~-]*")


def masked(data: bytes) -> bytes:
    """Return the bytes with every key masked; the same object if there is none."""
    lower = data.lower()
    if not any(needle.sought in lower for needle in _needles) and not _hidden_in(lower):
        return data
    for needle in _needles:
        data = _form(needle.sought).sub(needle.mark, data)
    if not _held(plain := _decoded(data)):
        return data
    # The key mixes several encodings: return the text decoded rather than expose the key.
    for needle in _needles:
        plain = re.sub(re.escape(needle.sought), needle.mark, plain, flags=re.IGNORECASE)
    return plain


def without_keys(text: str) -> str:
    """Return a text with every key masked."""
    data = text.encode("utf-8", "surrogatepass")
    result = masked(data)
    return text if result is data else result.decode("utf-8", "surrogatepass")


def _hidden_in(lower: bytes) -> bool:
    """Return True if the bytes contain a key that is partly encoded or interrupted by invisible characters."""
    if _held(_seen(lower)):
        return True
    if not (b"%" in lower or b"&" in lower or b"\\" in lower):
        return False
    # Decode in pieces to limit memory use, and because decoding blocks other threads.
    return any(_held(_decoded(lower[at : at + _PIECE + _OVERLAP])) for at in range(0, len(lower), _PIECE))


def _held(data: bytes) -> bool:
    lower = data.lower()
    return any(needle.sought in lower for needle in _needles)


def _decoded(data: bytes) -> bytes:
    """Return the bytes with the JSON, URL and HTML escapes of possible key characters decoded."""
    for _ in range(_DEPTH):
        before = data
        if b"\\" in data:
            data = _JSON.sub(_character, data)
        if b"%" in data:
            data = _URL.sub(_character, data)
        if b"&" in data:
            data = _HTML.sub(_character, data)
        if data == before:
            break
    return _seen(_UNSEEN.sub(b"", data))


def _seen(data: bytes) -> bytes:
    """Return the bytes without control characters and non-ASCII characters; no key contains any of them."""
    return data.replace(_KELVIN, b"k").translate(None, _NOT_OF_KEYS)


_KELVIN = "\u212a".encode()
"""The Kelvin sign looks like the letter K, and Unicode normalization turns it into one."""
_NOT_OF_KEYS = bytes(code for code in range(256) if code >= 0x7F or (code < 0x20 and code not in b"\t\n\r"))
_UNSEEN = re.compile(rb"\\u[0-9a-f]{4}|%(?:[01]|[89a-f])[0-9a-f]|%7f|&(?:#[0-9]+|#x[0-9a-f]+|[a-z]+);", re.IGNORECASE)
"""Escapes that remain after the printable ASCII characters were decoded."""


_JSON = re.compile(rb'\\(?:u00(?P<hex>[2-7][0-9a-f])|(?P<itself>["\\/]))', re.IGNORECASE)
_URL = re.compile(rb"%(?P<hex>[2-7][0-9a-f])", re.IGNORECASE)
_HTML = re.compile(
    rb"&(?:#x0*(?P<hex>[2-7][0-9a-f])(?![0-9a-f])|#0*(?P<number>[0-9]{2,3})(?![0-9])|(?P<name>amp|quot|lt|gt|apos));?",
    re.I,
)
_NAMED = {b"amp": b"&", b"quot": b'"', b"lt": b"<", b"gt": b">", b"apos": b"'"}


def _character(found: re.Match[bytes]) -> bytes:
    parts = found.groupdict()
    if parts["hex"]:
        return bytes.fromhex(parts["hex"].decode())
    if parts.get("name"):
        return _NAMED[parts["name"].lower()]
    if parts.get("number"):
        return bytes([number]) if (number := int(parts["number"])) < 0x80 else found[0]
    return parts["itself"]


def _form(sought: bytes) -> re.Pattern[bytes]:
    """Return a pattern that matches a key with any of its characters encoded; compiled only when a key was found."""
    return re.compile(_BETWEEN.join(_written(chr(code)) for code in sought), re.IGNORECASE)


_BETWEEN = (
    rb"(?:[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]|\\+u(?!00[2-7])[0-9a-f]{4}|%(?:25)*(?:[01][0-9a-f]|7f|[89a-f][0-9a-f])"
    rb"|&(?:amp;)*(?:#0*(?:[0-9]|[12][0-9]|3[01]|1[2-9][0-9]|[2-9][0-9]{2}|[0-9]{4,});?|#x(?:[01]?[0-9a-f]|[89a-f][0-9a-f]"
    rb"|[0-9a-f]{3,});?|shy;|zwj;|zwnj;|lrm;|rlm;|nobreak;|zerowidthspace;))*?"
)
"""Matches invisible characters between two characters of a key, encoded or not."""


def _written(character: str) -> bytes:
    """Return a pattern for one character, plain or as JSON, URLs and HTML encode it."""
    codes = sorted({ord(character.lower()), ord(character.upper())})
    hexes, numbers = "|".join(f"{code:02x}" for code in codes), "|".join(map(str, codes))
    ways = [
        re.escape(character),
        rf"\\+u00(?:{hexes})",
        rf"%(?:25)*(?:{hexes})",
        rf"&(?:amp;)*#x0*(?:{hexes});?",
        rf"&(?:amp;)*#0*(?:{numbers});?",
    ]
    if character in '"\\/':
        ways.append(rf"\\+{re.escape(character)}")
    names = [name.decode() for name, meant in _NAMED.items() if meant == character.encode()]
    ways += [f"&(?:amp;)*{name};" for name in names]
    return f"(?:{'|'.join(ways)})".encode()
