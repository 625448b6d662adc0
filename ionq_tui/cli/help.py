"""`ionq-tui help`: the help of a command, and the form of its JSON."""

from __future__ import annotations

from ionq_tui.cli.arguments import help_text
from ionq_tui.cli.common import json_text, say
from ionq_tui.cli.json_schema import COMMANDS, schema_of
from ionq_tui.model.exit_code import DONE, USAGE


def run(command: str, *, schema: bool) -> int:
    """Print the help, or the JSON Schema."""
    text = help_text(command)
    if not schema:
        print(text, end="")
        return DONE
    form = schema_of(command)
    if form is None:
        say(f"--schema is for commands with --json: {', '.join(COMMANDS)}")
        return USAGE
    print(json_text(form, indent=2))
    return DONE
