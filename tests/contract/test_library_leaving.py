"""What a script leaves behind: an entry in the journal, and no open session after a signal with `end_on_signals`."""

from __future__ import annotations

import asyncio
import logging
import signal
import sqlite3
from pathlib import Path

import pytest

from ionq_tui import SessionManager
from tests.contract.both import BACKEND, KEY, world_of

SIGNALS = [signal.SIGTERM, signal.SIGHUP]


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the journal of this test is."""
    path = tmp_path / "journal.db"
    monkeypatch.setattr("ionq_tui.wiring.journal_path", lambda *_: path)
    return path


def kept(path: Path) -> str:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as read:
        text = "\n".join(read.iterdump())
    read.close()
    return text


async def test_a_scripts_session_stands_in_the_journal_without_its_key(journal: Path) -> None:
    with world_of() as world, world.ours() as client:
        with SessionManager(client, BACKEND) as first:
            assert str(first.session_id) in kept(journal)
        async with SessionManager(client, BACKEND) as second:
            assert str(second.session_id) in kept(journal)
        with SessionManager(client, BACKEND, journal=False) as third:
            assert str(third.session_id) not in kept(journal)
        await client.aclose()
    assert KEY not in kept(journal)


def test_a_journal_that_cannot_be_written_only_logs(
    journal: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.mkdir()
    with world_of() as world, world.ours() as client:
        with SessionManager(client, BACKEND) as session:
            assert session.status() == "created"
        assert not world.cloud.sessions[str(session.session_id)].active
    warned = [record for record in caplog.records if "journal" in record.getMessage()]
    assert warned and all(record.name.startswith("ionq_tui") for record in warned)
    assert all(record.levelno == logging.WARNING for record in warned)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_leaves_the_block_and_ends_the_session(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with world_of() as world, world.ours() as client:
        leaving = SessionManager(client, BACKEND, end_on_signals=True, journal=False)
        with pytest.raises(SystemExit) as caught, leaving:
            signal.raise_signal(number)
            pytest.fail("the block must have been left")
        assert caught.value.code == 128 + number
        assert not any(session.active for session in world.cloud.sessions.values())
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("number", SIGNALS)
async def test_a_signal_leaves_the_async_block_and_ends_the_session(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    left: list[object] = []
    with world_of() as world, world.ours() as client:

        async def block() -> None:
            async with SessionManager(client, BACKEND, end_on_signals=True, journal=False):
                signal.raise_signal(number)
                await asyncio.Event().wait()

        async def script() -> None:
            try:
                await block()
            except SystemExit as leaving:  # asyncio would stop the loop of this very test
                left.append(leaving.code)

        await asyncio.create_task(script())
        assert left == [128 + number]
        assert not any(session.active for session in world.cloud.sessions.values())
        await client.aclose()
    assert signal.getsignal(number) == before


def test_without_being_asked_no_signal_is_touched() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with world_of() as world, world.ours() as client, SessionManager(client, BACKEND, journal=False):
        assert [signal.getsignal(number) for number in SIGNALS] == before
