"""Chance that is the same each time: every drawing has its own stream, named by what is drawn.

Streams of their own keep one thing's luck from depending on what else happened before it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from random import Random
from uuid import UUID


def stream(seed: int, *names: object) -> Random:
    """Return the stream of that name under this seed."""
    return Random(f"{seed}/" + "/".join(str(name) for name in names))


def uuid7(at: datetime, random: Random) -> str:
    """Return a version 7 UUID: milliseconds of `at`, then what the stream gives."""
    value = (int(at.timestamp() * 1000) & (2**48 - 1)) << 80 | random.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def hashed_id(kind: str, text: str) -> str:
    """Return the UUID that always belongs to this text; the text cannot be read from it."""
    return str(UUID(bytes=hashlib.sha256(f"{kind}\0{text}".encode()).digest()[:16], version=4))
