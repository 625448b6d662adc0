"""What a window weighs at one moment: objects, tasks, timers, threads, open files."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType

from textual._styles_cache import StylesCache
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.worker import Worker


@dataclass(frozen=True)
class Burden:
    """Numbers that must not grow with the hours."""

    memory: int
    """Bytes of all Python objects, without those that are no part of the window.

    Not the resident set: that holds what the tests before this one left behind in this process, and what the allocator
    does not give back.
    """
    pumps: int
    """Screens and widgets, shown or not; not the nodes that Textual makes for each style of a table as it is seen."""
    pictures: int
    """Of widgets, shown or not."""
    timers: int
    workers: int
    tasks: int
    threads: int
    """Without those of the loop's pool, which starts a few as they are needed and no more."""
    descriptors: int

    @property
    def counted(self) -> dict[str, int]:
        """All but the memory, by name."""
        return {name: value for name, value in vars(self).items() if name != "memory"}


def burden(apart: object) -> Burden:
    """Measure, after garbage is gone; what only `apart` leads to is not counted as memory."""
    gc.unfreeze()
    gc.collect()
    gc.collect()
    objects = gc.get_objects()

    def many(kind: type[object]) -> int:
        return sum(isinstance(one, kind) for one in objects)

    left_out = _reached([apart], lambda one: isinstance(one, type | ModuleType | FunctionType))
    left_out[id(left_out)] = 0
    held = _reached(objects, lambda _: False)
    return Burden(
        sum(size for key, size in held.items() if key not in left_out),
        many(MessagePump) - sum(type(one) is DOMNode for one in objects),
        many(StylesCache),
        many(Timer),
        many(Worker),
        len(asyncio.all_tasks()),
        sum(not one.name.startswith("asyncio_") for one in threading.enumerate()),
        len([*Path("/proc/self/fd").iterdir()]),
    )


def _reached(roots: list[object], stops: Callable[[object], bool]) -> dict[int, int]:
    """Return the sizes of all that can be reached, by identity; nothing is reached through what stops."""
    waiting = list(roots)
    sizes = {id(waiting): 0, id(roots): 0}
    while waiting:
        one = waiting.pop()
        if id(one) not in sizes and not stops(one):
            sizes[id(one)] = sys.getsizeof(one)
            waiting += gc.get_referents(one)
    return sizes
