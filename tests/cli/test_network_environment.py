"""Commands in odd network environments: one line that names the variable, exit code 2, nothing sent."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.cli.site import KEY, Site
from tests.house.listener import Listener, certified, reply
from tests.house.network_settings import FAR, SETTINGS, VARIABLES, Setting
from tests.house.tunnel import HttpTunnel, SocksTunnel

NO_SESSIONS = reply("200 OK", b'{"sessions": []}')


@pytest.fixture(autouse=True)
def far(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IONQ_API_URL", FAR)
    monkeypatch.setenv("IONQ_API_KEY", KEY)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_what_cannot_be_used_is_one_line_and_wrong_usage(
    setting: Setting, shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = setting.put(home / "made", monkeypatch)
    told = shell("--log", str(home / "log"), "ls")
    assert (told.code, told.out) == (2, "")
    assert told.err.count("\n") == 1
    setting.assert_told(told.err, environment)
    setting.assert_told((home / "log").read_text(), environment)


@pytest.mark.parametrize(
    "argv",
    [
        ("backends",),
        ("ls", "--all"),
        ("show", "abc"),
        ("jobs", "abc"),
        ("open", "qpu.forte-1", "--max-jobs", "1", "--yes"),
        ("end", "abc", "--yes"),
        ("end", "--all-here", "--yes"),
        ("answer", "--none", "--yes"),
        ("run", "qpu.forte-1", "--max-jobs", "1", "--yes", "--", "true"),
        ("watch", "abc", "--end-when-idle", "15m", "--yes"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    ("name", "value"), [("SSL_CERT_FILE", "/no/such.pem"), ("HTTPS_PROXY", "http://me:half-of/th1s@proxy:1")]
)
def test_every_command_says_so(
    argv: tuple[str, ...], name: str, value: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    told = shell(*argv)
    assert (told.code, told.out) == (2, "")
    assert told.err.count("\n") == 1 and name in told.err and "half-of" not in told.err


@pytest.mark.parametrize("argv", [("id",), ("config",), ("auth", "status")], ids=" ".join)
def test_what_needs_no_network_does_not_mind(
    argv: tuple[str, ...], shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such.pem")
    told = shell(*argv)
    assert "SSL_CERT_FILE" not in told.err and told.code != 2


def test_this_machine_needs_no_certificates(site: Site, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_API_URL", site.server.url)
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such.pem")
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:1")
    assert shell("ls").code == 0


def test_a_company_s_authority(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, authority = certified(home / "tls", "127.0.0.1")
    with Listener(NO_SESSIONS, tls) as server:
        monkeypatch.setenv("IONQ_API_URL", server.url)
        refused = shell("ls")
        assert refused.code == 1 and server.heard == b""
        assert "cannot be trusted" in refused.err and "set SSL_CERT_FILE" in refused.err
        assert "cannot be reached" not in refused.err
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        assert shell("ls").code == 0


@pytest.mark.parametrize(("kind", "scheme"), [(HttpTunnel, "http"), (SocksTunnel, "socks")])
def test_through_a_proxy(
    kind: type[HttpTunnel] | type[SocksTunnel],
    scheme: str,
    shell: Shell,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tls, authority = certified(home / "tls", "api.ionq.invalid")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setenv("NO_PROXY", "fd00::/8,[::1]")
    with Listener(NO_SESSIONS, tls) as server, kind(server.port, "me", "half-of/th1s") as tunnel:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://me:half-of%2Fth1s@127.0.0.1:{tunnel.port}/")
        assert shell("ls").code == 0
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://me:half-of%2Fthat@127.0.0.1:{tunnel.port}/")
        refused = shell("--log", str(home / "log"), "ls")
    assert refused.code == 1
    for told in (refused.err, (home / "log").read_text()):
        assert "through the proxy" in told and "of ALL_PROXY" in told
        assert "half-of" not in told and "that" not in told.replace("the variable", "")


def test_a_login_is_not_asked_for_a_key_that_cannot_be_checked(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ionq_tui.cli.auth.KeyringStore.trouble", _no_trouble)
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such.pem")
    told = shell("auth", "login")
    assert told.code == 2 and "SSL_CERT_FILE=/no/such.pem" in told.err and "no key was stored" in told.err


async def _no_trouble(*_: object) -> None:
    return None


@pytest.mark.parametrize("setting", ['on_event = "true"', '[profiles.lab]\nkey_command = "true"'])
def test_a_configuration_with_commands_that_others_can_write_is_refused(setting: str, shell: Shell, home: Path) -> None:
    folder = home / "a folder"
    folder.mkdir(mode=0o755)
    config = folder / "config.toml"
    config.write_text(setting)
    for mode in (0o620, 0o602, 0o666):
        config.chmod(mode)
        told = shell("--config", str(config), "config")
        assert (told.code, told.out) == (2, "") and told.err.count("\n") == 1
        assert f"chmod go-w '{config}'" in told.err
    config.chmod(0o644)
    assert shell("--config", str(config), "config").code == 0
    folder.chmod(0o777)
    told = shell("--config", str(config), "config")
    assert told.code == 2 and f"chmod go-w '{folder}'" in told.err
    folder.chmod(0o1777)  # as /tmp is: others cannot replace what is not theirs
    assert shell("--config", str(config), "config").code == 0
    config.chmod(0o666)
    config.write_text("poll_interval = 2")
    assert shell("--config", str(config), "config").code == 0


def test_a_new_configuration_is_its_owner_s_alone(shell: Shell, home: Path) -> None:
    told = shell("config", "--init")
    path = Path(told.out.strip())
    assert told.code == 0 and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
