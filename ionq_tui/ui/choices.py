"""What the user chose on the screens: the theme, and the columns and the order of each table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Protocol, TypeVar, runtime_checkable
from weakref import WeakKeyDictionary

from textual.app import App

Result = TypeVar("Result")
Keep = Callable[[str, str, str | list[str]], str]
"""Keeps an entry: its table or "", its name, and its value; returns why that failed, or an empty string."""


Kept = tuple[Mapping[str, Sequence[str]], Mapping[str, str], Keep]
"""What `Choices` is made of."""


@runtime_checkable
class KeepsChoices(Protocol):
    """An app with choices of earlier, which are kept."""

    @property
    def kept(self) -> Kept | None:
        """The choices; None if there are none, and none are kept."""


def _nowhere(_table: str, _name: str, _value: str | list[str]) -> str:
    return ""


class Choices:
    """The choices by the id of a table, and the function that keeps them for the next start."""

    def __init__(
        self,
        columns: Mapping[str, Sequence[str]] | None = None,
        sort: Mapping[str, str] | None = None,
        keep: Keep = _nowhere,
    ) -> None:
        """Take what was kept: shown columns by name, and the column to sort by, with "-" before it if reversed."""
        self._columns = dict(columns or {})
        self._sort = dict(sort or {})
        self._keep = keep

    def columns(self, table: str) -> tuple[str, ...] | None:
        """Return the names of the columns that a table shows; None shows all."""
        found = self._columns.get(table)
        return None if found is None else tuple(found)

    def sort(self, table: str) -> str:
        """Return the name of the column that a table is sorted by, with "-" before it if reversed; "" for none."""
        return self._sort.get(table, "")

    def keep_columns(self, table: str, names: Sequence[str]) -> str:
        """Keep which columns a table shows; return why that failed."""
        self._columns[table] = tuple(names)
        return self._keep("columns", table, list(names))

    def keep_sort(self, table: str, sort: str) -> str:
        """Keep the order of a table; return why that failed."""
        if self._sort.get(table, "") == sort:
            return ""
        self._sort[table] = sort
        return self._keep("sort", table, sort)

    def keep_theme(self, name: str) -> str:
        """Keep the theme; return why that failed."""
        return self._keep("", "theme", name)


_of_app: MutableMapping[App[object], Choices] = WeakKeyDictionary()


def choices_of(app: App[Result]) -> Choices:
    """Return the choices of an app; those of an app without any are kept nowhere."""
    found = _of_app.get(app)  # type: ignore[arg-type]
    if found is None:
        kept = app.kept if isinstance(app, KeepsChoices) else None
        found = _of_app[app] = Choices(*kept) if kept is not None else Choices()  # type: ignore[index]
    return found
