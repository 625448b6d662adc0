"""Checks of what IonQ's API answers to this key, and of this machine's clock against IonQ's."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import timedelta

from ionq_tui.api import operations
from ionq_tui.cli.doctor.network import Way, answer_of
from ionq_tui.model.check import Check, note, ok, problem, skipped
from ionq_tui.model.key import FoundKey, KeyIdentity
from ionq_tui.model.link_state import Fault, FaultKind, list_refusal
from ionq_tui.model.overview import ListedSessions
from ionq_tui.settings import Settings
from ionq_tui.view.amount import counted
from ionq_tui.view.clock_skew import skew_words
from ionq_tui.view.doctor import fault_parts
from ionq_tui.view.key_card import refused_advice
from ionq_tui.view.sanitize import plain
from ionq_tui.wiring import Wiring

_SET_CLOCK = {"linux": "sudo timedatectl set-ntp true", "darwin": "sudo sntp -sS time.apple.com"}


async def api_checks(way: Way, found: FoundKey | None, why_keyless: str, settings: Settings) -> tuple[Check, ...]:
    """Return the checks of this group."""
    error = way.keyless.clock_error if way.keyless is not None else timedelta()
    if found is None or not way.answered:
        why = f"not checked: {why_keyless}" if found is None else "not checked: the server cannot be reached"
        key, sessions = skipped("api.key", why), skipped("api.sessions", why)
    else:
        source, profile, named = found.source, settings.profile, settings.profile_named
        runner = way.runner(found.key, lambda: refused_advice(source, profile, named=named))
        who, listed = await asyncio.gather(
            way.ask(runner, operations.whoami()), way.ask(runner, operations.list_sessions(True))
        )
        key, sessions = _judged(answer_of(who), answer_of(listed))
        error = runner.clock_error
        await runner.aclose()
    if way.keyless is not None:
        await way.keyless.aclose()
    return key, sessions, _clock(way.dated, error)


def _judged(who: KeyIdentity | Fault, listed: ListedSessions | Fault) -> tuple[Check, Check]:
    if isinstance(who, Fault):
        key = problem("api.key", *fault_parts(who))
        if who.kind is FaultKind.KEY_REFUSED:
            return key, skipped("api.sessions", "not checked: the key was refused")
    else:
        project = f", project {plain(who.project_id, 64)}" if who.project_id else ""
        key = ok("api.key", f'accepted: "{plain(who.key_name, 60)}"{project}')
    if isinstance(listed, Fault):
        fault = list_refusal(listed, key_accepted=isinstance(who, KeyIdentity))
        return key, problem("api.sessions", *fault_parts(fault, "sessions"))
    return key, _sessions(listed)


def _sessions(listed: ListedSessions) -> Check:
    organization = f" in organization {plain(listed.organization_id, 64)}" if listed.organization_id else ""
    told = f"enabled: {len(listed.sessions):,} active{organization}"
    if listed.unreadable:
        words = f"{told}; {counted(listed.unreadable, 'more session')} could not be read"
        return note("api.sessions", words, "update ionq-tui")
    return ok("api.sessions", told)


def _clock(dated: bool, ahead: timedelta) -> Check:
    if not dated:
        return skipped("api.clock", "not checked: no reply tells the time")
    if words := skew_words(ahead):
        return note("api.clock", words, _SET_CLOCK.get(sys.platform, "set the clock, and let it be kept right"))
    return ok("api.clock", "agrees with IonQ's to within a minute")


async def demo_checks(settings: Settings) -> tuple[Check, ...]:
    """Return the checks of the simulated cloud, which needs neither a key nor the network."""
    engine = await Wiring(settings).demo()
    try:
        listed = await engine.cloud.sessions(True)
    finally:
        await engine.close()
    return tuple(_demo(listed))


def _demo(listed: ListedSessions | Fault) -> Iterator[Check]:
    if isinstance(listed, Fault):
        yield problem("demo.cloud", *fault_parts(listed, "sessions"))
    else:
        yield ok("demo.cloud", f"answers: {len(listed.sessions):,} active; needs no key and no network")
