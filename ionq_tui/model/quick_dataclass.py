"""Dataclasses that are quick to define and small, of which a start defines about eighty.

`dataclasses.dataclass` writes and compiles the source of six methods for each class, in all a tenth of the time until
the session list is on the screen, and keeps them in memory. Only `__init__` needs source of its own for each class.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING

__all__ = ["quick_dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass as quick_dataclass
else:

    def quick_dataclass(*, frozen: bool, slots: bool) -> Callable[[type], type]:
        """Return the decorator for a frozen dataclass with slots, which behaves as `dataclasses.dataclass` makes it."""

        def define(kind: type) -> type:
            made = dataclasses.dataclass(frozen=frozen, slots=slots, eq=False, repr=False)(kind)
            fields = dataclasses.fields(made)
            _compare(made, [field.name for field in fields if field.compare])
            _format(made, [field.name for field in fields if field.repr])
            made.__setattr__, made.__delattr__ = _not_set, _not_deleted
            return made

        return define


def _compare(kind: type, names: list[str]) -> None:
    value = attrgetter(*names) if names else type

    def __eq__(self: object, other: object) -> object:
        return value(self) == value(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: object) -> int:
        return hash(value(self))

    kind.__eq__ = __eq__  # type: ignore[assignment,method-assign]
    kind.__hash__ = __hash__  # type: ignore[assignment]


def _format(kind: type, names: list[str]) -> None:
    def __repr__(self: object) -> str:
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    kind.__repr__ = __repr__  # type: ignore[assignment,method-assign]


def _not_set(self: object, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _not_deleted(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
