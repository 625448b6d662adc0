"""Checks of the configuration, the journal, the log, and the folders that they are in. Nothing is created."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from shlex import quote

from ionq_tui.credentials.time_limit import bounded
from ionq_tui.journal.inspection import Inspection, inspect
from ionq_tui.model.check import Check, note, ok, problem
from ionq_tui.settings import OTHERS_WRITE, Settings, chmod_command
from ionq_tui.wiring import journal_path

_SECONDS = 2.0
"""Time limit for a disk that does not answer."""
_OWN_PLACES = ("darwin", "win32")
"""Systems that do not keep such files where XDG_STATE_HOME says."""
_HAS_MODES = hasattr(os, "geteuid")
"""False on Windows, where the mode of a file does not tell who has access."""
_LEAST_FREE = 1024 * 1024
"""Bytes of free space below which the journal may not be able to grow."""


async def file_checks(settings: Settings, config_trouble: str, log_trouble: str) -> AsyncIterator[Check]:
    """Yield the checks of this group; the troubles are why the configuration and the log cannot be used."""
    journal = Path(journal_path())
    for name, look in (
        ("files.config", lambda: _config(settings, config_trouble)),
        ("files.state", lambda: _state(journal.parent)),
        ("files.journal", lambda: _journal(journal)),
        ("files.log", lambda: _log(settings.log_path, log_trouble)),
    ):
        try:
            yield await bounded(look, _SECONDS, "ionq-tui doctor")
        except TimeoutError:
            words = f"the disk did not answer within {_SECONDS:g} s"
            yield problem(name, words, "check the file system that holds the file")
        except OSError as error:
            yield problem(name, f"cannot be looked at ({error.strerror})", "check the file system that holds the file")


def _config(settings: Settings, trouble: str) -> Check:
    name, path = "files.config", settings.config_path
    if trouble:
        return problem(name, trouble, "correct it; until then no other command works, and the key is not checked here")
    used = f"profile {settings.profile}"
    found = _stat(path)
    if found is None:
        return ok(name, f"{path} does not exist: defaults, {used}")
    told = f"{path} (mode {_mode(found)}), {used}"
    if _HAS_MODES and found.st_mode & OTHERS_WRITE:
        return note(name, f"{told}: other users can change it", chmod_command(path))
    if not os.access(path, os.W_OK):
        return ok(name, f"{told}; a theme or columns chosen in the dashboard cannot be kept in it")
    return ok(name, told)


def _state(folder: Path) -> Check:
    name = "files.state"
    if why := _obstacle(folder, folder=True):
        words = f"{folder} {why}: what was opened and ended on this machine cannot be recorded"
        elsewhere = ", or set XDG_STATE_HOME to a folder that is" if sys.platform not in _OWN_PLACES else ""
        return problem(name, words, f"make it writable for you{elsewhere}")
    found = _stat(folder)
    if found is None:
        return ok(name, f"{folder} does not exist yet and can be created")
    told = f"{folder} (mode {_mode(found)})"
    if shutil.disk_usage(folder).free < _LEAST_FREE:
        return problem(name, f"{told}: the disk is full", "free some space on it")
    if _HAS_MODES and found.st_mode & 0o077:
        return note(name, f"{told}: other users can look into it", f"chmod 700 {quote(str(folder))}")
    return ok(name, told)


def _journal(path: Path) -> Check:
    name = "files.journal"
    found = _stat(path)
    if found is None:
        return ok(name, f"{path.name} does not exist yet")
    told = f"{path.name} (mode {_mode(found)}, {found.st_size:,} bytes)"
    if why := _obstacle(path):
        words = f"{told} {why}: actions are kept in memory only"
        return problem(name, words, f"make it writable for you: {path}")
    inspection = inspect(path, _SECONDS / 2)
    if inspection.trouble:
        return problem(name, f"{told} {inspection.trouble}", _repair(path, inspection))
    if _HAS_MODES and found.st_mode & 0o077:
        words = f"{told}: other users can read or write it"
        return note(name, words, f"chmod 600 {quote(str(path))}; the next start does the same")
    if inspection.unfinished:
        return ok(name, f"{told}: a change was interrupted; the next start completes or reverts it")
    older = "; the next start converts it to the current version" if inspection.older else ""
    return ok(name, f"{told}, version {inspection.version}{older}")


def _repair(path: Path, inspection: Inspection) -> str:
    if "newer" in inspection.trouble:
        return "install the newer version of ionq-tui again"
    if "damaged" in inspection.trouble:
        return "start ionq-tui: it moves the file aside and begins a new one"
    if "locked" in inspection.trouble:
        return "end the process that uses it, or wait"
    return f"look at {path}"


def _log(path: Path | None, trouble: str) -> Check:
    name = "files.log"
    if trouble:
        return problem(name, trouble, "name another file with --log")
    if path is None:
        return ok(name, "none; --log FILE writes one")
    found = _stat(path)
    if found is None:  # removed since it was opened
        return note(name, f"{path} does not exist any more", "name another file with --log")
    told = f"{path} (mode {_mode(found)})"
    if _HAS_MODES and stat.S_ISREG(found.st_mode) and found.st_mode & 0o077:
        return note(name, f"{told}: other users can read or write it", f"chmod 600 {quote(str(path))}")
    return ok(name, told)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def _mode(found: os.stat_result) -> str:
    return f"{stat.S_IMODE(found.st_mode):04o}"


def _obstacle(path: Path, *, folder: bool = False) -> str:
    """Return why a file or folder cannot be written or created, to be put after its name; empty if it can."""
    found = _stat(path)
    if found is not None:
        if stat.S_ISDIR(found.st_mode) is not folder:
            return "is not a folder" if folder else "is not a file"
        return "" if os.access(path, os.W_OK | (os.X_OK if folder else 0)) else "cannot be written"
    above = next((one for one in path.parents if _stat(one) is not None), None)
    if above is None or not above.is_dir():
        return f"cannot be created: {above or 'its disk'} is not a folder"
    return "" if os.access(above, os.W_OK | os.X_OK) else f"cannot be created: {above} cannot be written"
