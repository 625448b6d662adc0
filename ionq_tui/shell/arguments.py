"""The arguments of every command: what may be said, and what it means."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import NoReturn

from ionq_tui import __version__

_Add = Callable[..., argparse.ArgumentParser]
_LIKE_A_KEY = re.compile(r"[A-Za-z0-9_]{20,}")


class _Parser(argparse.ArgumentParser):
    """Repeats no API key that was given as an argument: errors are kept in logs."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, without what may be a key."""
        super().error(_LIKE_A_KEY.sub("…", message))


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """Read the arguments; for `run`, what stands after the first `--` is the command and not ours to read."""
    parser = _parser()
    words = list(argv)
    if "run" not in words or "--" not in words:
        return parser.parse_args(words)
    ours = words.index("--")
    args = parser.parse_args(words[:ours])
    if args.command != "run":
        parser.error("nothing may stand after --")
    args.argv = words[ours + 1 :]
    return args


def _parser() -> argparse.ArgumentParser:
    everywhere = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    _add_options(everywhere)
    parser = _Parser(prog="ionq-tui", description="A terminal cockpit for IonQ sessions.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"ionq-tui {__version__}")
    parser.add_argument("--demo", action="store_true", help="the dashboard on a simulated cloud: no key, no network")
    _add_options(parser)
    parser.set_defaults(profile=None, read_only=None, config=None, log=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, words: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=words, description=words, parents=[everywhere], allow_abbrev=False)

    _add_looking(add)
    _add_acting(add)
    _add_rest(add)
    return parser


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", metavar="NAME", help="which organisation's key and URL to use")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--read-only",
        dest="read_only",
        action="store_true",
        default=argparse.SUPPRESS,
        help="send nothing but questions",
    )
    mode.add_argument(
        "--write",
        dest="read_only",
        action="store_false",
        default=argparse.SUPPRESS,
        help="act, whatever the profile says",
    )
    parser.add_argument("--config", metavar="FILE", help="the configuration instead of the usual one")
    parser.add_argument("--log", metavar="FILE", help="write a log; the API key is never in it")


def _add_looking(add: _Add) -> None:
    attach = add("attach", "the dashboard, straight at one session")
    attach.add_argument("id", metavar="ID", help="a session's id, or a unique head or tail of it")
    backends = add("backends", "list the backends")
    listing = add("ls", "list the active sessions of the organisation")
    listing.add_argument("--all", action="store_true", help="ended ones too")
    for name, words in (("show", "tell all about one session"), ("jobs", "list the jobs of one session")):
        one = add(name, words)
        one.add_argument("id", metavar="ID")
        forms = one.add_mutually_exclusive_group()
        _add_json(forms)
        if name == "show":
            forms.add_argument("--markdown", action="store_true", help="the report as Markdown")
    for one in (backends, listing):
        _add_json(one)


def _add_json(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--json", action="store_true", help="machine-readable, in the API's own names")


def _add_acting(add: _Add) -> None:
    opening = add("open", "open a session: money may run")
    _add_limits(opening)
    opening.add_argument("--json", action="store_true", help="the session instead of its bare id")
    ending = add("end", "end a session, and prove that it ended")
    ending.add_argument("id", metavar="ID", nargs="?", default="")
    ending.add_argument("--all-here", action="store_true", help="every session opened on this machine")
    _add_ending(ending)
    ending.add_argument("--json", action="store_true", help="the ended session instead of a sentence")
    run = add("run", "open a session, run a command with IONQ_SESSION_ID set, end the session")
    run.usage = "ionq-tui run BACKEND [limits] --yes -- COMMAND ..."
    _add_limits(run)
    run.set_defaults(argv=[])
    watch = add("watch", "print a line for each change of one session, until it ended")
    watch.add_argument("id", metavar="ID", help="a session's id, or a unique head or tail of it")
    watch.add_argument("--end-when-idle", metavar="15m", default="", help="end it after so long without a job")
    _add_ending(watch)
    _add_json(watch)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("backend", metavar="BACKEND")
    parser.add_argument("--max-jobs", metavar="N", default="")
    parser.add_argument("--max-time", metavar="90|1h30m", default="", help="minutes, or hours and minutes")
    parser.add_argument("--max-cost", metavar="30|30usd|200credit", default="")
    parser.add_argument("--no-limit", action="store_true", help="needed where no limit is given")
    parser.add_argument("--label", metavar="TEXT", default="", help="a name kept on this machine")
    parser.add_argument("--yes", action="store_true", help="needed: it costs money")


def _add_ending(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--not-mine", action="store_true", help="needed where it was not opened here or by this key")
    parser.add_argument("--yes", action="store_true", help="needed: ending cannot be undone")


def _add_rest(add: _Add) -> None:
    auth = add("auth", "keep, forget or look up the API key")
    auth.add_argument("action", choices=("login", "logout", "status"))
    auth.add_argument("--json", action="store_true")
    add("id", "print the id of the newest session opened here")
    config = add("config", "print where the configuration is, and what is set")
    config.add_argument("--init", action="store_true", help="write one that changes nothing, unless there is one")
    simulate = add("simulate", "serve a simulated cloud on this machine")
    simulate.add_argument("--port", type=_port, default=0)
    simulate.add_argument("--speed", type=_speed, default=1.0, help="simulated seconds a second")
    simulate.add_argument("--seed", type=int, default=7)
    simulate.add_argument("--start", choices=("first-job", "at-once"), default="first-job")
    simulate.add_argument("--no-workload", action="store_true", help="nobody submits jobs but you")


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError
    return port


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= 1_000_000:
        raise ValueError
    return speed


_port.__name__, _speed.__name__ = "port", "speed"  # what argparse calls them where they cannot be read
