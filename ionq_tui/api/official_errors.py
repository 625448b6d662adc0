"""Make this library's errors instances of the errors of the same name in ionq_core, the official client.

`except` looks at real base classes only, so the classes get theirs as further bases, once ionq_core is loaded. It is
never loaded from here. The classes are joined when an error is made. One that was made before the import is therefore
caught from the next error on; only a hook in Python's import system could do better, and a library that handles
failures of paid sessions does not change how its caller's imports work.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterable
from types import ModuleType

_PACKAGE = "ionq_core"

_HARMLESS = frozenset(
    (
        "__annotate__",
        "__annotate_func__",
        "__annotations__",
        "__annotations_cache__",
        "__classcell__",
        "__dict__",
        "__doc__",
        "__firstlineno__",
        "__init__",
        "__module__",
        "__orig_bases__",
        "__parameters__",
        "__qualname__",
        "__static_attributes__",
        "__weakref__",
    )
)
"""Special names that every class has, and the constructor, which ours do not call."""

logger = logging.getLogger("ionq_tui")


class ErrorRoot(Exception):
    """Root of this library's errors. Python lets a class change its bases only if none of them is built in."""


class OfficialErrors:
    """The errors of this library that have a counterpart in ionq_core."""

    def __init__(self) -> None:
        """Start with none."""
        self._classes: tuple[type[BaseException], ...] = ()
        self._joined = False
        self._lock = threading.RLock()  # a signal may raise an error of its own meanwhile

    def declare(self, classes: Iterable[type[BaseException]]) -> None:
        """Name the classes, base classes first, and join them if ionq_core is loaded already."""
        self._classes = tuple(classes)
        self.join()

    def join(self) -> None:
        """Give each class its counterpart as a further base, if ionq_core is loaded. Cheap if it is not."""
        if self._joined or (theirs := sys.modules.get(_PACKAGE)) is None or not hasattr(theirs, "__all__"):
            return  # `__all__` is the last name that it defines: before that, its import is under way
        with self._lock:
            for ours in self._classes:
                _join(ours, theirs)
            self._joined = bool(self._classes)


def _join(ours: type[BaseException], theirs: ModuleType) -> None:
    """Add the base class. A version of ionq_core in which it does not fit costs a line in the log, not an error."""
    try:
        counterpart = getattr(theirs, ours.__name__, None)
        if not isinstance(counterpart, type) or not issubclass(counterpart, Exception) or issubclass(ours, counterpart):
            return
        if odd := _meddles(counterpart):
            raise TypeError(f"it defines {odd}")
        ours.__bases__ = (*ours.__bases__, counterpart)
    except Exception as error:  # whatever that version does: an error about money must reach its caller as it is
        logger.warning("ionq_core.%s does not catch this library's error: %s", ours.__name__, error)


def _meddles(counterpart: type) -> str:
    """Return what a base class would change about errors of ours; empty if it only adds methods and plain values.

    Its special methods would make, copy or print them, and its properties would stand in the way of their attributes.
    """
    for base in counterpart.__mro__:
        if base.__module__ == "builtins":
            continue
        for name, value in vars(base).items():
            if name in _HARMLESS:
                continue
            if (name.startswith("__") and name.endswith("__")) or hasattr(value, "__set__"):
                return f"{base.__name__}.{name}"
    return ""


OFFICIAL = OfficialErrors()
