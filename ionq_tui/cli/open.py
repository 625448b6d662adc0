"""`ionq-tui open`: open a session; `run` opens and reports its session through this module too."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from uuid import uuid4

from ionq_tui.cli.backend_check import check_backend
from ionq_tui.cli.common import (
    CommandError,
    changing,
    document,
    heard,
    say,
)
from ionq_tui.cli.common import run as connected
from ionq_tui.cli.confirm import confirm, needs_yes
from ionq_tui.cli.dry_run import print_request
from ionq_tui.cli.end import end_it
from ionq_tui.cli.limit_check import end_unwanted, told_mismatch
from ionq_tui.cli.listings import session_facts
from ionq_tui.cli.signals import waited
from ionq_tui.engine.engine import Engine
from ionq_tui.model.activity import Activity
from ionq_tui.model.exit_code import DONE, REFUSED, UNCERTAIN, USAGE
from ionq_tui.model.limits import LimitError, Limits, read_jobs, read_minutes, read_money
from ionq_tui.model.link_state import Fault
from ionq_tui.model.outcome import NotOpened, Opened, OpenOutcome, OpenRequest
from ionq_tui.model.session import Session
from ionq_tui.settings import Settings
from ionq_tui.view.amount import limits_words
from ionq_tui.view.result import looking_words, open_result
from ionq_tui.view.sanitize import plain
from ionq_tui.view.session_card import attach_command, candidate_notes, end_command, show_command


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Open a session; wrong usage is reported before anything is sent."""
    try:
        request = requested(args, sends=not args.dry_run)
        if not args.dry_run:
            changing(settings)
    except CommandError as stop:
        say(str(stop))
        return stop.code
    if args.dry_run:  # the backends are public: neither a key nor the journal is needed
        return connected(
            settings, lambda engine: print_request(engine, request, settings, as_json=args.json), keyless=True
        )
    return connected(settings, lambda engine: _open(engine, settings, args, request))


_OPTIONS = {"jobs": "--max-jobs", "time": "--max-time", "money": "--max-cost"}
"""Options by the field of a limit. The advice to leave a field empty is for the form, not for a command."""


def requested(args: argparse.Namespace, *, sends: bool = True) -> OpenRequest:
    """Read the limits of a command line. Raises CommandError for wrong usage, as is a missing `--yes` if it `sends`."""
    try:
        limits = Limits(read_jobs(args.max_jobs), read_minutes(args.max_time), read_money(args.max_cost))
    except LimitError as error:
        raise CommandError(f"{_OPTIONS[error.field]}: {error.why.partition('; ')[0]}", USAGE) from None
    if limits.absent and not args.no_limit:
        raise CommandError("no limit given: add --max-jobs, --max-time or --max-cost, or --no-limit", USAGE)
    if not limits.absent and args.no_limit:
        raise CommandError("--no-limit contradicts the limits given", USAGE)
    if not (args.backend.isprintable() and args.label.isprintable()):
        raise CommandError("the backend and the label must be printable text", USAGE)
    if sends:
        needs_yes(args.yes, f"opening a session on {plain(args.backend, 60)} is billable")
    return OpenRequest(args.backend, limits)


async def _open(engine: Engine, settings: Settings, args: argparse.Namespace, request: OpenRequest) -> int:
    await confirm(args.yes, open_question(request))
    outcome = await open_known(engine, request, args.label)
    if not isinstance(outcome, Opened):
        return told_not_opened(engine, request, outcome)
    session = outcome.session
    say(opened_words(engine, outcome))
    if told_mismatch(engine, session, strict=args.strict_limits):
        return await end_unwanted(engine, settings, session)
    try:
        print(document(session_facts(engine, session)) if args.json else session.id, flush=True)
    except OSError:  # nobody reads, or the disk is full: an id that is lost is a session that is forgotten
        say(f"the id could not be printed: the session {plain(session.id, 64)} is open")
        return UNCERTAIN
    return DONE


def open_question(request: OpenRequest) -> str:
    """Return the question whether to open a session with these limits."""
    return f"Open a session on {plain(request.backend, 60)} (billable), limits: {limits_words(request.limits)}?"


def opened_words(engine: Engine, outcome: Opened) -> str:
    """Return which session is open, and how to end it."""
    session = outcome.session
    how = " (found after the reply was lost)" if outcome.adopted else ""
    return (
        f"{plain(session.short)} on {plain(session.backend, 60)} is open{how}: {limits_words(session.limits)};"
        f" end it with {end_it(engine, session.id)}"
    )


async def open_known(engine: Engine, request: OpenRequest, label: str) -> OpenOutcome:
    """Read the session list, then open; after an interruption wait briefly for the result of the request."""
    try:
        heard(await engine.session_list.refresh(), "sessions")
    except CommandError as why:
        raise CommandError(f"nothing was opened: {why}", why.code) from None
    await check_backend(engine, request.backend)
    token = uuid4().hex
    told: list[Fault] = []

    def tell_lost(activity: Activity) -> None:
        opening = activity.opening.get(token)
        if opening is not None and opening.fault is not None and not told:
            told.append(opening.fault)
            say(looking_words(opening.fault))

    stop = engine.actions.activity.subscribe(tell_lost)
    try:
        opening = asyncio.ensure_future(engine.actions.open(token, request, label))
        if await waited([opening], say):
            return opening.result()
    finally:
        stop()
    _tell_candidates(request, engine.actions.found(token))
    raise CommandError(f"a session may have been opened on {plain(request.backend, 60)}. Check: ionq-tui ls", UNCERTAIN)


def told_not_opened(engine: Engine, request: OpenRequest, outcome: OpenOutcome) -> int:
    """Report why no session is confirmed, and return the exit code."""
    say(open_result(outcome, engine.clock.now(), None).text)
    if isinstance(outcome, NotOpened):
        return REFUSED
    _tell_candidates(request, () if isinstance(outcome, Opened) else outcome.candidates)
    say("check with ionq-tui ls before you open another")
    return UNCERTAIN


def _tell_candidates(request: OpenRequest, sessions: Sequence[Session]) -> None:
    """Report for each candidate how it differs from the request, how to view it, and how to end it."""
    for one in sessions:
        for words in candidate_notes(request, [one]):
            say(words)
        say(show_command(one.id))
        say(attach_command(one.id))
        say(f"{end_command(one.id)} --not-mine")
