"""The command line: arguments to what is run."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ionq_tui.model.exit_code import DONE, INTERRUPTED, REFUSED, USAGE
from ionq_tui.model.key import without_keys
from ionq_tui.settings import NO_FLAGS, Flags, Settings, SettingsError, config_path, load_settings

if TYPE_CHECKING:
    import argparse


def main(argv: Sequence[str] | None = None) -> int:
    """Run `ionq-tui`; returns the exit code."""
    _soften(sys.stdout)
    return _written(_exit_code(sys.argv[1:] if argv is None else argv))


def _exit_code(argv: Sequence[str]) -> int:
    try:
        return _run(argv)
    except SystemExit as stop:  # argparse has said what there is to say
        return int(stop.code or DONE)
    except SettingsError as error:
        return _usage(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return REFUSED
    except Exception as error:
        if isinstance(error, ExceptionGroup) and error.subgroup(BrokenPipeError) is not None:
            return REFUSED  # the reader of `watch` has left; its tasks end in a group
        return _crashed(error)


def _crashed(error: Exception) -> int:
    """Report a bug without the values of variables, among which a key may be."""
    from ionq_tui.view.crash import crash_report

    _say("\n".join(crash_report(error)))
    return REFUSED


def _written(code: int) -> int:
    """Write out what was printed; a reader or a terminal that left is no error, a full disk is."""
    trouble = _flushed(sys.stdout)
    if trouble is not None and code == DONE and not isinstance(trouble, BrokenPipeError):
        code = _refused(f"the output could not be written: {trouble.strerror}")
    _flushed(sys.stderr)
    return code


def _flushed(stream: TextIO | None) -> OSError | None:
    """Return what kept a stream from being written out; what is left in it must not become the exit code."""
    if stream is None:
        return None
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None


def _run(argv: Sequence[str]) -> int:
    if not argv:  # the usual start, which need not wait for a reader of all that could have been said
        return _dashboard(load_settings(NO_FLAGS, os.environ, _folder()))
    from ionq_tui.shell.arguments import parsed

    args = parsed(argv)
    flags = Flags(
        profile=args.profile,
        read_only=args.read_only,
        config=Path(args.config) if args.config else None,
        log=Path(args.log) if args.log else None,
    )
    if args.command == "config" and args.init:
        from ionq_tui.shell import own

        return own.init(config_path(flags, os.environ, _folder()))
    settings = load_settings(flags, os.environ, _folder())
    _log_to(settings.log_path)
    if args.command is None or args.command == "attach":
        return _dashboard(settings, demo=args.demo, attach=getattr(args, "id", ""))
    if args.demo:
        return _usage("--demo is the dashboard alone; for commands there is ionq-tui simulate")
    return _command(args, settings)


def _folder() -> Path:
    """Return where the configuration is, unless told otherwise."""
    from platformdirs import user_config_path

    return user_config_path("ionq-tui")


def _soften(stream: object) -> None:
    """Let a terminal or file that cannot show a character get a mark in its place, not us an error."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")


def _usage(words: str) -> int:
    _say(f"ionq-tui: {words}")
    return USAGE


def _dashboard(settings: Settings, *, demo: bool = False, attach: str = "") -> int:
    if attach:
        from ionq_tui.shell.line import Stop, checked_id

        try:
            checked_id(attach)
        except Stop as stop:
            return _usage(str(stop))
    if sys.stdin is None or sys.stdout is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _usage("no terminal: the dashboard needs one; without it use ionq-tui ls, show, open or end")
    import gc
    import signal

    # Collecting garbage before the first paint finds little and costs a twentieth of a start.
    gc.disable()
    # What is painted is little and seldom, so a key need not wait for a sixtieth of a second.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    from ionq_tui.compose import Stair
    from ionq_tui.ui.app import CockpitApp

    app = CockpitApp(
        Stair(settings),
        attach=attach,
        start_demo=demo,
        keys=settings.keys,
        theme=settings.theme,
        end_on_hangup=settings.end_on_hangup,
    )
    app.hangup.watch()
    note = app.run()
    # Whoever presses ctrl+c twice may press it once more than is needed: what is left to do takes no time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):  # the terminal may be gone
        for line in note.lines if note is not None else ():
            print(line)
    return app.return_code or DONE


def _command(args: argparse.Namespace, settings: Settings) -> int:
    if args.command == "simulate":
        from ionq_tui.simulator.serve import main as simulate

        try:
            return simulate(args.port, args.speed, args.seed, args.start, not args.no_workload)
        except OSError as error:
            return _refused(f"port {args.port} cannot be used: {error.strerror}")
    if args.command == "auth":
        from ionq_tui.shell import auth

        return auth.run(args, settings)
    if args.command in ("open", "end"):
        from ionq_tui.shell import act

        return act.run(args, settings)
    if args.command == "run":
        from ionq_tui.shell import run

        return run.run(args, settings)
    if args.command == "watch":
        from ionq_tui.shell import watch

        return watch.run(args, settings)
    if args.command in ("id", "config"):
        from ionq_tui.shell import own

        return own.run(args, settings)
    from ionq_tui.shell import look

    return look.run(args, settings)


def _refused(words: str) -> int:
    _say(f"ionq-tui: {words}")
    return REFUSED


def _say(words: str) -> None:
    """Tell it, to whoever still reads it."""
    with suppress(OSError):
        print(words, file=sys.stderr)


def _log_to(path: Path | None) -> None:
    """Write our own log lines to a file; the network library's stay out, since they know headers."""
    if path is None:
        return
    import logging

    try:
        handler = logging.FileHandler(path, encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable path"
        raise SettingsError(f"--log {path}: cannot be written ({reason})") from None

    class Masking(logging.Formatter):
        """Masks every key, should one stand in an error's text."""

        def format(self, record: logging.LogRecord) -> str:
            return without_keys(super().format(record))

    handler.setFormatter(Masking("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("ionq_tui")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
