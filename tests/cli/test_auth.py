"""auth: the key comes in where nobody sees it, is checked, and is kept in the keyring alone."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.errors
import pytest

from tests.cli.conftest import Shell
from tests.cli.ring import Memory
from tests.cli.site import KEY, Site, Told
from tests.terminal.kit import clean_environment, command

Login = Callable[[bytes], Told]


@pytest.fixture
def ring() -> Iterator[Memory]:
    before, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


@pytest.fixture
def login(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Login:
    def run(typed: bytes) -> Told:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8"))
            return shell("auth", "login")

    return run


@pytest.fixture
def keyless(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.delenv("IONQ_API_KEY")
    return site


def test_a_key_is_checked_kept_used_and_forgotten(keyless: Site, shell: Shell, login: Login, ring: Memory) -> None:
    told = login(KEY.encode() + b"\n")
    assert (told.code, told.err) == (0, "")
    assert "••••0001" in told.out
    assert keyless.asked == ["GET /whoami"]
    assert ring.held["ionq-tui", "default"].endswith(f": {KEY}")
    told = shell("auth", "status")
    assert (told.code, told.err) == (0, "") and "••••0001" in told.out and "keyring" in told.out
    ours = shell("auth", "status", "--json").json["ionq_tui"]
    assert (ours["profile"], ours["source"], ours["key"]) == ("default", "keyring", "••••0001")
    assert shell("ls").code == 0
    told = shell("auth", "logout")
    assert (told.code, told.err) == (0, "") and "removed the key of profile default for http://127" in told.out
    assert ring.held == {}
    told = shell("auth", "logout")
    assert (told.code, told.err) == (0, "") and "has no key for profile default" in told.out
    told = shell("auth", "status")
    assert (told.code, told.out) == (1, "") and "auth login" in told.err
    assert shell("auth", "status", "--json").json["ionq_tui"]["source"] is None


def test_a_key_for_one_host_is_not_sent_to_another(
    keyless: Site, shell: Shell, login: Login, ring: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    login(KEY.encode())
    keyless.asked.clear()
    with Site() as other:
        monkeypatch.setenv("IONQ_API_URL", other.server.url)
        assert shell("ls").code == 1
        assert other.asked == [] and keyless.asked == []


@pytest.mark.parametrize(
    "typed", [b"", b"\n", b"   \n", b"two words\n", b"\xff\xfe\n", "schlüssel\n".encode(), b"revoked\n"]
)
def test_what_is_no_key_is_not_kept(keyless: Site, login: Login, ring: Memory, typed: bytes) -> None:
    told = login(typed)
    assert (told.code, told.out) == (1, "")
    assert "no key was stored" in told.err and "Traceback" not in told.err
    if typed.strip():
        assert typed.strip().decode(errors="replace") not in told.err
    assert ring.held == {}


def test_no_input_at_all_keeps_nothing(
    keyless: Site, shell: Shell, ring: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert shell("auth", "login").code == 1
    assert ring.held == {} and keyless.asked == []


@pytest.mark.parametrize("words", [("login", "0123456789abcdefKEYinARGV"), ("0123456789abcdefKEYinARGV",)])
def test_a_key_is_never_an_argument_and_not_repeated(
    keyless: Site, shell: Shell, ring: Memory, words: tuple[str, ...]
) -> None:
    told = shell("auth", *words)
    assert told.code == 2
    assert "KEYinARGV" not in told.out + told.err
    assert ring.held == {} and keyless.asked == []


def test_a_machine_without_a_keyring_says_what_works(keyless: Site, login: Login, home: Path) -> None:
    told = login(KEY.encode())
    assert (told.code, told.out) == (1, "")
    assert "IONQ_API_KEY" in told.err
    left = [path for path in home.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert left == []


def test_a_key_that_replaces_another_servers_is_told(
    keyless: Site, shell: Shell, login: Login, ring: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = login(KEY.encode())
    with Site() as other:
        monkeypatch.setenv("IONQ_API_URL", other.server.url)
        told = login(KEY.encode())
    assert "replacing" not in first.out and "replacing the key for http://127.0.0.1:" in told.out


def test_what_comes_before_the_keyring_is_told(
    site: Site, shell: Shell, login: Login, ring: Memory, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    for told in (login(KEY.encode()), shell("auth", "logout")):
        assert told.code == 0 and told.err == "ionq-tui: IONQ_API_KEY takes precedence: its key is used\n"
    monkeypatch.delenv("IONQ_API_KEY")
    folder = home / "config"
    folder.mkdir()
    (folder / "config.toml").write_text(f'[profiles.default]\nurl = "{site.server.url}"\nkey_command = "cat key"\n')
    monkeypatch.setenv("IONQ_TUI_CONFIG", str(folder / "config.toml"))
    for told in (login(KEY.encode()), shell("auth", "logout")):
        assert told.code == 0 and "the key command of profile default takes precedence" in told.err


@pytest.mark.parametrize("kind", [keyring.errors.KeyringLocked, keyring.errors.NoKeyringError])
def test_no_key_is_asked_for_that_could_not_be_kept(
    keyless: Site, shell: Shell, ring: Memory, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    def failing(service: str, username: str) -> str | None:
        raise kind

    monkeypatch.setattr(ring, "get_password", failing)
    monkeypatch.setattr(sys, "stdin", None)  # reading it would say that the key is empty
    for action in ("login", "status", "logout"):
        told = shell("auth", action)
        assert (told.code, told.out) == (1, "")
        assert "keyring" in told.err and "empty" not in told.err
        assert "What helps:\n  read -rs " in told.err
    assert keyless.asked == []


def test_a_named_profile_is_not_told_to_use_the_environment(
    keyless: Site, shell: Shell, ring: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = shell("auth", "status", "--profile", "default")
    assert told.code == 1 and told.err.endswith(": run ionq-tui auth login --profile default\n")


def test_a_key_from_the_environment_leaves_the_keyring_alone(site: Site, shell: Shell, ring: Memory) -> None:
    told = shell("auth", "status")
    assert told.code == 0 and "environment" in told.out
    assert shell("ls").code == 0
    assert ring.asked == 0


def test_what_a_keyring_prints_is_not_in_the_output(home: Path) -> None:
    backend = "tests.terminal.strange_ring.Noisy"
    root = str(Path(__file__).parents[2])
    told = clean_environment(home, PYTHON_KEYRING_BACKEND=backend, PYTHONPATH=root)
    done = subprocess.run(
        [*command(), "ls", "--json"], env=told, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (1, "") and "DRAWN-BY-THE-KEYRING" in done.stderr
