from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ionq_tui.model.connection import PRODUCTION_URL
from ionq_tui.settings import (
    NO_FLAGS,
    Flags,
    Settings,
    SettingsError,
    default_config_text,
    load_settings,
)

LAB = """
profile = "lab"
poll_interval = 2
end_on_hangup = true
on_event = "notify-send"
theme = "ansi"
[profiles.lab]
url = "https://lab.example:8443/v0.4/"
key_command = "pass show ionq"
color = "green"
read_only = true
[profiles.plain]
[people]
"c-1" = "Ada"
[keys]
refresh = "f"
"""


NO_BUDGETS = ("500", "0 usd", "-3 usd", "1,5 usd", "1.234 usd", "500 eur", "nan usd", "usd", " ", "", "9" * 30 + " usd")


def load(folder: Path, text: str | None = None, flags: Flags = NO_FLAGS, **environ: str) -> Settings:
    if text is not None:
        (folder / "config.toml").write_text(text)
    return load_settings(flags, environ, folder)


def test_nothing_given_is_production_and_the_default_profile(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings == Settings(config_path=tmp_path / "config.toml")
    assert settings.base_url == PRODUCTION_URL and settings.host == "api.ionq.co"
    assert not settings.read_only and not settings.profile_named and settings.poll_interval == 5.0


def test_the_file_is_read_whole(tmp_path: Path) -> None:
    settings = load(tmp_path, LAB)
    assert (settings.profile, settings.profile_named) == ("lab", False)
    assert settings.base_url == "https://lab.example:8443/v0.4"
    assert settings.host == settings.key_command_host == "lab.example:8443"
    assert settings.base_url != PRODUCTION_URL
    assert (settings.key_command, settings.color, settings.read_only) == ("pass show ionq", "green", True)
    assert (settings.poll_interval, settings.end_on_hangup) == (2.0, True)
    assert (settings.on_event, settings.theme) == ("notify-send", "ansi")
    assert settings.people == {"c-1": "Ada"} and settings.keys == {"refresh": "f"}
    assert settings.profiles == ("default", "lab", "plain")


def test_a_flag_beats_the_environment_and_that_beats_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, LAB).profile == "lab"
    assert load(tmp_path, LAB, IONQ_TUI_PROFILE="plain").profile == "plain"
    named = load(tmp_path, LAB, Flags(profile="default"), IONQ_TUI_PROFILE="plain")
    assert (named.profile, named.profile_named) == ("default", True)
    assert load(tmp_path, LAB, IONQ_TUI_PROFILE="").profile == "lab"


@pytest.mark.parametrize(
    ("flag", "expected"), [(None, "https://other.example"), ("plain", "https://other.example"), ("lab", "lab")]
)
def test_the_url_of_the_environment_yields_only_to_a_named_profile_with_its_own(
    tmp_path: Path, flag: str | None, expected: str
) -> None:
    settings = load(tmp_path, LAB, Flags(profile=flag), IONQ_API_URL="https://other.example/")
    assert settings.base_url == ("https://lab.example:8443/v0.4" if expected == "lab" else expected)
    assert settings.key_command_host == ("api.ionq.co" if flag == "plain" else "lab.example:8443")


@pytest.mark.parametrize(("flag", "expected"), [(None, True), (False, False), (True, True)])
def test_write_beats_the_profile_and_read_only_too(tmp_path: Path, flag: bool | None, expected: bool) -> None:
    assert load(tmp_path, LAB, Flags(read_only=flag)).read_only is expected


def test_the_file_comes_from_the_flag_then_the_environment(tmp_path: Path) -> None:
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    first.write_text('theme = "one"')
    second.write_text('theme = "two"')
    assert load(tmp_path, LAB, IONQ_TUI_CONFIG=str(first)).theme == "one"
    assert load(tmp_path, LAB, Flags(config=second), IONQ_TUI_CONFIG=str(first)).theme == "two"


@pytest.mark.parametrize("folder", ["file", "/dev/null"])
def test_a_home_that_is_no_directory_has_no_file(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("")
    assert load(tmp_path / folder) == Settings(config_path=tmp_path / folder / "config.toml")


def test_the_log(tmp_path: Path) -> None:
    assert load(tmp_path, None, Flags(log=tmp_path / "log")).log_path == tmp_path / "log"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("theme = \n", "line 1"),
        ("colour = 1", "unknown key 'colour'"),
        ("[profiles.lab]\nkey = 'secret'", "[profiles.lab]: unknown key 'key'"),
        ("[profiles.lab]\ncolor = 'grün'", "[profiles.lab] color: 'grün' is not a color; use black, red, green"),
        ("profile = 'default'\n[profiles.lab]\ncolor = '#12345'", "[profiles.lab] color: '#12345' is not a color"),
        ("poll_interval = '5'", "poll_interval must be a number"),
        ("poll_interval = true", "poll_interval must be a number"),
        ("poll_interval = 0.5", "from 1 to 60"),
        ("poll_interval = 61", "from 1 to 60"),
        ("poll_interval = nan", "from 1 to 60"),
        ("monthly_budget = 500", "monthly_budget must be a text"),
        *((f"monthly_budget = '{one}'", 'with its unit, such as "500 usd"') for one in NO_BUDGETS),
        ("[profiles.lab]\nmonthly_budget = '500'", "[profiles.lab]: monthly_budget must be an amount above zero"),
        ("end_on_hangup = 1", "end_on_hangup must be true or false"),
        ("[profiles.lab]\nread_only = 'yes'", "read_only must be true or false"),
        ("profiles = 3", "profiles must be a table"),
        ("[profiles]\nlab = 3", "[profiles.lab] must be a table"),
        ("[profiles.'lab host']", "a profile name"),
        ("[people]\nx = 3", "[people]: x must be a text"),
        ("profile = 'nowhere'", "unknown profile 'nowhere'"),
        ("[profiles.lab]\nurl = 'http://lab.example'", "[profiles.lab] url: plain http to lab.example"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)
    assert words in str(caught.value)
    assert str(tmp_path / "config.toml") in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(f"; to go on without this file, add --config {os.devnull}")
    with pytest.raises(SettingsError) as caught:
        load_settings(Flags(profile="lab"), {}, tmp_path)
    assert os.devnull not in str(caught.value), "no way round it: the profile may be in that file"


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("", None),
        ("monthly_budget = '500 usd'", "500.00 usd"),
        ("monthly_budget = '49.95usd'", "49.95 usd"),
        ("monthly_budget = '2000 credits'", "2,000.00 credit"),
        ("monthly_budget = '500 usd'\n[profiles.default]\nmonthly_budget = '20 credit'", "20.00 credit"),
        ("monthly_budget = '500 usd'\n[profiles.lab]\nmonthly_budget = '20 credit'", "500.00 usd"),
    ],
)
def test_the_budget_of_the_profile_beats_that_of_the_file(tmp_path: Path, text: str, budget: str | None) -> None:
    read = load(tmp_path, text).monthly_budget
    assert (None if read is None else str(read)) == budget


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file; write one"):
        load(tmp_path, None, Flags(config=tmp_path / "gone.toml"))


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"theme = '\xe9'")
    with pytest.raises(SettingsError, match="UTF-8"):
        load(tmp_path, None, Flags(config=tmp_path / "latin.toml"))


def test_a_url_of_the_environment_that_is_unfit_is_named() -> None:
    with pytest.raises(SettingsError, match=r"^IONQ_API_URL: plain http to api\.ionq\.co would"):
        load_settings(NO_FLAGS, {"IONQ_API_URL": "http://api.ionq.co/v0.4"}, Path("/nowhere"))


def test_the_text_for_a_new_file_changes_nothing_and_its_examples_are_right(tmp_path: Path) -> None:
    text = default_config_text()
    assert tomllib.loads(text) == {}
    assert load(tmp_path, text) == Settings(config_path=tmp_path / "config.toml")
    lines = [line[2:] for line in text.splitlines() if line.startswith("# ") and ("=" in line or line[2] == "[")]
    examples = "\n".join(lines)
    settings = load(tmp_path, examples, Flags(profile="lab-b"))
    assert settings.read_only and settings.keys == {"refresh": "f"}
    assert settings.people == {"8d88b18d-6741-4b7d-97a8-450ee3d716ef": "Ada"}


def test_it_costs_the_start_nothing() -> None:
    heavy = {"tomllib", "textual", "httpx", "keyring", "platformdirs", "asyncio"}
    code = "import sys, ionq_tui.settings; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert heavy.isdisjoint(done.stdout.split())
