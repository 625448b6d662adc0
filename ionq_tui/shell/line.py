"""What all commands share: a line to the cloud, ids from what people type, and how things are said."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from ionq_tui.compose import Stair
from ionq_tui.engine.engine import Engine
from ionq_tui.model.exit_code import DONE, INTERRUPTED, REFUSED, USAGE
from ionq_tui.model.key import NoKey
from ionq_tui.model.link import Fault
from ionq_tui.model.session import Session
from ionq_tui.settings import Settings
from ionq_tui.shell.signals import Signals
from ionq_tui.view.fault import About, fault_words
from ionq_tui.view.plain import plain

_LONGEST_ID = 64


class Stop(Exception):
    """Ends a command with words on standard error and an exit code."""

    def __init__(self, words: str, code: int = REFUSED) -> None:
        """Take the words and the code."""
        self.code = code
        super().__init__(words)


def run(
    settings: Settings,
    work: Callable[[Engine], Awaitable[int]],
    *,
    keyless: bool = False,
    signals: Signals | None = None,
) -> int:
    """Connect, do the work, close; signals interrupt the work unless the command heeds them otherwise."""
    try:
        return asyncio.run(_connected(settings, work, keyless, signals or Signals()))
    except Stop as stop:
        say(str(stop))
        return stop.code
    except asyncio.CancelledError:
        say("interrupted")
        return INTERRUPTED


async def _connected(
    settings: Settings, work: Callable[[Engine], Awaitable[int]], keyless: bool, signals: Signals
) -> int:
    with signals.heard():
        engine = await _engine(settings, keyless)
        try:
            return await work(engine)
        finally:
            signals.heed = signals.ignore
            await _close(engine)


async def _engine(settings: Settings, keyless: bool) -> Engine:
    stair = Stair(settings)
    if keyless:
        return await stair.browse()
    found = await stair.find_key()
    if isinstance(found, NoKey):
        raise Stop("\n".join([*found.reasons, "no API key: set IONQ_API_KEY, or run ionq-tui auth login"]))
    return await stair.connect(found)


async def _close(engine: Engine) -> None:
    """Close; a request that was given up is not waited for again, and the journal keeps it as an open question."""
    if engine.desk.busy:
        given_up = asyncio.all_tasks() - {asyncio.current_task()}
        for task in given_up:
            task.cancel()
        await asyncio.wait(given_up)
    await engine.close()


def changing(settings: Settings) -> None:
    """Stop where nothing may be changed, before anything is sent."""
    if settings.read_only:
        raise Stop("read-only: nothing was sent; say --write to act")


def say(words: str) -> None:
    """Tell a person, on standard error; text of the server in it is made plain line by line."""
    if sys.stderr is None:
        return
    with suppress(OSError, ValueError):  # a terminal that is gone must not keep a session from being ended
        for line in words.split("\n"):
            print(f"ionq-tui: {plain(line)}", file=sys.stderr, flush=True)


def printed(words: str) -> bool:
    """Print at once; False where standard output cannot be written, and then nothing more is."""
    try:
        print(words, flush=True)
    except OSError:
        # What is left in the buffer must not be complained about once more at exit.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        return False
    return True


def tell_json(value: object) -> int:
    """Print machine-readable facts; every control or special character is escaped."""
    print(json_text(value, indent=2))
    return DONE


def json_text(value: object, indent: int | None = None) -> str:
    """Return JSON in which every control and special character is escaped; json itself leaves one."""
    return json.dumps(value, indent=indent, ensure_ascii=True).replace("\x7f", "\\u007f")


def heard(answer: object | Fault, about: About = "") -> None:
    """Stop where the answer is a fault."""
    if isinstance(answer, Fault):
        raise Stop(fault_words(answer, about, once=True))


def checked_id(text: str) -> str:
    """Return what can be an id or a part of one. Raises Stop with the code for wrong usage."""
    if not text or len(text) > _LONGEST_ID or not all((one.isalnum() and one.isascii()) or one in "-_" for one in text):
        raise Stop(f"malformed id {plain(text, 70)!r}: ids are letters, digits and hyphens; see ionq-tui ls", USAGE)
    return text


async def find_session(engine: Engine, text: str) -> Session:
    """Return the session of an id, or of a unique head or tail of one: active ones first, then a whole id."""
    wanted = checked_id(text)
    fault = await engine.home.refresh()
    found = matching(wanted, engine.home.board.value.sessions.values())
    if found:
        return _only(found, wanted)
    answer = await engine.cloud.session(wanted)
    if isinstance(answer, Session):
        return answer
    if fault is None and await engine.home.read_ended() is None:
        found = matching(wanted, engine.home.board.value.sessions.values())
        if found:
            return _only(found, wanted)
    raise Stop(f"{wanted}: {fault_words(answer, 'session', once=True)}")


def _only(found: list[Session], wanted: str) -> Session:
    if len(found) > 1:
        ids = ", ".join(plain(one.id, 64) for one in found[:10]) + (", …" if len(found) > 10 else "")
        raise Stop(f"{wanted!r} is not unique: {ids}", USAGE)
    return found[0]


def matching(text: str, sessions: Iterable[Session]) -> list[Session]:
    """Return the sessions of which the text is the id, or else a head or tail."""
    held = list(sessions)
    exact = [one for one in held if one.id == text]
    return exact or [one for one in held if one.id.startswith(text) or one.id.endswith(text)]
