"""Entry point of the command line: dispatch arguments to commands."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ionq_tui.model.exit_code import CLOSED_PIPE, DONE, INTERRUPTED, REFUSED, UNCERTAIN, USAGE
from ionq_tui.settings import NO_FLAGS, Flags, Settings, SettingsError, config_path, load_settings
from ionq_tui.terminal import can_place_text, fit_stream

if TYPE_CHECKING:
    import argparse


_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Errors of writing the output; of files they have a name."""
_COLOR_SYSTEMS = (None, "auto", "standard", "256", "truecolor", "windows")
"""Values of TEXTUAL_COLOR_SYSTEM that Rich knows; None where it is not set."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `ionq-tui` and return the exit code."""
    _fill_streams()
    for stream in (sys.stdout, sys.stderr):
        fit_stream(stream, os.environ)
    return _written(_exit_code(lambda: _run(sys.argv[1:] if argv is None else argv)))


def _fill_streams() -> None:
    """Connect closed standard streams to the null device: otherwise the journal could get the number of one of them."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:  # what is printed there is lost, as the caller wished
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:  # print would take standard output for it
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _exit_code(run: Callable[[], int]) -> int:
    try:
        return run()
    except SystemExit as stop:  # argparse has said what there is to say
        return int(stop.code or DONE)
    except SettingsError as error:
        return _usage(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return CLOSED_PIPE
    except OSError as error:
        return _unwritten(error) if error.filename is None and error.errno in _DISK else _crashed(error)
    except Exception as error:
        if isinstance(error, ExceptionGroup) and error.subgroup(BrokenPipeError) is not None:
            return CLOSED_PIPE  # the reader of `watch` has left; its tasks end in a group
        return _crashed(error)


def _unwritten(error: OSError) -> int:
    """Report that the output could not be written, once; what is left of it goes nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _refused(f"the output could not be written: {error.strerror}")


def _crashed(error: Exception) -> int:
    """Report a bug without the values of variables, since one of them may be a key."""
    from ionq_tui.view.crash import crash_report

    report = "\n".join(crash_report(error))
    _log(report, grave=True)
    _say(report)
    return REFUSED


def _written(code: int) -> int:
    """Flush the output; a closed pipe is nothing to complain about, a full disk is."""
    trouble = _flushed(sys.stdout)
    if isinstance(trouble, BrokenPipeError):
        code = CLOSED_PIPE if code == DONE else code
    elif trouble is not None and code == DONE:
        code = _refused(f"the output could not be written: {trouble.strerror}")
    _flushed(sys.stderr)
    return code


def _flushed(stream: TextIO | None) -> OSError | None:
    """Return the error of flushing a stream; what is left in the stream must not change the exit code."""
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
    if tuple(argv[:2]) == ("completion", "--complete"):  # asked by a shell; the words that follow are unfinished
        from ionq_tui.cli.completion import complete

        return complete(argv[2:], _folder)
    from ionq_tui.cli.arguments import parsed

    args = parsed(argv)
    if args.command == "completion":  # these two need no settings, which may be invalid
        from ionq_tui.cli import completion

        return completion.run(args.shell)
    if args.command == "man":
        from ionq_tui.cli import man

        return man.run()
    if args.command == "help":
        from ionq_tui.cli.help import run as help_

        return help_(args.topic, schema=args.schema)
    flags = Flags(
        profile=args.profile,
        read_only=args.read_only,
        config=None if args.config is None else Path(args.config),
        log=None if args.log is None else Path(args.log),
        log_level=args.log_level,
    )
    if args.command == "config" and args.init:
        from ionq_tui.cli import local

        return local.init(config_path(flags, os.environ, _folder()))
    if args.command == "doctor":
        return _doctor(args, flags)
    settings = load_settings(flags, os.environ, _folder())
    with _logged(args, settings):
        code = _exit_code(lambda: _chosen(args, settings))
        if settings.log_path is not None:
            _log(f"exit code {code}")
        return code


def _doctor(args: argparse.Namespace, flags: Flags) -> int:
    """Run `doctor`, which reports a configuration or a log that cannot be used, and goes on."""
    from ionq_tui.cli.doctor import command

    settings, config_trouble = command.settings_or_defaults(flags, os.environ, _folder())
    log_trouble = ""
    with ExitStack() as stack:
        try:
            stack.enter_context(_logged(args, settings))
        except SettingsError as error:
            log_trouble = str(error)
        code = _exit_code(lambda: command.run(args, settings, config_trouble, log_trouble))
        if settings.log_path is not None:
            _log(f"exit code {code}")
        return code


def _chosen(args: argparse.Namespace, settings: Settings) -> int:
    if args.command is None or args.command == "attach":
        return _dashboard(settings, demo=args.demo, attach=getattr(args, "id", ""))
    if args.demo:
        return _usage("--demo runs the dashboard only; for commands use ionq-tui simulate")
    from ionq_tui.view.time_zone import zone_trouble

    if told := zone_trouble():
        _say(f"ionq-tui: {told}")
    return _command(args, settings)


def _folder() -> Path:
    """Return the default path of the configuration."""
    from platformdirs import user_config_path

    return user_config_path("ionq-tui")


def _log(words: str, *, grave: bool = False) -> None:
    """Write the message to the log, if there is one."""
    import logging

    logger = logging.getLogger("ionq_tui.command")
    if logging.getLogger("ionq_tui").handlers:
        logger.log(logging.ERROR if grave else logging.INFO, "%s", words)


def _usage(words: str) -> int:
    _log(words, grave=True)
    _say(f"ionq-tui: {words}")
    return USAGE


def _dashboard(settings: Settings, *, demo: bool = False, attach: str = "") -> int:
    if attach:
        from ionq_tui.cli.common import CommandError, checked_id

        try:
            checked_id(attach)
        except CommandError as stop:
            return _usage(str(stop))
    if sys.stdin is None or sys.stdout is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _usage("no terminal: the dashboard needs one. Without a terminal use ionq-tui ls, show, open or end")
    if not can_place_text(term := os.environ.get("TERM", "")):
        from ionq_tui.view.environment_notice import no_screen

        return _usage(no_screen(term))
    import gc
    import signal

    # Collecting garbage before the first paint finds little and costs a twentieth of a start.
    gc.disable()
    # What is painted is little and seldom, so a key need not wait for a sixtieth of a second.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    for name in ("COLUMNS", "LINES"):
        if len(size := os.environ.get(name, "0")) > 4 or not size.isdecimal():
            del os.environ[name]  # Rich would fail to read some of these
    if os.environ.get("TEXTUAL_COLOR_SYSTEM") not in _COLOR_SYSTEMS:
        del os.environ["TEXTUAL_COLOR_SYSTEM"]  # and Textual some of these
    os.environ.pop("TEXTUAL_DRIVER", None)  # names a class to load; the dashboard needs its own
    from ionq_tui.ui.app import DashboardApp
    from ionq_tui.wiring import Wiring

    def keep(table: str, name: str, value: str | list[str]) -> str:
        from ionq_tui.preferences import keep as keep_in_file  # needed once something is chosen

        return keep_in_file(settings.config_path, name, value, table=table)

    app = DashboardApp(
        Wiring(settings),
        kept=(settings.columns, settings.sort, keep),
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
    unconfirmed = note is not None and note.unconfirmed
    return app.return_code or (UNCERTAIN if unconfirmed else DONE)


def _command(args: argparse.Namespace, settings: Settings) -> int:
    if args.command == "simulate":
        from ionq_tui.simulator.serve import main as simulate

        try:
            return simulate(args.port, args.speed, args.seed, args.start, not args.no_workload)
        except OSError as error:
            return _refused(f"port {args.port} cannot be used: {error.strerror}")
    if args.command == "auth":
        from ionq_tui.cli import auth

        return auth.run(args, settings)
    if args.command == "open":
        from ionq_tui.cli import open as opening

        return opening.run(args, settings)
    if args.command == "end":
        from ionq_tui.cli import end

        return end.run(args, settings)
    if args.command == "answer":
        from ionq_tui.cli import answer

        return answer.run(args, settings)
    if args.command == "run":
        from ionq_tui.cli import run

        return run.run(args, settings)
    if args.command == "usage":
        from ionq_tui.cli import usage

        return usage.run(args, settings)
    if args.command == "watch":
        from ionq_tui.cli import watch

        return watch.run(args, settings)
    if args.command == "cancel":
        from ionq_tui.cli import cancel

        return cancel.run(args, settings)
    if args.command == "clone":
        from ionq_tui.cli import clone

        return clone.run(args, settings)
    if args.command in ("job", "results"):
        from ionq_tui.cli import job

        return job.run(args, settings)
    if args.command == "events":
        from ionq_tui.cli import events

        return events.run(args, settings)
    if args.command in ("id", "config"):
        from ionq_tui.cli import local

        return local.run(args, settings)
    from ionq_tui.cli import listings

    return listings.run(args, settings)


def _refused(words: str) -> int:
    _log(words, grave=True)
    _say(f"ionq-tui: {words}")
    return REFUSED


def _say(words: str) -> None:
    """Print the message if standard error can still be written."""
    with suppress(OSError):
        print(words, file=sys.stderr)


@contextmanager
def _logged(args: argparse.Namespace, settings: Settings) -> Iterator[None]:
    """Write the log if one was requested, and report at the end if it is incomplete."""
    if settings.log_path is None:
        yield
        return
    import logging

    from ionq_tui import __version__
    from ionq_tui.log_file import LogFile

    log = LogFile(settings.log_path, settings.log_level)
    logging.getLogger("ionq_tui.command").info(
        "ionq-tui %s, %s, profile %s, %s%s",
        __version__,
        args.command or "dashboard",
        settings.profile,
        "demo" if args.demo else settings.base_url,
        ", read-only" if settings.read_only else "",
    )
    try:
        yield
    finally:
        log.close()
        if log.trouble:
            _say(log.trouble)
