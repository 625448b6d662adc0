"""Checks of Python, the installed packages, and the operating system."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from ionq_tui.model.check import Check, note, ok, problem
from ionq_tui.model.version import __version__
from ionq_tui.view.time_zone import zone_trouble

_PACKAGES = ("textual", "httpx", "keyring")
_REINSTALL = "install ionq-tui again, in an environment of its own: pipx install --force ."


def program_checks() -> Iterator[Check]:
    """Yield the checks of this group."""
    yield ok("program.python", f"{platform.python_version()} ({platform.python_implementation()}), {sys.executable}")
    yield _packages()
    yield ok("program.system", _system())
    if told := zone_trouble():
        yield note("program.timezone", told, "set TZ to a name such as Europe/Berlin, or unset it")


def _packages() -> Check:
    found = {name: _version(name) for name in _PACKAGES}
    told = ", ".join([f"ionq-tui {__version__}", *(f"{name} {number or 'missing'}" for name, number in found.items())])
    if missing := [name for name, number in found.items() if not number]:
        return problem("program.packages", f"{told}: {', '.join(missing)} cannot be found", _REINSTALL)
    untested = [f"{name}{wanted}" for name, wanted in _wanted() if not _within(found.get(name, ""), wanted)]
    if untested:
        return note("program.packages", f"{told}: ionq-tui was tested with {', '.join(untested)}", _REINSTALL)
    return ok("program.packages", told)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _wanted() -> Iterator[tuple[str, str]]:
    """Yield the version ranges that the installed ionq-tui names; none where it runs from its source."""
    try:
        lines = requires("ionq-tui") or []
    except PackageNotFoundError:
        return
    for line in lines:
        read = re.fullmatch(r"([A-Za-z0-9-]+)\s*([<>=!~0-9.,\s]+)", line)
        if read is not None and read[1] in _PACKAGES:
            yield read[1], read[2].replace(" ", "")


def _within(found: str, wanted: str) -> bool:
    """Return whether a version is in a range such as ">=8.2,<9"; other operators than these two count as met."""
    has = _numbers(found)
    for part in wanted.split(","):
        if part.startswith(">=") and has < _numbers(part[2:]):
            return False
        if part.startswith("<") and not part.startswith("<=") and has >= _numbers(part[1:]):
            return False
    return True


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def _system() -> str:
    told = " ".join(filter(None, (platform.system(), platform.release(), platform.machine())))
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:  # not Linux, or one without the file
        name = ""
    where = [name, "as root" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""]
    return ", ".join(filter(None, (told, *where)))
