"""Everything that runs leave behind, searched for a secret."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

_SHOWN = 4
"""Characters at the end of a key that may be shown."""


class Search(TypedDict):
    """What was looked through, and what was found in it."""

    places: int
    bytes: int
    found: list[str]


@dataclass
class Traces:
    """Texts and files by where they come from."""

    pieces: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, data: bytes | str) -> None:
        """Take something that was written, shown or passed on."""
        told = data.encode() if isinstance(data, str) else data
        self.pieces[f"{len(self.pieces)} {name}"] = told

    def add_files(self, folder: Path) -> None:
        """Take every file below a folder, names included."""
        for path in sorted(folder.rglob("*")):
            self.add(f"name of {path}", path.name)
            if path.is_file():
                self.add(str(path), path.read_bytes())

    def search(self, secret: str) -> Search:
        """Look for the secret, or either half of what must not show of it, however it is written."""
        needles = list(_forms(secret))
        found = [
            f"{name}: …{sought[max(0, at - 300) : at + 200]!r}"
            for name, data in self.pieces.items()
            for sought in (data, _unpainted(data))
            for needle in needles
            if (at := sought.find(needle)) >= 0
        ]
        return {"places": len(self.pieces), "bytes": sum(map(len, self.pieces.values())), "found": found}


def _forms(secret: str) -> Iterator[bytes]:
    """Yield both halves plain, as JSON, URLs and HTML write them, in hexadecimal, UTF-16 and base64."""
    hidden = secret[:-_SHOWN]
    half = len(hidden) // 2
    for text in (hidden[:half], hidden[half:]):
        yield from (written.encode() for cased in (text, text.upper(), text.lower()) for written in _written(cased))
    for part in (hidden[:half].encode(), hidden[half:].encode()):
        yield part[::-1]
        yield part.hex().encode()
        yield part.decode().encode("utf-16-le")
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + part)
            yield coded[4 if shift else 0 : len(coded) - 4]


def _written(text: str) -> Iterator[str]:
    yield text
    for form in ("u{:04x}", "u{:04X}", "%{:02x}", "%{:02X}", "&#{};", "&#x{:x};", "&#x{:X};"):
        parts = [form.format(ord(one)) for one in text]
        yield "".join(parts)
        yield "\\".join(parts)
        yield "\\\\".join(parts)


def _unpainted(data: bytes) -> bytes:
    """Take out what a terminal obeys, so that a text painted in two colours is whole again."""
    return re.sub(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[PX^_\]].*?(?:\x07|\x1b\\)", b"", data, flags=re.DOTALL)


def summary(searches: list[Mapping[str, object]], *, every: bool) -> Iterator[str]:
    """Yield the totals of all searches in one line."""
    if not searches:
        return
    places, size, found = 0, 0, 0
    for one in searches:
        where = one["found"]
        assert isinstance(where, list)
        places, size, found = places + int(str(one["places"])), size + int(str(one["bytes"])), found + len(where)
    yield f"canary key: {found} occurrences in {places} places, {size:,} bytes"
