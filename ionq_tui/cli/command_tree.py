"""The commands, options, and arguments of the parser as plain values, for shell completion and the manual page.

Only this module reads the parts of argparse that have no public name.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ionq_tui.cli.arguments import COMMAND, EVERYWHERE, parsers
from ionq_tui.model.quick_dataclass import quick_dataclass


@quick_dataclass(frozen=True, slots=True)
class Option:
    """An option of a command."""

    names: tuple[str, ...]
    """All spellings, such as `-h` and `--help`."""
    dest: str
    """The attribute that gets its value."""
    words: str
    """What it does, in one sentence without markup."""
    value: str = ""
    """What its value is called; empty if it takes none."""
    choices: tuple[str, ...] = ()
    """The possible values, if they are fixed."""
    excludes: frozenset[str] = frozenset()
    """Spellings of the options that cannot be given together with it."""
    everywhere: bool = False
    """True if every command has it."""


@quick_dataclass(frozen=True, slots=True)
class Argument:
    """An argument that has no name on the command line, only a place."""

    name: str
    dest: str
    words: str
    choices: tuple[str, ...] = ()
    optional: bool = False


@quick_dataclass(frozen=True, slots=True)
class Command:
    """A command, or the program without one."""

    name: str
    """The command's name; empty for the program itself."""
    words: str
    usage: str
    options: tuple[Option, ...]
    arguments: tuple[Argument, ...] = ()
    commands: Mapping[str, Command] | None = None
    """The commands by name, in the order of the help; None inside a command."""

    def option(self, name: str) -> Option | None:
        """Return the option with this spelling; None if there is none."""
        return next((one for one in self.options if name in one.names), None)


def command_tree() -> Command:
    """Return the program with all its commands."""
    program, commands = parsers()
    return replace(_command("", program), commands={name: _command(name, one) for name, one in commands.items()})


def _command(name: str, parser: argparse.ArgumentParser) -> Command:
    options, arguments = list[Option](), list[Argument]()
    for action in parser._actions:
        if action.dest == COMMAND:
            continue
        if action.option_strings:
            options.append(_option(parser, action))
        else:
            words, choices = _words(parser, action), _choices(action)
            arguments.append(Argument(_shown(action), action.dest, words, choices, action.nargs == "?"))
    usage = parser.usage or _usage(name, arguments)
    return Command(name, parser.description or "", usage, tuple(options), tuple(arguments))


def _option(parser: argparse.ArgumentParser, action: argparse.Action) -> Option:
    together = [group._group_actions for group in parser._mutually_exclusive_groups]
    everywhere = [group._group_actions for group in parser._action_groups if group.title == EVERYWHERE]
    others = (one for group in together if action in group for one in group if one is not action)
    return Option(
        names=tuple(action.option_strings),
        dest=action.dest,
        words=_words(parser, action),
        value="" if action.nargs == 0 else _shown(action),
        choices=_choices(action),
        excludes=frozenset(name for one in others for name in one.option_strings),
        everywhere=any(action in group for group in everywhere),
    )


def _words(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    """Return the help text with what argparse inserts into it, such as the default."""
    return (action.help or "") % {**vars(action), "prog": parser.prog}


def _choices(action: argparse.Action) -> tuple[str, ...]:
    return tuple(map(str, action.choices or ()))


def _shown(action: argparse.Action) -> str:
    """Return what the value is called in help texts."""
    if isinstance(action.metavar, str):
        return action.metavar
    return "|".join(_choices(action)) or action.dest.upper()


def _usage(name: str, arguments: Iterable[Argument]) -> str:
    shown = (f"[{one.name}]" if one.optional else one.name for one in arguments)
    return " ".join(("ionq-tui", name, "[options]", *shown))
