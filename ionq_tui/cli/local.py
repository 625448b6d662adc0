"""Commands that use only this machine: `id`, `config`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ionq_tui.cli.common import journal_told, say
from ionq_tui.model.exit_code import DONE, REFUSED
from ionq_tui.model.record import Place
from ionq_tui.new_file import write_new
from ionq_tui.settings import Settings, default_config_text
from ionq_tui.view.sanitize import plain
from ionq_tui.view.time_text import dated
from ionq_tui.wiring import Wiring


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run one of the commands."""
    return _id(settings) if args.command == "id" else _config(settings)


def _id(settings: Settings) -> int:
    """Print the id of the newest session opened on this machine with this profile and URL."""
    with journal_told():
        journal = Wiring(settings).journal()
        kept = journal.newest_here(Place(settings.base_url, profile=settings.profile)).now()
        unread = journal.trouble is not None
        journal.close()
    if kept is None:
        unknown = "it is not known which sessions were opened on this machine"
        none = f"no session was opened on this machine with profile {settings.profile} at {settings.host}"
        say(unknown if unread else none)
        return REFUSED
    print(plain(kept.id, 64))
    if kept.ended_at is not None:
        say(f"this session ended {dated(kept.ended_at, None)}")
    return DONE


def _config(settings: Settings) -> int:
    """Print the settings in effect and their file; settings that may hold a secret are shown only as `set`."""
    exists = "" if settings.config_path.exists() else "  (no such file: defaults)"
    facts = {
        "path": f"{settings.config_path}{exists}",
        "profile": settings.profile,
        "profiles": ", ".join(settings.profiles),
        "url": settings.base_url,
        "key_command": "set" if settings.key_command else "-",
        "IONQ_API_KEY": "set" if os.environ.get("IONQ_API_KEY") else "-",
        "read_only": _word(settings.read_only),
        "monthly_budget": "-" if settings.monthly_budget is None else str(settings.monthly_budget),
        "poll_interval": f"{settings.poll_interval:g}",
        "end_on_hangup": _word(settings.end_on_hangup),
        "on_event": "set" if settings.on_event else "-",
        "theme": settings.theme or "-",
        "columns": ", ".join(settings.columns) or "-",
        "sort": ", ".join(f"{table}={column}" for table, column in settings.sort.items()) or "-",
        "color": settings.color or "-",
        "people": str(len(settings.people)),
        "keys": ", ".join(f"{name}={key}" for name, key in settings.keys.items()) or "-",
    }
    for name, value in facts.items():
        print(f"{name:<16}{plain(value)}")
    return DONE


def _word(value: bool) -> str:
    return "true" if value else "false"


def init(path: Path) -> int:
    """Write a commented default configuration with mode 0600, and never overwrite an existing one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_new(path, default_config_text(), mode=0o600)
    except FileExistsError:
        say(f"{path} already exists and was not changed")
        return REFUSED
    except (OSError, ValueError) as error:
        say(f"{path} cannot be written: {getattr(error, 'strerror', None) or 'not a usable path'}")
        return REFUSED
    print(path)
    return DONE
