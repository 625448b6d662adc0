"""Settings, key, client and engine put together; knows every room, and loads each only when it is needed."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ionq_tui.model.connection import Connection
from ionq_tui.model.key import ApiKey, FoundKey, NoKey
from ionq_tui.model.key_source import KeySource
from ionq_tui.settings import Settings

if TYPE_CHECKING:
    from ionq_tui.api.auth import KeyAuth
    from ionq_tui.api.channel import Channel
    from ionq_tui.api.dashboard import Answer
    from ionq_tui.engine.engine import Engine
    from ionq_tui.engine.hook import Hook
    from ionq_tui.engine.ports import Clock
    from ionq_tui.journal.journal import Journal
    from ionq_tui.simulator.cloud import SimulatedCloud
    from ionq_tui.vault.sources import KeyMissing

PATIENCE = "IONQ_TUI_PATIENCE"
"""For tests: a factor on the pauses and time-outs of requests that cost or end something."""


class Stair:
    """Finds keys and builds engines for one window."""

    def __init__(self, settings: Settings, environ: Mapping[str, str] = os.environ) -> None:
        """Take the settings; nothing is read or sent."""
        self.settings = settings
        self._environ = environ
        self.connection = Connection(
            settings.profile, settings.base_url, read_only=settings.read_only, color=settings.color
        )
        self._journal: Journal | None = None
        self._auths: WeakKeyDictionary[Engine, KeyAuth] = WeakKeyDictionary()
        """Weakly, for an engine that only tried a key is done with."""

    async def find_key(self) -> FoundKey | NoKey:
        """Look in the environment, the key command and the keyring, in this order."""
        from ionq_tui.vault.sources import KeyFound, find_key

        found = await find_key(self.settings, self._environ)
        return FoundKey(found.key, found.source) if isinstance(found, KeyFound) else _no_key(found)

    async def connect(self, found: FoundKey) -> Engine:
        """Build an engine for this key; the TLS context is made in a thread, since it takes long."""
        channel = await asyncio.to_thread(self._channel, found.key)
        connection = replace(self.connection, key_masked=found.key.masked, source=found.source)
        return self._engine(connection, channel, self.journal())

    async def renew(self, engine: Engine, found: FoundKey) -> None:
        """Give a running engine another key in place of a refused one; everything on screen stays."""
        self._auths[engine].renew(found.key)
        engine.connection = replace(engine.connection, key_masked=found.key.masked, source=found.source)
        engine.home.identity.apply(lambda _: None)
        engine.nudge()

    async def browse(self) -> Engine:
        """Build an engine without a key: backends only."""
        channel = await asyncio.to_thread(self._channel, None)
        return self._engine(self.connection, channel, self.journal())

    async def demo(self) -> Engine:
        """Build an engine on a simulated cloud that runs in real time, with the journal in memory."""
        from ionq_tui.simulator.clock import FastClock
        from ionq_tui.simulator.cloud import SimulatedCloud

        return await self.demo_on(SimulatedCloud(FastClock()))

    async def demo_on(self, cloud: SimulatedCloud, clock: Clock | None = None) -> Engine:
        """Build an engine on this simulated cloud, inside the process, by the real clock or by this one."""
        from ionq_tui.journal.journal import Journal

        key = ApiKey("demo-key-of-nobody")
        channel = await asyncio.to_thread(self._channel, key, inside(cloud))
        connection = replace(
            self.connection, base_url=channel.wiring.base_url, source=KeySource.DEMO.value, demo=True, read_only=False
        )
        return self._engine(connection, channel, Journal(":memory:"), clock)

    async def keep(self, key: ApiKey) -> str:
        """Keep the key in the system's keyring; returns why it could not, or the empty text."""
        from ionq_tui.vault.ring import Kept, Ring

        outcome = await Ring().save(self.settings.profile, self.settings.host, key)
        return "" if isinstance(outcome, Kept) else outcome.words

    def journal(self) -> Journal:
        """Return this machine's journal."""
        from ionq_tui.journal.journal import Journal

        if self._journal is None:
            self._journal = Journal(journal_path())
        return self._journal

    def _channel(self, key: ApiKey | None, answer: Answer | None = None) -> Channel:
        from ionq_tui.api.dashboard import dashboard_channel

        return dashboard_channel(
            self.settings.base_url if answer is None else DEMO_URL,
            key,
            read_only=self.settings.read_only and answer is None,
            patience=patience(self._environ),
            answer=answer,
        )

    def _engine(self, connection: Connection, channel: Channel, journal: Journal, clock: Clock | None = None) -> Engine:
        from ionq_tui.api.cloud import HttpCloud
        from ionq_tui.engine.clock import SystemClock
        from ionq_tui.engine.engine import Engine

        ahead = (lambda: channel.ahead) if clock is None else timedelta
        clock = clock or SystemClock(ahead)
        engine = Engine(
            connection,
            HttpCloud(channel),
            clock,
            journal,
            self.settings.poll_interval,
            people=self.settings.people,
            teller=None if connection.demo else self._teller(),
            ahead=ahead,
        )
        if channel.wiring.auth is not None:
            self._auths[engine] = channel.wiring.auth
        return engine

    def _teller(self) -> Hook | None:
        if not self.settings.on_event:
            return None
        from ionq_tui.engine.hook import Hook

        return Hook(self.settings.on_event, self._environ)


DEMO_URL = "http://localhost/v0.4"
"""Never connected to: the demo's requests are answered inside the process."""


def inside(cloud: SimulatedCloud) -> Answer:
    """Let a simulated cloud answer inside this process."""
    from ionq_tui.simulator.http import Request, respond

    def answer(
        method: str, path: str, query: tuple[tuple[str, str], ...], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        reply = respond(cloud, Request(method, path, query, headers, body))
        return reply.status, list(reply.headers), reply.body

    return answer


def patience(environ: Mapping[str, str] = os.environ) -> float:
    """Read the factor on pauses and time-outs; what cannot be read is 1."""
    try:
        factor = float(environ.get(PATIENCE, "1"))
    except ValueError:
        return 1.0
    return 1.0 if math.isnan(factor) else min(max(factor, 0.001), 10.0)


def journal_path() -> str:
    """Return where this machine's journal is."""
    from platformdirs import user_state_path

    return str(user_state_path("ionq-tui") / "journal.sqlite3")


def _no_key(missing: KeyMissing) -> NoKey:
    return NoKey(tuple([*missing.words, *missing.ways.keyring_help]), missing.offers_keyring)
