"""Reproducible random numbers: each value is drawn from its own stream, named after what is drawn.

With separate streams, a value does not depend on what else happened before it was drawn.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from random import Random
from uuid import UUID


def stream(seed: int, *names: object) -> Random:
    """Return the random stream with that name for this seed."""
    return Random(f"{seed}/" + "/".join(str(name) for name in names))


def uuid7(at: datetime, random: Random) -> str:
    """Return a version 7 UUID from the milliseconds of `at` and random bits of the stream."""
    value = (int(at.timestamp() * 1000) & (2**48 - 1)) << 80 | random.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))


def hashed_id(kind: str, text: str) -> str:
    """Return a UUID derived from a hash of the text, so that equal texts have equal ids."""
    return str(UUID(bytes=hashlib.sha256(f"{kind}\0{text}".encode()).digest()[:16], version=4))
