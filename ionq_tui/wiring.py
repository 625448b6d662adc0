"""Build the engine from settings, API key and client.

Each part is imported only when it is needed, so that startup stays fast.
"""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ionq_tui.model.connection import Connection
from ionq_tui.model.key import ApiKey, FoundKey, NoKey
from ionq_tui.model.key_source import KeySource
from ionq_tui.settings import Settings
from ionq_tui.settings import journal_path as journal_path

if TYPE_CHECKING:
    from ionq_tui.api.auth import KeyAuth
    from ionq_tui.api.dashboard_runner import Handler
    from ionq_tui.api.network import Network
    from ionq_tui.api.runner import Runner
    from ionq_tui.engine.engine import Engine
    from ionq_tui.engine.event_hook import EventHook
    from ionq_tui.engine.ports import Clock
    from ionq_tui.journal.journal import Journal
    from ionq_tui.model.link_state import Fault
    from ionq_tui.model.record import Intent, SessionRecord
    from ionq_tui.simulator.cloud import SimulatedCloud

PATIENCE = "IONQ_TUI_PATIENCE"
"""A factor on times, for tests.

It applies to pauses and time-outs of requests that cost something or end a session, and to the minutes of unattended
ends: `--end-within`, `--end-when-idle`, the minute after which a command says what it is waiting for, and how long
`watch` waits for the last costs.
"""


class Wiring:
    """Finds API keys and builds engines for one process."""

    def __init__(self, settings: Settings, environ: Mapping[str, str] = os.environ, *, retries: int = 0) -> None:
        """Take the settings and the number of immediate retries of a failed read. Reads and sends nothing."""
        self._retries = retries
        self.settings = settings
        self._environ = environ
        self.connection = Connection(
            settings.profile, settings.base_url, read_only=settings.read_only, color=settings.color
        )
        self._journal: Journal | None = None
        self._network: Network | None = None
        self._auths: WeakKeyDictionary[Engine, KeyAuth] = WeakKeyDictionary()
        """Weak references, since an engine that was built only to try a key is discarded."""

    async def find_key(self) -> FoundKey | NoKey:
        """Look for an API key in the environment, the key command and the keyring, in this order."""
        from ionq_tui.credentials.sources import find_key

        return await find_key(self.settings, self._environ)

    async def owed(self) -> tuple[tuple[SessionRecord, ...], tuple[Intent, ...]]:
        """Return the profile's sessions from this machine that are not confirmed ended, and unconfirmed sessions."""
        from ionq_tui.model.record import Place

        place, journal = Place(self.settings.base_url, profile=self.settings.profile), self.journal()
        kept = tuple(one for one in await journal.sessions(place) if one.unended)
        return kept, await journal.unconfirmed_intents(place)

    async def unusable(self) -> Fault | None:
        """Return what in the environment (certificates, proxies) prevents all requests; None if there is nothing.

        Loading the TLS context is slow, so this is done once, in a thread.
        """
        return await asyncio.to_thread(self._read_network)

    def _read_network(self) -> Fault | None:
        from ionq_tui.api.errors import NetworkSettingError, fault_of_error
        from ionq_tui.api.network import network_of

        try:
            self._network = self._network or network_of(self.settings.base_url)
        except NetworkSettingError as error:
            return fault_of_error(error)
        return None

    async def connect(self, found: FoundKey) -> Engine:
        """Build an engine for this key, in a thread. If the network is `unusable`, its requests fail."""
        runner = await asyncio.to_thread(self._runner, found.key, advice=self._refused_advice(found))
        connection = replace(self.connection, key_masked=found.key.masked, source=found.source)
        return self._engine(connection, runner, self.journal())

    async def renew(self, engine: Engine, found: FoundKey) -> None:
        """Replace the refused API key of a running engine. All screens stay as they are."""
        self._auths[engine].renew(found.key, self._refused_advice(found))
        engine.connection = replace(engine.connection, key_masked=found.key.masked, source=found.source)
        engine.session_list.identity.apply(lambda _: None)
        engine.actions.renewed()
        engine.nudge()

    async def browse(self) -> Engine:
        """Build an engine without an API key, which can only show backends."""
        runner = await asyncio.to_thread(self._runner, None)
        return self._engine(self.connection, runner, self.journal())

    async def demo(self) -> Engine:
        """Build an engine on a simulated cloud in real time, with an in-memory journal."""
        from ionq_tui.simulator.clock import FastClock
        from ionq_tui.simulator.cloud import SimulatedCloud
        from ionq_tui.simulator.http import creator_id

        return await self.demo_on(SimulatedCloud(FastClock(), user=creator_id(DEMO_KEY)))

    async def demo_on(self, cloud: SimulatedCloud, clock: Clock | None = None) -> Engine:
        """Build an engine on an in-process simulated cloud, with the system clock or the given one."""
        from ionq_tui.journal.journal import Journal

        key = ApiKey(DEMO_KEY)
        runner = await asyncio.to_thread(self._runner, key, inside(cloud))
        connection = replace(
            self.connection, base_url=runner.config.base_url, source=KeySource.DEMO.value, demo=True, read_only=False
        )
        journal = Journal(":memory:")
        if cloud.demo_session is not None:
            await _remember(journal, connection, cloud)
        return self._engine(connection, runner, journal, clock)

    async def keep(self, key: ApiKey) -> str:
        """Store the key in the system's keyring. Return the reason if this failed; empty if it succeeded."""
        from ionq_tui.credentials.keyring_store import KeyringStore, StoredKey

        outcome = await KeyringStore().save(self.settings.profile, self.settings.host, key)
        return "" if isinstance(outcome, StoredKey) else outcome.words

    def journal(self) -> Journal:
        """Return this machine's journal, opened on first use."""
        from ionq_tui.journal.journal import Journal

        if self._journal is None:
            self._journal = Journal(journal_path())
        return self._journal

    def _refused_advice(self, found: FoundKey) -> Callable[[], str]:
        def advice() -> str:
            from ionq_tui.view.key_card import refused_advice  # needed only for a key that is refused

            return refused_advice(found.source, self.settings.profile, named=self.settings.profile_named)

        return advice

    def _runner(self, key: ApiKey | None, answer: Handler | None = None, advice: Callable[[], str] = str) -> Runner:
        from ionq_tui.api.dashboard_runner import dashboard_runner

        if answer is None:
            self._read_network()
        return dashboard_runner(
            self.settings.base_url if answer is None else DEMO_URL,
            key,
            read_only=self.settings.read_only and answer is None,
            patience=patience(self._environ),
            answer=answer,
            retries=self._retries,
            network=None if answer is not None else self._network,
            refused_advice=advice,
        )

    def _engine(self, connection: Connection, runner: Runner, journal: Journal, clock: Clock | None = None) -> Engine:
        from ionq_tui.api.cloud import HttpCloud
        from ionq_tui.engine.clock import SystemClock
        from ionq_tui.engine.engine import Engine
        from ionq_tui.engine.request_budget import RequestBudget

        ahead = (lambda: runner.ahead) if clock is None else timedelta
        clock_error = (lambda: runner.clock_error) if clock is None else timedelta
        clock = clock or SystemClock(ahead)
        if not connection.demo:  # demo requests never leave this process and need no limit
            runner.gate = RequestBudget(clock)
        engine = Engine(
            connection,
            HttpCloud(runner),
            clock,
            journal,
            self.settings.poll_interval,
            people=self.settings.people,
            event_command=None if connection.demo else self._event_hook(),
            ahead=ahead,
            budget=None if connection.demo else self.settings.monthly_budget,
            clock_error=clock_error,
        )
        if self.settings.log_path is not None:
            from ionq_tui.action_log import log_actions

            log_actions(engine)
        if runner.config.auth is not None:
            self._auths[engine] = runner.config.auth
        return engine

    def _event_hook(self) -> EventHook | None:
        if not self.settings.on_event:
            return None
        from ionq_tui.engine.event_hook import EventHook

        return EventHook(self.settings.on_event, self._environ)


DEMO_KEY = "demo-key-of-nobody"
DEMO_URL = "http://localhost/v0.4"
"""Never connected to: the demo's requests are answered inside the process."""


async def _remember(journal: Journal, connection: Connection, cloud: SimulatedCloud) -> None:
    """Record the demo user's session in the journal, as if it had been opened on this machine."""
    from ionq_tui.model.job import JobCost
    from ionq_tui.model.limits import Limits
    from ionq_tui.model.money import Money
    from ionq_tui.model.outcome import OpenRequest
    from ionq_tui.model.record import Place
    from ionq_tui.model.session import Session
    from ionq_tui.simulator.demo_session import LABEL
    from ionq_tui.simulator.random_stream import hashed_id

    entry = cloud.demo_session.session if cloud.demo_session is not None else None
    if entry is None:
        return
    terms = entry.terms
    cost = Money(terms.money, terms.unit) if terms.money is not None else None
    limits = Limits(terms.jobs, terms.minutes, cost)
    session = Session(
        entry.id, entry.status, entry.active, entry.backend, entry.created_at, entry.started_at,
        expires_at=entry.expires_at, creator_id=entry.creator_id, limits=limits,
    )  # fmt: skip
    key_id = hashed_id("key", entry.creator_id)
    place = Place(connection.base_url, cloud.organization_id, cloud.project_id, key_id, connection.profile)
    number = await journal.intent(place, OpenRequest(entry.backend, limits), LABEL, asked_at=entry.created_at)
    await journal.opened(number, session)
    paid = {
        job.id: JobCost(cost=Money(job.cost, cloud.unit), estimate=Money(job.estimate or job.cost, cloud.unit))
        for job in entry.jobs
        if job.cost is not None
    }
    await journal.keep_costs(place, entry.id, paid)
    finished = {job.id: job.completed_at for job in entry.jobs if job.completed_at is not None}
    await journal.date_costs(place, entry.id, finished, complete=False)


def inside(cloud: SimulatedCloud) -> Handler:
    """Return a handler that lets a simulated cloud answer requests inside this process."""
    from ionq_tui.simulator.http import Request, respond

    def answer(
        method: str, path: str, query: tuple[tuple[str, str], ...], headers: Mapping[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        reply = respond(cloud, Request(method, path, query, headers, body))
        return reply.status, list(reply.headers), reply.body

    return answer


def patience(environ: Mapping[str, str] = os.environ) -> float:
    """Return the factor on pauses and time-outs; 1 if it is not a number."""
    try:
        factor = float(environ.get(PATIENCE, "1"))
    except ValueError:
        return 1.0
    return 1.0 if math.isnan(factor) else min(max(factor, 0.001), 10.0)
