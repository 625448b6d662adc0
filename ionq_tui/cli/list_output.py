"""Print a list as asked for: as a table, as CSV, or only its ids; sorted, and with chosen columns."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

from ionq_tui.cli.common import CommandError, text_width
from ionq_tui.cli.list_arguments import SEPARATOR
from ionq_tui.model.exit_code import USAGE
from ionq_tui.view.column import Item, arranged
from ionq_tui.view.listing import Form, ListColumn, list_csv, list_table
from ionq_tui.view.sanitize import cells, plain
from ionq_tui.view.suggestion import unknown_name


def check_columns(args: argparse.Namespace, columns: Sequence[ListColumn[Item]]) -> None:
    """Raise CommandError for wrong usage if the options name no column, or contradict each other."""
    chosen_columns(args, columns)
    if args.sort:
        _column(columns, args.sort.removeprefix("-"))
    if args.columns and (args.json or args.quiet):
        raise CommandError("--columns is for tables and --csv: leave it out, or leave out --json and --quiet", USAGE)


def chosen_columns(args: argparse.Namespace, columns: Sequence[ListColumn[Item]]) -> list[ListColumn[Item]]:
    """Return the columns that were named; without names those of the dashboard, or in CSV all."""
    if args.columns:
        return [_column(columns, name) for name in args.columns.split(SEPARATOR)]
    return [one for one in columns if args.csv or not one.extra]


def in_order(args: argparse.Namespace, columns: Sequence[ListColumn[Item]], items: Iterable[Item]) -> list[Item]:
    """Return the items sorted as asked, the unknown last; without `--sort` in the order of IonQ."""
    if not args.sort:
        return list(items)
    column = _column(columns, args.sort.removeprefix("-"))
    return arranged(items, column.sorting(_form(args)), reverse=args.sort.startswith("-"))


def _form(args: argparse.Namespace) -> Form:
    if args.csv or args.json:
        return Form.EXACT
    return Form.SCREEN if sys.stdout.isatty() and not args.quiet else Form.WHOLE


def print_list(
    args: argparse.Namespace,
    columns: Sequence[ListColumn[Item]],
    items: Sequence[Item],
    ids: Callable[[Item], str],
    *,
    empty: str = "",
) -> None:
    """Print the items, or what to say if there is none; nothing is shortened unless a terminal shows it."""
    if args.quiet:
        sys.stdout.write("".join(f"{plain(ids(item))}\n" for item in items))
    elif args.csv:
        sys.stdout.write(list_csv(chosen_columns(args, columns), items))
    elif items:
        print(_fitting_table(chosen_columns(args, columns), items, _form(args), chosen=bool(args.columns)))
    elif empty:
        print(empty, file=beside_tables())


_DISPENSABLE = ("OPENED", "WAIT", "SHOTS", "RUN", "LOCATION", "LABEL")
"""The names of the columns that a narrow terminal shows last, the first to be left out first."""


def _fitting_table(
    columns: Sequence[ListColumn[Item]], items: Sequence[Item], form: Form, *, chosen: bool = False
) -> str:
    """Return the items as a table; what does not fit into the terminal's width is left out, unless it was `chosen`."""
    table, width = list_table(columns, items, form), text_width(sys.stdout)
    if width is None or chosen:
        return table
    for name in _DISPENSABLE:
        if max(map(cells, table.split("\n"))) <= width:
            break
        columns = [one for one in columns if one.column.name != name]
        table = list_table(columns, items, form)
    return table


def beside_tables() -> TextIO:
    """Return where words beside a table go: below it on a terminal, else where no program reads them as a row."""
    return sys.stdout if sys.stdout.isatty() else sys.stderr


def has_status(wanted: str, words: Iterable[str]) -> bool:
    """Return True if one of the words is among the statuses asked for, which are separated by commas."""
    return not wanted or not _statuses(wanted).isdisjoint(word.casefold() for word in words)


def check_status(wanted: str, held: Iterable[str], known: Sequence[str]) -> None:
    """Raise CommandError for wrong usage if a status is asked for that is neither known nor `held` by any item."""
    there = {word.casefold() for word in (*held, *known)}
    for word in sorted(_statuses(wanted) - there) if wanted else ():
        raise CommandError(unknown_name("status", word, known), USAGE)


def _statuses(wanted: str) -> set[str]:
    return {word.strip().casefold() for word in wanted.split(SEPARATOR)}


def _column(columns: Sequence[ListColumn[Item]], name: str) -> ListColumn[Item]:
    wanted = name.strip().casefold()
    found = next((one for one in columns if one.name == wanted), None)
    if found is None:
        raise CommandError(unknown_name("column", name.strip(), [one.name for one in columns]), USAGE)
    return found
