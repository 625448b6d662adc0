"""What a user may meet: each state has its words, what to do next, and the request's id, wherever it is met."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ionq_tui.cli.main import main
from ionq_tui.simulator.http import Reply, Request
from tests.hostile.hand import ended_by_keys
from tests.hostile.server import Edit, Endpoint, HostileServer
from tests.hostile.world import BACKEND, KEY, environment, hostile_server
from tests.terminal.kit import Terminal, clean_environment, command

REQUEST_ID = "req-4711-abcdef"


def answer(status: int, message: str, *endpoints: Endpoint, headers: tuple[tuple[str, str], ...] = ()) -> Edit:
    """Answer these endpoints (all where none is named) with an error of the API."""

    def edit(endpoint: Endpoint, request: Request, reply: Reply) -> Reply:
        if endpoints and endpoint not in endpoints:
            return reply
        body = {"statusCode": status, "error": "Refused", "message": message}
        told = (("Content-Type", "application/json"), ("x-request-id", REQUEST_ID), *headers)
        return Reply(status, told, json.dumps(body).encode())

    return edit


@dataclass(frozen=True)
class State:
    """One state: what the server does, the command that meets it, and what is said in commands and on the screen."""

    name: str
    edit: Edit
    words: tuple[str, ...]
    said: tuple[str, ...]
    shown: tuple[str, ...]
    where: str = "home"
    deaf: Endpoint | None = None


_NO_SESSIONS = (Endpoint.LIST, Endpoint.STATUS, Endpoint.CREATE)
_ENABLE = ("Sessions are not enabled for this organization", "support@ionq.com")
STATES = (
    State("wrong key", answer(401, "Invalid key"), ("ls",), ("refused this API key", "IONQ_API_KEY"),
          ("refused this API key",)),
    State("revoked key in mid-run", answer(401, "Key revoked"), ("ls",), ("refused this API key", "IONQ_API_KEY"),
          ("refused this API key",), "later"),
    State("not enabled, 403", answer(403, "Forbidden", *_NO_SESSIONS), ("ls",), _ENABLE, _ENABLE),
    State("not enabled, 404", answer(404, "Not Found", *_NO_SESSIONS), ("ls",), _ENABLE, _ENABLE),
    State("read-only key", answer(403, "Read only", Endpoint.CREATE, Endpoint.END),
          ("open", BACKEND, "--max-jobs", "1", "--yes"), ("is not allowed to do that", "ask the owner"),
          ("is not allowed to do that", "ask the owner"), "end", Endpoint.CREATE),
    State("no such session", answer(404, "Not Found", Endpoint.STATUS), ("show", "f" * 20),
          ("no such session", "check the id"), ("no such session", "check the id"), "attach"),
    State("session vanished", answer(404, "Not Found", Endpoint.STATUS), ("show", "e" * 20),
          ("no such session", "check the id"), ("no such session", "check the id"), "session"),
    State("rate limited", answer(429, "Slow down", headers=(("Retry-After", "30"),)), ("ls",),
          ("is limiting the rate of requests",), ("is limiting the rate of requests", "next retry"), "later"),
    State("maintenance", answer(503, "Maintenance", headers=(("Retry-After", "120"),)), ("ls",),
          ("a server error", "Maintenance"), ("a server error", "next retry"), "later"),
    State("jobs hidden, 403", answer(403, "Forbidden", Endpoint.JOBS), ("jobs", "ACTIVE"),
          ("the jobs of this session are not visible to this key",),
          ("the jobs of this session are not visible to this key",), "session"),
    State("jobs hidden, 404", answer(404, "Not Found", Endpoint.JOBS), ("jobs", "ACTIVE"),
          ("the jobs of this session are not visible to this key",),
          ("the jobs of this session are not visible to this key",), "session"),
)  # fmt: skip
Record = Callable[[str, object], None]


def set_environment(monkeypatch: pytest.MonkeyPatch, told: dict[str, str]) -> None:
    for name, value in told.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_a_command_says_it(
    state: State,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    record_property: Record,
) -> None:
    with hostile_server() as server:
        set_environment(monkeypatch, environment(server, tmp_path))
        server.edit = state.edit
        server.deaf = frozenset({state.deaf} if state.deaf else ())
        code = main([{"ACTIVE": next(iter(server.cloud.active))}.get(word, word) for word in state.words])
    out, err = capsys.readouterr()
    good = code == 1 and all(words in err for words in state.said) and (REQUEST_ID in err) and not out
    record_property("total", ("states", int(good), 1))
    assert good, f"{code} {err}"


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_the_screen_says_it(state: State, tmp_path: Path, record_property: Record) -> None:
    good = False
    try:
        with hostile_server() as server, started(server, state, tmp_path) as terminal:
            for words in (*state.shown, REQUEST_ID):
                terminal.wait_for(lambda screen, words=words: words in " ".join(screen.text.split()))  # type: ignore[misc]
            good = terminal.exit_code is None
    finally:
        record_property("total", ("states", int(good), 1))
    assert good


def started(server: HostileServer, state: State, home: Path) -> Terminal:
    """Start the dashboard where the state is met, or bring the state about while it runs."""
    session_id = next(iter(server.cloud.active))
    attach = {"session": session_id, "end": session_id, "attach": "f" * 20}.get(state.where)
    if state.where in ("home", "attach"):
        server.edit = state.edit
    told = clean_environment(home, IONQ_API_URL=server.url, IONQ_API_KEY=KEY)
    terminal = Terminal(command(*(("attach", attach) if attach else ())), told, rows=30, columns=140)
    if state.where in ("home", "attach"):
        return terminal
    terminal.wait_for("3 jobs: " if attach else "3 active in the organization")
    server.edit = state.edit
    server.deaf = frozenset({Endpoint.END})
    if state.where == "end":
        ended_by_keys(terminal, session_id)
    return terminal.keys("r") if state.where != "end" else terminal


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with hostile_server() as server:
        told = environment(server, tmp_path)
    set_environment(monkeypatch, told)
    assert main(["ls"]) == 1
    assert "IonQ cannot be reached" in capsys.readouterr().err
    clean = clean_environment(tmp_path, IONQ_API_URL=told["IONQ_API_URL"], IONQ_API_KEY=KEY)
    with Terminal(command(), clean, rows=24, columns=100) as terminal:
        terminal.wait_for("IonQ cannot be reached").wait_for("check the network")


@pytest.mark.parametrize("minutes", [-600, -10, 10, 600])
def test_the_clock_of_the_machine_is_wrong(minutes: int, tmp_path: Path) -> None:
    """The server's clock is that much ahead of ours, and decides."""
    with hostile_server(datetime.now(UTC) + timedelta(minutes=minutes)) as server:
        told = clean_environment(tmp_path, IONQ_API_URL=server.url, IONQ_API_KEY=KEY)
        with Terminal(command("attach", next(iter(server.cloud.active))), told, rows=24, columns=100) as terminal:
            terminal.wait_for("59m left")
            assert "STALE" not in terminal.text
