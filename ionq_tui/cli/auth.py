"""`ionq-tui auth login|logout|status`: manage the API key in the keyring of the operating system."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
import warnings

from ionq_tui.cli.common import say, tell_json
from ionq_tui.credentials.keyring_store import Broken, Forgotten, KeyringStore, Locked, StoredKey
from ionq_tui.credentials.sources import VARIABLE, auth_status, before_keyring
from ionq_tui.model.exit_code import DONE, REFUSED, USAGE
from ionq_tui.model.key import ApiKey, FoundKey
from ionq_tui.model.key_source import KeySource
from ionq_tui.model.link_state import Fault, FaultKind
from ionq_tui.settings import Settings
from ionq_tui.view.fault import fault_words
from ionq_tui.view.key_card import key_advice
from ionq_tui.wiring import Wiring


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Run `login`, `logout` or `status`."""
    if args.action == "login":
        return _login(settings)
    if args.action == "logout":
        return asyncio.run(_logout(settings))
    return asyncio.run(_status(settings, args.json))


def _login(settings: Settings) -> int:
    """Read the key without echo, or from standard input; never from arguments, which other users can see."""
    trouble = asyncio.run(KeyringStore().trouble(settings.profile))
    if trouble is not None:  # told before the key is typed in vain
        return _said(trouble)
    if (unusable := asyncio.run(Wiring(settings).unusable())) is not None:
        say(f"{fault_words(unusable, once=True)}; no key was stored")
        return USAGE
    try:
        key = ApiKey(_typed(f"API key for {settings.host}, profile {settings.profile} (not shown): "))
    except UnicodeDecodeError:
        say("not a valid key: it is not text; no key was stored")
        return REFUSED
    except ValueError as error:
        say(f"{error}; no key was stored")
        return REFUSED
    return asyncio.run(_keep(settings, key))


def _typed(prompt: str) -> str:
    if sys.stdin is None:
        return ""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except getpass.GetPassWarning:
        raise ValueError("this terminal would display the key: pass it on standard input instead") from None
    except EOFError:
        print(file=sys.stderr)
        return ""
    except KeyboardInterrupt:
        print(file=sys.stderr)
        say("no key was stored")
        raise


async def _keep(settings: Settings, key: ApiKey) -> int:
    engine = await Wiring(settings).connect(FoundKey(key, KeySource.TYPED))
    try:
        who = await engine.cloud.whoami()
    finally:
        await engine.close()
    if isinstance(who, Fault) and who.kind is FaultKind.KEY_REFUSED:
        say(f"{fault_words(who, once=True)}; no key was stored")
        return REFUSED
    if isinstance(who, Fault):
        say(f"the key could not be checked: {fault_words(who, once=True)}")
    outcome = await KeyringStore().save(settings.profile, settings.host, key)
    if isinstance(outcome, StoredKey):
        instead = f", replacing the key for {outcome.instead_of}" if outcome.instead_of else ""
        print(f"stored {key.masked} for {settings.host}, profile {settings.profile}{instead}")
        _tell_what_wins(settings)
        return DONE
    return _said(outcome)


async def _logout(settings: Settings) -> int:
    outcome = await KeyringStore().forget(settings.profile)
    if isinstance(outcome, Locked | Broken):
        return _said(outcome)
    if isinstance(outcome, Forgotten):
        where = f" for {outcome.host}" if outcome.host else ""
        print(f"removed the key of profile {settings.profile}{where} from the keyring")
    else:
        print(f"the keyring has no key for profile {settings.profile}")
    _tell_what_wins(settings)
    return DONE


def _tell_what_wins(settings: Settings) -> None:
    """Report a source that takes precedence over the keyring, whatever was changed in the keyring."""
    source = before_keyring(settings, os.environ)
    if source is not None:
        named = VARIABLE if source is KeySource.ENVIRONMENT else f"the key command of profile {settings.profile}"
        say(f"{named} takes precedence: its key is used")


def _said(outcome: Locked | Broken) -> int:
    say(outcome.words)
    _help(outcome.help)
    return REFUSED


def _help(lines: tuple[str, ...]) -> None:
    """Print commands unwrapped, ready to be copied."""
    if lines:
        print("What helps:", *lines, sep="\n  ", file=sys.stderr)


async def _status(settings: Settings, as_json: bool) -> int:
    status = await auth_status(settings, os.environ, KeyringStore())
    source = status.key.source.value if isinstance(status.key, FoundKey) else None
    if as_json:
        ours = {"profile": settings.profile, "host": settings.host, "source": source, "key": status.masked or None}
        tell_json({"ionq_tui": {**ours, "keyring": status.backend or None}})
        return DONE if source else REFUSED
    if isinstance(status.key, FoundKey):
        print(f"profile {settings.profile}, {settings.host}: key {status.masked} from {source}")
        return DONE
    ways = status.key.ways
    for words in dict.fromkeys((*status.key.words, ways.keyring_words)):
        if words:
            say(words)
    say(f"no key for profile {settings.profile}, {settings.host}: {key_advice(ways)}")
    _help(ways.keyring_help)
    return REFUSED
