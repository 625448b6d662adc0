"""Run the checks group by group, within a time limit, and print them as they come."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ionq_tui.cli.common import tell_json, text_width
from ionq_tui.cli.doctor.api import api_checks, demo_checks
from ionq_tui.cli.doctor.file import file_checks
from ionq_tui.cli.doctor.key import hidden_texts, key_checks
from ionq_tui.cli.doctor.network import Way, find_way
from ionq_tui.cli.doctor.program import program_checks
from ionq_tui.cli.doctor.terminal import terminal_checks
from ionq_tui.model.address import checked_url
from ionq_tui.model.check import Check, problem, skipped
from ionq_tui.model.connection import PRODUCTION_URL
from ionq_tui.model.exit_code import DONE, REFUSED
from ionq_tui.model.key import FoundKey
from ionq_tui.model.version import __version__
from ionq_tui.settings import DEFAULT_PROFILE, LOG_LEVELS, Flags, Settings, SettingsError, config_path, load_settings
from ionq_tui.view.doctor import Redaction, all_well, group_lines, report_json, summary_line

WHOLE = 20.0
"""Seconds after which the checks that are left are given up."""

T = TypeVar("T")

_log = logging.getLogger("ionq_tui.command")
_log.addHandler(logging.NullHandler())  # without a log file nothing is printed twice


def settings_or_defaults(flags: Flags, environ: Mapping[str, str], config_dir: Path) -> tuple[Settings, str]:
    """Return the settings; if they cannot be used, the defaults, and why.

    Raises SettingsError for wrong usage of `--log-level`.
    """
    try:
        return load_settings(flags, environ, config_dir), ""
    except SettingsError as error:
        if flags.log_level is not None and flags.log is None:
            raise
        try:
            url = checked_url(environ.get("IONQ_API_URL") or PRODUCTION_URL)
        except ValueError:
            url = PRODUCTION_URL
        defaults = Settings(
            profile=flags.profile or DEFAULT_PROFILE,
            profile_named=bool(flags.profile),
            base_url=url,
            config_path=config_path(flags, environ, config_dir),
            log_path=flags.log,
            log_level=flags.log_level or LOG_LEVELS[0],
        )
        return defaults, str(error)


def run(args: argparse.Namespace, settings: Settings, config_trouble: str, log_trouble: str) -> int:
    """Check everything and print the report; the troubles are why the configuration and the log cannot be used."""
    report = _Report(Redaction(_homes(), hidden_texts(settings)), quiet=args.json)
    asyncio.run(_check(report, args.demo, settings, config_trouble, log_trouble))
    if args.json:
        tell_json(report_json(report.checks, __version__))
    else:
        print("", summary_line(report.checks), sep="\n")
    return DONE if all_well(report.checks) else REFUSED


def _homes() -> tuple[str, ...]:
    """Return the paths of the home directory; none if it is not a directory of one user."""
    home = os.path.expanduser("~")
    found = {home.rstrip("/"), os.path.realpath(home)}
    return tuple(one for one in found if len(one) > 1 and os.path.isdir(one))


@dataclass
class _Report:
    """The checks made so far, redacted; printed group by group unless quiet."""

    redaction: Redaction
    quiet: bool
    checks: list[Check] = field(default_factory=list)

    def tell(self, group: str, checks: Iterable[Check]) -> None:
        """Take one group."""
        told = [self.redaction.check(check) for check in checks]
        if not self.quiet:
            lines = group_lines(group, told, text_width(sys.stdout))
            print("\n".join(lines if self.checks else [f"ionq-tui {__version__} doctor", *lines]), flush=True)
        self.checks += told


async def _check(report: _Report, demo: bool, settings: Settings, config_trouble: str, log_trouble: str) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + WHOLE

    async def in_time(group: str, work: Awaitable[Iterable[Check]]) -> None:
        """Report a group, or that there was no time for it. Nothing is printed while a keyring may be printing."""
        try:
            async with asyncio.timeout_at(until):
                checks: Iterable[Check] = await work
        except TimeoutError:
            checks = (problem(f"{group}.time", "took too long and was given up", "run ionq-tui doctor again"),)
        except Exception as error:  # a bug in one group must not hide what the others found
            _log.exception("doctor: %s", group)
            words = f"the check failed ({type(error).__name__}); this is a bug in ionq-tui"
            checks = (problem(f"{group}.failed", words, "report it with this output"),)
        report.tell(group, checks)

    report.tell("program", program_checks())
    await in_time("terminal", _all(terminal_checks()))
    await in_time("files", _all(file_checks(settings, config_trouble, log_trouble)))
    if demo:
        await in_time("demo", demo_checks(settings))
        return
    going = asyncio.create_task(find_way(settings.base_url))
    try:
        keys = _Keys(settings, config_trouble)
        await in_time("key", keys.checks())
        way = Way(settings.base_url)

        async def network() -> Iterable[Check]:
            nonlocal way
            way = await going
            return way.checks

        await in_time("network", network())
        await in_time("api", api_checks(way, keys.found, keys.why_none, settings))
    finally:
        going.cancel()


@dataclass
class _Keys:
    """The search for a key. With a broken configuration it is unknown which server the key is for."""

    settings: Settings
    config_trouble: str
    found: FoundKey | None = None

    @property
    def why_none(self) -> str:
        """Why there is no key."""
        return "the configuration cannot be used" if self.config_trouble else "there is no key"

    async def checks(self) -> Iterable[Check]:
        """Look for the key."""
        if self.config_trouble:
            return (skipped("key.source", f"not checked: {self.why_none}"),)
        checks, self.found = await key_checks(self.settings)
        return checks


async def _all(checks: AsyncIterator[T]) -> list[T]:
    return [check async for check in checks]
