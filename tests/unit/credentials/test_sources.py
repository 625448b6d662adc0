from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import keyring.errors
import pytest

from ionq_tui.credentials.keyring_store import Absent, Broken, KeyringStore
from ionq_tui.credentials.sources import auth_status, find_key
from ionq_tui.model.key import ApiKey, FoundKey, NoKey
from ionq_tui.model.key_source import KeySource
from ionq_tui.settings import Flags, load_settings
from tests.unit.credentials.ring_double import Memory, Raising

SECRET = "canary-of-the-sources-2468"
ENVIRONMENT = {"IONQ_API_KEY": "key-of-the-environment"}


@dataclass(frozen=True)
class Want:
    profile: str = "lab"
    profile_named: bool = False
    host: str = "api.ionq.co"
    key_command: str = ""
    key_command_host: str = "api.ionq.co"


def untouchable() -> Memory:
    raise AssertionError("the keyring was touched")


def printing(text: str) -> str:
    return shlex.join([sys.executable, "-c", f"print({text!r})"])


def ring(backend: Memory) -> KeyringStore:
    return KeyringStore(lambda: backend, 60)


async def missing(want: Want, environ: dict[str, str], backend: Memory) -> NoKey:
    found = await find_key(want, environ, ring(backend))
    assert isinstance(found, NoKey)
    return found


async def test_the_environment_wins_and_the_keyring_is_not_touched() -> None:
    want = Want(key_command=printing("key-of-the-command"))
    found = await find_key(want, ENVIRONMENT, KeyringStore(untouchable))
    assert found == FoundKey(ApiKey("key-of-the-environment"), KeySource.ENVIRONMENT)


async def test_a_named_profile_passes_the_environment_over_and_says_so() -> None:
    found = await missing(Want(profile_named=True), ENVIRONMENT, Memory())
    assert "ignored" in found.words[0] and not found.ways.reads_environment
    assert "key-of-the-environment" not in repr(found)


async def test_then_the_key_command_and_the_keyring_is_not_touched() -> None:
    want = Want(key_command=printing("key-of-the-command"), profile_named=True)
    found = await find_key(want, ENVIRONMENT, KeyringStore(untouchable))
    assert found == FoundKey(ApiKey("key-of-the-command"), KeySource.COMMAND)


async def test_then_the_keyring() -> None:
    found = await find_key(Want(), {"IONQ_API_KEY": ""}, ring(Memory(lab=SECRET)))
    assert found == FoundKey(ApiKey(SECRET), KeySource.KEYRING)


async def test_else_nothing_is_wrong_and_a_key_can_be_kept() -> None:
    found = await missing(Want(), {}, Memory())
    assert found.words == () and found.failed is None and found.can_keep
    assert found.ways.reads_environment


@pytest.mark.parametrize("text", [" ", "two words", "line\nbreak", "ключ"])
async def test_a_bad_key_in_the_environment_is_said_and_not_passed_over(text: str) -> None:
    found = await find_key(Want(key_command=printing("x")), {"IONQ_API_KEY": text}, KeyringStore(untouchable))
    assert isinstance(found, NoKey)
    assert found.failed is KeySource.ENVIRONMENT
    assert found.words[0].startswith("IONQ_API_KEY is set, but the API key")
    assert text == " " or text not in found.words[0]


async def test_a_key_command_that_fails_is_said_and_not_passed_over() -> None:
    found = await find_key(Want(key_command=printing(f"two words {SECRET}")), {}, KeyringStore(untouchable))
    assert isinstance(found, NoKey)
    assert found.failed is KeySource.COMMAND
    assert "profile lab: key_command" in found.words[0]
    assert SECRET not in repr(found)


async def test_the_key_of_a_command_never_goes_to_another_host() -> None:
    want = Want(key_command="/no/such/program", host="other.example")
    found = await missing(want, {}, Memory(lab=SECRET))
    assert "it is for api.ionq.co, not for other.example" in found.words[0]
    assert "the key in the keyring is for api.ionq.co" in found.words[1]
    assert found.failed is KeySource.KEYRING


async def test_a_locked_keyring_is_told_with_what_helps() -> None:
    found = await missing(Want(), {}, Raising(keyring.errors.KeyringLocked))
    assert found.failed is KeySource.KEYRING and not found.can_keep
    assert "locked" in found.words[0] and found.ways.keyring_words == found.words[0]
    assert len(found.ways.keyring_help) >= 2
    assert found.reasons == (*found.words, *found.ways.keyring_help)  # what the key screen tells


async def test_a_machine_without_a_keyring_is_told_so() -> None:
    found = await missing(Want(), {}, Raising(keyring.errors.NoKeyringError))
    assert found.failed is None and not found.can_keep
    assert "no keyring" in found.ways.keyring_words


async def test_the_status_masks_the_key_and_names_the_keyring() -> None:
    told = await auth_status(Want(), {}, ring(Memory(lab=SECRET)))
    assert (told.masked, told.backend) == ("••••2468", "Memory Keyring")
    assert SECRET not in repr(told)
    told = await auth_status(Want(), {}, ring(Memory()))
    assert (told.masked, told.keyring) == ("", Absent("Memory Keyring"))
    told = await auth_status(Want(), ENVIRONMENT, KeyringStore(untouchable))
    assert (told.masked, told.keyring, told.backend) == ("••••ment", None, "")
    told = await auth_status(Want(), {}, ring(Raising(ValueError)))
    assert isinstance(told.keyring, Broken) and told.backend == ""


async def test_settings_are_what_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[profiles.lab]\nurl = "https://lab.example/v0.4"\n')
    backend = Memory(lab=f"key for lab.example: {SECRET}")
    named = load_settings(Flags(profile="lab"), {"IONQ_API_URL": "https://other.example"}, tmp_path)
    assert isinstance(await find_key(named, ENVIRONMENT, ring(backend)), FoundKey)
    unnamed = load_settings(Flags(), {"IONQ_TUI_PROFILE": "lab", "IONQ_API_URL": "https://other.example"}, tmp_path)
    assert isinstance(await find_key(unnamed, {}, ring(backend)), NoKey)


def test_the_keyring_is_not_imported_where_the_environment_has_a_key() -> None:
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from ionq_tui.settings import Flags, load_settings\n"
        "from ionq_tui.credentials.keyring_store import KeyringStore\n"
        "from ionq_tui.credentials.sources import find_key\n"
        "settings = load_settings(Flags(), {}, Path('/nowhere'))\n"
        "print(asyncio.run(find_key(settings, {'IONQ_API_KEY': 'k'}, KeyringStore())))\n"
        "print('keyring' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
