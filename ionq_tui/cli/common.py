"""Code shared by all commands: connecting, resolving ids, and printing messages and results."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TextIO

from ionq_tui.cli.signals import Signals
from ionq_tui.engine.engine import Engine
from ionq_tui.engine.resolver import Ambiguous, Meant, resolve
from ionq_tui.model.exit_code import DONE, INTERRUPTED, REFUSED, UNCERTAIN, USAGE
from ionq_tui.model.key import NoKey
from ionq_tui.model.link_state import Fault
from ionq_tui.model.session import Session
from ionq_tui.settings import Settings
from ionq_tui.view.crash import crash_report
from ionq_tui.view.fault import About, fault_words
from ionq_tui.view.home_summary import kept_words
from ionq_tui.view.sanitize import plain
from ionq_tui.wiring import Wiring

_LONGEST_ID = 64
_NARROWEST = 40
"""Columns below which nothing is gained by breaking lines."""
_log = logging.getLogger("ionq_tui.command")
_log.addHandler(logging.NullHandler())  # without a log file nothing is told twice


class CommandError(Exception):
    """Stop a command with a message on standard error and an exit code."""

    def __init__(self, words: str, code: int = REFUSED) -> None:
        """Store the message and the exit code."""
        self.code = code
        super().__init__(words)


def run(
    settings: Settings,
    work: Callable[[Engine], Awaitable[int]],
    *,
    keyless: bool = False,
    signals: Signals | None = None,
    retries: int = 0,
) -> int:
    """Connect, run the command, and close; signals interrupt it unless the command handles them itself.

    `retries` is how often a reading that failed for a moment is repeated.
    """
    try:
        return asyncio.run(_connected(settings, work, keyless, signals or Signals(), retries))
    except CommandError as stop:
        _log.error("%s", stop)
        say(str(stop))
        return stop.code
    except asyncio.CancelledError:
        say("interrupted")
        return INTERRUPTED


async def _connected(
    settings: Settings, work: Callable[[Engine], Awaitable[int]], keyless: bool, signals: Signals, retries: int
) -> int:
    with signals.heard(), journal_told():
        engine = await _engine(settings, keyless, retries)
        try:
            if not keyless:
                await engine.recall()  # what this machine did is known to every command before anything is asked
            code = await work(engine)
        finally:
            signals.heed = signals.ignore
            # a request that was given up is not waited for again, and the journal keeps it as an open question
            await engine.close()
            _tell_failure(engine)
        return UNCERTAIN if code == DONE and engine.failure is not None else code


async def _engine(settings: Settings, keyless: bool, retries: int) -> Engine:
    connector = Wiring(settings, retries=retries)
    if (unusable := await connector.unusable()) is not None:
        raise CommandError(fault_words(unusable, once=True), USAGE)
    if keyless:
        return await connector.browse()
    found = await connector.find_key()
    if isinstance(found, NoKey):
        from ionq_tui.view.key_card import key_advice

        ways = [f"  {command}" for command in found.ways.keyring_help]
        raise CommandError("\n".join([f"no API key: {key_advice(found.ways)}", *found.words, *ways]))
    return await connector.connect(found)


def _tell_failure(engine: Engine) -> None:
    """Report a crash of a background task; the result of the command is unaffected."""
    if engine.failure is not None:
        say("\n".join(crash_report(engine.failure)))


def changing(settings: Settings) -> None:
    """Raise Stop in read-only mode, before anything is sent."""
    if settings.read_only:
        raise CommandError("read-only: nothing was sent; add --write to make changes")


def say(words: str) -> None:
    """Print a message to standard error; text from the server is sanitized line by line."""
    _log.info("message: %s", words)
    if sys.stderr is None:
        return
    with suppress(OSError, ValueError):  # a terminal that is gone must not keep a session from being ended
        for line in words.split("\n"):
            print(f"ionq-tui: {plain(line)}", file=sys.stderr, flush=True)


class _Telling(logging.Handler):
    """Tell what is logged."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the message."""
        say(record.getMessage())


@contextmanager
def journal_told() -> Iterator[None]:
    """Tell once, and at once, what is the matter with the journal, which warns of it whenever that changes."""
    journal, telling = logging.getLogger("ionq_tui.journal"), _Telling(logging.WARNING)
    journal.addHandler(telling)
    try:
        yield
    finally:
        journal.removeHandler(telling)


def text_width(stream: TextIO | None) -> int | None:
    """Return how many cells the lines of a terminal have; None if no terminal shows the stream, or its size is odd."""
    try:
        if stream is None or not stream.isatty():
            return None
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return None
    return columns if columns >= _NARROWEST else None


def printed(words: str) -> bool:
    """Print and flush; return False if standard output cannot be written, after which nothing more is printed."""
    try:
        print(words, flush=True)
    except OSError:
        # What is left in the buffer must not be complained about once more at exit.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        return False
    return True


def tell_json(facts: Mapping[str, object]) -> int:
    """Print a document as JSON, with the version of its form."""
    print(document(facts))
    return DONE


def document(facts: Mapping[str, object], indent: int | None = 2) -> str:
    """Return a document as JSON, with the version of its form."""
    from ionq_tui.cli.json_schema import versioned

    return json_text(versioned(facts), indent)


def json_text(value: object, indent: int | None = None) -> str:
    """Return JSON with all control and special characters escaped; `json` itself leaves U+007F unescaped."""
    return json.dumps(value, indent=indent, ensure_ascii=True).replace("\x7f", "\\u007f")


def heard(answer: object | Fault, about: About = "") -> None:
    """Return the answer, or raise Stop if it is a fault."""
    if isinstance(answer, Fault):
        raise CommandError(fault_words(answer, about, once=True))


def checked_id(text: str) -> str:
    """Return a text that can be an id or a part of one. Raises Stop with the code for wrong usage."""
    if not text or len(text) > _LONGEST_ID or not all((one.isalnum() and one.isascii()) or one in "-_" for one in text):
        raise CommandError(
            f"malformed id {plain(text, 70)!r}: ids contain letters, digits and hyphens; see ionq-tui ls", USAGE
        )
    return text


async def meant(engine: Engine, text: str) -> str:
    """Return the whole id for an abbreviation. Raises Stop if no id or several ids match."""
    wanted = checked_id(text)
    found = await resolve(engine, wanted)
    if isinstance(found, Meant):
        return found.session_id
    if isinstance(found, Ambiguous):
        ids = ", ".join(plain(one, 64) for one in found.ids[:10]) + (", …" if len(found.ids) > 10 else "")
        raise CommandError(f"{wanted!r} is not unique: {ids}", USAGE)
    if found.listed:
        raise CommandError(f"{wanted}: {fault_words(found.fault, 'session', once=True)}")
    raise CommandError(
        f"{wanted}: no session known on this machine begins or ends with it, and IonQ's list could not be read:"
        f" {fault_words(found.fault, 'sessions', once=True)}; with the whole id no list is needed"
    )


async def find_session(engine: Engine, text: str) -> Session:
    """Return the session from the list, or read by its id. Raises Stop if it cannot be read."""
    session_id = await meant(engine, text)
    if (listed := engine.session_list.overview.value.sessions.get(session_id)) is not None:
        return listed
    # The list tells whose it is, and where we are; that it cannot be had holds up nothing.
    _, answer = await asyncio.gather(engine.session_list.refresh(), engine.cloud.session(session_id))
    kept = engine.actions.activity.value.unended.get(session_id)
    if isinstance(answer, Session):
        if answer.ended and kept is not None:
            await engine.actions.ended_elsewhere(answer)
        return answer
    if kept is not None:
        say(kept_words(kept, engine.last_seen(session_id), engine.clock.now(), None))
    raise CommandError(f"{text}: {fault_words(answer, 'session', once=True)}")


def told_list_fault(fault: Fault) -> None:
    """Report that the session list could not be read: the output that follows is from the journal alone."""
    say(f"IonQ's list of sessions could not be read: {fault_words(fault, 'sessions', once=True)}")
