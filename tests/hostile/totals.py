"""What the tests of this folder counted, in a line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence


def summary(told: Sequence[tuple[str, int, int]], *, every: bool) -> Iterator[str]:
    """Yield "hostile replies: 350 survived of 350", for each thing that was counted."""
    good: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for name, survived, of in told:
        good[name] += survived
        whole[name] += of
    for name, of in sorted(whole.items()):
        yield f"{name}: {good[name]} survived of {of}"
