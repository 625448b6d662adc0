"""The README's key table, made from the commands: `python -m tests.house.key_table` writes it."""

from __future__ import annotations

from pathlib import Path

from ionq_tui.ui.commands import GROUPS, key_name

README = Path(__file__).parents[2] / "README.md"
_BEGIN, _END = "<!-- keys -->\n", "<!-- /keys -->"


def table() -> str:
    """Return the table, a line a command that has a key."""
    lines = ["| where | key | what it does |", "|---|---|---|"]
    for where, commands in GROUPS:
        name = where
        for command in commands:
            if command.keys:
                keys = " ".join(f"`{key_name(key)}`" for key in command.keys.split(","))
                lines.append(f"| {name} | {keys} | {command.help} |")
                name = ""
    return "\n".join(lines) + "\n"


def parts() -> tuple[str, str, str]:
    """Return the README before the table, the table, and what follows."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    held, _, after = rest.partition(_END)
    return before, held, after


if __name__ == "__main__":
    before, _, after = parts()
    README.write_text(before + _BEGIN + table() + _END + after, encoding="utf-8")
