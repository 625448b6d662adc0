"""A canary for a key, sung through every kind of failure, and then searched for in all that the runs left behind."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ionq_tui.simulator.clock import FastClock
from ionq_tui.simulator.cloud import SimulatedCloud
from ionq_tui.simulator.http import Reply, Request, respond
from ionq_tui.simulator.random_stream import hashed_id
from ionq_tui.simulator.server import Server
from ionq_tui.simulator.store import Order
from tests.house.echo import FORMS, NAMES, VALUES, Echo
from tests.house.traces import Traces
from tests.terminal.kit import ROOT, Terminal, clean_environment, command, on_live_screen

CANARY = "cAnarY-7Qx2Lw9f-Kd83mPzR-vT5bHn6s-WXYZ"
SABOTEUR = [sys.executable, "-m", "tests.house.saboteur"]
Record = Callable[[str, object], None]


class Moody:
    """The simulated cloud, in one mood at a time; in a bad one it repeats the key it was sent."""

    def __init__(self) -> None:
        self.cloud = SimulatedCloud(FastClock(20.0))
        self.mood = "well"
        self.answered = threading.Event()
        """Set once the sessions were asked for in this mood."""

    def turn(self, mood: str) -> None:
        self.mood = mood
        self.answered.clear()

    def __call__(self, request: Request) -> Reply:
        told = request.headers.get("authorization", "").encode()
        if request.path.endswith("/sessions"):
            self.answered.set()
        match self.mood:
            case "refusing":
                return _reply(401, b'{"message": "no such key: %s", "error": "%s"}' % (told, told))
            case "forbidding":
                return _reply(403, b'{"statusCode": 403, "error": "Forbidden", "message": "%s may not"}' % told)
            case "failing":
                return _reply(500, b"<html>%s</html>" % told)
            case "garbled":
                return _reply(200, b"<html>welcome, %s</html>" % told)
            case "redirecting":
                return _reply(302, b"", ("Location", f"https://elsewhere.example/?{told.decode()}"))
            case "cutting":
                raise ConnectionError
        return respond(self.cloud, request)


def _reply(status: int, body: bytes, *headers: tuple[str, str]) -> Reply:
    return Reply(status, (("Content-Type", "application/json"), *headers), body)


class Stage:
    """A home whose programs all write into the traces."""

    def __init__(self, folder: Path, url: str, record: Record) -> None:
        self.home = folder / "home"
        self.traces = Traces()
        self._record = record
        self.secret = folder / "secret"
        self.secret.write_text(f"{CANARY}\n")
        (self.home / "tmp").mkdir(parents=True)
        self.environment = clean_environment(
            self.home,
            IONQ_API_URL=url,
            IONQ_TUI_PATIENCE="0.1",
            TMPDIR=str(self.home / "tmp"),
            PYTHONPATH=str(ROOT),
            PYTHON_KEYRING_BACKEND="tests.terminal.strange_ring.Refusing",
        )
        config = self.home / ".config" / "ionq-tui"
        config.mkdir(parents=True)
        script = self.home / "give"
        script.write_text(f"#!/bin/sh\nenv >{self.home}/given-environment\ncat {self.secret}\n")
        script.chmod(0o700)
        told = self.home / "tell"
        told.write_text(f"#!/bin/sh\ncat >>{self.home}/events\n")
        told.chmod(0o700)
        (config / "config.toml").write_text(
            f'on_event = "{told}"\n'
            f'[profiles.lab]\nurl = "{url}"\nkey_command = "{script}"\n[profiles.default]\nurl = "{url}"\n'
        )
        self._logs = 0

    def log(self) -> list[str]:
        self._logs += 1
        return ["--log", str(self.home / f"log-{self._logs}")]

    def run(self, *arguments: str, argv: list[str] | None = None, given: str = "", **more: str) -> int:
        """Run a command, and take what it prints."""
        return self.script([*(argv or command()), *self.log(), *arguments], given=given, **more)

    def script(self, argv: list[str], given: str = "", **more: str) -> int:
        """Run a program, and take what it prints."""
        done = subprocess.run(
            argv,
            env={**self.environment, **more},
            cwd=self.home,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.traces.add(f"output of {argv}", done.stdout + done.stderr)
        return done.returncode

    def open(self, *arguments: str, argv: list[str] | None = None, **more: str) -> Terminal:
        ours = {**self.environment, **more}
        return Terminal([*(argv or command()), *self.log(), *arguments], ours, directory=self.home)

    def watched(self, terminal: Terminal) -> None:
        """Take what `ps` tells of every process, and what our children got as environment."""
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.traces.add(str(path), path.read_bytes())
            except OSError:
                continue
        for child in Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text().split():
            self.traces.add(f"environment of a child, {child}", Path(f"/proc/{child}/environ").read_bytes())

    def over(self, terminal: Terminal) -> str:
        """Take all that it wrote, and return its last screen."""
        self.traces.add("terminal", terminal.raw)
        self.traces.add("title", terminal.title)
        for text in terminal.copied:
            self.traces.add("clipboard", text)
        return terminal.raw.decode(errors="replace")

    def search(self) -> None:
        """Search everything, now that the runs are over."""
        self.traces.add_files(self.home)
        search = self.traces.search(CANARY)
        self._record("canary", search)
        assert search["found"] == [], "\n".join(search["found"])
        assert search["places"] > 10


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
def stage(tmp_path: Path, moody: Moody, record_property: Record) -> Iterator[Stage]:
    with Server(moody) as server:
        yield Stage(tmp_path, server.url, record_property)


def asked_anew(terminal: Terminal, moody: Moody, mood: str) -> None:
    """Turn the server's mood, and refresh; pressed while a request is under way, `r` counts as that one."""
    moody.turn(mood)
    for _ in range(40):
        terminal.keys("r")
        if moody.answered.wait(0.5):
            return
    raise AssertionError(f"{mood}: the sessions were not asked for")


def test_the_dashboard_through_every_kind_of_failure(stage: Stage, moody: Moody) -> None:
    with stage.open(IONQ_API_KEY=CANARY) as terminal:
        terminal.wait_for("(environment)").wait_for("live")
        stage.watched(terminal)
        terminal.keys("c").wait_for("enter copies").keys("enter").wait_for("esc closes")
        terminal.wait_for(lambda now: bool(now.copied)).keys("esc")
        terminal.wait_for(lambda now: "esc closes" not in now.text)
        for mood in ("failing", "garbled", "redirecting", "cutting", "refusing"):
            asked_anew(terminal, moody, mood)
        terminal.wait_for("API KEY")
        terminal.paste(CANARY).wait_for("•••••••").keys("enter")
        terminal.wait_for(lambda now: now.text.count("refused") == 2)
        moody.turn("well")
        terminal.paste(CANARY).wait_for("•••••••").keys("enter")
        terminal.wait_for(lambda now: "API KEY" not in now.text and "live" in now.lines[0])
        asked_anew(terminal, moody, "forbidding")
        terminal.wait_for("not enabled").keys("ctrl+c")
        assert terminal.wait_exit() == 0
        stage.over(terminal)
    stage.search()


def test_a_typed_key_that_cannot_be_kept_and_its_picture(stage: Stage) -> None:
    with stage.open(argv=[*SABOTEUR, "picture"]) as terminal:
        terminal.wait_for("keep it").paste(CANARY).wait_for("•••••••")
        terminal.type("\x1bOQ").wait_for(lambda _: (stage.home / "picture.svg").exists())
        terminal.keys("tab").wait_for("? help").keys("space").wait_for("X").keys("shift+tab")
        terminal.wait_for(lambda now: "? help" not in now.text).keys("enter").wait_for("in memory only")
        terminal.wait_for("live").keys("ctrl+c")
        assert terminal.wait_exit() == 0
        stage.over(terminal)
    stage.search()


@pytest.mark.parametrize(
    ("broken", "words"),
    [("transport", "RuntimeError: illegal header value"), ("widget", "ValueError: cannot paint")],
)
def test_a_crash(stage: Stage, broken: str, words: str) -> None:
    with stage.open(argv=[*SABOTEUR, broken], IONQ_API_KEY=CANARY) as terminal:
        assert terminal.wait_exit() == 1
        report = stage.over(terminal)
        assert not terminal.alternate
    assert words in report
    assert "••••WXYZ" in report
    assert "this is a bug in ionq-tui" in report
    stage.search()


def test_a_crash_on_the_key_screen(stage: Stage) -> None:
    with stage.open(argv=[*SABOTEUR, "key-screen"]) as terminal:
        terminal.wait_for("API KEY").paste(CANARY).wait_for("•••••••").keys("enter")
        assert terminal.wait_exit() == 1
        report = stage.over(terminal)
        assert not terminal.alternate
    assert "LookupError: what is ••••?" in report
    stage.search()


def test_a_crash_tells_which_sessions_go_on(stage: Stage, moody: Moody) -> None:
    moody.cloud.sessions.clear()
    moody.cloud.active.clear()
    with stage.open(argv=[*SABOTEUR, "live"], IONQ_API_KEY=CANARY) as terminal:
        terminal.wait_for("(environment)").wait_for("live").keys("b").wait_for("> qpu.forte-1").keys("enter")
        terminal.wait_for("NEW SESSION on qpu.forte-1").type("10").keys("tab").type("60").keys("tab", "tab")
        terminal.wait_for('"duration_limit_min": 60')
        terminal.keys("tab", "tab")  # past the label and Back
        terminal.wait_quiet(0.5).keys("enter").wait_for(lambda _: bool(moody.cloud.sessions))
        [opened] = moody.cloud.sessions
        terminal.wait_for(lambda now: opened in now.text and on_live_screen(now))
        terminal.type("\x1bOQ")
        assert terminal.wait_exit() == 1
        report = stage.over(terminal)
        assert not terminal.alternate
    assert "OSError: cannot show ••••WXYZ" in report
    assert f"left running: {opened}" in report
    assert f"ionq-tui attach {opened}" in report
    stage.search()


def test_the_commands(stage: Stage, moody: Moody) -> None:
    limits = ["qpu.forte-1", "--max-jobs", "3", "--yes"]
    assert stage.run("open", *limits, "--label", "canary", IONQ_API_KEY=CANARY) == 0
    assert stage.run("end", "--all-here", "--yes", IONQ_API_KEY=CANARY) == 0
    # The key in the environment is another organisation's here; neither key command nor command get it.
    child = ["env"]
    assert stage.run("--profile", "lab", "auth", "status", IONQ_API_KEY=CANARY) == 0
    assert "PATH=" in (stage.home / "given-environment").read_text()
    assert stage.run("--profile", "lab", "run", *limits, "--", *child) == 0
    assert stage.run("auth", "login", given=f"{CANARY}\n") == 1
    assert stage.run("ls", argv=[*SABOTEUR, "transport"], IONQ_API_KEY=CANARY) == 1
    assert stage.run("doctor", IONQ_API_KEY=CANARY) == 0
    assert stage.run("--profile", "lab", "doctor", IONQ_API_KEY=CANARY) == 0
    moody.turn("failing")
    assert stage.run("ls", IONQ_API_KEY=CANARY) == 1
    assert stage.run("doctor", IONQ_API_KEY=CANARY) == 1
    moody.turn("refusing")
    assert stage.run("open", *limits, IONQ_API_KEY=CANARY) == 1
    stage.search()


@pytest.fixture
def echo() -> Echo:
    return Echo(CANARY)


@pytest.fixture
def echoed(tmp_path: Path, echo: Echo, record_property: Record) -> Iterator[Stage]:
    with Server(echo) as server:
        yield Stage(tmp_path, server.url, record_property)


def busiest(echo: Echo) -> str:
    """Return the id of the session with most jobs."""
    jobs = [job.session_id for job in echo.cloud.jobs.values() if job.session_id in echo.cloud.active]
    return max(echo.cloud.active, key=jobs.count)


_DEEPEST = 8
"""Screens, dialogs and filters between the session list and the deepest place of a walk."""


@pytest.mark.timeout(240)  # through every screen and dialog
def test_a_key_in_every_text_of_every_reply_to_the_dashboard(echoed: Stage, echo: Echo) -> None:
    short = busiest(echo)[-6:]
    with echoed.open(IONQ_API_KEY=CANARY) as terminal:
        terminal.wait_for("(environment)").wait_for("live").wait_for("••••WXYZ")
        terminal.keys("a").wait_for("ended").wait_for(" ended ")
        terminal.keys("/").type(short).keys("enter").wait_for(f"> {short}").keys("enter").wait_for("row 1 of ")
        terminal.keys("v").wait_for("all events")
        for _ in range(20):
            if "failed: " in terminal.text:
                break
            terminal.keys("pgdn").wait_quiet(0.2)
        terminal.wait_for("failed: ").keys("v").wait_for("row 1 of ")
        terminal.keys("p").wait_for("JOB MODEL").keys("esc").wait_for("row 1 of ")
        terminal.keys("/").type("completed").keys("enter").wait_for('match "completed"').wait_quiet(0.3)
        terminal.keys("enter").wait_for("result of")
        for form in (1, 2):
            terminal.keys("w").wait_for("Save the result").keys(*["tab"] * form).wait_quiet(0.5)
            terminal.keys("enter").wait_for(lambda _, form=form: saved(echoed) == form)  # type: ignore[misc]
        terminal.keys("c").wait_for("enter copies").keys("enter").wait_for(lambda now: bool(now.copied))
        for spared, words in (((VALUES,), " ••WXYZ "), ((), " starte… ")):
            echo.spared = spared
            for _ in range(_DEEPEST):
                if "OWNER" in terminal.text:  # a column of the session list alone
                    break
                terminal.keys("esc").wait_quiet(0.5)
            terminal.wait_for("OWNER").keys("r").wait_for(words)
        echo.spared = (NAMES, VALUES)
        terminal.keys("r").wait_for("live").keys("ctrl+c")
        assert terminal.wait_exit() == 0
        echoed.over(terminal)
    assert "••••WXYZ" in (echoed.home / next(echoed.home.glob("ionq-job-*.json"))).read_text("unicode_escape")
    echoed.search()


def saved(stage: Stage) -> int:
    """Tell how many results were saved and are whole."""
    return sum(bool(path.stat().st_size) for path in stage.home.glob("ionq-job-*"))


def test_a_key_in_every_text_of_every_reply_to_an_opening(echoed: Stage, echo: Echo) -> None:
    """What is opened, what happens in it and how it ends is kept in the journal, and a command is told of it."""
    echo.cloud.sessions.clear()
    echo.cloud.active.clear()
    with echoed.open(IONQ_API_KEY=CANARY) as terminal:
        terminal.wait_for("(environment)").wait_for("live").keys("b").wait_for("> qpu.forte-1").keys("enter")
        terminal.wait_for("NEW SESSION on qpu.forte-1").type("99").keys("tab").type("60").keys("tab", "tab")
        terminal.wait_for('"duration_limit_min": 60').keys("tab", "tab")
        terminal.wait_quiet(0.5).keys("enter").wait_for("CREATED")
        (opened,) = echo.cloud.sessions
        with echo.cloud.lock:
            echo.cloud.submit(CALLER, Order("qpu.forte-1", name="mine", session_id=opened), FATE)
        terminal.wait_for(lambda _: "job failed" in events(echoed)).keys("e").wait_for("Keep running")
        terminal.keys("tab").wait_quiet(0.5).keys("enter").wait_for("ENDED")
        terminal.keys("ctrl+c")
        assert terminal.wait_exit() == 0
        echoed.over(terminal)
    assert "WXYZ" in events(echoed) and b"WXYZ" in (journal := journals(echoed)) and FATE[1].encode() in journal
    echoed.search()


CALLER = hashed_id("creator", CANARY)
FATE = ("PreflightError", "calibration drifted")


def events(stage: Stage) -> str:
    """Return what the command of the user was told."""
    path = stage.home / "events"
    return path.read_text() if path.exists() else ""


def journals(stage: Stage) -> bytes:
    """Return what is kept on disk, the journal."""
    return b"".join(path.read_bytes() for path in stage.home.rglob("journal.sqlite3"))


def test_a_key_in_every_text_of_every_reply_to_the_commands(echoed: Stage, echo: Echo) -> None:
    session_id, limits = busiest(echo), ["qpu.forte-1", "--max-jobs", "3", "--yes"]
    ended = next(one for one in echo.cloud.sessions if one not in echo.cloud.active)
    for spared in ((NAMES, VALUES), (VALUES,), ()):
        echo.spared = spared
        for words in (
            *(["backends"], ["ls"], ["ls", "--all", "--json"], ["show", session_id], ["show", session_id, "--json"]),
            *(["show", session_id, "--markdown"], ["jobs", session_id], ["jobs", session_id, "--json"]),
            *(["open", *limits], ["open", *limits, "--json"], ["run", *limits, "--", "true"], ["id"], ["answer"]),
            *(["watch", ended], ["watch", ended, "--json"], ["auth", "status"], ["end", "--all-here", "--yes"]),
            *(["doctor", "--json"], ["show", "nothing-there"]),
        ):
            code = echoed.run(*words, IONQ_API_KEY=CANARY)
            assert code == (1 if words[-1] == "nothing-there" else 0) or len(spared) < 2, words
        assert echoed.run("auth", "login", given=f"{CANARY}\n") == 1
    echoed.search()


SCRIPT = """
import asyncio, logging, sys, traceback
logging.basicConfig(level=logging.DEBUG)
from itertools import islice
from ionq_tui import IonQClient, IonQError, SessionManager

def tried(call):
    try:
        print(call())
    except IonQError as error:
        traceback.print_exc()
        print(repr(error), vars(error))

with IonQClient() as client:
    for call in (client.whoami, client.backends, client.sessions, lambda: client.session("nothing-there"),
                 lambda: list(islice(client.session_jobs(sys.argv[1]), 5)),
                 lambda: [client.job_cost(job.id) for job in islice(client.session_jobs(sys.argv[1]), 5)]):
        tried(call)

    def opened():
        with SessionManager(client, "qpu.forte-1", max_jobs=3) as session:
            return session.details(), session.status(), session.remaining(), session.limit_mismatch

    tried(opened)
    for path in ("/whoami", "/sessions", "/nothing-there"):
        tried(lambda: [(raw := client.get_httpx_client().get(path)).text, raw.json(), raw.headers.raw, raw.content])
    with client.get_httpx_client().stream("GET", "/sessions") as raw:
        print(raw.headers.raw)

async def main():
    async with IonQClient() as client:
        raw = await client.get_async_httpx_client().get("/sessions")
        print(raw.text, raw.headers.raw, await client.async_sessions())

try:
    asyncio.run(main())
except IonQError:
    traceback.print_exc()
"""


def test_a_key_in_every_text_of_every_reply_to_a_script(echoed: Stage, echo: Echo) -> None:
    (echoed.home / "script.py").write_text(SCRIPT)
    for spared in ((NAMES, VALUES), (VALUES,), ()):
        echo.spared = spared
        argv = [sys.executable, str(echoed.home / "script.py"), busiest(echo)]
        assert echoed.script(argv, IONQ_API_KEY=CANARY) == 0
    echoed.search()


@pytest.mark.parametrize(
    "written",
    [
        *(form(CANARY).encode() for form in FORMS),
        CANARY.encode(),
        b"..." + CANARY[:18].encode(),
        CANARY[17:-4].encode(),
        CANARY.encode("utf-16"),
        CANARY.encode().hex().encode(),
        base64.b64encode(b"apiKey " + CANARY.encode()),
        base64.b64encode(b"x" + CANARY.encode()),
        f"{CANARY[:6]}\x1b[1;31m{CANARY[6:]}".encode(),
    ],
)
def test_the_search_finds_it_in_every_form(written: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(os.urandom(100) + written + os.urandom(100))
    traces = Traces()
    traces.add_files(tmp_path)
    assert traces.search(CANARY)["found"] != []
    traces = Traces()
    traces.add("masked", "••••WXYZ")
    assert traces.search(CANARY)["found"] == []
