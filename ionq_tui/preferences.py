"""What the user chooses on the screens, kept in `config.toml` beside what is written there by hand."""

from __future__ import annotations

import tomllib
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Table

from ionq_tui.new_file import replace_file

Value = str | list[str]


def keep(path: Path, name: str, value: Value, *, table: str = "") -> str:
    """Set an entry of the configuration file, in a table if one is named; comments and all other entries stay.

    Return why that failed, as one line; empty if it is kept. A file that does not exist is written with mode 0600, and
    a symbolic link stays one. The file is replaced as a whole or not at all.
    """
    try:
        target = path.resolve()
        before = target.read_bytes().decode() if target.exists() else ""  # not read_text, which changes line ends
        after = _changed(before, name, value, table)
        tomllib.loads(after)
        replace_file(target, after)
    except (OSError, ValueError, TOMLKitError) as error:
        return f"not kept in {path}: {getattr(error, 'strerror', None) or error}"
    return ""


def _changed(text: str, name: str, value: Value, table: str) -> str:
    document = tomlkit.parse(text)
    if not table:
        document[name] = value
        return tomlkit.dumps(document)
    held = document.get(table)
    if held is None:
        held = document[table] = tomlkit.table()
    if not isinstance(held, Table | InlineTable):
        raise ValueError(f"{table} is not a table there")
    held[name] = value
    return tomlkit.dumps(document)
