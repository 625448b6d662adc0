"""doctor: what works here, told without a secret, without a change, and without waiting for what does not answer."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import keyring
import pytest

from ionq_tui.journal.schema import STEPS
from ionq_tui.simulator.http import Reply, Request
from tests.cli.conftest import Shell
from tests.cli.ring import Memory
from tests.cli.site import KEY, ROOT, Site, Told
from tests.house.held_port import refused_url
from tests.house.listener import Listener, certified, reply
from tests.house.network_settings import VARIABLES
from tests.house.tunnel import HttpTunnel
from tests.terminal.kit import clean_environment, command
from tests.terminal.strange_ring import Sleeping

Found = Mapping[str, tuple[str, str, str]]
"""Status, words, and fix of each check."""


@pytest.fixture(autouse=True)
def unhurried(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_TUI_PATIENCE", "1")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ring() -> Iterator[Memory]:
    before, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def found_in(told: Told) -> Found:
    """The checks of a JSON report."""
    ours = told.json["ionq_tui"]
    assert ours["schema_version"] == 1
    assert told.code == (0 if ours["all_well"] else 1)
    checks = {one["name"]: (one["status"], one["says"], one["fix"] or "") for one in ours["checks"]}
    assert len(checks) == len(ours["checks"])
    for status, says, fix in checks.values():
        assert says and (fix or status in ("ok", "skipped")) and "\n" not in says + fix
    assert ours["all_well"] is all(status != "problem" for status, _, _ in checks.values())
    return checks


@pytest.fixture
def doctor(shell: Shell) -> Callable[..., Found]:
    return lambda *argv: found_in(shell("doctor", "--json", *argv))


Doctor = Callable[..., Found]


def left_in(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Name, mode and contents of everything in a folder."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*")
    }


def config(home: Path, text: str, mode: int = 0o600) -> Path:
    path = home / "config" / "ionq-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def journal(home: Path) -> Path:
    """An empty folder for the journal, and the journal's path in it."""
    folder = home / "state" / "ionq-tui"
    folder.mkdir(parents=True, mode=0o700)
    return folder / "journal.sqlite3"


def test_all_is_well(site: Site, shell: Shell, doctor: Doctor, home: Path) -> None:
    site.colleague()
    before = left_in(home)
    checks = doctor()
    assert {name for name, (status, _, _) in checks.items() if status != "ok"} <= {"terminal.type"}
    assert checks["program.packages"][1].startswith("ionq-tui ") and "textual 8." in checks["program.packages"][1]
    assert checks["key.source"][1] == f"IONQ_API_KEY (environment), for {site.server.url.removesuffix('/v0.4')}"
    assert checks["network.http"][1].startswith("GET /backends: ")
    assert checks["network.version"][1] == "API v0.4"
    assert checks["api.key"][1].startswith('accepted: "') and f"project {site.cloud.project_id}" in checks["api.key"][1]
    assert checks["api.sessions"][1] == f"enabled: 1 active in organization {site.cloud.organization_id}"
    assert checks["api.clock"][0] == "ok"
    assert site.changing == [] and sorted(set(site.asked)) == ["GET /backends", "GET /sessions", "GET /whoami"]
    assert left_in(home) == before == {}
    told = shell("doctor")
    assert (told.code, told.err) == (0, "")
    for name, (status, says, fix) in checks.items():
        if "ms" not in says:  # the times differ
            group, _, rest = name.partition(".")
            assert f"\n{group}\n" in told.out
            assert f"  {status:<9}{rest:<14}{says}\n" + (f"{' ' * 11}fix: {fix}\n" if fix else "") in told.out
    assert told.out.splitlines()[-1].startswith("no problems")


def test_a_refused_key(site: Site, doctor: Doctor) -> None:
    site.instead = lambda request: (
        None if request.path.endswith("/backends") else _error(401, '{"statusCode": 401, "message": "invalid key"}')
    )
    checks = doctor()
    assert checks["network.http"][0] == "ok"
    status, says, fix = checks["api.key"]
    assert status == "problem" and "refused this API key" in says and "HTTP 401" in says
    assert fix == "the key comes from IONQ_API_KEY: set another one in it, or unset it and run ionq-tui auth login"
    assert "IONQ_API_KEY" in fix and "auth login" in fix
    assert checks["api.sessions"][0] == "skipped"


def test_sessions_that_are_not_enabled(site: Site, doctor: Doctor) -> None:
    body = '{"statusCode": 403, "error": "Forbidden", "message": "sessions are a beta feature"}'
    site.instead = lambda request: _error(403, body) if request.path.endswith("/sessions") else None
    checks = doctor()
    assert checks["api.key"][0] == "ok"
    status, says, fix = checks["api.sessions"]
    assert status == "problem" and "not enabled for this organization" in says
    assert '"sessions are a beta feature"' in says and "support@ionq.com" in fix


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((503, '{"statusCode": 503, "error": "Unavailable", "message": "moving"}'), 'server error ("moving")'),
        ((403, "<html><title>Corporate gateway</title></html>"), 'a page titled "Corporate gateway"'),
        ((200, "<html><title>Welcome to the hotel</title></html>"), 'a page titled "Welcome to the hotel"'),
        ((200, "\x1b]0;gotcha\x07 not JSON"), "could not be read"),
        ((429, '{"message": "slow down"}'), "limiting the rate"),
    ],
    ids=["503", "gateway", "portal", "garbage", "429"],
)
def test_a_server_that_answers_something_else(site: Site, doctor: Doctor, answer: tuple[int, str], words: str) -> None:
    site.instead = lambda _: _error(*answer)
    checks = doctor()
    assert checks["network.tcp"][0] == "ok"
    for name in ("network.http", "api.key", "api.sessions"):
        status, says, fix = checks[name]
        assert status == "problem" and fix and "\x1b" not in says
    assert words in checks["network.http"][1]


def test_a_url_of_another_version(site: Site, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_API_URL", site.server.url.replace("v0.4", "v0.3"))
    status, _, fix = doctor()["network.http"]
    assert status == "problem" and "/v0.4" in fix and "qiskit" in fix


def _error(status: int, body: str) -> Reply:
    return Reply(status, (("Content-Type", "application/json"),), body.encode())


def test_nobody_listens(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_API_URL", f"{refused_url()}/v0.4")
    monkeypatch.setenv("IONQ_API_KEY", KEY)
    checks = doctor()
    status, says, fix = checks["network.tcp"]
    assert status == "problem" and "onnection refused" in says and "IONQ_API_URL" in fix
    for name in ("network.tls", "network.http", "network.version", "api.key", "api.sessions", "api.clock"):
        assert checks[name][0] == "skipped"
    assert checks["key.source"][0] == "ok"


def test_a_name_that_is_unknown(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # no test asks a real name server
    monkeypatch.setenv("IONQ_API_URL", "https://api.ionq.invalid/v0.4")
    checks = doctor()
    status, says, fix = checks["network.dns"]
    assert status == "problem" and "api.ionq.invalid" in says and "Name or service not known" in says
    assert "HTTPS_PROXY" in fix
    assert {checks[name][0] for name in ("network.tcp", "network.tls", "network.http")} == {"skipped"}


def test_what_never_answers_is_given_up(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_TUI_PATIENCE", "0.25")
    monkeypatch.setenv("IONQ_API_KEY", KEY)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}/v0.4"
        monkeypatch.setenv("IONQ_API_URL", f"http://{place}")
        began = time.monotonic()
        checks = doctor()
        assert checks["network.http"][0] == "problem" and "in time" in checks["network.http"][1]
        assert checks["api.key"][0] == "skipped"
        monkeypatch.setenv("IONQ_API_URL", f"https://{place}")
        assert doctor()["network.tls"][0] == "problem"
    never = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: never.wait())
    status, says, _ = doctor()["network.dns"]
    assert status == "problem" and "no answer within 1 s" in says
    assert time.monotonic() - began < 20
    never.set()


def test_the_whole_is_given_up_too(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_API_KEY", KEY)
    monkeypatch.setattr("ionq_tui.cli.doctor.command.WHOLE", 2.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("IONQ_API_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/v0.4")
        checks = doctor()
    assert checks["network.time"][0] == "problem" and checks["key.source"][0] == "ok"
    assert checks["api.key"][0] == "skipped"


def test_a_keyring_that_hangs_does_not_hang_this(site: Site, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(Sleeping())  # type: ignore[no-untyped-call]
    try:
        status, says, _ = doctor()["key.keyring"]
        assert status == "ok" and "not asked" in says  # with a key in the environment it is not asked at all
        monkeypatch.delenv("IONQ_API_KEY")
        began = time.monotonic()
        checks = doctor()
        assert time.monotonic() - began < 15
    finally:
        keyring.set_keyring(before)
    status, says, fix = checks["key.keyring"]
    assert status == "problem" and "did not answer within 3 s" in says and "IONQ_API_KEY" in fix
    assert checks["key.source"][0] == "problem"
    assert checks["network.http"][0] == "ok" and checks["api.key"][0] == "skipped"


def test_a_keyring_that_hangs_before_it_has_a_name(site: Site, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(keyring, "get_keyring", never.wait)
    status, says, _ = doctor()["key.keyring"]
    assert status == "ok" and "did not answer within 3 s" in says
    never.set()


def test_a_process_with_a_hanging_keyring_ends(site: Site, home: Path) -> None:
    more = {
        "PYTHON_KEYRING_BACKEND": "tests.terminal.strange_ring.Sleeping",
        "PYTHONPATH": str(ROOT),
        "IONQ_API_URL": site.server.url,
    }
    done = subprocess.run(
        [*command(), "doctor"], env=clean_environment(home, **more), capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1 and "did not answer within 3 s" in done.stdout and done.stderr == ""


def test_the_key_of_the_keyring(site: Site, doctor: Doctor, ring: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IONQ_API_KEY")
    checks = doctor()
    assert checks["key.source"][0] == "problem" and "no API key for profile default" in checks["key.source"][1]
    assert "auth login" in checks["key.source"][2] and checks["key.keyring"][0] == "ok"
    host = site.server.url.removesuffix("/v0.4")
    ring.held["ionq-tui", "default"] = f"key for {host}: {KEY}"
    checks = doctor()
    assert checks["key.source"][1] == f"keyring, profile default, for {host}"
    assert checks["api.key"][0] == "ok"
    ring.held["ionq-tui", "default"] = f"key for https.example: {KEY}"
    checks = doctor()
    assert checks["key.keyring"][0] == "note" and "https.example" in checks["key.keyring"][1]
    assert checks["api.key"][0] == "skipped"


def test_what_a_source_is_passed_over_for(
    site: Site, doctor: Doctor, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = site.server.url
    config(home, f'[profiles.lab]\nurl = "{url}"\nkey_command = "printf {KEY}"\n')
    says = doctor("--profile", "lab")["key.source"][1]
    assert says.startswith("key command (printf) of profile lab, for http://127.0.0.1:")
    assert says.endswith("; IONQ_API_KEY is set, but ignored because profile lab was given")
    monkeypatch.setenv("IONQ_TUI_PROFILE", "lab")
    says = doctor()["key.source"][1]
    assert says.startswith("IONQ_API_KEY (environment)") and "the key command of profile lab is not run" in says


CANARY = "cAnarY-9Kx4Lw2f-Md71nQzS-wU6cJo0t-STUV"
PASSWORD = "half-of-the-pr0xy-passw0rd"


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize(
    "key_command",
    ["printf {}", "sh -c 'echo {}; exit 3'", "{}", "no-such-program --token {}", "sh -c 'echo {}", "false {}"],
)
def test_there_is_no_secret_in_it(
    site: Site, shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch, key_command: str, form: tuple[str, ...]
) -> None:
    """With the key in the environment, in a key command, in what the server says, and a password in each proxy."""

    def echo(request: Request) -> Reply:
        said = request.headers.get("authorization", "") or CANARY
        return _error(500, json.dumps({"statusCode": 500, "error": said, "message": f"{said} %s" % CANARY}))

    site.instead = echo
    other = f"oThEr{len(key_command)}-3Bv8Ns1d-Qz62GkXm-aR4jWp7t-MNOP"  # one that this process has not used before
    text = f'[profiles.lab]\nurl = "{site.server.url}"\nkey_command = {json.dumps(key_command.format(other))}\n'
    config(home, text)
    monkeypatch.setenv("IONQ_API_KEY", CANARY)
    for name in ("HTTPS_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{PASSWORD}:{PASSWORD}@127.0.0.1:1")
    monkeypatch.setenv("TERM", CANARY)
    for url in (site.server.url, "https://api.ionq.invalid/v0.4"):
        monkeypatch.setenv("IONQ_API_URL", url)
        for profile in ((), ("--profile", "lab")):
            told = shell("doctor", *form, *profile)
            assert told.code == 1 and "Traceback" not in told.err
            for secret in (CANARY[:18], CANARY[18:-4], other[:18], other[18:-4], PASSWORD, str(home)):
                assert secret.casefold() not in (told.out + told.err).casefold()


def test_the_proxy_is_told_without_its_password(doctor: Doctor, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, authority = certified(home / "tls", "api.ionq.invalid")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setenv("IONQ_API_URL", "https://api.ionq.invalid/v0.4")
    monkeypatch.setenv("IONQ_API_KEY", KEY)
    backends = reply("200 OK", b"[]", f"Date: {format_datetime(datetime.now(UTC), usegmt=True)}")
    with Listener(backends, tls) as server, HttpTunnel(server.port, "me", PASSWORD) as tunnel:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@127.0.0.1:{tunnel.port}")
        checks = doctor()
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:not-{PASSWORD}@127.0.0.1:{tunnel.port}")
        refused = doctor()
    assert checks["network.proxy"] == ("ok", f"the proxy http://127.0.0.1:{tunnel.port} of HTTPS_PROXY", "")
    assert checks["network.settings"][1] == "certificates: SSL_CERT_FILE=~/tls/authority.pem"
    assert "behind the proxy" in checks["network.tls"][1]
    assert checks["network.http"][1].startswith("GET /backends: 0 backends in ")
    assert refused["network.http"][0] == "problem" and "through the proxy" in refused["network.http"][1]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SSL_CERT_FILE", "/no/such.pem", "no such file"),
        ("SSL_CERT_FILE", "/dev/zero", "is not a regular file"),
        ("SSL_CERT_FILE", "/proc/kmsg", "is not a regular file"),
        ("HTTPS_PROXY", f"http://me:{PASSWORD}@[::1", "no usable host and port"),
        ("ALL_PROXY", "ftp://127.0.0.1:1", "not one of http"),
    ],
)
def test_settings_with_which_nothing_can_be_sent(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv("IONQ_API_URL", "https://api.ionq.invalid/v0.4")
    monkeypatch.setenv(name, value)
    checks = doctor()
    status, says, fix = checks["network.settings"]
    assert status == "problem" and words in says and name in says and name in fix and PASSWORD not in says
    assert checks["network.http"][0] == "skipped"


def test_the_certificate(doctor: Doctor, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, authority = certified(home / "tls", "127.0.0.1")
    monkeypatch.setenv("IONQ_API_KEY", KEY)
    with Listener(reply("200 OK", b"[]"), tls) as server:
        monkeypatch.setenv("IONQ_API_URL", server.url)
        status, says, fix = doctor()["network.tls"]
        assert status == "problem" and "cannot be trusted" in says and "SSL_CERT_FILE" in fix and server.heard == b""
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        checks = doctor()
    assert checks["network.tls"][0] == "ok" and "certificate by An Authority Of Nobody" in checks["network.tls"][1]
    assert checks["network.http"][0] == "ok"


@pytest.mark.parametrize(
    ("ahead", "status", "words"),
    [
        (0, "ok", "agrees"),
        (7290, "note", "2 h 1 min slow"),
        (-7290, "note", "2 h 1 min fast"),
        (None, "skipped", "no reply"),
    ],
)
def test_the_clock(doctor: Doctor, monkeypatch: pytest.MonkeyPatch, ahead: int | None, status: str, words: str) -> None:
    date = [] if ahead is None else [format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)]
    with Listener(reply("200 OK", b"[]", *(f"Date: {one}" for one in date))) as server:
        monkeypatch.setenv("IONQ_API_URL", server.url)
        told = doctor()["api.clock"]
    assert told[0] == status and words in told[1]


@pytest.mark.parametrize("text", ["profile = [", 'profile = "nowhere"', "poll_interval = 0.1", 'poll = "x"'])
def test_a_configuration_that_cannot_be_used(site: Site, doctor: Doctor, home: Path, text: str) -> None:
    keys = list[str]()
    site.instead = lambda request: keys.extend(filter(None, [request.headers.get("authorization")]))
    path = config(home, text)
    checks = doctor()
    status, says, _ = checks["files.config"]
    assert status == "problem" and "~/config/ionq-tui/config.toml" in says
    assert checks["key.source"][0] == checks["api.key"][0] == "skipped"
    assert checks["network.http"][0] == checks["files.state"][0] == "ok"
    assert keys == [] and path.read_text() == text


def test_a_url_that_cannot_be_used(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _no_network)
    monkeypatch.setenv("IONQ_API_URL", "http://api.ionq.invalid/v0.4")
    checks = doctor()
    assert checks["files.config"][0] == "problem" and "unencrypted" in checks["files.config"][1]
    assert "api.ionq.co " in checks["network.dns"][1]


def _no_network(*_: object, **__: object) -> None:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def test_permissions_that_are_too_open(site: Site, doctor: Doctor, home: Path) -> None:
    path, kept = config(home, "poll_interval = 2\n", 0o666), journal(home)
    kept.touch()
    kept.parent.chmod(0o755)
    kept.chmod(0o644)
    before = left_in(home)
    checks = doctor()
    assert checks["files.config"][0] == "note" and checks["files.config"][2].startswith("chmod go-w ")
    assert checks["files.state"][0] == "note" and checks["files.state"][2].startswith("chmod 700 ")
    assert checks["files.journal"][0] == "note" and checks["files.journal"][2].startswith("chmod 600 ")
    assert left_in(home) == before
    path.write_text('on_event = "true"\n')  # a command that others could replace
    status, says, _ = doctor()["files.config"]
    assert status == "problem" and "other users can write it" in says and "chmod go-w" in says


def test_a_journal_that_is_in_use(site: Site, shell: Shell, doctor: Doctor, home: Path) -> None:
    assert shell("open", "qpu.forte-1", "--max-jobs", "1", "--yes").code == 0
    before = left_in(home)
    status, says, _ = doctor()["files.journal"]
    assert status == "ok" and "mode 0600" in says and f"version {len(STEPS)}" in says
    assert left_in(home) == before


def _text(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    ("made", "words", "fix"),
    [
        (_text, "is damaged", "moves the file aside"),
        (_newer, "newer version", "newer version"),
        (Path.mkdir, "not a file", ""),
    ],
    ids=["text", "newer", "folder"],
)
def test_a_journal_that_cannot_be_used(
    site: Site, doctor: Doctor, home: Path, made: Callable[[Path], None], words: str, fix: str
) -> None:
    made(path := journal(home))
    if path.is_file():
        path.chmod(0o600)
    before = left_in(home)
    status, says, how = doctor()["files.journal"]
    assert status == "problem" and words in says and fix in how
    assert left_in(home) == before


def test_a_locked_journal(site: Site, doctor: Doctor, home: Path) -> None:
    holder = sqlite3.connect(journal(home), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        status, says, _ = doctor()["files.journal"]
    finally:
        holder.close()
    assert status == "problem" and "locked by another process" in says


def test_no_place_for_the_journal(site: Site, doctor: Doctor, home: Path) -> None:
    (home / "state").write_text("a file")
    status, says, fix = doctor()["files.state"]
    assert status == "problem" and "~/state is not a folder" in says and "XDG_STATE_HOME" in fix


def test_a_log(site: Site, doctor: Doctor, home: Path) -> None:
    log = home / "log"
    assert doctor("--log", str(log))["files.log"] == ("ok", "~/log (mode 0600)", "")
    assert "GET /v0.4/whoami 200" in log.read_text() and KEY not in log.read_text()
    log.chmod(0o644)
    assert doctor("--log", str(log))["files.log"][2] == "chmod 600 ~/log"
    checks = doctor("--log", str(home / "nowhere" / "log"))
    assert checks["files.log"][0] == "problem" and "cannot be written" in checks["files.log"][1]
    assert checks["api.key"][0] == "ok"


def test_a_bug_in_one_group_hides_nothing(
    site: Site, doctor: Doctor, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError(CANARY)

    monkeypatch.setattr("ionq_tui.cli.doctor.key.auth_status", broken)
    checks = doctor("--log", str(home / "log"))
    assert checks["key.failed"][0] == "problem" and "(LookupError)" in checks["key.failed"][1]
    assert checks["network.http"][0] == "ok" and checks["api.key"][0] == "skipped"
    assert "Traceback" in (home / "log").read_text()


@pytest.mark.parametrize(
    ("versions", "status", "words"),
    [
        ({"textual": "8.2.8", "httpx": "0.28.1", "keyring": "25.7"}, "ok", "textual 8.2.8, httpx 0.28.1, keyring 25.7"),
        ({"textual": "9.0", "httpx": "0.28.1", "keyring": "25.7"}, "note", "tested with textual"),
        ({"textual": "8.2.8", "httpx": "0.27.2", "keyring": "25.7"}, "note", "tested with httpx"),
        ({"textual": "8.2.8", "httpx": "0.28.1"}, "problem", "keyring cannot be found"),
    ],
)
def test_the_packages(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, versions: dict[str, str], status: str, words: str
) -> None:
    def version(name: str) -> str:
        if name not in versions:
            raise PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr("ionq_tui.cli.doctor.program.version", version)
    monkeypatch.setenv("IONQ_API_URL", f"{refused_url()}/v0.4")
    told = doctor()["program.packages"]
    assert told[0] == status and words in told[1]


def test_wrong_usage_is_still_wrong_usage(shell: Shell) -> None:
    assert shell("doctor", "--log-level", "info").code == 2
    assert shell("doctor", "more").code == 2


def test_the_demo_needs_nothing(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _no_network)
    told = shell("--demo", "doctor", "--json")
    checks = found_in(told)
    assert told.code == 0 and checks["demo.cloud"][0] == "ok"
    assert not {name for name in checks if name.startswith(("key.", "network.", "api."))}
    assert left_in(home) == {}


@pytest.mark.parametrize(
    "odd",
    [
        {"HOME": "/dev/null", "XDG_CONFIG_HOME": "", "XDG_STATE_HOME": ""},
        {"LANG": "C", "TERM": "dumb"},
        {"TERM": "", "LANG": "", "PATH": ""},
        {"TMUX": "/no/such,1,0", "STY": "1.x", "SSH_CONNECTION": "10.1.2.3 1 10.1.2.4 22", "TERM": "screen"},
        {"TZ": "Nowhere/Nothing", "COLUMNS": "x", "LINES": "-1", "TEXTUAL_COLOR_SYSTEM": "plaid"},
        {"IONQ_TUI_CONFIG": "/proc/self/mem"},
    ],
    ids=lambda odd: " ".join(odd),
)
def test_an_odd_environment(site: Site, home: Path, odd: dict[str, str]) -> None:
    known = clean_environment(home / "own", IONQ_API_URL=site.server.url, IONQ_API_KEY=KEY)
    program = command()
    for form in (["doctor"], ["doctor", "--json"]):
        done = subprocess.run([*program, *form], env={**known, **odd}, capture_output=True, timeout=60)
        assert done.returncode in (0, 1) and done.stderr == b""
        assert b"10.1.2" not in done.stdout and KEY.encode() not in done.stdout
        if odd.get("LANG") == "C":
            assert done.stdout.isascii()
    told = json.loads(done.stdout)["ionq_tui"]
    assert done.returncode == (0 if told["all_well"] else 1)
    assert [one["status"] for one in told["checks"] if one["name"] == "api.key"] in (["ok"], ["skipped"])


def test_closed_streams(site: Site, home: Path) -> None:
    known = clean_environment(home, IONQ_API_URL=site.server.url, IONQ_API_KEY=KEY)
    closed = ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command(), "doctor"]
    assert subprocess.run(closed, env=known, timeout=60).returncode == 0
