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
from ionq_tui.model.key_source import KeySource, KeyWays
from ionq_tui.model.link import Fault, FaultKind
from ionq_tui.settings import Settings
from ionq_tui.shell.line import say, tell_json
from ionq_tui.vault.ring import Broken, Forgotten, Kept, Locked, Ring
from ionq_tui.vault.sources import VARIABLE, KeyFound, auth_status, before_keyring
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
    trouble = asyncio.run(Ring().trouble(settings.profile))
    if trouble is not None:  # told before the key is typed in vain
        return _said(trouble)
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
        print(file=sys.stderr)
        return ""
    except KeyboardInterrupt:
        print(file=sys.stderr)
        say("nothing was kept")
        raise


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
        _tell_what_wins(settings)
        return DONE
    return _said(outcome)


async def _logout(settings: Settings) -> int:
    outcome = await Ring().forget(settings.profile)
    if isinstance(outcome, Locked | Broken):
        return _said(outcome)
    if isinstance(outcome, Forgotten):
        where = f" for {outcome.host}" if outcome.host else ""
        print(f"the keyring has forgotten the key of profile {settings.profile}{where}")
    else:
        print(f"the keyring holds no key of profile {settings.profile}")
    _tell_what_wins(settings)
    return DONE


def _tell_what_wins(settings: Settings) -> None:
    """Tell of a source that is asked before the keyring, whatever was changed in that."""
    source = before_keyring(settings, os.environ)
    if source is not None:
        named = VARIABLE if source is KeySource.ENVIRONMENT else f"the key command of profile {settings.profile}"
        say(f"{named} comes first: its key is the one that is used")


def _said(outcome: Locked | Broken) -> int:
    say(outcome.words)
    _help(outcome.help)
    return REFUSED


def _help(lines: tuple[str, ...]) -> None:
    """Show commands so that they can be taken as they stand."""
    if lines:
        print("What helps:", *lines, sep="\n  ", file=sys.stderr)


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
    ways = status.key.ways
    for words in dict.fromkeys((*status.key.words, ways.keyring_words)):
        if words:
            say(words)
    say(f"no key for profile {settings.profile}, {settings.host}: {_what_to_do(ways)}")
    _help(ways.keyring_help)
    return REFUSED


def _what_to_do(ways: KeyWays) -> str:
    login = "run ionq-tui auth login" + ("" if ways.reads_environment else f" --profile {ways.profile}")
    possible = [f"set {VARIABLE}"] * ways.reads_environment + [login] * ways.keyring_usable
    return " or ".join(possible) or "give it a key_command in the configuration"
