"""What all commands share: a line to the cloud, ids from what people type, and how things are said."""

from __future__ import annotations

import asyncio
import json
import signal
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
from ionq_tui.view.fault import About, fault_words
from ionq_tui.view.plain import plain

_LONGEST_ID = 64


class Stop(Exception):
    """Ends a command with words on standard error and an exit code."""

    def __init__(self, words: str, code: int = REFUSED) -> None:
        """Take the words and the code."""
        self.code = code
        super().__init__(words)


def run(settings: Settings, work: Callable[[Engine], Awaitable[int]], *, keyless: bool = False) -> int:
    """Connect, do the work, close; SIGTERM and SIGHUP interrupt as ctrl+c does."""
    try:
        return asyncio.run(_connected(settings, work, keyless))
    except Stop as stop:
        say(str(stop))
        return stop.code
    except asyncio.CancelledError:
        say("interrupted")
        return INTERRUPTED


async def _connected(settings: Settings, work: Callable[[Engine], Awaitable[int]], keyless: bool) -> int:
    stair = Stair(settings)
    if keyless:
        engine = await stair.browse()
    else:
        found = await stair.find_key()
        if isinstance(found, NoKey):
            raise Stop("\n".join([*found.reasons, "no API key: set IONQ_API_KEY, or run ionq-tui auth login"]))
        engine = await stair.connect(found)
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        with suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(number, lambda: task.cancel() if task is not None else None)
    try:
        return await work(engine)
    finally:
        await engine.close()


def say(words: str) -> None:
    """Tell a person, on standard error; text of the server in it is made plain line by line."""
    for line in words.split("\n"):
        print(f"ionq-tui: {plain(line)}", file=sys.stderr)


def tell_json(value: object) -> int:
    """Print machine-readable facts; every control or special character is escaped."""
    print(json.dumps(value, indent=2, ensure_ascii=True))
    return DONE


def heard(answer: object | Fault, about: About = "") -> None:
    """Stop where the answer is a fault."""
    if isinstance(answer, Fault):
        raise Stop(fault_words(answer, about))


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
    if len(found) > 1:
        ids = ", ".join(plain(one.id, 64) for one in found)
        raise Stop(f"{wanted!r} is not unique: {ids}", USAGE)
    if found:
        return found[0]
    answer = await engine.cloud.session(wanted)
    if isinstance(answer, Session):
        return answer
    if fault is None and await engine.home.read_ended() is None:
        ended = matching(wanted, engine.home.board.value.sessions.values())
        if len(ended) == 1:
            return ended[0]
    raise Stop(fault_words(answer, "session"))


def matching(text: str, sessions: Iterable[Session]) -> list[Session]:
    """Return the sessions of which the text is the id, or else a head or tail."""
    held = list(sessions)
    exact = [one for one in held if one.id == text]
    return exact or [one for one in held if one.id.startswith(text) or one.id.endswith(text)]
