"""Arguments and help texts of all commands."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import NoReturn

from ionq_tui import __version__
from ionq_tui.settings import LOG_LEVELS

_Add = Callable[..., argparse.ArgumentParser]
_LIKE_A_KEY = re.compile(r"[A-Za-z0-9_]{20,}")


class _Parser(argparse.ArgumentParser):
    """Argument parser whose error messages never repeat an API key, since errors end up in logs."""

    def error(self, message: str) -> NoReturn:
        """Report the error with everything that looks like a key replaced."""
        super().error(_LIKE_A_KEY.sub("…", message))


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments; for `run`, everything after the first `--` is the user's command and is not parsed."""
    parser = _parser()
    words = list(argv)
    if "run" not in words or "--" not in words:
        return parser.parse_args(words)
    ours = words.index("--")
    args = parser.parse_args(words[:ours])
    if args.command != "run":
        parser.error("nothing may follow --")
    args.argv = words[ours + 1 :]
    return args


def _parser() -> argparse.ArgumentParser:
    everywhere = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    _add_options(everywhere)
    parser = _Parser(prog="ionq-tui", description="A terminal dashboard for IonQ sessions.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"ionq-tui {__version__}")
    parser.add_argument(
        "--demo", action="store_true", help="run the dashboard on a simulated cloud; needs no key and no network"
    )
    _add_options(parser)
    parser.set_defaults(profile=None, read_only=None, config=None, log=None, log_level=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, words: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=words, description=words, parents=[everywhere], allow_abbrev=False)

    _add_looking(add)
    _add_acting(add)
    _add_rest(add)
    return parser


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", metavar="NAME", help="profile that gives the key and the URL of an organization")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--read-only",
        dest="read_only",
        action="store_true",
        default=argparse.SUPPRESS,
        help="send only requests that read",
    )
    mode.add_argument(
        "--write",
        dest="read_only",
        action="store_false",
        default=argparse.SUPPRESS,
        help="allow changes, whatever the profile says",
    )
    parser.add_argument("--config", metavar="FILE", help="configuration file to use instead of the default")
    parser.add_argument(
        "--log",
        metavar="FILE",
        help="append a log of requests, decisions and errors; no keys, headers or bodies; a new file gets mode 0600",
    )
    parser.add_argument(
        "--log-level",
        choices=LOG_LEVELS,
        help="debug: each request (default); info: actions and messages; warning, error: problems only",
    )


def _add_looking(add: _Add) -> None:
    attach = add("attach", "open the dashboard on one session")
    attach.add_argument("id", metavar="ID", help="session id, or a unique beginning or end of it")
    backends = add("backends", "list the backends")
    listing = add("ls", "list the active sessions of the organization")
    listing.add_argument("--all", action="store_true", help="ended sessions shown")
    for name, words in (("show", "show a report of one session"), ("jobs", "list the jobs of one session")):
        one = add(name, words)
        one.add_argument("id", metavar="ID")
        forms = one.add_mutually_exclusive_group()
        _add_json(forms)
        if name == "show":
            forms.add_argument("--markdown", action="store_true", help="print the report as Markdown")
    for one in (backends, listing):
        _add_json(one)


def _add_json(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON with the field names of the API")


def _add_acting(add: _Add) -> None:
    opening = add("open", "open a session (billable)")
    _add_limits(opening)
    opening.add_argument("--json", action="store_true", help="print the session as JSON instead of its id")
    ending = add("end", "end a session and confirm that it ended")
    ending.add_argument("id", metavar="ID", nargs="?", default="")
    ending.add_argument("--all-here", action="store_true", help="end every session opened on this machine")
    _add_ending(ending)
    ending.add_argument("--json", action="store_true", help="print the ended session as JSON instead of a message")
    answer = add(
        "answer",
        "say which session was opened by a request that got no reply; without arguments, list such requests",
    )
    answer.add_argument(
        "id", metavar="ID", nargs="?", default="", help="id of the session that was opened by the request"
    )
    answer.add_argument("--none", action="store_true", help="no session was opened by the request: close it")
    answer.add_argument("--question", metavar="NAME", default="", help="which request, if several are unconfirmed")
    answer.add_argument("--yes", action="store_true", help="required: an answer cannot be undone")
    run = add("run", "open a session, run a command with IONQ_SESSION_ID set, end the session")
    run.usage = "ionq-tui run BACKEND [limits] [--end-within 10m] --yes -- COMMAND ..."
    _add_limits(run)
    run.add_argument(
        "--end-within",
        metavar="10m",
        default="10m",
        help="how long to retry ending the session until the end is confirmed; ctrl+c stops retrying (default: 10m)",
    )
    run.set_defaults(argv=[])
    watch = add("watch", "print a line for each change of one session until it ends")
    watch.add_argument("id", metavar="ID", help="session id, or a unique beginning or end of it")
    watch.add_argument(
        "--end-when-idle",
        metavar="15m",
        default="",
        help="end the session after this time without a job, and retry until the end is confirmed",
    )
    _add_ending(watch)
    _add_json(watch)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("backend", metavar="BACKEND")
    parser.add_argument("--max-jobs", metavar="N", default="")
    parser.add_argument("--max-time", metavar="90|1h30m", default="", help="minutes, or hours and minutes")
    parser.add_argument("--max-cost", metavar="30|30usd|200credit", default="")
    parser.add_argument("--no-limit", action="store_true", help="required if no limit is given")
    parser.add_argument(
        "--strict-limits",
        action="store_true",
        help="end the session at once with exit code 1 if IonQ sets limits other than these",
    )
    parser.add_argument("--label", metavar="TEXT", default="", help="name of the session, stored on this machine only")
    parser.add_argument("--yes", action="store_true", help="required: opening a session is billable")


def _add_ending(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--not-mine", action="store_true", help="required if the session was not opened on this machine or by this key"
    )
    parser.add_argument("--yes", action="store_true", help="required: ending cannot be undone")


def _add_rest(add: _Add) -> None:
    auth = add("auth", "store, remove or look up the API key")
    auth.add_argument("action", choices=("login", "logout", "status"))
    auth.add_argument("--json", action="store_true")
    add("id", "print the id of the newest session opened on this machine")
    config = add("config", "print the path of the configuration and its settings")
    config.add_argument("--init", action="store_true", help="write a commented default configuration if there is none")
    simulate = add("simulate", "serve a simulated cloud on this machine")
    simulate.add_argument("--port", type=_port, default=0)
    simulate.add_argument("--speed", type=_speed, default=1.0, help="simulated seconds per second")
    simulate.add_argument("--seed", type=int, default=7)
    simulate.add_argument("--start", choices=("first-job", "at-once"), default="first-job")
    simulate.add_argument("--no-workload", action="store_true", help="do not simulate other users' jobs")


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
