"""`ionq-tui auth login|logout|status`: the key in the system's keyring."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys

from ionq_tui.compose import Stair
from ionq_tui.model.exit_code import DONE, REFUSED
from ionq_tui.model.key import ApiKey, FoundKey
from ionq_tui.model.key_source import KeySource
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.settings import Settings
from ionq_tui.shell.line import say, tell_json
from ionq_tui.vault.ring import Absent, Broken, Forgotten, Kept, Locked, Ring
from ionq_tui.vault.sources import KeyFound, auth_status
from ionq_tui.view.fault import fault_words


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run one of the actions."""
    if args.action == "login":
        return _login(settings)
    if args.action == "logout":
        return asyncio.run(_logout(settings))
    return asyncio.run(_status(settings, args.json))


def _login(settings: Settings) -> int:
    """Read the key without echo, or from standard input; never from the arguments, which everyone can see."""
    try:
        key = ApiKey(_typed(f"API key for {settings.host}, profile {settings.profile} (not shown): "))
    except UnicodeDecodeError:
        say("that is no key: it is not text; nothing was kept")
        return REFUSED
    except ValueError as error:
        say(f"{error}; nothing was kept")
        return REFUSED
    return asyncio.run(_keep(settings, key))


def _typed(prompt: str) -> str:
    if sys.stdin is None:
        return ""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    try:
        return getpass.getpass(prompt)
    except EOFError:
        return ""


async def _keep(settings: Settings, key: ApiKey) -> int:
    engine = await Stair(settings).connect(FoundKey(key, KeySource.TYPED))
    try:
        who = await engine.cloud.whoami()
    finally:
        await engine.close()
    if isinstance(who, Fault) and who.kind is FaultKind.KEY_REFUSED:
        say(f"{fault_words(who, once=True)}; nothing was kept")
        return REFUSED
    if isinstance(who, Fault):
        say(f"the key could not be checked: {fault_words(who, once=True)}")
    outcome = await Ring().save(settings.profile, settings.host, key)
    if isinstance(outcome, Kept):
        instead = f", instead of the one for {outcome.instead_of}" if outcome.instead_of else ""
        print(f"kept {key.masked} for {settings.host}, profile {settings.profile}{instead}")
        return DONE
    return _said(outcome)


async def _logout(settings: Settings) -> int:
    outcome = await Ring().forget(settings.profile)
    if isinstance(outcome, Forgotten | Absent):
        print(f"no key is kept for profile {settings.profile}")
        return DONE
    return _said(outcome)


def _said(outcome: Locked | Broken) -> int:
    for line in (outcome.words, *outcome.help):
        say(line)
    return REFUSED


async def _status(settings: Settings, as_json: bool) -> int:
    status = await auth_status(settings, os.environ, Ring())
    source = status.key.source.value if isinstance(status.key, KeyFound) else None
    if as_json:
        ours = {"profile": settings.profile, "host": settings.host, "source": source, "key": status.masked or None}
        tell_json({"ionq_tui": {**ours, "keyring": status.backend or None}})
        return DONE if source else REFUSED
    if isinstance(status.key, KeyFound):
        print(f"profile {settings.profile}, {settings.host}: key {status.masked} from {source}")
        return DONE
    for line in (*status.key.words, *status.key.ways.keyring_help):
        say(line)
    say(f"no key for profile {settings.profile}, {settings.host}: set IONQ_API_KEY or run ionq-tui auth login")
    return REFUSED
