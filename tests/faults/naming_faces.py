"""The ways in which somebody meets what the journal knows: commands, and the dashboard by keys."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from textual.widgets import Button, Input

from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN
from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.dialogs.choice import ChoiceDialog
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.key import KeyScreen
from ionq_tui.ui.screens.new_session import NewSessionScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from ionq_tui.wiring import PATIENCE as FACTOR
from tests.faults.fault import Operation
from tests.faults.forked import command
from tests.faults.naming import ALLOWANCE, SOON, Seen, unnamed
from tests.faults.phrases import ATTACH, END, END_COMMAND, LEAVE
from tests.faults.prepared import Prepared
from tests.faults.reads import QUICK, Reads
from tests.faults.screens import PATIENCE, Hand
from tests.faults.world import BACKEND, World

Face = Callable[[Prepared, Reads], Awaitable[Seen]]
WITHIN = SOON + ALLOWANCE


# Commands


async def ls(world: Prepared, reads: Reads) -> Seen:
    """`ionq-tui ls`."""
    return await _run(world, reads, "ls")


async def ls_json(world: Prepared, reads: Reads) -> Seen:
    """`ionq-tui ls --json`: whatever stands on standard output is JSON."""
    seen = await _run(world, reads, "ls", "--json")
    out = seen.said[0]
    try:
        if out and not isinstance(json.loads(out)["sessions"], list):
            seen.wrong.append("no list of sessions in the JSON")
    except (ValueError, LookupError, TypeError):
        seen.wrong.append(f"no JSON: {out[:60]!r}")
    return seen


async def end_whole(world: Prepared, reads: Reads) -> Seen:
    """`ionq-tui end ID --yes`."""
    return await _run(world, reads, "end", world.session_id, "--yes", ends=True)


async def end_short(world: Prepared, reads: Reads) -> Seen:
    """`ionq-tui end SHORT --yes`."""
    return await _run(world, reads, "end", world.short, "--yes", ends=True)


async def end_all_here(world: Prepared, reads: Reads) -> Seen:
    """`ionq-tui end --all-here --yes`: of an unconfirmed open there is nothing to end, and it is told."""
    return await _run(world, reads, "end", "--all-here", "--yes", ends=True)


async def _run(prepared: Prepared, reads: Reads, *arguments: str, ends: bool = False) -> Seen:
    world = prepared.anew(reads)
    environment = world.environment()
    if not ends:  # who only looks may wait for what is given up, which is sooner so
        environment[FACTOR] = str(QUICK)
    began = time.monotonic()
    done = await asyncio.to_thread(command, arguments, environment, world.home)
    seen = Seen([f"{done.out}\n{done.err}"], [done.out, done.err])
    if "Traceback" in done.err:
        seen.wrong.append("it crashed")
    codes = _codes(prepared, reads) if ends else {DONE, REFUSED, UNCERTAIN}
    if done.code not in codes:
        seen.wrong.append(f"exit {done.code}, not {' or '.join(map(str, sorted(codes)))}")
    if ends and prepared.ids:
        seen.ends_from = began
    return seen


def _codes(prepared: Prepared, reads: Reads) -> set[int]:
    if prepared.lost:
        return {UNCERTAIN}
    if reads.revoked:
        return {REFUSED, UNCERTAIN}  # the server said that it did nothing; the session runs on
    return {DONE} if reads.ends else {UNCERTAIN}


# The dashboard


class Missing(Exception):
    """Something that had to come up did not."""


@dataclass
class Eye:
    """Reads the screen all the time and remembers everything that stood there."""

    hand: Hand
    said: list[str] = field(default_factory=list)

    def look(self) -> str:
        """Return what is on the screen."""
        text = self.hand.text()
        if not self.said or self.said[-1] != text:
            self.said.append(text)
        return text

    async def until(self, holds: Callable[[], object], within: float = WITHIN) -> bool:
        """Look until something is so; False where it is not in that time."""
        deadline = time.monotonic() + within
        while not self.hand.app._exit:
            if holds():  # before looking: what is said once a session has ended is no false calm
                return True
            self.look()
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.02)
        return bool(holds())

    async def need(self, holds: Callable[[], object], what: str, within: float = WITHIN) -> None:
        """Look until something is so, which must be."""
        if not await self.until(holds, within):
            raise Missing(f"{what} never came")

    def shows(self, *screens: type[object]) -> bool:
        """True where one of these is on top."""
        return not self.hand.app._exit and isinstance(self.hand.app.screen, screens)

    async def focus(self, fits: Callable[[str], bool], what: str, *, several: bool = False) -> None:
        """Tab to the button whose label fits; of several sessions, what is to be typed first is typed."""
        for _ in range(20):
            focused = self.hand.app.focused
            if isinstance(focused, Button) and fits(str(focused.label).casefold()):
                return
            if several and isinstance(focused, Input) and not focused.value:
                await self.hand.press(*focused.placeholder.removeprefix("type "))
            await self.hand.press("tab")
        raise Missing(f"the button {what!r} never came")


@asynccontextmanager
async def _started(world: World, seen: Seen, attach: str = "") -> AsyncIterator[Eye]:
    """The dashboard as it starts, nothing waited for; what is missing is noted as wrong."""
    app = DashboardApp(world.connector(), attach=attach)
    async with app.run_test(size=(100, 36)) as pilot:
        eye = Eye(Hand(app, pilot))
        try:
            yield eye
        except Missing as error:
            seen.wrong.append(str(error))
        finally:
            seen.said += eye.said
            app.exit()


def _by(work: Callable[[Prepared, Reads, Seen], Awaitable[None]]) -> Face:
    """Turn work with the dashboard into a face; a crash is what it is."""

    async def face(prepared: Prepared, reads: Reads) -> Seen:
        seen = Seen()
        try:
            await work(prepared, reads, seen)
        except Exception as error:
            seen.wrong.append(f"it crashed: {type(error).__name__}: {error}"[:200])
        return seen

    face.__doc__ = work.__doc__
    return face


async def _at_home(prepared: Prepared, reads: Reads, eye: Eye) -> None:
    """Wait for home, and for what readings bring in the first moment; leave the question for another key."""
    await _painted(eye, SessionsScreen)
    if reads.revoked and await eye.until(lambda: eye.shows(KeyScreen)):
        await eye.hand.press("escape")
        await eye.need(lambda: eye.shows(SessionsScreen), "home")
    if not (reads.hanging or prepared.world.server.gone):
        await eye.need(lambda: _heard(prepared), "the first reading")
        await eye.hand.pilot.pause()
    await eye.until(lambda: False, _A_WHILE)


async def _painted(eye: Eye, screen: type[object]) -> None:
    """Wait for the first screen; only from then on it counts how long anything takes."""
    await eye.need(lambda: eye.shows(screen, KeyScreen), "the first screen", PATIENCE)


_A_WHILE = 0.3
"""Seconds for which home is looked at once the first reading has come, or cannot come."""


def _heard(prepared: Prepared) -> bool:
    return any(one.operation is Operation.LIST and one.over_at for one in prepared.world.server.log)


@_by
async def start(prepared: Prepared, reads: Reads, seen: Seen) -> None:
    """The dashboard at start: named at once, and still once the first reading has failed."""
    world = prepared.anew(reads)
    seen.named.append("")
    async with _started(world, seen) as eye:
        await _painted(eye, SessionsScreen)
        in_time = await eye.until(lambda: not unnamed(prepared, eye.look()))
        await _at_home(prepared, reads, eye)
        seen.named[0] = eye.look() if in_time else ""


@_by
async def form(prepared: Prepared, reads: Reads, seen: Seen) -> None:
    """Home after the New session form was opened and left."""
    world = prepared.anew(reads, below_a_form=True)
    seen.named.append("")
    async with _started(world, seen) as eye:
        await _at_home(prepared, reads, eye)
        await _open_form(eye)
        reads.begin(world.server)
        await eye.hand.press("3", "enter")
        for _ in range(5):
            if not eye.shows(SessionsScreen):
                await eye.hand.press("escape")
        await eye.need(lambda: eye.shows(SessionsScreen), "home")
        await eye.until(lambda: not unnamed(prepared, eye.look()))
        await eye.until(lambda: False, _A_WHILE)
        seen.named[0] = eye.look()


async def _open_form(eye: Eye) -> None:
    await eye.hand.press("n")
    await eye.need(lambda: eye.shows(BackendsScreen), "the backends")
    screen = eye.hand.app.screen
    assert isinstance(screen, BackendsScreen)
    await eye.need(lambda: screen.table.key, "the list of backends")
    for _ in range(10):
        if screen.table.key == BACKEND:
            break
        await eye.hand.press("j")
    await eye.hand.press("enter")
    await eye.need(lambda: eye.shows(NewSessionScreen), "the form")


@_by
async def end_by_key(prepared: Prepared, reads: Reads, seen: Seen) -> None:
    """`e` at home, tab to End, enter."""
    world = prepared.anew(reads)
    seen.ends_from = time.monotonic()
    async with _started(world, seen) as eye:
        await _at_home(prepared, reads, eye)
        seen.named.append(eye.look())
        await eye.hand.press("e")
        await eye.need(lambda: eye.shows(ChoiceDialog), "the dialog")
        await eye.until(lambda: not unnamed(prepared, eye.look()))
        seen.named.append(eye.look())
        await eye.focus(lambda label: label.startswith(END), "End session")
        seen.ends_from = time.monotonic()
        await eye.hand.press("enter")
        await _until_posted(prepared, reads, eye, seen)


async def _until_posted(prepared: Prepared, reads: Reads, eye: Eye, seen: Seen) -> None:
    """Look until the end has reached the server; where none is, or it refuses, for a while longer."""
    since = seen.ends_from or 0.0
    if not reads.away:
        await eye.until(lambda: prepared.all_posted(since))
    if not reads.ends:
        await eye.until(lambda: False, _A_WHILE)
        if not eye.hand.app._exit:
            seen.named.append(eye.look())


@_by
async def quit_and_leave(prepared: Prepared, reads: Reads, seen: Seen) -> None:
    """`q`: the question names what runs, and after "leave running" the shell is told."""
    world = prepared.anew(reads)
    async with _started(world, seen) as eye:
        await _at_home(prepared, reads, eye)
        await eye.hand.press("q")
        await eye.until(lambda: eye.shows(ChoiceDialog) or eye.hand.app._exit)
        if eye.shows(ChoiceDialog):
            await eye.until(lambda: not unnamed(prepared, eye.look()))
            seen.named.append(eye.look())
            await eye.focus(lambda label: LEAVE in label, "leave running")
            await eye.hand.press("enter")
            await eye.until(lambda: eye.hand.app._exit)
        elif prepared.ids:
            seen.wrong.append("it quits without a question")
        _shell(prepared, eye, seen)


def _shell(prepared: Prepared, eye: Eye, seen: Seen) -> None:
    """What the shell gets."""
    note = eye.hand.app.return_value
    if note is None:
        raise Missing("the end of the dashboard")
    told = "\n".join(note.lines)
    seen.named.append(told)
    seen.said.append(told)
    for wanted in (ATTACH, END_COMMAND):
        if not all(wanted.format(id=one) in told for one in prepared.ids):
            seen.wrong.append(f"the shell is not told {wanted.format(id='ID')!r}")


@_by
async def quit_and_end(prepared: Prepared, reads: Reads, seen: Seen) -> None:
    """`q`, then the button that ends what runs."""
    world = prepared.anew(reads)
    seen.ends_from = time.monotonic()
    async with _started(world, seen) as eye:
        await _at_home(prepared, reads, eye)
        await eye.hand.press("q")
        await eye.until(lambda: eye.shows(ChoiceDialog) or eye.hand.app._exit)
        if not eye.shows(ChoiceDialog):
            raise Missing("the question")
        await eye.until(lambda: not unnamed(prepared, eye.look()))
        seen.named.append(eye.look())
        await eye.focus(lambda label: label.startswith(END), "end them", several=len(prepared.ids) > 1)
        seen.ends_from = time.monotonic()
        await eye.hand.press("enter")
        await _until_posted(prepared, reads, eye, seen)
        if not reads.ends and eye.hand.app._exit:
            _shell(prepared, eye, seen)


def _attached(text_of: Callable[[Prepared], str]) -> Face:
    @_by
    async def attach(prepared: Prepared, reads: Reads, seen: Seen) -> None:
        world = prepared.anew(reads)
        async with _started(world, seen, attach=text_of(prepared)) as eye:
            await eye.need(lambda: eye.shows(SessionsScreen, SessionScreen, KeyScreen), "the first screen", PATIENCE)
            if reads.revoked and await eye.until(lambda: eye.shows(KeyScreen)):
                await eye.hand.press("escape")
            await eye.need(lambda: eye.shows(SessionScreen) and prepared.short in eye.look(), "the live screen")
            if not prepared.ids:  # it says nothing of what else is not confirmed: home does
                await eye.hand.press("escape")
                await _at_home(prepared, reads, eye)
            seen.named.append(eye.look())

    return attach


attach_whole = _attached(lambda prepared: prepared.session_id)
attach_short = _attached(lambda prepared: prepared.short)

FACES: dict[str, Face] = {
    "start": start,
    "form left": form,
    "e": end_by_key,
    "q, leave": quit_and_leave,
    "q, end": quit_and_end,
    "attach ID": attach_whole,
    "attach SHORT": attach_short,
    "ls": ls,
    "ls --json": ls_json,
    "end ID": end_whole,
    "end SHORT": end_short,
    "end --all-here": end_all_here,
}
_NEEDS_AN_ID = frozenset({"e", "q, end", "attach SHORT", "end ID", "end SHORT"})
"""Faces that make no sense of an unconfirmed open, of which the journal knows no id."""
_OF_SEVERAL = frozenset({"start", "q, leave", "q, end", "ls", "end --all-here"})
"""Faces that tell of all that is known at once."""


def faces_of(prepared: Prepared) -> Iterator[tuple[str, Face]]:
    """Yield the faces that can meet what is known here."""
    for name, face in FACES.items():
        met = name in _OF_SEVERAL if len(prepared.ids) > 1 else prepared.ids or name not in _NEEDS_AN_ID
        if met:
            yield name, face
