"""Every hostile reply at every endpoint: the last good picture stays, a line says so, and all heals by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from ionq_tui.cli.main import main
from ionq_tui.engine.engine import Engine
from ionq_tui.model.limits import Limits
from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import Ended, NotOpened, Opened, OpenRequest
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.view.fault import About, fault_words, link_fault
from tests.hostile.replies import TABLE, Spoiled
from tests.hostile.server import Endpoint, HostileServer
from tests.hostile.world import BACKEND, Looker, connected, environment, hostile_server, session_with_jobs, watching
from tests.unit.view.test_sanitize import harmless

Record = Callable[[str, object], None]
AT_ONCE = 5
"""Engines that run beside each other: what a reply costs is mostly waiting."""


def wrong_words(fault: Fault | None, about: About) -> list[str]:
    """Tell what is wrong with the line that says so."""
    if fault is None:
        return ["nothing was said"]
    words = fault_words(fault, about)
    fit = 20 < len(words) < 600 and harmless(words) and "Error(" not in words
    return [] if fit else [f"said {words!r}"]


class Spoils:
    """Ways to spoil one endpoint, one after the other in one running engine."""

    def __init__(self, server: HostileServer, engine: Engine, table: Sequence[Spoiled]) -> None:
        self.server = server
        self.engine = engine
        self.table = table
        self.bad: list[str] = []

    async def every(self, endpoint: Endpoint, endured: Callable[[Spoiled], Awaitable[list[str]]]) -> None:
        for spoiled in self.table:
            self.server.spoil(endpoint, spoiled.write)
            wrong = await endured(spoiled)
            self.server.behave()
            self.bad += [f"{spoiled.name}: {', '.join(wrong)}"] if wrong else []

    async def listed(self, spoiled: Spoiled) -> list[str]:
        before = self.engine.session_list.overview.value.sessions
        fault = await self.engine.session_list.refresh()
        overview = self.engine.session_list.overview.value
        wrong = []
        if spoiled.read:
            wrong += ["not read"] if fault or overview.unreadable or overview.sessions.keys() != before.keys() else []
        else:
            wrong += wrong_words(fault, "sessions") if not overview.unreadable else []
            wrong += ["the picture is gone"] if overview.sessions != before else []
        self.server.behave()
        for _ in range(2):  # what a reply left behind in the connection may cost one more
            fault = await self.engine.session_list.refresh()
        return wrong + (["never healed"] if fault or self.engine.session_list.overview.value.sessions != before else [])

    async def watch(self, spoiled: Spoiled, looker: Looker, endpoint: Endpoint) -> list[str]:
        before, asked = looker.session_poller.store.value, self.server.count(endpoint)

        def fault_in(watch: SessionSnapshot) -> Fault | None:
            return link_fault(watch.link) if endpoint is Endpoint.STATUS else watch.jobs_fault

        def seen(watch: SessionSnapshot) -> bool:
            return self.server.count(endpoint) > asked + 1 if spoiled.read else fault_in(watch) is not None

        after = await looker.until(seen)
        wrong = []
        if spoiled.read:
            wrong += ["not read"] if fault_in(after) or after.jobs.keys() != before.jobs.keys() else []
        else:
            wrong += wrong_words(fault_in(after), "session" if endpoint is Endpoint.STATUS else "jobs")
            same = after.session == before.session and after.jobs == before.jobs
            wrong += [] if same else ["the picture is gone"]
        self.server.behave()
        good = before.session, before.jobs, None
        after = await looker.until(lambda watch: (watch.session, watch.jobs, fault_in(watch)) == good)
        healed = (after.session, after.jobs, after.jobs_fault) == good and link_fault(after.link) is None
        return wrong + ([] if healed else ["never healed"])

    async def open(self, spoiled: Spoiled) -> list[str]:
        await self.engine.session_list.refresh()
        before, sent = set(self.server.cloud.sessions), self.server.count(Endpoint.CREATE)
        request = OpenRequest(BACKEND, Limits(jobs=len(before), minutes=30))
        outcome = await self.engine.actions.open(f"decision {len(before)}", request, "label")
        new = set(self.server.cloud.sessions) - before
        wrong = [] if self.server.count(Endpoint.CREATE) == sent + 1 and len(new) == 1 else ["sent again"]
        if isinstance(outcome, NotOpened):
            return [*wrong, f"said that nothing was opened: {outcome.fault.words}"]
        named = {outcome.session.id} if isinstance(outcome, Opened) else {one.id for one in outcome.candidates}
        kept = new <= self.engine.actions.activity.value.here or not isinstance(outcome, Opened)
        return wrong + ([] if named == new and kept else ["another session than the cloud's"])

    async def end(self, spoiled: Spoiled) -> list[str]:
        entry = session_with_jobs(self.server.cloud, jobs=0)
        sent = self.server.count(Endpoint.END)
        outcome = await self.engine.actions.end(entry.id, True)
        wrong = [] if self.server.count(Endpoint.END) == sent + 1 else ["sent again"]
        return wrong + ([] if isinstance(outcome, Ended) and outcome.session.id == entry.id else [f"{outcome}"])


@pytest.mark.parametrize(
    "endpoint",
    [Endpoint.LIST, Endpoint.STATUS, Endpoint.JOBS, Endpoint.CREATE, Endpoint.END],
    ids=lambda endpoint: endpoint.value,
)
async def test_every_reply(endpoint: Endpoint, tmp_path: Path, record_property: Record) -> None:
    parts = [(TABLE[part::AT_ONCE], made(tmp_path / str(part))) for part in range(AT_ONCE)]
    played = await asyncio.gather(*(spoiled_one_by_one(endpoint, table, home) for table, home in parts))
    bad = [line for lines in played for line in lines]
    record_property("total", ("hostile replies", len(TABLE) - len(bad), len(TABLE)))
    assert not bad, "\n".join(["", *bad])


def made(folder: Path) -> Path:
    """Make a folder, and return it."""
    folder.mkdir()
    return folder


async def spoiled_one_by_one(endpoint: Endpoint, table: Sequence[Spoiled], home: Path) -> list[str]:
    """Return what was wrong, with a server and an engine of its own."""
    with hostile_server() as server:
        async with connected(server, home, interval=0.02) as engine:
            assert await engine.session_list.refresh() is None
            spoils = Spoils(server, engine, table)
            if endpoint in (Endpoint.STATUS, Endpoint.JOBS):
                async with watching(engine, next(iter(server.cloud.active))) as looker:
                    await looker.look()
                    assert len((await looker.look()).jobs) == 3
                    await spoils.every(endpoint, lambda spoiled: spoils.watch(spoiled, looker, endpoint))
            elif endpoint is Endpoint.CREATE:
                first = await engine.actions.open("a first", OpenRequest(BACKEND, Limits(jobs=1)), "")
                assert isinstance(first, Opened)
                await spoils.every(endpoint, spoils.open)
            else:
                await spoils.every(endpoint, spoils.listed if endpoint is Endpoint.LIST else spoils.end)
    return spoils.bad


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        (Endpoint.LIST, ("ls",)),
        (Endpoint.LIST, ("ls", "--json")),
        (Endpoint.STATUS, ("show", "ENDED")),
        (Endpoint.JOBS, ("jobs", "ACTIVE")),
        (Endpoint.BACKENDS, ("backends",)),
    ],
    ids=lambda one: one.value if isinstance(one, Endpoint) else " ".join(one),
)
def test_every_reply_to_a_command(
    endpoint: Endpoint,
    words: tuple[str, ...],
    tmp_path: Path,
    record_property: Record,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bad = []
    with hostile_server() as server:
        for name, value in environment(server, tmp_path).items():
            monkeypatch.setenv(name, value)
        ended, active = list(server.cloud.active)[:2]
        with server.cloud.lock:
            server.cloud.end(server.cloud.sessions[ended], None)
        arguments = [{"ENDED": ended, "ACTIVE": active}.get(word, word) for word in words]
        for spoiled in TABLE:
            server.spoil(endpoint, spoiled.write)
            if words[0] == "show":  # a list, too, may tell of the session
                server.spoil(Endpoint.LIST, spoiled.write)
            code = main(arguments)
            server.behave()
            out, err = capsys.readouterr()
            wrong = [] if harmless("".join((out + err).splitlines())) else ["not harmless"]
            # why jobs failed stands beside their table, and is no error of the command
            err = "".join(line for line in err.splitlines(keepends=True) if " failed: PreflightError, " not in line)
            if spoiled.read:
                wrong += [] if (code, err) == (0, "") and out else [f"exit {code}: {err}"]
            else:
                said = (code == 1 and err.count("\n") == 1) or (code == 0 and "could not be read" in err)
                wrong += [] if said else [f"exit {code}: {out} {err}"]
            if code == 0 and "--json" in words:
                json.loads(out)
            bad += [f"{spoiled.name}: {', '.join(wrong)}"] if wrong else []
    record_property("total", ("hostile replies", len(TABLE) - len(bad), len(TABLE)))
    assert not bad, "\n".join(["", *bad])
