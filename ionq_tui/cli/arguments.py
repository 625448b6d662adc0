"""Arguments and help texts of all commands."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NoReturn

from ionq_tui import __version__
from ionq_tui.cli.list_arguments import add_filters, add_list_options, limit
from ionq_tui.settings import LOG_LEVELS

_Add = Callable[..., argparse.ArgumentParser]
_LIKE_A_KEY = re.compile(r"[A-Za-z0-9_]{20,}")
SHELLS = ("bash", "zsh", "fish")
"""Shells for which there is a completion script."""
COMMAND = "command"
"""The attribute that gets the name of the command."""
EVERYWHERE = "options of every command"
"""Title of the group of options that may stand before and after the command."""


_UNKNOWN_COMMAND = re.compile(r"argument COMMAND: invalid choice: '([^']*)'")
"""How argparse reports an unknown command; it goes on with all 24 that there are."""


class _Parser(argparse.ArgumentParser):
    """Argument parser whose error messages never repeat an API key, since errors end up in logs."""

    topic = ""
    """The command whose arguments are parsed; empty for those of the program."""

    def format_help(self) -> str:
        """Return the help, with what stands below the options; that is not made for anything else."""
        from ionq_tui.cli.help_text import examples_of, main_epilog

        self.epilog = examples_of(self.topic) if self.topic else main_epilog()
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """Report the error with everything that looks like a key replaced, and an unknown command with the nearest."""
        if unknown := _UNKNOWN_COMMAND.match(message):
            message = _no_such_command(unknown[1], parsers()[1])
        super().error(_LIKE_A_KEY.sub("…", message))


def parsed(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments; for `run`, everything after the first `--` is the user's command and is not parsed."""
    parser = main_parser()
    words = list(argv)
    if "run" not in words or "--" not in words:
        return parser.parse_args(words)
    ours = words.index("--")
    args = parser.parse_args(words[:ours])
    if args.command != "run":
        parser.error("nothing may follow --")
    args.argv = words[ours + 1 :]
    return args


def help_text(topic: str) -> str:
    """Return the help of a command, or of the program if no command is named; leave as for wrong usage if unknown."""
    parser, commands = parsers()
    if topic and topic not in commands:
        parser.error(_no_such_command(topic, commands))
    return (commands[topic] if topic else parser).format_help()


def _no_such_command(word: str, commands: Iterable[str]) -> str:
    from ionq_tui.model.nearest import nearest  # needed only after a mistake

    near = nearest(word, list(commands))
    return f"no such command: {word!r}; {f'did you mean {near}?' if near else 'ionq-tui --help lists them'}"


def main_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    return parsers()[0]


def parsers() -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """Return the parser of the whole command line and those of the commands, by name in the order of the help.

    Shell completion and the manual page are made from them too, by `command_tree`.
    """
    parser = _Parser(
        prog="ionq-tui",
        usage="ionq-tui [options] [COMMAND ...]",
        description="A terminal dashboard for IonQ sessions. Without a COMMAND, it opens the dashboard.",
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-V", "--version", action="version", version=f"ionq-tui {__version__}")
    parser.add_argument(
        "--demo", action="store_true", help="run the dashboard on a simulated cloud; needs no key and no network"
    )
    _add_options(parser)
    parser.set_defaults(profile=None, read_only=None, config=None, log=None, log_level=None)
    commands = parser.add_subparsers(dest=COMMAND, metavar="COMMAND", prog="ionq-tui")

    def add(name: str, words: str) -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            help=words,
            description=words,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.topic = name
        return command

    _add_looking(add)
    _add_about_jobs(add)
    _add_acting(add)
    _add_rest(add)
    for command in commands.choices.values():
        _add_options(command.add_argument_group(EVERYWHERE), default=argparse.SUPPRESS)
    return parser, commands.choices


def _add_options(parser: argparse._ActionsContainer, default: str | None = None) -> None:
    """Add the options that may stand before and after the command; those not given get the default."""
    parser.add_argument(
        "--profile",
        type=_not_empty,
        metavar="NAME",
        default=default,
        help="use the API key and the server of this profile in the configuration",
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--read-only",
        dest="read_only",
        action="store_true",
        default=argparse.SUPPRESS,
        help="never open or end sessions, or cancel or clone jobs",
    )
    mode.add_argument(
        "--write",
        dest="read_only",
        action="store_false",
        default=argparse.SUPPRESS,
        help="allow these changes even if the profile is read-only",
    )
    parser.add_argument(
        "--config",
        type=_not_empty,
        metavar="FILE",
        default=default,
        help="read this configuration file instead of the usual one",
    )
    parser.add_argument(
        "--log",
        type=_not_empty,
        metavar="FILE",
        default=default,
        help="add a log of requests and errors to this file, without API keys, headers, or message bodies; only you "
        "can read a new file",
    )
    parser.add_argument(
        "--log-level",
        choices=LOG_LEVELS,
        metavar="LEVEL",
        default=default,
        help="how much to log: debug (every request; the default), info (actions and messages), warning, or error",
    )


def _add_looking(add: _Add) -> None:
    attach = add("attach", "open the dashboard on the screen of one session")
    _add_id(attach)
    backends = add("backends", "list the quantum computers and simulators (backends); needs no key")
    listing = add("ls", "list the active sessions of the organization")
    listing.add_argument("--all", action="store_true", help="list ended sessions too")
    listing.add_argument("--mine", action="store_true", help="list only yours: opened on this machine or with your key")
    listing.add_argument("--backend", metavar="BACKEND", default="", help="list only the sessions on this backend")
    add_filters(listing, "started")
    show = add("show", "show a report of one session")
    _add_id(show)
    forms = show.add_mutually_exclusive_group()
    _add_json(forms)
    forms.add_argument("--markdown", action="store_true", help="print the report as Markdown")
    jobs = add("jobs", "list the jobs of one session")
    _add_id(jobs)
    add_filters(jobs, "failed,canceled")
    jobs.add_argument("--limit", metavar="N", type=limit, default=0, help="list so many jobs at most")
    for one, columns in ((backends, "name,queue,2q-fid"), (listing, "id,backend,left"), (jobs, "id,status,cost")):
        add_list_options(one, columns)
    usage = add("usage", "show what the organization and the sessions of this machine cost, by day")
    usage.add_argument(
        "--days", type=_days, metavar="N", default=30, help="how many days, today included, 1 to 366 (default: 30)"
    )
    usage.add_argument(
        "--by",
        choices=("backend", "person", "project"),
        default="backend",
        help="backend: sessions of this machine by backend and label (default); person, project: as IonQ reports them",
    )
    _add_json(usage)


def _add_about_jobs(add: _Add) -> None:
    events = add("events", "list what happened in one session, as far as IonQ and this machine know")
    _add_id(events)
    _add_json(events)
    job = add("job", "show the facts of one job")
    results = add("results", "show the result of one job: its outcomes with probabilities and counts")
    cancel = add("cancel", "cancel jobs and confirm that they are canceled")
    cancel.add_argument("jobs", metavar="JOB", nargs="+", help="id of a job")
    cancel.add_argument(
        "--not-mine",
        action="store_true",
        help="allow canceling a job that was neither sent with your key nor into a session of yours",
    )
    cancel.add_argument("--yes", action="store_true", help=_YES)
    clone = add("clone", "clone a job that failed or was canceled into a running session (billable)")
    clone.add_argument("job", metavar="JOB", help="id of the job; in the session itself, a part of it is enough")
    clone.add_argument("session", metavar="SESSION", help=_ID)
    clone.add_argument(
        "--not-mine",
        action="store_true",
        help="allow a session that was opened neither on this machine nor with your key",
    )
    clone.add_argument(
        "--dry-run", action="store_true", help="print the request that would be sent, and clone and record nothing"
    )
    clone.add_argument("--yes", action="store_true", help=_YES)
    clone.add_argument("--json", action="store_true", help="print the new job as JSON instead of its id")
    for one in (job, results):
        one.add_argument("job", metavar="JOB", help="id of the job")
    job.add_argument(
        "--circuit",
        action="store_true",
        help="print the compiled circuit instead: a table on a terminal, elsewhere as IonQ has it",
    )
    results.add_argument("--shots", action="store_true", help="print the outcome of each shot instead of all together")
    forms = results.add_mutually_exclusive_group()
    forms.add_argument("--csv", action="store_true", help="print CSV, also the form without a terminal")
    for parser, group in ((job, job), (results, forms), (cancel, cancel)):
        _add_json(group)
        parser.add_argument(
            "--session", metavar="ID", default="", help="look in this session, where a part of the job's id is enough"
        )


_YES = "confirm beforehand; without it a terminal is asked, and without a terminal nothing is sent"


_ID = "id of the session; its first or last characters are enough if no other session has the same"


def _add_id(parser: argparse.ArgumentParser, nargs: str | None = None) -> None:
    parser.add_argument("id", metavar="ID", nargs=nargs, default="", help=_ID)


def _add_json(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON with the field names of the API")


def _add_acting(add: _Add) -> None:
    opening = add("open", "open a session (billable)")
    _add_limits(opening)
    opening.add_argument(
        "--dry-run",
        action="store_true",
        help="check the backend and print the request that would be sent; open and record nothing",
    )
    opening.add_argument("--json", action="store_true", help="print the session as JSON instead of its id")
    ending = add("end", "end a session and confirm that it ended")
    _add_id(ending, nargs="?")
    ending.add_argument("--all-here", action="store_true", help="end every session opened on this machine")
    _add_ending(ending)
    ending.add_argument("--json", action="store_true", help="print the ended session as JSON instead of a message")
    answer = add(
        "answer",
        "list requests to open a session with an unknown result, or tell which session one of them opened",
    )
    answer.add_argument("id", metavar="ID", nargs="?", default="", help="id of the session that the request opened")
    answer.add_argument("--none", action="store_true", help="the request opened no session")
    answer.add_argument("--question", metavar="NAME", default="", help="which request is meant, if there are several")
    answer.add_argument("--yes", action="store_true", help=_YES)
    run = add("run", "open a session, run a command with IONQ_SESSION_ID set to its id, and end the session")
    run.usage = "ionq-tui run BACKEND [limits] [--end-within 10m] --yes -- COMMAND ..."
    _add_limits(run)
    run.add_argument(
        "--end-within",
        metavar="10m",
        default="10m",
        help="how long to keep trying to end the session; ctrl+c stops (default: 10m)",
    )
    run.set_defaults(argv=[])
    watch = add("watch", "print a line for each change of one session until it ends")
    _add_id(watch)
    watch.add_argument(
        "--end-when-idle",
        metavar="15m",
        default="",
        help="end the session once it has had no unfinished job for this long, and keep trying until it has ended",
    )
    _add_ending(watch)
    _add_json(watch)


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("backend", metavar="BACKEND", help="name of the backend, for example qpu.forte-1")
    parser.add_argument("--max-jobs", metavar="N", default="", help="end the session after this many jobs")
    parser.add_argument(
        "--max-time", metavar="TIME", default="", help="end the session after this time: 90 (minutes), 90m, or 1h30m"
    )
    parser.add_argument(
        "--max-cost",
        metavar="COST",
        default="",
        help="end the session at this cost, with its unit: 30usd or 200credit (30 means 30usd)",
    )
    parser.add_argument("--no-limit", action="store_true", help="open the session without any limit")
    parser.add_argument(
        "--strict-limits",
        action="store_true",
        help="if IonQ sets different limits, end the session at once and exit with code 1",
    )
    parser.add_argument("--label", metavar="TEXT", default="", help="your name for it; it stays on this machine")
    parser.add_argument("--yes", action="store_true", help=_YES)


def _add_ending(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--not-mine",
        action="store_true",
        help="allow ending a session that was opened neither on this machine nor with your key",
    )
    parser.add_argument("--yes", action="store_true", help=_YES)


def _add_rest(add: _Add) -> None:
    auth = add("auth", "save the API key in the system keyring, remove it, or show which key is used")
    auth.add_argument(
        "action",
        choices=("login", "logout", "status"),
        help="login: read a key from the terminal or standard input, check it, and save it; logout: remove it; "
        "status: show where the key in use comes from",
    )
    auth.add_argument("--json", action="store_true", help="print the status as JSON")
    help_ = add("help", "show this help, or that of one command")
    help_.add_argument(
        "--schema", action="store_true", help="print the JSON Schema of what the command's --json prints"
    )
    help_.add_argument("topic", metavar="COMMAND", nargs="?", default="", help="name of the command")
    add("id", "print the id of the session opened last on this machine")
    config = add("config", "print the path of the configuration file and the settings in use")
    config.add_argument(
        "--init",
        action="store_true",
        help="create the file, with every setting explained, if there is none",
    )
    doctor = add(
        "doctor",
        "check what works on this machine: terminal, API key, files, network, IonQ; changes nothing, and its output "
        "contains no secret",
    )
    doctor.add_argument("--json", action="store_true", help="print the report as JSON")
    completion = add("completion", "print a script that completes commands, options, backends, and session ids")
    completion.add_argument("shell", choices=SHELLS, help="the shell that runs the script")
    add("man", "print the manual page, for example for man -l -")
    simulate = add("simulate", "run a simulated cloud on this machine, for tests and practice")
    simulate.add_argument("--port", type=_port, default=0, help="port to listen on (default: any free one)")
    simulate.add_argument("--speed", type=_speed, default=1.0, help="simulated seconds per second (default: 1)")
    simulate.add_argument("--seed", type=int, default=7, help="number that decides all random events (default: 7)")
    simulate.add_argument(
        "--start",
        choices=("first-job", "at-once"),
        default="first-job",
        help="when a session starts: with its first job (default), or as soon as it is opened",
    )
    simulate.add_argument(
        "--no-workload",
        action="store_true",
        help="simulate no jobs: neither those of other users nor those that are sent into your sessions",
    )


def _not_empty(text: str) -> str:
    """Refuse the value of an unset variable, which would otherwise be taken as if the option was not given."""
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number from 0 to 65535")
    return int(text)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= 366):
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number from 1 to 366")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= _FASTEST:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a number above 0, up to {_FASTEST}")
    return speed


_FASTEST = 1_000_000
