"""Checks of the API key's sources. The key itself appears nowhere, not even in part."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from ionq_tui.credentials.keyring_store import Absent, Broken, Found, KeyringStore, Locked, ReadOutcome, WrongHost
from ionq_tui.credentials.sources import VARIABLE, auth_status, passed_over
from ionq_tui.model.check import Check, note, ok, problem
from ionq_tui.model.key import FoundKey, NoKey
from ionq_tui.model.key_source import KeySource
from ionq_tui.model.masking import remember
from ionq_tui.settings import Settings
from ionq_tui.view.key_card import key_advice

_LIKE_A_KEY = 16
"""Length of a word above which it may be a key rather than the name of a program."""
_OF_PATHS = ("/", ".", "~")


async def key_checks(
    settings: Settings, environ: Mapping[str, str] = os.environ
) -> tuple[tuple[Check, ...], FoundKey | None]:
    """Return the checks of this group, and the key if there is one."""
    status = await auth_status(settings, environ, KeyringStore())
    notes = passed_over(settings, environ)
    if isinstance(status.key, FoundKey):
        named = {
            KeySource.ENVIRONMENT: f"{VARIABLE} (environment)",
            KeySource.COMMAND: f"key command ({_program(settings.key_command)}) of profile {settings.profile}",
        }.get(status.key.source, f"keyring, profile {settings.profile}")
        told = "; ".join((f"{named}, for {settings.host}", *notes))
        source, found = ok("key.source", told), status.key
        return (source, await _keyring(status.keyring)), found
    return (_no_key(status.key, settings), await _keyring(status.keyring)), None


def hidden_texts(settings: Settings, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return what messages must not repeat, and mask the environment's key even where it is not used.

    A key command that names no program may be the key itself, put in the wrong place.
    """
    if given := environ.get(VARIABLE, "").strip():
        remember(given, "••••")
    program = next(iter(_words(settings.key_command)), "")
    misplaced = len(program) >= _LIKE_A_KEY and not program.startswith(_OF_PATHS) and shutil.which(program) is None
    return (program,) if misplaced else ()


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()


def _program(command: str) -> str:
    """Return the name of a command's program, without its folder and its arguments."""
    return Path(next(iter(_words(command)), "")).name


def _no_key(key: NoKey, settings: Settings) -> Check:
    reasons = [words for words in key.words if words != key.ways.keyring_words]  # which the next check tells
    why = "; ".join((f"no API key for profile {settings.profile}, {settings.host}", *reasons))
    return problem("key.source", why, key_advice(key.ways))


async def _keyring(outcome: ReadOutcome | None) -> Check:
    name = "key.keyring"
    match outcome:
        case Found(backend=backend):
            return ok(name, f"{backend}, has the key")
        case Absent(backend=backend):
            return ok(name, f"{backend}, has no key for this profile")
        case WrongHost(host=host, backend=backend):
            fix = "ionq-tui auth login replaces it with a key for this server"
            return note(name, f"{backend}, has a key for {host} only", fix)
        case Locked(words=words, help=help_lines):
            return problem(name, words, "; or: ".join(help_lines))
        case Broken(words=words, help=help_lines):
            return note(name, words, "; or: ".join(help_lines))
    told = await KeyringStore().name()
    if isinstance(told, Locked | Broken):
        return ok(name, f"not asked; {told.words}")
    return ok(name, f"{told}, not asked: another source comes first")
