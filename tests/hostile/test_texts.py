"""Whatever a server writes, no terminal obeys it: the bytes of a real pseudo-terminal, wherever its text is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ionq_tui.simulator.http import Reply, Request
from tests.hostile.bytes_of import deceiving, unexpected
from tests.hostile.hand import ended_by_keys, rested
from tests.hostile.server import Endpoint, HostileServer
from tests.hostile.texts import TEXTS, hostile_texts, refusing
from tests.hostile.world import KEY, hostile_server
from tests.terminal.kit import Terminal, clean_environment, command

Record = Callable[[str, object], None]
MIXED = "".join(TEXTS.values())


def total(good: int, every: int) -> tuple[str, object]:
    """Return what the summary of the tests counts."""
    return "total", ("hostile texts", good, every)


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server() as running:
        running.edit = hostile_texts(MIXED)
        yield running


def dashboard(server: HostileServer, home: Path, *arguments: str, patience: str = "1") -> Terminal:
    told = clean_environment(home, IONQ_API_URL=server.url, IONQ_API_KEY=KEY, IONQ_TUI_PATIENCE=patience)
    return Terminal(command(*arguments, "--log", str(home / "log")), told, rows=60, columns=200)


def shown(terminal: Terminal, *places: str) -> int:
    """Hold all bytes written so far against what our screens need; returns how many places were looked at."""
    bad = unexpected(terminal.raw)
    assert not bad, f"{places}: {bad[:20]}"
    return len(TEXTS) * len(places)


def gone(terminal: Terminal, words: str) -> Terminal:
    """Leave what says these words."""
    return terminal.keys("esc").wait_for(lambda screen: words not in screen.text)


def test_home_help_palette_and_ended_sessions(server: HostileServer, tmp_path: Path, record_property: Record) -> None:
    with dashboard(server, tmp_path) as terminal:
        terminal.wait_for("could not be read").wait_for("backends: ")
        gone(terminal.keys("?").wait_for("Show the keys of this screen"), "Show the keys of this screen")
        gone(terminal.keys(":").wait_for("a command · enter runs it"), "enter runs it")
        gone(terminal.keys("c").wait_for("attach command"), "attach command")
        gone(terminal.keys("G", "e").wait_for("End this session?"), "End this session?")
        terminal.keys("space", "up", "space", "e").wait_for("End 2 sessions?")
        gone(terminal, "End 2 sessions?")
        terminal.keys("o").wait_for("View a session by its id").type("f" * 20).keys("enter").wait_for("no such session")
        gone(terminal, "View a session by its id")
        server.edit = refusing(Endpoint.LIST, 400, MIXED)
        terminal.keys("a").wait_for("ended sessions: IonQ did not accept")
        terminal.keys("r").wait_for("IonQ did not accept the request")
        terminal.keys("ctrl+c", "ctrl+c")
        assert terminal.wait_exit() == 0
        done = shown(
            terminal, "header", "home", "help", "palette", "copy", "end dialog", "attach", "toast", "freshness"
        )
        assert deceiving((tmp_path / "log").read_text().replace("\n", "")) == []
        assert terminal.copied == []
    record_property(*total(done, done))


def test_backends_and_the_form(server: HostileServer, tmp_path: Path, record_property: Record) -> None:
    with dashboard(server, tmp_path) as terminal:
        terminal.wait_for("could not be read").keys("b").wait_for("QUBITS").wait_for("> qpu.forte-1")
        terminal.keys("c").wait_for("Copy")
        gone(terminal, "Copy  ").keys("enter").wait_for("NEW SESSION on qpu.forte-1")
        gone(terminal, "NEW SESSION")
        terminal.keys("G").wait_for("> qpu.=HYPERLINK").keys("enter").wait_for("NEW SESSION on qpu.=HYPERLINK")
        gone(terminal, "NEW SESSION").keys("c").wait_for("Copy  ")
        terminal.keys("ctrl+c", "ctrl+c")
        assert terminal.wait_exit() == 0
        done = shown(terminal, "backends", "backend copied", "form", "form of a hostile backend")
    record_property(*total(done, done))


def test_a_live_session_and_its_jobs(server: HostileServer, tmp_path: Path, record_property: Record) -> None:
    with dashboard(server, tmp_path, "attach", next(iter(server.cloud.active))) as terminal:
        terminal.wait_for("33 jobs: ").keys("v").wait_for("all events, newest first")
        terminal.keys("v").wait_for("SHOTS").keys("G").wait_for("> ormula")
        for number, name in enumerate(list(TEXTS)[:0:-3]):
            job_id = f"job-{name.replace(' ', '-')}"
            if number:
                terminal.keys("k", "k", "k")
            terminal.wait_for(f"> {job_id[-6:]}").keys("enter").wait_for(f" job         {job_id}").wait_for("cost  ")
            # A large screen arrives in parts: what is below the first part may still be the list.
            terminal.wait_for(lambda now: "SHOTS" not in now.text)
            terminal.keys("esc").wait_for("SHOTS").wait_for(f"> {job_id[-6:]}")
        terminal.keys("g", "j", "j", "j").wait_for("> olours").keys("enter").wait_for(" job         job-colours")
        terminal.wait_for(lambda now: "SHOTS" not in now.text)
        terminal.keys(*["pgdn"] * 9)
        terminal.keys("esc").wait_for("SHOTS")
        server.edit = refusing(Endpoint.JOBS, 403, MIXED)
        terminal.keys("r").wait_for("not visible to this key")
        server.edit = refusing(Endpoint.STATUS, 400, MIXED)
        terminal.keys("r").wait_for("IonQ did not accept the request")
        terminal.keys("ctrl+c", "ctrl+c")
        assert terminal.wait_exit() == 0
        done = shown(terminal, "session", "events", "job", "why jobs are hidden", "freshness")
    record_property(*total(done, done))


FILES = {
    "shots": [{"registers": {MIXED[:200]: [0, 1], "c": [1]}}],
    "circuit": [{"gate": MIXED, "target": MIXED, MIXED[:200]: MIXED}, {"gate": "zz", "targets": [0, 1]}],
}


def with_files(endpoint: Endpoint, request: Request, reply: Reply) -> Reply:
    """Give the job files whose names and contents are hostile; the second circuit is a program in plain text."""
    path, texts = request.path, hostile_texts(MIXED)
    if "/artifacts/program" in path:
        return Reply(200, (), (MIXED.encode("utf-8", errors="replace")).replace(b"\0", b""))
    if "/artifacts/" in path:
        return Reply(200, (), json.dumps(FILES).encode())
    if endpoint is Endpoint.OTHER and path.count("/") == 3:
        described = {"id": "native", "format": MIXED, "media_type": "application/json"}
        program = {"id": "program", "format": f"b{MIXED}", "media_type": f"text/plain;{MIXED}"}
        shots = {"id": "shots", "format": f"ionq.result.shots{MIXED}", "media_type": "application/json"}
        output = {"compilation": {"compiled_circuits": {MIXED: described, "program": program}}}
        return Reply(
            200,
            reply.headers,
            json.dumps({**json.loads(reply.body), "results": {"a": shots}, "output": output}).encode(),
        )
    return texts(endpoint, request, reply) if endpoint is Endpoint.WHOAMI else reply


def test_the_files_of_a_job(server: HostileServer, tmp_path: Path, record_property: Record) -> None:
    server.edit = with_files
    with dashboard(server, tmp_path, "attach", next(iter(server.cloud.active))) as terminal:
        terminal.wait_for("3 jobs: ").wait_for("> ").keys("enter").wait_for("by shot     ionq.result.shots")
        for tabs, words in ((1, "SHOT"), (2, "GATE NO."), (3, "LINE")):
            terminal.keys("f").wait_for("Which file of this job?")
            for _ in range(tabs):
                rested(terminal, "tab")
            terminal.keys("enter").wait_for(words)
            terminal.keys("c").wait_for("Copy  ")
            gone(terminal, "Copy  ").keys("w").wait_for("Save this file?")
            gone(gone(terminal, "Save this file?"), words)
        terminal.keys("ctrl+c", "ctrl+c")
        assert terminal.wait_exit() == 0
        done = shown(terminal, "facts of files", "shots", "circuit", "program", "copied", "save dialog")
    record_property(*total(done, done))


def test_what_became_of_a_decision(server: HostileServer, tmp_path: Path, record_property: Record) -> None:
    session_id = next(iter(server.cloud.active))
    with dashboard(server, tmp_path, "attach", session_id) as terminal:
        terminal.wait_for("33 jobs: ").keys("x").wait_for("Cancel 1 job?")
        server.edit, server.deaf = refusing(Endpoint.OTHER, 403, MIXED), frozenset({Endpoint.OTHER})
        rested(terminal, "tab").keys("enter").wait_for("5f9564: not")
        server.edit, server.deaf = refusing(Endpoint.END, 403, MIXED), frozenset({Endpoint.END})
        ended_by_keys(terminal, session_id)
        terminal.wait_for(lambda _: server.count(Endpoint.END) == 1).wait_for("STILL OPEN")
        terminal.keys("ctrl+c", "ctrl+c")
        assert terminal.wait_exit() == 3  # the end is not confirmed
        done = shown(terminal, "cancel dialog", "cancelled", "end dialog", "outcome")
    record_property(*total(done, done))


COMMANDS = (
    ("ls",),
    ("ls", "--all"),
    ("ls", "--json"),
    ("backends",),
    ("backends", "--json"),
    ("show", "ID"),
    ("show", "ID", "--json"),
    ("jobs", "ID"),
    ("jobs", "ID", "--json"),
    ("show", "f" * 20),
    ("open", "qpu.forte-1", "--max-jobs", "1", "--yes"),
    ("end", "ID", "--not-mine", "--yes"),
    ("watch", "ENDED"),
    ("watch", "ENDED", "--json"),
)


@pytest.mark.parametrize("part", range(2))
def test_commands_on_a_terminal(server: HostileServer, tmp_path: Path, record_property: Record, part: int) -> None:
    session_id, ended = list(server.cloud.active)[:2]
    with server.cloud.lock:
        server.cloud.end(server.cloud.sessions[ended], None)
    bad, done = [], 0
    for number, words in enumerate(COMMANDS[part::2]):
        home = tmp_path / str(number)
        arguments = [{"ID": session_id, "ENDED": ended}.get(one, one) for one in words]
        if words[0] in ("open", "end"):
            asked = Endpoint.CREATE if words[0] == "open" else Endpoint.END
            server.edit, server.deaf = refusing(asked, 403, MIXED), frozenset({asked})
        # The cloud's clock stands, so that what ended just now stays so.
        with dashboard(server, home, *arguments, patience="0.05" if words[0] == "watch" else "1") as terminal:
            terminal.wait_exit()
            raw, done = terminal.raw, done + len(TEXTS)
        server.edit = hostile_texts(MIXED)
        text = raw.decode()
        found = ["escape"] * ("\x1b" in text or "\x07" in text) + deceiving(text.replace("\r\n", "\n"))
        if not raw.strip() or "Traceback" in text:
            found.append(text[-500:])
        if "--json" in words and not found:
            said = text[text.index("{") :]  # what could not be read stands before it, on standard error
            json.loads(said.splitlines()[0] if words[0] == "watch" else said)
        log = (home / "log").read_text()
        bad += [f"{' '.join(words)}: {found}"] if found or deceiving(log) else []
    record_property(*total(done - len(bad) * len(TEXTS), done))
    assert not bad, "\n".join(bad)
