"""What is chosen on the screens is kept in the configuration file beside what was written there by hand."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from ionq_tui.preferences import keep
from ionq_tui.settings import NO_FLAGS, SettingsError, default_config_text, load_settings

BY_HAND = """\
# mine
theme = "ansi"  # for the projector
poll_interval = 5

[profiles.lab-b]
url = "https://api.ionq.co/v0.4"  # the lab's
"""


def test_comments_and_other_entries_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(BY_HAND)
    assert keep(path, "theme", "nord") == ""
    assert keep(path, "sessions", ["ID", "SPENT"], table="columns") == ""
    assert keep(path, "sessions", "-SPENT", table="sort") == ""
    text = path.read_text()
    assert "# mine" in text and "# for the projector" in text and "# the lab's" in text
    assert tomllib.loads(text) == {
        **tomllib.loads(BY_HAND),
        "theme": "nord",
        "columns": {"sessions": ["ID", "SPENT"]},
        "sort": {"sessions": "-SPENT"},
    }
    settings = load_settings(NO_FLAGS, {}, tmp_path)
    assert (settings.theme, settings.columns, settings.sort) == (
        "nord",
        {"sessions": ("ID", "SPENT")},
        {"sessions": "-SPENT"},
    )


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "config.toml"
    assert keep(path, "theme", "light") == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == 'theme = "light"\n'
    path.chmod(0o640)
    assert keep(path, "theme", "dark") == "" and stat.S_IMODE(path.stat().st_mode) == 0o640


def test_the_commented_default_takes_entries_too(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(default_config_text())
    assert keep(path, "jobs", ["ID"], table="columns") == keep(path, "theme", "nord") == ""
    settings = load_settings(NO_FLAGS, {}, tmp_path)
    assert (settings.theme, settings.columns) == ("nord", {"jobs": ("ID",)})


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    real, path = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text(BY_HAND)
    path.symlink_to(real)
    assert keep(path, "theme", "nord") == ""
    assert path.is_symlink() and tomllib.loads(real.read_text())["theme"] == "nord"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["config.toml", "dotfiles.toml"]


@pytest.mark.parametrize("text", ["theme = ", '[[columns]]\nname = "x"\n', "\x00"])
def test_a_file_that_cannot_be_read_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    told = keep(path, "sessions", ["ID"], table="columns")
    if told:
        assert str(path) in told and "\n" not in told and path.read_text() == text
    else:
        assert tomllib.loads(path.read_text())["columns"] == {"sessions": ["ID"]}


def test_where_nothing_can_be_written_it_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "not kept" in keep(tmp_path / "file" / "config.toml", "theme", "nord")


@pytest.mark.parametrize("text", ["[columns]\nsessions = 'ID'\n", "[columns]\nsessions = [1]\n", "[sort]\njobs = 1\n"])
def test_a_wrong_entry_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"sessions|jobs"):
        load_settings(NO_FLAGS, {}, tmp_path)


def test_an_inline_table_keeps_its_entries_and_line_ends_stay(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"sort = {sessions='-X', jobs='Y'} # c\r\ntheme = 'dark'\r\n")
    assert keep(path, "backends", "NAME", table="sort") == ""
    kept = path.read_bytes()
    assert b"# c\r\n" in kept and b"theme = 'dark'\r\n" in kept
    assert tomllib.loads(kept.decode())["sort"] == {"sessions": "-X", "jobs": "Y", "backends": "NAME"}
