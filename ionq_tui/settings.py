"""Settings from flags, environment, `config.toml` and defaults, read once and validated."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ionq_tui.model.address import checked_url, host_of
from ionq_tui.model.connection import PRODUCTION_URL
from ionq_tui.model.quick_dataclass import quick_dataclass

if TYPE_CHECKING:
    from ionq_tui.model.money import Money

DEFAULT_PROFILE = "default"
POLL_INTERVAL = 5.0
POLL_INTERVAL_RANGE = (1.0, 60.0)
CONFIG_NAME = "config.toml"
LOG_LEVELS = ("debug", "info", "warning", "error")
"""From all requests to errors only."""
_NOTHING: Mapping[str, str] = MappingProxyType({})


class SettingsError(ValueError):
    """An invalid setting. The message names it and says how to fix it, in one line."""


@quick_dataclass(frozen=True, slots=True)
class Flags:
    """The options that all commands share. None means not given."""

    profile: str | None = None
    """`--profile NAME`"""
    read_only: bool | None = None
    """`--read-only` is True, `--write` is False."""
    config: Path | None = None
    """`--config FILE`"""
    log: Path | None = None
    """`--log FILE`"""
    log_level: str | None = None
    """`--log-level LEVEL`"""


NO_FLAGS = Flags()


@quick_dataclass(frozen=True, slots=True)
class Settings:
    """All settings, decided before the first screen is shown."""

    profile: str = DEFAULT_PROFILE
    """The profile (organization) in use. Also the user name of its key in the keyring."""
    profile_named: bool = False
    """True if `--profile` was given. The environment's API key must not be used then."""
    base_url: str = PRODUCTION_URL
    """The API's base URL, without a trailing slash."""
    key_command: str = ""
    """The profile's command that prints its API key, to be split by shlex; empty if it has none."""
    key_command_host: str = "api.ionq.co"
    """The host that the key command's key is for: that of the profile, whatever IONQ_API_URL says."""
    monthly_budget: Money | None = None
    """What the organization may spend in a month; None if there is no budget."""
    poll_interval: float = POLL_INTERVAL
    """Seconds between two polls of a live session."""
    end_on_hangup: bool = False
    """True if sessions opened by this process are ended when its terminal is closed."""
    on_event: str = ""
    """Command that is run for each event; empty if there is none."""
    theme: str = ""
    """Name of the theme; empty for the default."""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """The names of the columns that a table shows, by the table's name."""
    sort: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The column that a table is sorted by, with "-" before it if reversed, by the table's name."""
    color: str = ""
    """Background color of the profile's name in the header, in a form that `model.color` accepts; empty for none."""
    read_only: bool = False
    """True if no request that changes anything may be sent."""
    people: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """User names by creator id."""
    keys: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """Remapped keys by command name."""
    profiles: tuple[str, ...] = (DEFAULT_PROFILE,)
    """Names of all available profiles."""
    config_path: Path = Path(CONFIG_NAME)
    """The file that was read, or that would have been read if it existed."""
    log_path: Path | None = None
    """Path of the log file, or None."""
    log_level: str = LOG_LEVELS[0]
    """Minimum level of log records."""

    @property
    def host(self) -> str:
        """The server that `base_url` points to: the host, with port and scheme if they are not the defaults."""
        return host_of(self.base_url)


def load_settings(flags: Flags, environ: Mapping[str, str], config_dir: Path) -> Settings:
    """Load all settings; flags take precedence over environment, file and defaults, in this order.

    `IONQ_API_URL` takes precedence over the profile's `url`, unless `--profile` was given and that profile has a `url`:
    a user who names an organization must reach that one, and its API key must not be sent to another host. Raises
    SettingsError.
    """
    if flags.log_level is not None and flags.log is None:
        raise SettingsError("--log-level needs a log file: add --log FILE")
    path = config_path(flags, environ, config_dir)
    try:
        return _loaded(flags, environ, path, must_exist=path != config_dir / CONFIG_NAME)
    except SettingsError as error:
        # Without the file a profile that was named would be unknown.
        needed = flags.config or flags.profile or environ.get("IONQ_TUI_PROFILE") or str(path) not in str(error)
        way_out = "" if needed else f"; to go on without this file, add --config {os.devnull}"
        raise SettingsError(f"{error}{way_out}") from None


def _loaded(flags: Flags, environ: Mapping[str, str], path: Path, *, must_exist: bool) -> Settings:
    file = _read(path, must_exist=must_exist)
    where = str(path)
    _check(file, _FILE_KEYS, where)
    profiles = _profiles(file, where)
    name = flags.profile or environ.get("IONQ_TUI_PROFILE") or _text(file, "profile") or DEFAULT_PROFILE
    if name not in profiles:
        known = ", ".join(sorted(profiles))
        raise SettingsError(f"unknown profile {name!r}: add [profiles.{name}] to {where}, or use one of: {known}")
    if _text(file, "on_event") or any(_text(one, "key_command") for one in profiles.values()):
        _refuse_writable(path)
    profile = profiles[name]
    own_url = _text(profile, "url")
    return Settings(
        profile=name,
        profile_named=bool(flags.profile),
        base_url=_base_url(own_url, named=bool(flags.profile), environ=environ),
        key_command=_text(profile, "key_command"),
        key_command_host=host_of(own_url or PRODUCTION_URL),
        monthly_budget=_budget(profile, f"{where}: [profiles.{name}]") or _budget(file, where),
        poll_interval=_poll_interval(file, where),
        end_on_hangup=file.get("end_on_hangup") is True,
        on_event=_text(file, "on_event"),
        theme=_text(file, "theme"),
        columns=_lists(file, "columns", where),
        sort=_texts(file, "sort", where),
        color=_text(profile, "color"),
        read_only=profile.get("read_only") is True if flags.read_only is None else flags.read_only,
        people=_texts(file, "people", where),
        keys=_texts(file, "keys", where),
        profiles=tuple(sorted(profiles)),
        config_path=path,
        log_path=flags.log,
        log_level=flags.log_level or LOG_LEVELS[0],
    )


def default_config_text() -> str:
    """Return a `config.toml` with every setting explained and commented out, so that it changes nothing."""
    return f"""\
# ionq-tui: uncomment what you want to change. Never put an API key in this file.

# profile = "{DEFAULT_PROFILE}"        # the profile used when none is given
# poll_interval = {POLL_INTERVAL}          # seconds between two polls, 1 to 60
# monthly_budget = "500 usd"   # of the organization, with its unit; ionq-tui usage and u show it, 80 % and 95 % alarm
# end_on_hangup = false        # true: end the sessions opened in this window when its terminal closes
# on_event = "my-notifier"     # a command that receives each event once, as JSON on standard input; no shell, 10 s
# theme = "ansi"

# [profiles.lab-b]
# url = "{PRODUCTION_URL}"
# key_command = "pass show ionq"    # prints the key on its first line
# color = "green"              # background of the profile's name in the header: an ANSI color name, or #rrggbb
# read_only = true
# monthly_budget = "2000 credits"    # instead of the one above

# [people]                     # names for creator ids; write each id in full
# "8d88b18d-6741-4b7d-97a8-450ee3d716ef" = "Ada"

# [columns]                    # the columns of a table (sessions, jobs, backends); see : -> Columns
# sessions = ["ID", "BACKEND", "LEFT", "SPENT"]

# [sort]                       # the column to sort a table by, with "-" before it if reversed
# sessions = "-SPENT"

# [keys]                       # a command and its key
# refresh = "f"
"""


def _checked(url: str, where: str) -> str:
    try:
        return checked_url(url)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from None


_FILE_KEYS: Mapping[str, tuple[type, ...]] = {
    "profile": (str,),
    "poll_interval": (int, float),
    "monthly_budget": (str,),
    "end_on_hangup": (bool,),
    "on_event": (str,),
    "theme": (str,),
    "columns": (dict,),
    "sort": (dict,),
    "profiles": (dict,),
    "people": (dict,),
    "keys": (dict,),
}
_PROFILE_KEYS: Mapping[str, tuple[type, ...]] = {
    "url": (str,),
    "key_command": (str,),
    "color": (str,),
    "read_only": (bool,),
    "monthly_budget": (str,),
}
_TYPE_NAMES = {str: "a text in quotes", int: "a number", bool: "true or false", dict: "a table"}


def config_path(flags: Flags, environ: Mapping[str, str], config_dir: Path) -> Path:
    """Return the path of the configuration file, which may not exist: from the flag, the environment or the default."""
    if flags.config is not None:
        return flags.config
    given = environ.get("IONQ_TUI_CONFIG")
    return Path(given).expanduser() if given else config_dir / CONFIG_NAME


def journal_path() -> str:
    """Return the path of this machine's journal, which no setting changes."""
    from platformdirs import user_state_path

    return str(user_state_path("ionq-tui") / "journal.sqlite3")


def _read(path: Path, *, must_exist: bool) -> Mapping[str, object]:
    try:
        text = path.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):  # HOME may be no directory, as /dev/null of service accounts
        if must_exist:
            raise SettingsError(f"{path}: no such file; write one with: ionq-tui config --init") from None
        return {}
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise SettingsError(
            f"{path}: cannot be read ({reason}); correct that, or use another file with --config"
        ) from None
    import tomllib  # only where there is a file: the first paint need not wait for it

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from None


def _refuse_writable(path: Path) -> None:
    """Reject a file with commands that other users can write: the commands would run as the current user."""
    if not hasattr(os, "geteuid"):  # Windows has a different permission model
        return
    with suppress(OSError):
        found, folder = os.stat(path), os.stat(path.resolve().parent)
        if found.st_uid not in (0, os.geteuid()):
            raise SettingsError(
                f"{path}: contains a command to run and belongs to another user; copy the file to own it"
            )
        if found.st_mode & OTHERS_WRITE:
            raise SettingsError(
                f"{path}: contains a command to run, and other users can write it; run: {chmod_command(path)}"
            )
        if folder.st_mode & OTHERS_WRITE and not folder.st_mode & stat.S_ISVTX:
            how = chmod_command(path.resolve().parent)
            raise SettingsError(f"{path}: contains a command to run, and other users can replace it; run: {how}")


OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
"""Permissions with which other users can write a file."""


def chmod_command(path: Path) -> str:
    """Return the command that removes write permission for others."""
    from shlex import quote  # needed only for an error message

    return f"chmod go-w {quote(str(path))}"


def _check(table: Mapping[str, object], known: Mapping[str, tuple[type, ...]], where: str) -> None:
    for key, value in table.items():
        if key not in known:
            raise SettingsError(f"{where}: unknown key {key!r}; known are: {', '.join(known)}")
        wanted = known[key]
        if type(value) not in wanted:
            raise SettingsError(f"{where}: {key} must be {_TYPE_NAMES[wanted[0]]}")


def _profiles(file: Mapping[str, object], where: str) -> Mapping[str, Mapping[str, object]]:
    """Return the validated profiles by name. Adds an empty default profile if the file has none."""
    found: dict[str, Mapping[str, object]] = {DEFAULT_PROFILE: {}}
    for name, table in _table(file, "profiles").items():
        inside = f"{where}: [profiles.{name}]"
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
            raise SettingsError(f"{inside}: a profile name contains letters, digits, dots, dashes and underscores")
        if not isinstance(table, dict):
            raise SettingsError(f"{inside} must be a table")
        _check(table, _PROFILE_KEYS, inside)
        _check_color(_text(table, "color"), inside)
        _budget(table, inside)
        url = _text(table, "url")
        found[name] = {**table, "url": _checked(url, f"{inside} url")} if url else table
    return found


def _check_color(color: str, inside: str) -> None:
    if not color:
        return
    from ionq_tui.model.color import rgb  # only where there is one: the first paint need not wait for it

    try:
        rgb(color)
    except ValueError as error:
        raise SettingsError(f"{inside} color: {error}") from None


def _base_url(own_url: str, *, named: bool, environ: Mapping[str, str]) -> str:
    given = environ.get("IONQ_API_URL")
    if not given or (named and own_url):
        return own_url or PRODUCTION_URL
    return _checked(given, "IONQ_API_URL")


def _budget(table: Mapping[str, object], where: str) -> Money | None:
    value = table.get("monthly_budget")
    if not isinstance(value, str):
        return None
    from ionq_tui.model.limits import LimitError, read_money  # only where there is one, as for the color

    try:
        budget = read_money(value, "")
    except LimitError:
        budget = None
    if budget is None or not budget.unit:
        raise SettingsError(
            f'{where}: monthly_budget must be an amount above zero with its unit, such as "500 usd" or "2000 credits",'
            f" not {value[:40]!r}"
        )
    return budget


def _poll_interval(file: Mapping[str, object], where: str) -> float:
    value = file.get("poll_interval", POLL_INTERVAL)
    low, high = POLL_INTERVAL_RANGE
    if not isinstance(value, int | float) or not low <= value <= high:
        raise SettingsError(f"{where}: poll_interval must be from {low:g} to {high:g} seconds")
    return float(value)


def _table(table: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""


def _lists(file: Mapping[str, object], key: str, where: str) -> Mapping[str, tuple[str, ...]]:
    inner = _table(file, key)
    for name, value in inner.items():
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise SettingsError(f"{where}: [{key}] {name} must be a list of texts in quotes")
    return MappingProxyType({name: tuple(value) for name, value in inner.items() if isinstance(value, list)})


def _texts(file: Mapping[str, object], key: str, where: str) -> Mapping[str, str]:
    inner = _table(file, key)
    _check(inner, dict.fromkeys(inner, (str,)), f"{where}: [{key}]")
    return MappingProxyType({name: value for name, value in inner.items() if isinstance(value, str)})
