"""What this process was told: flags, environment, `config.toml` and defaults, read once and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ionq_tui.model.address import checked_url, host_of
from ionq_tui.model.connection import PRODUCTION_URL

DEFAULT_PROFILE = "default"
POLL_INTERVAL = 5.0
POLL_INTERVAL_RANGE = (1.0, 60.0)
CONFIG_NAME = "config.toml"

_NOTHING: Mapping[str, str] = MappingProxyType({})


class SettingsError(ValueError):
    """A setting that cannot be used: names the thing and the way out, in one line."""


@dataclass(frozen=True, slots=True)
class Flags:
    """The options that every command takes; None where it was not given."""

    profile: str | None = None
    """`--profile NAME`"""
    read_only: bool | None = None
    """`--read-only` is True, `--write` is False."""
    config: Path | None = None
    """`--config FILE`"""
    log: Path | None = None
    """`--log FILE`"""


NO_FLAGS = Flags()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was decided before the first paint."""

    profile: str = DEFAULT_PROFILE
    """The organisation this process acts for; also the user name of its key in the keyring."""
    profile_named: bool = False
    """True where `--profile` was given, so that the key of the environment must not be used."""
    base_url: str = PRODUCTION_URL
    """Where requests go, without a slash at the end."""
    key_command: str = ""
    """The profile's command that prints its key, to be split by shlex; empty where there is none."""
    key_command_host: str = "api.ionq.co"
    """The host that the key command's key was meant for: the profile's own, whatever the environment says."""
    poll_interval: float = POLL_INTERVAL
    """Seconds between two readings of a live session."""
    end_on_hangup: bool = False
    """True where sessions opened by this very process are ended when its terminal goes away."""
    on_event: str = ""
    """A command that is told of events; empty where there is none."""
    theme: str = ""
    """The name of the theme; empty leaves the choice to the screens."""
    color: str = ""
    """The profile's colour in the header; empty where there is none."""
    no_color: bool = False
    """True where `NO_COLOR` is set to anything but nothing."""
    read_only: bool = False
    """True where no request that changes anything may be sent."""
    people: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """Names by creator id."""
    keys: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """Keys by the name of the command they are remapped to."""
    profiles: tuple[str, ...] = (DEFAULT_PROFILE,)
    """The names of all profiles that can be chosen."""
    config_path: Path = Path(CONFIG_NAME)
    """The file that was read, or that would have been, had it existed."""
    log_path: Path | None = None
    """Where to write a log, if anywhere."""

    @property
    def host(self) -> str:
        """The server that `base_url` leads to: the host, with port and scheme where they are not the usual ones."""
        return host_of(self.base_url)

    @property
    def is_production(self) -> bool:
        """True where requests go to IonQ's own production URL."""
        return self.base_url == PRODUCTION_URL


def load_settings(flags: Flags, environ: Mapping[str, str], config_dir: Path) -> Settings:
    """Decide every setting: flags before environment before file before default; SettingsError where one is bad.

    `IONQ_API_URL` comes before the profile's `url`, except where `--profile` was given and that profile has a `url`
    of its own: who names an organisation must reach that one, and its key must not go to the host of another.
    """
    path = config_path(flags, environ, config_dir)
    file = _read(path, must_exist=path != config_dir / CONFIG_NAME)
    where = str(path)
    _check(file, _FILE, where)
    profiles = _profiles(file, where)
    name = flags.profile or environ.get("IONQ_TUI_PROFILE") or _text(file, "profile") or DEFAULT_PROFILE
    if name not in profiles:
        known = ", ".join(sorted(profiles))
        raise SettingsError(f"unknown profile {name!r}: add [profiles.{name}] to {where}, or use one of: {known}")
    profile = profiles[name]
    own_url = _text(profile, "url")
    return Settings(
        profile=name,
        profile_named=bool(flags.profile),
        base_url=_base_url(own_url, named=bool(flags.profile), environ=environ),
        key_command=_text(profile, "key_command"),
        key_command_host=host_of(own_url or PRODUCTION_URL),
        poll_interval=_poll_interval(file, where),
        end_on_hangup=file.get("end_on_hangup") is True,
        on_event=_text(file, "on_event"),
        theme=_text(file, "theme"),
        color=_text(profile, "color"),
        no_color=bool(environ.get("NO_COLOR")),
        read_only=profile.get("read_only") is True if flags.read_only is None else flags.read_only,
        people=_texts(file, "people", where),
        keys=_texts(file, "keys", where),
        profiles=tuple(sorted(profiles)),
        config_path=path,
        log_path=flags.log,
    )


def default_config_text() -> str:
    """Return a `config.toml` that changes nothing: every setting, explained and commented out."""
    return f"""\
# ionq-tui: uncomment what should differ. A key never belongs in this file.

# profile = "{DEFAULT_PROFILE}"        # the profile used where none is named
# poll_interval = {POLL_INTERVAL}          # seconds between two readings, 1 to 60
# end_on_hangup = false        # true: end sessions opened here when this terminal goes away
# on_event = "my-notifier"     # a command that gets each event once, as JSON on its standard input; no shell, 10 s
# theme = "ansi"

# [profiles.lab-b]
# url = "{PRODUCTION_URL}"
# key_command = "pass show ionq"    # prints the key, and nothing else, on one line
# color = "green"
# read_only = true

# [people]                     # names for creator ids, each id in full
# "8d88b18d-6741-4b7d-97a8-450ee3d716ef" = "Ada"

# [keys]                       # a command, and the key it should have
# refresh = "f"
"""


def _checked(url: str, where: str) -> str:
    try:
        return checked_url(url)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from None


_FILE: Mapping[str, tuple[type, ...]] = {
    "profile": (str,),
    "poll_interval": (int, float),
    "end_on_hangup": (bool,),
    "on_event": (str,),
    "theme": (str,),
    "profiles": (dict,),
    "people": (dict,),
    "keys": (dict,),
}
_PROFILE: Mapping[str, tuple[type, ...]] = {
    "url": (str,),
    "key_command": (str,),
    "color": (str,),
    "read_only": (bool,),
}
_WORDS = {str: "a text in quotes", int: "a number", bool: "true or false", dict: "a table"}


def config_path(flags: Flags, environ: Mapping[str, str], config_dir: Path) -> Path:
    """Return the file that is read, whether it exists or not: flag before environment before the usual place."""
    if flags.config is not None:
        return flags.config
    told = environ.get("IONQ_TUI_CONFIG")
    return Path(told).expanduser() if told else config_dir / CONFIG_NAME


def _read(path: Path, *, must_exist: bool) -> Mapping[str, object]:
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError:
        if must_exist:
            raise SettingsError(f"{path}: no such file; write one with: ionq-tui config --init") from None
        return {}
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise SettingsError(f"{path}: cannot be read ({reason}); mend that, or name another with --config") from None
    import tomllib  # only where there is a file: the first paint need not wait for it

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from None


def _check(table: Mapping[str, object], known: Mapping[str, tuple[type, ...]], where: str) -> None:
    for key, value in table.items():
        if key not in known:
            raise SettingsError(f"{where}: unknown key {key!r}; known are: {', '.join(known)}")
        wanted = known[key]
        if type(value) not in wanted:
            raise SettingsError(f"{where}: {key} must be {_WORDS[wanted[0]]}")


def _profiles(file: Mapping[str, object], where: str) -> Mapping[str, Mapping[str, object]]:
    """Return the profiles by name, each checked, and an empty default one where the file has none."""
    found: dict[str, Mapping[str, object]] = {DEFAULT_PROFILE: {}}
    for name, table in _table(file, "profiles").items():
        inside = f"{where}: [profiles.{name}]"
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
            raise SettingsError(f"{inside}: a profile's name is of letters, digits, dots, dashes and underscores")
        if not isinstance(table, dict):
            raise SettingsError(f"{inside} must be a table")
        _check(table, _PROFILE, inside)
        url = _text(table, "url")
        found[name] = {**table, "url": _checked(url, f"{inside} url")} if url else table
    return found


def _base_url(own_url: str, *, named: bool, environ: Mapping[str, str]) -> str:
    told = environ.get("IONQ_API_URL")
    if not told or (named and own_url):
        return own_url or PRODUCTION_URL
    return _checked(told, "IONQ_API_URL")


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


def _texts(file: Mapping[str, object], key: str, where: str) -> Mapping[str, str]:
    inner = _table(file, key)
    _check(inner, dict.fromkeys(inner, (str,)), f"{where}: [{key}]")
    return MappingProxyType({name: value for name, value in inner.items() if isinstance(value, str)})
