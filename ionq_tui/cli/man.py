"""`ionq-tui man`: the manual page, made from the parser and the texts of the manual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ionq_tui import __version__
from ionq_tui.cli.command_tree import Argument, Command, Option, command_tree
from ionq_tui.model.exit_code import DONE, MEANINGS
from ionq_tui.view import manual
from ionq_tui.view.roff import bold, entry, escaped, italic, paragraphs, prose, section, subsection, title


def run() -> int:
    """Print the page as roff source, which is ASCII."""
    print(page(command_tree()))
    return DONE


def page(program: Command) -> str:
    """Return the page of the program and all its commands."""
    commands = tuple((program.commands or {}).values())
    everywhere = {one.names: one for command in commands for one in command.options if one.everywhere}
    own = [one for one in program.options if one.names not in everywhere]
    return "\n".join(
        (
            title("ionq-tui", f"ionq-tui {__version__}"),
            section("NAME"),
            f"{escaped('ionq-tui')} \\- {escaped(manual.NAME)}",
            section("SYNOPSIS"),
            bold(program.usage),
            section("DESCRIPTION"),
            paragraphs(manual.DESCRIPTION),
            section("OPTIONS"),
            *_options(own),
            _after("These options may stand before and after every command:"),
            *_options(everywhere.values()),
            section("COMMANDS"),
            *(line for command in commands for line in _command(command)),
            section("EXIT STATUS"),
            *(entry(bold(str(code)), words) for code, words in MEANINGS),
            _after(manual.EXIT_CODE_OF_RUN),
            section("ENVIRONMENT"),
            *(entry(prose(names), words) for names, words in manual.ENVIRONMENT),
            section("FILES"),
            *(entry(prose(names), words) for names, words in manual.FILES),
            section("EXAMPLES"),
            *(entry(bold(line), words) for line, words in manual.EXAMPLES),
        )
    )


def _after(text: str) -> str:
    """Return a paragraph that follows a list of entries."""
    return f".PP\n{prose(text)}"


def _command(command: Command) -> Iterator[str]:
    """Yield one command: its usage, what it does, and its arguments and options."""
    yield subsection(command.name)
    yield bold(command.usage)
    yield f".PP\n{prose(_sentence(command.words))}"
    yield from (entry(_tag_of_argument(one), _sentence(one.words)) for one in command.arguments)
    yield from _options(one for one in command.options if not one.everywhere and "--help" not in one.names)


def _options(options: Iterable[Option]) -> Iterator[str]:
    yield from (entry(_tag(one), _sentence(one.words)) for one in options)


def _tag(option: Option) -> str:
    names = ", ".join(map(bold, option.names))
    return f"{names} {_value(option.value, option.choices)}" if option.value else names


def _tag_of_argument(argument: Argument) -> str:
    return _value(argument.name, argument.choices)


def _value(name: str, choices: Iterable[str]) -> str:
    """Return the name of a value, or the values to choose from."""
    return escaped("|").join(map(bold, choices)) or italic(name)


def _sentence(words: str) -> str:
    """Return a help text as a sentence."""
    return f"{words[:1].upper()}{words[1:]}."
