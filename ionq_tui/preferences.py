"""What the user chooses on the screens, kept in `config.toml` beside what is written there by hand."""

from __future__ import annotations

import os
import tomllib
from contextlib import suppress
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

Value = str | list[str]


def keep(path: Path, name: str, value: Value, *, table: str = "") -> str:
    """Set an entry of the configuration file, in a table if one is named; comments and all other entries stay.

    Return why that failed, as one line; empty if it is kept. A file that does not exist is written with mode 0600, and
    a symbolic link stays one. The file is replaced as a whole or not at all.
    """
    try:
        target = path.resolve()
        before = target.read_text(encoding="utf-8") if target.exists() else ""
        after = _changed(before, name, value, table)
        tomllib.loads(after)
        _replace(target, after)
    except (OSError, ValueError, TOMLKitError) as error:
        return f"not kept in {path}: {getattr(error, 'strerror', None) or error}"
    return ""


def _changed(text: str, name: str, value: Value, table: str) -> str:
    document = tomlkit.parse(text)
    if not table:
        document[name] = value
        return tomlkit.dumps(document)
    held = document.get(table)
    if not isinstance(held, Table):
        held = tomlkit.table()
        document[table] = held
    held[name] = value
    return tomlkit.dumps(document)


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(new, mode)
        os.replace(new, path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
