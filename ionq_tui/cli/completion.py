"""`ionq-tui completion`: a script for the shell, and the candidates that the script asks for at each press of Tab.

All that decides what can follow is in this module; the scripts only pass the words on and show the answer. So one code
serves all shells, it always knows the commands of the installed version, and it is tested once. Two libraries were
weighed. shtab writes scripts of 200 to 300 lines that know the commands of the version they were made with, and ids
would need a function in the language of each shell, which is all that our scripts are. argcomplete runs the program for
each Tab as we do, and is loaded for that (5 ms); but it runs the path that was typed, before Enter is pressed, where we
run the `ionq-tui` of the PATH, and it lets bash expand patterns in the answers.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from ionq_tui.cli.command_tree import Argument, Command, Option, command_tree
from ionq_tui.cli.list_arguments import SEPARATOR, STATUSES
from ionq_tui.model.backend import DOCUMENTED
from ionq_tui.model.exit_code import DONE
from ionq_tui.model.quick_dataclass import quick_dataclass
from ionq_tui.settings import Flags, Settings, journal_path, load_settings
from ionq_tui.view.sanitize import plain

if TYPE_CHECKING:
    from ionq_tui.journal.reader import Reader

_DEADLINE = 2.0
"""Seconds after which a Tab gets no candidates, for example because the disk of the home directory does not answer."""
_MOST = 200
"""Maximum number of ids that are offered."""
_WIDTH = 100
"""Cells of the longest description."""
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
"""Texts of the journal and the configuration that are offered: no shell reads more than a word in them."""
_FOLDER = Path(__file__).parent / "shells"


class Kind(StrEnum):
    """What the shell should complete."""

    WORDS = "words"
    """One of the candidates."""
    FILES = "files"
    """A path; the shell does this better."""
    COMMAND = "command"
    """A command line of its own, after `--`."""


@quick_dataclass(frozen=True, slots=True)
class Candidate:
    """A word that can stand at the cursor, and what it is."""

    value: str
    words: str = ""


@quick_dataclass(frozen=True, slots=True)
class Answer:
    """What can stand at the cursor."""

    kind: Kind = Kind.WORDS
    candidates: tuple[Candidate, ...] = ()


@quick_dataclass(frozen=True, slots=True)
class _Position:
    """What is known about the cursor from the words before it."""

    command: Command
    given: frozenset[str] = frozenset()
    """Spellings of the options before the cursor."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Values of these options, by attribute."""
    waiting: Option | None = None
    """The option whose value stands at the cursor."""
    passed: int = 0
    """Number of arguments before the cursor."""
    foreign: bool = False
    """True after `--`."""

    @property
    def argument(self) -> Argument | None:
        """The argument that can stand at the cursor."""
        return self.command.arguments[self.passed] if self.passed < len(self.command.arguments) else None


def run(shell: str) -> int:
    """Print the script for one shell."""
    print((_FOLDER / f"ionq-tui.{shell}").read_text(encoding="utf-8"), end="")
    return DONE


def complete(words: Sequence[str], config_folder: Callable[[], Path]) -> int:
    """Print what can stand at the cursor, in place of the last word; nothing if that cannot be found out in time.

    `words` are all words after the program's name. The first line printed is a Kind. Each other line is a candidate
    and, after a tab, its description.
    """
    with _deadline(), suppress(Exception):  # a Tab must not fill the line that is being typed with errors
        answer = answer_to(words, os.environ, config_folder())
        print(answer.kind)
        for one in answer.candidates:
            print(f"{one.value}\t{plain(one.words, _WIDTH)}")
    return DONE


@contextmanager
def _deadline() -> Iterator[None]:
    timer = threading.Timer(_DEADLINE, os._exit, (DONE,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def answer_to(words: Sequence[str], environ: Mapping[str, str], config_folder: Path) -> Answer:
    """Return what can stand in place of the last word, given all words after the program's name."""
    *before, word = words or ("",)
    position = _position(command_tree(), before)
    if position is None:
        return Answer()
    if position.foreign:
        return Answer(Kind.COMMAND if position.command.name == "run" else Kind.WORDS)
    local = _Local(position, environ, config_folder)
    if position.waiting is not None:
        joined = word == "=" or (bool(before) and before[-1] == "=")
        return _value(position.waiting, "" if word == "=" else word, local, joined=joined)
    name, equals, part = word.partition("=")
    if equals and (option := position.command.option(name)) is not None and option.value:
        answer = _value(option, part, local, joined=True)
        return Answer(answer.kind, tuple(replace(one, value=f"{name}={one.value}") for one in answer.candidates))
    found = [] if word.startswith("-") else list(_arguments(position, word, local))
    if word.startswith("-") or (position.argument is None and position.command.commands is None):
        found += (one for one in _options(position) if one.value.startswith(word))
    return Answer(candidates=tuple(found))


def _position(program: Command, words: Iterable[str]) -> _Position | None:
    """Return the position after these words; None if no command begins with them."""
    at = _Position(program)
    for word in words:
        if at.foreign:
            return at
        if at.waiting is not None:
            if word != "=":  # bash passes --name=value as three words
                at = replace(at, values={**at.values, at.waiting.dest: word}, waiting=None)
            continue
        name, equals, value = word.partition("=")
        option = at.command.option(name)
        if word == "--":
            at = replace(at, foreign=True)
        elif option is not None:
            at = replace(at, given=at.given | {*option.names, *option.excludes})
            if equals:
                at = replace(at, values={**at.values, option.dest: value})
            elif option.value:
                at = replace(at, waiting=option)
        elif word.startswith("-"):
            continue  # an option that does not exist; the command will say so
        elif at.command.commands is None:
            at = replace(at, passed=at.passed + 1)
        elif word in at.command.commands:
            at = replace(at, command=at.command.commands[word])
        else:
            return None
    return at


def _options(position: _Position) -> Iterator[Candidate]:
    """Yield the options that can still be given."""
    for option in position.command.options:
        if position.given.isdisjoint(option.names):
            yield Candidate(option.names[-1], option.words)
    if position.command.name == "run":
        yield Candidate("--", "the command to run follows")


def _arguments(position: _Position, word: str, local: _Local) -> Iterator[Candidate]:
    """Yield the commands, or the values of the argument at the cursor."""
    commands = position.command.commands
    if commands is not None:
        yield from (Candidate(one.name, one.words) for one in commands.values() if one.name.startswith(word))
    elif position.argument is not None:
        yield from (Candidate(one) for one in position.argument.choices if one.startswith(word))
        yield from local.known(position.argument.dest, word)


def _value(option: Option, word: str, local: _Local, *, joined: bool) -> Answer:
    """Return the values of an option; `joined` if an equals sign stands before them."""
    if option.value == "FILE":
        return Answer(Kind.FILES)
    if option.dest in _OF_LISTS:
        return Answer(candidates=tuple(_of_list(option.dest, local.position.command.name, word, joined=joined)))
    choices = (Candidate(one) for one in option.choices if one.startswith(word))
    return Answer(candidates=(*choices, *local.known(option.dest, word)))


_OF_LISTS = frozenset({"status", "sort", "columns"})
"""Attributes of the options that take names of columns and statuses."""


def _of_list(dest: str, command: str, word: str, *, joined: bool) -> Iterator[Candidate]:
    """Yield the names of columns or statuses that a list takes; of several, those that can follow the ones given."""
    from ionq_tui.view.listing import column_names

    names = STATUSES.get(command, ()) if dest == "status" else column_names(command)
    if dest == "sort":
        # `--sort -cost` would be an option of its own, so the order is reversed only behind an equals sign.
        reverse = "-" if joined and word.startswith("-") else ""
        yield from (Candidate(f"{reverse}{one}") for one in names if f"{reverse}{one}".startswith(word))
        return
    before, comma, part = word.rpartition(SEPARATOR)
    given = set(before.split(SEPARATOR))
    yield from (Candidate(f"{before}{comma}{one}") for one in names if one.startswith(part) and one not in given)


@quick_dataclass(frozen=True, slots=True)
class _Local:
    """What this machine knows of ids, backends, and profiles; empty where it cannot be read."""

    position: _Position
    environ: Mapping[str, str]
    config_folder: Path

    def known(self, dest: str, word: str) -> tuple[Candidate, ...]:
        """Return the candidates for the attribute that the parser sets, without the values that a shell would quote."""
        sources = {
            "id": self._ids,
            "session": self._ids,
            "backend": self._backends,
            "profile": self._profiles,
            "topic": self._commands,
        }
        found = sources[dest](word) if dest in sources else ()
        return tuple(one for one in found if _SAFE.fullmatch(one.value))

    def _commands(self, word: str) -> Iterator[Candidate]:
        told = (command_tree().commands or {}).values()
        yield from (Candidate(one.name, one.words) for one in told if one.name.startswith(word))

    def _settings(self, profile: str | None) -> Settings:
        config = self.position.values.get("config")
        flags = Flags(profile=profile, config=Path(config).expanduser() if config else None)
        return load_settings(flags, self.environ, self.config_folder)

    def _profiles(self, word: str) -> Iterator[Candidate]:
        with suppress(Exception):
            yield from (Candidate(one) for one in self._settings(None).profiles if one.startswith(word))

    def _backends(self, word: str) -> Iterator[Candidate]:
        seen = set(DOCUMENTED)
        with suppress(Exception), self._reader() as journal:
            seen.update(journal.backends())
        yield from (Candidate(one) for one in sorted(seen) if one.startswith(word))

    def _ids(self, word: str) -> Iterator[Candidate]:
        """Yield the ids that begin with the word, or else those that end with it, as screens show their ends."""
        if "--demo" in self.position.given:  # its sessions are not in the journal
            return
        with suppress(Exception), self._reader() as journal:
            if self.position.command.name == "answer":
                intents = journal.unsettled_intents()
                found = {one: _described(how.backend, how.label) for how in intents for one in how.candidates}
            else:
                ending = self.position.command.name in ("end", "watch", "clone")
                found = {
                    one.id: _described(one.backend, one.label, ended=not one.running)
                    for one in journal.sessions(word)
                    if one.running or not ending
                }
            starts = [one for one in found if one.startswith(word)]
            for one in (starts or [one for one in found if one.endswith(word)])[:_MOST]:
                yield Candidate(one, found[one])

    @contextmanager
    def _reader(self) -> Iterator[Reader]:
        from ionq_tui.journal.reader import reader
        from ionq_tui.model.record import Place

        settings = self._settings(self.position.values.get("profile"))
        with reader(Path(journal_path()), Place(settings.base_url, profile=settings.profile)) as journal:
            yield journal


def _described(backend: str | None, label: str, *, ended: bool = False) -> str:
    """Return the backend and the label of a session."""
    parts = (plain(backend, 60), plain(label, 60).strip(), "ended" if ended else "")
    return " · ".join(one for one in parts if one)
