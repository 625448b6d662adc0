"""Costs that cannot be: said, not kept, not counted, and right again once IonQ tells them right, also later on."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from ionq_tui.cli.main import main
from ionq_tui.engine.engine import Engine
from ionq_tui.journal.journal import Journal
from ionq_tui.model.job import JobCost
from ionq_tui.model.money import Money, totals
from ionq_tui.model.snapshot import SessionSnapshot
from ionq_tui.simulator.http import Reply, Request
from ionq_tui.view.live_session import outcome_lines
from ionq_tui.view.style import words
from tests.hostile.server import Endpoint, HostileServer
from tests.hostile.world import connected, environment, hostile_server, watching

Spoil = Callable[[bytes], bytes]


def written(cost: bytes) -> Spoil:
    return lambda body: re.sub(rb'"cost": ?\{[^}]*\}', b'"cost": ' + cost, body)


ODD: dict[str, Spoil] = {
    "a byte that is no text in the unit": written(b'{"value": 10.0, "unit": "usd\xff"}'),
    "a byte that is no text beside it": lambda body: body.replace(b"{", b'{"note": "caf\xe9", ', 1),
    "a mark for a lost byte in the unit": written('{"value": 10.0, "unit": "usd\ufffd"}'.encode()),
    "below zero": written(b'{"value": -1, "unit": "usd"}'),
    "hardly below zero": written(b'{"value": -1e-9, "unit": "usd"}'),
    "no number": written(b'{"value": NaN, "unit": "usd"}'),
    "without an end": written(b'{"value": Infinity, "unit": "usd"}'),
    "beyond all floats": written(b'{"value": 1e400, "unit": "usd"}'),
    "absurd": written(b'{"value": 1e12, "unit": "usd"}'),
    "a text": written(b'{"value": "10.00", "unit": "usd"}'),
    "a unit never seen before": written(b'{"value": 10, "unit": "zorkmid"}'),
    "no unit": written(b'{"value": 10}'),
    "an empty unit": written(b'{"value": 10, "unit": ""}'),
    "a number for an amount": written(b"10"),
    "a list": written(b"[10]"),
}


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server(age=3625) as running:
        yield running


def spoiling(spoil: Spoil) -> Callable[[Endpoint, Request, Reply], Reply]:
    return lambda endpoint, _, reply: (
        Reply(reply.status, reply.headers, spoil(reply.body)) if endpoint is Endpoint.COST else reply
    )


def priced(server: HostileServer) -> tuple[str, tuple[Money, ...], int]:
    """Return a session that has ended, what its jobs were really charged, and how many there are."""
    session_id = next(iter(server.cloud.sessions))
    jobs = [job for job in server.cloud.jobs.values() if job.session_id == session_id and job.finished]
    return session_id, totals(Money(job.cost, "usd") for job in jobs if job.cost is not None), len(jobs)


async def seen(engine: Engine, session_id: str, holds: Callable[[SessionSnapshot], bool]) -> SessionSnapshot:
    """Watch the session as its screen does until it holds, and return the picture."""
    async with watching(engine, session_id) as looker, asyncio.timeout(20):
        changed, store = asyncio.Event(), looker.session_poller.store
        store.subscribe(lambda _: changed.set())
        while not holds(store.value):
            changed.clear()
            await changed.wait()
        return store.value


def at_rest(watch: SessionSnapshot) -> bool:
    return watch.finished_count > 0 and watch.priced_count == watch.finished_count


@pytest.mark.parametrize("odd", ODD)
async def test_a_cost_that_cannot_be_is_neither_counted_nor_kept(
    odd: str, server: HostileServer, tmp_path: Path
) -> None:
    session_id, charged, number = priced(server)
    assert number == 3 and charged
    server.edit = spoiling(ODD[odd])
    async with connected(server, tmp_path, interval=0.02) as engine:
        watch = await seen(engine, session_id, lambda watch: watch.cost_fault is not None)
        place = engine.place()
        assert (watch.charged, watch.reserved, watch.priced_count) == ((), (), 0)
        (said,) = [
            text
            for one in outcome_lines(watch, None, engine.clock.now(), None)
            if "cost of some jobs" in (text := words(one))
        ]
        assert "could not be read" in said and len(said) < 300
    journal = Journal(tmp_path / "journal.sqlite3", patience=30)
    assert dict(await journal.costs(place, session_id)) == {}
    journal.close()
    server.behave()
    async with connected(server, tmp_path, interval=0.02) as engine:
        watch = await seen(engine, session_id, at_rest)
        assert (watch.charged, watch.priced_count, watch.cost_fault) == (charged, number, None)


async def test_what_an_older_version_kept_is_asked_again(server: HostileServer, tmp_path: Path) -> None:
    session_id, charged, number = priced(server)
    async with connected(server, tmp_path, interval=0.02) as engine:
        await engine.session_list.refresh()
        place = engine.place()
    kept = [Money(Decimal(-1), "usd"), Money(Decimal("10.00"), "usd\ufffd"), Money(Decimal(5), "zorkmid")]
    jobs = [job.id for job in server.cloud.jobs.values() if job.session_id == session_id]
    journal = Journal(tmp_path / "journal.sqlite3", patience=30)
    await journal.keep_costs(
        place, session_id, {job_id: JobCost(cost=cost) for job_id, cost in zip(jobs, kept, strict=True)}
    )
    journal.close()
    async with connected(server, tmp_path, interval=0.02) as engine:
        watch = await seen(engine, session_id, at_rest)
        assert (watch.charged, watch.priced_count) == (charged, number)
    journal = Journal(tmp_path / "journal.sqlite3", patience=30)
    again = await journal.costs(place, session_id)
    journal.close()
    assert totals(cost.cost for cost in again.values() if cost.cost is not None) == charged


@pytest.mark.parametrize("odd", ["a byte that is no text in the unit", "below zero", "a unit never seen before"])
def test_a_command_says_it(
    odd: str,
    server: HostileServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in environment(server, tmp_path).items():
        monkeypatch.setenv(name, value)
    session_id, _, number = priced(server)
    server.edit = spoiling(ODD[odd])
    assert main(["jobs", session_id, "--json"]) == 0
    out, err = capsys.readouterr()
    jobs = json.loads(out)["jobs"]
    assert [job["ionq_tui"]["cost"] for job in jobs] == [None] * number
    assert not any(job["ionq_tui"]["cost_is_final"] for job in jobs)
    assert "the cost of some jobs is unknown" in err and f"(0 of {number} jobs priced); run it again" in err
    assert err.count("\n") == 2
    server.behave()
    assert main(["jobs", session_id, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == "" and all(job["ionq_tui"]["cost_is_final"] for job in json.loads(out)["jobs"])
