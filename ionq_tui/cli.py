"""The command line: arguments to what is run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ionq_tui.model.exit_code import DONE, REFUSED, USAGE
from ionq_tui.model.version import __version__
from ionq_tui.settings import Flags, Settings, SettingsError, load_settings

_Add = Callable[..., argparse.ArgumentParser]


def main(argv: Sequence[str] | None = None) -> int:
    """Run `ionq-tui`; returns the exit code."""
    args = _parser().parse_args(argv)
    try:
        settings = _settings(args)
    except SettingsError as error:
        return _usage(str(error))
    _log_to(settings.log_path)
    try:
        if args.command is None or args.command == "attach":
            return _dashboard(settings, demo=args.demo, attach=getattr(args, "id", ""))
        return _command(args, settings)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return REFUSED


def _settings(args: argparse.Namespace) -> Settings:
    import os

    from platformdirs import user_config_path

    flags = Flags(
        profile=args.profile,
        read_only=args.read_only,
        config=Path(args.config) if args.config else None,
        log=Path(args.log) if args.log else None,
    )
    return load_settings(flags, os.environ, user_config_path("ionq-tui"))


def _usage(words: str) -> int:
    print(f"ionq-tui: {words}", file=sys.stderr)
    return USAGE


def _dashboard(settings: Settings, *, demo: bool, attach: str) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _usage("no terminal: the dashboard needs one; without it use ionq-tui ls, show, open or end")
    import gc

    # Collecting garbage during start-up finds none and costs a twentieth of it.
    gc.disable()
    from ionq_tui.compose import Stair
    from ionq_tui.ui.app import CockpitApp

    app = CockpitApp(Stair(settings), attach=attach, start_demo=demo, keys=settings.keys, theme=settings.theme)
    note = app.run()
    for line in note.lines if note is not None else ():
        print(line)
    return app.return_code or DONE


def _command(args: argparse.Namespace, settings: Settings) -> int:
    if args.command == "simulate":
        from ionq_tui.simulator.serve import main as simulate

        return simulate(args.port, args.speed, args.seed, args.start, not args.no_workload)
    if args.command == "auth":
        from ionq_tui.shell import auth

        return auth.run(args, settings)
    if args.command in ("open", "end"):
        from ionq_tui.shell import act

        return act.run(args, settings)
    from ionq_tui.shell import look

    return look.run(args, settings)


def _log_to(path: Path | None) -> None:
    """Write our own log lines to a file; the network library's stay out, since they know headers."""
    if path is None:
        return
    import logging

    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("ionq_tui")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)


def _parser() -> argparse.ArgumentParser:
    everywhere = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    _add_options(everywhere)
    parser = argparse.ArgumentParser(prog="ionq-tui", description="A terminal cockpit for IonQ sessions.")
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
    mode.add_argument("--read-only", dest="read_only", action="store_true", default=argparse.SUPPRESS)
    mode.add_argument("--write", dest="read_only", action="store_false", default=argparse.SUPPRESS)
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
        _add_json(one)
    for one in (backends, listing):
        _add_json(one)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="machine-readable, in the API's own names")


def _add_acting(add: _Add) -> None:
    opening = add("open", "open a session: money may run")
    opening.add_argument("backend", metavar="BACKEND")
    opening.add_argument("--max-jobs", metavar="N", default="")
    opening.add_argument("--max-time", metavar="90|1h30m", default="", help="minutes, or hours and minutes")
    opening.add_argument("--max-cost", metavar="30|30usd|200credit", default="")
    opening.add_argument("--no-limit", action="store_true", help="needed where no limit is given")
    opening.add_argument("--label", metavar="TEXT", default="", help="a name kept on this machine")
    opening.add_argument("--yes", action="store_true", help="needed: it costs money")
    opening.add_argument("--json", action="store_true", help="the session instead of its bare id")
    ending = add("end", "end a session, and prove that it ended")
    ending.add_argument("id", metavar="ID", nargs="?", default="")
    ending.add_argument("--not-mine", action="store_true", help="needed where it was not opened here or by this key")
    ending.add_argument("--all-here", action="store_true", help="every session opened on this machine")
    ending.add_argument("--yes", action="store_true", help="needed: it cannot be undone")
    ending.add_argument("--json", action="store_true", help="the ended session instead of a sentence")


def _add_rest(add: _Add) -> None:
    auth = add("auth", "keep, forget or look up the API key")
    auth.add_argument("action", choices=("login", "logout", "status"))
    auth.add_argument("--json", action="store_true")
    simulate = add("simulate", "serve a simulated cloud on this machine")
    simulate.add_argument("--port", type=int, default=0)
    simulate.add_argument("--speed", type=float, default=1.0, help="simulated seconds a second")
    simulate.add_argument("--seed", type=int, default=7)
    simulate.add_argument("--start", choices=("first-job", "at-once"), default="first-job")
    simulate.add_argument("--no-workload", action="store_true", help="nobody submits jobs but you")
