"""However large a reply, the process grows by less than 40 MB; however long a list, it comes to an end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from ionq_tui.api import decode
from ionq_tui.api.client import IonQClient
from ionq_tui.api.errors import IonQError
from ionq_tui.api.reply import MAX_BYTES
from ionq_tui.cli.main import main
from ionq_tui.simulator.http import Reply, Request
from tests.hostile.replies import SIZES, Spoiled
from tests.hostile.server import Endpoint, HostileServer, with_body
from tests.hostile.world import KEY, ROOT, connected, environment, hostile_server, watching

MOST_GROWTH = 40_000_000


def _filled(first: bytes, one: bytes, last: bytes) -> Callable[[bytes], bytes]:
    body = first + one * ((MAX_BYTES - len(first) - len(last) - 8) // len(one)) + last
    return lambda _: body


def _nested(begin: bytes, last: bytes, end: bytes) -> Callable[[bytes], bytes]:
    """Write what takes the most room of all that is too short to be counted."""
    one = begin * 500 + last + end * 500
    body = b"[" + b",".join([one] * ((decode._UNCOUNTED_BYTES - 2) // (len(one) + 1))) + b"]"
    return lambda _: body


ROOMY = (
    *(one for one in SIZES if not one.read),
    Spoiled("empty lists up to the cap", with_body(_filled(b'{"sessions":[', b"[],", b"0]}"))),
    Spoiled("empty objects up to the cap", with_body(_filled(b'{"sessions":[', b"{},", b"0]}"))),
    Spoiled("nested lists that are not counted", with_body(_nested(b"[", b"", b"]"))),
    Spoiled("nested objects that are not counted", with_body(_nested(b'{"":', b"0", b"}"))),
    Spoiled("fractions up to the cap", with_body(_filled(b'{"sessions":[', b"1.5,", b"0]}"))),
    Spoiled("long fractions up to the cap", with_body(_filled(b'{"sessions":[', b"1." + b"7" * 28 + b",", b"0]}"))),
    Spoiled("short texts up to the cap", with_body(_filled(b'{"sessions":[', b'"ab",', b"0]}"))),
    Spoiled("one wide text up to the cap", with_body(_filled(b'{"a":"', "\U0001f600".encode(), b'"}'))),
    Spoiled("bytes that are no text up to the cap", with_body(_filled(b'{"a":"', b"\xff", b'"}'))),
    Spoiled("digits up to the cap", with_body(_filled(b'{"a":', b"9", b"}"))),
)
PROGRAM = """
import asyncio, json, resource, sys
from ionq_tui.wiring import Wiring
from ionq_tui.settings import NO_FLAGS, load_settings
import os, pathlib
def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) * 1024
async def run():
    wiring = Wiring(load_settings(NO_FLAGS, os.environ, pathlib.Path(os.environ["HOME"])))
    engine = await wiring.connect(await wiring.find_key())
    for line in sys.stdin:
        open("/proc/self/clear_refs", "w").write("5")
        before = peak()
        fault = await engine.session_list.refresh()
        print(json.dumps([peak() - before, fault is not None]), flush=True)
    await engine.close()
asyncio.run(run())
"""


def test_no_reply_makes_the_process_large(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    large = []
    with hostile_server() as server:
        told = environment(server, tmp_path, PATH="/usr/bin:/bin", PYTHONPATH=str(ROOT), IONQ_TUI_PATIENCE="1")
        child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], env=told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert child.stdin is not None
        assert child.stdout is not None
        with child:
            for spoiled in (None, None, *ROOMY):
                if spoiled is not None:
                    server.spoil(Endpoint.LIST, spoiled.write)
                child.stdin.write("\n")
                child.stdin.flush()
                growth, fault = json.loads(child.stdout.readline())
                if spoiled is not None and (growth > MOST_GROWTH or not fault):
                    large.append(f"{spoiled.name}: {growth / 1e6:.0f} MB more, {'said' if fault else 'not said'}")
            child.stdin.close()
        assert child.returncode == 0
    record_property("total", ("hostile replies", len(ROOMY) - len(large), len(ROOMY)))
    assert not large, "\n".join(["", *large])


class Pages:
    """A list of jobs whose cursors repeat, or never end, with the same jobs, without any, or always with new ones."""

    def __init__(self, repeating: bool, jobs: str) -> None:
        self.repeating = repeating
        self.jobs = jobs
        self.asked = 0

    def __call__(self, endpoint: Endpoint, request: Request, reply: Reply) -> Reply:
        if endpoint is not Endpoint.JOBS:
            return reply
        self.asked += 1
        told = json.loads(reply.body) if reply.status == 200 else {"jobs": []}
        fresh = [{"id": f"job-{self.asked}-{number}", "status": "completed"} for number in range(1_000)]
        jobs = {"same": told["jobs"], "none": [], "new": fresh}[self.jobs]
        cursor = "again" if self.repeating else f"cursor-{self.asked}"
        return Reply(200, reply.headers, json.dumps({"jobs": jobs, "next": cursor}).encode())


PAGES = [(True, "same"), (True, "none"), (False, "same"), (False, "none"), (False, "new")]


@pytest.fixture(params=PAGES, ids=lambda one: f"{'the same cursor' if one[0] else 'new cursors'}, {one[1]} jobs")
def pages(request: pytest.FixtureRequest) -> Pages:
    return Pages(*request.param)


@pytest.fixture
def server(pages: Pages) -> Iterator[HostileServer]:
    with hostile_server() as running:
        running.edit = pages
        yield running


async def test_a_screen_reads_no_list_without_an_end(server: HostileServer, pages: Pages, tmp_path: Path) -> None:
    async with (
        connected(server, tmp_path, interval=0.01) as engine,
        watching(engine, next(iter(server.cloud.active))) as looker,
    ):
        watch = await looker.until(lambda watch: watch.jobs_fault is not None)
        assert watch.jobs_fault is not None
        asked, held = pages.asked, len(watch.jobs)
        assert held <= 100_000
        server.behave()
        watch = await looker.until(lambda watch: watch.jobs_fault is None and watch.all_listed)
        assert watch.jobs_fault is None
        assert watch.session is not None
        assert asked < 1_100


def test_a_command_reads_no_list_without_an_end(
    server: HostileServer,
    pages: Pages,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Nothing hangs here, and on a busy machine a page may take longer than the short time-outs of these tests.
    for name, value in environment(server, tmp_path, IONQ_TUI_PATIENCE="1").items():
        monkeypatch.setenv(name, value)
    code = main(["jobs", next(iter(server.cloud.active)), "--json"])
    out, err = capsys.readouterr()
    assert "list of jobs" in err
    assert (code, out) == (1, "")


def test_the_library_reads_no_list_without_an_end(server: HostileServer, pages: Pages) -> None:
    with IonQClient(api_key=KEY, base_url=server.url) as client:
        jobs = client.session_jobs(next(iter(server.cloud.active)))
        if pages.jobs == "new":  # read for as long as they are wanted
            assert len({job.id for job in islice(jobs, 1_000)}) == 1_000
            return
        with pytest.raises(IonQError, match="list of jobs"):
            list(jobs)
