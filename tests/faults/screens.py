"""The dashboard itself, driven by keys alone, over real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import ClassVar

from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Button

from ionq_tui.model.link_state import FRESH
from ionq_tui.model.outcome import Ended
from ionq_tui.ui.app import DashboardApp
from ionq_tui.ui.dialogs.choice import ChoiceDialog
from ionq_tui.ui.exit_summary import ExitSummary
from ionq_tui.ui.screens.backends import BackendsScreen
from ionq_tui.ui.screens.key import KeyScreen
from ionq_tui.ui.screens.new_session import NewSessionScreen
from ionq_tui.ui.screens.session import SessionScreen
from ionq_tui.ui.screens.sessions import SessionsScreen
from tests.faults.fault import Fault, Operation
from tests.faults.verdict import Claim, unsaid
from tests.faults.world import BACKEND, World

PATIENCE = 20.0
_ROUNDS = 3
"""A key may reach a widget, which tells the screen, which tells the app."""


class Hand:
    """Somebody at the keyboard, and a quiet time that passes only when he rests; all hands share it."""

    now: ClassVar[float] = 100.0

    def __init__(self, app: DashboardApp, pilot: Pilot[ExitSummary]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, with a rest before each, and look at the screen once it is painted."""
        await self._send(keys, 1.0)

    async def hold(self, key: str, times: int) -> None:
        """Hold a key down."""
        await self._send([key] * times, 0.03)

    async def _send(self, keys: Iterable[str], rest: float) -> None:
        """Send keys, and let the app do all that comes of each; only after the last is a quiet processor waited for."""
        for key in keys:
            Hand.now += rest
            self.app.post_message(Key(key, key if len(key) == 1 else None))
            for _ in range(_ROUNDS):
                await self.pilot._wait_for_screen()
        await self.pilot.pause()

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Let the app work until something is so."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"gave up waiting for {what}; the screen shows:\n{self.text()}"
            await asyncio.sleep(0.03)
        await self.pilot.pause()

    def text(self) -> str:
        """Return what is on the screen and what was notified."""
        lines = self.app.screen._compositor.render_strips()
        notes = [note.message for note in self.app._notifications]
        return "\n".join([*(strip.text.rstrip() for strip in lines), *notes])

    def shows(self, screen: type[object]) -> bool:
        """True where such a screen is on top."""
        return isinstance(self.app.screen, screen)

    async def focus(self, label: str) -> None:
        """Tab to the button whose label begins so."""
        for _ in range(20):
            focused = self.app.focused
            if isinstance(focused, Button) and str(focused.label).startswith(label):
                return
            await self.press("tab")
        raise AssertionError(f"no button {label!r} to tab to:\n{self.text()}")

    async def fill_form(self) -> None:
        """Go from home to the form, fill it in, and stop on the button that opens."""
        await self.press("n")
        await self.until(lambda: self.shows(BackendsScreen), "the backends")
        screen = self.app.screen
        assert isinstance(screen, BackendsScreen)
        await self.until(lambda: screen.table.key, "the list of backends")
        for _ in range(10):
            if screen.table.key == BACKEND:
                break
            await self.press("j")
        await self.press("enter")
        await self.until(lambda: self.shows(NewSessionScreen), "the form")
        await self.press("3", "enter", "3", "0", "enter")
        await self.focus("Open")

    def questions(self) -> bool:
        """True where the form says that it may have been opened."""
        return "may have been opened" in self.text()


@asynccontextmanager
async def dashboard(world: World, attach: str = "") -> AsyncIterator[Hand]:
    """The dashboard, started and listed."""
    app = DashboardApp(world.connector(), attach=attach)
    async with app.run_test(size=(100, 36)) as pilot:
        hand = Hand(app, pilot)
        wanted = SessionScreen if attach else SessionsScreen
        await hand.until(lambda: hand.shows(wanted) and app.engine, "the first screen")
        engine = app.engine
        assert engine is not None
        await hand.until(lambda: engine.session_list.overview.value.loaded, "the first list")
        yield hand
        app.exit()  # as a person leaves: what is half made by then need not be finished


class Tui:
    """The screens, by keys: New session and End, and `r` on the live screen and on the list."""

    name = "dashboard"
    known_here = True

    def act(self, world: World, operation: Operation, fault: Fault) -> Claim:
        work = {Operation.OPEN: self._open, Operation.END: self._end}.get(operation)
        return asyncio.run(work(world, fault) if work is not None else self._read(world, operation, fault))

    async def _open(self, world: World, fault: Fault) -> Claim:
        async with dashboard(world) as hand:
            await hand.fill_form()
            world.server.arm(Operation.OPEN, fault)
            await hand.press("enter")
            await hand.until(lambda: self._told(hand), "what became of it")
            if hand.shows(KeyScreen):
                await hand.press("escape")
                await hand.until(lambda: self._told(hand), "what became of it")
            asked = isinstance(hand.app.screen, ChoiceDialog)
            if asked:
                await self._answer(world, hand)
            return self._claim(world, fault, hand, asked)

    def _told(self, hand: Hand) -> bool:
        if hand.shows(SessionScreen) or hand.shows(ChoiceDialog) or hand.shows(KeyScreen):
            return True
        assert hand.app.engine is not None
        activity = hand.app.engine.actions.activity.value
        if activity.opening or any(one.outcome.candidates for one in activity.unconfirmed):
            return False
        return "nothing was opened" in hand.text() or hand.questions()

    async def _answer(self, world: World, hand: Hand) -> None:
        """Answer the question as somebody who knows."""
        await hand.until(lambda: "the session you just opened" in hand.text(), "the question to be painted")
        ours = [one for one in world.server.committed if one[-6:] in hand.text()]
        labels = [str(one.label) for one in hand.app.screen.query(Button)]
        yes = next((one for one in labels if one == "Yes, it is mine" or any(i[-6:] in one for i in ours)), "")
        if not ours:
            await hand.press("escape")
            await hand.until(lambda: not hand.shows(ChoiceDialog), "the question to close")
            return
        await hand.focus(yes)
        await hand.press("enter")
        await hand.until(lambda: hand.shows(SessionScreen), "the session")

    def _claim(self, world: World, fault: Fault, hand: Hand, asked: bool) -> Claim:
        screen = hand.app.screen
        if isinstance(screen, SessionScreen):
            looked = "found after the reply was lost" in hand.text()
            word = "uncertain" if asked else "adopted" if looked else "opened"
            return Claim(word, frozenset({screen.session_id}))
        if "nothing was opened" in hand.text():
            return Claim("refused", wrong=unsaid(world.server, fault, hand.text()))
        return Claim("uncertain", question=hand.questions(), wrong=unsaid(world.server, fault, hand.text()))

    async def _end(self, world: World, fault: Fault) -> Claim:
        session_id = world.server.committed[0]
        async with dashboard(world, attach=session_id) as hand:
            engine = hand.app.engine
            assert engine is not None
            await hand.until(lambda: engine.session_poller(session_id).store.value.session, "the session")
            await hand.until(lambda: engine.actions.activity.value.creators, "whose it is")
            await hand.press("e")
            await hand.until(lambda: hand.shows(ChoiceDialog), "the dialog")
            world.server.arm(Operation.END, fault)
            await hand.focus("End session")
            await hand.press("enter")
            await hand.until(lambda: session_id in engine.actions.activity.value.ends, "what became of it")
            outcome = engine.actions.activity.value.ends[session_id]
            proved = isinstance(outcome, Ended)
            words = ("ended",) if proved else ("STILL OPEN", "is not confirmed")
            await hand.until(lambda: any(one in hand.text() for one in words), "the words")
            return Claim("ended" if proved else "not proved", frozenset({session_id}))

    async def _read(self, world: World, operation: Operation, fault: Fault) -> Claim:
        session_id = world.server.committed[0]
        async with dashboard(world, attach=session_id if operation is Operation.STATUS else "") as hand:
            engine = hand.app.engine
            assert engine is not None
            source = engine.session_list if operation is Operation.LIST else engine.session_poller(session_id)
            poller = source.poller
            await hand.until(lambda: poller.freshness().age is not None, "the first reading")
            await hand.until(lambda: session_id[-6:] in hand.text(), "the session")
            world.server.arm(operation, fault)
            before = world.server.reached[operation]
            await hand.press("r")

            def over() -> bool:
                told = poller.freshness()
                sent = world.server.reached[operation] > before or world.server.gone
                return sent and told.next_try is not None and (source.link != FRESH or not world.server.gone)

            await hand.until(over, "the next reading")
            if source.link == FRESH:
                return Claim("told", wrong="" if session_id[-6:] in hand.text() else "the session is gone")
            await hand.until(lambda: hand.shows(KeyScreen) or " ! " in hand.text(), "why nothing newer is shown")
            kept = hand.shows(KeyScreen) or session_id[-6:] in hand.text()
            return Claim("not told", wrong="" if kept else "the last good picture is gone")
